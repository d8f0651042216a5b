"""Buying, holding, giving back and waiting in any order: nothing is sold twice and the money adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from mockserver.core.world import World
from mockserver.jsonapi.errors import Refusal
from mockserver.providers.didww.rows import Did, DidReservation, Order
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.dids import update_did
from mockserver.providers.didww.rules.ordering import cancel_order, place_order
from mockserver.providers.didww.rules.reservations import release, reserve
from tests.didww_rules.shop import NEW, group_of, item, new_world, picture, request, sku_of

AREAS = ("Burlington", "Reno", "Inman", "Cheyenne", "Berlin")


class Shopper(RuleBasedStateMachine):
    """One account; its memory of what it did is the world itself, the invariants are what must hold."""

    reservations = Bundle("reservations")
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.world: World = new_world()
        self.start = picture(self.world)

    def attempt(self, call: Any) -> Any:
        """One request: refused ones must leave everything as it was."""
        before = picture(self.world)
        self.world.begin()
        try:
            result = call()
        except Refusal:
            self.world.end(False)
            assert picture(self.world) == before
            return None
        self.world.end(True)
        return result

    @rule(target=orders, area=st.sampled_from(AREAS), qty=st.integers(-1, 12), back=st.booleans())
    def buy(self, area: str, qty: int, back: bool) -> str | None:
        sku = sku_of(group_of(area, self.world))
        asked = request(item(sku, qty), item(sku, 1), allow_back_ordering=back)
        order = self.attempt(lambda: place_order(self.world, asked))
        return None if order is None else str(order.id)

    @rule(target=reservations, area=st.sampled_from(AREAS), place=st.integers(0, 9))
    def hold(self, area: str, place: int) -> str | None:
        group = group_of(area, self.world)
        numbers = list(self.world.stock("didww").shelves.by_key[group.id].ranges)
        if not numbers:
            return None
        chosen = availability.id_of(self.world, numbers[0][0] + place)
        held = self.attempt(lambda: reserve(self.world, chosen))
        return None if held is None else str(held.id)

    @rule(target=orders, held=consumes(reservations), area=st.sampled_from(AREAS))
    def buy_held(self, held: str | None, area: str) -> str | None:
        sku = sku_of(group_of(area, self.world))
        asked = request(item(sku, did_reservation_id=held))
        order = self.attempt(lambda: place_order(self.world, asked))
        return None if order is None else str(order.id)

    @rule(held=reservations)
    def give_back(self, held: str | None) -> None:
        row = None if held is None else self.world.table(DidReservation).get(held)
        if row is not None:
            self.attempt(lambda: release(self.world, row))

    @rule(bought=orders)
    def cancel(self, bought: str | None) -> None:
        order = None if bought is None else self.world.table(Order).get(bought)
        if order is not None:
            self.attempt(lambda: cancel_order(self.world, order))

    @rule(place=st.integers(0, 20), terminated=st.booleans(), cycles=st.sampled_from([None, 0, 1]))
    def change(self, place: int, terminated: bool, cycles: int | None) -> None:
        dids = list(self.world.table(Did))
        did = dids[place % len(dids)]
        changes = {"billing_cycles_count": cycles, "terminated": terminated}
        self.attempt(lambda: update_did(self.world, did, changes, NEW))

    @rule(seconds=st.sampled_from([1, 10, 60, 600, 86_400, 35 * 86_400]))
    def wait(self, seconds: int) -> None:
        self.world.advance(by=timedelta(seconds=seconds))

    @rule(amount=st.sampled_from(["0", "0.3", "1000"]))
    def set_funds(self, amount: str) -> None:
        self.world.ledger("didww").set_balance(Decimal(amount))
        self.world.commit()

    @rule()
    def reset(self) -> None:
        self.world.reset()
        self.world.clock.set(mode="frozen")
        assert picture(self.world) == self.start

    @invariant()
    def nothing_is_in_two_places(self) -> None:
        owned = [int(did.number) for did in self.world.table(Did)]
        held = [
            availability.number_of(self.world, row.available_did_id)
            for row in self.world.table(DidReservation)
        ]
        away = owned + held
        assert len(away) == len(set(away))
        stock = self.world.stock("didww")
        gone = {
            stock.shelves.by_key[key].number(place)
            for key, places in stock.gone().items()
            for place in places
        }
        assert gone == {number for number in away if stock.shelves.of_number(number or 0) is not None}

    @invariant()
    def money_adds_up(self) -> None:
        ledger = self.world.ledger("didww")
        assert ledger.balance == ledger.opening + sum(line.amount for line in ledger.lines)
        assert ledger.balance >= 0

    @invariant()
    def orders_hold_together(self) -> None:
        for order in self.world.table(Order):
            missing = sum(line.missing for line in order.items)
            assert order.status in ("pending", "completed", "canceled")
            assert not (order.status != "pending" and missing)


TestShopper = Shopper.TestCase
TestShopper.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,  # the same walks in every run; raise the counts and drop this to search
    database=None,
    suppress_health_check=list(HealthCheck),
)
