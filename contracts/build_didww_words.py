"""What `didww/descriptions.yaml` says, for one version; and names of components."""

from __future__ import annotations

import re
from typing import Any

from contracts.didww_tables import Tables, known_in, source

JSON = dict[str, Any]


class Words:
    """Texts and parts of bodies by the names that a version has for things."""

    def __init__(self, tables: Tables) -> None:
        self.version = tables.version
        self._table = source("descriptions.yaml")
        self._newest = {name: facts["newest"] for name, facts in tables.types.items()}

    def tags(self) -> list[JSON]:
        return [{"name": name, "description": facts["about"]} for name, facts in self._table["tags"].items()]

    def tag(self, type_name: str) -> str:
        newest = self._newest.get(type_name, type_name)
        tags: JSON = self._table["tags"]
        return next(name for name, facts in tags.items() if newest in facts["types"])

    def one(self, type_name: str) -> str:
        """What a person calls one record, "DID group"."""
        return str(self._of(type_name)[0])

    def many(self, type_name: str) -> str:
        return str(self._of(type_name)[1])

    def about(self, type_name: str) -> str:
        return str(self._of(type_name)[2])

    def _of(self, type_name: str) -> list[str]:
        found: list[str] = self._table["types"][self._newest.get(type_name, type_name)]
        return found

    def note(self, operation: str) -> str:
        """More about an operation, by its newest name; empty where there is nothing to say."""
        return str(self._table["notes"].get(operation, ""))

    def statuses(self, operation: str) -> dict[str, str]:
        """Statuses that only some operations give, with their reasons."""
        return {str(status): why for status, why in self._table["statuses"].get(operation, {}).items()}

    def examples(self, operation: str) -> list[str]:
        """Situations of the table of errors."""
        return list(self._table["examples"].get(operation, ()))

    def item(self, kind: str) -> str:
        """What an item of an order is."""
        return str(self._table["items"][kind])

    def part(self, name: str) -> str:
        """What a part of an upload is, by its name in the form."""
        return str(self._table["parts"][re.findall(r"\w+", name)[-1]])

    def export_filters(self) -> JSON:
        rows = self._table["export_filters"]
        found: JSON = next(facts for facts in rows if known_in(facts, self.version))
        return found


def singular(type_name: str) -> str:
    if type_name.endswith("ies"):
        return type_name[:-3] + "y"
    if type_name.endswith("sses"):
        return type_name[:-2]
    return type_name.removesuffix("s")


def camel(name: str) -> str:
    """`voice_in_trunk.id` -> "VoiceInTrunkId"."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def component(type_name: str) -> str:
    """The name of the component of a type: "dids" -> "Did"."""
    return camel(singular(type_name))


def reference(name: str, part: str = "schemas") -> JSON:
    return {"$ref": f"#/components/{part}/{name}"}


def sentence(*parts: str) -> str:
    """Sentences in a row, each with its full stop."""
    kept = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".!?" else f"{part}." for part in kept)


def an(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[0] in 'aeio' or noun.startswith('SKU') else 'a'} {noun}"
