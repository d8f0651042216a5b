"""What a resource type consists of, declared next to its stored row.

A declaration checks itself against the row when it is made. `since` and `until` are the first and the last
API version (a date as text) that knows an attribute, relationship, filter or sort key; a former name or
spelling is a second declaration with another range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

from mockserver.core.messages import Request
from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import AS_IS, Codec
from mockserver.jsonapi.outcome import Level, Outcome

Operation = Literal["list", "show", "create", "update", "delete"]
RowClass = type[Row]  # inside a declaration the name `type` means the resource type
Values = dict[str, Any]  # by stored field name

READ: tuple[Operation, ...] = ("list", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """Something that only some versions know."""

    since: str = ""
    until: str = ""

    def known_in(self, version: str) -> bool:
        return self.since <= version and (not self.until or version <= self.until)


@dataclass(frozen=True, slots=True)
class Attribute(Ranged):
    """One attribute. `field` is the row's name for it; `read` False: only ever sent to us."""

    name: str
    field: str
    codec: Codec = AS_IS
    create: bool = False
    update: bool = False
    read: bool = True

    def codec_in(self, version: str, *, new: bool) -> Codec:
        """How values are written in a version, and read from a create (`new`) or update request of it."""
        return self.codec


def attr(
    name: str,
    codec: Codec = AS_IS,
    *,
    field: str = "",
    create: bool = False,
    update: bool = False,
    read: bool = True,
    since: str = "",
    until: str = "",
) -> Attribute:
    return Attribute(name, field or name, codec, create, update, read, since=since, until=until)


@dataclass(frozen=True, slots=True)
class Relationship(Ranged):
    """A relationship. The row holds an id (`many` False) or a tuple of ids in `field`.

    inverse   the other end of a to-one: nothing is stored here, the members are the target's rows whose field
              of this name holds our id; what a request names is still handed to the rules as `field`
    replace   PATCH of the linkage may replace the whole set of a to-many relationship
    read      False: only ever sent to us, no version has links or linkage of it
    kind      polymorphic: the stored field that holds the declared type of the record in `field`
    targets   polymorphic: the types that it may lead to
    quiet     shown only when it is asked for by name
    """

    name: str
    target: str
    many: bool
    field: str
    create: bool = False
    update: bool = False
    replace: bool = False
    inverse: str = ""
    read: bool = True
    kind: str = ""
    targets: tuple[str, ...] = ()
    quiet: bool = False

    @property
    def leads(self) -> tuple[str, ...]:
        """The declared names of the types at the other end; one unless it is polymorphic."""
        return self.targets or (self.target,)


def one(
    name: str,
    target: str,
    *,
    field: str = "",
    create: bool = False,
    update: bool = False,
    read: bool = True,
    quiet: bool = False,
    since: str = "",
    until: str = "",
) -> Relationship:
    """A to-one relationship, stored as `<name>_id` unless `field` says otherwise."""
    stored = field or f"{name}_id"
    return Relationship(
        name, target, False, stored, create, update, read=read, quiet=quiet, since=since, until=until
    )


def one_of(
    name: str,
    *targets: str,
    create: bool = False,
    update: bool = False,
    since: str = "",
    until: str = "",
) -> Relationship:
    """A polymorphic to-one relationship, stored as `<name>_id` and, the declared type, `<name>_type`."""
    return Relationship(
        name,
        targets[0],
        False,
        f"{name}_id",
        create,
        update,
        kind=f"{name}_type",
        targets=targets,
        since=since,
        until=until,
    )


def many(
    name: str,
    target: str,
    *,
    field: str,
    inverse: str = "",
    create: bool = False,
    update: bool = False,
    replace: bool = False,
    read: bool = True,
    since: str = "",
    until: str = "",
) -> Relationship:
    """A to-many relationship, stored as a tuple of ids in `field`, or found by `inverse`."""
    return Relationship(
        name, target, True, field, create, update, replace, inverse, read, since=since, until=until
    )


@dataclass(frozen=True, slots=True)
class Filter(Ranged):
    """One filter of a list.

    path    stored fields to the value, `did_group.country_id`: to-one relationships, then a field
    match   exact: any of the given values; contains: substring; gteq, lteq: bounds;
            overlap: the stored list holds any of the given words
    kind    what a value must look like; others are refused with code 107
    array   False: several values are refused with code 107
    blank   what an empty value means: True "has no value", False a refusal with code 107, None no match
    fold    letter case does not matter
    words   the only values there are; others are refused with code 107
    value   a function in place of `path`
    """

    name: str
    path: str
    match: Literal["exact", "contains", "gteq", "lteq", "overlap"] = "exact"
    kind: Literal["text", "boolean", "integer", "instant"] = "text"
    array: bool = True
    blank: bool | None = None
    fold: bool = False
    words: frozenset[str] | None = None
    value: Callable[[World, Any], Any] | None = None


def exact(
    name: str,
    path: str = "",
    *,
    array: bool = True,
    blank: bool | None = None,
    fold: bool = False,
    words: Iterable[str] | None = None,
    value: Callable[[World, Any], Any] | None = None,
    since: str = "",
    until: str = "",
) -> Filter:
    """Equal to any of the given values, as text of the wire. `words`: the only values there are."""
    return Filter(
        name,
        path or name,
        array=array,
        blank=blank,
        fold=fold,
        words=None if words is None else frozenset(words),
        value=value,
        since=since,
        until=until,
    )


def related(
    name: str,
    path: str = "",
    *,
    array: bool = True,
    blank: bool | None = None,
    since: str = "",
    until: str = "",
) -> Filter:
    """`country.id`: the id that a to-one relationship holds; `path` when it is further away."""
    stored = path or name.removesuffix(".id") + "_id"
    return Filter(name, stored, array=array, blank=blank, since=since, until=until)


def boolean(
    name: str,
    path: str = "",
    *,
    value: Callable[[World, Any], Any] | None = None,
    since: str = "",
    until: str = "",
) -> Filter:
    """`true` or `false`."""
    return Filter(
        name,
        path or name,
        kind="boolean",
        array=False,
        blank=False,
        value=value,
        since=since,
        until=until,
    )


def contains(
    name: str,
    path: str,
    *,
    array: bool = False,
    blank: bool | None = False,
    fold: bool = False,
    since: str = "",
    until: str = "",
) -> Filter:
    """A substring, or any of several."""
    return Filter(name, path, "contains", array=array, blank=blank, fold=fold, since=since, until=until)


def overlap(
    name: str,
    path: str,
    words: Iterable[str],
    *,
    value: Callable[[World, Any], Any] | None = None,
    since: str = "",
    until: str = "",
) -> Filter:
    """A stored list of words that holds any of the given ones."""
    known = frozenset(words)
    return Filter(name, path, "overlap", blank=False, words=known, value=value, since=since, until=until)


def bound(
    name: str,
    path: str,
    kind: Literal["integer", "instant"],
    *,
    value: Callable[[World, Any], Any] | None = None,
) -> Filter:
    """An inclusive bound; the name ends in `_gteq` or `_lteq`."""
    match: Literal["gteq", "lteq"] = "gteq" if name.endswith("_gteq") else "lteq"
    return Filter(name, path, match, kind, array=False, blank=False, value=value)


@dataclass(frozen=True, slots=True)
class Sort(Ranged):
    """One sort key. `path` as in `Filter`; `key` turns a value into what is compared."""

    name: str
    path: str
    key: Callable[[Any], Any] | None = None


def sort(
    name: str,
    path: str = "",
    key: Callable[[Any], Any] | None = None,
    *,
    since: str = "",
    until: str = "",
) -> Sort:
    return Sort(name, path or name, key, since=since, until=until)


@dataclass(frozen=True, slots=True)
class Paging:
    """Page size when the request names none, and the largest it may name."""

    size: int = 50
    most: int = 1000


class Source:
    """Where rows come from: the world's table of the row class. Subclass for rows that are not stored."""

    def __init__(self, row: type[Row]) -> None:
        self.row = row

    def find(self, world: World, identifier: str) -> Row | None:
        """The row that a request may see under this id."""
        return world.table(self.row).get(identifier)

    def linked(self, world: World, identifier: str) -> Row | None:
        """The row that another row links to; may be one that `find` does not show."""
        return self.find(world, identifier)

    def every(self, world: World) -> Iterable[Row]:
        """All rows in storage order."""
        return world.table(self.row)


class Visible(Source):
    """The rows of another source that one version can express; the others are not there for it."""

    def __init__(self, source: Source, expresses: Callable[[Any], bool]) -> None:
        super().__init__(source.row)
        self._source = source
        self._expresses = expresses

    def _shown(self, row: Row | None) -> Row | None:
        return row if row is not None and self._expresses(row) else None

    def find(self, world: World, identifier: str) -> Row | None:
        return self._shown(self._source.find(world, identifier))

    def linked(self, world: World, identifier: str) -> Row | None:
        return self._shown(self._source.linked(world, identifier))

    def every(self, world: World) -> Iterable[Row]:
        return filter(self._expresses, self._source.every(world))


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a create or update request holds: values by stored field name, in the order sent.

    `version` is the API version of the request, `root` where the API starts for its caller.
    """

    values: Values
    version: str
    root: str = ""


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type.

    type            name of the type and, unless `path` says otherwise, of the collection's path
    former          (last version, name) pairs, oldest first: what the type was called up to that version
    order           default order as sort keys; empty: storage order
    paging          None: the whole list in one answer
    counted         an unpaginated list carries `total_records` all the same
    singleton       the one record at `/path`, no list, no ids
    meta            the resource's own meta; depends on the world, so it is never kept with the row
    operations_since  the first version of an operation that older ones do not route
    document_meta   extra top-level meta by (world, operation, total), after `total_records`
    expresses       whether a version has words for a row; rows that it has none for are not there for it
    listing         in place of `source.every`: (world, search) -> (rows, how many match in all)
    steady          the list is the same until the world changes
    etag            whether answers carry an ETag
    bare            documents hold data alone, no meta
    open            needs no key; its source then looks at no world
    absent          per operation, the detail of the 404 for a record, in place of the usual one
    handlers        actions that are no JSON:API requests: (world, request, version) -> answer
    evidence        how well each operation is known; documented when not given
    """

    type: str
    row: RowClass
    attributes: tuple[Attribute, ...]
    relationships: tuple[Relationship, ...] = ()
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()
    order: tuple[str, ...] = ()
    paging: Paging | None = field(default_factory=Paging)
    counted: bool = False
    operations: tuple[Operation, ...] = READ
    operations_since: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    singleton: bool = False
    source: Source | None = None
    expresses: Callable[[Any, str], bool] | None = None
    listing: Callable[[World, Any], tuple[list[Any], int]] | None = None
    steady: bool = True
    meta: Callable[[World, Any], Mapping[str, Any]] | None = None
    document_meta: Callable[[World, str, int], Mapping[str, Any]] | None = None
    create: Callable[[World, Incoming], Row] | None = None
    update: Callable[[World, Any, Incoming], Row] | None = None
    delete: Callable[[World, Any], None] | None = None
    etag: bool = True
    bare: bool = False
    open: bool = False
    absent: Mapping[str, str] = field(default_factory=dict)
    handlers: Mapping[str, Callable[[World, Request, str], Outcome]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    former: tuple[tuple[str, str], ...] = ()
    evidence: Mapping[str, Level] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stored = {item.name for item in fields(cast(Any, self.row))}
        for attribute in self.attributes:
            if attribute.read and attribute.field not in stored:
                raise TypeError(f"{self.type}.{attribute.name}: {self.row.__name__} has no {attribute.field}")
        for relationship in self.relationships:
            for name in (relationship.field, relationship.kind):
                if relationship.read and not relationship.inverse and name and name not in stored:
                    raise TypeError(f"{self.type}.{relationship.name}: {self.row.__name__} has no {name}")
        linked = {relationship.field.removesuffix("_id") for relationship in self.relationships}
        keys: tuple[Filter | Sort, ...] = (*self.filters, *self.sorts)
        for key in keys:
            first, dot, _ = key.path.partition(".")
            if getattr(key, "value", None) is None and first not in (linked if dot else stored):
                raise TypeError(f"{self.type}: {key.name} reads {key.path}, which {self.row.__name__} lacks")
        for operation in ("create", "update", "delete"):
            ruled = getattr(self, operation) is not None or operation in self.handlers
            if (operation in self.operations) != ruled:
                raise TypeError(
                    f"{self.type}: {operation} is declared without its rule, or the other way round"
                )

    @property
    def alone(self) -> bool:
        """Whether the document of one record depends on nothing but its row."""
        return self.meta is None and self.document_meta is None and self.source is None and not self.bare

    def name_in(self, version: str) -> str:
        """The type's name in a version."""
        for until, name in self.former:
            if version <= until:
                return name
        return self.type

    def known_in(self, version: str) -> bool:
        return self.since <= version and (not self.until or version <= self.until)


@dataclass(frozen=True, slots=True)
class Unbuilt(Ranged):
    """A collection that the real service has and this server does not answer yet.

    `operations` as in `ResourceType`; a request for one of them is answered with 501.
    `links` are its relationships by name with the types they lead to.
    """

    type: str
    operations: tuple[Operation, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    singleton: bool = False
    open: bool = False  # needs no key
