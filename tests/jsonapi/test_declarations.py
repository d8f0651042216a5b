"""Declarations check themselves, and every version that they mention can be put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from mockserver.core.tables import Row
from mockserver.jsonapi.resource import ResourceType, attr, exact, many, one, sort
from mockserver.jsonapi.schema import Registry, singular
from mockserver.providers.didww.resources import TYPES, UNBUILT
from mockserver.providers.didww.versions import SERVED, V2021_12


@dataclass(frozen=True, slots=True)
class Thing(Row):
    table: ClassVar[str] = "test.things"
    id: str
    name: str
    owner_id: str | None = None


@pytest.mark.parametrize(
    "wrong",
    [
        {"attributes": (attr("nam"),)},
        {"attributes": (), "relationships": (one("maker", "things"),)},
        {"attributes": (), "relationships": (many("parts", "things", field="part_ids"),)},
        {"attributes": (), "filters": (exact("nam"),)},
        {"attributes": (), "filters": (exact("maker.name"),)},
        {"attributes": (), "sorts": (sort("nam"),)},
        {"attributes": (), "operations": ("list", "create")},
        {"attributes": (), "update": lambda world, row, incoming: row},
    ],
)
def test_declaration_is_refused_when_the_row_has_no_such_field_or_rule(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        ResourceType(type="things", row=Thing, **wrong)


def test_registry_is_refused_when_a_relationship_leads_nowhere() -> None:
    things = ResourceType(
        type="things", row=Thing, attributes=(attr("name"),), relationships=(one("owner", "people"),)
    )
    with pytest.raises(TypeError, match="people"):
        Registry(["2026-01-01"], [things])


def test_versions_are_put_together_from_the_same_declarations() -> None:
    registry = Registry(SERVED, TYPES, UNBUILT)
    dids = [list(registry.schemas[version].by_type["dids"].relationships) for version in registry.versions]
    assert "trunk" in dids[0]
    assert "voice_in_trunk" not in dids[0]
    assert "voice_in_trunk" in dids[1]
    assert "trunk" not in dids[1]
    assert "local_prefix" in registry.schemas[V2021_12].by_type["did_groups"].attributes


def test_singular_of_every_type_is_known() -> None:
    assert [singular(name) for name in ("countries", "addresses", "cities", "did_groups", "did_history")] == [
        "country",
        "address",
        "city",
        "did_group",
        "did_history",
    ]
