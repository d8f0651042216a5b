"""Answers of DIDWW beside their schemas: statuses, refusals with examples, and recorded exchanges."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from contracts.build_didww_schemas import Schemas, closed
from contracts.build_didww_words import JSON, camel, reference
from contracts.didww_tables import Tables, source

MEDIA_TYPE = "application/vnd.api+json"
_RECORDED_BASE = "https://sandbox-api.didww.com/v3"
_MOST_EXAMPLE = 6000  # characters; longer answers explain no more
_SHARED = {
    "NotModified": ("304", "The caller has this very answer, `If-None-Match` says so", ()),
    "Unauthorized": ("401", "No key, or a wrong one", ("unauthorized",)),
    "Forbidden": ("403", "The account may not do this, for one because it is read-only", ()),
    "NotFound": ("404", "There is no such record in this account", ("not_found",)),
    "NotAcceptable": ("406", "`Accept` names other media types only", ("not_acceptable",)),
    "UnsupportedMediaType": ("415", "`Content-Type` is another one", ("unsupported_media_type",)),
    "Unprocessable": ("422", "A value will not do, or the state does not allow it", ()),
    "TooManyRequests": ("429", "Too many requests", ("rate_limited",)),
    "BadList": (
        "400",
        "Something in the query is wrong",
        ("filter_not_allowed", "sort_not_allowed", "include_not_allowed", "field_not_allowed", "page_number",
         "page_size", "page_size_maximum"),
    ),
    "BadRead": (
        "400",
        "Something in the query or the id is wrong",
        ("include_not_allowed", "field_not_allowed", "id_with_comma"),
    ),
    "BadDelete": ("400", "The id or a body beside it is wrong", ("id_with_comma",)),
    "BadCreate": (
        "400",
        "The form of the body is wrong",
        ("not_an_object", "missing", "data_not_an_object", "wrong_type", "member_not_allowed",
         "linkage_malformed", "linkage_type", "include_not_allowed", "field_not_allowed"),
    ),
    "BadUpdate": (
        "400",
        "The form of the body is wrong",
        ("not_an_object", "missing", "no_key", "key_not_in_url", "wrong_type", "member_not_allowed",
         "linkage_malformed", "linkage_type", "include_not_allowed", "field_not_allowed"),
    ),
    "BadLinkage": (
        "400",
        "The form of the body is wrong",
        ("not_an_object", "missing", "member_not_allowed", "linkage_malformed", "linkage_type"),
    ),
}  # fmt: skip
_FILLINGS = {
    "id": "c1d2f3a4-0000-4000-8000-000000000000",
    "did": "c1d2f3a4-0000-4000-8000-000000000000",
    "identity": "c1d2f3a4-0000-4000-8000-000000000001",
    "accept": "text/html",
    "type": "bogus",
    "name": "bogus",
    "value": "0",
    "max": "1000",
    "part": "attributes",
    "index": "0",
    "place": "0",
    "least": "2",
    "balance": "10.00",
    "cost": "25.98",
    "text": "1 Identity Proof(s) (National ID, Passport) required",
}
_MEANINGS = {"400": "The form of the request is wrong", "409": "Something depends on it"}


class Answers:
    """Responses of one version; `responses`, `examples` and `headers` are components."""

    def __init__(self, tables: Tables, schemas: Schemas) -> None:
        self._errors = tables.errors
        text: JSON = {"type": "string"}
        error = {
            "title": text,
            "detail": text,
            "code": {**text, "description": "Of jsonapi-resources, 100 for a value that will not do"},
            "source": closed({"pointer": {**text, "description": "Where in the body it is"}}),
            "status": {**text, "pattern": r"^\d{3}$"},
            "meta": {"type": "object"},
        }
        schemas.made["Error"] = closed(error, ["status"])
        errors: JSON = {"type": "array", "minItems": 1, "items": reference("Error")}
        schemas.made["ErrorDocument"] = closed({"errors": errors}, ["errors"])
        self.examples: JSON = {}
        self.headers: JSON = {
            "ETag": {"description": "Names this very answer", "schema": text},
            "RequestId": {
                "description": "Of this request; the provider's support asks for it",
                "schema": {"type": "string", "format": "uuid"},
            },
        }
        self.responses: JSON = {
            name: self.refusal(situations, about) for name, (_, about, situations) in _SHARED.items()
        }
        self.responses["NotModified"] = {"description": _SHARED["NotModified"][1]}

    def refusal(self, situations: Iterable[str], about: str) -> JSON:
        """The response of a status; `situations` of the table of errors are its examples."""
        content: JSON = {"schema": reference("ErrorDocument")}
        shown = {
            camel(name): self._example(name) for name in situations if "errors" in self._errors.get(name, {})
        }
        if shown:
            content["examples"] = shown
        return {
            "description": about,
            "headers": {"X-Request-Id": reference("RequestId", "headers")},
            "content": {MEDIA_TYPE: content},
        }

    def _example(self, name: str) -> JSON:
        facts = self._errors[name]
        example: JSON = {"summary": name.replace("_", " "), "value": {"errors": filled(facts["errors"])}}
        self.examples[camel(name)] = example
        return reference(camel(name), "examples")

    def of(self, statuses: Iterable[str], situations: Iterable[str], reasons: dict[str, str]) -> JSON:
        """{status: response} of refusals. `statuses` are names of shared ones; `situations` are more
        examples, and with `reasons` make a response of the operation's own."""
        found: JSON = {}
        names = {_SHARED[name][0]: name for name in statuses}
        more: dict[str, list[str]] = {}
        for situation in situations:
            if situation in self._errors:
                more.setdefault(str(self._errors[situation]["status"]), []).append(situation)
        for status in sorted({*names, *more, *reasons}):
            _, about, shown = (
                _SHARED[names[status]] if status in names else ("", _MEANINGS.get(status, ""), ())
            )
            if status in more or status in reasons:
                found[status] = self.refusal((*shown, *more.get(status, ())), reasons.get(status, about))
            else:
                found[status] = reference(names[status], "responses")
        return found

    def success(self, status: str, about: str, schema: str, *, etag: bool = False) -> JSON:
        """A response with a document."""
        headers: JSON = {"X-Request-Id": reference("RequestId", "headers")}
        if etag:
            headers["ETag"] = reference("ETag", "headers")
        return {
            "description": about,
            "headers": headers,
            "content": {MEDIA_TYPE: {"schema": reference(schema)}},
        }


def filled(template: Any) -> Any:
    """A template of the table of errors with its `{name}` replaced."""
    if isinstance(template, dict):
        return {name: filled(value) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value) for value in template]
    return re.sub(r"\{(\w+)\}", lambda found: _FILLINGS[found[1]], template)


# --- recordings ------------------------------------------------------------------------------------


class Exchange(NamedTuple):
    """A recorded request and its answer as a version would have them; bodies are None where there are none.

    entry  what the index says about the recording
    """

    entry: JSON
    method: str
    path: str
    request: Any
    status: int
    answer: Any

    @property
    def genuine(self) -> bool:
        """Whether the provider has sent it, as far as is known: not written or changed by hand."""
        caution: str = self.entry.get("caution", "")
        made_up = {"instead", "cannot"} & self.entry.keys()
        return not made_up and not re.search(r"by hand|hand-written|leftover", caution)


def exchanges(version: str) -> Iterator[Exchange]:
    """What was recorded of a version, in the order of the index."""
    gone = _gone()
    for index in ("recordings/index.yaml", "recordings/regulation.yaml"):
        for entry in source(index)["recordings"]:
            if version in entry["versions"]:
                for interaction in _interactions(entry["file"]):
                    yield _exchange(entry, interaction, version, gone)


def _gone() -> dict[str, list[str]]:
    """{type: ["relationships.trunk"]}: what recordings hold although no version has it any more."""
    every = {**source("shapes.yaml")["types"], **source("regulation/shapes.yaml")["types"]}
    return {kind: facts["gone"] for kind, facts in every.items() if "gone" in facts}


@cache
def _interactions(file: str) -> list[JSON]:
    found: list[JSON] = source(f"recordings/{file}")["interactions"]
    return found


def _exchange(entry: JSON, interaction: JSON, version: str, gone: dict[str, list[str]]) -> Exchange:
    request, response = interaction["request"], interaction["response"]
    path = request["uri"].removeprefix(_RECORDED_BASE).partition("?")[0]
    sent, answer = _parsed(request["body"]), _parsed(response["body"]["string"])
    if sent is not None:
        _complete(sent["data"], entry)
    if isinstance(answer, dict) and "data" in answer:
        rows = answer["data"] if isinstance(answer["data"], list) else [answer["data"]]
        for row in [*rows, *answer.get("included", ())]:
            for place in gone.get(row["type"], ()):
                part, _, name = place.partition(".")
                row.get(part, {}).pop(name, None)
        if "api_version" in answer.get("meta", {}):  # recorded of another one that answers alike
            answer["meta"]["api_version"] = version
    return Exchange(entry, request["method"], f"/v3{path}", sent, response["status"]["code"], answer)


def _complete(data: JSON, entry: JSON) -> None:
    """What the index says that a recorded request has too few or too many."""
    data.update(entry.get("adds", {}))
    for name in entry.get("drops", ()):
        del data[name]
    for part, members in entry.get("amend", {}).items():
        for name, value in members.items():
            if value is None:
                data[part].pop(name, None)
            else:
                data[part][name] = value


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) and text else None
    except ValueError:  # a form
        return None


def matches(template: str, path: str) -> bool:
    """Whether a path is one of a template with `{id}`."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def shortened(body: JSON) -> JSON:
    """An answer as an example: of a list the first two records alone."""
    if isinstance(body.get("data"), list) and "included" not in body:
        return {**body, "data": body["data"][:2]}
    return body


def fits(value: Any) -> bool:
    return len(json.dumps(value)) <= _MOST_EXAMPLE
