"""Schemas of what DIDWW answers: resources, documents, linkage, errors."""

from __future__ import annotations

from contracts.build_didww_words import JSON, Words, camel, component, reference
from contracts.didww_tables import Tables

_KINDS: dict[str, JSON] = {
    "text": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "instant": {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        "examples": ["2026-03-01T12:00:00.000Z"],
    },
    "date": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "decimal": {"type": "string", "pattern": r"^\d+\.(0|\d*[1-9])$", "examples": ["5.98"]},
    "money": {"type": "string", "pattern": r"^-?\d+\.\d\d$", "examples": ["60.00"]},
    "digits": {"type": "string", "pattern": r"^\d+$"},
    "word": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    "title": {"type": "string", "pattern": "^[A-Z][a-z]*$"},
    "upper": {"type": "string", "pattern": "^[A-Z]+$"},
    "camel": {"type": "string", "pattern": "^([A-Z][a-z]*)+$"},
    "joined": {"type": "string", "description": 'Several texts, joined by "; "'},
    "reference": {"type": "string", "pattern": r"^[A-Z]{3}-\d{6}$", "examples": ["ABC-123456"]},
    "texts": {"type": "array", "items": {"type": "string"}},
    "ints": {"type": "array", "items": {"type": "integer"}},
    "mapping": {"type": "object"},
}
_ID: JSON = {"type": "string", "format": "uuid"}
_LINK: JSON = {"type": "string", "format": "uri"}


def closed(properties: JSON, required: list[str] | None = None, **more: object) -> JSON:
    """An object that has no other members."""
    made: JSON = {"type": "object", **more}
    if required:
        made["required"] = required
    return {**made, "properties": properties, "additionalProperties": False}


def nullable(schema: JSON) -> JSON:
    """The schema, or null."""
    if "$ref" in schema or "oneOf" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    made = {**schema, "type": [schema["type"], "null"]}
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


class Schemas:
    """The components of one version; `made` grows as they are asked for."""

    def __init__(self, tables: Tables, words: Words) -> None:
        self.tables = tables
        self.words = words
        self.made: JSON = {}
        self._meta()
        for name in tables.types:
            self._resource(name)
        self.made["Resource"] = {
            "description": "Any record, as it is included with others",
            **self._any_of({name: component(name) for name in tables.types}),
        }

    def _any_of(self, names: dict[str, str]) -> JSON:
        """One of several components, told apart by `type`."""
        return {
            "oneOf": [reference(name) for name in names.values()],
            "discriminator": {
                "propertyName": "type",
                "mapping": {kind: f"#/components/schemas/{name}" for kind, name in names.items()},
            },
        }

    # --- values ----------------------------------------------------------------------------------

    def value(self, facts: JSON, name: str = "", owner: str = "") -> JSON:
        """The schema of an attribute; `owner` is the type or kind of object that has it."""
        kind: str = facts["kind"]
        if kind == "words":
            known: JSON = {"enum": facts["words"]} if "words" in facts else {}
            schema: JSON = {"type": "array", "items": {**_KINDS["word"], **known}}
            if known:
                del schema["items"]["pattern"]
        elif kind == "object":
            schema = reference(self._objects(owner, name, facts["of"]))
        elif kind == "items":
            schema = {"type": "array", "items": reference(self._items())}
        else:
            schema = dict(_KINDS[kind])
            words = self._known_words(owner, name)
            if words and kind in ("word", "title", "upper", "camel"):
                del schema["pattern"]
                schema["enum"] = words
        return nullable(schema) if facts.get("null") else schema

    def _known_words(self, owner: str, name: str) -> list[str]:
        """All the words that an attribute may hold, where a filter or a request lists them."""
        asked = self.tables.filters.get(owner, {}).get(name, {}).get("enum")
        if asked:
            return list(asked)
        for method in ("POST", "PATCH"):
            write = self.tables.writes.get(f"{method} /{owner}", {})
            if words := write.get("attributes", {}).get(name, {}).get("words"):
                return list(words)
        for write in self.tables.writes.values():
            for about in write["objects"].values():
                if words := about["kinds"].get(owner, {}).get("members", {}).get(name, {}).get("words"):
                    return list(words)
        return []

    def _objects(self, owner: str, name: str, kinds: list[str]) -> str:
        """The component of an attribute that holds an object of several kinds."""
        made = f"{component(owner)}{camel(name)}"
        for kind in kinds:
            members = self.tables.objects[kind]
            self._typed(
                kind, closed({member: self.value(facts, member, kind) for member, facts in members.items()})
            )
        self.made[made] = self._any_of({kind: component(kind) for kind in kinds})
        return made

    def _items(self) -> str:
        for kind, members in self.tables.items.items():
            self._typed(
                kind, closed({member: self.value(facts, member, kind) for member, facts in members.items()})
            )
        self.made["OrderItem"] = self._any_of({kind: component(kind) for kind in self.tables.items})
        return "OrderItem"

    def _typed(self, kind: str, attributes: JSON) -> None:
        """`{"type": kind, "attributes": {...}}`."""
        name = component(kind)
        self.made[name] = closed(
            {"type": {"type": "string", "const": kind}, "attributes": reference(f"{name}Attributes")},
            ["type", "attributes"],
        )
        self.made[f"{name}Attributes"] = attributes

    # --- resources -------------------------------------------------------------------------------

    def _resource(self, kind: str) -> None:
        facts, name = self.tables.types[kind], component(kind)
        members: JSON = {"id": _ID, "type": {"type": "string", "const": kind}}
        for part in ("attributes", "meta"):
            if facts[part]:
                members[part] = reference(name + camel(part))
                values = {
                    member: self.value(about, member, kind if part == "attributes" else "")
                    for member, about in facts[part].items()
                }
                self.made[name + camel(part)] = closed(values)
        if facts["relationships"]:
            members["relationships"] = reference(f"{name}Relationships")
            self.made[f"{name}Relationships"] = closed(
                {link: reference(self.relationship(about)) for link, about in facts["relationships"].items()}
            )
        order = [key for key in ("id", "type", "attributes", "relationships", "meta") if key in members]
        self.made[name] = closed(
            {key: members[key] for key in order}, ["id", "type"], description=self.words.about(kind)
        )
        self.identifier(kind)

    def identifier(self, kind: str) -> JSON:
        """What names a record of a type in linkage."""
        name = f"{component(kind)}Identifier"
        self.made[name] = closed({"type": {"type": "string", "const": kind}, "id": _ID}, ["type", "id"])
        return reference(name)

    def linkage(self, about: JSON) -> tuple[str, JSON]:
        """(what it is called, schema) of what `data` of a relationship holds."""
        if "many" in about:
            return f"ToMany{component(about['many'])}", {
                "type": "array",
                "items": self.identifier(about["many"]),
            }
        if "one_of" in about:
            kinds = {kind: f"{component(kind)}Identifier" for kind in about["one_of"]}
            return "ToOne" + "Or".join(map(component, kinds)), {
                "oneOf": [*self._any_of(kinds)["oneOf"], {"type": "null"}]
            }
        return f"ToOne{component(about['one'])}", nullable(self.identifier(about["one"]))

    def relationship(self, about: JSON) -> str:
        """The component of a relationship: links always, linkage when it was asked for."""
        name, data = self.linkage(about)
        self.made[name] = closed({"links": reference("RelationshipLinks"), "data": data}, ["links"])
        return name

    def linkage_document(self, about: JSON) -> str:
        """The component of what a relationship's own address answers."""
        name, data = self.linkage(about)
        members = {"data": data, "links": reference("RelationshipLinks"), "meta": reference("Meta")}
        self.made[f"{name}Document"] = closed(members, ["data", "links"])
        return f"{name}Document"

    def linkage_request(self, about: JSON, *, needed: bool = False) -> str:
        """The component of linkage as a request has it; `needed`: never null."""
        name, data = self.linkage(about)
        name += "Link"
        if needed and "oneOf" in data:
            name = f"Needed{name}"
            data = {"oneOf": [one for one in data["oneOf"] if one != {"type": "null"}]}
            data = data["oneOf"][0] if len(data["oneOf"]) == 1 else data
        elif needed:
            name = f"Needed{name}"
            data = {**data, "minItems": 1}
        self.made[name] = closed({"data": data}, ["data"])
        return name

    # --- documents -------------------------------------------------------------------------------

    def _meta(self) -> None:
        """Counts are always there, the version is missing in the older ones of what was recorded."""
        version = {"type": "string", "const": self.tables.version, "description": "The version that answered"}
        count: JSON = {"type": "integer", "minimum": 0}
        self.made["Meta"] = closed({"api_version": version})
        about = {
            "total_records": "How many fit in all",
            "total_count": "How many fit in all",
            "available_count": "How many more reservations there may be",
        }
        for names in {tuple(facts["meta"]) for facts in self.tables.lists.values()}:
            if len(names) > 1:
                members: JSON = {name: {**count, "description": about[name]} for name in names[:-1]}
                made = closed({**members, "api_version": version}, list(names[:-1]))
                self.made[self._meta_name(names)] = made
        members = {"available_count": {**count, "description": about["available_count"]}}
        self.made["DidReservationMeta"] = closed({**members, "api_version": version})
        self.made["RelationshipLinks"] = closed({"self": _LINK, "related": _LINK}, ["self", "related"])
        links = dict.fromkeys(("first", "prev", "next", "last"), _LINK)
        self.made["PageLinks"] = closed(links, ["first", "last"])

    @staticmethod
    def _meta_name(names: tuple[str, ...]) -> str:
        return "".join(camel(name) for name in names[:-1]) + "Meta"

    def document(self, kind: str, *, empty: bool = False) -> str:
        """The component of a document of one record; `empty`: of none, too."""
        name = component(kind)
        made = f"{name}{'OrNull' if empty else ''}Document"
        meta = "DidReservationMeta" if kind == "did_reservations" else "Meta"
        data = nullable(reference(name)) if empty else reference(name)
        self.made[made] = closed(
            {"data": data, "included": self._included(), "meta": reference(meta)}, ["data"]
        )
        return made

    def any_document(self, kinds: list[str]) -> str:
        """The component of a document of one record of several types, or of none."""
        made = "Or".join(map(component, kinds)) + "Document"
        data: JSON = {"oneOf": [*(reference(component(kind)) for kind in kinds), {"type": "null"}]}
        self.made[made] = closed(
            {"data": data, "included": self._included(), "meta": reference("Meta")}, ["data"]
        )
        return made

    def listing(self, kind: str) -> str:
        """The component of a document of several records."""
        made = f"{component(kind)}ListDocument"
        facts = self.tables.lists.get(kind, {"paginated": True, "meta": ["total_records", "api_version"]})
        members: JSON = {"data": {"type": "array", "items": reference(component(kind))}}
        names, required = tuple(facts["meta"]), ["data"]
        if names:
            members["included"] = self._included()
            members["meta"] = reference("Meta" if len(names) == 1 else self._meta_name(names))
        if len(names) > 1:
            required.append("meta")
        if facts["paginated"]:
            members["links"] = reference("PageLinks")
            required.append("links")
        self.made[made] = closed(members, required)
        return made

    @staticmethod
    def _included() -> JSON:
        return {"type": "array", "items": reference("Resource")}
