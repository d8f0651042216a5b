"""Calls that happen to an account: written down for exports, charged (reference 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.record_rows import Call
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import money, out_trunks
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.export_filters import CDR_IN, CDR_OUT
from mockserver.providers.didww.voice_rows import (
    PstnConfiguration,
    SharedCapacityGroup,
    VoiceInTrunk,
    VoiceInTrunkGroup,
    VoiceOutTrunk,
)

ANSWERED = (200, "OK")
RINGING = 5  # seconds, of calls that are answered


def trunk_of(world: World, did: Did) -> VoiceInTrunk | None:
    """Where calls to a number go: its trunk, or the first of its group by priority and weight."""
    if did.voice_in_trunk_id is not None:
        return world.table(VoiceInTrunk).get(did.voice_in_trunk_id)
    if did.voice_in_trunk_group_id is None:
        return None
    rows = [t for t in world.table(VoiceInTrunk) if t.voice_in_trunk_group_id == did.voice_in_trunk_group_id]
    return min(rows, key=lambda trunk: (trunk.priority, -trunk.weight), default=None)


def incoming(
    world: World,
    did: Did,
    *,
    peer: str,
    peer_name: str,
    duration: int,
    code: int,
    response: str,
    cost: Decimal,
    at: datetime | None = None,
) -> Call:
    """Somebody called a number of the account. `duration` 0: nobody answered. `cost` as metered."""
    trunk = trunk_of(world, did)
    group = world.table(VoiceInTrunkGroup).get(did.voice_in_trunk_group_id or "")
    shared = world.table(SharedCapacityGroup).get(did.shared_capacity_group_id or "")
    call = _call(world, CDR_IN, did.number, peer, duration, code, response, at)
    call = replace(
        call,
        peer_name=peer_name,
        trunk_id=None if trunk is None else trunk.id,
        trunk="" if trunk is None else trunk.name,
        trunk_group="" if group is None else group.name,
        capacity_group="" if shared is None else shared.name,
        destination=_destination(did, trunk),
        metered=cost,
    )
    return _keep(world, call, cost)


def outgoing(
    world: World,
    trunk: VoiceOutTrunk,
    *,
    number: str,
    peer: str,
    country: str,
    duration: int,
    code: int,
    response: str,
    rate: Decimal,
    at: datetime | None = None,
) -> Call:
    """A call went out over a trunk, for `rate` a started minute; it counts towards the trunk's threshold."""
    minutes = -(-duration // 60)
    cost = (minutes * rate).quantize(Decimal("0.001"), ROUND_HALF_UP)
    call = _call(world, CDR_OUT, number, peer, duration, code, response, at)
    call = replace(
        call, trunk_id=trunk.id, trunk=trunk.name, country=country, call_type="Fixed", rate=rate, charged=cost
    )
    if cost:
        out_trunks.spend(world, trunk, cost)
    return _keep(world, call, cost)


def _call(
    world: World,
    kind: str,
    number: str,
    peer: str,
    duration: int,
    code: int,
    response: str,
    at: datetime | None,
) -> Call:
    answered = duration > 0
    instant = now(world)
    length = timedelta(seconds=duration + RINGING * answered)
    return Call(
        id=world.ids.uuid(),
        kind=kind,
        started_at=(instant - length if at is None else at).replace(microsecond=0),
        ringing=RINGING if answered else None,
        duration=duration,
        number=number,
        peer=peer,
        code=code,
        response=response,
        initiator="Source" if answered else "Destination",
        noted_at=instant,
    )


def _destination(did: Did, trunk: VoiceInTrunk | None) -> str:
    if trunk is None:
        return ""
    configuration = trunk.configuration
    if isinstance(configuration, PstnConfiguration):
        return configuration.dst
    return f"sip:{did.number}@{getattr(configuration, 'host', None) or 'didww.com'}"


def _keep(world: World, call: Call, cost: Decimal) -> Call:
    """Store a call and take what it cost from the balance; the oldest one goes when there are too many."""
    table = world.table(Call)
    if len(table) >= assumed.MOST_CALLS:
        table.remove(next(row.id for row in table if not row.weekly))
    table.put(call)
    subject = f"{Call.table}/{call.id}"
    money.charge(world, cost, "call", subject, call.number)
    world.announce(subject, "ended")
    return call
