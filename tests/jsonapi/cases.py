"""Runs the cases of `contracts/didww/engine-cases.yaml`; its head says how each expectation is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import yaml

from mockserver.core.messages import Response

FILE = Path(__file__).parents[2] / "contracts" / "didww" / "engine-cases.yaml"
MEDIA_TYPE = "application/vnd.api+json"
# The real engine fails on these; this server answers 400, code 400, as engine.md 14 allows.
INSTEAD_OF_500 = {"code": "400", "title": "Bad Request", "detail": "Bad Request", "status": "400"}

Send = Callable[[str, str, str, Mapping[str, str], bytes | None], Response]


@cache
def document() -> dict[str, Any]:
    with FILE.open() as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # type: ignore[no-any-return]


def cases() -> list[dict[str, Any]]:
    return document()["cases"]  # type: ignore[no-any-return]


class Runner:
    """One server with the values of the placeholders, found when first needed."""

    def __init__(self, send: Send, key: str) -> None:
        self._send = send
        self._key = key
        self._known: dict[str, str] = {}
        self._fresh = 0

    # --- requests --------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str | None] | None = None,
        body: bytes | None = None,
    ) -> Response:
        sent: dict[str, str | None] = {
            "accept": MEDIA_TYPE,
            "api-key": self._key,
            "x-didww-api-version": "2026-04-16",
        }
        if body is not None:
            sent["content-type"] = MEDIA_TYPE
            sent["content-length"] = str(len(body))
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        kept = {name: value for name, value in sent.items() if value is not None}
        return self._send(method, path, query, kept, body)

    # --- placeholders ----------------------------------------------------------------------------

    def fill(self, value: Any) -> Any:
        """A value of the file with its placeholders replaced."""
        if isinstance(value, dict):
            return {self.fill(name): self.fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        for name in _placeholders():
            mark = "{" + name + "}"
            while mark in value:
                value = value.replace(mark, self._value(name), 1)
        return value

    def set_up(self) -> None:
        """Find every placeholder, in file order: some records are there only to be members of others."""
        for name in document()["placeholders"]:
            self._value(name)

    def _value(self, name: str) -> str:
        rule = _placeholders()[name]
        if "fresh" in rule:
            self._fresh += 1
            return f"number {self._fresh}"
        if "setting" in rule:
            return str(rule["setting"])
        if "etag_of" in rule:
            return "{own_etag}".replace("{", "<").replace("}", ">")  # replaced when the case is sent
        if name not in self._known:
            self._learn(name, rule)
        return self._known[name]

    def _learn(self, name: str, rule: Mapping[str, Any]) -> None:
        if "post" in rule:
            body = orjson.dumps(self.fill(rule["body"]))
            answer = self.ask("POST", rule["post"], body=body)
        else:
            path, _, query = rule["get"].partition("?")
            answer = self.ask("GET", path, query)
        assert answer.status in (200, 201), f"placeholder {name}: {answer.status} {answer.body[:300]!r}"
        content = orjson.loads(answer.body)
        for other, path in rule.get("also", {}).items():
            self._known[other] = at(content, path)
        if "first_where" in rule:
            where = rule["first_where"]["path"]
            content = next(row for row in content["data"] if at(row, where) is not None)
        if name not in rule.get("also", {}):
            self._known[name] = at(content, rule["take"])

    # --- one case --------------------------------------------------------------------------------

    def run(self, case: Mapping[str, Any]) -> None:
        """Send one case and compare; AssertionError when the answer is another."""
        path, query = self.fill(case["path"]), self.fill(case.get("query", ""))
        headers = self.fill(case.get("headers", {}))
        body: bytes | None = None
        if "raw_body" in case:
            body = self.fill(case["raw_body"]).encode()
        elif "body" in case:
            body = orjson.dumps(self.fill(case["body"]))
        for name, value in headers.items():
            if value == "<own_etag>":
                plain = self.ask(case["method"], path, query)
                headers[name] = dict(plain.headers)["ETag"]
        answer = self.ask(case["method"], path, query, headers, body)
        expect = self.fill(case["expect"])
        if "engine_500" in case.get("tags", ()):
            expect = {"status": 400, "errors": [INSTEAD_OF_500]}
        known = set(_CHECKS) | {"status"}
        assert set(expect) <= known, f"unknown expectation {set(expect) - known}"
        assert answer.status == expect["status"], answer.body[:500]
        for name, wanted in expect.items():
            if name != "status":
                _CHECKS[name](self, answer, wanted)


@cache
def _placeholders() -> dict[str, Any]:
    """Every placeholder with its rule; those that another one finds on the way have that one's."""
    found: dict[str, Any] = {}
    for name, rule in document()["placeholders"].items():
        found[name] = rule
        found |= dict.fromkeys(rule.get("also", {}), rule)
    return found


# --- expectations --------------------------------------------------------------------------------


def at(content: Any, path: str) -> Any:
    """The value at a dotted path; KeyError when there is none. Keys may hold dots themselves."""
    if not path:
        return content
    if isinstance(content, list):
        first, _, rest = path.partition(".")
        if int(first) >= len(content):
            raise KeyError(path)
        return at(content[int(first)], rest)
    if not isinstance(content, dict):
        raise KeyError(path)
    if path in content:
        return content[path]
    first, _, rest = path.partition(".")
    return at(content[first], rest)


def _body(answer: Response) -> Any:
    return orjson.loads(answer.body)


def _headers(answer: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers}


def _errors(_: Runner, answer: Response, wanted: list[dict[str, Any]]) -> None:
    found = _body(answer)["errors"]
    assert len(found) == len(wanted), found
    for error, expected in zip(found, wanted, strict=True):
        if expected["detail"] is None:
            expected = {**expected, "detail": error["detail"]}
        assert error == expected


def _keys(_: Runner, answer: Response, wanted: dict[str, list[str]]) -> None:
    for path, names in wanted.items():
        assert list(at(_body(answer), path)) == names, path


def _has(_: Runner, answer: Response, wanted: list[str]) -> None:
    for path in wanted:
        at(_body(answer), path)


def _lacks(_: Runner, answer: Response, wanted: list[str]) -> None:
    for path in wanted:
        try:
            found = at(_body(answer), path)
        except KeyError:
            continue
        raise AssertionError(f"{path} is there: {found!r}")


def _equals(_: Runner, answer: Response, wanted: dict[str, Any]) -> None:
    for path, value in wanted.items():
        assert at(_body(answer), path) == value, path


def _ends_with(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    for path, end in wanted.items():
        assert at(_body(answer), path).endswith(end), path


def _count(_: Runner, answer: Response, wanted: dict[str, int]) -> None:
    for path, length in wanted.items():
        assert len(at(_body(answer), path)) == length, path


def _included_types(_: Runner, answer: Response, wanted: list[str]) -> None:
    assert list(dict.fromkeys(row["type"] for row in _body(answer)["included"])) == wanted


def _unique_included(_: Runner, answer: Response, wanted: bool) -> None:
    names = [(row["type"], row["id"]) for row in _body(answer)["included"]]
    assert len(set(names)) == len(names)


def _each_type(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    for path, type_name in wanted.items():
        assert {row["type"] for row in at(_body(answer), path)} == {type_name}


def _sorted_by(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    def collated(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum()).casefold()

    values = [collated(row["attributes"][wanted["attribute"]]) for row in at(_body(answer), wanted["path"])]
    assert values == sorted(values, reverse=wanted["dir"] == "desc")


def _same_order_as(runner: Runner, answer: Response, wanted: str) -> None:
    method, path = wanted.split()
    other = runner.ask(method, path)
    assert [row["id"] for row in _body(answer)["data"]] == [row["id"] for row in _body(other)["data"]]


def _query_of(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    for path, query in wanted.items():
        assert at(_body(answer), path).partition("?")[2] == query, path


def _path_of(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    for path, url_path in wanted.items():
        url = at(_body(answer), path).partition("?")[0].partition("://")[2]
        assert ("/" + url.partition("/")[2]).removeprefix("/didww") == url_path, path


def _content_type(_: Runner, answer: Response, wanted: str) -> None:
    assert _headers(answer)["content-type"] == wanted


def _headers_equal(_: Runner, answer: Response, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        assert _headers(answer)[name] == value


def _headers_lack(_: Runner, answer: Response, wanted: list[str]) -> None:
    assert not set(wanted) & set(_headers(answer))


def _etag(_: Runner, answer: Response, wanted: str) -> None:
    assert wanted == "sha256_32"
    assert _headers(answer)["etag"] == f'W/"{sha256(answer.body).hexdigest()[:32]}"'


def _body_empty(_: Runner, answer: Response, wanted: bool) -> None:
    assert answer.body == b""


def _raw_contains(_: Runner, answer: Response, wanted: list[str]) -> None:
    for text in wanted:
        assert text.encode() in answer.body, text


def _raw_lacks(_: Runner, answer: Response, wanted: list[str]) -> None:
    for text in wanted:
        assert text.encode() not in answer.body, text


_CHECKS: dict[str, Callable[[Runner, Response, Any], None]] = {
    "errors": _errors,
    "keys": _keys,
    "has": _has,
    "lacks": _lacks,
    "equals": _equals,
    "ends_with": _ends_with,
    "count": _count,
    "included_types": _included_types,
    "unique_included": _unique_included,
    "each_type": _each_type,
    "sorted_by": _sorted_by,
    "same_order_as": _same_order_as,
    "query_of": _query_of,
    "path_of": _path_of,
    "content_type": _content_type,
    "headers": _headers_equal,
    "headers_lack": _headers_lack,
    "etag": _etag,
    "body_empty": _body_empty,
    "raw_contains": _raw_contains,
    "raw_lacks": _raw_lacks,
}
