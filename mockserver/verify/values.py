"""Values of an answer: where they are, what a volatile one is called, and how two of them differ.

An expectation may name a value instead of giving it: `<uuid>`, `<instant>`, `<decimal>`. A question mark
inside the brackets allows null, `<text?>`; one behind the name of a member allows the member to be absent,
`{"meta?": ...}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson

from mockserver.verify.masking import MASK, is_secret, without_secrets

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)"
_DEEPEST = 6  # levels of a value that are shown
_WIDEST = 12  # members or items of it
_LONGEST = 240  # characters of it
_EXCERPT = 2000  # bytes of a body that are looked at to show its beginning


def _text(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _whole(value: Any) -> bool:
    return type(value) is int


def _list_of(kind: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(NAMES[kind](item) for item in value)


# What the names stand for.
NAMES: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "text": lambda value: isinstance(value, str),
    "word": _text(r"[a-z][a-z0-9_]*"),
    "title": _text(r"[A-Z][a-z]*"),
    "upper": _text(r"[A-Z]+"),
    "camel": _text(r"([A-Z][a-z]*)+"),
    "uuid": _text(_UUID),
    "instant": _text(_INSTANT),
    "date": _text(r"\d{4}-\d\d-\d\d"),
    "decimal": _text(r"-?\d+\.\d+"),
    "money": _text(r"-?\d+\.\d\d"),
    "digits": _text(r"\d+"),
    "reference": _text(r"[A-Z]{3}-\d{6}"),
    "url": _text(r"https?://[^\s]+"),
    "int": _whole,
    "count": lambda value: _whole(value) and value >= 0,
    "number": lambda value: _whole(value) or isinstance(value, float),
    "bool": lambda value: value is True or value is False,
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "texts": _list_of("text"),
    "words": _list_of("word"),
    "ints": _list_of("int"),
    "objects": _list_of("object"),
}
_NAME = re.compile(r"<([a-z]+)(\??)>")


class Difference(NamedTuple):
    """One thing that is not as expected. `expected` and `found` are texts, ready to be shown."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class Absent(KeyError):
    """There is no value at a path."""


def at(content: Any, path: str) -> Any:
    """The value at a dotted path, `data.0.id`; Absent when there is none. Keys may hold dots themselves."""
    if not path:
        return content
    first, _, rest = path.partition(".")
    if isinstance(content, list):
        if not (first.isascii() and first.isdecimal() and int(first) < len(content)):
            raise Absent(path)
        return at(content[int(first)], rest)
    if not isinstance(content, dict):
        raise Absent(path)
    if path in content:
        return content[path]
    if first not in content:
        raise Absent(path)
    return at(content[first], rest)


def shown(value: Any) -> str:
    """A value as JSON for a report: cut where it is deep, wide or long, without what secret names hold."""
    try:
        text = orjson.dumps(_cut(value, _DEEPEST), option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):  # half a surrogate, for one
        text = ascii(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def excerpt(body: bytes) -> str:
    """The beginning of a body for a report, without what secret names hold in it."""
    return shown(without_secrets(body[:_EXCERPT].decode("utf-8", "replace"))) if body else "an empty body"


def compare(expected: Any, found: Any, path: str = "", *, ordered: bool = True) -> Iterator[Difference]:
    """Everything that differs. With `ordered` the members of an object must come in the order expected."""
    if isinstance(expected, str) and (name := _NAME.fullmatch(expected)) and name[1] in NAMES:
        if not (found is None and name[2]) and not NAMES[name[1]](found):
            yield Difference(path, expected, shown(found))
    elif isinstance(expected, dict) and isinstance(found, dict):
        yield from _members(expected, found, path, ordered)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield Difference(path, f"{len(expected)} items", f"{len(found)}: {shown(found)}")
        else:
            for index, (one, other) in enumerate(zip(expected, found, strict=True)):
                yield from compare(one, other, _below(path, index), ordered=ordered)
    elif type(expected) is not type(found) or expected != found:
        yield Difference(path, shown(expected), shown(found))


def _members(
    expected: dict[str, Any], found: dict[str, Any], path: str, ordered: bool
) -> Iterator[Difference]:
    optional = {name[:-1] for name in expected if name.endswith("?")}
    names = [name.removesuffix("?") for name in expected]
    for name, template in zip(names, expected.values(), strict=True):
        if name in found:
            yield from compare(template, found[name], _below(path, name), ordered=ordered)
        elif name not in optional:
            yield Difference(_below(path, name), shown(template), "nothing")
    for name in found:
        if name not in names:
            yield Difference(_below(path, name), "nothing", shown(found[name]))
    in_common = [name for name in names if name in found]
    order = [name for name in found if name in names]
    if ordered and order != in_common:
        yield Difference(path, f"members in the order {', '.join(in_common)}", ", ".join(order))


def _below(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _cut(value: Any, levels: int) -> Any:
    if isinstance(value, dict):
        if levels == 0:
            return "{…}"
        kept = {
            name: MASK if item and is_secret(str(name)) else _cut(item, levels - 1)
            for name, item in list(value.items())[:_WIDEST]
        }
        return kept | ({"…": len(value) - _WIDEST} if len(value) > _WIDEST else {})
    if isinstance(value, list):
        if levels == 0:
            return "[…]"
        return [_cut(item, levels - 1) for item in value[:_WIDEST]] + ["…"] * (len(value) > _WIDEST)
    return value
