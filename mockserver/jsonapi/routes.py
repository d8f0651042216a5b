"""Which operation a method and a path mean, by the path's shape (engine.md 5 and 11)."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.jsonapi.resource import Relationship, Unbuilt
from mockserver.jsonapi.schema import Schema, View

Action = Literal[
    "list", "show", "create", "update", "delete", "related",
    "linkage", "linkage_add", "linkage_replace", "linkage_remove",
]  # fmt: skip


class UnreadablePath(ValueError):
    """A path that is not UTF-8."""


class Match(NamedTuple):
    """A routed request. `identifier` is the decoded id of the record or of the parent."""

    view: View
    action: Action
    identifier: str
    relationship: Relationship | None


_COLLECTION: dict[str, Action] = {"GET": "list", "POST": "create"}
_MEMBER: dict[str, Action] = {"GET": "show", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_LINKAGE: dict[str, Action] = {
    "GET": "linkage",
    "POST": "linkage_add",
    "PATCH": "linkage_replace",
    "PUT": "linkage_replace",
    "DELETE": "linkage_remove",
}


def split(path: str) -> list[str] | None:
    """The decoded segments without the format suffix, or None when no route can match. UnreadablePath."""
    parts = [part for part in path.split("/") if part]
    if "." in path:
        if any("." in part for part in parts[:-1]):
            return None
        name, dot, suffix = parts[-1].partition(".")
        if dot and (not name or not suffix or "." in suffix):
            return None
        parts[-1] = name
    if "%" in path or not path.isascii():
        try:
            parts = [unquote_to_bytes(part.encode("latin-1")).decode() for part in parts]
        except UnicodeError:
            raise UnreadablePath from None
    return parts


def find(schema: Schema, method: str, parts: list[str]) -> Match | Unbuilt | None:
    """What a request means; `parts` start with the collection's path. None: unrouted."""
    view = schema.by_path.get(parts[0])
    if view is None:
        unbuilt = schema.unbuilt.get(parts[0])
        return unbuilt if unbuilt is not None and _routed(unbuilt, method, parts) else None
    depth = len(parts)
    operations = view.operations
    action: Action | None
    if depth == 1:
        action = _COLLECTION.get(method)
        if view.resource.singleton and action == "list":
            action = "show"
        return Match(view, action, "", None) if action in operations else None
    if view.resource.singleton:
        return None
    if depth == 2:
        action = _MEMBER.get(method)
        return Match(view, action, parts[1], None) if action in operations else None
    if depth == 3:
        relationship = view.relationships.get(parts[2])
        if relationship is None or method != "GET":
            return None
        return Match(view, "related", parts[1], relationship)
    if depth != 4 or parts[2] != "relationships":
        return None
    relationship = view.relationships.get(parts[3])
    action = _LINKAGE.get(method)
    if relationship is None or action is None:
        return None
    if action != "linkage" and "update" not in operations:
        return None
    if action == "linkage_add" and not relationship.many:
        return None
    return Match(view, action, parts[1], relationship)


def _routed(unbuilt: Unbuilt, method: str, parts: list[str]) -> bool:
    """Whether the real service routes a request to what is not built; any relationship name is believed."""
    if len(parts) == 1:
        action = "show" if unbuilt.singleton and method == "GET" else _COLLECTION.get(method)
        return action in unbuilt.operations
    if unbuilt.singleton:
        return False
    if len(parts) == 2:
        return _MEMBER.get(method) in unbuilt.operations
    if len(parts) == 3:
        return method == "GET" and parts[2] != "relationships"
    return len(parts) == 4 and parts[2] == "relationships" and method in _LINKAGE
