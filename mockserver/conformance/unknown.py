"""Fields of a body that its schema does not name, at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.conformance.documents import Document

_DEEPEST = 40
_MOST = 50
_MOST_ITEMS = 200
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def unknown_fields(document: Document, schema: Any, value: Any) -> list[tuple[str, ...]]:
    """Their places in the value, at most fifty. An object whose schema names no fields may hold any."""
    found: list[tuple[str, ...]] = []
    for place in _walk(document, [schema], value, ()):
        found.append(place)
        if len(found) == _MOST:
            break
    return found


def _walk(
    document: Document, schemas: list[Any], value: Any, place: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """`schemas` all speak of the value; what one of them knows is known."""
    if len(place) > _DEEPEST or not isinstance(value, (dict, list)):
        return
    every = list(_flat(document, schemas))
    if isinstance(value, list):
        items = [schema["items"] for schema in every if "items" in schema]
        for number, item in enumerate(value[:_MOST_ITEMS]) if items else ():
            yield from _walk(document, items, item, (*place, str(number)))
        return
    free = any(schema.get("additionalProperties", False) is not False for schema in every)
    free = free or any("patternProperties" in schema for schema in every)
    named = [schema["properties"] for schema in every if "properties" in schema]
    for name, inner in value.items() if named else ():
        about = [properties[name] for properties in named if name in properties]
        if about:
            yield from _walk(document, about, inner, (*place, name))
        elif not free:
            yield (*place, name)


def _flat(document: Document, schemas: list[Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The schemas with everything that they are made of, alternatives and references included."""
    for schema in schemas:
        if not isinstance(schema, dict) or depth > _DEEPEST:
            continue
        yield schema
        inner = [part for word in _ALTERNATIVES for part in schema.get(word, ())]
        inner += [schema[word] for word in ("then", "else") if word in schema]
        inner += list(schema.get("dependentSchemas", {}).values())
        if "$ref" in schema:
            inner.append(document.resolve({"$ref": schema["$ref"]}))
        yield from _flat(document, inner, depth + 1)
