"""A state machine over the whole account: what must hold after any sequence of calls, times and happenings.

What statuses there are, what each means and which follows which comes from `contracts/idt/statuses.json`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockserver.core.happenings import CannotHappen
from mockserver.core.transitions import Policy
from mockserver.providers.idt.fulfilment import WORDS
from mockserver.providers.idt.rows import Number, Order
from tests.idt.contract import contract
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
from tests.support import NOON, Server, body_of, state_of

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
TABLE = contract("statuses.json")
ITEM: dict[str, dict[str, Any]] = {row["status"]: row for row in TABLE["order_item"]}
FULFILLED = {
    "none": lambda count, ordered: count == 0,
    "some": lambda count, ordered: 0 < count < ordered,
    "some or none": lambda count, ordered: count < ordered,
    "all": lambda count, ordered: count == ordered,
}


def _closure(steps: dict[str, Any]) -> dict[str, set[str]]:
    """What a status can become, at once or in several steps; itself included."""

    def reached(status: str, seen: set[str]) -> set[str]:
        for following in () if status in seen else steps.get(status, ()):
            reached(following, seen | {status})
            found.add(following)
        return found

    closed = {}
    for status in ITEM:
        found: set[str] = {status}
        closed[status] = reached(status, set())
    return closed


FOLLOWING = _closure(TABLE["order_item_transitions"])
SERVER = Server()
FRESH = Server()
SEEDED = {row.e164 for row in FRESH.world().table(Number)}
DELIVERED = {number for row in FRESH.world().table(Order) for number in row.item.numbers}  # long ago
HAPPENINGS = {one.name: one for one in SERVER.gateway.providers["idt"].happenings()}


class Account(RuleBasedStateMachine):
    """One account from the seed on. Answers of 4xx are as good as any; the invariants decide."""

    def __init__(self) -> None:
        super().__init__()
        self.idt = Idt(SERVER)
        self.begin()

    def begin(self) -> None:
        self.idt.world.reset()
        self.idt.world.clock.set(mode="frozen", now=NOON)
        self.seen: dict[str, str] = {}  # order -> status of its item when it was last looked at
        self.forced: set[str] = set()  # orders placed while a policy said how they end
        self.asked: dict[
            str, list[dict[str, Any]]
        ] = {}  # number -> change of CNAM asked for since the last look
        self.changes = 0  # such changes in all
        self.cnam = {row["number"]: row["cnam"] for row in self.numbers() if row["cnam"] is not None}
        self.groups: set[int] = {10897, 268476}  # every trunk group there ever was

    # --- what is done ----------------------------------------------------------------------------

    def send(self, method: str, target: str, json: Any = None) -> Any:
        """The answer; a refused request has changed nothing."""
        before = state_of(self.idt.world)
        response = self.idt.call(method, target, json=json)
        assert response.status in (200, 204, 403, 404, 422)
        if response.status >= 400:
            assert state_of(self.idt.world) == before
        return response

    def numbers(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.idt.get("/numbers?page_size=1000")["numbers"]
        return rows

    def a_number(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from([row["number"] for row in self.numbers()])))

    def trunk_groups(self) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = self.idt.get("/trunk_groups")["trunk_groups"]
        return groups

    def order(self, item: dict[str, Any], preview: bool) -> None:
        before = state_of(self.idt.world)
        response = self.send("POST", "/orders", {"order_items": [item], "preview": preview})
        if response.status == 200:
            order = body_of(response)["order"]
            status = "Preview" if preview else "Processing"
            assert (order["order_items"][0]["status"], order["fulfilled"]) == (status, {"quantity": 0})
            if preview:
                assert state_of(self.idt.world) == before
            elif self.idt.world.policies.chosen:
                self.forced.add(order["id"])

    @rule(group=st.sampled_from(GROUPS), quantity=st.integers(0, 6), preview=st.booleans())
    def order_by_quantity(self, group: int, quantity: int, preview: bool) -> None:
        self.order({"did_group_id": group, "quantity": quantity}, preview)

    @rule(group=st.sampled_from(GROUPS), data=st.data(), preview=st.booleans())
    def order_by_sku(self, group: int, data: st.DataObject, preview: bool) -> None:
        response = self.send("GET", f"/coverage/did_groups/{group}/browse_numbers")
        on_sale = body_of(response)["numbers"][:6] if response.status == 200 else []
        if on_sale:
            skus = data.draw(
                st.lists(st.sampled_from([one["sku"] for one in on_sale]), min_size=1, max_size=3)
            )
            self.order({"did_group_id": group, "did_skus": skus}, preview)

    @rule(seconds=st.sampled_from([0.5, 1, 2, 30, 61, 86400 * 16]))
    def pass_time(self, seconds: float) -> None:
        self.idt.pass_time(seconds)

    @rule(data=st.data())
    def fire(self, data: st.DataObject) -> None:
        """Something that lies ahead happens now, perhaps with an end of its own."""
        ahead = [entry.job.subject for entry in self.idt.world.scheduler.agenda()]
        subjects = [subject for subject in ahead if subject.startswith("idt.")]
        if subjects:
            subject = data.draw(st.sampled_from(subjects))
            kind, _, name = subject.partition("/")
            self.forced.add(name)
            self.idt.world.fire(subject, data.draw(st.sampled_from(["", *WORDS.get(kind, ())])))

    @rule(balance=st.sampled_from(["0.00", "3.00", "500.00", "1000.00"]))
    def set_funds(self, balance: str) -> None:
        self.idt.world.ledger("idt").set_balance(Decimal(balance))
        self.idt.world.commit()

    @rule(enabled=st.sampled_from([True, True, False]))
    def set_feature(self, enabled: bool) -> None:
        self.idt.world.options["idt"]["dids_enabled"] = enabled

    @rule(
        kind=st.sampled_from(["idt.orders", "idt.backorders", "idt.cnam"]),
        mode=st.sampled_from(["after", "immediate", "manual"]),
        data=st.data(),
    )
    def choose_policy(self, kind: str, mode: Any, data: st.DataObject) -> None:
        policies = self.idt.world.policies
        outcome = data.draw(st.sampled_from(["", *policies.outcomes.get(kind, ())]))
        policies.chosen[kind] = Policy(mode, policies.defaults[kind].delay, outcome)
        self.forced |= {row.id for row in self.idt.world.table(Order)}

    @rule()
    def forget_policies(self) -> None:
        self.idt.world.policies.chosen.clear()

    @rule(data=st.data())
    def cancel_backorder(self, data: st.DataObject) -> None:
        """Only what is shown as cancelable can be cancelled from outside."""
        name = data.draw(st.sampled_from([row["id"] for row in self.idt.get("/orders")["orders"]]))
        cancelable, before = self.idt.item(name)["cancelable"], state_of(self.idt.world)
        try:
            HAPPENINGS["cancel_backorder"].happen(self.idt.world, {"order": name})
            self.idt.world.commit()
        except CannotHappen:
            self.idt.world.rollback()
            assert not cancelable
            assert state_of(self.idt.world) == before
        else:
            assert cancelable
            assert self.idt.item(name)["status"].endswith("Backorder Canceled")

    @rule(data=st.data())
    def delete_number(self, data: st.DataObject) -> None:
        number = self.a_number(data)
        (before,) = (row for row in self.numbers() if row["number"] == number)
        status = self.send("DELETE", f"/numbers/{number}").status
        assert status == (200 if before["status"] == "active" else 404)

    @rule(data=st.data(), method=st.sampled_from(["POST", "DELETE"]), name=st.sampled_from(["A", "é" * 15]))
    def change_cnam(self, data: st.DataObject, method: str, name: str) -> None:
        number = self.a_number(data)
        if self.send(method, f"/numbers/{number}/cnam", {"name": name}).status == 204:
            self.changes += 1
            wanted = {"action": "enable", "name": name, "type": "business", "display": "allow"}
            self.asked[number] = [wanted if method == "POST" else {"action": "disable"}]

    @rule(name=st.sampled_from("abc"), is_default=st.booleans())
    def create_trunk_group(self, name: str, is_default: bool) -> None:
        response = self.send("POST", "/trunk_groups", {"name": name, "is_default": is_default})
        if response.status == 200:
            group = body_of(response)["trunk_group"]
            assert group["id"] not in self.groups  # ids are never used twice
            assert group["is_default"] == is_default
            self.groups.add(group["id"])

    @rule(data=st.data(), is_default=st.booleans())
    def update_trunk_group(self, data: st.DataObject, is_default: bool) -> None:
        group = data.draw(st.sampled_from(self.trunk_groups()))
        body = {"name": group["name"], "is_default": is_default}
        shown = body_of(self.send("PUT", f"/trunk_groups/{group['id']}", body))["trunk_group"]
        assert shown == {**group, "is_default": is_default or group["is_default"]}

    @rule(data=st.data())
    def delete_trunk_group(self, data: st.DataObject) -> None:
        group = data.draw(st.sampled_from(self.trunk_groups()))
        status = self.send("DELETE", f"/trunk_groups/{group['id']}").status
        assert status == (422 if group["is_default"] else 204)

    @rule(data=st.data(), wrong=st.booleans(), default=st.booleans())
    def route_numbers(self, data: st.DataObject, wrong: bool, default: bool) -> None:
        group = None if default else data.draw(st.sampled_from(self.trunk_groups()))["id"]
        numbers = data.draw(st.lists(st.sampled_from([row["number"] for row in self.numbers()]), min_size=1))
        body = {"trunk_group_id": group, "numbers": [*numbers, "x"] if wrong else numbers}
        status = self.send("PUT", "/set_trunk_group", body).status
        routed = {row["number"]: row["trunk_group_id"] for row in self.numbers() if row["status"] == "active"}
        assert status == (204 if not wrong and set(numbers) <= set(routed) else 422)
        assert status == 422 or {routed[number] for number in numbers} == {group}

    @rule()
    def reset(self) -> None:
        self.begin()
        assert state_of(self.idt.world) == state_of(FRESH.world())

    # --- what holds ------------------------------------------------------------------------------

    @invariant()
    def orders_are_as_their_statuses_say(self) -> None:
        delivered: list[str] = []
        total = Decimal()
        body = self.idt.get("/orders?page_size=1000")
        for row in body["orders"]:
            order = self.idt.get(f"/orders/{row['id']}")["order"]
            (item,) = order["order_items"]
            assert row == {key: order[key] for key in row}
            numbers = [one["number"] for one in item["numbers"]]
            ordered, known = item["ordered"]["quantity"], ITEM[item["status"]]
            assert len(numbers) == item["fulfilled"]["quantity"] == order["fulfilled"]["quantity"]
            assert ordered == order["ordered"]["quantity"]
            assert FULFILLED[known["fulfilled"]](len(numbers), ordered)
            assert item["cancelable"] == known["cancelable"]
            assert order["status"] in known["order"]
            assert item["status"] in FOLLOWING[self.seen.get(order["id"], item["status"])]
            self.seen[order["id"]] = item["status"]
            if item["order_item_type"] == "number_skus":
                named = [one["number"] for one in item["ordered"]["numbers"]]
                assert numbers == [number for number in named if number in numbers]
            if item["did_group"]["country"]["iso"] == "US" or item["order_item_type"] == "number_skus":
                assert order["id"] in self.forced or "Backorder" not in item["status"]
            bought = [number for number in numbers if number not in DELIVERED]
            delivered += bought
            fees = item["did_group"]["fees"]
            total += len(bought) * (Decimal(fees["setup_fee"]) + Decimal(fees["monthly_fee"]))
        assert len(set(delivered)) == len(delivered)  # nothing is sold twice
        lines = self.idt.world.ledger("idt").lines
        charged = [line for line in lines if line.kind == "number"]
        assert {line.subject.partition("/")[2] for line in charged} == set(delivered)
        assert sum((line.amount for line in charged), Decimal()) == -total

    @invariant()
    def numbers_are_in_one_place(self) -> None:
        """On sale, or on the account: active, removed and listed, or removed longer ago than that."""
        world, listed = self.idt.world, self.numbers()
        stock, rows = world.stock("idt"), {row.number: row for row in world.table(Number)}
        assert len({row["number"] for row in listed}) == len(listed)
        gone = {
            stock.shelves.by_key[key].number(place)
            for key, places in stock.gone().items()
            for place in places
        }
        assert gone == {row.e164 for row in rows.values()} - SEEDED
        assert not any(stock.on_sale(row.e164) for row in rows.values())
        assert all(stock.available(key) >= 0 for key in stock.gone())
        for number in rows.keys() - {row["number"] for row in listed}:
            removed_at = rows[number].removed_at
            assert removed_at is not None
            assert (world.clock.now() - removed_at).days >= 30

    @invariant()
    def caller_names_are_what_was_asked_for(self) -> None:
        shown: dict[str, dict[str, Any]] = {}
        for row in self.numbers():
            cnam = row["cnam"]
            assert (cnam is None) == (not row["supports_cnam"])
            if cnam is None:
                continue
            number, shown[row["number"]] = row["number"], cnam
            before = self.cnam.get(number, {"current": None, "pending": None})
            assert cnam["pending"] is None or row["status"] == "active"
            asked = [before["pending"], *self.asked.pop(number, [])]
            assert cnam["pending"] in [None, *asked]
            ends = [{key: one.get(key) for key in ("name", "type", "display")} for one in asked if one]
            reached = [None if one["name"] is None else one for one in ends]
            assert cnam["current"] in [before["current"], *reached]
        self.cnam = shown
        paid = [line for line in self.idt.world.ledger("idt").lines if line.kind == "cnam"]
        assert len(paid) == self.changes

    @invariant()
    def one_trunk_group_is_the_default_and_numbers_have_none_that_is_gone(self) -> None:
        groups = self.trunk_groups()
        assert [group["is_default"] for group in groups].count(True) == 1
        assert len({group["name"].strip().casefold() for group in groups}) == len(groups)
        used = {row["trunk_group_id"] for row in self.numbers() if row["status"] == "active"}
        assert used <= {group["id"] for group in groups} | {None}

    @invariant()
    def ledger_adds_up(self) -> None:
        ledger = self.idt.world.ledger("idt")
        assert ledger.balance == ledger.opening + sum((line.amount for line in ledger.lines), Decimal())
        charges = [line for line in ledger.lines if line.kind == "number"]
        assert all(line.balance >= 0 for line in charges)  # a number is only given to who can pay it


TestAccount = Account.TestCase
# Without the phase that explains a failure, which takes minutes here and tells little.
TestAccount.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def test_what_follows_a_status_is_closed() -> None:
    assert FOLLOWING["Received"] == set(ITEM) - {"Preview"}
    assert FOLLOWING["Backorder Canceled"] == {"Backorder Canceled"}
    assert {status for status, row in ITEM.items() if row["final"]} == {
        status for status in ITEM if FOLLOWING[status] == {status} and status != "Preview"
    }
