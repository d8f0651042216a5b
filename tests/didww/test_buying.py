"""The main job over the wire: find a group, order, watch the order, find the numbers, see the money move."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mockserver.providers.didww.rows import Balance
from tests.didww.account import Account, did_item, price_of
from tests.didww.contract import assert_refused
from tests.didww.forms import assert_document, assert_resource

# The sandbox of DIDWW fulfils an order after about ten seconds (recorded); a minute is after it in any case.
SOON = 60


def assert_ledger_adds_up(account: Account) -> None:
    """balance == opening + lines, every line's own balance included, and /balance shows the same."""
    ledger = account.world.ledger("didww")
    standing = ledger.opening
    for line in ledger.lines:
        standing += line.amount
        assert line.balance == standing
    assert ledger.balance == standing


# --- the way of one order --------------------------------------------------------------------------


def give_credit(account: Account, credit: str) -> None:
    """Let the account spend so much more than it has."""
    (row,) = account.world.table(Balance)
    account.world.table(Balance).put(replace(row, credit=Decimal(credit)))
    account.world.commit()


def test_order_by_quantity_goes_from_the_shop_to_the_inventory(account: Account) -> None:
    group = account.group(5)
    sku = group["skus"][0]
    stock, funds = account.stock_of(group), account.funds

    answer = account.order(did_item(sku, qty=3))
    assert answer.status == 201
    assert_document(answer.body)
    placed = answer.data
    attributes = placed["attributes"]
    assert attributes["status"] == "pending"
    assert attributes["description"] == "DID"
    assert attributes["created_at"] == "2026-03-01T12:00:00.000Z"
    assert Decimal(attributes["amount"]) == 3 * price_of(sku)
    (item,) = attributes["items"]
    assert item["attributes"] == {
        "qty": 3,
        "nrc": sku["attributes"]["setup_price"],
        "mrc": sku["attributes"]["monthly_price"],
        "prorated_mrc": False,
        "billed_from": None,
        "billed_to": None,
        "setup_price": sku["attributes"]["setup_price"],
        "monthly_price": sku["attributes"]["monthly_price"],
        "did_group_id": group["id"],
    }
    assert account.stock_of(group) == stock - 3
    assert account.funds == funds - 3 * price_of(sku)

    account.advance(seconds=SOON)
    done = account.get(f"/orders/{placed['id']}").data
    assert done["attributes"]["status"] == "completed"
    (item,) = done["attributes"]["items"]
    assert (item["attributes"]["billed_from"], item["attributes"]["billed_to"]) == (
        "2026-03-01",
        "2026-03-31",
    )
    assert {**done["attributes"], "status": "", "items": []} == {**attributes, "status": "", "items": []}

    dids = account.get(f"/dids?filter[order.id]={placed['id']}&include=order,did_group").body
    assert_document(dids)
    assert dids["meta"]["total_records"] == len(dids["data"]) == 3
    assert len({did["attributes"]["number"] for did in dids["data"]}) == 3
    for did in dids["data"]:
        owned = did["attributes"]
        assert owned["number"].startswith(group["country"]["attributes"]["prefix"])
        assert (owned["blocked"], owned["terminated"], owned["awaiting_registration"]) == (
            False,
            False,
            False,
        )
        assert owned["channels_included_count"] == sku["attributes"]["channels_included_count"]
        assert owned["billing_cycles_count"] is None
        assert owned["expires_at"].startswith("2026-04-01T12:00:")
        assert did["relationships"]["order"]["data"] == {"type": "orders", "id": placed["id"]}
        assert did["relationships"]["did_group"]["data"] == {"type": "did_groups", "id": group["id"]}
    assert account.funds == funds - 3 * price_of(sku)
    assert_ledger_adds_up(account)


def test_second_sku_of_a_group_brings_its_own_price_and_channels(account: Account) -> None:
    group = next(
        group for group in account.groups if len(group["skus"]) > 1 and group["meta"]["total_count"] > 1
    )
    dear = max(group["skus"], key=lambda sku: sku["attributes"]["channels_included_count"])
    order = account.order(did_item(dear, qty=1)).data
    assert Decimal(order["attributes"]["amount"]) == price_of(dear)
    account.advance(seconds=SOON)
    (did,) = account.get(f"/dids?filter[order.id]={order['id']}").data
    assert did["attributes"]["channels_included_count"] == dear["attributes"]["channels_included_count"]


def test_dids_exist_while_the_order_is_pending(account: Account) -> None:
    """Recorded: rows are made 0.1 s after the order, ten seconds before it completes."""
    order = account.order(did_item(account.group(2)["skus"][0], qty=2)).data
    dids = account.get(f"/dids?filter[order.id]={order['id']}").data
    assert len(dids) == 2
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "pending"


def test_reference_is_three_letters_and_six_digits_and_finds_the_order(account: Account) -> None:
    order = account.buy()
    reference = order["attributes"]["reference"]
    assert re.fullmatch(r"[A-Z]{3}-\d{6}", reference)
    assert [row["id"] for row in account.get(f"/orders?filter[reference]={reference}").data] == [order["id"]]
    assert len(account.get(f"/dids?filter[order.reference]={reference}").data) == 1


def test_order_by_available_did_brings_that_number(account: Account) -> None:
    group = account.group(3)
    stock = account.stock_of(group)
    chosen = account.available(group)[-1]
    number = chosen["attributes"]["number"]
    order = account.order(did_item(group["skus"][0], available_did_id=chosen["id"])).data
    assert order["attributes"]["items"][0]["attributes"]["qty"] == 1
    assert order["attributes"]["items"][0]["attributes"]["did_group_id"] == group["id"]
    assert account.stock_of(group) == stock - 1
    assert account.get(f"/available_dids?filter[id]={chosen['id']}").data == []
    assert account.get(f"/available_dids/{chosen['id']}").status == 404
    account.advance(seconds=SOON)
    (did,) = account.get(f"/dids?filter[number]={number}&include=order").data
    assert did["relationships"]["order"]["data"]["id"] == order["id"]
    assert_ledger_adds_up(account)


def test_order_by_reservation_brings_its_number_and_uses_the_reservation_up(
    account: Account,
) -> None:
    group = account.group(3)
    stock = account.stock_of(group)
    chosen = account.available(group)[0]
    reserved = account.reserve(chosen, description="for a customer").data
    assert_resource(reserved)
    assert reserved["attributes"] == {
        "expires_at": reserved["attributes"]["expires_at"],
        "created_at": "2026-03-01T12:00:00.000Z",
        "description": "for a customer",
    }
    assert reserved["attributes"]["expires_at"][:16] in ("2026-03-01T12:10", "2026-03-01T12:09")
    assert account.stock_of(group) == stock - 1
    assert chosen["id"] not in {row["id"] for row in account.available(group)}

    order = account.order(did_item(group["skus"][0], did_reservation_id=reserved["id"])).data
    assert order["attributes"]["items"][0]["attributes"]["qty"] == 1
    assert account.stock_of(group) == stock - 1
    assert_refused(account.get(f"/did_reservations/{reserved['id']}"), "not_found", id=reserved["id"])
    account.advance(seconds=SOON)
    (did,) = account.get(f"/dids?filter[order.id]={order['id']}").data
    assert did["attributes"]["number"] == chosen["attributes"]["number"]
    account.advance(hours=1)
    assert account.stock_of(group) == stock - 1, "a reservation that was used up gives nothing back"


def test_one_order_may_mix_groups_and_ways(account: Account) -> None:
    one, other = account.group(4), account.group(4, skip=1)
    chosen = account.available(other)[0]
    funds = account.funds
    order = account.order(
        did_item(one["skus"][0], qty=2), did_item(other["skus"][0], available_did_id=chosen["id"])
    ).data
    total = 2 * price_of(one["skus"][0]) + price_of(other["skus"][0])
    assert Decimal(order["attributes"]["amount"]) == total
    assert account.funds == funds - total
    assert len(account.get(f"/dids?filter[order.id]={order['id']}").data) == 3


def test_billing_cycles_count_of_an_item_is_copied_to_its_dids(account: Account) -> None:
    order = account.buy(2, billing_cycles_count=5)
    dids = account.get(f"/dids?filter[order.id]={order['id']}").data
    assert [did["attributes"]["billing_cycles_count"] for did in dids] == [5, 5]


def test_callback_fields_and_own_reference_are_kept(account: Account) -> None:
    order = account.order(
        did_item(account.group()["skus"][0], qty=1),
        callback_url="http://127.0.0.1:9/hook",
        callback_method="post",
        external_reference_id="crm-1",
    ).data
    attributes = account.get(f"/orders/{order['id']}").data["attributes"]
    assert attributes["callback_url"] == "http://127.0.0.1:9/hook"
    assert attributes["callback_method"] == "post"
    assert attributes["external_reference_id"] == "crm-1"


def test_order_at_the_end_of_january_is_billed_to_the_end_of_february(account: Account) -> None:
    """A month later minus one day; the next month is shorter (that the month is cut short is assumed)."""
    account.world.advance(to=datetime(2027, 1, 31, 12, tzinfo=UTC))
    order = account.buy()
    (item,) = order["attributes"]["items"]
    assert billed(item) in [("2027-01-31", "2027-02-27"), ("2027-01-31", "2027-02-28")]


# --- money -----------------------------------------------------------------------------------------


def test_order_is_accepted_when_the_funds_are_exactly_enough(account: Account) -> None:
    sku = account.group(2)["skus"][0]
    give_credit(account, "0.50")
    account.set_funds(2 * price_of(sku))
    assert account.order(did_item(sku, qty=2)).status == 201
    assert account.funds == 0


@pytest.mark.parametrize("allow_back_ordering", [True, False])
def test_order_is_refused_when_one_cent_is_missing(account: Account, allow_back_ordering: bool) -> None:
    group = account.group(2)
    cost = 2 * price_of(group["skus"][0])
    account.set_funds(cost - Decimal("0.01"))
    stock, lines = account.stock_of(group), len(account.world.ledger("didww").lines)
    before = counts(account)
    answer = account.order(did_item(group["skus"][0], qty=2), allow_back_ordering=allow_back_ordering)
    assert_refused(
        answer, "insufficient_balance", balance=decimal(cost - Decimal("0.01")), cost=decimal(cost)
    )
    assert account.stock_of(group) == stock
    assert len(account.world.ledger("didww").lines) == lines
    assert counts(account) == before


@pytest.mark.parametrize(("funds", "shown"), [("0", "0.0"), ("0.01", "0.01"), ("0.10", "0.1")])
def test_amounts_of_the_refusal_have_no_trailing_zeros(account: Account, funds: str, shown: str) -> None:
    """Documented: "1.9", "2.0", "0.0", "20.0"."""
    sku = min((sku for group in account.groups for sku in group["skus"]), key=price_of)
    account.set_funds(funds)
    cost = 100 * price_of(sku)
    answer = account.order(did_item(sku, qty=100))
    assert_refused(answer, "insufficient_balance", balance=shown, cost=decimal(cost))


def test_old_version_says_insufficient_funds_without_meta(account: Account) -> None:
    sku = account.group()["skus"][0]
    account.set_funds(price_of(sku) - Decimal("0.01"))
    assert_refused(account.as_of("2022-05-10").order(did_item(sku, qty=1)), "insufficient_funds")


def test_balance_is_balance_plus_credit(account: Account) -> None:
    give_credit(account, "50.00")
    shown = account.get("/balance").data["attributes"]
    assert Decimal(shown["total_balance"]) == Decimal(shown["balance"]) + Decimal(shown["credit"])
    sku = account.group()["skus"][0]
    account.buy()
    after = account.get("/balance").data["attributes"]
    assert Decimal(shown["total_balance"]) - Decimal(after["total_balance"]) == price_of(sku)
    assert after["credit"] == shown["credit"]


def test_every_order_is_one_charge_in_the_ledger(account: Account) -> None:
    sku = account.group(5)["skus"][0]
    for quantity in (1, 2, 1):
        assert account.order(did_item(sku, qty=quantity)).status == 201
    charges = [line.amount for line in account.world.ledger("didww").lines]
    assert charges == [-quantity * price_of(sku) for quantity in (1, 2, 1)]
    assert_ledger_adds_up(account)


# --- cancelling ------------------------------------------------------------------------------------


def test_cancelling_a_pending_order_gives_back_money_and_numbers(account: Account) -> None:
    group = account.group(3)
    stock, funds = account.stock_of(group), account.funds
    order = account.order(did_item(group["skus"][0], qty=3)).data
    gone = account.delete(f"/orders/{order['id']}")
    assert (gone.status, gone.raw) == (204, b"")
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "canceled"
    assert account.get(f"/dids?filter[order.id]={order['id']}").data == []
    assert account.stock_of(group) == stock
    assert account.funds == funds
    assert_ledger_adds_up(account)
    assert not [entry for entry in account.world.scheduler.agenda() if order["id"] in entry.job.subject]
    account.advance(seconds=SOON)
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "canceled"
    assert account.dids_of(order) == []


def test_cancelling_is_refused_when_the_order_is_completed_or_canceled(account: Account) -> None:
    order = account.buy()
    funds = account.funds
    assert_refused(account.delete(f"/orders/{order['id']}"), "order_not_pending")
    assert account.funds == funds
    other = account.order(did_item(account.group()["skus"][0], qty=1)).data
    assert account.delete(f"/orders/{other['id']}").status == 204
    assert_refused(account.delete(f"/orders/{other['id']}"), "order_not_pending")
    assert account.funds == funds


def counts(account: Account) -> list[int]:
    """How many orders and DIDs the account has."""
    return [account.get(path).body["meta"]["total_records"] for path in ("/orders", "/dids")]


def decimal(amount: Decimal) -> str:
    """As DIDWW writes amounts: no trailing zeros, one decimal at least."""
    text = f"{amount:.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def billed(item: dict[str, Any]) -> tuple[str | None, str | None]:
    """First and last day that an item is billed for."""
    return item["attributes"]["billed_from"], item["attributes"]["billed_to"]
