"""Parameters of DIDWW's operations, as components: filters, sort, include, fields, pages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from contracts.build_didww_words import JSON, Words, camel, component, reference, sentence
from contracts.didww_tables import Tables

_MOST_PAGE = 1000
_PLACES_PAGE = 1000  # the default of the long lists of places
_INSTANT = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$"


class Queries:
    """The parameters of one version; `made` are the components, grown as they are asked for."""

    def __init__(self, tables: Tables, words: Words) -> None:
        self._tables = tables
        self._words = words
        number: JSON = {"type": "integer", "minimum": 1}
        self.made: JSON = {
            "Version": {
                "name": "X-DIDWW-API-Version",
                "in": "header",
                "required": False,
                "description": "The version that this document describes. Without it, or with one that the "
                "account has left behind, the account's own version answers; `meta.api_version` says which",
                "schema": {"type": "string", "enum": [tables.version]},
            },
            "Id": {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "The id of the record",
                "schema": {"type": "string", "format": "uuid"},
            },
            "IfNoneMatch": {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "description": "The `ETag` of an answer that the caller has",
                "schema": {"type": "string"},
            },
            "PageNumber": self._page("page[number]", "Which page", {**number, "default": 1}),
        }
        for name, size in (("PageSize", 50), ("PageSizeOfPlaces", _PLACES_PAGE)):
            schema: JSON = {**number, "maximum": _MOST_PAGE, "default": size}
            self.made[name] = self._page("page[size]", "How many records a page holds", schema)

    @staticmethod
    def _page(name: str, about: str, schema: JSON) -> JSON:
        return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}

    def of_list(self, kind: str) -> list[JSON]:
        """Everything that a list of a type takes."""
        found = [
            self._filter(kind, name, facts) for name, facts in self._tables.filters.get(kind, {}).items()
        ]
        if self._tables.sorts.get(kind):
            found.append(self._sort(kind))
        found += self.of_record(kind)
        facts = self._tables.lists.get(kind, {"paginated": True, "page_size": 50})
        if facts["paginated"]:
            size = "PageSizeOfPlaces" if facts["page_size"] == _PLACES_PAGE else "PageSize"
            found += [reference("PageNumber", "parameters"), reference(size, "parameters")]
        return found

    def of_record(self, kind: str) -> list[JSON]:
        """What every answer with records of a type takes."""
        found: list[JSON] = []
        if self._tables.includes.get(kind):
            found.append(self._include(kind))
        for one in (kind, *self._included(kind)):
            if self._tables.types[one]["attributes"] or self._tables.types[one]["relationships"]:
                found.append(self._fields(one))
        return found

    def _included(self, kind: str) -> list[str]:
        """Types of the records that the known includes of a list bring along."""
        known = self._tables.includes.get(kind, {})
        found: dict[str, None] = {}
        for path in (*known, *self._tables.nested.get(kind, ())):
            first, *further = path.split(".")
            reached = _targets(known[first]) if first in known else []
            for name in further:
                reached = [
                    target
                    for one in reached
                    for target in _targets(self._tables.types[one]["relationships"].get(name, {}))
                ]
            found.update(dict.fromkeys(reached))
        return [one for one in found if one != kind]

    def _add(self, name: str, in_query: str, description: str, schema: JSON) -> JSON:
        self.made[name] = {
            "name": in_query,
            "in": "query",
            "required": False,
            "description": description,
            "schema": schema,
        }
        return reference(name, "parameters")

    def _filter(self, kind: str, name: str, facts: JSON) -> JSON:
        words = facts.get("enum")
        schema: JSON = {"type": "string"}
        if facts["type"] == "boolean":
            schema["enum"] = ["true", "false"]
        elif facts["type"] == "integer":
            schema["pattern"] = r"^-?\d+$"
        elif facts["type"] == "datetime":
            schema["pattern"] = _INSTANT
        elif words and facts.get("array"):
            one = _any(words)
            schema["pattern"] = f"^{one}(,{one})*$"
            schema["examples"] = [",".join(words[:2])]
        elif words:
            schema["enum"] = list(words)
        if facts.get("blank") and "pattern" in schema:
            schema["pattern"] = f"^$|{schema['pattern']}"
        elif facts.get("blank") and "enum" in schema:
            schema["enum"].append("")
        elif facts.get("blank") is False and "enum" not in schema:
            schema["minLength"] = 1
        about = sentence(
            f"Only {self._words.many(kind)} by `{name}`",
            "Several values, separated by commas, match any of them" if facts.get("array") else "",
            "An empty value matches those without one" if facts.get("blank") else "",
            "Letter case does not matter" if facts.get("case_insensitive") else "",
        )
        return self._add(f"{component(kind)}Filter{camel(name)}", f"filter[{name}]", about, schema)

    def _sort(self, kind: str) -> JSON:
        keys = [sign + key for key in self._tables.sorts[kind] for sign in ("", "-")]
        one = f"-?{_any(self._tables.sorts[kind])}"
        return self._add(
            f"{component(kind)}Sort",
            "sort",
            'Sort keys, the first one counts most, separated by commas; "-" in front of one turns it round',
            {"type": "string", "anyOf": [{"enum": keys}, {"pattern": f"^{one}(,{one})*$"}]},
        )

    def _include(self, kind: str) -> JSON:
        known = self._tables.includes[kind]
        paths = [path for path in self._tables.nested.get(kind, ()) if path.partition(".")[0] in known]
        choices: list[str] = []
        for name, about in known.items():
            below: list[str] = []
            for target in _targets(about):
                below += self._tables.types[target]["relationships"]
            deeper = rf"(\.{_any(dict.fromkeys(below))}(\.[a-z_]+)*)?" if below else ""
            choices.append(re.escape(name) + deeper)
        one = f"({'|'.join(choices)})"
        return self._add(
            f"{component(kind)}Include",
            "include",
            sentence(
                "Related records that are sent along, separated by commas",
                "What is related to them comes by a path with dots",
            ),
            {
                "type": "string",
                "anyOf": [{"enum": [*known, *paths]}, {"pattern": f"^{one}(,{one})*$"}],
            },
        )

    def _fields(self, kind: str) -> JSON:
        facts = self._tables.types[kind]
        one = _any([*facts["attributes"], *facts["relationships"]])
        return self._add(
            f"{component(kind)}Fields",
            f"fields[{kind}]",
            f"Only these attributes and relationships of {self._words.many(kind)}, separated by commas",
            {"type": "string", "pattern": f"^{one}(,{one})*$"},
        )


def _targets(relationship: JSON) -> list[str]:
    """The types that a relationship leads to."""
    one = relationship.get("one") or relationship.get("many")
    return relationship.get("one_of") or ([one] if one else [])


def _any(names: Iterable[str]) -> str:
    """A pattern of any of the names."""
    return "(" + "|".join(re.escape(name) for name in names) + ")"
