"""What a create, update or linkage request brings, with the engine's order of checks (engine.md 7)."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.jsonapi.resource import Relationship, Values
from mockserver.jsonapi.schema import View, Written

_DEEPEST = 100
_BLANK: tuple[Any, ...] = (None, {}, [])


def parse_json(body: bytes) -> dict[str, Any]:
    """The body as an object; {} for an empty one. Refusal with code 400 for anything else."""
    if not body:
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(faults.bad_request(str(error))) from None
    if body.count(b"[") + body.count(b"{") > _DEEPEST and _depth(document) > _DEEPEST:
        raise Refusal(faults.bad_request(f"nesting of {_DEEPEST + 1} is too deep"))
    if not isinstance(document, dict):
        raise Refusal(faults.bad_request("Request must be a hash"))
    return document


def _depth(document: Any) -> int:
    depth, level = 0, [document]
    while level and depth <= _DEEPEST:
        depth += 1
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += [value for value in item.values() if isinstance(value, dict | list)]
            elif isinstance(item, list):
                inner += [value for value in item if isinstance(value, dict | list)]
        level = inner
    return depth


def data_of(document: dict[str, Any]) -> Any:
    """The member `data`. Refusal with 106 when it is absent or blank (false is not)."""
    data = document.get("data")
    if data is not False and (data in _BLANK or (isinstance(data, str) and not data.strip())):
        raise Refusal(faults.missing("data"))
    return data


def read_resource(view: View, document: dict[str, Any], identifier: str | None) -> Values:
    """The values a resource document sets, by stored field. `identifier` is the URL's id of an update.

    Refusal with the first fault: `data`, its id and type, then members in the order sent, then linkage.
    """
    data = data_of(document)
    if not isinstance(data, dict):
        raise Refusal(faults.data_must_be_hash())
    if identifier is not None:
        key = data.get("id")
        if key is None:
            raise Refusal(faults.key_required())
        if _text(key) != identifier:
            raise Refusal(faults.key_not_in_url(_text(key)))
    type_name = data.get("type")
    if type_name is None:
        raise Refusal(faults.missing("type"))
    if not isinstance(type_name, str):
        raise Refusal(faults.bad_request())
    if type_name != view.type:
        raise Refusal(faults.invalid_resource(type_name))
    new = identifier is None
    attributes = view.create_attributes if new else view.update_attributes
    relationships = view.create_relationships if new else view.update_relationships
    _check_members(data, attributes, relationships, new=new)
    values: Values = {}
    for member, content in data.items():
        if member == "attributes" and content:
            for name, value in content.items():
                attribute = attributes.get(name)
                if attribute is None:  # the name of a relationship: the engine fails
                    raise Refusal(faults.bad_request())
                decode = attribute.decode
                values[attribute.field] = value if decode is None else decode(value)
        elif member == "relationships" and content:
            for name, value in content.items():
                relationship = relationships.get(name)
                if relationship is not None:  # the name of an attribute is passed over
                    values |= _linkage(view, relationship, value)
    return values


def _check_members(
    data: dict[str, Any],
    attributes: dict[str, Written],
    relationships: dict[str, Relationship],
    *,
    new: bool,
) -> None:
    for member, content in data.items():
        if member == "type" or (member == "id" and not new):
            continue
        if member == "attributes":
            if content == []:
                continue
        elif member != "relationships":
            raise Refusal(faults.not_allowed(member))
        if not isinstance(content, dict):
            raise Refusal(faults.bad_request())
        for name in content:
            if name not in attributes and name not in relationships:
                raise Refusal(faults.not_allowed(name))


def _linkage(view: View, relationship: Relationship, value: Any) -> Values:
    """What a relationship member sets, by stored field."""
    if relationship.many:
        if value == []:
            return {relationship.field: ()}
        if not isinstance(value, dict):
            raise Refusal(faults.invalid_links_object())
        return {relationship.field: read_many(view, relationship, value.get("data"))}
    if value is not None and not isinstance(value, dict):
        raise Refusal(faults.bad_request())
    return read_one(view, relationship, None if value is None else value.get("data"))


def read_one(view: View, relationship: Relationship, data: Any) -> Values:
    """What a to-one linkage sets, by stored field; None when it clears. Refusal with 115, 116 or 103.

    The type of a polymorphic one is not checked against those it may lead to, that is up to the rules; a
    type that does not exist makes the real engine fail (engine.md 7.2).
    """
    if data is None:
        return cleared(relationship)
    type_name, identifier = _identifier(data)
    if not relationship.kind:
        if type_name != view.target_type(relationship):
            raise Refusal(faults.type_mismatch(type_name))
        return {relationship.field: _key(identifier)}
    key, kind = _key(identifier), view.schema.canonical(type_name)
    if key is None:
        return cleared(relationship)
    if kind is None:
        raise Refusal(faults.bad_request())
    return {relationship.field: key, relationship.kind: kind}


def cleared(relationship: Relationship) -> Values:
    """What an empty to-one linkage sets, by stored field."""
    return dict.fromkeys(filter(None, (relationship.field, relationship.kind)))


def read_many(view: View, relationship: Relationship, data: Any) -> tuple[str, ...]:
    """The ids in a to-many linkage. Refusal with 115, 116 (its text names no type) or 103."""
    if not isinstance(data, list):
        raise Refusal(faults.invalid_links_object())
    found = [("", None) if item is None else _identifier(item) for item in data]
    wanted = view.target_type(relationship)
    if any(type_name != wanted for type_name, _ in found):
        raise Refusal(faults.type_mismatch(""))
    return tuple(key for key in (_key(identifier) for _, identifier in found) if key is not None)


def _identifier(data: Any) -> tuple[str, Any]:
    if not isinstance(data, dict) or len(data) != 2 or "type" not in data or "id" not in data:
        raise Refusal(faults.invalid_links_object())
    return _text(data["type"]), data["id"]


def _key(identifier: Any) -> str | None:
    if identifier is None:
        return None
    text = _text(identifier)
    if "," in text:
        raise Refusal(faults.invalid_field_value(text))
    return text


def _text(value: Any) -> str:
    """A JSON value where a text is expected, as Ruby prints it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return orjson.dumps(value).decode()


def all_faults(collected: list[ApiError], refusal: Refusal) -> Refusal:
    """The faults of the query before that of the body."""
    return Refusal([*collected, *refusal.errors], refusal.evidence) if collected else refusal
