"""How an answer is held against an expectation. The words are those of `contracts/*/probes*.yaml`.

    status          HTTP status, or a list of those allowed
    content_type    the whole value of the header; media_type: without its parameters
    headers         name in lower case -> exact value, or a name such as <text>; headers_lack: not there
    body            the whole document, members in this order; like: at least these members, in any order
    equals          dotted path -> value
    keys            path -> names of the members of the object there, in order; an empty path is the document
    has, lacks      paths that must, must not exist (null exists)
    ends_with       path -> end of the text there
    one_of          path -> the values allowed there
    count           path -> length of the list there; at_least, at_most: limits of it
    each            path of a list -> what each of its items is (as in body), or the name of a template
    is_a            path of an object -> the same for it alone
    every           path of a list -> {path in the item: value}; with a ? behind it the list may be absent
    each_type       path of a list -> type of each of its items
    sorted_by       {path, attribute or field, dir}: the list at path is in this order, as the server collates
    same_order_as   the ids of data come in the order of another request
    errors          the errors of JSON:API, exact in number and order; a null detail is not compared
    included_types  types of the included records in order of first appearance; unique_included: none twice
    query_of, path_of   path to a URL -> its query, its path behind the base URL, byte for byte
    etag            sha256_32: the first half of the body's SHA-256
    body_empty      nothing came
    raw_contains, raw_lacks   pieces of the body's text
    schema          name of the operation whose documented answer it is, by the OpenAPI document

Values may be named instead of given (see `values`). Nothing here fails on an answer, whatever it holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit

from mockserver.verify.asking import Answer
from mockserver.verify.values import Absent, Difference, at, compare, excerpt, shown

_NOTHING = object()
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


class Context(Protocol):
    """What an expectation may need besides the answer."""

    @property
    def base_path(self) -> str:
        """The path of the base URL."""

    @property
    def templates(self) -> Mapping[str, Any]:
        """What `each` may name."""

    def ask_again(self, request: str) -> Answer:
        """The answer to `GET /path?query`."""

    def violations(self, operation: str, answer: Answer) -> Iterable[Difference]:
        """How an answer is not what the OpenAPI document says."""


def differences(expect: Mapping[str, Any], answer: Answer, context: Context) -> list[Difference]:
    """Everything in which an answer is not as expected; after a wrong status, that alone."""
    unknown = expect.keys() - _CHECKS.keys() - {"status"}
    if unknown:
        raise ValueError(f"unknown words in an expectation: {', '.join(sorted(unknown))}")
    wanted = expect.get("status", answer.status)
    allowed = wanted if isinstance(wanted, list) else [wanted]
    if answer.status not in allowed:
        status = " or ".join(str(one) for one in allowed)
        return [Difference("status", status, f"{answer.told}: {excerpt(answer.body)}")]
    try:
        content = answer.json() if answer.body else _NOTHING
    except ValueError:
        content = _NOTHING
    found: list[Difference] = []
    if content is _NOTHING and expect.keys() & _OF_JSON:
        found.append(Difference("body", "JSON", excerpt(answer.body)))
    for word, value in expect.items():
        if word == "status" or (content is _NOTHING and word in _OF_JSON):
            continue
        try:
            found += _CHECKS[word](value, answer, content, context)
        except Absent as error:
            found.append(Difference(str(error.args[0]), "a value", "nothing"))
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError):
            found.append(Difference(word, shown(value), f"something else: {excerpt(answer.body)}"))
    return found


Found = Iterator[Difference]


def _content_type(wanted: str, answer: Answer, _: Any, __: Context) -> Found:
    found = answer.header("content-type")
    if found != wanted:
        yield Difference("header content-type", wanted, found or "nothing")


def _media_type(wanted: str, answer: Answer, _: Any, __: Context) -> Found:
    found = answer.header("content-type") or ""
    if found.partition(";")[0].strip().lower() != wanted:
        yield Difference("header content-type", wanted, found or "nothing")


def _headers(wanted: Mapping[str, str], answer: Answer, _: Any, __: Context) -> Found:
    for name, value in wanted.items():
        found = answer.header(name)
        if found is None:
            yield Difference(f"header {name}", shown(value), "nothing")
        else:
            yield from compare(value, found, f"header {name}")


def _headers_lack(wanted: list[str], answer: Answer, _: Any, __: Context) -> Found:
    for name in wanted:
        if (found := answer.header(name)) is not None:
            yield Difference(f"header {name}", "nothing", shown(found))


def _body(wanted: Any, _: Answer, content: Any, __: Context) -> Found:
    yield from compare(wanted, content)


def _like(wanted: Any, _: Answer, content: Any, __: Context) -> Found:
    yield from _at_least(wanted, content, "")


def _at_least(wanted: Any, found: Any, path: str) -> Found:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            below = f"{path}.{name}" if path else name
            if name not in found:
                yield Difference(below, shown(value), "nothing")
            else:
                yield from _at_least(value, found[name], below)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _at_least(one, other, f"{path}.{index}" if path else str(index))
    else:
        yield from compare(wanted, found, path, ordered=False)


def _equals(wanted: Mapping[str, Any], _: Answer, content: Any, __: Context) -> Found:
    for path, value in wanted.items():
        try:
            found = at(content, path)
        except Absent:
            yield Difference(path, shown(value), "nothing")
            continue
        yield from compare(value, found, path, ordered=False)


def _keys(wanted: Mapping[str, list[str]], _: Answer, content: Any, __: Context) -> Found:
    for path, names in wanted.items():
        found = at(content, path)
        if not isinstance(found, dict):
            yield Difference(path, "an object", shown(found))
        elif list(found) != names:
            yield Difference(path, f"members {', '.join(names)}", ", ".join(found) or "none")


def _has(wanted: list[str], _: Answer, content: Any, __: Context) -> Found:
    for path in wanted:
        if _get(content, path) is _NOTHING:
            yield Difference(path, "a value", "nothing")


def _lacks(wanted: list[str], _: Answer, content: Any, __: Context) -> Found:
    for path in wanted:
        if (found := _get(content, path)) is not _NOTHING:
            yield Difference(path, "nothing", shown(found))


def _ends_with(wanted: Mapping[str, str], _: Answer, content: Any, __: Context) -> Found:
    for path, end in wanted.items():
        found = at(content, path)
        if not (isinstance(found, str) and found.endswith(end)):
            yield Difference(path, f"a text that ends with {end}", shown(found))


def _one_of(wanted: Mapping[str, list[Any]], _: Answer, content: Any, __: Context) -> Found:
    for path, allowed in wanted.items():
        found = at(content, path)
        if not any(type(found) is type(one) and found == one for one in allowed):
            yield Difference(path, " or ".join(shown(one) for one in allowed), shown(found))


def _count(wanted: Mapping[str, int], _: Answer, content: Any, __: Context) -> Found:
    yield from _counted(wanted, content, "", lambda found, limit: found == limit)


def _at_least_so_many(wanted: Mapping[str, int], _: Answer, content: Any, __: Context) -> Found:
    yield from _counted(wanted, content, "at least ", lambda found, limit: found >= limit)


def _at_most_so_many(wanted: Mapping[str, int], _: Answer, content: Any, __: Context) -> Found:
    yield from _counted(wanted, content, "at most ", lambda found, limit: found <= limit)


def _counted(wanted: Mapping[str, int], content: Any, words: str, holds: Callable[[int, int], bool]) -> Found:
    for path, length in wanted.items():
        found = at(content, path)
        if not isinstance(found, list):
            yield Difference(path, "a list", shown(found))
        elif not holds(len(found), length):
            yield Difference(path, f"{words}{length} items", str(len(found)))


def _each(wanted: Mapping[str, Any], _: Answer, content: Any, context: Context) -> Found:
    for path, template in wanted.items():
        expected = context.templates[template] if isinstance(template, str) else template
        for index, item in enumerate(_items(content, path)):
            found = list(compare(expected, item, f"{path}.{index}" if path else str(index)))
            yield from found
            if found:
                break  # the others will differ alike


def _is_a(wanted: Mapping[str, Any], _: Answer, content: Any, context: Context) -> Found:
    for path, template in wanted.items():
        expected = context.templates[template] if isinstance(template, str) else template
        yield from compare(expected, at(content, path), path)


def _every(wanted: Mapping[str, Mapping[str, Any]], _: Answer, content: Any, __: Context) -> Found:
    for place, values in wanted.items():
        path = place.removesuffix("?")
        if path != place and _get(content, path) is _NOTHING:
            continue
        for index, item in enumerate(_items(content, path)):
            for below, value in values.items():
                where = ".".join(part for part in (path, str(index), below) if part)
                found = _get(item, below)
                if found is _NOTHING:
                    yield Difference(where, shown(value), "nothing")
                else:
                    yield from compare(value, found, where, ordered=False)


def _each_type(wanted: Mapping[str, str], _: Answer, content: Any, __: Context) -> Found:
    for path, kind in wanted.items():
        for index, item in enumerate(_items(content, path)):
            if (found := at(item, "type")) != kind:
                yield Difference(f"{path}.{index}.type", kind, shown(found))
                break


def _sorted_by(wanted: Mapping[str, str], _: Answer, content: Any, __: Context) -> Found:
    field = wanted.get("field") or f"attributes.{wanted['attribute']}"
    rows = [at(row, field) for row in _items(content, wanted["path"])]
    found = [value for value in rows if value is not None]  # at which end those stand is not claimed
    # How a server collates is not known: by letters, or byte for byte; amounts by what they are.
    orders = [found, [_collated(value) if isinstance(value, str) else value for value in found]]
    if all(isinstance(value, str) and _AMOUNT.fullmatch(value) for value in found):
        orders.append([Decimal(value) for value in found])
    descending = wanted["dir"] == "desc"
    if not any(sorted(order, reverse=descending) == order for order in orders):
        yield Difference(wanted["path"], f"the order of {field}, {wanted['dir']}", shown(rows))


def _same_order_as(wanted: str, _: Answer, content: Any, context: Context) -> Found:
    other = context.ask_again(wanted).json()
    found, expected = ([at(row, "id") for row in _items(one, "data")] for one in (content, other))
    if found != expected:
        yield Difference("data", f"the order of {wanted}", shown(found))


def _errors(wanted: list[dict[str, Any]], _: Answer, content: Any, __: Context) -> Found:
    found = at(content, "errors")
    if not isinstance(found, list) or len(found) != len(wanted):
        yield Difference("errors", f"{len(wanted)}: {shown(wanted)}", shown(found))
        return
    for index, (expected, error) in enumerate(zip(wanted, found, strict=True)):
        template = {
            name: "<text>" if name == "detail" and value is None else value
            for name, value in expected.items()
        }
        yield from compare(template, error, f"errors.{index}", ordered=False)


def _included_types(wanted: list[str], _: Answer, content: Any, __: Context) -> Found:
    found = list(dict.fromkeys(at(row, "type") for row in _items(content, "included")))
    if found != wanted:
        yield Difference("included", f"types {', '.join(wanted)}", shown(found))


def _unique_included(_: bool, __: Answer, content: Any, ___: Context) -> Found:
    names = [(at(row, "type"), at(row, "id")) for row in _items(content, "included")]
    twice = sorted({f"{kind} {one}" for kind, one in names if names.count((kind, one)) > 1})
    if twice:
        yield Difference("included", "no record twice", ", ".join(twice))


def _query_of(wanted: Mapping[str, str], _: Answer, content: Any, __: Context) -> Found:
    for path, query in wanted.items():
        if (found := at(content, path).partition("?")[2]) != query:
            yield Difference(f"{path}, its query", query, found or "none")


def _path_of(wanted: Mapping[str, str], _: Answer, content: Any, context: Context) -> Found:
    for path, expected in wanted.items():
        found = urlsplit(at(content, path)).path
        if found.removeprefix(context.base_path) != expected:
            yield Difference(f"{path}, its path", expected, found)


def _etag(_: str, answer: Answer, __: Any, ___: Context) -> Found:
    expected = f'W/"{sha256(answer.body).hexdigest()[:32]}"'
    if (found := answer.header("etag")) != expected:
        yield Difference("header etag", expected, found or "nothing")


def _body_empty(_: bool, answer: Answer, __: Any, ___: Context) -> Found:
    if answer.body:
        yield Difference("body", "nothing", excerpt(answer.body))


def _raw_contains(wanted: list[str], answer: Answer, _: Any, __: Context) -> Found:
    for text in wanted:
        if text.encode() not in answer.body:
            yield Difference("body", f"a text with {text}", excerpt(answer.body))


def _raw_lacks(wanted: list[str], answer: Answer, _: Any, __: Context) -> Found:
    for text in wanted:
        if text.encode() in answer.body:
            yield Difference("body", f"a text without {text}", excerpt(answer.body))


def _schema(wanted: str, answer: Answer, _: Any, context: Context) -> Found:
    yield from context.violations(wanted, answer)


def _get(content: Any, path: str) -> Any:
    try:
        return at(content, path)
    except Absent:
        return _NOTHING


def _items(content: Any, path: str) -> list[Any]:
    found = at(content, path)
    if not isinstance(found, list):
        raise TypeError(path)
    return found


def _collated(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum()).casefold()


_CHECKS: dict[str, Callable[[Any, Answer, Any, Context], Found]] = {
    "content_type": _content_type,
    "media_type": _media_type,
    "headers": _headers,
    "headers_lack": _headers_lack,
    "body": _body,
    "like": _like,
    "equals": _equals,
    "keys": _keys,
    "has": _has,
    "lacks": _lacks,
    "ends_with": _ends_with,
    "one_of": _one_of,
    "count": _count,
    "at_least": _at_least_so_many,
    "at_most": _at_most_so_many,
    "each": _each,
    "is_a": _is_a,
    "every": _every,
    "each_type": _each_type,
    "sorted_by": _sorted_by,
    "same_order_as": _same_order_as,
    "errors": _errors,
    "included_types": _included_types,
    "unique_included": _unique_included,
    "query_of": _query_of,
    "path_of": _path_of,
    "etag": _etag,
    "body_empty": _body_empty,
    "raw_contains": _raw_contains,
    "raw_lacks": _raw_lacks,
    "schema": _schema,
}
_OF_JSON = _CHECKS.keys() - {
    "content_type",
    "media_type",
    "headers",
    "headers_lack",
    "etag",
    "body_empty",
    "raw_contains",
    "raw_lacks",
    "schema",
}
WORDS = frozenset(_CHECKS) | {"status"}
