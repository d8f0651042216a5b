"""How an order goes on after it was placed (reference: behaviour.md §5.3 to §5.5).

    Created -> Processing -> Complete, or Processing for as long as a backorder lasts

Numbers leave the stock and money leaves the account one number at a time, when the number is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Literal

from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.idt import statuses
from mockserver.providers.idt.formats import number_of_sku, number_text
from mockserver.providers.idt.prices import price_now
from mockserver.providers.idt.rows import DidGroup, Number, Order, OrderItem

Shortage = Literal["inventory", "backorder", "funds"]

# Ends that a transition policy may ask for (`outcome`): the share of the missing numbers that is still
# assigned, and why no more are. Numbers that are not there cannot be assigned, whatever the policy says.
OUTCOMES: dict[str, tuple[float, Shortage]] = {
    "partially_fulfilled": (0.5, "inventory"),
    "insufficient_inventory": (0.0, "inventory"),
    "partially_backordered": (0.5, "backorder"),
    "backordered": (0.0, "backorder"),
    "partially_funded": (0.5, "funds"),
    "insufficient_funds": (0.0, "funds"),
}
CANCEL = "canceled"  # the outcome of a backorder that is called off
_BACKORDER_ENDS = ("partially_backordered", "backordered", "partially_funded", "insufficient_funds")
WORDS = {"idt.orders": tuple(OUTCOMES), "idt.backorders": (*_BACKORDER_ENDS, CANCEL)}

_ENDS: dict[Shortage, tuple[str, str]] = {  # item status without any number, with some
    "inventory": (statuses.NO_INVENTORY, statuses.PARTLY_FULFILLED),
    "backorder": (statuses.BACKORDERED, statuses.PARTLY_BACKORDERED),
    "funds": (statuses.NO_FUNDS, statuses.PARTLY_NO_FUNDS),
}


@dataclass(frozen=True, slots=True)
class OrderStep(Job):
    """The next step of an order: Created -> Processing, then Processing -> its end or a backorder."""

    kind: ClassVar[str] = "idt.order_step"
    order_id: str

    @property
    def subject(self) -> str:
        return f"idt.orders/{self.order_id}"

    def run(self, world: World) -> None:
        order = world.table(Order).get(self.order_id)
        if order is None:
            return
        if order.status == statuses.CREATED:
            item = replace(order.item, status=statuses.PROCESSING)
            _change(world, order, replace(order, status=statuses.PROCESSING, item=item))
            world.later(self)
        elif order.item.status == statuses.PROCESSING:
            fulfil(world, order, world.policies.of(self.subject).outcome)


@dataclass(frozen=True, slots=True)
class BackorderArrival(Job):
    """Numbers that were waited for come in, or the provider calls them off."""

    kind: ClassVar[str] = "idt.backorder_arrival"
    order_id: str

    @property
    def subject(self) -> str:
        return f"idt.backorders/{self.order_id}"

    def run(self, world: World) -> None:
        order = world.table(Order).get(self.order_id)
        if order is None or order.item.status not in statuses.CANCELABLE:
            return
        outcome = world.policies.of(self.subject).outcome
        called_off = world.table(DidGroup)[order.item.group_id].called_off
        if outcome == CANCEL or (called_off and not outcome):
            cancel_backorder(world, order)
        else:
            fulfil(world, order, outcome if outcome in _BACKORDER_ENDS else "")


def cancel_backorder(world: World, order: Order) -> Order:
    """Call off what an order still waits for, as the provider's portal does. ValueError when it cannot be."""
    if order.item.status not in statuses.CANCELABLE:
        raise ValueError(f"an order item that is {order.item.status!r} cannot be cancelled")
    some = bool(order.item.numbers)
    status = statuses.PARTLY_BACKORDER_CANCELED if some else statuses.BACKORDER_CANCELED
    world.scheduler.cancel(f"idt.backorders/{order.id}")
    return _settle(world, order, replace(order.item, status=status))


def fulfil(world: World, order: Order, outcome: str = "") -> Order:
    """Assign the numbers that an order still lacks, as far as stock and funds go, and settle its status."""
    item, group = order.item, world.table(DidGroup)[order.item.group_id]
    missing = item.quantity - len(item.numbers)
    share, shortage = OUTCOMES.get(outcome, (1.0, None))
    wanted = int(missing * share)
    arrived = item.status in statuses.CANCELABLE
    balance = world.ledger("idt").balance
    price = price_now(world, item.setup_fee, item.monthly_fee)
    enough = price <= 0 or wanted * price <= balance
    affordable = wanted if enough else max(0, int(balance // price))

    taken: list[int] = []
    sources = _sources(world, item, group, arrived)
    for number in sources:
        if len(taken) == affordable:
            break
        world.stock("idt").take(number)
        taken.append(number)
    if shortage is None and len(taken) < missing:
        sold_out = len(taken) < affordable or next(_sources(world, item, group, arrived), None) is None
        shortage = _sold_out(item, group) if sold_out else "funds"
    added = tuple(_add(world, order, group, number, price) for number in taken)
    item = replace(item, numbers=item.numbers + added)
    if len(item.numbers) == item.quantity or shortage is None:
        status = statuses.FULFILLED
    else:
        status = _ENDS[shortage][bool(item.numbers)]
    settled = _settle(world, order, replace(item, status=status))
    if status in statuses.CANCELABLE:
        progress = taken or not arrived  # else an arrival that brings nothing would repeat for ever
        _wait(world, settled, group, bool(progress))
    return settled


def _wait(world: World, order: Order, group: DidGroup, progress: bool) -> None:
    """Put the arrival of what an order lacks on the agenda; held when nothing is there that could arrive."""
    job = BackorderArrival(order.id)
    left = next(_sources(world, order.item, group, arrived=True), None) is not None
    if progress and (left or group.called_off):
        world.later(job)
    else:
        world.scheduler.add(None, job)


def can_backorder(group: DidGroup) -> bool:
    """Outside the USA, if the group's numbers can be waited for at all."""
    return group.country_iso != "US" and group.backorder


def _sold_out(item: OrderItem, group: DidGroup) -> Shortage:
    return "backorder" if item.skus is None and can_backorder(group) else "inventory"


def _sources(world: World, item: OrderItem, group: DidGroup, arrived: bool) -> Iterator[int]:
    """The numbers the item may be given, in turn. An order by SKU gets those it named and no others."""
    stock = world.stock("idt")
    if item.skus is not None:
        for _, sku in item.skus:
            number = number_of_sku(group, sku)
            if number is not None and stock.on_sale(number):
                yield number
        return
    yield from stock.numbers(group.shelf)
    if arrived:
        yield from stock.numbers(group.later_shelf)


def _add(world: World, order: Order, group: DidGroup, e164: int, price: Decimal) -> str:
    """Put one number on the account and its price on the bill; returns it in the API's notation."""
    number = number_text(e164, group.calling_code)
    world.ledger("idt").post(-price, "number", f"idt.numbers/{number}", f"order {order.id}")
    world.table(Number).put(Number(number=number, e164=e164, group_id=group.id, added_at=world.clock.now()))
    world.announce(f"idt.numbers/{number}", "active")
    return number


def _settle(world: World, order: Order, item: OrderItem) -> Order:
    status = statuses.order_status(item.status, world.options["idt"])
    return _change(world, order, replace(order, status=status, item=item))


def _change(world: World, before: Order, after: Order) -> Order:
    """Store an order and tell what became of its own status and of its item's."""
    world.table(Order).put(after)
    for old, new in ((before.status, after.status), (before.item.status, after.item.status)):
        if old != new:
            world.announce(f"idt.orders/{after.id}", f"{old} -> {new}")
    return after
