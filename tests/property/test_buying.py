"""Buying, reserving, giving back, waiting and resetting in any order, at all three providers at once.

Whatever the order: no number is sold twice, a number is in the shop or on the account and never in both,
the ledger adds up to the balance, and a reset brings back exactly the seed.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support import NOON, Server, body_of, state_of

DIDWW = {"Api-Key": "demo-didww-key", "Content-Type": "application/vnd.api+json"}
IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"Authorization": "Bearer demo-didlogic-token"}
PAGE = "page%5Bsize%5D=100"


class Buying(RuleBasedStateMachine):
    """One sandbox, driven over HTTP; the invariants look at the provider's own lists and at the ledger."""

    server: Server

    @initialize()
    def start(self) -> None:
        self.server = Server(rate_limits=False)
        self.world = self.server.world()
        self.seed_state = state_of(self.world)
        path = "/didww/v3/did_groups?include=stock_keeping_units&page%5Bsize%5D=1000"
        groups = self.ask("GET", path)["data"]
        # An empty group, the smallest that is on sale, so that it runs out, and one from the middle.
        groups.sort(key=lambda group: int(group["meta"]["total_count"]))
        some = [group for group in groups if int(group["meta"]["total_count"]) > 0]
        self.groups = [groups[0], some[0], some[len(some) // 2]]
        assert groups[0]["meta"]["is_available"] is False
        self.skus = [group["relationships"]["stock_keeping_units"]["data"][0]["id"] for group in self.groups]
        self.idt_groups = [
            group["id"]
            for region in ("US-NJ", "US-ME")
            for group in self.ask(
                "GET", f"/idt/v1/dids/coverage/did_groups?country_iso=US&region_code={region}"
            )["did_groups"]
        ][:3]
        assert len(self.idt_groups) == 3

    def ask(self, method: str, target: str, json: Any = None) -> Any:
        headers = {"d": DIDWW, "i": IDT, "l": DIDLOGIC}["l" if target.startswith("/didlogic") else target[1]]
        answer = self.server.request(method, target, headers=headers, json=json)
        assert answer.status < 500, (method, target, answer.status, answer.body)
        return body_of(answer) if answer.body else None

    # --- DIDWW -----------------------------------------------------------------------------------

    def order(self, *items: dict[str, Any], back: bool = False) -> None:
        attributes = {
            "allow_back_ordering": back,
            "items": [{"type": "did_order_items", "attributes": item} for item in items],
        }
        self.ask("POST", "/didww/v3/orders", {"data": {"type": "orders", "attributes": attributes}})

    @rule(which=st.integers(0, 2), qty=st.integers(1, 6), back=st.booleans())
    def didww_buys_by_quantity(self, which: int, qty: int, back: bool) -> None:
        self.order({"sku_id": self.skus[which], "qty": qty}, back=back)

    def sku_of(self, available: dict[str, Any]) -> str:
        group = available["relationships"]["did_group"]["data"]["id"]
        path = f"/didww/v3/did_groups/{group}?include=stock_keeping_units"
        units = self.ask("GET", path)["data"]["relationships"]["stock_keeping_units"]["data"]
        return str(units[0]["id"])

    def some_available(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", "/didww/v3/available_dids?include=did_group")["data"][0]
        return found

    @rule(twice=st.booleans())
    def didww_buys_one_number(self, twice: bool) -> None:
        available = self.some_available()
        item = {"sku_id": self.sku_of(available), "available_did_id": available["id"]}
        self.order(item, *([item] if twice else []))

    @rule(buy=st.booleans())
    def didww_reserves_a_number(self, buy: bool) -> None:
        available = self.some_available()
        relationships = {"available_did": {"data": {"type": "available_dids", "id": available["id"]}}}
        made = self.ask(
            "POST",
            "/didww/v3/did_reservations",
            {"data": {"type": "did_reservations", "relationships": relationships}},
        )
        if buy and "data" in made:
            self.order({"sku_id": self.sku_of(available), "did_reservation_id": made["data"]["id"]})

    @rule()
    def didww_releases_a_reservation(self) -> None:
        for one in self.ask("GET", "/didww/v3/did_reservations")["data"][:1]:
            self.ask("DELETE", f"/didww/v3/did_reservations/{one['id']}")

    @rule()
    def didww_cancels_the_newest_order(self) -> None:
        for one in self.ask("GET", "/didww/v3/orders?sort=-created_at")["data"][:1]:
            self.ask("DELETE", f"/didww/v3/orders/{one['id']}")

    # --- IDT Express -----------------------------------------------------------------------------

    @rule(which=st.integers(0, 2), quantity=st.integers(1, 100), preview=st.booleans())
    def idt_buys_by_quantity(self, which: int, quantity: int, preview: bool) -> None:
        group = self.idt_groups[which]
        items = [{"did_group_id": group, "quantity": quantity}]
        self.ask("POST", "/idt/v1/dids/orders", {"order_items": items, "preview": preview})

    @rule(which=st.integers(0, 2), count=st.integers(1, 3))
    def idt_buys_by_sku(self, which: int, count: int) -> None:
        group = self.idt_groups[which]
        found = self.ask("GET", f"/idt/v1/dids/coverage/did_groups/{group}/browse_numbers")
        skus = [row["sku"] for row in found["numbers"][:count]] if "numbers" in found else []
        items = [{"did_group_id": group, "did_skus": skus}]
        self.ask("POST", "/idt/v1/dids/orders", {"order_items": items})

    # --- didlogic --------------------------------------------------------------------------------

    @rule(count=st.integers(1, 4))
    def didlogic_buys_numbers(self, count: int) -> None:
        found = self.ask("GET", "/didlogic/v2/numbers/search?country_name_contains=Canada")
        numbers = [one["number"] for one in found["dids"]["dids"][:count]]
        self.ask("POST", "/didlogic/v2/numbers/purchase", {"did_numbers": numbers + numbers[:1]})

    @rule()
    def didlogic_removes_a_number(self) -> None:
        for one in self.ask("GET", "/didlogic/v1/purchases")["purchases"][:1]:
            self.ask("DELETE", "/didlogic/v2/numbers/purchase", {"did_numbers": [one["number"]]})

    # --- time, money, reset ----------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 11, 61, 601, 86_400, 40 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(by=timedelta(seconds=seconds))

    @rule(provider=st.sampled_from(["didww", "idt", "didlogic"]), cents=st.integers(0, 2000))
    def the_balance_is_set(self, provider: str, cents: int) -> None:
        self.world.begin()
        self.world.ledger(provider).set_balance(Decimal(cents) / 100)
        self.world.end(accepted=True)

    @rule()
    def the_sandbox_is_reset(self) -> None:
        self.world.reset()
        self.world.clock.set(mode="frozen", now=NOON)
        assert state_of(self.world) == self.seed_state

    # --- what always holds -----------------------------------------------------------------------

    def owned(self) -> dict[str, list[str]]:
        return {
            "didww": [
                did["attributes"]["number"] for did in self.ask("GET", f"/didww/v3/dids?{PAGE}")["data"]
            ],
            "idt": [
                row["number"]
                for row in self.ask("GET", "/idt/v1/dids/numbers?page_size=1000")["numbers"]
                if row["status"] == "active"
            ],
            "didlogic": [
                row["number"] for row in self.ask("GET", "/didlogic/v1/purchases?per_page=1000")["purchases"]
            ],
        }

    @invariant()
    def no_number_is_owned_twice_or_still_on_sale(self) -> None:
        if not hasattr(self, "world"):
            return
        for provider, numbers in self.owned().items():
            assert len(numbers) == len(set(numbers)), provider
            stock = self.world.stock(provider)
            for number in numbers:
                assert not stock.on_sale(int(number.removeprefix("011"))), (provider, number)

    @invariant()
    def the_ledger_adds_up(self) -> None:
        if not hasattr(self, "world"):
            return
        for provider in self.world.providers():
            ledger = self.world.ledger(provider)
            total = ledger.opening
            for line in ledger.lines:
                total += line.amount
                assert line.balance == total
            assert ledger.balance == total


Buying.TestCase.settings = settings(
    max_examples=10, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
test_buying_in_any_order = Buying.TestCase
