"""Every include of every list in every version brings the linked records and no other; others are refused."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.didww_tables import VERSIONS
from tests.didww.account import BASE
from tests.didww.contract import assert_refused
from tests.didww.forms import assert_document
from tests.didww.list_filters import GREENVILLE
from tests.didww.lists import Lists, Row, each, each_list


def including(lists: Lists, kind: str, path: str) -> dict[str, Any]:
    """A page of the list with what `path` names."""
    query = {"include": path}
    if kind == "available_dids" and path == "nanpa_prefix":  # few numbers have one
        query["filter[nanpa_prefix.id]"] = GREENVILLE
    answer = lists.account.get(f"/{kind}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert answer.status == 200, answer.raw
    body: dict[str, Any] = answer.body
    assert_document(body, lists.version)
    return body


def links_of(row: Row, name: str) -> list[tuple[str, str]]:
    data = row["relationships"][name]["data"]
    return [(link["type"], link["id"]) for link in (data if isinstance(data, list) else [data]) if link]


@pytest.mark.parametrize(("version", "kind", "name"), each("includes"))
def test_include_brings_the_linked_records(version: str, kind: str, name: str, stocked: Lists) -> None:
    """Each once, of the type that the table names, and the linkage of no other relationship."""
    lists = stocked.as_of(version)
    relationship = lists.tables.includes[kind][name]
    body = including(lists, kind, name)
    linked = set()
    for row in body["data"]:
        assert [other for other, found in row["relationships"].items() if "data" in found] == [name]
        linked.update(links_of(row, name))
    assert linked, "the account has no such link"
    brought = [(row["type"], row["id"]) for row in body["included"]]
    assert sorted(brought) == sorted(linked)
    targets = relationship.get("one_of") or [relationship.get("one") or relationship["many"]]
    assert {kind for kind, _ in brought} == {*targets}
    one = next(row for row in body["data"] if links_of(row, name))
    shown = lists.account.get(f"/{kind}/{one['id']}?include={name}")
    if lists.tables.lists[kind]["shown"]:
        assert_document(shown.body, version)
        assert shown.data == one
        assert {(row["type"], row["id"]) for row in shown.body["included"]} == {*links_of(one, name)}
    else:
        assert_refused(shown, "unrouted")


@pytest.mark.parametrize(("version", "kind", "name"), each("includes"))
def test_relationship_leads_to_what_include_brings(
    version: str, kind: str, name: str, stocked: Lists
) -> None:
    """Linkage and related records, at the addresses that every row gives."""
    lists = stocked.as_of(version)
    body = including(lists, kind, name)
    included = {(row["type"], row["id"]): row for row in body["included"]}
    empty = [row for row in body["data"] if not links_of(row, name)]
    for row in [*(row for row in body["data"] if links_of(row, name)), *empty][:2] + empty[:1]:
        relation = row["relationships"][name]
        answer = lists.account.get(relation["links"]["self"].removeprefix(BASE))
        assert answer.body == {
            "data": relation["data"],
            "links": relation["links"],
            "meta": {"api_version": version},
        }
        related = lists.account.get(relation["links"]["related"].removeprefix(BASE))
        assert related.status == 200, related.raw
        if isinstance(relation["data"], list):
            found = sorted((one["type"], one["id"]) for one in related.data)
            assert found == sorted(links_of(row, name))
        else:
            assert related.data == (included[links_of(row, name)[0]] if relation["data"] else None)


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_nested_includes_are_served(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    for path in lists.tables.nested[kind]:
        assert including(lists, kind, path)["included"], path


def test_filter_through_an_include_narrows_what_is_looked_up(stocked: Lists) -> None:
    """Lists and single records, the engine finds both alike; a list of related records is not found so."""
    account = stocked.account
    (texas,) = account.get("/regions?filter[name]=Texas&include=country").data
    country = texas["relationships"]["country"]["data"]["id"]
    for path, many in (("/countries", True), (f"/countries/{country}", False)):
        answer = account.get(f"{path}?include=regions&filter[regions.name]=Texas")
        found = answer.data if many else [answer.data]
        assert [(row["id"], links_of(row, "regions")) for row in found] == [
            (country, [("regions", texas["id"])])
        ]
        assert [row["id"] for row in answer.body["included"]] == [texas["id"]]
    nowhere = "include=regions&filter[regions.name]=Nowhere"
    assert account.get(f"/countries?{nowhere}").data == []
    assert_refused(account.get(f"/countries/{country}?{nowhere}"), "not_found", id=country)
    pool = account.get("/capacity_pools?filter[name]=Standard").data[0]["id"]
    related = f"/capacity_pools/{pool}/shared_capacity_groups"
    through = account.get(f"{related}?include=dids&filter[dids.number]=1")
    assert [row["id"] for row in through.data] == [row["id"] for row in account.get(related).data] != []
    assert {tuple(links_of(row, "dids")) for row in through.data} == {()}


@pytest.mark.parametrize(
    ("version", "kind"), [*each_list(), *(pytest.param(v, "balance", id=f"{v}-balance") for v in VERSIONS)]
)
def test_include_of_no_table_is_refused(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    wire = "balances" if kind == "balance" else kind
    facts, newest = lists.tables.types[wire], stocked.tables.types
    names = {"bogus", "id", "*", "files", "onetime_files", "trunk", "voice_in_trunk", "requirement"}
    names |= {*facts["attributes"], *newest[facts["newest"]]["relationships"]}
    for name in sorted(names - facts["relationships"].keys()):
        answer = lists.account.get(f"/{kind}?include={name}")
        assert_refused(answer, "include_not_allowed", name=name, type=wire)
