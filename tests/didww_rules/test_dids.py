"""Numbers the account owns: changes, renewal, expiry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mockserver.core.world import World
from mockserver.providers.didww.rows import Did, Order
from mockserver.providers.didww.rules.calendar import billing_period, next_month
from mockserver.providers.didww.rules.dids import update_did
from tests.didww_rules.shop import (
    HONOLULU,
    HONOLULU_SKU,
    NEW,
    accepted,
    buy,
    dids_of,
    documented,
    item,
    new_world,
    pass_time,
    picture,
    refused,
)

RECORDED_DID = "9df99644-f1a5-4a3c-99a4-559d758eb96b"


def owned(world: World, **more: Any) -> Did:
    """A number bought and supplied."""
    order = buy(world, item(HONOLULU_SKU, 1, **more))
    pass_time(world, seconds=10)
    return dids_of(world, order)[0]


def change(world: World, did: Did, **changes: Any) -> Did:
    return accepted(world, lambda: update_did(world, did, changes, NEW))  # type: ignore[no-any-return]


def current(world: World, did: Did) -> Did:
    return world.table(Did)[did.id]


def test_description_changes_when_it_is_text_or_null(world: World) -> None:
    did = world.table(Did)[RECORDED_DID]
    assert change(world, did, description="mine") == replace(did, description="mine")
    assert change(world, current(world, did), description=None) == replace(did, description=None)
    assert change(world, current(world, did), capacity_limit="7", billing_cycles_count=12) == replace(
        did, description=None, capacity_limit=7, billing_cycles_count=12
    )


def test_capacity_limit_is_refused_when_over_the_documented_maximum(world: World) -> None:
    did = world.table(Did)[RECORDED_DID]
    errors = refused(lambda: update_did(world, did, {"capacity_limit": 32768}, NEW))
    assert errors == documented("capacity_limit_over_maximum")
    assert change(world, did, capacity_limit=32767).capacity_limit == 32767


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("description", {}),
        ("description", ["x"]),
        ("terminated", None),
        ("terminated", "perhaps"),
        ("terminated", 2),
        ("billing_cycles_count", -1),
        ("billing_cycles_count", 1000),
        ("billing_cycles_count", "x"),
        ("capacity_limit", -1),
        ("capacity_limit", True),
        ("capacity_limit", 1.5),
        ("dedicated_channels_count", None),
        ("dedicated_channels_count", -1),
        ("dedicated_channels_count", 1),
        ("voice_in_trunk_group_id", "invalid"),
        ("voice_in_trunk_id", RECORDED_DID),
        ("capacity_pool_id", RECORDED_DID),
        ("shared_capacity_group_id", RECORDED_DID),
        ("address_verification_id", RECORDED_DID),
        ("emergency_calling_service_id", RECORDED_DID),
    ],
)
def test_change_is_refused_when_its_value_will_not_do(world: World, name: str, value: Any) -> None:
    before = picture(world)
    did = world.table(Did)[RECORDED_DID]
    world.begin()
    (error,) = refused(lambda: update_did(world, did, {"description": "x", name: value}, NEW))
    world.end(False)
    assert (error["code"], error["status"]) == ("100", "422")
    assert error["source"] == {"pointer": f"/data/attributes/{name}"}
    assert picture(world) == before


def test_trunk_group_is_invalid_as_recorded_when_unknown(world: World) -> None:
    did = world.table(Did)[RECORDED_DID]
    changes = {"voice_in_trunk_group_id": "invalid", "voice_in_trunk_id": None}
    # recordings of the PHP client, kept in the reference of updateDid (422.6)
    assert refused(lambda: update_did(world, did, changes, NEW)) == [
        {
            "title": "is invalid",
            "detail": "voice_in_trunk_group - is invalid",
            "code": "100",
            "source": {"pointer": "/data/attributes/voice_in_trunk_group_id"},
            "status": "422",
        }
    ]


def test_number_is_blocked_when_terminated_as_recorded(world: World) -> None:
    did = world.table(Did)[RECORDED_DID]
    ended = change(world, did, terminated=True)
    # dids/update_terminated.yaml
    assert ended == replace(did, blocked=True, terminated=True, billing_cycles_count=0)
    restored = change(world, ended, terminated=False)
    assert restored == replace(did, blocked=False, terminated=False, billing_cycles_count=None)
    assert world.ledger("didww").lines == []


def test_restored_number_is_renewed_as_often_as_the_same_request_says(world: World) -> None:
    ended = change(world, world.table(Did)[RECORDED_DID], terminated=True)
    restored = change(world, ended, terminated=False, billing_cycles_count=4)
    assert (restored.terminated, restored.billing_cycles_count) == (False, 4)
    again = change(world, restored, terminated=True, billing_cycles_count=4)
    assert (again.terminated, again.billing_cycles_count) == (True, 0)


def test_number_leaves_and_is_refunded_when_terminated_while_its_order_is_pending(world: World) -> None:
    before = world.ledger("didww").balance
    order = buy(world, item(HONOLULU_SKU, 2))
    first, second = dids_of(world, order)
    ended = change(world, first, terminated=True)
    assert (ended.terminated, ended.id in world.table(Did)) == (True, False)
    assert world.ledger("didww").balance == before - Decimal("0.19")
    assert world.stock("didww").on_sale(int(first.number))
    pass_time(world, seconds=10)
    assert world.table(Order)[order.id].status == "completed"
    assert current(world, second).expires_at is not None


def test_month_is_charged_when_the_last_one_ends(world: World) -> None:
    did = owned(world, billing_cycles_count=2)
    lines = len(world.ledger("didww").lines)
    assert did.expires_at == datetime(2026, 4, 1, 12, 0, 10, tzinfo=UTC)
    pass_time(world, days=31)
    after = current(world, did)
    assert after.expires_at == datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
    assert (after.billing_cycles_count, after.blocked) == (1, False)
    assert [(line.kind, line.amount) for line in world.ledger("didww").lines[lines:]] == [
        ("renewal", Decimal("-0.19"))
    ]


def test_number_expires_and_leaves_when_no_cycles_are_left(world: World) -> None:
    did = owned(world, billing_cycles_count=0)
    balance = world.ledger("didww").balance
    pass_time(world, days=31)
    assert current(world, did) == replace(did, blocked=True)
    pass_time(world, days=34)
    assert did.id in world.table(Did)
    pass_time(world, days=1)
    assert did.id not in world.table(Did)
    assert world.stock("didww").on_sale(int(did.number))
    assert world.ledger("didww").balance == balance


def test_number_expires_when_the_money_is_gone_and_comes_back_for_its_price(world: World) -> None:
    did = owned(world)
    world.ledger("didww").set_balance(Decimal("0.18"))
    world.commit()
    pass_time(world, days=31)
    expired = current(world, did)
    assert (expired.blocked, expired.terminated, expired.billing_cycles_count) == (True, False, 0)
    world.begin()
    errors = refused(lambda: update_did(world, expired, {"terminated": False}, NEW))
    world.end(False)
    assert errors == documented("insufficient_balance", balance="0.18", cost="0.19")
    world.ledger("didww").set_balance(Decimal("0.19"))
    world.commit()
    back = change(world, expired, terminated=False)
    assert (back.blocked, back.billing_cycles_count) == (False, None)
    assert back.expires_at == datetime(2026, 5, 1, 12, 0, tzinfo=UTC).replace(second=10)
    assert world.ledger("didww").balance == 0
    pass_time(world, days=60)
    assert current(world, did).blocked


def test_thirty_one_days_are_the_same_when_passed_one_by_one() -> None:
    ends = []
    for steps, days in ((1, 93), (93, 1)):
        world = new_world()
        for cycles in (None, 0, 1, 5):
            buy(world, item(HONOLULU_SKU, 1, billing_cycles_count=cycles))
        for _ in range(steps):
            pass_time(world, days=days)
        ends.append((picture(world), world.events.since(0), world.clock.now()))
    assert ends[0] == ends[1]


def test_change_is_forbidden_when_the_account_is_read_only(world: World) -> None:
    world.options["didww"]["read_only"] = True
    did = world.table(Did)[RECORDED_DID]
    assert [error["status"] for error in refused(lambda: update_did(world, did, {}, NEW))] == ["403"]


def test_months_end_on_the_last_day_when_the_next_is_shorter() -> None:
    assert next_month(datetime(2026, 1, 31, tzinfo=UTC).date()).isoformat() == "2026-02-28"
    assert next_month(datetime(2027, 12, 31, tzinfo=UTC).date()).isoformat() == "2028-01-31"
    assert billing_period(datetime(2018, 12, 27, tzinfo=UTC).date())[1].isoformat() == "2019-01-26"


def test_owned_number_stays_off_the_shelf(world: World) -> None:
    did = owned(world)
    assert not world.stock("didww").on_sale(int(did.number))
    assert world.stock("didww").available(HONOLULU) == 99
