"""Time and transitions as an algebra: however the clock gets there, the state is the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core.snapshots import Snapshot
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from tests.support import NOON, Server, body_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}
DIDWW = {"api-key": "demo-didww-key", "content-type": "application/vnd.api+json"}


@pytest.fixture(scope="module")
def server() -> Server:
    return Server(rate_limits=False)


@pytest.fixture(scope="module")
def begun(server: Server) -> Snapshot:
    """Something begun at each provider that goes on for months: orders, backorders, renewals, messages."""
    world = server.world()
    for group, quantity in ((16847, 2), (30004, 5), (30006, 5), (30013, 5)):
        item = {"did_group_id": group, "quantity": quantity}
        sent = server.request("POST", "/idt/v1/dids/orders", headers=IDT, json={"order_items": [item]})
        assert sent.status == 200
    search = "/didlogic/v2/numbers/search?country_name_contains=United&per_page=3"
    found = body_of(server.request("GET", search, headers=DIDLOGIC))["dids"]["dids"]
    numbers = {"did_numbers": [one["number"] for one in found]}
    headers = {**DIDLOGIC, "content-type": "application/json"}
    server.request("POST", "/didlogic/v2/numbers/purchase", headers=headers, json=numbers)
    text = {"source": "18565999999", "destination": "12025550142", "text": "Hello"}
    server.request("POST", "/didlogic/v1/sms", headers=headers, json=text)
    groups = server.request("GET", "/didww/v3/did_groups?include=stock_keeping_units", headers=DIDWW)
    sku = next(one["id"] for one in body_of(groups)["included"])
    attributes = {"items": [{"type": "did_order_items", "attributes": {"qty": 2, "sku_id": sku}}]}
    data = {"type": "orders", "attributes": attributes}
    assert server.request("POST", "/didww/v3/orders", headers=DIDWW, json={"data": data}).status == 201
    return world.capture()


def at_the_start(server: Server, begun: Snapshot) -> World:
    world = server.world()
    world.restore(begun)
    return world


def outcome(world: World) -> Any:
    """The state, and the instant it was reached at."""
    return world.capture().hash, world.clock.now()


def test_a_month_of_days_is_a_month(server: Server, begun: Snapshot) -> None:
    world = at_the_start(server, begun)
    total = world.advance(by=timedelta(days=31)).total
    assert total > 5
    whole = outcome(world)
    world = at_the_start(server, begun)
    assert sum(world.advance(by=timedelta(days=1)).total for _ in range(31)) == total
    assert outcome(world) == whole


@settings(max_examples=25)
@given(st.lists(st.integers(0, 40 * 86_400_000), min_size=1, max_size=8))
def test_steps_add_up(server: Server, begun: Snapshot, steps: list[int]) -> None:
    world = at_the_start(server, begun)
    world.advance(by=timedelta(milliseconds=sum(steps)))
    whole = outcome(world)
    world = at_the_start(server, begun)
    for step in steps:
        world.advance(by=timedelta(milliseconds=step))
    assert outcome(world) == whole


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10 * 86_400), min_size=1, max_size=5))
def test_snapshot_on_the_way_changes_nothing(server: Server, begun: Snapshot, steps: list[int]) -> None:
    world = at_the_start(server, begun)
    world.advance(by=timedelta(seconds=sum(steps)))
    whole = outcome(world)
    world = at_the_start(server, begun)
    for step in steps:
        world.advance(by=timedelta(seconds=step))
        kept = world.capture()
        world.advance(by=timedelta(days=100))
        world.restore(kept)
    assert outcome(world) == whole


_POLICIES = st.builds(
    Policy,
    st.sampled_from(("immediate", "after", "manual")),
    st.integers(0, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds)),
)


@settings(max_examples=50)
@given(_POLICIES, st.integers(0, 5 * 86_400), st.integers(0, 5 * 86_400))
def test_change_happens_when_its_policy_says(
    server: Server, begun: Snapshot, policy: Policy, first: int, second: int
) -> None:
    world = at_the_start(server, begun)
    world.policies.chosen["idt.orders"] = policy
    item = {"did_group_id": 16847, "quantity": 1}
    made = server.request("POST", "/idt/v1/dids/orders", headers=IDT, json={"order_items": [item]})
    identifier = body_of(made)["order"]["id"]
    began = world.clock.now()
    assert began == NOON
    world.advance(by=timedelta(seconds=first))
    world.advance(by=timedelta(seconds=second))
    passed = timedelta(seconds=first + second)
    delay = {"immediate": timedelta(), "after": policy.delay}.get(policy.mode)
    steps = 0 if delay is None else sum(passed >= delay * step for step in (1, 2))
    row = world.table_named("idt.orders")[identifier]
    assert row.status == ("Created", "Processing", "Complete")[steps]
