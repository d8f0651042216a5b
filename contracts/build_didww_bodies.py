"""Request bodies of DIDWW: what a create or update may set, from the tables of writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.build_didww_schemas import Schemas, closed, nullable
from contracts.build_didww_words import JSON, Words, camel, component, reference
from contracts.didww_tables import Tables

_REFERENCE_LENGTH = 100
# Kinds of rules that are null when a value is taken away; those of trunks say so themselves.
_EMPTIED = ("text", "reference", "email", "date", "url")
_NEEDED = ("required", "digits", "filters")  # and those that are there whenever a record is made


def _text(rule: JSON) -> JSON:
    schema: JSON = {"type": "string"}
    if rule.get("blank") is False:
        schema["minLength"] = 1
    if "most" in rule:
        schema["maxLength"] = rule["most"]
    return schema


def _number(rule: JSON) -> JSON:
    schema: JSON = {"type": "integer"}
    if "bounds" in rule:  # those of the record that the tests change, no other's
        return schema
    for bound, name in (("least", "minimum"), ("most", "maximum")):
        if bound in rule:
            schema[name] = rule[bound]
    return schema


def _list(rule: JSON, items: JSON) -> JSON:
    schema: JSON = {"type": "array", "items": items}
    if rule.get("empty") is False:
        schema["minItems"] = 1
    if "most" in rule:
        schema["maxItems"] = rule["most"]
    return schema


_RULES: dict[str, Callable[[JSON], JSON]] = {
    "text": _text,
    "required": lambda rule: {"type": "string", "minLength": 1},
    "reference": lambda rule: {"type": "string", "maxLength": _REFERENCE_LENGTH},
    "digits": lambda rule: {"type": "string", "pattern": r"^\d+$"},
    "email": lambda rule: {"type": "string", "format": "email"},
    "date": lambda rule: {"type": "string", "format": "date"},
    "url": lambda rule: {"type": "string", "format": "uri", "pattern": "^https?://"},
    "uuid": lambda rule: {"type": "string", "format": "uuid"},
    "bool": lambda rule: {"type": "boolean"},
    "int": _number,
    "word": lambda rule: {"type": "string", "enum": list(rule["words"])},
    "code": lambda rule: {"type": "integer", "enum": list(rule["words"])},
    "codes": lambda rule: _list(rule, {"type": "integer", "enum": list(rule["words"])}),
    "ips": lambda rule: _list(rule, {"type": "string", "examples": ["203.0.113.1"]}),
    "amount": lambda rule: {"type": "string", "pattern": r"^\d+(\.\d+)?$", "examples": ["100.0"]},
}


def rule_schema(rule: JSON, *, of_trunk: bool = False) -> JSON:
    """The schema of a value by its rule; `of_trunk`: a rule of a trunk or of capacity."""
    kind: str = rule["kind"]
    if kind == "digits" and of_trunk:
        schema: JSON = {"type": "array", "items": {"type": "string", "pattern": r"^\d+$"}}
    else:
        schema = _RULES[kind](rule)
    null = rule.get("null")
    if null is None:
        null = not of_trunk and (kind in _EMPTIED or (kind == "word" and not rule.get("needed")))
    return nullable(schema) if null else schema


def _of_trunk(kind: str) -> bool:
    """Whether the rules of a type are those of trunks and capacity, whose words are a little different."""
    return "trunk" in kind or "capacity" in kind


def _needed(rule: JSON, method: str, kind: str) -> bool:
    """Whether an attribute must be there."""
    if method != "POST":
        return False
    return bool(rule.get("needed")) or (rule["kind"] in _NEEDED and not _of_trunk(kind))


class Bodies:
    """The components of request bodies of one version, added to those of `schemas`."""

    def __init__(self, tables: Tables, words: Words, schemas: Schemas) -> None:
        self._tables = tables
        self._words = words
        self._schemas = schemas

    def links(self, kind: str, method: str) -> JSON:
        """{relationship: link} that a write may set."""
        found: JSON = self._tables.writes.get(f"{method} /{kind}", {}).get("relationships", {})
        return found

    def request(self, kind: str, method: str) -> str:
        """The component of the body of POST or PATCH."""
        name = component(kind) + ("Create" if method == "POST" else "Update")
        write = self._tables.writes.get(f"{method} /{kind}", {})
        rules: JSON = write.get("attributes", {})
        properties = {
            attribute: self._attribute(kind, attribute, rule, method) for attribute, rule in rules.items()
        }
        needed = [attribute for attribute, rule in rules.items() if _needed(rule, method, kind)]
        for attribute, about in write.get("objects", {}).items():
            properties[attribute] = reference(self._object(kind, attribute, about))
            needed += [attribute] if about["needed"] else []
        data: JSON = {"type": {"type": "string", "const": kind}}
        required = ["type"]
        if method == "PATCH":
            data = {"id": {"type": "string", "format": "uuid"}, **data}
            required = ["id", "type"]
        made = self._schemas.made
        if properties:
            made[f"{name}Attributes"] = closed(properties, needed)
            data["attributes"] = reference(f"{name}Attributes")
            required += ["attributes"] if needed else []
        else:
            made["NoAttributes"] = closed({}, description="May be there, and is empty then")
            data["attributes"] = reference("NoAttributes")
        links = self.links(kind, method)
        if links:
            members = {link: self._link(about) for link, about in links.items()}
            needed = [link for link, about in links.items() if about.get("needed") and method == "POST"]
            instead = {link: links[link]["unless"] for link in needed if "unless" in links[link]}
            made[f"{name}Relationships"] = closed(members, [link for link in needed if link not in instead])
            for link, other in instead.items():
                made[f"{name}Relationships"]["anyOf"] = [{"required": [link]}, {"required": [other]}]
            data["relationships"] = reference(f"{name}Relationships")
            required += ["relationships"] if needed else []
        made[f"{name}Request"] = closed({"data": closed(data, required)}, ["data"])
        return f"{name}Request"

    def _attribute(self, kind: str, name: str, rule: JSON, method: str) -> JSON:
        if rule["kind"] == "items":
            items = self._tables.writes[f"{method} /{kind}"]["items"]
            return {"type": "array", "minItems": 1, "items": reference(self._items(items))}
        if rule["kind"] == "filters":
            return reference(self._filters())
        known = self._tables.filters.get(kind, {}).get(name, {}).get("enum", [])
        if rule["kind"] == "word" and set(rule["words"]) < set(known):  # some accounts may send more
            rule = {**rule, "words": known}
        return rule_schema(rule, of_trunk=_of_trunk(kind))

    def _link(self, about: JSON) -> JSON:
        if about.get("polymorphic"):  # to the types that the record's own relationship leads to
            about = {"one_of": ["identities", "addresses"], "needed": about.get("needed", False)}
        return reference(self._schemas.linkage_request(about, needed=bool(about.get("needed"))))

    def _object(self, kind: str, attribute: str, about: JSON) -> str:
        names: dict[str, str] = {}
        for object_kind, rules in about["kinds"].items():
            members = {member: rule_schema(rule, of_trunk=True) for member, rule in rules["members"].items()}
            for member, rule in rules["members"].items():
                if rule.get("null_with") in members:  # what else is sent decides
                    members[member] = nullable(members[member])
            names[object_kind] = self._typed(object_kind, members, [])
        made = f"{component(kind)}{camel(attribute)}Request"
        self._schemas.made[made] = self._any_of(names)
        return made

    def _items(self, items: JSON) -> str:
        names: dict[str, str] = {}
        for kind, rules in items.items():
            members = {name: rule_schema(rule) for name, rule in rules.items()}
            needed = [name for name, rule in rules.items() if rule.get("needed")]
            names[kind] = self._typed(kind, members, needed, self._words.item(kind))
        self._schemas.made["OrderItemRequest"] = self._any_of(names)
        return "OrderItemRequest"

    def _typed(self, kind: str, members: JSON, needed: list[str], about: str = "") -> str:
        """`{"type": kind, "attributes": {...}}` as a request has it."""
        name = component(kind) + "Request"
        made = self._schemas.made
        made[f"{component(kind)}RequestAttributes"] = closed(members, needed)
        more: dict[str, Any] = {"description": about} if about else {}
        made[name] = closed(
            {
                "type": {"type": "string", "const": kind},
                "attributes": reference(f"{component(kind)}RequestAttributes"),
            },
            ["type", "attributes"],
            **more,
        )
        return name

    @staticmethod
    def _any_of(names: dict[str, str]) -> JSON:
        return {
            "oneOf": [reference(name) for name in names.values()],
            "discriminator": {
                "propertyName": "type",
                "mapping": {kind: f"#/components/schemas/{name}" for kind, name in names.items()},
            },
        }

    def _filters(self) -> str:
        facts = self._words.export_filters()
        text: JSON = {"type": "string", "minLength": 1}
        moment = {**text, "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "examples": ["2026-02-01 00:00:00"]}
        count: JSON = {"type": ["string", "integer"]}
        schemas = {"from": moment, "to": moment, "year": count, "month": count, "day": count}
        self._schemas.made["ExportFilters"] = closed(
            {name: schemas.get(name, text) for name in facts["names"]}, facts["needed"]
        )
        return "ExportFilters"

    def upload(self) -> str:
        """The component of the form that an upload is."""
        kinds: dict[str, JSON] = {
            "text": {"type": "string"},
            "file": {"type": "string", "format": "binary"},
        }
        parts = self._tables.writes["POST /encrypted_files"]["parts"]
        properties: JSON = {}
        for name, rule in parts.items():
            schema: JSON = kinds[rule["kind"]]
            if rule.get("repeat"):
                schema = {"type": "array", "items": schema}
                schema |= {"minItems": 1} if rule.get("needed") else {}
            properties[name] = {**schema, "description": self._words.part(name)}
        needed = [name for name, rule in parts.items() if rule.get("needed")]
        made: JSON = {"type": "object", "required": needed, "properties": properties}
        self._schemas.made["EncryptedFileUpload"] = made
        return "EncryptedFileUpload"
