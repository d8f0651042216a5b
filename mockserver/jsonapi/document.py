"""Documents: resource objects, included records and linkage (engine.md 9).

The plain form of a row (no include, no fields) is encoded once and kept beside the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from mockserver.core.world import World
from mockserver.jsonapi.codecs import below_root, beside_root
from mockserver.jsonapi.filters import Test
from mockserver.jsonapi.query import Query, Tree
from mockserver.jsonapi.resource import Relationship
from mockserver.jsonapi.schema import Schema, View

_NOTHING: frozenset[str] = frozenset()
_ID = b"\x00"  # stands for the record's id in templates; no JSON text holds a raw NUL


def json_inside(text: str) -> bytes:
    """Text as it stands between the quotes of a JSON string."""
    return orjson.dumps(text)[1:-1]


def _after(start: str) -> Callable[[str], str]:
    """Writes paths as addresses that begin with `start`."""
    return lambda path: start + path


class Writer:
    """Encodes the records of one type, in one version, for callers at one address."""

    def __init__(self, view: View, root: str) -> None:
        self.view = view
        self.meta = view.resource.meta
        self._head = b'{"id":"' + _ID + b'","type":"' + view.type.encode() + b'"'
        start = json_inside(f"{root}/{view.path}/")
        self._links: dict[str, bytes] = {}
        starts = {below_root: root, beside_root: root.rpartition("/")[0]}
        placed = [
            (name, field, _after(starts[encode]) if encode in starts else encode)
            for name, field, encode in view.encoders
        ]
        self._encoders = tuple(placed)
        self._encoder_of = {name: (name, field, encode) for name, field, encode in placed}
        self._quiet = {r.name for r in view.relationships.values() if r.quiet}
        for name in view.relationships:
            raw = name.encode()
            self._links[name] = (
                b'"' + raw + b'":{"links":{"self":"' + start + _ID + b"/relationships/" + raw
                + b'","related":"' + start + _ID + b"/" + raw + b'"}'
            )  # fmt: skip
        self._all_links = b""
        plain = [link for name, link in self._links.items() if name not in self._quiet]
        if plain:
            joined = b",".join(link + b"}" for link in plain)
            self._all_links = b',"relationships":{' + joined + b"}"

    def plain(self, world: World, row: Any) -> bytes:
        """The whole record without linkage."""
        encoded: bytes | None = row.wire.get(self)
        if encoded is None:
            identifier = json_inside(row.key)
            encoded = row.remember(
                self,
                self._head.replace(_ID, identifier)
                + self._attributes(row, None)
                + self._all_links.replace(_ID, identifier)
                + (b"" if self.meta is not None else b"}"),
            )
        if self.meta is None:
            return encoded
        return encoded + self._own_meta(world, row) + b"}"

    def shaped(
        self,
        world: World,
        row: Any,
        fields: tuple[str, ...] | None,
        linked: Iterable[str],
        narrow: Mapping[str, list[Test]],
    ) -> bytes:
        """A record with some fields only, or with linkage of the relationships in `linked`."""
        identifier = json_inside(row.key)
        parts = [self._head.replace(_ID, identifier), self._attributes(row, fields)]
        relationships = []
        for name, link in self._links.items():
            if fields is not None:
                if name not in fields:
                    continue
            elif name in self._quiet and name not in linked:
                continue
            text = link.replace(_ID, identifier)
            if name in linked:
                found = linkage(world, self.view, row, self.view.relationships[name], narrow.get(name, ()))
                text += b',"data":' + orjson.dumps(found)
            relationships.append(text + b"}")
        if relationships:
            parts.append(b',"relationships":{' + b",".join(relationships) + b"}")
        parts.append(self._own_meta(world, row))
        parts.append(b"}")
        return b"".join(parts)

    def _own_meta(self, world: World, row: Any) -> bytes:
        """The resource's own meta; none where there is nothing in it."""
        found = None if self.meta is None else self.meta(world, row)
        return b',"meta":' + orjson.dumps(found) if found else b""

    def _attributes(self, row: Any, fields: tuple[str, ...] | None) -> bytes:
        if fields is None:
            chosen: Iterable[Any] = self._encoders
        else:
            chosen = [self._encoder_of[name] for name in fields if name in self._encoder_of]
        out: dict[str, Any] = {}
        for name, field, encode in chosen:
            value = getattr(row, field)
            out[name] = value if encode is None or value is None else encode(value)
        return b',"attributes":' + orjson.dumps(out) if out else b""


def identifier(type_name: str, key: str) -> dict[str, str]:
    return {"type": type_name, "id": key}


def linkage(
    world: World, view: View, row: Any, relationship: Relationship, tests: Iterable[Test] = ()
) -> Any:
    """What `data` of a relationship holds: an identifier, None or a list of identifiers."""
    type_name = view.target_type(relationship, row)
    if not relationship.many:
        key = getattr(row, relationship.field)
        if key is None:
            return None
        if type_name not in view.schema.by_type:
            return identifier(type_name, key)
        found = view.one(world, row, relationship)
        return None if found is None else identifier(type_name, found.key)
    records = passing(world, view.many(world, row, relationship), tests)
    return [identifier(type_name, record.key) for record in records]


def passing(world: World, rows: list[Any], tests: Iterable[Test]) -> list[Any]:
    """The rows that pass every test."""
    for test in tests:
        rows = [row for row in rows if test(world, row)]
    return rows


class Writers:
    """The writers of one version for callers at one address."""

    def __init__(self, schema: Schema, root: str) -> None:
        self.root = root
        self._by_type = {name: Writer(view, root) for name, view in schema.by_type.items()}

    def of(self, view: View) -> Writer:
        return self._by_type[view.type]


class _Entry:
    __slots__ = ("linked", "row", "view")

    def __init__(self, view: View, row: Any, linked: Iterable[str]) -> None:
        self.view = view
        self.row = row
        self.linked = set(linked)


class Compound:
    """The included records of one document, in the engine's order.

    Types stand in order of first visit; within a type a nested record precedes the one that led to it;
    a path that runs into a primary record ends there.
    """

    def __init__(
        self, world: World, view: View, primary: Iterable[Any], narrow: dict[str, list[Test]]
    ) -> None:
        self._world = world
        self._type = view.type
        self._primary = {row.key for row in primary}
        self._narrow = narrow
        self._records: dict[str, dict[str, _Entry]] = {view.type: {}}
        self._walked: set[tuple[str, str, int]] = set()

    def add_primary(self, view: View, row: Any, tree: Tree) -> None:
        self._add_related(view, row, tree, self._narrow)

    def _add_related(
        self, view: View, row: Any, tree: Tree, narrow: Mapping[str, list[Test]] | None = None
    ) -> None:
        for name, relationship in view.relationships.items():
            below = tree.get(name)
            if below is None:
                continue
            if relationship.many:
                found = view.many(self._world, row, relationship)
                if narrow and name in narrow:
                    found = passing(self._world, found, narrow[name])
            else:
                other = view.one(self._world, row, relationship)
                found = [] if other is None else [other]
            if found:
                target = view.target(relationship, row)
                for record in found:
                    if target.type != self._type or record.key not in self._primary:
                        self._add(target, record, below)

    def _add(self, view: View, row: Any, tree: Tree) -> None:
        records = self._records.setdefault(view.type, {})
        step = (view.type, row.key, id(tree))
        if step not in self._walked:  # the same part of the tree below the same record adds nothing new
            self._walked.add(step)
            self._add_related(view, row, tree)
        entry = records.get(row.key)
        if entry is None:
            records[row.key] = _Entry(view, row, tree)
        else:
            entry.linked.update(tree)

    def encode(self, writers: Writers, fields: Mapping[str, tuple[str, ...]]) -> bytes:
        """The member `included` with its comma, or nothing when there are no records."""
        encoded = []
        for records in self._records.values():
            for entry in records.values():
                writer = writers.of(entry.view)
                chosen = fields.get(entry.view.type)
                if entry.linked or chosen is not None:
                    encoded.append(writer.shaped(self._world, entry.row, chosen, entry.linked, {}))
                else:
                    encoded.append(writer.plain(self._world, entry.row))
        return b',"included":[' + b",".join(encoded) + b"]" if encoded else b""


def single(
    world: World, query: Query, row: Any | None, writers: Writers, meta: Mapping[str, Any] | None = None
) -> bytes:
    """A document of one record. `row` None: an empty to-one relationship; `meta` None: only the version."""
    tail = query.view.tail if meta is None else b',"meta":' + orjson.dumps(meta) + b"}"
    if row is None:
        return b'{"data":null' + tail
    writer = writers.of(query.view)
    if query.plain:
        return b'{"data":' + writer.plain(world, row) + tail
    data, included = _compound(world, query, [row], writers)
    return b'{"data":' + data[0] + included + tail


def listing(
    world: World,
    query: Query,
    rows: list[Any],
    writers: Writers,
    meta: Mapping[str, Any] | None,
    links: Mapping[str, str] | None,
) -> bytes:
    """A document of several records. `meta` None: data alone."""
    included = b""
    if query.plain:
        plain = writers.of(query.view).plain
        data = [plain(world, row) for row in rows]
    else:
        data, included = _compound(world, query, rows, writers)
    tail = b"" if meta is None else b',"meta":' + orjson.dumps(meta)
    if links is not None:
        tail += b',"links":' + orjson.dumps(links)
    return b"".join((b'{"data":[', b",".join(data), b"]", included, tail, b"}"))


def _compound(world: World, query: Query, rows: list[Any], writers: Writers) -> tuple[list[bytes], bytes]:
    view, tree = query.view, query.include
    writer, chosen = writers.of(view), query.fields.get(view.type)
    narrow = query.narrowing() if query.narrow else {}
    included = b""
    if tree:
        compound = Compound(world, view, rows, narrow)
        for row in rows:
            compound.add_primary(view, row, tree)
        included = compound.encode(writers, query.fields)
    linked = frozenset(tree)
    if chosen is None and not linked:
        return [writer.plain(world, row) for row in rows], included
    return [writer.shaped(world, row, chosen, linked, narrow) for row in rows], included
