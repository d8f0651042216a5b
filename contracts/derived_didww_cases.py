"""The claims about DIDWW of its engine cases and of its recordings, one each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from contracts.claims import Claim
from contracts.didww_tables import NEWEST, Table, of_version, source

_LEVELS = {
    "recorded at DIDWW": ("recorded", "recordings of the official SDKs"),
    "DIDWW document": ("documented", "OpenAPI document and reference collection 2026-04-16"),
    "JR 0.9": ("client", "jsonapi-resources 0.9.12, which DIDWW runs"),
    "assumed": ("assumed", "no source; jsonapi-resources 0.9.12 by default"),
}
_COST = "It depends on how DIDWW configured its engine: a client that relies on it may be answered otherwise."
_CRASH_COST = "The real engine fails with 500 here: a client that retries on 500 takes another way there."


# --- engine cases ------------------------------------------------------------------------------------------


def cases() -> Iterator[Claim]:
    """`didww.engine.NAME` of every case; they are run as of the newest version."""
    for case in source("engine-cases.yaml")["cases"]:
        level, where = _LEVELS[case["mark"]]
        cost = _COST if level == "assumed" else ""
        then = _expected(case["expect"])
        if "engine_500" in case.get("tags", ()):
            level, cost = "assumed", _CRASH_COST
            then = (
                "The request is refused with 400, code 400 (Bad Request); the engine itself fails with 500."
            )
        note = case.get("note", "")
        yield Claim(
            id=f"didww.engine.{case['name']}",
            kind="rule",
            operation=("*",),
            version=(NEWEST,),
            when=_request(case),
            then=then,
            evidence=level,
            source=f"{where} ({note})" if note else where,
            tests=(
                f"tests/jsonapi/test_engine_cases.py::test_case[{case['name']}]",
                f"tests/jsonapi/test_engine_alone.py::test_case[{case['name']}]",
            ),
            cost=cost,
        )


def _request(case: Mapping[str, Any]) -> str:
    query = f"?{case['query']}" if case.get("query") else ""
    parts = [f"{case['method']} {case['path']}{query} is sent"]
    for name, value in case.get("headers", {}).items():
        parts.append(f"without {name}" if value is None else f"with {name}: {value}")
    if "raw_body" in case:
        parts.append(f"with the body `{_short(case['raw_body'])}`")
    elif "body" in case:
        parts.append(f"with the body `{_short(orjson.dumps(case['body']).decode())}`")
    return " ".join(parts)


def _short(text: str) -> str:
    return text if len(text) <= 240 else f"{text[:240]}…"


def _expected(expect: Mapping[str, Any]) -> str:
    """What the answer is, in one sentence."""
    parts = [f"status {expect['status']}"]
    for error in expect.get("errors", ()):
        said = "" if error["detail"] is None else f" {error['detail']!r}"
        parts.append(f"code {error['code']} ({error['title']}){said}")
    for name, phrase in _PHRASES.items():
        if name in expect:
            wanted = expect[name]
            for one in wanted.items() if isinstance(wanted, dict) else [("", wanted)]:
                parts.append(phrase(*one))
    return f"The answer has {'; '.join(parts)}."


def _names(values: Any) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


_PHRASES: dict[str, Any] = {
    "content_type": lambda _, value: f"the content type {value}",
    "body_empty": lambda *_: "no body",
    "keys": lambda path, value: f"in {path or 'the document'} exactly {_names(value)}, in that order",
    "has": lambda _, value: f"{_names(value)} in it",
    "lacks": lambda _, value: f"no {_names(value)}",
    "equals": lambda path, value: f"{path} {orjson.dumps(value).decode()}",
    "ends_with": lambda path, value: f"{path} ending with {value}",
    "count": lambda path, value: f"{value} in {path}",
    "included_types": lambda _, value: f"included records of {_names(value)}, in that order",
    "unique_included": lambda *_: "every included record once",
    "each_type": lambda path, value: f"nothing but {value} in {path}",
    "sorted_by": lambda key, value: f"its rows ordered, {key} {value}",
    "same_order_as": lambda _, value: f"the order of {value}",
    "query_of": lambda path, value: f"{path} with the query {value or '(none)'}",
    "path_of": lambda path, value: f"{path} at {value}",
    "headers": lambda name, value: f"{name}: {value}",
    "headers_lack": lambda _, value: f"no header {_names(value)}",
    "etag": lambda *_: "as ETag W/ and the first 32 hexadecimal digits of the SHA-256 of the body",
    "raw_contains": lambda _, value: f"the bytes {_names(value)} in its body",
    "raw_lacks": lambda _, value: f"no bytes {_names(value)} in its body",
}


# --- recordings --------------------------------------------------------------------------------------------

_FILES = {
    "index": "tests/didww/test_recordings.py::test_answer_has_the_recorded_form",
    "regulation": "tests/didww/test_regulation_recordings.py::test_answer_has_the_recorded_form",
}


def recordings() -> Iterator[Claim]:
    """`didww.recording.TYPE.NAME`; not of those that were made up, or that the versions contradict."""
    for index, test in _FILES.items():
        found: dict[tuple[str, str], list[tuple[str, Table]]] = {}
        for entry in source(f"recordings/{index}.yaml")["recordings"]:
            if "cannot" in entry or "instead" in entry:
                continue
            folder, _, name = entry["file"].removesuffix(".yaml").partition("/")
            level = "client" if by_hand(entry) else "recorded"
            found.setdefault((name, level), []).extend(
                (version, {**entry, "folder": folder}) for version in entry["versions"]
            )
        for (name, level), places in found.items():
            yield _recording(name, level, places, test, several=sum(name == one for one, _ in found) > 1)


def by_hand(entry: Mapping[str, Any]) -> bool:
    """Whether a fixture was written rather than captured."""
    caution: str = entry.get("caution", "")
    return "hand-written" in caution or "by hand" in caution.replace("lowered by hand", "")


def _recording(name: str, level: str, places: list[tuple[str, Table]], test: str, *, several: bool) -> Claim:
    kind, _, exchange = name.partition("/")
    when = "Its request is sent" + "".join(
        f" with ?{query}"
        for query in dict.fromkeys(entry["query"] for _, entry in places if "query" in entry)
    )
    cautions = dict.fromkeys(entry["caution"] for _, entry in places if "caution" in entry)
    folders = " and ".join(sorted({entry["folder"] for _, entry in places}))
    said = "Official Python SDK, fixtures" if level == "client" else "recording of the official Python SDK"
    suffix = f".{level}" if several else ""
    return Claim(
        id=f"didww.recording.{kind}.{exchange}{suffix}",
        kind="rule",
        operation=(_operation(kind, exchange),),
        version=tuple(dict.fromkeys(version for version, _ in places)),
        when=when,
        then="The answer has the recorded status, members in the recorded order, kinds of values, linkage, "
        "included types, links and errors.",
        evidence=level,
        source=f"{said} {folders}, {name}" + "".join(f" ({one})" for one in cautions),
        tests=(f"{test}[{name}-{{version}}]",),
    )


def _operation(kind: str, exchange: str) -> str:
    """The operation of an exchange: `orders/create_capacity` -> orders.create."""
    if kind == "balance":
        return "balances.show"
    newest = of_version("2022-05-10").types.get(kind, {}).get("newest", kind)
    first = exchange.partition("_")[0]
    verb = {"upload": "create", "download": "download"}.get(first, first)
    if verb not in ("list", "show", "create", "update", "delete", "download"):
        verb = "*"
    return f"{newest.replace('orders_with_callback', 'orders')}.{verb}"
