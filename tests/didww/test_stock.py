"""Numbers on sale, held, sold and owned: nothing is sold twice, and what comes back is on sale again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.didww.account import Account, did_item, price_of
from tests.didww.contract import assert_refused
from tests.didww.forms import assert_document
from tests.support import NOON

SOON = 60  # seconds; an order is through by then


# --- stock -----------------------------------------------------------------------------------------


def test_missing_numbers_are_supplied_later_when_back_ordering_is_allowed(account: Account) -> None:
    """Accepted and charged in full, pending until the numbers are there (documented)."""
    account.set_funds(1_000_000)
    scarce = [group for group in account.groups if group["meta"]["total_count"] <= 10 and group["skus"]]
    placed = []
    for group in scarce:
        funds, sku = account.funds, group["skus"][0]
        wanted = group["meta"]["total_count"] + 1
        order = account.order(did_item(sku, qty=wanted), allow_back_ordering=True).data
        assert Decimal(order["attributes"]["amount"]) == funds - account.funds == wanted * price_of(sku)
        assert account.stock_of(group) == 0
        placed.append((wanted, order))
    account.advance(seconds=11)
    assert {account.get(f"/orders/{order['id']}").data["attributes"]["status"] for _, order in placed} == {
        "pending"
    }
    account.advance(days=5)
    arrived = 0
    for wanted, order in placed:
        status = account.get(f"/orders/{order['id']}").data["attributes"]["status"]
        numbers = {did["attributes"]["number"] for did in account.dids_of(order)}
        assert len(numbers) == (wanted if status == "completed" else wanted - 1)
        arrived += status == "completed"
    assert arrived, "the seed has no group that gets new numbers"


def test_back_order_is_filled_from_what_another_order_gives_back(account: Account) -> None:
    group = account.group(1, most=50)
    account.set_funds(1_000_000)
    sku = group["skus"][0]
    first = account.order(did_item(sku, qty=account.stock_of(group)), allow_back_ordering=False).data
    second = account.order(did_item(sku, qty=1), allow_back_ordering=True).data
    assert account.delete(f"/orders/{first['id']}").status == 204
    account.advance(days=5)
    assert account.get(f"/orders/{second['id']}").data["attributes"]["status"] == "completed"
    assert len(account.dids_of(second)) == 1


def test_back_ordering_is_allowed_when_nothing_is_said(account: Account) -> None:
    """The default of 2026-04-16 is true (documented)."""
    group = account.group(1, most=50)
    account.set_funds(1_000_000)
    assert account.order(did_item(group["skus"][0], qty=account.stock_of(group) + 1)).status == 201


def test_canceled_back_order_gives_everything_back(account: Account) -> None:
    group = account.group(1, most=50)
    stock = account.stock_of(group)
    account.set_funds(1_000_000)
    order = account.order(did_item(group["skus"][0], qty=stock + 2), allow_back_ordering=True).data
    account.advance(seconds=11)
    assert account.delete(f"/orders/{order['id']}").status == 204
    assert account.funds == 1_000_000
    assert account.stock_of(group) == stock
    account.advance(days=60)
    assert account.dids_of(order) == []


def test_quantity_over_stock_is_refused_when_back_ordering_is_off(account: Account) -> None:
    group = account.group(1, most=50)
    stock = account.stock_of(group)
    account.set_funds(1_000_000)
    answer = account.order(did_item(group["skus"][0], qty=stock + 1), allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=0)
    assert account.stock_of(group) == stock
    assert account.funds == 1_000_000
    assert account.order(did_item(group["skus"][0], qty=stock), allow_back_ordering=False).status == 201
    answer = account.order(did_item(group["skus"][0], qty=1), allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=0)


def test_second_item_is_named_when_it_is_the_one_at_fault(account: Account) -> None:
    plenty, little = account.group(60), account.group(1, most=50)
    account.set_funds(1_000_000)
    answer = account.order(
        did_item(plenty["skus"][0], qty=1),
        did_item(little["skus"][0], qty=account.stock_of(little) + 1),
        allow_back_ordering=False,
    )
    assert_refused(answer, "quantity_over_stock", index=1)


def test_two_items_of_one_group_count_together_against_the_stock(account: Account) -> None:
    group = account.group(2, most=50)
    stock = account.stock_of(group)
    account.set_funds(1_000_000)
    sku = group["skus"][0]
    answer = account.order(did_item(sku, qty=stock), did_item(sku, qty=1), allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=1)
    assert account.stock_of(group) == stock


def test_number_that_is_named_is_not_counted_for_the_quantity(account: Account) -> None:
    group = account.group(2, most=50)
    stock = account.stock_of(group)
    account.set_funds(1_000_000)
    sku, number = group["skus"][0], account.available(group)[0]
    named = did_item(sku, available_did_id=number["id"])
    answer = account.order(did_item(sku, qty=stock), named, allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=0)
    order = account.order(did_item(sku, qty=stock - 1), named, allow_back_ordering=False).data
    numbers = [did["attributes"]["number"] for did in account.dids_of(order)]
    assert len(set(numbers)) == stock
    assert number["attributes"]["number"] in numbers


def test_group_without_stock_says_so_and_is_refused(account: Account) -> None:
    empty = next(group for group in account.groups if not group["meta"]["is_available"])
    assert empty["meta"]["total_count"] == 0
    answer = account.order(did_item(empty["skus"][0], qty=1), allow_back_ordering=False)
    assert_refused(answer, "quantity_over_stock", index=0)


def test_group_that_is_sold_out_is_no_longer_available(account: Account) -> None:
    group = account.group(1, most=50)
    account.set_funds(1_000_000)
    assert account.order(did_item(group["skus"][0], qty=account.stock_of(group))).status == 201
    meta = account.get(f"/did_groups/{group['id']}").data["meta"]
    assert (meta["is_available"], meta["total_count"]) == (False, 0)
    assert account.get(f"/did_groups?filter[id]={group['id']}&filter[is_available]=true").data == []
    assert account.available(group) == []


# --- numbers that are gone -------------------------------------------------------------------------


def test_number_that_is_sold_cannot_be_ordered_or_reserved_again(account: Account) -> None:
    group = account.group(3)
    chosen = account.available(group)[0]
    order = account.order(did_item(group["skus"][0], available_did_id=chosen["id"])).data
    funds = account.funds
    again = account.order(did_item(group["skus"][0], available_did_id=chosen["id"]))
    assert_refused(again, "item_member", index=0, name="available_did_id")
    assert_refused(account.reserve(chosen), "number_not_available")
    assert account.funds == funds
    account.advance(seconds=SOON)
    assert [did["attributes"]["number"] for did in account.dids_of(order)] == [chosen["attributes"]["number"]]


def test_number_that_is_reserved_cannot_be_reserved_again(account: Account) -> None:
    chosen = account.available(account.group(3))[0]
    assert account.reserve(chosen).status == 201
    assert_refused(account.reserve(chosen), "number_not_available")


def test_number_is_never_sold_by_quantity_while_it_is_reserved(account: Account) -> None:
    group = account.group(2, most=50)
    chosen = account.available(group)[0]
    stock = account.stock_of(group)
    assert account.reserve(chosen).status == 201
    account.set_funds(1_000_000)
    order = account.order(did_item(group["skus"][0], qty=stock - 1), allow_back_ordering=False).data
    dids = account.all(f"/dids?filter[order.id]={order['id']}&page[size]=1000")
    assert chosen["attributes"]["number"] not in {did["attributes"]["number"] for did in dids}
    assert account.stock_of(group) == 0


def test_reservation_that_has_lapsed_is_gone_and_its_number_is_on_sale(account: Account) -> None:
    group = account.group(3)
    stock = account.stock_of(group)
    chosen = account.available(group)[0]
    reserved = account.reserve(chosen).data
    account.advance(minutes=10, seconds=1)
    assert_refused(account.get(f"/did_reservations/{reserved['id']}"), "not_found", id=reserved["id"])
    assert account.get("/did_reservations").data == []
    assert account.stock_of(group) == stock
    answer = account.order(did_item(group["skus"][0], did_reservation_id=reserved["id"]))
    assert_refused(answer, "item_member", index=0, name="did_reservation_id")
    assert account.reserve(chosen).status == 201


def test_reservation_is_still_good_a_second_before_it_lapses(account: Account) -> None:
    group = account.group(3)
    reserved = account.reserve(account.available(group)[0]).data
    account.advance(minutes=9, seconds=59)
    assert account.order(did_item(group["skus"][0], did_reservation_id=reserved["id"])).status == 201


def test_deleted_reservation_puts_the_number_back(account: Account) -> None:
    group = account.group(3)
    stock = account.stock_of(group)
    chosen = account.available(group)[0]
    reserved = account.reserve(chosen).data
    assert account.delete(f"/did_reservations/{reserved['id']}").status == 204
    assert account.stock_of(group) == stock
    assert account.get(f"/available_dids/{chosen['id']}").data["attributes"] == chosen["attributes"]
    again = account.delete(f"/did_reservations/{reserved['id']}")
    assert_refused(again, "not_found", id=reserved["id"])


def test_ten_reservations_may_live_at_a_time(account: Account) -> None:
    group = account.group(12)
    chosen = [row for _ in range(8) for row in account.available(group)]
    different = list({row["id"]: row for row in chosen}.values())
    more = [row for other in (1, 2) for row in account.available(account.group(12, skip=other))]
    different += more
    for left, row in zip(range(9, -1, -1), different, strict=False):
        assert account.reserve(row).status == 201
        assert account.get("/did_reservations").body["meta"]["available_count"] == left
    assert_refused(account.reserve(different[10]), "too_many_reservations")
    first = account.get("/did_reservations").data[0]
    assert account.delete(f"/did_reservations/{first['id']}").status == 204
    assert account.reserve(different[10]).status == 201


def test_create_answer_of_a_reservation_has_no_available_count_and_its_show_has(account: Account) -> None:
    answer = account.reserve(account.available(account.group())[0])
    assert answer.body["meta"] == {"api_version": "2026-04-16"}
    shown = account.get(f"/did_reservations/{answer.data['id']}").body["meta"]
    assert list(shown.items()) == [("available_count", 9), ("api_version", "2026-04-16")]


# --- registration ----------------------------------------------------------------------------------


def test_numbers_on_sale_are_forbidden_when_the_account_may_not_pick_single_ones(account: Account) -> None:
    account.world.options["didww"]["available_dids"] = False
    answer = account.get("/available_dids")
    assert answer.status == 403
    (error,) = answer.body["errors"]
    assert (error["code"], error["status"]) == ("403", "403")
    assert answer.headers["x-mock-evidence"] == "assumed; claim=didww.error.available_dids_disabled"


def test_numbers_of_a_registration_group_wait_for_it_blocked(account: Account) -> None:
    """Recorded: blocked and awaiting registration, expiring a month after the order."""
    candidates = [
        group
        for group in account.groups
        if group["meta"]["needs_registration"] and group["meta"]["total_count"] >= 1
    ]
    group = candidates[0]
    order = account.order(did_item(group["skus"][0], qty=1)).data
    account.advance(seconds=SOON)
    (did,) = account.get(f"/dids?filter[order.id]={order['id']}").data
    assert did["attributes"]["blocked"] is True
    assert did["attributes"]["awaiting_registration"] is True
    assert did["attributes"]["expires_at"].startswith("2026-04-01T12:00:")


# --- the inventory ---------------------------------------------------------------------------------


def test_description_of_a_did_can_be_set_and_cleared(account: Account) -> None:
    (did,) = account.dids_of(account.buy())
    for text in ("front desk", " Zürich ☎ <b>&</b> ", "", None):
        body = {"data": {"type": "dids", "id": did["id"], "attributes": {"description": text}}}
        answer = account.patch(f"/dids/{did['id']}", body)
        assert answer.status == 200
        assert_document(answer.body)
        assert answer.data["attributes"] == {**did["attributes"], "description": text}
        assert account.get(f"/dids/{did['id']}").data == answer.data


def test_put_acts_like_patch(account: Account) -> None:
    (did,) = account.dids_of(account.buy())
    body = {"data": {"type": "dids", "id": did["id"], "attributes": {"description": "put"}}}
    assert account.send("PUT", f"/dids/{did['id']}", json=body).data["attributes"]["description"] == "put"


def test_old_order_is_untouched_when_another_account_buys(account: Account) -> None:
    """Sandboxes share the catalogue and nothing else."""
    group = account.group(3)
    stock = account.stock_of(group)
    other = Account(account.server, account.sandbox + "-other", shop=account.shop)
    chosen = account.available(group)[0]
    order = other.order(did_item(group["skus"][0], available_did_id=chosen["id"])).data
    assert account.stock_of(group) == stock
    assert_refused(account.get(f"/orders/{order['id']}"), "not_found", id=order["id"])
    assert account.order(did_item(group["skus"][0], available_did_id=chosen["id"])).status == 201


def test_reset_puts_everything_back(account: Account) -> None:
    group = account.group(3)
    stock, funds = account.stock_of(group), account.funds
    paths = ("/orders", "/dids", "/did_reservations", "/balance", "/did_groups")
    before = [account.get(path).raw for path in paths]
    order = account.buy(2, group)
    account.reserve(account.available(group)[0])
    assert [account.get(path).raw for path in paths] != before
    account.world.reset()
    account.world.clock.set(mode="frozen", now=NOON)
    assert account.stock_of(group) == stock
    assert account.funds == funds
    assert [account.get(path).raw for path in paths] == before
    assert_refused(account.get(f"/orders/{order['id']}"), "not_found", id=order["id"])


# --- what is shown elsewhere ---------------------------------------------------------------------


def counts_of(account: Account, group: dict[str, Any], number: dict[str, Any]) -> set[int]:
    """The stock of a group as every document that shows the group has it."""
    ident = group["id"]
    country = group["country"]["id"]
    rows = [
        account.get(f"/did_groups/{ident}").data,
        account.get(f"/did_groups/{ident}?include=country").data,
        account.get(f"/did_groups/{ident}?fields[did_groups]=prefix").data,
        account.get(f"/available_dids/{number['id']}/did_group").data,
        *account.all("/did_groups?page[size]=1000"),
        *account.all(f"/did_groups?filter[country.id]={country}&page[size]=1000"),
        *account.all("/did_groups?sort=-prefix&page[size]=300"),
        *account.get(f"/available_dids/{number['id']}?include=did_group").body["included"],
        *account.get("/dids?include=did_group&page[size]=1000").body["included"],
    ]
    assert sum(row["id"] == ident for row in rows) >= 8
    counts = {row["meta"]["total_count"] for row in rows if row["id"] == ident}
    old = account.as_of("2022-05-10").all("/did_groups?page[size]=1000")
    return counts | {row["meta"]["total_count"] for row in old if row["id"] == ident}


def test_stock_is_the_same_wherever_it_is_shown_and_never_stale(account: Account) -> None:
    """What the server keeps encoded must follow every sale, lapse, refusal and cancellation."""
    group = account.group(20)
    other = Account(account.server, account.sandbox + "-other", shop=account.shop)
    first, *more = account.available(group)
    stock = account.stock_of(group)
    sku = group["skus"][0]
    account.set_funds(1_000)
    assert counts_of(account, group, first) == counts_of(other, group, first) == {stock}
    account.reserve(more[0])
    assert counts_of(account, group, first) == {stock - 1}
    order = account.order(did_item(sku, available_did_id=more[1]["id"]), did_item(sku, qty=2)).data
    assert counts_of(account, group, first) == {stock - 4}
    assert account.order(did_item(sku, qty=2), did_item("x", qty=1)).status == 422
    assert counts_of(account, group, first) == {stock - 4}
    account.advance(minutes=11)
    assert counts_of(account, group, first) == {stock - 3}
    assert account.delete(f"/orders/{order['id']}").status == 422
    canceled = account.order(did_item(sku, qty=5)).data
    assert counts_of(account, group, first) == {stock - 8}
    assert account.delete(f"/orders/{canceled['id']}").status == 204
    assert counts_of(account, group, first) == {stock - 3}
    assert counts_of(other, group, first) == {stock}
    account.world.reset()
    account.world.clock.set(mode="frozen", now=NOON)
    assert counts_of(account, group, first) == {stock}
