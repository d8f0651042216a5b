"""An answer against the document: its status, its type, its headers, its body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from mockserver.conformance.documents import Document, Operation
from mockserver.conformance.problems import Problem, either, problems_of
from mockserver.conformance.values import read

# Statuses that only this server makes, or its faults: too large, crashed, not built, no room for a sandbox.
# No provider's document speaks of them. Neither need it of too many requests, which any request may meet.
OWN = frozenset((413, 500, 501, 503))
_ANYWHERE = OWN | {429}
# What a path that is not described may answer: that it is not there, or not open to the caller.
_NOWHERE = frozenset((400, 401, 403, 404, 405, 406, 415))
_MOST = 20

Headers = Iterable[tuple[str, str]]


def check_answer(
    document: Document, method: str, segments: tuple[str, ...], status: int, headers: Headers, body: bytes
) -> tuple[str, list[Problem]]:
    """The operation's name, "" for none, and how an answer to it is not as the document says."""
    found = document.find("GET" if method == "HEAD" else method, segments)
    if found is None:
        wrong = status not in _NOWHERE and status not in _ANYWHERE
        return "", [Problem("status", f"{status} for a path that is not described")] if wrong else []
    operation = found.operation
    if status in OWN or (status in _ANYWHERE and operation.answer(status) is None):
        return operation.name, []
    try:
        problems = list(_check(operation, status, headers, body))
    except (ValueError, RecursionError, OverflowError):
        problems = [Problem("body", "cannot be judged: it is too deep or too large")]
    return operation.name, problems[:_MOST]


def _check(operation: Operation, status: int, headers: Headers, body: bytes) -> Iterator[Problem]:
    described = operation.answer(status)
    if described is None:
        yield Problem("status", f"{status} is not described")
        return
    place, answer = described
    given: dict[str, str] = {}
    for name, value in headers:
        given.setdefault(name.lower(), value)
    for name, header in answer.get("headers", {}).items():
        yield from _header(operation, (*place, "headers", name), name, header, given)
    kind = given.get("content-type", "").partition(";")[0].strip().lower()
    content = answer.get("content")
    if not content:
        if body:
            yield Problem("body", "is not described")
        if kind:
            yield Problem("header content-type", "is not described")
        return
    known = next((one for one in content if one.lower() == kind), None)
    if known is None:
        yield Problem("header content-type", f"is {kind[:100] or 'missing'}, must be {either(list(content))}")
        return
    if "schema" not in content[known]:
        return
    at, _ = operation.document.at((*place, "content", known, "schema"))
    validator = operation.document.validator(at)
    if known == "application/json" or known.endswith("+json"):
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            yield Problem("body", "is not JSON")
            return
        if not validator.is_valid(value):
            yield from problems_of(validator.iter_errors(value), "body")


def _header(
    operation: Operation, place: tuple[str, ...], name: str, header: object, given: dict[str, str]
) -> Iterator[Problem]:
    at, declared = operation.document.at(place)
    text = given.get(name.lower())
    if text is None:
        if declared.get("required", False):
            yield Problem(f"header {name.lower()}", "is missing")
        return
    if "schema" in declared:
        value = read(operation.document, declared["schema"], text)
        errors = operation.document.validator((*at, "schema")).iter_errors(value)
        yield from problems_of(errors, f"header {name.lower()}")
