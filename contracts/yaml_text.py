"""Plain data as YAML text for people: a record in a line where it fits, the same bytes for the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./]*")
_WORDS = {
    "true",
    "false",
    "null",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
}  # what some readers take for something else


def text_of(data: dict[str, Any], head: str) -> str:
    """`data` below `head`, lines of a comment without their `#`. The first two levels are always laid out."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
    return comment + "".join(f"{line}\n" for line in _lines(data, 0, apart=1))


def _lines(data: Any, depth: int, apart: int = 0) -> Iterator[str]:
    """The lines of a mapping or list that is laid out; the first `apart` levels below are so too."""
    start = "  " * depth
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in entries:
        name = f"{start}{_scalar(key)}:" if isinstance(data, dict) else f"{start}-"
        line = f"{name} {_flow(value)}"
        nested = isinstance(value, dict | list) and bool(value)
        if not nested or (not apart and len(line) <= WIDTH):
            yield line
            continue
        inner = list(_lines(value, depth + 1, max(0, apart - 1)))
        if isinstance(data, dict):
            yield name
            yield from inner
        else:
            yield f"{name} {inner[0].lstrip()}"
            yield from inner[1:]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)
