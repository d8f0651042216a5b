"""The part of the account machine that keeps the books: what a step may cost, and what time does to numbers.

What must stand in the ledger is reckoned from what a step changed - orders, ends of months, prices of the
shop - line by line, so that a charge that is missing, doubled or too much is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis.stateful import invariant

from mockserver.core.world import World
from mockserver.providers.didww.regulation_rows import EmergencyCallingService, EmergencyRequirement
from mockserver.providers.didww.rows import Did, DidReservation, Order, OrderItem, StockKeepingUnit
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.voice_rows import CapacityPool, QtyBasedPricing

RESTORABLE = timedelta(days=35)
Entry = tuple[str, str, Decimal]


@dataclass(frozen=True)
class Page:
    """What the books need to know of a moment."""

    now: datetime
    lines: int
    dids: Mapping[str, Did]
    orders: Mapping[str, Order]
    services: Mapping[str, EmergencyCallingService]
    pools: Mapping[str, CapacityPool]
    adrift: frozenset[int]  # places that are gone and that nobody owns or holds, or the other way round

    @staticmethod
    def of(world: World) -> Page:
        stock = world.stock("didww")
        gone = {
            stock.shelves.by_key[key].number(place)
            for key, places in stock.gone().items()
            for place in places
        }
        reserved = (row.available_did_id for row in world.table(DidReservation))
        held = {availability.number_of(world, one) or 0 for one in reserved}
        held |= {int(did.number) for did in world.table(Did)}
        return Page(
            now=world.clock.now(),
            lines=len(world.ledger("didww").lines),
            dids={row.id: row for row in world.table(Did)},
            orders={row.id: row for row in world.table(Order)},
            services={row.id: row for row in world.table(EmergencyCallingService)},
            pools={row.id: row for row in world.table(CapacityPool)},
            adrift=frozenset(gone ^ {number for number in held if stock.shelves.of_number(number)}),
        )


class Books:
    """Invariants. `page` is how things stood after the last step; None forgets it, after free gifts."""

    world: World
    page: Page | None = None
    reached: Counter[str]

    @invariant()
    def every_line_has_its_cause(self) -> None:
        before, self.page = self.page, Page.of(self.world)
        if before is None:
            return
        after = self.page
        lines = self.world.ledger("didww").lines[before.lines :]
        found = Counter((line.kind, line.subject, line.amount) for line in lines if line.kind != "adjustment")
        due, unsure = self._due(before, after)
        written = Counter({entry: n for entry, n in found.items() if entry[1] not in unsure})
        assert +written == +due, f"too much: {written - due}, too little: {due - written}"
        self.reached.update(f"{kind} {subject.partition('/')[0]}" for kind, subject, _ in found)
        assert after.adrift == before.adrift, after.adrift ^ before.adrift

    @invariant()
    def time_ends_what_is_not_paid(self) -> None:
        now = self.world.clock.now()
        for did in self.world.table(Did):
            assert did.blocked or not did.terminated
            if did.expires_at is not None:
                assert did.expires_at > now or did.blocked, did
                assert did.expires_at + RESTORABLE > now, did

    # --- what a step must have cost --------------------------------------------------------------------

    def _due(self, before: Page, after: Page) -> tuple[Counter[Entry], set[str]]:
        """The lines that must be new, and the subjects that may cost more than is to be seen afterwards."""
        due: Counter[Entry] = Counter()
        unsure: set[str] = set()
        for order in after.orders.values():
            self._order(before, order, due)
        for did in {**before.dids, **after.dids}.values():
            self._did(before, after, did, due, unsure)
        for service in after.services.values():
            self._service(before, service, due, unsure)
        for pool in after.pools.values():
            self._pool(before, after, pool, due, unsure)
        return due, unsure

    def _order(self, before: Page, order: Order, due: Counter[Entry]) -> None:
        subject = f"didww.orders/{order.id}"
        was = before.orders.get(order.id)
        if was is None:
            assert order.amount == sum(item.qty * (item.nrc + item.mrc) for item in order.items)
            due["order", subject, -order.amount] += bool(order.amount)
            self.reached[order.description] += 1
        elif was.status != order.status == "canceled":
            mine = [did for did in before.dids.values() if did.order_id == order.id]
            kept = sum((_paid(was, did) for did in mine), Decimal(0))
            kept += sum(item.missing * (item.nrc + item.mrc) for item in was.items)
            due["refund", subject, kept] += bool(kept)
            assert not any(did.id in self.world.table(Did) for did in mine)

    def _did(self, before: Page, after: Page, did: Did, due: Counter[Entry], unsure: set[str]) -> None:
        subject = f"didww.dids/{did.id}"
        was, now = before.dids.get(did.id), after.dids.get(did.id)
        order = after.orders.get(did.order_id)
        if now is None:
            assert was is not None
            self.reached["removed"] += 1
            self.reached["removed with channels"] += bool(was.dedicated_channels_count)
            ended = after.now == before.now and order is not None and order.status != "canceled"
            if ended and order is not None:
                due["refund", subject, _paid(order, did)] += 1
            return
        months = 0
        if was is None or was.expires_at is None:
            if now.expires_at is not None and not now.awaiting_registration:
                item = _item(order, did)
                assert item.billed_from is not None
                months = _months(item.billed_from, now.expires_at.date()) - 1
        elif was.awaiting_registration and not now.awaiting_registration:
            if after.now != before.now:
                unsure.add(subject)  # approved on the way, and then renewed or not
        elif now.expires_at != was.expires_at and was.expires_at <= before.now:
            assert after.now == before.now, "only a customer brings an expired number back"
            assert now.expires_at is not None
            assert now.expires_at.date() == _month_after(before.now.date())
            months = 1
        else:
            assert now.expires_at is not None
            months = _months(was.expires_at.date(), now.expires_at.date())
            left = was.billing_cycles_count
            assert not months or not was.terminated
            assert left is None or months <= left
            if months and left is not None and now.billing_cycles_count != 0:
                assert now.billing_cycles_count == left - months
        price = self.world.table(StockKeepingUnit)[did.sku_id or ""].monthly_price
        due["renewal", subject, -price] += months

    def _service(
        self, before: Page, service: EmergencyCallingService, due: Counter[Entry], unsure: set[str]
    ) -> None:
        subject = f"didww.emergency_calling_services/{service.id}"
        was = before.services.get(service.id)
        since = None if was is None else was.renew_date
        if service.renew_date is None:
            unsure.update({subject} if since else ())  # it may have been renewed before it ended
            return
        if since is None:
            assert service.activated_at is not None and service.order_id is not None
            since = _month_after(service.activated_at.date())
            assert service.order_id not in before.orders
        requirement = self.world.table(EmergencyRequirement)[service.emergency_requirement_id]
        month = requirement.monthly_price or Decimal(0)
        if month:
            due["renewal", subject, -month] += _months(since, service.renew_date)
            self.reached["service renewed"] += since != service.renew_date

    def _pool(
        self, before: Page, after: Page, pool: CapacityPool, due: Counter[Entry], unsure: set[str]
    ) -> None:
        was = before.pools[pool.id]
        days = (before.now.date() + timedelta(days=n + 1) for n in range((after.now - before.now).days + 1))
        ends = sum(day.day == pool.renew_day and day <= after.now.date() for day in days)
        if ends and was.renewing != pool.renewing:
            unsure.add(f"didww.capacity_pools/{pool.id}")  # there was not money enough for all
        elif ends and was.renewing:
            breaks = [self.world.table(QtyBasedPricing)[key] for key in pool.qty_based_pricing_ids]
            prices = {0: pool.monthly_price, **{row.qty: row.monthly_price for row in breaks}}
            month = prices[max(qty for qty in prices if qty <= was.renewing)]
            due["renewal", f"didww.capacity_pools/{pool.id}", -month * was.renewing] += ends


def _paid(order: Order, did: Did) -> Decimal:
    """What a number cost when it was bought."""
    item = _item(order, did)
    return item.nrc + item.mrc


def _item(order: Order | None, did: Did) -> OrderItem:
    assert order is not None
    return next(item for item in order.items if item.sku_id == did.sku_id)


def _months(start: date, end: date) -> int:
    """From one end of a month to a later one."""
    return (end.year - start.year) * 12 + end.month - start.month


def _month_after(day: date) -> date:
    first = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
