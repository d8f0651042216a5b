"""The declarations as one API version sees them, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.filters import BoundFilter, BoundSort
from mockserver.jsonapi.resource import (
    Attribute,
    Relationship,
    ResourceType,
    Source,
    Unbuilt,
    Visible,
    exact,
)


class Unimplemented(Exception):
    """The request needs something that is not built: 501, never a plausible answer."""


class Written:
    """An attribute as requests of one version write it. `decode` None: values are taken as they come."""

    __slots__ = ("decode", "field")

    def __init__(self, attribute: Attribute, version: str, *, new: bool) -> None:
        self.field = attribute.field
        self.decode = attribute.codec_in(version, new=new).decode


class View:
    """One resource type in one version."""

    def __init__(self, schema: Schema, resource: ResourceType) -> None:
        version = schema.version
        self.schema = schema
        self.resource = resource
        self.version = version
        self.type = resource.name_in(version)
        self.path = resource.path or self.type
        self.singular = singular(self.type)
        self.source: Source = resource.source or Source(resource.row)
        if resource.expresses is not None:
            expresses = resource.expresses
            self.source = Visible(self.source, lambda row: expresses(row, version))
        known = [a for a in resource.attributes if a.known_in(version)]
        self.attributes: dict[str, Attribute] = {a.name: a for a in known if a.read}
        related = [r for r in resource.relationships if r.known_in(version)]
        self.relationships: dict[str, Relationship] = {r.name: r for r in related if r.read}
        self.fields = frozenset([a.name for a in known]) | set(self.relationships) | {"id"}
        self.create_attributes = {a.name: Written(a, version, new=True) for a in known if a.create}
        self.update_attributes = {a.name: Written(a, version, new=False) for a in known if a.update}
        self.create_relationships = {r.name: r for r in related if r.create}
        self.update_relationships = {r.name: r for r in related if r.update}
        self.encoders = tuple(
            (a.name, a.field, a.codec_in(version, new=True).encode) for a in self.attributes.values()
        )
        self.operations = frozenset(
            o for o in resource.operations if resource.operations_since.get(o, "") <= version
        )
        self.tail = b',"meta":{"api_version":"' + version.encode() + b'"}}'  # ends a document of one record
        self.writable = bool({"create", "update", "delete"} & set(resource.operations))
        self.filters: dict[str, BoundFilter] = {}
        self.sorts: dict[str, BoundSort] = {}
        self._ordered: tuple[Any, list[Any]] | None = None

    def bind(self) -> None:
        """Second step, once every type of the version is there."""
        resource, version = self.resource, self.version
        self.filters["id"] = BoundFilter(self, exact("id", blank=False))
        for declared in resource.filters:
            if declared.known_in(version):
                self.filters[declared.name] = BoundFilter(self, declared)
        self.sorts = {s.name: BoundSort(self, s) for s in resource.sorts if s.known_in(version)}

    def target(self, relationship: Relationship, row: Any = None) -> View:
        """The type at the other end; of a polymorphic one, what `row` leads to. Unimplemented: not built."""
        name = _target_name(relationship, row)
        found = self.schema.by_canonical.get(name)
        if found is None:
            raise Unimplemented(name)
        return found

    def target_type(self, relationship: Relationship, row: Any = None) -> str:
        """The wire name of the type at the other end, built or not; `row` as in `target`."""
        return self.schema.name_of(_target_name(relationship, row))

    def one(self, world: World, row: Any, relationship: Relationship) -> Any | None:
        """The record at the other end of a to-one relationship, or None."""
        identifier = getattr(row, relationship.field)
        if identifier is None:
            return None
        return self.target(relationship, row).source.linked(world, identifier)

    def many(self, world: World, row: Any, relationship: Relationship) -> list[Any]:
        """The records at the other end of a to-many relationship, in storage order."""
        if relationship.inverse:
            field, key = relationship.inverse, row.key
            every = self.target(relationship).source.every(world)
            return [record for record in every if getattr(record, field) == key]
        identifiers: Sequence[str] = getattr(row, relationship.field)
        if not identifiers:
            return []
        source = self.target(relationship).source
        found = [source.linked(world, identifier) for identifier in identifiers]
        return [record for record in found if record is not None]

    def ordered(self, world: World) -> list[Any]:
        """All rows in default order."""
        if not self.resource.order:
            return list(self.source.every(world))
        if self.writable or self.resource.source is not None:
            return self.in_order(world, list(self.source.every(world)))
        # A catalogue table is the same mapping in every sandbox: sort it once.
        mapping: Mapping[Any, Any] = world.table(self.resource.row).rows
        kept = self._ordered
        if kept is None or kept[0] is not mapping:
            kept = self._ordered = (mapping, self.in_order(world, list(mapping.values())))
        return kept[1]

    def in_order(self, world: World, rows: list[Any]) -> list[Any]:
        """The rows in default order; sorts in place."""
        for name in reversed(self.resource.order):
            self.sorts[name].apply(world, rows, descending=False)
        return rows


class Schema:
    """Everything one version knows."""

    def __init__(self, version: str, types: Iterable[ResourceType], unbuilt: Iterable[Unbuilt]) -> None:
        self.version = version
        views = [View(self, resource) for resource in types if resource.known_in(version)]
        self.by_canonical = {view.resource.type: view for view in views}
        self.by_type = {view.type: view for view in views}
        self.by_path = {view.path: view for view in views}
        self.by_singular = {view.singular: view for view in views}
        self.unbuilt = {item.path or item.type: item for item in unbuilt if item.known_in(version)}
        self.unbuilt_types = {item.type: item for item in self.unbuilt.values()}
        for view in views:
            view.bind()
            for relationship in view.relationships.values():
                for target in relationship.leads:
                    if target not in self.by_canonical and target not in self.unbuilt_types:
                        raise TypeError(
                            f"{view.type}.{relationship.name} leads to {target}, unknown in {version}"
                        )

    def leads_to(self, type_names: Iterable[str], relationship: str) -> tuple[str, ...]:
        """The declared names of the types that a relationship leads to, built or not; none when unknown.

        Several types stand at the end of a polymorphic relationship; any of them may know the next one.
        """
        targets: dict[str, None] = {}
        for type_name in type_names:
            view = self.by_canonical.get(type_name)
            if view is not None:
                found = view.relationships.get(relationship)
                targets |= dict.fromkeys(() if found is None else found.leads)
            elif relationship in self.unbuilt_types[type_name].links:
                targets[self.unbuilt_types[type_name].links[relationship]] = None
        return tuple(targets)

    def canonical(self, type_name: str) -> str | None:
        """The declared name of a type by its name on the wire, built or not; None for an unknown one."""
        view = self.by_type.get(type_name)
        if view is not None:
            return view.resource.type
        return type_name if type_name in self.unbuilt_types else None

    def name_of(self, type_name: str) -> str:
        """The name on the wire of a type by its declared name."""
        view = self.by_canonical.get(type_name)
        return type_name if view is None else view.type


class Registry:
    """All types in all versions, served or not; made once for a server."""

    def __init__(
        self, versions: Sequence[str], types: Sequence[ResourceType], unbuilt: Sequence[Unbuilt] = ()
    ) -> None:
        self.versions = tuple(sorted(versions))
        self.types = tuple(types)
        self.unbuilt = tuple(unbuilt)
        self.schemas = {version: Schema(version, types, unbuilt) for version in self.versions}


def _target_name(relationship: Relationship, row: Any) -> str:
    """The declared name of the type at the other end."""
    name = relationship.target
    if relationship.kind and row is not None:
        name = getattr(row, relationship.kind) or name
    return name


def plural(name: str) -> str:
    """The other way round of `singular`."""
    if name.endswith("y"):
        return name[:-1] + "ies"
    return name + ("es" if name.endswith("s") else "s")


def singular(type_name: str) -> str:
    """The singular by the few English rules that type names need."""
    if type_name.endswith("ies"):
        return type_name[:-3] + "y"
    if type_name.endswith("sses"):
        return type_name[:-2]
    return type_name[:-1] if type_name.endswith("s") else type_name
