"""Every filter of every list in every version leaves the rows that match and no other; others are refused."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.didww_tables import VERSIONS, of_version
from tests.didww.contract import assert_refused
from tests.didww.list_filters import rules_of
from tests.didww.lists import Lists, each, each_list


@pytest.mark.parametrize(("version", "kind", "name"), each("filters"))
def test_filter_leaves_the_matching_rows(version: str, kind: str, name: str, stocked: Lists) -> None:
    """Some rows, not all, for at least one of the values that are tried."""
    lists = stocked.as_of(version)
    if kind == "available_dids":
        assert_filter_of_numbers(lists, name)
        return
    rows = lists.rows(kind)
    proven = False
    for value, rule in rules_of(lists, kind, name).items():
        wanted = [row["id"] for row in rows if rule(row)]
        answer = lists.filtered(kind, name, value)
        assert answer.status == 200, (value, answer.raw)
        left = [row["id"] for row in answer.data]
        assert left == wanted[:1000], value
        assert answer.body.get("meta", {}).get("total_records", len(wanted)) == len(wanted)
        proven = proven or 0 < len(wanted) < len(rows)
    assert proven, "the account has no rows that match and rows that do not"


def assert_filter_of_numbers(lists: Lists, name: str) -> None:
    """What comes is a sample, so nothing in it may break the rule, and the total tells of the rest."""
    kind = "available_dids"
    include = ",".join(lists.tables.includes[kind])
    every = lists.ask(kind).body["meta"]["total_count"]
    proven = False
    for value, rule in rules_of(lists, kind, name).items():
        answer = lists.ask(kind, include=include, **{f"filter[{name}]": value})
        assert answer.status == 200, (value, answer.raw)
        total = answer.body["meta"]["total_count"]
        assert all(rule(row) for row in answer.data), value
        assert len(answer.data) == min(10, total)
        assert bool(total) or not any(map(rule, lists.rows(kind))), value
        proven = proven or 0 < total < every
    assert proven


@pytest.mark.parametrize(
    ("version", "kind", "name"), each("filters", lambda facts: facts.get("array") is False)
)
def test_filter_of_one_value_refuses_two(version: str, kind: str, name: str, stocked: Lists) -> None:
    answer = stocked.as_of(version).filtered(kind, name, "a,b")
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "107")


@pytest.mark.parametrize(
    ("version", "kind", "name"), each("filters", lambda facts: facts.get("blank") is False)
)
def test_filter_that_wants_a_value_refuses_none(version: str, kind: str, name: str, stocked: Lists) -> None:
    answer = stocked.as_of(version).filtered(kind, name, "")
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "107")


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_filter_of_no_table_is_refused(version: str, kind: str, stocked: Lists) -> None:
    """Names of other versions and lists, members of the type, other spellings."""
    lists = stocked.as_of(version)
    others = dict.fromkeys(("bogus", "Name", "ID", "created_at_gt", "created_at_gteq", "country.name"))
    others |= dict.fromkeys(lists.tables.types[kind]["attributes"])
    others |= dict.fromkeys(lists.tables.types[kind]["relationships"])
    for other in VERSIONS:
        others |= dict.fromkeys(filters_of(other, lists.newest(kind)))
    for name in others.keys() - lists.tables.filters[kind].keys():
        answer = lists.account.get(f"/{kind}?filter[{name}]=1")
        assert_refused(answer, "filter_not_allowed", name=name.rpartition(".")[2])  # as the engine words it


def filters_of(version: str, newest: str) -> dict[str, Any]:
    tables = of_version(version)
    return next((tables.filters[kind] for kind in tables.lists if tables.types[kind]["newest"] == newest), {})


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_several_filters_must_all_hold(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    first = lists.rows(kind)[0]
    alone = {"filter[id]": first["id"]}
    assert [row["id"] for row in lists.ask(kind, **alone).data] == [first["id"]]
    for name in lists.tables.filters[kind]:
        if name == "id" or kind == "available_dids":
            continue
        rules = {value: rule for value, rule in rules_of(lists, kind, name).items() if value}
        # One value that the row has not, if there is any, and one more.
        for value in sorted(rules, key=lambda value: rules[value](first))[:2]:
            answer = lists.ask(kind, **alone, **{f"filter[{name}]": value})
            assert [row["id"] for row in answer.data] == ([first["id"]] if rules[value](first) else []), name
