"""A whole account in any order, through the API, in every version: what must always hold, holds.

Balance is ledger, channels stay within their pools, no number is sold twice, no link leads to nothing, a
file is in one place, no answer is a 5xx, and what is refused changes nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from mockserver.providers.didww.resources import build_registry
from mockserver.providers.didww.rows import Did, DidReservation, Order
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.voice_rows import CapacityPool, SharedCapacityGroup
from tests.didww.account import Account, Answer, did_item
from tests.didww.books import Books
from tests.didww.papers import SMALL, Papers
from tests.didww.test_exports import FEBRUARY, happen
from tests.support import Server, state_of

VERSIONS = ("2021-04-19", "2021-12-15", "2022-05-10", "2026-04-16")
NEW = VERSIONS[-1]
AREAS = ("Burlington", "Reno", "Inman", "Greenville", "Albany", "Honolulu", "Anchorage", "Berlin")
_SERVER: list[Server] = []
_SHOP: dict[str, Any] = {}
_NAMES = iter(range(10**6))
REACHED: Counter[str] = Counter()
# Records of the past may name what is gone; answers leave it out.
PAST = {("address_verifications", "dids"), ("address_verifications", "address")}
PAST |= {("emergency_calling_services", "address"), ("emergency_verifications", "address")}
PAST |= {("emergency_verifications", "dids")}


class Customer(Papers, Books, RuleBasedStateMachine):
    """One account; every rule is one request or one thing that happens."""

    def __init__(self) -> None:
        super().__init__()
        if not _SERVER:
            _SERVER.append(Server(rate_limits=False, journal_entries=0))
        self.name = f"machine-{next(_NAMES)}"
        self.account = Account(_SERVER[0], self.name, shop=_SHOP)
        self.world = self.account.world
        self.made = 0
        self.reached = REACHED

    @initialize(
        area=st.sampled_from(["Burlington", "Reno", "Greenville"]),
        cycles=st.sampled_from([None, 0, 1]),
        more=st.sampled_from(["", "channels", "pool", "emergency"]),
    )
    def start(self, area: str, cycles: int | None, more: str) -> None:
        """Most walks are about numbers: there are two from the start, and some that hangs on them."""
        self.every_line_has_its_cause()
        self.buy(area, 2, True, cycles, NEW)
        self.every_line_has_its_cause()
        self.wait(60)
        if more == "channels":
            self.give_channels(0, 2, "capacity_pool")  # the one of most countries
            self.change_number(0, {"dedicated_channels_count": 2})
            self.call_out(0, 0, "1.00")
        elif more == "pool":
            self.every_line_has_its_cause()
            self.buy_channels(2, 2)
        elif more == "emergency":
            self.make_person("US", "business", 1)
            self.make_address(0, "US")
            self.call_for_help(0, 0)

    def teardown(self) -> None:
        for kind, name in PAST:
            body = self.account.get(f"/{kind}?include={name}&page[size]=1000").body
            there = {(row["type"], row["id"]) for row in body.get("included", ())}
            for row in body["data"]:
                linked = row["relationships"][name]["data"] or []
                for one in linked if isinstance(linked, list) else [linked]:
                    assert (one["type"], one["id"]) in there
        _SERVER[0].gateway.sandboxes.drop(self.name)

    # --- requests --------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None, version: str = NEW) -> Answer:
        before = state_of(self.world)
        body = None if data is None else {"data": data}
        answer = self.account.as_of(version).send(method, path, json=body)
        assert answer.status < 500, (method, path, data, answer.raw[:300])
        if answer.status >= 400:
            assert state_of(self.world) == before, (method, path, data)
        return answer

    def some(self, kind: str, place: int, query: str = "") -> dict[str, Any] | None:
        """One record of a type, or None when there is none; what the walk made has the first places."""
        rows = self.account.get(f"/{kind}?page[size]=1000{query}").data
        return rows[-1 - place % len(rows)] if rows else None

    def patch(self, row: dict[str, Any] | None, **members: Any) -> None:
        if row is not None:
            data = {"type": row["type"], "id": row["id"], **members}
            self.ask("PATCH", f"/{row['type']}/{row['id']}", data)

    @property
    def present(self) -> str:
        return f"{self.world.clock.now():%Y-%m-%dT%H:%M:%S.999Z}"

    def fresh(self) -> str:
        self.made += 1
        return f"made {self.made}"

    # --- numbers ---------------------------------------------------------------------------------------

    @rule(
        area=st.sampled_from(AREAS),
        qty=st.integers(0, 12),
        back=st.booleans(),
        cycles=st.sampled_from([None, 0, 1]),
        version=st.sampled_from(VERSIONS),
    )
    def buy(self, area: str, qty: int, back: bool, cycles: int | None, version: str) -> None:
        group = next(one for one in self.account.groups if one["attributes"]["area_name"] == area)
        item = did_item(group["skus"][0], qty=qty, billing_cycles_count=cycles)
        attributes = {"items": [item], "allow_back_ordering": back}
        self.ask("POST", "/orders", {"type": "orders", "attributes": attributes}, version)

    @rule(npanxx=st.sampled_from(["864555", "802555", "775555", "907555"]), qty=st.integers(1, 4))
    def buy_of_a_prefix(self, npanxx: str, qty: int) -> None:
        prefix = self.account.get(f"/nanpa_prefixes?filter[npanxx]={npanxx}").data[0]["id"]
        group = self.account.get(f"/did_groups?filter[nanpa_prefix.id]={prefix}").data[0]
        sku = next(one for one in self.account.groups if one["id"] == group["id"])["skus"][0]
        items = [did_item(sku, qty=qty, nanpa_prefix_id=prefix), did_item(sku, qty=1)]
        self.ask("POST", "/orders", {"type": "orders", "attributes": {"items": items}})

    @rule(area=st.sampled_from(AREAS), place=SMALL)
    def buy_by_number(self, area: str, place: int) -> None:
        group = next(one for one in self.account.groups if one["attributes"]["area_name"] == area)
        rows = self.account.get(f"/available_dids?filter[did_group.id]={group['id']}").data
        if rows:
            item = did_item(group["skus"][0], available_did_id=rows[place % len(rows)]["id"])
            self.ask("POST", "/orders", {"type": "orders", "attributes": {"items": [item]}})

    @rule(area=st.sampled_from(AREAS), place=SMALL)
    def reserve(self, area: str, place: int) -> None:
        group = next(one for one in self.account.groups if one["attributes"]["area_name"] == area)
        rows = self.account.get(f"/available_dids?filter[did_group.id]={group['id']}").data
        if rows:
            wanted = {"available_did": self.link(rows[place % len(rows)])}
            self.ask("POST", "/did_reservations", {"type": "did_reservations", "relationships": wanted})

    @rule(place=SMALL, keep=st.booleans())
    def end_reservation(self, place: int, keep: bool) -> None:
        held = self.some("did_reservations", place, "&include=available_did.did_group.stock_keeping_units")
        if held is None:
            return
        if not keep:
            self.ask("DELETE", f"/did_reservations/{held['id']}")
            return
        query = "include=available_did.did_group.stock_keeping_units"
        body = self.account.get(f"/did_reservations/{held['id']}?{query}").body
        sku = next(row["id"] for row in body["included"] if row["type"] == "stock_keeping_units")
        items = [did_item(sku, did_reservation_id=held["id"])]
        self.ask("POST", "/orders", {"type": "orders", "attributes": {"items": items}})

    @rule(place=SMALL)
    def cancel_order(self, place: int) -> None:
        order = self.some("orders", place, "&filter[status]=pending")
        if order is None and not place:
            order = self.some("orders", place)
        if order is not None:
            self.ask("DELETE", f"/orders/{order['id']}")

    @rule(
        place=SMALL,
        change=st.sampled_from(
            [
                {"terminated": True},
                {"terminated": False},
                {"billing_cycles_count": 0},
                {"billing_cycles_count": None, "description": "x"},
                {"dedicated_channels_count": 2},
                {"dedicated_channels_count": 0},
                {"capacity_limit": 40_000},
            ]
        ),
    )
    def change_number(self, place: int, change: dict[str, Any]) -> None:
        self.patch(self.some("dids", place), attributes=change)

    # --- voice and channels ----------------------------------------------------------------------------

    @rule(place=st.integers(0, 3), ended=st.booleans(), then=st.sampled_from([1, 86_400, 36 * 86_400]))
    def end_month(self, place: int, ended: bool, then: int) -> None:
        if ended:
            self.change_number(place, {"terminated": True})
        number = self.some("dids", place)
        if number is not None and (number["attributes"]["expires_at"] or "") > self.present:
            happen(self.account, "near_expiry", did=number["id"], **{"in": "1s"})
            self.page = None  # the month ends early, for nothing
            self.every_line_has_its_cause()
            self.wait(then)

    @rule(place=SMALL, other=SMALL, name=st.sampled_from(["voice_in_trunk", "voice_in_trunk_group"]))
    def route(self, place: int, other: int, name: str) -> None:
        target = None if other == 9 else self.some(f"{name}s", other)
        self.patch(self.some("dids", place), relationships={name: self.link(target)})

    @rule(place=SMALL, other=SMALL, name=st.sampled_from(["capacity_pool", "shared_capacity_group"]))
    def give_channels(self, place: int, other: int, name: str) -> None:
        target = None if other == 9 else self.some(f"{name}s", other)
        self.patch(self.some("dids", place), relationships={name: self.link(target)})

    @rule(place=SMALL)
    def make_trunks(self, place: int) -> None:
        pstn = {"type": "pstn_configurations", "attributes": {"dst": "12025550142"}}
        attributes = {"name": self.fresh(), "configuration": pstn}
        trunk = self.ask("POST", "/voice_in_trunks", {"type": "voice_in_trunks", "attributes": attributes})
        members = [{"type": "voice_in_trunks", "id": trunk.data["id"]}]
        data = {"type": "voice_in_trunk_groups", "attributes": {"name": self.fresh()}}
        self.ask(
            "POST",
            "/voice_in_trunk_groups",
            {**data, "relationships": {"voice_in_trunks": {"data": members}}},
        )

    @rule(
        kind=st.sampled_from(
            [
                "voice_in_trunks",
                "voice_in_trunk_groups",
                "voice_out_trunks",
                "shared_capacity_groups",
                "identities",
                "addresses",
                "emergency_calling_services",
                "encrypted_files",
                "proofs",
                "permanent_supporting_documents",
            ]
        ),
        place=SMALL,
    )
    def delete(self, kind: str, place: int) -> None:
        row = self.some(kind, place)
        if row is not None:
            self.ask("DELETE", f"/{kind}/{row['id']}")

    @rule(place=SMALL, did=SMALL, amount=st.sampled_from(["1.00", "5000.00"]))
    def call_out(self, place: int, did: int, amount: str) -> None:
        trunk, number = self.some("voice_out_trunks", place), self.some("dids", did)
        if trunk is None:
            return
        wanted = {"dids": {"data": [] if number is None else [self.link(number)["data"]]}}
        self.patch(trunk, relationships=wanted)
        happen(self.account, "spend_on_outbound_trunk", trunk=trunk["id"], amount=amount)

    @rule(place=SMALL, qty=st.integers(0, 6))
    def buy_channels(self, place: int, qty: int) -> None:
        pool = self.some("capacity_pools", place)
        assert pool is not None
        attributes = {"capacity_pool_id": pool["id"], "qty": qty}
        items = [{"type": "capacity_order_items", "attributes": attributes}]
        self.ask("POST", "/orders", {"type": "orders", "attributes": {"items": items}})

    @rule(place=SMALL, total=st.integers(0, 40))
    def shrink_pool(self, place: int, total: int) -> None:
        self.patch(self.some("capacity_pools", place), attributes={"total_channels_count": total})

    @rule(place=SMALL, shared=st.integers(0, 20), did=SMALL)
    def share_channels(self, place: int, shared: int, did: int) -> None:
        number = self.some("dids", did)
        members = [] if number is None else [self.link(number)["data"]]
        attributes = {"name": self.fresh(), "shared_channels_count": shared, "metered_channels_count": 1}
        relations = {
            "capacity_pool": self.link(self.some("capacity_pools", place)),
            "dids": {"data": members},
        }
        data = {"type": "shared_capacity_groups", "attributes": attributes, "relationships": relations}
        self.ask("POST", "/shared_capacity_groups", data)
        group = self.some("shared_capacity_groups", place)
        self.patch(group, attributes={"shared_channels_count": shared})

    # --- the rest --------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(["cdr_in", "cdr_out"]))
    def export(self, kind: str) -> None:
        attributes = {"export_type": kind, "filters": FEBRUARY}
        self.ask("POST", "/exports", {"type": "exports", "attributes": attributes})
        export = self.some("exports", 0, "&sort=-created_at")
        url = None if export is None else export["attributes"]["url"]
        if url is not None:
            path = url.partition("/v3")[2]
            assert self.account.send("GET", path, headers={"accept": None}).status == 200

    @rule(seconds=st.sampled_from([1, 10, 60, 600, 86_400, 31 * 86_400, 31 * 86_400, 40 * 86_400]))
    def wait(self, seconds: int) -> None:
        self.world.advance(by=timedelta(seconds=seconds))

    @rule(amount=st.sampled_from(["0", "3", "1000"]))
    def set_funds(self, amount: str) -> None:
        self.world.ledger("didww").set_balance(Decimal(amount))
        self.world.commit()

    # --- what must hold --------------------------------------------------------------------------------

    @invariant()
    def balance_is_the_ledger(self) -> None:
        ledger = self.world.ledger("didww")
        balance = ledger.opening + sum(line.amount for line in ledger.lines)
        assert Decimal(self.account.get("/balance").data["attributes"]["balance"]) == balance.quantize(
            Decimal("0.01")
        )
        assert balance >= 0

    @invariant()
    def channels_stay_within_their_pools(self) -> None:
        for pool in self.world.table(CapacityPool):
            shared = sum(
                row.shared_channels_count
                for row in self.world.table(SharedCapacityGroup)
                if row.capacity_pool_id == pool.id
            )
            own = sum(
                did.dedicated_channels_count
                for did in self.world.table(Did)
                if did.capacity_pool_id == pool.id
            )
            assert pool.assigned_channels_count == shared + own <= pool.total_channels_count

    @invariant()
    def no_number_is_sold_twice(self) -> None:
        owned = [int(did.number) for did in self.world.table(Did)]
        held = [
            availability.number_of(self.world, row.available_did_id)
            for row in self.world.table(DidReservation)
        ]
        assert len({*owned, *held}) == len(owned) + len(held)
        ordered = [did_id for order in self.world.table(Order) for did_id in order.did_ids]
        assert len(set(ordered)) == len(ordered)
        assert not any(self.world.stock("didww").on_sale(number or 0) for number in (*owned, *held))

    @invariant()
    def no_link_leads_to_nothing(self) -> None:
        for view in SCHEMA.by_canonical.values():
            if not view.resource.row.owned:
                continue  # of the catalogue, which never changes
            for row in view.source.every(self.world):
                for name, relationship in view.relationships.items():
                    if relationship.inverse or (view.type, name) in PAST:
                        continue
                    found = getattr(row, relationship.field)
                    for key in found if relationship.many else (found,):
                        if key is not None:
                            target = view.target(relationship, row)
                            assert target.source.linked(self.world, key), (view.type, row.key, name, key)


SCHEMA = build_registry().schemas[NEW]
DAY = 86_400
# What every run goes through, wherever else it goes by chance.
STORIES = (
    lambda one: one.start("Reno", 0, "channels"),
    lambda one: one.wait(31 * DAY),
    lambda one: one.wait(40 * DAY),
    lambda one: one.start("Burlington", None, "pool"),
    lambda one: one.wait(31 * DAY),
    lambda one: one.change_number(0, {"terminated": True}),
    lambda one: one.start("Greenville", 1, "emergency"),
    lambda one: one.wait(10),
    lambda one: one.wait(40 * DAY),
    lambda one: one.buy("Honolulu", 2, True, None, NEW),
    lambda one: one.change_number(0, {"terminated": True}),
    lambda one: one.cancel_order(0),
    lambda one: one.buy("Anchorage", 2, True, None, NEW),
    lambda one: one.cancel_order(0),
    lambda one: one.end_month(0, False, 36 * DAY),
    lambda one: one.buy_by_number("Honolulu", 0),
    lambda one: one.reserve("Honolulu", 0),
    lambda one: one.end_reservation(0, False),
    lambda one: one.make_trunks(0),
    lambda one: one.delete("voice_in_trunk_groups", 0),
    lambda one: one.reserve("Honolulu", 0),
    lambda one: one.end_reservation(0, True),
    lambda one: one.share_channels(2, 2, 1),
    lambda one: one.delete("shared_capacity_groups", 0),
    lambda one: one.change_number(1, {"terminated": True}),
    lambda one: one.delete("shared_capacity_groups", 0),
    lambda one: one.make_person("DE", "personal", 1),
    lambda one: one.make_address(0, "DE"),
    lambda one: one.delete("identities", 0),
    lambda one: one.route(0, 0, "voice_in_trunk"),
    lambda one: one.delete("voice_in_trunks", 0),
)
MILESTONES = {
    "DID",
    "Capacity",
    "Emergency",
    "removed",
    "removed with channels",
    "refund didww.orders",
    "refund didww.dids",
    "renewal didww.dids",
    "renewal didww.capacity_pools",
    "renewal didww.emergency_calling_services",
}


def test_account_holds_together_in_a_life_of_many_months() -> None:
    REACHED.clear()
    one = Customer()
    for step in STORIES:
        step(one)
        for always in one.invariants:
            always.function(one)
    one.teardown()
    assert {name for name in MILESTONES if not REACHED[name]} == set()


def test_account_holds_together_whatever_is_done_in_whatever_order() -> None:
    many = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,  # the same walks in every run; raise the counts and drop this to search
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Customer, settings=many)
