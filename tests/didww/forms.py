"""Whether an answer has the form that `shapes.yaml` gives: members, order, kinds, links."""

from __future__ import annotations

import re
from typing import Any

from tests.didww.account import BASE
from tests.didww.contract import NEW, known_in, read

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PATTERNS = {
    "text": r"(?s).*",
    "uuid": UUID,
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "date": r"\d{4}-\d\d-\d\d",
    "decimal": r"\d+\.(0|\d*[1-9])",
    "money": r"-?\d+\.\d\d",
    "digits": r"\d+",
    "word": r"[a-z][a-z0-9_]*",
    "title": r"[A-Z][a-z]*",
    "upper": r"[A-Z]+",
    "camel": r"([A-Z][a-z]*)+",
    "joined": r"(?s).*",
    "reference": r"[A-Z]{3}-\d{6}",
}


def shape_of(kind: str) -> dict[str, Any] | None:
    """The shape of a type, None for the types that are not described yet."""
    former = {name: kind for kind, (_, name) in read("shapes.yaml")["former"].items()}
    return read("shapes.yaml")["types"].get(former.get(kind, kind))  # type: ignore[no-any-return]


def members(table: dict[str, Any], version: str) -> dict[str, dict[str, Any]]:
    """The members of a shape under the names that a version has for them, in order."""
    named: dict[str, dict[str, Any]] = {}
    for name, facts in table.items():
        if known_in(facts, version) or version <= facts.get("also_until", ""):
            named[name] = facts
        elif "was" in facts:
            named[facts["was"]] = facts
    return named


def assert_kind(value: Any, facts: dict[str, Any], version: str, where: str) -> None:
    """A value is of its kind, and written as this version writes it."""
    kind: str = facts["kind"]
    if kind.endswith("?"):
        if value is None:
            return
        kind = kind[:-1]
    for style in ("title", "upper", "camel", "joined"):
        if version <= facts.get(f"{style}_until", ""):
            kind = style
    if kind == "bool":
        assert value is True or value is False, f"{where}: {value!r} is no {kind}"
    elif kind == "int":
        assert type(value) is int, f"{where}: {value!r} is no {kind}"
    elif kind == "words":
        assert isinstance(value, list), where
        for item in value:
            assert_kind(item, {"kind": "word"}, version, where)
    elif kind == "ints":
        assert isinstance(value, list), where
        assert all(type(item) is int for item in value), f"{where}: {value!r} are no numbers"
    elif kind == "texts":
        assert isinstance(value, list), where
        assert all(isinstance(item, str) for item in value), f"{where}: {value!r} are no texts"
    elif kind == "mapping":
        assert isinstance(value, dict), where
    elif kind == "object":
        assert_object(value, facts, version, where)
    elif kind == "items":
        assert isinstance(value, list), where
        assert value, f"{where} is empty"
        for item in value:
            assert_item(item, version, where)
    else:
        assert isinstance(value, str), f"{where}: {value!r} is no text"
        assert re.fullmatch(PATTERNS[kind], value), f"{where}: {value!r} is no {kind}"


def assert_item(item: dict[str, Any], version: str, where: str) -> None:
    """One item of an order."""
    assert list(item) == ["type", "attributes"], where
    shape = shape_of("orders")["items"][item["type"]]  # type: ignore[index]
    assert list(item["attributes"]) == list(shape), where
    for name, facts in shape.items():
        assert_kind(item["attributes"][name], facts, version, f"{where}.{name}")


def assert_object(value: Any, facts: dict[str, Any], version: str, where: str) -> None:
    """An object of one of the kinds that an attribute may hold."""
    assert list(value) == ["type", "attributes"], where
    assert value["type"] in facts["of"], where
    table = members(read("shapes.yaml")["objects"][value["type"]], version)
    assert list(value["attributes"]) == list(table), where
    for name, about in table.items():
        assert_kind(value["attributes"][name], about, version, f"{where}.{name}")


def assert_resource(resource: dict[str, Any], version: str = NEW, base: str = BASE) -> None:
    """One resource object, primary or included, is exactly as its shape says. Unknown types pass."""
    kind = resource["type"]
    assert re.fullmatch(UUID, resource["id"]), resource["id"]
    shape = shape_of(kind)
    if shape is None:
        return
    attributes = members(shape["attributes"], version)
    shown = resource.get("relationships", {})
    known = members(shape["relationships"], version).items()
    relationships = {name: facts for name, facts in known if not facts.get("hidden") or name in shown}
    meta = members(shape.get("meta", {}), version)
    if "meta" not in resource:
        meta = {name: facts for name, facts in meta.items() if not facts.get("seldom")}
    expected = ["id", "type"] + ["attributes"] * bool(attributes)
    expected += ["relationships"] * bool(relationships) + ["meta"] * bool(meta)
    assert list(resource) == expected, kind
    assert list(resource.get("attributes", {})) == list(attributes), kind
    for name, facts in attributes.items():
        assert_kind(resource["attributes"][name], facts, version, f"{kind}.{name}")
    for name, facts in meta.items():
        assert_kind(resource["meta"][name], facts, version, f"{kind}.meta.{name}")
    assert list(resource.get("meta", {})) == list(meta), kind
    assert list(resource.get("relationships", {})) == list(relationships), kind
    for name, facts in relationships.items():
        assert_relationship(resource, name, facts, base)
    if kind == "did_groups":
        features = set(shape["features_by_version"][version])
        assert set(resource["attributes"]["features"]) <= features, resource["attributes"]["features"]


def assert_relationship(resource: dict[str, Any], name: str, facts: dict[str, Any], base: str) -> None:
    """Links always, linkage only where it was asked for (here: it may be there)."""
    found = resource["relationships"][name]
    own = f"{base}/{resource['type']}/{resource['id']}"
    assert list(found) in (["links"], ["links", "data"]), name
    assert found["links"] == {"self": f"{own}/relationships/{name}", "related": f"{own}/{name}"}
    assert list(found["links"]) == ["self", "related"]
    if "data" in found:
        linkage = found["data"]
        if "many" in facts:
            assert isinstance(linkage, list), name
        else:
            linkage = [] if linkage is None else [linkage]
        for link in linkage:
            assert list(link) == ["type", "id"], name


def assert_document(body: dict[str, Any], version: str = NEW, base: str = BASE) -> None:
    """A document with data: members in order, every resource in shape, included records once and linked."""
    many = isinstance(body["data"], list)
    order = ["data", "included", "meta", "links"]
    assert list(body) == [name for name in order if name in body]
    assert {"data", "meta"} <= set(body)
    primary = body["data"] if many else [body["data"]]
    included = body.get("included", [])
    for resource in [*primary, *included]:
        assert_resource(resource, version, base)
    assert body["meta"]["api_version"] == version
    assert list(body["meta"])[-1] == "api_version"
    if many and primary:
        kind = primary[0]["type"]
        known = read("shapes.yaml")["lists"]
        assert kind not in known or list(body["meta"]) == known[kind]
        assert ("links" in body) is ("total_records" in body["meta"] and kind != "pops")  # recorded
    names = [(row["type"], row["id"]) for row in included]
    assert len(set(names)) == len(names), "a record is included twice"
    assert not set(names) & {(row["type"], row["id"]) for row in primary}, "a primary record is included"
    linked = {
        (link["type"], link["id"])
        for row in [*primary, *included]
        for relation in row.get("relationships", {}).values()
        if relation.get("data")
        for link in (relation["data"] if isinstance(relation["data"], list) else [relation["data"]])
    }
    present = set(names) | {(row["type"], row["id"]) for row in primary}
    assert linked <= present, "a linkage without its record"
    assert set(names) <= linked, "an included record that nothing links to"
