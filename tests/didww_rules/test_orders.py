"""Orders that are accepted: what they say, what they cost, what they do later."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
import yaml

from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.providers.didww.rows import Did, DidGroup, DidReservation, Order, OrderItem, StockKeepingUnit
from mockserver.providers.didww.rules.money import price_text
from mockserver.providers.didww.rules.ordering import cancel_order, set_external_reference
from mockserver.providers.didww.rules.reservations import reserve
from tests.didww_rules.shop import (
    DEAR_SKU,
    HONOLULU,
    HONOLULU_SKU,
    OLD,
    RECORDINGS,
    accepted,
    available_dids,
    buy,
    dids_of,
    documented,
    group_of,
    item,
    pass_time,
    refused,
    sku_of,
)
from tests.support import NOON


def recorded(name: str) -> tuple[Any, Any]:
    """Request and answer of a recorded order."""
    text = (RECORDINGS / "orders" / name).read_text(encoding="utf-8")
    exchange = yaml.safe_load(text)["interactions"][0]
    return (
        orjson.loads(exchange["request"]["body"])["data"]["attributes"],
        orjson.loads(exchange["response"]["body"]["string"])["data"]["attributes"],
    )


def as_recorded(line: OrderItem) -> dict[str, Any]:
    """An item as the recordings write it."""
    assert line.setup_price is not None and line.monthly_price is not None
    return {
        "type": line.type,
        "attributes": {
            "qty": line.qty,
            "nrc": price_text(line.nrc),
            "mrc": price_text(line.mrc),
            "prorated_mrc": line.prorated_mrc,
            "billed_from": line.billed_from,
            "billed_to": line.billed_to,
            "setup_price": price_text(line.setup_price),
            "monthly_price": price_text(line.monthly_price),
            "did_group_id": line.did_group_id,
        },
    }


@pytest.mark.parametrize("name", ["create.yaml", "create_available_did.yaml"])
def test_order_says_what_the_recording_says_when_the_recorded_request_comes(world: World, name: str) -> None:
    sent, answered = recorded(name)
    order = buy(world, *sent["items"], allow_back_ordering=sent.get("allow_back_ordering"))
    assert price_text(order.amount) == answered["amount"]
    assert (order.status, order.description) == (answered["status"], answered["description"])
    assert [as_recorded(line) for line in order.items] == answered["items"]
    assert re.fullmatch(r"[A-Z]{3}-[0-9]{6}", order.reference)


def test_order_says_what_the_recording_says_when_the_number_was_reserved(world: World) -> None:
    sent, answered = recorded("create_reservation.yaml")
    group_id = answered["items"][0]["attributes"]["did_group_id"]
    held = accepted(world, lambda: reserve(world, available_dids(world, group_id, 1)[0]))
    sent["items"][0]["attributes"]["did_reservation_id"] = held.id
    order = buy(world, *sent["items"])
    assert price_text(order.amount) == answered["amount"]
    assert [as_recorded(line) for line in order.items] == answered["items"]
    assert len(world.table(DidReservation)) == 0


def test_order_charges_the_whole_amount_when_accepted(world: World) -> None:
    order = buy(world, item(HONOLULU_SKU, 2), item(DEAR_SKU, 1))
    ledger = world.ledger("didww")
    assert order.amount == Decimal("5.98")
    assert ledger.balance == ledger.opening - Decimal("5.98")
    assert [(line.kind, line.amount, line.subject) for line in ledger.lines] == [
        ("order", Decimal("-5.98"), f"didww.orders/{order.id}")
    ]
    dear = next(sku for sku in world.table(StockKeepingUnit) if sku.setup_price)
    order = buy(world, item(dear.id, 2))
    assert order.amount == -ledger.lines[-1].amount == 2 * (dear.setup_price + dear.monthly_price)


def test_numbers_are_owned_at_once_when_the_order_is_pending(world: World) -> None:
    before = world.stock("didww").available(HONOLULU)
    order = buy(world, item(HONOLULU_SKU, 2, billing_cycles_count=5))
    dids = dids_of(world, order)
    assert len(dids) == len({did.number for did in dids}) == 2
    assert world.stock("didww").available(HONOLULU) == before - 2
    one = dids[0]
    assert one == Did(
        id=one.id,
        number="18085550100",
        description=None,
        blocked=False,
        awaiting_registration=False,
        terminated=False,
        emergency_enabled=False,
        capacity_limit=None,
        channels_included_count=2,
        dedicated_channels_count=0,
        billing_cycles_count=5,
        created_at=NOON,
        expires_at=None,
        did_group_id=HONOLULU,
        order_id=order.id,
        sku_id=HONOLULU_SKU,
        paid=Decimal("0.19"),
    )


def test_order_completes_when_ten_seconds_have_passed(world: World) -> None:
    world.clock.set(now=datetime(2018, 12, 27, 9, 59, 54, 755000, tzinfo=UTC))
    order = buy(world, item(HONOLULU_SKU, 2))
    pass_time(world, seconds=9.999)
    assert world.table(Order)[order.id].status == "pending"
    pass_time(world, seconds=0.001)
    done = world.table(Order)[order.id]
    assert done.status == "completed"
    # The dates of a recorded order that was done on that day.
    assert [(line.billed_from, line.billed_to) for line in done.items] == [
        (date(2018, 12, 27), date(2019, 1, 26))
    ]
    assert [did.expires_at for did in dids_of(world, order)] == [
        datetime(2019, 1, 27, 10, 0, 4, 755000, tzinfo=UTC)
    ] * 2
    assert [event.change for event in world.events.since(0) if event.subject.endswith(order.id)] == [
        "pending",
        "pending -> completed",
    ]


def test_number_waits_blocked_when_its_group_needs_registration(world: World) -> None:
    group = next(
        group
        for group in world.table(DidGroup)
        if group.needs_registration and world.stock("didww").available(group.id)
    )
    order = buy(world, item(sku_of(group), 1))
    (did,) = dids_of(world, order)
    assert (did.blocked, did.awaiting_registration, did.terminated) == (True, True, False)
    assert did.expires_at == datetime(2026, 4, 1, 12, tzinfo=UTC)
    pass_time(world, seconds=10)
    assert dids_of(world, order) == [did]


def test_named_numbers_are_supplied_when_the_rest_of_the_shelf_is_bought_too(world: World) -> None:
    group = group_of("Burlington", world)
    first = available_dids(world, group.id, 1)[0]
    order = buy(world, item(sku_of(group), 9), item(sku_of(group), available_did_id=first))
    assert len(dids_of(world, order)) == 10
    assert [line.qty for line in order.items] == [1, 9]
    assert world.stock("didww").available(group.id) == 0


def test_missing_numbers_arrive_when_back_ordered(world: World) -> None:
    group = group_of("Reno", world)
    order = buy(world, item(sku_of(group), 5), allow_back_ordering=True)
    assert (order.amount, len(dids_of(world, order))) == (Decimal("0.45"), 3)
    pass_time(world, seconds=59)
    assert world.table(Order)[order.id].status == "pending"
    pass_time(world, seconds=1)
    assert world.table(Order)[order.id].status == "completed"
    assert len({did.number for did in dids_of(world, order)}) == 5
    assert all(did.expires_at == datetime(2026, 4, 1, 12, 1, tzinfo=UTC) for did in dids_of(world, order))


def test_order_stays_pending_when_nothing_ever_arrives(world: World) -> None:
    group = group_of("Cheyenne", world)
    order = buy(world, item(sku_of(group), 1))  # back ordering is the default of 2026-04-16
    pass_time(world, minutes=1)
    (again,) = (entry.due for entry in world.scheduler.agenda() if order.id in entry.job.subject)
    assert again == NOON + timedelta(days=1, minutes=1)
    pass_time(world, days=40)
    assert world.table(Order)[order.id].status == "pending"
    before = world.ledger("didww").balance
    accepted(world, lambda: cancel_order(world, world.table(Order)[order.id]))
    assert world.ledger("didww").balance == before + order.amount
    assert order.id not in "".join(entry.job.subject for entry in world.scheduler.agenda())


def test_back_ordering_is_off_when_an_older_version_does_not_ask_for_it(world: World) -> None:
    group = group_of("Reno", world)
    errors = refused(lambda: buy(world, item(sku_of(group), 4), version=OLD))
    assert errors == documented("quantity_over_stock", index=0)


def test_order_waits_for_a_word_when_its_transition_is_manual(world: World) -> None:
    world.policies.chosen["didww.orders"] = Policy("manual")
    order = buy(world, item(HONOLULU_SKU, 1))
    pass_time(world, days=3)
    assert world.table(Order)[order.id].status == "pending"


def test_order_is_undone_when_its_transition_ends_in_canceled(world: World) -> None:
    world.policies.chosen["didww.orders"] = Policy("after", timedelta(seconds=2), "canceled")
    before = world.ledger("didww").balance
    order = buy(world, item(HONOLULU_SKU, 2))
    pass_time(world, seconds=2)
    assert world.table(Order)[order.id] == replace(order, status="canceled", did_ids=())
    assert (dids_of(world, order), world.ledger("didww").balance) == ([], before)


def test_cancelled_order_gives_money_and_numbers_back_when_it_was_pending(world: World) -> None:
    before = world.ledger("didww").balance
    stock = world.stock("didww").available(HONOLULU)
    order = buy(world, item(HONOLULU_SKU, 3))
    accepted(world, lambda: cancel_order(world, order))
    assert world.table(Order)[order.id] == replace(order, status="canceled", did_ids=())
    assert dids_of(world, order) == []
    assert world.ledger("didww").balance == before
    assert world.stock("didww").available(HONOLULU) == stock
    pass_time(world, minutes=5)
    assert world.table(Order)[order.id].status == "canceled"


@pytest.mark.parametrize("state", ["completed", "canceled", "generic"])
def test_cancel_is_refused_when_the_order_is_not_a_pending_one(world: World, state: str) -> None:
    order = next(iter(world.table(Order)))
    if state == "generic":
        order = next(one for one in world.table(Order) if one.description == "Payment processing fee")
    elif state == "canceled":
        order = buy(world, item(HONOLULU_SKU, 1))
        accepted(world, lambda: cancel_order(world, order))
        order = world.table(Order)[order.id]
    assert refused(lambda: cancel_order(world, order)) == documented("order_not_pending")


def test_external_reference_changes_when_it_is_short_enough(world: World) -> None:
    order = buy(world, item(HONOLULU_SKU, 1))
    assert set_external_reference(world, order, "x" * 100).external_reference_id == "x" * 100
    assert refused(lambda: set_external_reference(world, order, "x" * 101)) == [
        {
            "title": "is too long (maximum is 100 characters)",
            "detail": "external_reference_id - is too long (maximum is 100 characters)",
            "code": "100",
            "source": {"pointer": "/data/attributes/external_reference_id"},
            "status": "422",
        }
    ]
