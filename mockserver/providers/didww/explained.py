"""Refusals of DIDWW explained (contracts/didww/errors.yaml)."""

from __future__ import annotations

import orjson

from mockserver.core.explanations import Explanation
from mockserver.core.journal import Exchange
from mockserver.core.world import World

_REFERENCE = "contracts/didww/errors.yaml"
_CHANGES = {
    "100": "send another value there, as the detail says",
    "101": "use a type that the documentation lists",
    "102": "leave this filter out, or use one that the type has",
    "103": "send another value there, as the detail says",
    "104": "leave this field out of fields[...]",
    "105": "leave this member out: it cannot be written, or not here",
    "106": "send this member",
    "107": "send another value in this filter",
    "109": "send the id of the record in data.id",
    "110": "send the id that is in the URL",
    "112": "leave this relationship out of include",
    "114": "leave this key out of sort",
    "115": "send resource identifiers, {type, id}, as the relationship's data",
    "116": "send the type that this operation is about",
    "118": "send another page number or size",
    "119": "write fields as fields[TYPE]=a,b",
    "120": "write filters as filter[NAME]=VALUE",
    "122": "send an object as data",
    "401": "send the Api-Key of a sandbox, as `mockserver env` shows it",
    "403": "see that the switch read_only is off: PUT /_mock/options",
    "404": "use a path of `mockserver routes`, and an id that its list shows",
    "406": "send Accept: application/vnd.api+json, or none",
    "415": "send Content-Type: application/vnd.api+json",
}


def explain(world: World, exchange: Exchange) -> Explanation | None:
    """The first error of the answer; None when the answer holds none."""
    try:
        error = orjson.loads(exchange.answer)["errors"][0]
        status = str(error["status"])
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return None
    code = error.get("code", status)
    title, detail = error.get("title", ""), error.get("detail", "")
    change = _CHANGES.get(code, "")
    if title.startswith("Insufficient"):
        change = "order less, or add funds with POST /_mock/world/balance"
    elif status == "429":
        change = "wait a second, or lift the limit with PUT /_mock/limits"
    pointer = error.get("source", {}).get("pointer", "")
    rule = detail if not title or title == detail else f"{title}: {detail}"
    return Explanation(rule, change, pointer, f"{_REFERENCE}, code {code}")
