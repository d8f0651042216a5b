"""How orders end: each status of the order item table, reached with the groups that the seed has for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from mockserver.core.transitions import Policy
from mockserver.providers.idt import statuses
from mockserver.providers.idt.fulfilment import WORDS, cancel_backorder
from mockserver.providers.idt.rows import Number, Order
from tests.control.caller import drive
from tests.idt.support import (
    ALL_LATER,
    BY_SKU,
    DEAR,
    FEW_IN_USA,
    FEW_NO_BACKORDER,
    NEVER,
    NONE_IN_USA,
    NONE_NO_BACKORDER,
    ONE_IN_USA,
    PLENTY,
    REST_LATER,
    TOO_FEW_LATER,
    Idt,
    contract,
)

CALLED_OFF, REST_CALLED_OFF = 30012, 30013
SEEDED_BACKORDER = "710-1be-a8d7"
AT_ONCE, BACKORDER = 2, 60
STATUSES = contract("schemas.json")["order_item_status"]["enum"]


def standing(idt: Idt, order_id: str) -> tuple[str, str, int, bool]:
    """Order status, item status, fulfilled, cancelable; the totals and the numbers must agree."""
    order = idt.get(f"/orders/{order_id}")["order"]
    (item,) = order["order_items"]
    assert item["status"] in STATUSES
    assert order["fulfilled"] == item["fulfilled"] == {"quantity": len(item["numbers"])}
    assert order["ordered"]["quantity"] == item["ordered"]["quantity"]
    return order["status"], item["status"], len(item["numbers"]), item["cancelable"]


def pending(idt: Idt, order_id: str) -> list[tuple[Any, str]]:
    """When and what is to come of an order; None for what is held."""
    agenda = [(entry.due, entry.job.subject) for entry in idt.world.scheduler.agenda()]
    return [(due, subject) for due, subject in agenda if subject.endswith(order_id)]


def control(idt: Idt, method: str, target: str, body: Any = None) -> tuple[int, Any]:
    """Status and content of one call to the control API."""
    sent = b"" if body is None else orjson.dumps(body)
    reply = drive(idt.server, method, f"/_mock{target}", "", sent, {"content-type": "application/json"})
    return reply.status, reply.json


def test_order_goes_from_created_over_processing_to_complete(idt: Idt) -> None:
    order_id = idt.order(PLENTY, 3)
    assert standing(idt, order_id) == ("Created", "Processing", 0, False)
    idt.pass_time(1)
    assert standing(idt, order_id) == ("Processing", "Processing", 0, False)
    assert idt.world.ledger("idt").lines == []
    idt.pass_time(1)
    assert standing(idt, order_id) == ("Complete", "Fulfilled – Complete", 3, False)
    assert [event.change for event in idt.world.events.since(0) if "orders" in event.subject] == [
        "Created",
        "Created -> Processing",
        "Processing -> Complete",
        "Processing -> Fulfilled – Complete",
    ]


@pytest.mark.parametrize(
    ("group_id", "quantity", "order", "item", "fulfilled", "cancelable"),
    [
        (PLENTY, 5, "Complete", "Fulfilled – Complete", 5, False),
        (FEW_IN_USA, 5, "Complete", "Partially Fulfilled – Complete", 3, False),
        (NONE_IN_USA, 1, "Complete", "Canceled – Insufficient Inventory", 0, False),
        (ALL_LATER, 5, "Processing", "Backordered", 0, True),
        (REST_LATER, 5, "Processing", "Partially Fulfilled – Backordered", 2, True),
        (FEW_NO_BACKORDER, 5, "Complete", "Partially Fulfilled – Complete", 3, False),
        (NONE_NO_BACKORDER, 5, "Complete", "Canceled – Insufficient Inventory", 0, False),
    ],
)
def test_order_ends_as_the_stock_allows(
    idt: Idt, group_id: int, quantity: int, order: str, item: str, fulfilled: int, cancelable: bool
) -> None:
    order_id = idt.order(group_id, quantity)
    idt.pass_time(AT_ONCE)
    assert standing(idt, order_id) == (order, item, fulfilled, cancelable)


@pytest.mark.parametrize(
    ("group_id", "end", "fulfilled"),
    [
        (ALL_LATER, "Fulfilled – Complete", 5),
        (REST_LATER, "Fulfilled – Complete", 5),
        (TOO_FEW_LATER, "Partially Fulfilled – Backordered", 2),
        (NEVER, "Backordered", 0),
        (CALLED_OFF, "Backorder Canceled", 0),
        (REST_CALLED_OFF, "Partially Fulfilled – Backorder Canceled", 2),
    ],
)
def test_backorder_ends_as_its_group_lets_it(idt: Idt, group_id: int, end: str, fulfilled: int) -> None:
    order_id = idt.order(group_id, 5)
    idt.pass_time(AT_ONCE)
    waiting = (
        "Partially Fulfilled – Backordered" if group_id in (REST_LATER, REST_CALLED_OFF) else "Backordered"
    )
    assert standing(idt, order_id)[:2] == ("Processing", waiting)
    idt.pass_time(BACKORDER)
    complete = "Processing" if end.endswith("Backordered") else "Complete"
    assert standing(idt, order_id) == (complete, end, fulfilled, complete == "Processing")
    assert len(idt.world.advance(by=timedelta(days=365)).fired) == 0
    assert pending(idt, order_id) == (
        [] if complete == "Complete" else [(None, f"idt.backorders/{order_id}")]
    )


def test_last_number_in_the_usa_is_sold_once_and_the_group_listed_no_more(idt: Idt) -> None:
    place = "/coverage/did_groups?country_iso=US&region_code=US-WI"
    assert {group["id"]: group["quantity"] for group in idt.get(place)["did_groups"]} == {
        FEW_IN_USA: 3,
        ONE_IN_USA: 1,
    }
    first, second = idt.order(ONE_IN_USA), idt.order(ONE_IN_USA)
    idt.pass_time(AT_ONCE)
    assert standing(idt, first)[1] == "Fulfilled – Complete"
    assert standing(idt, second)[1] == "Canceled – Insufficient Inventory"
    assert [group["id"] for group in idt.get(place)["did_groups"]] == [FEW_IN_USA]
    assert idt.get(f"/coverage/did_groups/{ONE_IN_USA}/browse_numbers") == {"numbers": []}


def test_sold_out_group_outside_the_usa_is_listed_with_quantity_0(idt: Idt) -> None:
    groups = idt.get("/coverage/did_groups?country_iso=GB")["did_groups"]
    assert {group["id"]: group["quantity"] for group in groups}[ALL_LATER] == 0


def test_funds_that_run_out_end_the_order_partly_fulfilled(idt: Idt) -> None:
    first, second, third = (idt.order(DEAR, 3) for _ in range(3))
    idt.pass_time(AT_ONCE)
    assert standing(idt, first)[1:3] == ("Fulfilled – Complete", 3)
    assert standing(idt, second) == ("Complete", "Partially Fulfilled – Insufficient Funds", 1, False)
    assert standing(idt, third) == ("Complete", "Canceled – Insufficient Funds", 0, False)
    assert idt.world.ledger("idt").balance == Decimal("1000.00") - 4 * Decimal("240.00")


def test_funds_that_are_gone_when_numbers_arrive_cancel_the_order(idt: Idt) -> None:
    none, some = idt.order(ALL_LATER, 5), idt.order(REST_LATER, 5)
    idt.pass_time(AT_ONCE)
    idt.world.ledger("idt").set_balance(Decimal("1.00"))
    idt.pass_time(BACKORDER)
    assert standing(idt, none) == ("Complete", "Canceled – Insufficient Funds", 0, False)
    assert standing(idt, some) == ("Complete", "Partially Fulfilled – Insufficient Funds", 2, False)
    assert idt.world.ledger("idt").balance == Decimal("1.00")


def test_numbers_are_charged_one_by_one_when_assigned(idt: Idt) -> None:
    order_id = idt.order(PLENTY, 3)
    idt.pass_time(AT_ONCE)
    numbers = [entry["number"] for entry in idt.item(order_id)["numbers"]]
    lines = idt.world.ledger("idt").lines
    assert [(line.kind, line.amount, line.subject) for line in lines] == [
        ("number", Decimal("-3.00"), f"idt.numbers/{number}") for number in numbers
    ]
    assert idt.world.ledger("idt").balance == Decimal("991.00")
    listed = idt.get("/numbers?filter_by_number=01155715900")["numbers"]
    assert [row["number"] for row in listed] == numbers
    assert {(row["status"], row["trunk_group_id"]) for row in listed} == {("active", None)}


def test_order_by_sku_gets_the_numbers_it_named_in_its_order(idt: Idt) -> None:
    skus = ["BW-US-2074063076", "BW-US-2074063052"]
    order = idt.place({"did_group_id": BY_SKU, "did_skus": skus})
    idt.pass_time(AT_ONCE)
    assert idt.item(order["id"])["numbers"] == [{"number": "12074063076"}, {"number": "12074063052"}]


def test_order_by_sku_is_never_backordered(idt: Idt) -> None:
    browsed = idt.get(f"/coverage/did_groups/{PLENTY}/browse_numbers")["numbers"]
    skus = [entry["sku"] for entry in browsed]
    first = idt.place({"did_group_id": PLENTY, "did_skus": skus[:2]})
    second = idt.place({"did_group_id": PLENTY, "did_skus": skus[1:3]})
    third = idt.place({"did_group_id": PLENTY, "did_skus": skus[:1]})
    idt.pass_time(AT_ONCE)
    assert standing(idt, first["id"])[1:3] == ("Fulfilled – Complete", 2)
    assert standing(idt, second["id"])[1:3] == ("Partially Fulfilled – Complete", 1)
    assert standing(idt, third["id"])[1:3] == ("Canceled – Insufficient Inventory", 0)


@pytest.mark.parametrize(
    ("group_id", "end"),
    [(ALL_LATER, "Backorder Canceled"), (REST_LATER, "Partially Fulfilled – Backorder Canceled")],
)
def test_backorder_can_be_canceled_outside_the_api(idt: Idt, group_id: int, end: str) -> None:
    order_id = idt.order(group_id, 5)
    idt.pass_time(AT_ONCE)
    fulfilled = standing(idt, order_id)[2]
    orders = idt.world.table(Order)
    cancel_backorder(idt.world, orders[order_id])
    idt.world.commit()
    assert standing(idt, order_id) == ("Complete", end, fulfilled, False)
    assert pending(idt, order_id) == []
    with pytest.raises(ValueError, match="cannot be cancelled"):
        cancel_backorder(idt.world, orders[order_id])


ORDER_OUTCOMES = {  # of four numbers ordered
    "partially_fulfilled": ("Partially Fulfilled – Complete", 2),
    "insufficient_inventory": ("Canceled – Insufficient Inventory", 0),
    "partially_backordered": ("Partially Fulfilled – Backordered", 2),
    "backordered": ("Backordered", 0),
    "partially_funded": ("Partially Fulfilled – Insufficient Funds", 2),
    "insufficient_funds": ("Canceled – Insufficient Funds", 0),
}
BACKORDER_OUTCOMES = {  # of four numbers waited for; and when two of five are there already
    "partially_backordered": ("Partially Fulfilled – Backordered", 2, 1),
    "backordered": ("Backordered", 0, 0),
    "partially_funded": ("Partially Fulfilled – Insufficient Funds", 2, 1),
    "insufficient_funds": ("Canceled – Insufficient Funds", 0, 0),
    "canceled": ("Backorder Canceled", 0, 0),
}


def test_every_outcome_is_tried() -> None:
    assert {
        "idt.orders": tuple(ORDER_OUTCOMES),
        "idt.backorders": tuple(BACKORDER_OUTCOMES),
    } == WORDS


@pytest.mark.parametrize("outcome", ORDER_OUTCOMES)
def test_policy_of_all_orders_chooses_the_end(idt: Idt, outcome: str) -> None:
    assert control(idt, "PUT", "/transitions/idt.orders", {"mode": "immediate", "outcome": outcome})[0] == 200
    order_id = idt.order(PLENTY, 4)
    assert standing(idt, order_id)[1:3] == ORDER_OUTCOMES[outcome]


@pytest.mark.parametrize("outcome", ORDER_OUTCOMES)
def test_policy_of_one_order_chooses_its_end_alone(idt: Idt, outcome: str) -> None:
    one, other = idt.order(PLENTY, 4), idt.order(PLENTY, 4)
    assert control(idt, "PUT", f"/transitions/idt.orders/{one}", {"outcome": outcome})[0] == 200
    idt.pass_time(AT_ONCE)
    assert standing(idt, one)[1:3] == ORDER_OUTCOMES[outcome]
    assert standing(idt, other)[1:3] == ("Fulfilled – Complete", 4)


@pytest.mark.parametrize("outcome", ORDER_OUTCOMES)
def test_order_is_fired_twice_once_for_each_step(idt: Idt, outcome: str) -> None:
    assert control(idt, "PUT", "/transitions/idt.orders", {"mode": "manual"})[0] == 200
    order_id = idt.order(PLENTY, 4)
    idt.pass_time(1000)
    assert standing(idt, order_id)[:2] == ("Created", "Processing")
    status, fired = control(idt, "POST", f"/transitions/idt.orders/{order_id}/fire", {"outcome": outcome})
    assert (status, fired["total"]) == (200, 1)
    assert standing(idt, order_id)[:2] == ("Processing", "Processing")
    control(idt, "POST", f"/transitions/idt.orders/{order_id}/fire", {"outcome": outcome})
    assert standing(idt, order_id)[1:3] == ORDER_OUTCOMES[outcome]


@pytest.mark.parametrize("outcome", BACKORDER_OUTCOMES)
@pytest.mark.parametrize("group_id", [ALL_LATER, REST_LATER])
def test_backorder_is_fired_with_an_outcome(idt: Idt, group_id: int, outcome: str) -> None:
    order_id = idt.order(group_id, 4 if group_id == ALL_LATER else 5)
    idt.pass_time(AT_ONCE)
    control(idt, "POST", f"/transitions/idt.backorders/{order_id}/fire", {"outcome": outcome})
    end, arrived, arrived_of_three = BACKORDER_OUTCOMES[outcome]
    expected = (end, arrived)
    if group_id == REST_LATER:
        partial = {"Backordered", "Canceled – Insufficient Funds", "Backorder Canceled"}
        end = f"Partially Fulfilled – {end.removeprefix('Canceled – ')}" if end in partial else end
        expected = (end, 2 + arrived_of_three)
    assert standing(idt, order_id)[1:3] == expected
    held = end.endswith("Backordered")
    assert len(pending(idt, order_id)) == held
    if held:  # it can still be cancelled
        control(idt, "POST", f"/transitions/idt.backorders/{order_id}/fire", {"outcome": "canceled"})
        assert standing(idt, order_id)[1].endswith("Backorder Canceled")


def test_backorder_can_be_nothing_that_only_an_order_can(idt: Idt) -> None:
    for outcome in ("partially_fulfilled", "insufficient_inventory"):
        status, refusal = control(idt, "PUT", "/transitions/idt.backorders", {"outcome": outcome})
        assert (status, refusal["known"]) == (422, list(BACKORDER_OUTCOMES))
        idt.world.policies.chosen["idt.backorders"] = Policy("immediate", outcome=outcome)
        order_id = idt.order(ALL_LATER, 1)
        idt.pass_time(AT_ONCE)
        assert standing(idt, order_id)[1] == "Fulfilled – Complete"


def test_policy_cancels_the_backorder(idt: Idt) -> None:
    idt.world.policies.chosen["idt.backorders"] = Policy("after", timedelta(seconds=5), "canceled")
    order_id = idt.order(REST_LATER, 5)
    idt.pass_time(AT_ONCE + 5)
    assert standing(idt, order_id)[1:3] == ("Partially Fulfilled – Backorder Canceled", 2)


def test_backorder_policy_that_never_delivers_comes_to_an_end(idt: Idt) -> None:
    idt.world.policies.chosen["idt.backorders"] = Policy("immediate", outcome="backordered")
    order_id = idt.order(REST_LATER, 5)
    idt.pass_time(3600)
    assert standing(idt, order_id)[1:3] == ("Partially Fulfilled – Backordered", 2)


def test_backorder_that_a_policy_asked_for_is_delivered_from_the_stock(idt: Idt) -> None:
    """Where there is nothing to come, in the USA and by SKU, what is on sale arrives."""
    idt.world.policies.chosen["idt.orders"] = Policy("immediate", outcome="backordered")
    skus = ["BW-US-2074063076", "BW-US-2074063052"]
    orders = [
        idt.order(FEW_IN_USA, 3),
        idt.place({"did_group_id": BY_SKU, "did_skus": skus})["id"],
    ]
    assert [standing(idt, order_id)[1] for order_id in orders] == ["Backordered"] * 2
    idt.pass_time(BACKORDER)
    assert [standing(idt, order_id)[1:3] for order_id in orders] == [
        ("Fulfilled – Complete", 3),
        ("Fulfilled – Complete", 2),
    ]


def test_every_item_status_is_reached_without_the_control_api(idt: Idt) -> None:
    """With the seed's groups and one switch of the settings (`idt.show_received`)."""
    idt.world.options["idt"]["show_received"] = True
    preview = idt.place({"did_group_id": PLENTY, "quantity": 1}, preview=True)
    orders = [idt.order(DEAR, 3) for _ in range(3)]
    orders += [idt.order(group, 5) for group in (FEW_IN_USA, CALLED_OFF, REST_CALLED_OFF)]
    orders.append(idt.order(NONE_IN_USA))
    seen = {preview["order_items"][0]["status"]}
    for seconds in (0, 1, 1, BACKORDER):
        idt.pass_time(seconds)
        seen |= {standing(idt, order_id)[1] for order_id in orders}
    assert seen == {*STATUSES}


# --- what happens outside the API -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("group_id", "end", "fulfilled"),
    [
        (ALL_LATER, "Backorder Canceled", 0),
        (REST_LATER, "Partially Fulfilled – Backorder Canceled", 2),
        (NEVER, "Backorder Canceled", 0),
    ],
)
def test_support_cancels_a_backorder(idt: Idt, group_id: int, end: str, fulfilled: int) -> None:
    order_id = idt.order(group_id, 5)
    idt.pass_time(AT_ONCE)
    balance = idt.world.ledger("idt").balance
    status, answer = control(idt, "POST", "/world/idt/cancel_backorder", {"order": order_id})
    assert (status, answer) == (
        200,
        {"order": order_id, "status": "Complete", "item_status": end, "fulfilled": fulfilled},
    )
    assert standing(idt, order_id) == ("Complete", end, fulfilled, False)
    assert (idt.world.ledger("idt").balance, pending(idt, order_id)) == (balance, [])
    status, refusal = control(idt, "POST", "/world/idt/cancel_backorder", {"order": order_id})
    assert (status, end in refusal["error"]) == (409, True)


def test_only_what_is_cancelable_can_be_cancelled(idt: Idt) -> None:
    order_id = idt.order(PLENTY)
    for after, item in ((0, "Processing"), (1, "Processing"), (1, "Fulfilled – Complete")):
        idt.pass_time(after)
        before = idt.state()
        status, refusal = control(idt, "POST", "/world/idt/cancel_backorder", {"order": order_id})
        assert (status, refusal["error"]) == (
            409,
            f"the item of the order is {item!r}, which cannot be cancelled",
        )
        assert idt.state() == before


def test_unknown_order_is_answered_with_those_there_are(idt: Idt) -> None:
    newest = idt.order(PLENTY)
    status, refusal = control(idt, "POST", "/world/idt/cancel_backorder", {"order": "x"})
    assert (status, refusal["known"]) == (
        422,
        [newest, SEEDED_BACKORDER, "929-bcc-ed00", "018-7cb-5832", "9c2-2e2-4b6f"],
    )
    assert control(idt, "POST", "/world/idt/cancel_backorder", {})[0] == 422
    assert control(idt, "POST", "/world/idt/cancel_backorder", {"order": 5})[0] == 422


def test_fees_of_an_order_are_those_of_the_time_of_ordering(idt: Idt) -> None:
    order = idt.world.table(Order)[idt.order(PLENTY)]
    assert (order.item.setup_fee, order.item.monthly_fee) == (Decimal("0.00"), Decimal("3.00"))


def test_statuses_are_spelled_as_in_the_contract() -> None:
    spelled = {value for name, value in vars(statuses).items() if name.isupper() and isinstance(value, str)}
    schemas = contract("schemas.json")
    assert spelled == {*STATUSES, *schemas["order_status"]["enum"]}


def test_change_of_what_is_gone_by_then_does_nothing(idt: Idt) -> None:
    order_id, waiting = idt.order(PLENTY), idt.order(ALL_LATER)
    idt.pass_time(AT_ONCE - 1)
    idt.world.table(Order).remove(order_id)
    idt.pass_time(1)
    idt.world.table(Order).remove(waiting)
    idt.world.table(Number).remove("19288516549")
    idt.world.commit()
    before = idt.state()["tables"]
    idt.world.fire("idt.cnam/19288516549")
    idt.pass_time(BACKORDER)
    assert idt.state()["tables"] == before
    assert idt.world.ledger("idt").lines == []
