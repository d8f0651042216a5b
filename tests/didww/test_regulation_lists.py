"""Every filter, sort key and include of the lists of regulation, by its effect; every other is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.didww.account import BASE, Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document, members, shape_of
from tests.didww.regulation import LISTS, declared, everything, name_of, quoted, served
from tests.didww.test_declared import collated

Row = dict[str, Any]
Rule = Callable[[Row], bool]
NOBODY = "00000000-0000-4000-8000-000000000000"


def every(part: str) -> list[Any]:
    return [
        pytest.param(kind, name, version, id=f"{kind}-{name}-{version}")
        for version in VERSIONS
        for kind in served(version)
        for name in declared(kind, part, version)
    ]


def kinds() -> list[Any]:
    return [
        pytest.param(kind, version, id=f"{kind}-{version}")
        for version in VERSIONS
        for kind in served(version)
    ]


# --- filters -----------------------------------------------------------------------------------------


def value_of(account: Account, kind: str, name: str) -> Callable[[Row], Any]:
    """What a filter looks at in a row, as the wire shows it."""
    if name == "id":
        return lambda row: row["id"]
    plain = name.removesuffix("_contains").removesuffix("_in")
    if "." not in plain:
        attribute = {"name_contains": "name"}.get(name, plain)
        return lambda row: row["attributes"][attribute]
    relation, _, rest = name.partition(".")
    if relation == "identity" and kind == "emergency_calling_services":
        owners = {row["id"]: row["relationships"]["identity"]["data"]["id"] for row in addresses(account)}
        return lambda row: owners[row["relationships"]["address"]["data"]["id"]]
    if rest == "id":
        return lambda row: (row["relationships"][relation]["data"] or {}).get("id")
    if rest == "identity.id":
        owners = {row["id"]: row["relationships"]["identity"]["data"]["id"] for row in addresses(account)}
        return lambda row: owners[row["relationships"]["address"]["data"]["id"]]
    assert name == "identity.external_reference_id"
    references = {
        row["id"]: row["attributes"]["external_reference_id"] for row in account.get("/identities").data
    }
    return lambda row: references[row["relationships"]["identity"]["data"]["id"]]


def addresses(account: Account) -> list[Row]:
    return account.get("/addresses?include=identity").data  # type: ignore[no-any-return]


def rules(name: str, facts: dict[str, Any], value: Callable[[Row], Any], rows: list[Row]) -> dict[str, Rule]:
    """Values to try, each with the rule that tells the rows it must leave."""
    if facts["type"] == "boolean":
        return {"true": lambda row: value(row) is True, "false": lambda row: value(row) is False}
    seen = list(dict.fromkeys(str(found) for found in map(value, rows) if found not in (None, "")))
    part = name.endswith("_contains") or facts.get("match") == "contains"
    tried: dict[str, Rule] = {NOBODY: lambda row: False}
    for one in seen[:3]:
        wanted = one[1:-1] if part and len(one) > 4 else one
        tried[wanted] = lambda row, wanted=wanted: (  # type: ignore[misc]
            wanted in str(value(row) or "") if part else str(value(row)) == wanted
        )
    if facts.get("case_insensitive"):
        tried[seen[0].upper()] = lambda row: value(row).upper() == seen[0].upper()
    both = [one for one in seen[:2] if "," not in one]
    if facts.get("array") and len(both) == 2:
        tried[",".join(both)] = lambda row: (
            any(one in str(value(row) or "") for one in both) if part else str(value(row)) in both
        )
    if facts.get("blank"):
        tried[""] = lambda row: value(row) in (None, "")
    return tried


@pytest.mark.parametrize(("kind", "name", "version"), every("filters"))
def test_filter_leaves_the_rows_that_match_and_no_other(
    kind: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    rows = everything(account, kind)
    facts = LISTS[kind]["filters"][name]
    tried = rules(name, facts, value_of(account, kind, name), rows)
    proven = False
    for value, rule in tried.items():
        answer = account.get(f"/{name_of(kind, version)}?filter[{name}]={quoted(value)}&page[size]=1000")
        assert answer.status == 200, (value, answer.raw)
        wanted = [row["id"] for row in rows if rule(row)]
        assert [row["id"] for row in answer.data] == wanted, value
        proven = proven or 0 < len(wanted) < len(rows)
    one_value = len({str(value_of(account, kind, name)(row)) for row in rows}) == 1
    assert proven or one_value, "the seed should have rows that match and rows that do not"


@pytest.mark.parametrize(
    ("kind", "name", "version"),
    [row for row in every("filters") if LISTS[row.values[0]]["filters"][row.values[1]].get("array") is False],
)
def test_filter_takes_one_value_when_it_is_documented_so(
    kind: str, name: str, version: str, account: Account
) -> None:
    answer = account.as_of(version).get(f"/{name_of(kind, version)}?filter[{name}]=a,b")
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "107")


@pytest.mark.parametrize(
    ("kind", "name", "version"),
    [row for row in every("filters") if LISTS[row.values[0]]["filters"][row.values[1]].get("blank") is False],
)
def test_filter_wants_a_value_when_it_is_documented_so(
    kind: str, name: str, version: str, account: Account
) -> None:
    answer = account.as_of(version).get(f"/{name_of(kind, version)}?filter[{name}]=")
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "107")


@pytest.mark.parametrize(("kind", "version"), kinds())
def test_filter_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account, name = account.as_of(version), name_of(kind, version)
    shape = shape_of(name)
    assert shape is not None
    known = declared(kind, "filters", version)
    others = ["bogus", "created_at_gteq", *LISTS[kind]["filters"], *shape["attributes"]]
    for other in others:
        if other not in known and "." not in other:
            assert_refused(account.get(f"/{name}?filter[{other}]=1"), "filter_not_allowed", name=other)


# --- sorting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name", "version"), every("sorts"))
def test_sort_orders_the_list_both_ways(kind: str, name: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    path = f"/{name_of(kind, version)}?page[size]=1000"
    facts = declared(kind, "sorts", version)[name]
    attribute = name if version <= OLD else facts.get("attribute", name)
    countries = {row["id"]: row["attributes"]["name"] for row in account.get("/countries").data}

    def value(row: Row) -> Any:
        if name == "country.name":
            return collated(countries[row["relationships"]["country"]["data"]["id"]])
        found = row["attributes"][attribute]
        plain = name in ("phone_number", "key", "entity_type", "status", "birth_date", "renew_date")
        if not isinstance(found, str) or plain or name.endswith("_at"):
            return found
        return collated(found)

    ordered: dict[str, list[str]] = {}
    for sign in ("", "-"):
        query = f"{path}&sort={sign}{name}" + ("&include=country" if "." in name else "")
        rows = account.get(query).data
        filled = [value(row) for row in rows if value(row) is not None]
        assert filled == sorted(filled, reverse=bool(sign))
        nulls = [value(row) is None for row in rows]
        assert nulls == sorted(nulls, reverse=bool(sign)), "no value counts as the largest"
        ordered[sign] = [row["id"] for row in rows]
    assert sorted(ordered[""]) == sorted(ordered["-"])
    distinct = {str(value(row)) for row in rows}
    assert len(distinct) == 1 or ordered[""] != ordered["-"]


@pytest.mark.parametrize(("kind", "version"), kinds())
def test_sort_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account, name = account.as_of(version), name_of(kind, version)
    shape = shape_of(name)
    assert shape is not None
    for other in ["bogus", "id", *shape["attributes"], *members(shape["relationships"], version)]:
        if other not in declared(kind, "sorts", version):
            answer = account.get(f"/{name}?sort={other}")
            assert_refused(answer, "sort_not_allowed", name=other, type=name)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_account_makes_is_listed_oldest_first(version: str, account: Account) -> None:
    account = account.as_of(version)
    for kind in served(version):
        rows = account.get(f"/{name_of(kind, version)}").data
        created = [row["attributes"].get("created_at", "") for row in rows]
        assert created == sorted(created), kind
    names = [collated(row["attributes"]["name"]) for row in account.get("/areas").data]
    assert names == sorted(names)


# --- includes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name", "version"), every("includes"))
def test_include_brings_every_linked_record_once(
    kind: str, name: str, version: str, account: Account
) -> None:
    account, path = account.as_of(version), name_of(kind, version)
    answer = account.get(f"/{path}?include={name}")
    assert_document(answer.body, version)
    linked = set()
    for row in answer.data:
        assert [other for other, found in row["relationships"].items() if "data" in found] == [name]
        data = row["relationships"][name]["data"]
        linked |= {(one["type"], one["id"]) for one in (data if isinstance(data, list) else [data]) if one}
    assert linked, "the seed should have one such link"
    assert {(row["type"], row["id"]) for row in answer.body["included"]} == linked
    one = answer.data[-1]
    shown = account.get(f"/{path}/{one['id']}?include={name}")
    assert shown.data == one


@pytest.mark.parametrize(("kind", "name", "version"), every("includes"))
def test_relationship_leads_to_what_include_shows(
    kind: str, name: str, version: str, account: Account
) -> None:
    account, path = account.as_of(version), name_of(kind, version)
    body = account.get(f"/{path}?include={name}").body
    included = {(row["type"], row["id"]): row for row in body["included"]}
    for row in body["data"]:
        relation = row["relationships"][name]
        linkage = account.get(relation["links"]["self"].removeprefix(BASE))
        assert linkage.body == {
            "data": relation["data"],
            "links": relation["links"],
            "meta": {"api_version": version},
        }
        related = account.get(relation["links"]["related"].removeprefix(BASE))
        assert related.status == 200
        if isinstance(relation["data"], list):
            found = sorted((one["type"], one["id"]) for one in related.data)
            assert found == sorted((one["type"], one["id"]) for one in relation["data"])
        elif relation["data"] is None:
            assert related.data is None
        else:
            assert related.data == included[relation["data"]["type"], relation["data"]["id"]]


@pytest.mark.parametrize(("kind", "version"), kinds())
def test_nested_includes_are_served(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    for path in LISTS[kind]["nested_includes_seen"]:
        answer = account.get(f"/{name_of(kind, version)}?include={path}")
        assert_document(answer.body, version)
        assert answer.body["included"], path


@pytest.mark.parametrize(("kind", "version"), kinds())
def test_include_is_refused_when_it_is_not_documented(kind: str, version: str, account: Account) -> None:
    account, name = account.as_of(version), name_of(kind, version)
    shape = shape_of(name)
    assert shape is not None
    for other in ["bogus", "id", "files", "onetime_files", *LISTS[kind]["includes"], *shape["attributes"]]:
        known = members(shape["relationships"], version)
        if other not in known:
            assert_refused(
                account.get(f"/{name}?include={other}"), "include_not_allowed", name=other, type=name
            )


# --- fields and pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "version"), [row for row in kinds() if LISTS[row.values[0]].get("shown", True)]
)
def test_every_field_can_be_asked_for_alone(kind: str, version: str, account: Account) -> None:
    account, path = account.as_of(version), name_of(kind, version)
    shape = shape_of(path)
    assert shape is not None
    full = account.get(f"/{path}?page[size]=1").data[0]
    for name in members(shape["attributes"], version):
        row = account.get(f"/{path}/{full['id']}?fields[{path}]={name}").data
        assert row["attributes"] == {name: full["attributes"][name]}
        assert "relationships" not in row
    for name in members(shape["relationships"], version):
        row = account.get(f"/{path}/{full['id']}?fields[{path}]={name}").data
        assert list(row["relationships"]) == [name]
        assert "attributes" not in row
    assert_refused(account.get(f"/{path}?fields[{path}]=bogus"), "field_not_allowed", name="bogus", type=path)


@pytest.mark.parametrize(("kind", "version"), kinds())
def test_pages_are_as_documented(kind: str, version: str, account: Account) -> None:
    account, path = account.as_of(version), name_of(kind, version)
    body = account.get(f"/{path}").body
    if not LISTS[kind]["paginated"]:
        assert list(body) == ["data"]
        return
    size = LISTS[kind]["default_page_size"]
    assert body["links"]["first"].endswith(f"?page%5Bnumber%5D=1&page%5Bsize%5D={size}")
    assert len(body["data"]) == body["meta"]["total_records"]
    whole = [row["id"] for row in body["data"]]
    assert [row["id"] for row in account.all(f"/{path}?page[size]=2")] == whole


def test_types_of_2026_are_unknown_before(account: Account) -> None:
    old = account.as_of(OLD)
    for kind in [*served(NEW), "address_requirement_validations"]:
        if kind in ("address_requirements", "address_requirement_validations") or kind not in served(OLD):
            assert old.get(f"/{kind}").status == 404, kind
    for kind in ("requirements", "requirement_validations"):
        assert account.get(f"/{kind}").status == 404
