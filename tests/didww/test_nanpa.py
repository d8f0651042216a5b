"""NANPA prefixes: what is sold of them, and orders for numbers of one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account, did_item, price_of
from tests.didww.contract import NEW, OLD, assert_refused
from tests.didww.refusals import NOBODY, unchanged


def prefix_of(account: Account, npanxx: str) -> dict[str, Any]:
    (found,) = account.get(f"/nanpa_prefixes?filter[npanxx]={npanxx}&include=region,country").data
    return found  # type: ignore[no-any-return]


def group_in(account: Account, area: str) -> dict[str, Any]:
    return next(group for group in account.groups if group["attributes"]["area_name"] == area)


def test_numbers_on_sale_know_their_prefix(account: Account) -> None:
    prefix = prefix_of(account, "201555")
    body = account.get("/available_dids?filter[number_contains]=1201555&include=nanpa_prefix").body
    assert body["data"]
    for row in body["data"]:
        assert row["relationships"]["nanpa_prefix"]["data"] == {"type": "nanpa_prefixes", "id": prefix["id"]}
    assert [row["id"] for row in body["included"]] == [prefix["id"]]
    abroad = account.get("/available_dids?filter[number_contains]=4420&include=nanpa_prefix").data
    assert {row["relationships"]["nanpa_prefix"]["data"] for row in abroad} == {None}


def test_prefix_of_two_groups_finds_the_numbers_of_both(account: Account) -> None:
    prefix = prefix_of(account, "864555")
    groups = account.get(f"/did_groups?filter[nanpa_prefix.id]={prefix['id']}").data
    assert [row["attributes"]["area_name"] for row in groups] == ["Greenville", "Inman"]
    total = account.get(f"/available_dids?filter[nanpa_prefix.id]={prefix['id']}").body["meta"]
    browsable = [row["meta"]["total_count"] for row in groups if row["meta"]["available_dids_enabled"]]
    assert total["total_count"] == sum(browsable)


def test_one_digit_is_enough_beside_a_prefix(account: Account) -> None:
    """A coverage filter (documented)."""
    prefix = prefix_of(account, "201555")
    answer = account.get(f"/available_dids?filter[nanpa_prefix.id]={prefix['id']}&filter[number_contains]=7")
    assert answer.status == 200
    assert all("7" in row["attributes"]["number"] for row in answer.data)
    assert account.get("/available_dids?filter[number_contains]=7").status == 400


@pytest.mark.parametrize("version", [OLD, NEW])
def test_order_brings_numbers_of_the_prefix(version: str, account: Account) -> None:
    account = account.as_of(version)
    group, prefix = group_in(account, "Jersey City"), prefix_of(account, "201555")
    item = did_item(group["skus"][0], qty=3, nanpa_prefix_id=prefix["id"])
    funds = account.funds
    order = account.order(item).data
    assert "nanpa_prefix_id" not in order["attributes"]["items"][0]["attributes"]
    account.advance(seconds=10)
    numbers = [did["attributes"]["number"] for did in account.dids_of(order)]
    assert len(numbers) == 3
    assert all(number.startswith("1201555") for number in numbers)
    assert funds - account.funds == 3 * price_of(group["skus"][0])


def test_numbers_of_a_prefix_are_taken_before_those_that_may_be_any(account: Account) -> None:
    group, prefix = group_in(account, "Burlington"), prefix_of(account, "802555")
    stock = group["meta"]["total_count"]
    anything = did_item(group["skus"][0], qty=stock - 2)
    wanted = did_item(group["skus"][0], qty=2, nanpa_prefix_id=prefix["id"])
    order = account.order(anything, wanted, allow_back_ordering=False)
    assert order.status == 201, order.raw
    account.advance(seconds=10)
    assert len(account.dids_of(order.data)) == stock


def test_more_than_there_are_of_a_prefix_is_refused_without_back_ordering(account: Account) -> None:
    group, prefix = group_in(account, "Burlington"), prefix_of(account, "802555")
    item = did_item(group["skus"][0], qty=11, nanpa_prefix_id=prefix["id"])
    with unchanged(account):
        answer = account.order(item, allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=0)


def test_back_order_waits_for_numbers_of_its_prefix(account: Account) -> None:
    group, prefix = group_in(account, "Anchorage"), prefix_of(account, "907555")
    item = did_item(group["skus"][0], qty=2, nanpa_prefix_id=prefix["id"])
    order = account.order(item).data
    assert account.dids_of(order) == []
    account.advance(seconds=61)
    dids = account.dids_of(order)
    assert [did["attributes"]["number"][:7] for did in dids] == ["1907555"] * 2
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "completed"


@pytest.mark.parametrize("prefix", [NOBODY, "864555", "201555", "", 7, [], {}, True])
def test_prefix_that_the_group_has_not_is_refused(prefix: Any, account: Account) -> None:
    if prefix in ("864555", "201555"):
        prefix = prefix_of(account, prefix)["id"]
    group = group_in(account, "Honolulu")
    with unchanged(account):
        answer = account.order(did_item(group["skus"][0], qty=1, nanpa_prefix_id=prefix))
    assert_refused(answer, "item_member", index=0, name="nanpa_prefix_id")


def test_prefix_beside_a_number_is_refused(account: Account) -> None:
    group, prefix = group_in(account, "Jersey City"), prefix_of(account, "201555")
    number = account.available(group)[0]
    both = {"available_did_id": number["id"], "nanpa_prefix_id": prefix["id"]}
    with unchanged(account):
        answer = account.order(did_item(group["skus"][0], **both))
    assert_refused(answer, "item_member", index=0, name="nanpa_prefix_id")


@pytest.mark.parametrize("version", ["2021-04-19", "2021-12-15"])
def test_prefixes_are_not_known_before_2022(version: str, account: Account) -> None:
    prefix, old = prefix_of(account, "201555"), account.as_of(version)
    assert old.get("/nanpa_prefixes").status == 404
    assert old.get(f"/did_groups?filter[nanpa_prefix.id]={prefix['id']}").status == 400
    assert old.get(f"/available_dids?filter[nanpa_prefix.id]={prefix['id']}").status == 400
    assert "nanpa_prefix" not in old.available(account.group())[0]["relationships"]
    item = did_item(group_in(account, "Jersey City")["skus"][0], qty=1, nanpa_prefix_id=prefix["id"])
    assert_refused(old.order(item), "member_not_allowed", name="nanpa_prefix_id")


def test_search_by_digits_finds_every_number_that_has_them(account: Account) -> None:
    """The same numbers as a look at every one of them finds."""
    from mockserver.providers.didww.rules import availability

    every = [row.number for row in availability.every(account.world)]
    for digits in ("555", "0199", "12015", "999", "4420", "00142"):
        expected = sum(digits in number for number in every)
        answer = account.get(f"/available_dids?filter[number_contains]={digits}")
        assert answer.body["meta"]["total_count"] == expected, digits
        assert all(digits in row["attributes"]["number"] for row in answer.data)
    bought = account.available(account.group())[0]
    item = did_item(account.group()["skus"][0], available_did_id=bought["id"])
    number = bought["attributes"]["number"]
    assert account.get(f"/available_dids?filter[number_contains]={number}").body["meta"]["total_count"] == 1
    assert account.order(item).status == 201
    assert account.get(f"/available_dids?filter[number_contains]={number}").body["meta"]["total_count"] == 0
