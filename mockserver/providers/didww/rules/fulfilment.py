"""What happens to an order after it was accepted (reference 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.providers.didww.assumptions import BACK_ORDER_DELAY, BACK_ORDER_RETRY
from mockserver.providers.didww.rows import Did, DidGroup, Order, OrderItem, StockKeepingUnit
from mockserver.providers.didww.rules import callbacks, history, lifecycle, money, nanpa
from mockserver.providers.didww.rules.availability import later_shelf
from mockserver.providers.didww.rules.calendar import billing_period, end_of, now

COMPLETED_AFTER = timedelta(seconds=10)  # recorded
BACK_ORDERS = "didww.back_orders"
OUTCOMES = {"didww.orders": ("canceled",)}
POLICIES = {
    Order.table: Policy("after", COMPLETED_AFTER),
    BACK_ORDERS: Policy("after", BACK_ORDER_DELAY),
}


@dataclass(frozen=True, slots=True)
class CompleteOrder(Job):
    """A pending order is done: the billing month begins. The policy's outcome `canceled` undoes it."""

    kind: ClassVar[str] = "didww.complete_order"
    order_id: str

    @property
    def subject(self) -> str:
        return f"{Order.table}/{self.order_id}"

    def run(self, world: World) -> None:
        order = world.table(Order).get(self.order_id)
        if order is None or order.status != "pending":
            return
        if world.policies.of(self.subject).outcome == "canceled":
            cancel(world, order)
        else:
            complete(world, order)


@dataclass(frozen=True, slots=True)
class SupplyBackOrder(Job):
    """Numbers that were missing arrive. The order is done when none is missing any more."""

    kind: ClassVar[str] = "didww.supply_back_order"
    order_id: str

    @property
    def subject(self) -> str:
        return f"{BACK_ORDERS}/{self.order_id}"

    def run(self, world: World) -> None:
        order = world.table(Order).get(self.order_id)
        if order is None or order.status != "pending":
            return
        order = _supply_missing(world, order)
        if any(item.missing for item in order.items):
            world.at(world.clock.now() + BACK_ORDER_RETRY, self)
        else:
            complete(world, order)


def cancel(world: World, order: Order) -> Order:
    """Undo a pending order: its numbers go back on sale, what they cost and what is missing is returned."""
    subject = f"{Order.table}/{order.id}"
    returned = sum((item.missing * (item.nrc + item.mrc) for item in order.items), Decimal(0))
    for did_id in order.did_ids:
        did = world.table(Did).get(did_id)  # one the customer ended is gone, and paid back already
        if did is not None:
            returned += money.paid_for(world, did)
            lifecycle.remove(world, did, "canceled")
    money.refund(world, returned, subject, order.reference)
    world.scheduler.cancel(subject)
    world.scheduler.cancel(SupplyBackOrder(order.id).subject)
    world.announce(subject, "pending -> canceled")
    items = tuple(replace(item, missing=0) for item in order.items)
    order = world.table(Order).put(replace(order, status="canceled", items=items, did_ids=()))
    callbacks.order_is_done(world, order)
    return order


def supply(world: World, order_id: str, item: OrderItem, numbers: Sequence[int]) -> list[str]:
    """Make the numbers the account's own; returns the ids of the DIDs in the order of the numbers."""
    assert item.sku_id is not None and item.did_group_id is not None
    sku = world.table(StockKeepingUnit)[item.sku_id]
    needs_registration = world.table(DidGroup)[item.did_group_id].needs_registration
    instant = now(world)
    dids = [
        Did(
            id=world.ids.uuid(),
            number=str(number),
            description=None,
            blocked=needs_registration,
            awaiting_registration=needs_registration,
            terminated=False,
            emergency_enabled=False,
            capacity_limit=None,
            channels_included_count=sku.channels_included_count,
            dedicated_channels_count=0,
            billing_cycles_count=item.billing_cycles_count,
            created_at=instant,
            # Recorded: a number that waits for its registration has an end from the start.
            expires_at=end_of(instant, item.prorate_days) if needs_registration else None,
            did_group_id=item.did_group_id,
            order_id=order_id,
            sku_id=sku.id,
            paid=item.nrc + item.mrc,
            prorate_days=item.prorate_days,
        )
        for number in numbers
    ]
    for did in dids:
        world.table(Did).put(did)
    return [did.id for did in dids]


def complete(world: World, order: Order) -> Order:
    """Give the order its billing month and its numbers the end of theirs."""
    instant = now(world)
    items = tuple(_billed(item, instant.date()) for item in order.items)
    for did_id in order.did_ids:
        did = world.table(Did).get(did_id)
        if did is not None:
            lifecycle.start_month(
                world, replace(did, expires_at=did.expires_at or end_of(instant, did.prorate_days))
            )
            history.tell(world, did.number, "assigned")
    world.announce(f"{Order.table}/{order.id}", "pending -> completed")
    order = world.table(Order).put(replace(order, status="completed", items=items))
    callbacks.order_is_done(world, order)
    return order


def _billed(item: OrderItem, today: date) -> OrderItem:
    """An item whose first period begins today, unless it has begun."""
    if item.billed_from is not None:
        return item
    billed_from, billed_to = billing_period(today, item.prorate_days)
    return replace(item, billed_from=billed_from, billed_to=billed_to)


def _supply_missing(world: World, order: Order) -> Order:
    """Fill what can be filled: from the shelf if something came back, else from what has arrived."""
    items: list[OrderItem] = []
    did_ids = list(order.did_ids)
    for item in order.items:
        if item.missing and item.did_group_id is not None:
            prefix, later = item.nanpa_prefix_id, later_shelf(item.did_group_id)
            numbers = nanpa.take(world, item.did_group_id, prefix, item.missing)
            numbers += nanpa.take(world, later, prefix, item.missing - len(numbers))
            did_ids += supply(world, order.id, item, numbers)
            item = replace(item, missing=item.missing - len(numbers))
        items.append(item)
    return world.table(Order).put(replace(order, items=tuple(items), did_ids=tuple(did_ids)))
