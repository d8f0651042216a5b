"""Refusals of didlogic explained (contracts/didlogic/errors.json)."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.core.explanations import Explanation
from mockserver.core.journal import Exchange
from mockserver.core.world import World

_REFERENCE = "contracts/didlogic/errors.json"
_CHANGES = {
    400: "send what the Content-Type says, in UTF-8: a form, multipart, or a JSON object",
    401: "send `Authorization: Bearer TOKEN` with the token of a sandbox, as `mockserver env` shows it",
    404: "use a path of `mockserver routes`, and an id that its list shows",
    413: "send a shorter body",
    429: "wait as long as Retry-After says, or lift the limit with PUT /_mock/limits",
}


def explain(world: World, exchange: Exchange) -> Explanation | None:
    """The first reason in the answer; None when the answer holds none."""
    try:
        content: Any = orjson.loads(exchange.answer)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict):
        return None
    status = exchange.status
    if isinstance(content.get("errors"), dict) and content["errors"]:
        field, texts = next(iter(content["errors"].items()))
        reason = f"{field} {texts[0]}" if texts else field
        change = f"send {field}" if "blank" in reason else f"send another value in {field}"
        return Explanation(reason, change, field, f"{_REFERENCE}, {status}")
    change = _CHANGES.get(status, "")
    if status == 403:
        off = [name for name, value in world.options["didlogic"].items() if value is False]
        change = f"{_CHANGES[401]}; if it is right, turn the feature on with PUT /_mock/options"
        if off:
            change += f" (off: {', '.join(off)})"
    return Explanation(str(content.get("error", "")), change, "", f"{_REFERENCE}, {status}")
