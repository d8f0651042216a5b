"""Attributes that hold an object of one of several kinds: `{"type": kind, "attributes": {...}}` on the wire.

Each kind is stored as an instance of its own frozen dataclass, so that a row holds no dictionaries. What a
request brings is handed to the rules as `Given`: the kind and the members it names, unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from mockserver.jsonapi import faults
from mockserver.jsonapi.codecs import Codec
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.resource import Attribute, Ranged

StoredClass = type[Any]  # inside `Kind` the name `type` means the wire name


class Given(NamedTuple):
    """An object of a request: its kind and the values of its members by stored field, in the order sent."""

    type: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind(Ranged):
    """One kind of object: its name on the wire, the dataclass that stores it, its members in wire order.

    A member that is declared for neither create nor update is only ever answered.
    """

    type: str
    stored: StoredClass
    members: tuple[Attribute, ...]

    def __post_init__(self) -> None:
        known = {item.name for item in fields(self.stored)}
        for member in self.members:
            if member.field not in known:
                raise TypeError(f"{self.type}.{member.name}: {self.stored.__name__} has no {member.field}")


@dataclass(frozen=True, slots=True)
class ObjectAttribute(Attribute):
    """An attribute that holds one of `kinds`. Stored as an instance of the kind's class, or None."""

    kinds: tuple[Kind, ...] = ()

    def codec_in(self, version: str, *, new: bool) -> Codec:
        return Codec(_encoder(self.kinds, version), _decoder(self.name, self.kinds, version, new=new))


def objects(
    name: str,
    *kinds: Kind,
    field: str = "",
    create: bool = False,
    update: bool = False,
    since: str = "",
    until: str = "",
) -> ObjectAttribute:
    return ObjectAttribute(
        name, field or name, create=create, update=update, since=since, until=until, kinds=kinds
    )


def _encoder(kinds: Iterable[Kind], version: str) -> Callable[[Any], Any]:
    known: dict[StoredClass, tuple[str, list[tuple[str, str, Callable[[Any], Any] | None]]]] = {}
    for kind in kinds:
        members = [member for member in kind.members if member.known_in(version)]
        known[kind.stored] = (kind.type, [(m.name, m.field, m.codec.encode) for m in members])

    def encode(stored: Any) -> Any:
        name, members = known[type(stored)]
        attributes: dict[str, Any] = {}
        for member, field, code in members:
            value = getattr(stored, field)
            attributes[member] = value if code is None or value is None else code(value)
        return {"type": name, "attributes": attributes}

    return encode


def _decoder(
    attribute: str, kinds: Iterable[Kind], version: str, *, new: bool
) -> Callable[[Any], Given | None]:
    """Reads the object's shape; null stays null. Refusal with 400 for any other shape."""
    known = {
        kind.type: {
            member.name: member
            for member in kind.members
            if member.known_in(version) and (member.create if new else member.update)
        }
        for kind in kinds
        if kind.known_in(version)
    }

    def decode(value: Any) -> Given | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Refusal(faults.invalid_field_value(faults.shown(value), attribute))
        for name in value:
            if name not in ("type", "attributes"):
                raise Refusal(faults.not_allowed(name))
        for name in ("type", "attributes"):
            if value.get(name) is None:
                raise Refusal(faults.missing(name))
        kind, attributes = value["type"], value["attributes"]
        if not isinstance(kind, str) or kind not in known:
            raise Refusal(faults.invalid_field_value(faults.shown(kind), "type"))
        if not isinstance(attributes, dict):
            raise Refusal(faults.invalid_field_value(faults.shown(attributes), "attributes"))
        members, values = known[kind], {}
        for name, content in attributes.items():
            member = members.get(name)
            if member is None:
                raise Refusal(faults.not_allowed(name))
            read = member.codec.decode
            values[member.field] = content if read is None else read(content)
        return Given(kind, values)

    return decode
