"""Texts of queries, paths, headers and forms as the values that a schema describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from mockserver.conformance.documents import Document

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}  # as frameworks read them from a text
_MOST_FIELDS = 2000
_DEEPEST = 40

Pairs = list[tuple[str, str]]


class Unreadable(ValueError):
    """A query or body that cannot be taken apart."""


def kinds(document: Document, schema: Any, depth: int = 0) -> frozenset[str]:
    """The types that a schema allows, those of its alternatives included."""
    schema = document.resolve(schema)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return frozenset()
    given = schema.get("type", ())
    found = {given} if isinstance(given, str) else set(given)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            found |= kinds(document, part, depth + 1)
    found |= {_kind(choice) for choice in schema.get("enum", ())} if not found else set()
    return frozenset(found)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "integer", float: "number"}.get(type(value), "")


def read(document: Document, schema: Any, text: str) -> Any:
    """What a text stands for by a schema; the text itself when it stands for nothing else."""
    allowed = kinds(document, schema)
    if "string" in allowed or not allowed:
        return text
    if "integer" in allowed and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in allowed and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in allowed and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    return None if "null" in allowed and text in ("", "null") else text


def read_all(document: Document, schema: Any, texts: list[str], *, split: bool) -> Any:
    """The value of a parameter from everything that was given for it; `split` for lists with commas."""
    if "array" not in kinds(document, schema):
        return read(document, schema, texts[-1])
    if split:
        texts = [part for text in texts for part in text.split(",")]
    items = document.resolve(schema).get("items", {})
    return [read(document, items, text) for text in texts]


def pairs_of(query: str) -> Pairs:
    """A query or form as pairs, in their order."""
    try:
        return parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Unreadable("has too many fields") from None


def parts_of(body: bytes, content_type: str) -> Iterator[tuple[str, str | None]]:
    """The fields of a multipart form; None for the content of a file, whose schema says nothing."""
    from email import message_from_bytes  # not with the start of every server

    try:
        head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
        message = message_from_bytes(head + body)
        parts = message.get_payload() if message.is_multipart() else []
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, str):
                continue
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                file = part.get_filename() is not None
                content = part.get_payload(decode=True)
                text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
                yield name, None if file else text
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        raise Unreadable("cannot be taken apart") from None


def form(document: Document, schema: Any, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """A form as the object that a schema describes."""
    properties = document.resolve(schema).get("properties", {})
    made: dict[str, Any] = {}
    for name, texts in given.items():
        known = name if name in properties else name.removesuffix("[]")
        if properties.get(f"{name}[]", {}).get("x-alone"):
            known = f"{name}[]"
        made[known if known in properties else name] = read_all(
            document, properties.get(known, {}), texts, split=False
        )
    return made


def grouped(pairs: Pairs) -> dict[str, list[str]]:
    """The values of each name, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
