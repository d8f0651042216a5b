"""An answer against the document: its status, its type, its headers, its body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from mockserver.conformance.documents import Answer, Document, Header, Operation
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
    answer = operation.answer(status)
    if answer is None:
        yield Problem("status", f"{status} is not described")
        return
    given: dict[str, str] = {}
    for name, value in headers:
        given.setdefault(name.lower(), value)
    for header in answer.headers:
        yield from _header(operation.document, header, given.get(header.name))
    kind = given.get("content-type", "").partition(";")[0].strip().lower()
    if not answer.content:
        if body:
            yield Problem("body", "is not described")
        if kind:
            yield Problem("header content-type", "is not described")
    elif kind not in answer.content:
        told = f"is {kind[:100] or 'missing'}, must be {either(list(answer.content))}"
        yield Problem("header content-type", told)
    elif kind == "application/json" or kind.endswith("+json"):
        yield from _body(operation.document, answer, answer.content[kind], body)


def _body(
    document: Document, answer: Answer, place: tuple[str, ...] | None, body: bytes
) -> Iterator[Problem]:
    if place is None or hash(body) in answer.passed:
        return
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        yield Problem("body", "is not JSON")
        return
    validator = document.validator(place)
    if validator.is_valid(value):
        answer.remember(body)
    else:
        yield from problems_of(validator.iter_errors(value), "body")


def _header(document: Document, header: Header, text: str | None) -> Iterator[Problem]:
    place = f"header {header.name}"
    if text is None:
        if header.required:
            yield Problem(place, "is missing")
    elif header.place is not None:
        value = read(document, header.schema, text)
        validator = document.validator(header.place)
        if not validator.is_valid(value):
            yield from problems_of(validator.iter_errors(value), place)
