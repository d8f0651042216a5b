"""Query strings by Rack's rules, and back to text by Rails' rules (engine.md 6 and 10)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

Params = dict[str, Any]  # values: text, None (sent without "="), lists and dicts of such

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEPARATOR = re.compile(r"& *")
_DEEPEST = 100
_MOST = 4096


class UnreadableQuery(ValueError):
    """Rails itself refuses the query: broken text, conflicting shapes, too deep, too many."""


def parse_query(raw: str) -> Params:
    """`filter[a]=1&page[size]=2` as nested dicts. The last duplicate wins. UnreadableQuery."""
    params: Params = {}
    if not raw:
        return params
    pieces = _SEPARATOR.split(raw)
    if len(pieces) > _MOST:
        raise UnreadableQuery("too many parameters")
    for piece in pieces:
        if not piece:
            continue
        name, equals, value = piece.partition("=")
        _store(params, unescape(name), unescape(value) if equals else None, 0)
    return params


def unescape(text: str) -> str:
    """One name or value; `raw` text holds bytes as Latin-1 characters. UnreadableQuery."""
    if "%" not in text and "+" not in text and text.isascii():
        return text
    if _BAD_ESCAPE.search(text):
        raise UnreadableQuery("invalid %-encoding")
    try:
        return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
    except UnicodeError:
        raise UnreadableQuery("invalid UTF-8") from None


def _store(params: Params, name: str, value: str | None, depth: int) -> Any:
    if depth >= _DEEPEST:
        raise UnreadableQuery("nested too deep")
    if depth == 0:
        start = name.find("[", 1)
        key, rest = (name, "") if start < 0 else (name[:start], name[start:])
    elif name.startswith("[]"):
        key, rest = "[]", name[2:]
    elif name.startswith("[") and (end := name.find("]", 1)) > 0:
        key, rest = name[1:end], name[end + 1 :]
    else:
        key, rest = name, ""
    if not key:
        return params
    if not rest:
        if key == "[]" and depth:
            return [value]
        params[key] = value
    elif rest == "[":
        params[name] = value
    elif rest == "[]":
        _list(params, key).append(value)
    elif rest.startswith("[]"):
        child = rest[2:]
        if child.startswith("[") and child.endswith("]"):
            inner = child[1:-1]
            child = inner if inner and "[" not in inner and "]" not in inner else child
        items = _list(params, key)
        if items and isinstance(items[-1], dict) and child not in items[-1]:
            _store(items[-1], child, value, depth + 1)
        else:
            items.append(_store({}, child, value, depth + 1))
    else:
        if params.get(key) is None:
            params[key] = {}
        if not isinstance(params[key], dict):
            raise UnreadableQuery(f"expected {key} to be a hash")
        params[key] = _store(params[key], rest, value, depth + 1)
    return params


def _list(params: Params, key: str) -> list[Any]:
    if params.get(key) is None:
        params[key] = []
    items = params[key]
    if not isinstance(items, list):
        raise UnreadableQuery(f"expected {key} to be an array")
    return items


def to_query(params: Params) -> str:
    """Nested parameters as an encoded query string, groups and their pieces sorted as text."""
    return "&".join(sorted(_piece(name, value) for name, value in params.items() if value not in ({}, [])))


def _piece(name: str, value: Any) -> str:
    if isinstance(value, dict):
        inner = [_piece(f"{name}[{key}]", item) for key, item in value.items() if item not in ({}, [])]
        return "&".join(inner if "[]" in name else sorted(inner))
    if isinstance(value, list):
        return "&".join(_piece(name + "[]", item) for item in value)
    return f"{quote_plus(name, safe='')}={quote_plus('' if value is None else str(value), safe='')}"


def csv_line(text: str) -> list[str | None] | None:
    """The first line of `text` as comma-separated values; None when a quote is out of place.

    An empty item is None, an empty quoted one is "" (Ruby's CSV.parse_line).
    """
    if '"' not in text:
        line = re.split(r"\r\n|\n|\r", text, maxsplit=1)[0]
        return [item or None for item in line.split(",")] if line else []
    items: list[str | None] = []
    place, end = 0, len(text)
    while True:
        if place < end and text[place] == '"':
            place += 1
            value = ""
            while True:
                close = text.find('"', place)
                if close < 0:
                    return None
                value += text[place:close]
                place = close + 1
                if place < end and text[place] == '"':
                    value += '"'
                    place += 1
                    continue
                break
            items.append(value)
            if place < end and text[place] not in ",\r\n":
                return None
        else:
            start = place
            while place < end and text[place] not in ",\r\n":
                if text[place] == '"':
                    return None
                place += 1
            items.append(text[start:place] or None)
        if place >= end or text[place] in "\r\n":
            return items
        place += 1


def leading_integer(text: str) -> int:
    """Ruby's String#to_i: the leading whole number, 0 when there is none."""
    found = re.match(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)", text)
    if found is None:
        return 0
    digits = found[1].replace("_", "")
    return int(digits[:40])  # nothing beyond 64 bits is told apart from anything larger
