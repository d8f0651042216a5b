"""A client's request against the document: what the provider would reject in it, and what it would ignore."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.conformance.documents import Document, Found, Operation, Parameter
from mockserver.conformance.problems import Problem, either, problems_of, strange
from mockserver.conformance.unknown import unknown_fields
from mockserver.conformance.values import (
    Unreadable,
    form,
    grouped,
    kinds,
    pairs_of,
    parts_of,
    read_all,
)

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
# Headers that OpenAPI gives another place in a document.
_NOT_PARAMETERS = frozenset(("accept", "content-type", "authorization"))
_TYPE = "header content-type"
_OF_TYPES = (406, 415)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it is judged.

    segments  the path's segments, decoded, as the document has them
    headers   by lower-case name; credentials may be masked
    body      None when it is not known whole: then nothing is said about it
    """

    method: str
    segments: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes | None


def check_request(document: Document, sent: Sent) -> list[Problem]:
    """Every way in which a request is not as the document says; none for a good one. Never raises.

    What the document does not know is taken to be ignored, all else to be rejected; see `with_fate`.
    """
    try:
        problems = list(_check(document, sent))
    except (ValueError, RecursionError, OverflowError):
        problems = [Problem("body", "cannot be judged: it is too deep or too large")]
    return list(dict.fromkeys(problems))[:_MOST]


def with_fate(problem: Problem, status: int, answer: bytes) -> Problem:
    """The problem with the fate that an answer to the very request shows.

    An answer below 400 took the request in spite of the problem. A refusal that names what is unknown
    refused it for that. What a body is declared as matters where the status says so.
    """
    fate = problem.fate
    if status < 400 or (problem.place == _TYPE and status not in _OF_TYPES):
        fate = "ignored"
    elif problem.unknown and _named(problem.unknown, answer):
        fate = "rejected"
    if fate == problem.fate:
        return problem
    return Problem(problem.place, problem.problem, fate, problem.unknown)


def _named(unknown: str, answer: bytes) -> bool:
    """Whether an answer speaks of a name, or of `x` where `filter[x]` was sent. A part of a word is none."""
    inner = unknown.removesuffix("[]").rpartition("[")[2].removesuffix("]")
    names = "|".join(re.escape(name) for name in (unknown, inner) if name)
    return re.search(rf"(?<!\w)(?:{names})(?!\w)".encode("utf-8", "replace"), answer) is not None


def _check(document: Document, sent: Sent) -> Iterator[Problem]:
    method = "GET" if sent.method == "HEAD" else sent.method
    found = document.find(method, sent.segments)
    if found is None:
        yield _nowhere(document, method, sent.segments)
        return
    operation = found.operation
    yield from _credentials(operation, sent)
    yield from _parameters(found, sent)
    yield from _query(operation, sent.query)
    if sent.body is not None:
        yield from _body(operation, sent.headers.get("content-type", ""), sent.body)


def _nowhere(document: Document, method: str, segments: tuple[str, ...]) -> Problem:
    path = "/" + "/".join(segments)[:200]
    methods = document.methods(segments)
    if methods:
        return Problem(f"path {path}", f"does not take {method[:20]}, only {either(methods)}")
    return Problem(f"path {path}", "is not described")


def _credentials(operation: Operation, sent: Sent) -> Iterator[Problem]:
    groups = operation.schemes
    if not groups or any(all(_shown(scheme, sent) for scheme in group) for group in groups):
        return
    for scheme in groups[0]:
        if not _shown(scheme, sent):
            where, name = _place_of(scheme)
            yield Problem(f"{where} {name}", "is missing")


def _place_of(scheme: Mapping[str, Any]) -> tuple[str, str]:
    if scheme["type"] == "apiKey":
        return scheme["in"], scheme["name"].lower() if scheme["in"] == "header" else scheme["name"]
    return "header", "authorization"


def _shown(scheme: Mapping[str, Any], sent: Sent) -> bool:
    where, name = _place_of(scheme)
    if where == "query":  # a body may carry it as well; whoever looks for it looks there, too
        return f"{name}=" in sent.query or name.encode() in (sent.body or b"")
    return name in sent.headers


def _parameters(found: Found, sent: Sent) -> Iterator[Problem]:
    """Parameters of the path and headers."""
    for parameter in found.operation.parameters:
        if parameter.where == "path":
            given = found.values.get(parameter.name)
        elif parameter.where == "header" and parameter.name not in _NOT_PARAMETERS:
            given = sent.headers.get(parameter.name)
        else:
            continue
        place = f"{parameter.where} {parameter.name}"
        if given is not None:
            yield from _value(found.operation, parameter, [given], place)
        elif parameter.required:
            yield Problem(place, "is missing")


def _value(operation: Operation, parameter: Parameter, texts: list[str], place: str) -> Iterator[Problem]:
    split = parameter.style != "form" or not parameter.explode
    value = read_all(operation.document, parameter.schema, texts, split=split)
    errors = operation.document.validator(parameter.place).iter_errors(value)
    yield from problems_of(errors, place)


def _query(operation: Operation, query: str) -> Iterator[Problem]:
    credentials = {_place_of(scheme)[1] for group in operation.schemes for scheme in group}
    known = {one.name: one for one in operation.parameters if one.where == "query"}
    deep = [name for name, one in known.items() if one.style == "deepObject"]
    try:
        given = grouped(pairs_of(query)) if query else {}
    except Unreadable as error:
        yield Problem("query", str(error))
        return
    for name, parameter in known.items():
        if parameter.required and name not in given and not any(one.startswith(f"{name}[") for one in given):
            yield Problem(f"query {name}", "is missing")
    for name, texts in given.items():
        one = _called(known, name)
        if len(texts) > 1 and not name.endswith("[]") and (one is None or _is_single(operation, one)):
            yield Problem(f"query {name[:100]}", "is given more than once", "ignored")
        if one is not None and one.name not in deep:
            yield from _value(operation, one, texts, f"query {one.name}")
        elif name.partition("[")[0] in deep and name.endswith("]"):
            yield from _deep(operation, known[name.partition("[")[0]], name, texts)
        elif name not in credentials:
            yield strange("query ", name, "is not a parameter of this operation")


def _is_single(operation: Operation, parameter: Parameter) -> bool:
    """Whether a parameter takes one value, or one list with commas."""
    return "array" not in kinds(operation.document, parameter.schema) or not parameter.explode


def _called(known: Mapping[str, Parameter], name: str) -> Parameter | None:
    """The parameter that a name in a query means, whether or not it has the brackets of a list."""
    listed = known.get(f"{name}[]")
    alone = listed if listed is not None and listed.schema.get("x-alone") else None
    return known.get(name) or known.get(name.removesuffix("[]")) or alone


def _deep(operation: Operation, parameter: Parameter, name: str, texts: list[str]) -> Iterator[Problem]:
    """One member of a parameter that is an object: `filter[country.id]`."""
    properties = parameter.schema.get("properties", {})
    key = name[len(parameter.name) + 1 : -1]
    if key not in properties:
        if parameter.schema.get("additionalProperties", not properties) is False:
            yield strange("query ", name, "is not a parameter of this operation")
        return
    value = read_all(operation.document, properties[key], texts, split=False)
    place, _ = operation.document.at(parameter.place)
    validator = operation.document.validator((*place, "properties", key))
    yield from problems_of(validator.iter_errors(value), f"query {name[:100]}")


def _body(operation: Operation, content_type: str, body: bytes) -> Iterator[Problem]:
    described = operation.body
    if described is None:
        if body.strip():
            yield strange("body", "", "is not read by this operation")
        return
    place, content = described[0], described[1]["content"]
    if not body.strip():
        if described[1].get("required", False):
            yield Problem("body", "is missing")
        return
    given = content_type.partition(";")[0].strip().lower()
    kind = next((one for one in content if one.lower() == given), None)
    if kind is None:
        said = f"is {given[:100]}, not" if given else "is missing; it must be"
        yield Problem(_TYPE, f"{said} {either(list(content))}")
        kind = _looks_like(content, body)
        if kind is None and all(map(_is_json, content)):
            yield Problem("body", "is not JSON")
    if kind is None or "schema" not in content[kind]:
        return
    at, schema = operation.document.at((*place, "content", kind, "schema"))
    try:
        value = _read(operation.document, schema, kind, content_type, body)
    except Unreadable as error:
        yield Problem("body", str(error))
        return
    if _is_json(kind):
        yield from _repeated(body)
    found = list(problems_of(operation.document.validator(at).iter_errors(value), "body"))
    yield from found
    known = {problem.place for problem in found}
    known |= {f"body /{_place_of(scheme)[1]}" for group in operation.schemes for scheme in group}
    for path in unknown_fields(operation.document, schema, value):
        pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path[:-1])
        last = path[-1].replace("~", "~0").replace("/", "~1")
        if f"body {pointer}/{last}"[:200] not in {one[:200] for one in known}:
            yield _unknown_field(pointer, last, path[-1])


def _repeated(body: bytes) -> Iterator[Problem]:
    """Fields that stand twice in one object; a reader takes one of them, mostly the last."""
    found: dict[str, None] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(pairs)
        if len(held) < len(pairs):
            times = Counter(name for name, _ in pairs)
            found.update(dict.fromkeys(name for name in times if times[name] > 1))
        return held

    try:
        json.loads(body, object_pairs_hook=members)
    except (ValueError, RecursionError):
        return
    for name in found:
        yield Problem(f"body {name[:100]}", "stands more than once in an object", "ignored")


def _unknown_field(pointer: str, last: str, name: str) -> Problem:
    return Problem(f"body {pointer}/{last[:100]}", "is not a field of this object", "ignored", name)


def _looks_like(content: Iterable[str], body: bytes) -> str | None:
    """The described type that a body of another type can be read as."""
    if body.lstrip()[:1] in (b"{", b"["):
        return next((kind for kind in content if _is_json(kind)), None)
    return _FORM if _FORM in content and b"=" in body else None


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _read(document: Document, schema: Any, kind: str, content_type: str, body: bytes) -> Any:
    if _is_json(kind):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Unreadable("is not JSON") from None
    if kind == _FORM:
        return form(document, schema, grouped(pairs_of(body.decode("utf-8", "replace"))))
    if kind == _MULTIPART:
        parts = list(parts_of(body, content_type))
        texts = grouped([(name, text) for name, text in parts if text is not None])
        files = {name: [""] for name, text in parts if text is None}
        return form(document, schema, {**texts, **files})
    return body.decode("utf-8", "replace")
