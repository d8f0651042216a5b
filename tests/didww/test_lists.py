"""Every list of every version: its form, its fields, its pages, and its name in that version alone."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.didww_tables import VERSIONS, of_version
from tests.didww.contract import assert_refused
from tests.didww.forms import assert_document
from tests.didww.lists import Lists, each_list


def paginated(wanted: bool) -> list[Any]:
    return [
        row for row in each_list() if of_version(row.values[0]).lists[row.values[1]]["paginated"] is wanted
    ]


def names_of_others() -> list[Any]:
    """(version, name) of lists that the version does not have, or not under this name."""
    everything = {kind for version in VERSIONS for kind in of_version(version).lists}
    return [
        pytest.param(version, kind, id=f"{version}-{kind}")
        for version in VERSIONS
        for kind in sorted(everything - of_version(version).lists.keys())
    ]


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_list_and_its_records_have_the_form_of_the_version(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    answer = lists.account.get(f"/{kind}")
    assert answer.status == 200
    body = answer.body
    assert {row["type"] for row in body["data"]} == {kind}
    if kind == "public_keys":  # bare (recorded)
        assert list(body) == ["data"]
        assert [list(row["attributes"]) for row in body["data"]] == [["key"]] * 2
        return
    assert_document(body, version)
    assert list(body["meta"]) == lists.tables.lists[kind]["meta"]
    for row in body["data"][:2]:
        shown = lists.account.get(f"/{kind}/{row['id']}")
        if lists.tables.lists[kind]["shown"]:
            assert shown.status == 200
            assert_document(shown.body, version)
            assert shown.data == row
        else:
            assert_refused(shown, "unrouted")


@pytest.mark.parametrize(("version", "kind"), names_of_others())
def test_list_is_unknown_under_the_name_of_another_version(version: str, kind: str, stocked: Lists) -> None:
    assert_refused(stocked.as_of(version).account.get(f"/{kind}"), "unrouted")


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_every_field_can_be_asked_for_alone(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    facts = lists.tables.types[kind]
    account, first = lists.account, lists.rows(kind)[0]["id"]
    if not lists.tables.lists[kind]["shown"]:
        assert account.get(f"/{kind}?fields[{kind}]=bogus").status == 400
        return
    full = account.get(f"/{kind}/{first}").data
    for name in facts["attributes"]:
        row = account.get(f"/{kind}/{first}?fields[{kind}]={name}").data
        assert row["attributes"] == {name: full["attributes"][name]}
        assert "relationships" not in row
    for name in facts["relationships"]:
        row = account.get(f"/{kind}/{first}?fields[{kind}]={name}").data
        assert list(row["relationships"]) == [name]
        assert "attributes" not in row
    answer = account.get(f"/{kind}?fields[{kind}]=bogus")
    assert_refused(answer, "field_not_allowed", name="bogus", type=kind)


@pytest.mark.parametrize(("version", "kind"), paginated(True))
def test_pages_cover_the_list_once_in_order(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    whole = [row["id"] for row in lists.rows(kind)]
    usual = lists.tables.lists[kind]["page_size"]
    body = lists.account.get(f"/{kind}").body
    assert len(body["data"]) == min(usual, len(whole))
    assert body["meta"]["total_records"] == len(whole)
    assert body["links"]["first"].endswith(f"?page%5Bnumber%5D=1&page%5Bsize%5D={usual}")
    size = max(1, len(whole) // 3)
    found = []
    for number in range(1, -(-len(whole) // size) + 2):  # one beyond the last
        page = lists.account.get(f"/{kind}?page[size]={size}&page[number]={number}").data
        assert len(page) <= size
        found += [row["id"] for row in page]
    assert found == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize(("version", "kind"), paginated(False))
def test_list_without_pages_is_whole(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    body = lists.account.get(f"/{kind}").body
    assert "links" not in body
    if kind == "available_dids":
        assert len(body["data"]) == 10 < body["meta"]["total_count"]
    else:
        assert len(body["data"]) == len(lists.rows(kind))
