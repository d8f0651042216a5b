"""A state machine over orders, numbers, CNAM and trunk groups: what must hold after any sequence of calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.core.transitions import Policy
from mockserver.providers.idt.fulfilment import OUTCOMES
from tests.idt.support import (
    ALL_LATER,
    BY_SKU,
    DEAR,
    FEW_IN_USA,
    FEW_NO_BACKORDER,
    NEVER,
    ONE_IN_USA,
    PLENTY,
    REST_LATER,
    TOO_FEW_LATER,
    Idt,
)
from tests.support import NOON, Server, body_of

GROUPS = [
    PLENTY,
    BY_SKU,
    FEW_IN_USA,
    ONE_IN_USA,
    ALL_LATER,
    REST_LATER,
    TOO_FEW_LATER,
    FEW_NO_BACKORDER,
    NEVER,
    DEAR,
]
SERVER = Server()


class Account(RuleBasedStateMachine):
    """One account from the seed on. Answers of 4xx are as good as any; the invariants decide."""

    def __init__(self) -> None:
        super().__init__()
        world = SERVER.world()
        world.reset()
        world.clock.set(mode="frozen", now=NOON)
        self.idt = Idt(SERVER)
        self.bought: dict[str, str] = {}  # number -> order

    def send(self, method: str, target: str, json: Any = None) -> int:
        before = self.idt.state()
        response = self.idt.call(method, target, json=json)
        assert response.status in (200, 204, 404, 422)
        if response.status >= 400:
            assert self.idt.state() == before
        return response.status

    def listed(self) -> list[str]:
        return [row["number"] for row in self.idt.get("/numbers?page_size=1000")["numbers"]]

    @rule(group=st.sampled_from(GROUPS), quantity=st.integers(1, 6), preview=st.booleans())
    def order_by_quantity(self, group: int, quantity: int, preview: bool) -> None:
        item = {"did_group_id": group, "quantity": quantity}
        self.send("POST", "/orders", {"order_items": [item], "preview": preview})

    @rule(group=st.sampled_from(GROUPS), count=st.integers(1, 3))
    def order_by_sku(self, group: int, count: int) -> None:
        numbers = self.idt.get(f"/coverage/did_groups/{group}/browse_numbers")["numbers"]
        if numbers:
            skus = [entry["sku"] for entry in numbers[:count]]
            assert self.send("POST", "/orders", {"order_items": [{"did_group_id": group, "did_skus": skus}]})

    @rule(seconds=st.sampled_from([0.5, 1, 2, 30, 61]))
    def pass_time(self, seconds: float) -> None:
        self.idt.pass_time(seconds)

    @rule(balance=st.sampled_from(["0.00", "3.00", "500.00"]))
    def set_funds(self, balance: str) -> None:
        self.idt.world.ledger("idt").set_balance(Decimal(balance))
        self.idt.world.commit()

    @rule(outcome=st.sampled_from(["", *OUTCOMES]), kind=st.sampled_from(["idt.orders", "idt.backorders"]))
    def choose_outcome(self, outcome: str, kind: str) -> None:
        default = self.idt.world.policies.defaults[kind]
        self.idt.world.policies.chosen[kind] = Policy(default.mode, default.delay, outcome)

    @rule(data=st.data())
    def delete_number(self, data: st.DataObject) -> None:
        self.send("DELETE", f"/numbers/{data.draw(st.sampled_from(self.listed()))}")

    @rule(data=st.data(), method=st.sampled_from(["POST", "DELETE"]))
    def change_cnam(self, data: st.DataObject, method: str) -> None:
        number = data.draw(st.sampled_from(self.listed()))
        self.send(method, f"/numbers/{number}/cnam", {"name": "Name"})

    @rule(name=st.sampled_from("abc"), is_default=st.booleans())
    def create_trunk_group(self, name: str, is_default: bool) -> None:
        self.send("POST", "/trunk_groups", {"name": name, "is_default": is_default})

    @rule(data=st.data(), is_default=st.booleans())
    def update_trunk_group(self, data: st.DataObject, is_default: bool) -> None:
        group = data.draw(st.sampled_from(self.trunk_groups()))
        self.send("PUT", f"/trunk_groups/{group['id']}", {"name": group["name"], "is_default": is_default})

    @rule(data=st.data())
    def delete_trunk_group(self, data: st.DataObject) -> None:
        self.send("DELETE", f"/trunk_groups/{data.draw(st.sampled_from(self.trunk_groups()))['id']}")

    @rule(data=st.data(), wrong=st.booleans())
    def route_numbers(self, data: st.DataObject, wrong: bool) -> None:
        group = data.draw(st.sampled_from(self.trunk_groups()))["id"]
        numbers = data.draw(st.lists(st.sampled_from(self.listed()), min_size=1, max_size=3))
        body = {"trunk_group_id": group, "numbers": [*numbers, "x"] if wrong else numbers}
        status = self.send("PUT", "/set_trunk_group", body)
        assert status == 422 or not wrong

    @precondition(lambda self: self.idt.world.ledger("idt").lines)
    @rule()
    def reset(self) -> None:
        world = self.idt.world
        world.reset()
        world.clock.set(mode="frozen", now=NOON)
        self.bought.clear()
        assert self.idt.state() == Idt(FRESH).state()

    def trunk_groups(self) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = self.idt.get("/trunk_groups")["trunk_groups"]
        return groups

    @invariant()
    def orders_add_up_and_no_number_is_sold_twice(self) -> None:
        seen: set[str] = set()
        for row in self.idt.get("/orders")["orders"]:
            order = body_of(self.idt.call("GET", f"/orders/{row['id']}"))["order"]
            (item,) = order["order_items"]
            numbers = [entry["number"] for entry in item["numbers"]]
            assert len(numbers) == item["fulfilled"]["quantity"] == row["fulfilled"]["quantity"]
            assert len(numbers) <= item["ordered"]["quantity"]
            waiting = item["status"] == "Processing" or item["status"].endswith("Backordered")
            assert (order["status"] == "Complete") != waiting
            assert item["cancelable"] == item["status"].endswith("Backordered")
            assert not seen & set(numbers)
            seen |= set(numbers)

    @invariant()
    def numbers_are_in_one_place(self) -> None:
        numbers = self.listed()
        assert len(set(numbers)) == len(numbers)
        stock = self.idt.world.stock("idt")
        for number in numbers:
            assert not stock.on_sale(int(number.removeprefix("011")))

    @invariant()
    def one_trunk_group_is_the_default(self) -> None:
        assert [group["is_default"] for group in self.trunk_groups()].count(True) == 1

    @invariant()
    def ledger_adds_up(self) -> None:
        ledger = self.idt.world.ledger("idt")
        assert ledger.balance == ledger.opening + sum((line.amount for line in ledger.lines), Decimal())
        charged = sum(line.kind == "number" for line in ledger.lines)
        assert charged == len(self.idt.get("/numbers?page_size=1000")["numbers"]) - 7


FRESH = Server()
FRESH.world()

TestAccount = Account.TestCase
TestAccount.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
