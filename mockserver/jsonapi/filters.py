"""Filters and sort keys bound to one version of a type: from the text of a request to a test of a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mockserver.core.world import World
from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.rack import csv_line
from mockserver.jsonapi.resource import Filter, Sort

if TYPE_CHECKING:
    from mockserver.jsonapi.schema import View

Getter = Callable[[World, Any], Any]
Test = Callable[[World, Any], bool]
Given = list[str | None]  # None: an empty item


def getter(view: View, path: str) -> Getter:
    """A function to the value at `did_group.country_id`; None when a link on the way is empty."""
    hops, _, last = path.rpartition(".")
    if not hops:
        return lambda _, row: getattr(row, last)
    steps: list[tuple[str, Any]] = []
    at = view
    for hop in hops.split("."):
        relationship = next(r for r in at.resource.relationships if r.field == f"{hop}_id")
        at = at.schema.by_canonical[relationship.target]
        steps.append((relationship.field, at.source))

    def walk(world: World, row: Any) -> Any:
        for field, source in steps:
            identifier = getattr(row, field)
            row = None if identifier is None else source.linked(world, identifier)
            if row is None:
                return None
        return getattr(row, last)

    return walk


def instant_of(text: str) -> datetime:
    """The instant that a filter names, UTC unless it says otherwise. ValueError or OverflowError for none."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class BoundFilter:
    """A filter as one version of a type knows it."""

    def __init__(self, view: View, declared: Filter) -> None:
        self.declared = declared
        self.name = declared.name
        self._get: Getter = declared.value or getter(view, declared.path)
        self._encode: Callable[[Any], Any] | None = None
        for attribute in view.attributes.values():
            if attribute.field == declared.path:
                self._encode = attribute.codec_in(view.version, new=True).encode
                if attribute.name == declared.path:  # another member may be written from the same field
                    break

    def given(self, raw: Any) -> Given:
        """The values a request names. Refusal when the filter takes no such value."""
        if isinstance(raw, dict) or (isinstance(raw, list) and any(isinstance(i, list | dict) for i in raw)):
            raise Refusal(faults.bad_request())  # the engine fails here
        values: Given
        if raw is None or isinstance(raw, str):
            if raw is None or not raw.strip():
                values = []
            else:
                line = csv_line(raw)
                values = [raw] if line is None else line
        else:
            values = list(raw)
        declared = self.declared
        if not values and declared.blank:
            return [None]
        if (not values and declared.blank is False) or (len(values) > 1 and not declared.array):
            raise self._refuse(values)
        return values

    def test(self, values: Given) -> Test:
        """What a row must pass. Refusal with 107 for a value of the wrong kind."""
        declared, get = self.declared, self._get
        if declared.kind == "boolean":
            if not values or values[0] not in ("true", "false"):
                raise self._refuse(values)
            wanted = values[0] == "true"
            return lambda world, row: bool(get(world, row)) is wanted
        if declared.match in ("gteq", "lteq"):
            limit = self._bound(values)
            if declared.match == "gteq":
                return lambda world, row: (found := get(world, row)) is not None and found >= limit
            return lambda world, row: (found := get(world, row)) is not None and found <= limit
        if declared.words is not None:
            known = declared.words | {None} if declared.blank else declared.words
            if any(value not in known for value in values):
                raise self._refuse(values)
        if declared.match == "overlap":
            words = set(values)
            return lambda world, row: not words.isdisjoint(get(world, row) or ())
        if declared.fold:
            values = [value.casefold() if value is not None else None for value in values]
        if declared.match == "contains":
            sought = tuple(values)

            def holds(world: World, row: Any) -> bool:
                found = self._text(get(world, row)) or ""
                return any(not found if part is None else part in found for part in sought)

            return holds
        accepted = frozenset([*values, ""] if None in values else values)  # an empty text is no value either
        return lambda world, row: self._text(get(world, row)) in accepted

    def _text(self, value: Any) -> str | None:
        """A stored value as a request spells it."""
        if value is None:
            return None
        if self._encode is not None:
            value = self._encode(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        text = str(value)
        return text.casefold() if self.declared.fold else text

    def _bound(self, values: Given) -> Any:
        text = (values[0] or "").strip()
        try:
            if self.declared.kind == "integer":
                return int(text) if text.isascii() else self._fail(values)
            return instant_of(text)
        except (ValueError, OverflowError):
            raise self._refuse(values) from None

    def _fail(self, values: Given) -> Any:
        raise self._refuse(values)

    def _refuse(self, values: Given) -> Refusal:
        text = ",".join(value or "" for value in values)
        return Refusal(faults.invalid_filter_value(text, self.name))


class BoundSort:
    """A sort key as one version of a type knows it."""

    def __init__(self, view: View, declared: Sort) -> None:
        self.name = declared.name
        self._get = getter(view, declared.path)
        self._key = declared.key

    def apply(self, world: World, rows: list[Any], descending: bool) -> None:
        """Sort in place, keeping the order of equal rows. No value counts as the largest (PostgreSQL)."""
        get, key = self._get, self._key

        def compared(row: Any) -> tuple[bool, Any]:
            value = get(world, row)
            if value is None:
                return (True, 0)
            return (False, value if key is None else key(value))

        rows.sort(key=compared, reverse=descending)
