"""The tables of each version of DIDWW: complete, whole in their files, and free of other versions' names."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from contracts.didww_tables import NEWEST, VERSIONS, Tables, files, of_version
from contracts.yaml_text import text_of

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Counted in the OpenAPI document of 2026-04-16; one sort key and one include are in other sources alone.
NEWEST_COUNTS = {"types": 38, "operations": 106, "filters": 196, "sorts": 123 + 1, "includes": 73 + 1}


def counts(tables: Tables) -> dict[str, int]:
    parts = {part: getattr(tables, part) for part in NEWEST_COUNTS}
    return {
        part: len(table) if part in ("types", "operations") else sum(map(len, table.values()))
        for part, table in parts.items()
    }


def test_newest_version_is_complete() -> None:
    tables = of_version(NEWEST)
    assert counts(tables) == NEWEST_COUNTS
    assert sum(len(facts["attributes"]) for facts in tables.types.values()) == 190
    shown = [
        name
        for facts in tables.types.values()
        for name, relationship in facts["relationships"].items()
        if not relationship.get("hidden")
    ]
    assert len(shown) == 73


@pytest.mark.parametrize("version", VERSIONS)
def test_files_hold_the_tables(version: str) -> None:
    read: dict[str, Any] = {}
    for name, text in files().items():
        if name.startswith(f"didww/{version}/"):
            assert text.startswith(f"# DIDWW API v3 {version}: ")
            read |= yaml.load(text, Loader=LOADER)
    tables = of_version(version)
    assert read == {part: getattr(tables, part) for part in Tables.__dataclass_fields__ if part != "version"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_name_in_the_tables_of_a_version_is_one_of_its_own(version: str) -> None:
    tables = of_version(version)
    for kind, facts in tables.types.items():
        for name, relationship in facts["relationships"].items():
            assert targets(relationship) <= tables.types.keys(), (kind, name)
        for name, value in facts["attributes"].items():
            assert {*value.get("of", ())} <= tables.objects.keys(), (kind, name)
    for facts in tables.operations.values():
        assert facts["type"] in tables.types
    for kind, includes in tables.includes.items():
        for name, relationship in includes.items():
            assert tables.types[kind]["relationships"][name] == relationship
    for kind, sorts in tables.sorts.items():
        for name, facts in sorts.items():
            assert "." in name or facts.get("attribute", name) in tables.types[kind]["attributes"], (
                kind,
                name,
            )
    served = {(facts["method"], facts["path"].removesuffix("/{id}")) for facts in tables.operations.values()}
    for key, facts in tables.writes.items():
        assert tuple(key.split(" ")) in served
        for relationship in facts["relationships"].values():
            assert targets(relationship) <= tables.types.keys(), key


def targets(relationship: dict[str, Any]) -> set[str]:
    several: list[str] = relationship.get("one_of", [])
    return {*several} or {relationship.get("one") or relationship["many"]}


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_in_the_tables_of_a_version_is_ranged(version: str) -> None:
    tables = of_version(version)
    ranged = {"since", "until", "was", "also_until", "title_until", "upper_until", "required_until"}

    def look(node: Any) -> None:
        if isinstance(node, dict):
            assert not ranged & node.keys(), node
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    for part in Tables.__dataclass_fields__:
        look(getattr(tables, part))


def test_unknown_version_has_no_tables() -> None:
    with pytest.raises(ValueError, match="2017-09-18 is none of"):
        of_version("2017-09-18")


def test_yaml_text_reads_back_as_the_data() -> None:
    texts = [
        "",
        "yes",
        "No",
        "null",
        "1",
        "1.5",
        "a b",
        "it's",
        'say "x"',
        "- x",
        "{a}",
        "# no",
        "two\nlines",
        "é",
        "~",
    ]
    data = {
        "texts": texts,
        "2026": {text: text for text in texts},
        "others": [None, True, False, 0, -1, 1.5, [], {}, [[]], [{"a": ["x" * 130, {"b": 1}]}]],
        "empty": {},
    }
    text = text_of(data, "head\n\nof it")
    assert text.startswith("# head\n#\n# of it\ntexts:\n")
    assert yaml.load(text, Loader=LOADER) == data
    assert max(map(len, text.splitlines())) < 150
