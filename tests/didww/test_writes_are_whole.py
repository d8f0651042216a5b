"""Whatever can be written stands in a table that drives the tests of wrong values: none is left out."""

from __future__ import annotations

import pytest

from mockserver.providers.didww.resources import build_registry
from tests.didww.contract import known_in, read

REGISTRY = build_registry()
METHODS = {"create": "POST", "update": "PATCH"}


def tabled(method: str, kind: str, version: str) -> set[str]:
    """Attributes and relationships of a write, by all tables together."""
    which = f"{method} /{kind}"
    tables = [
        read(f"{name}.yaml")["writes"].get(which, {}) for name in ("record_writes", "regulation/writes")
    ]
    tables.append(read("voice_writes.yaml").get(kind, {}))
    found: dict[str, dict[str, str]] = dict(read("link_writes.yaml")["writes"].get(which, {}))
    for table in tables:
        for part in ("attributes", "relationships", "links", "objects"):
            for name, facts in table.get(part, {}).items():
                was = facts.get("was")
                found[name] = {key: value for key, value in facts.items() if key in ("since", "until")}
                if was is not None:
                    found[was] = {"until": "2022-05-10"}
    if which == "POST /orders":
        found |= {"items": {}, **read("item_writes.yaml")["attributes"]}
    return {name for name, facts in found.items() if known_in(facts, version)}


@pytest.mark.parametrize("version", REGISTRY.versions)
def test_everything_that_can_be_written_is_in_a_table(version: str) -> None:
    missing = []
    for view in REGISTRY.schemas[version].by_type.values():
        resource = view.resource
        members = [(a.name, a) for a in resource.attributes if a.known_in(version)]
        members += [(r.name, r) for r in resource.relationships if r.known_in(version)]
        for operation, method in METHODS.items():
            if operation in view.operations:
                known = tabled(method, resource.type, version)
                missing += [
                    f"{method} /{view.path} {name}"
                    for name, member in members
                    if getattr(member, operation) and name not in known
                ]
    assert missing == []
