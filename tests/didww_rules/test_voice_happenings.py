"""Calls that go out: what they cost blocks a trunk from its threshold on, and is forgotten after a day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mockserver.core.happenings import CannotHappen
from mockserver.core.world import World
from mockserver.providers.didww.happenings import HAPPENINGS
from mockserver.providers.didww.rules import out_trunks
from mockserver.providers.didww.voice_rows import VoiceOutTrunk

(SPEND,) = (one for one in HAPPENINGS if one.name == "spend_on_outbound_trunk")
TRUNK = "b5e701f4-ea15-4f9d-8f35-6a0bdce04385"  # its threshold is 3000.0


def spend(world: World, amount: str, trunk: str = TRUNK) -> dict[str, Any]:
    answer = SPEND.happen(world, {"trunk": trunk, "amount": Decimal(amount)})
    world.commit()
    return answer


def state(world: World) -> tuple[str, bool, Decimal]:
    trunk = world.table(VoiceOutTrunk)[TRUNK]
    return trunk.status, trunk.threshold_reached, trunk.spent_amount


def test_trunk_is_blocked_at_its_threshold_and_works_again_a_day_later(world: World) -> None:
    first = world.events.count
    assert spend(world, "2999.5")["status"] == "active"
    world.advance(by=timedelta(hours=1))
    assert spend(world, "0.5", "SDK Test twilio") == {
        "trunk": TRUNK,
        "status": "blocked",
        "threshold_reached": True,
        "spent_amount": "3000.0",
    }
    world.advance(by=timedelta(hours=22))
    assert state(world) == ("blocked", True, Decimal("3000.0"))
    world.advance(by=timedelta(hours=1))
    assert state(world) == ("active", False, Decimal("0.5"))
    world.advance(by=timedelta(hours=1))
    assert state(world) == ("active", False, Decimal(0))
    changes = [(event.subject, event.change) for event in world.events.since(first)]
    subject = f"didww.voice_out_trunks/{TRUNK}"
    assert changes == [(subject, "active -> blocked"), (subject, "blocked -> active")]


def test_trunk_that_the_customer_blocked_stays_blocked(world: World) -> None:
    out_trunks.update_trunk(world, world.table(VoiceOutTrunk)[TRUNK], {"status": "blocked"})
    spend(world, "5")
    world.advance(by=timedelta(hours=24))
    assert state(world) == ("blocked", False, Decimal(0))


def test_trunk_stays_as_its_owner_said_when_its_threshold_is_forgotten(world: World) -> None:
    def say(status: str) -> None:
        out_trunks.update_trunk(world, world.table(VoiceOutTrunk)[TRUNK], {"status": status})

    first = world.events.count
    say("blocked")
    spend(world, "3000")
    assert state(world) == ("blocked", True, Decimal(3000))
    world.advance(by=timedelta(hours=24))
    assert state(world) == ("blocked", False, Decimal(0))
    say("active")
    spend(world, "3000")
    say("active")
    say("blocked")
    world.advance(by=timedelta(hours=24))
    assert state(world) == ("blocked", False, Decimal(0))
    changes = [event.change for event in world.events.since(first)]
    assert changes == ["active -> blocked", "blocked -> active"] * 2 + ["active -> blocked"]


def test_trunk_may_go_before_its_spending_is_forgotten(world: World) -> None:
    spend(world, "5")
    out_trunks.delete_trunk(world, world.table(VoiceOutTrunk)[TRUNK])
    world.commit()
    world.advance(by=timedelta(hours=24))


def test_calls_need_a_trunk_that_is_there(world: World) -> None:
    with pytest.raises(CannotHappen) as caught:
        spend(world, "1", "nothing")
    assert caught.value.field == "trunk"
    assert TRUNK in caught.value.known
