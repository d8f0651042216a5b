"""Click2Call: the platform calls one party, then the other (reference: behaviour 12, gap G23).

    queued -> ringing -> answered -> completed
    queued | ringing | answered -> failed

One step takes as long as the transition policy of `didlogic.click2call` says; the call lasts from `answered`
to its end. Once it is over it is among the call records, and its time is charged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from mockserver.core.messages import Response
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.cdr import connects, keep, record
from mockserver.providers.didlogic.errors import a_type_unsupported, invalid, low_balance, not_found
from mockserver.providers.didlogic.fields import text
from mockserver.providers.didlogic.rates import cost, phone, rate_of, started_minutes
from mockserver.providers.didlogic.traffic_rows import SIP, Click2Call, MagicNumber
from mockserver.providers.didlogic.wire import json_bytes, json_encoded, timestamp

_NEXT = {
    said.QUEUED: said.RINGING,
    said.RINGING: said.ANSWERED,
    said.ANSWERED: said.COMPLETED,
}
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Proceed(Job):
    """The next step of a call."""

    kind: ClassVar[str] = "didlogic.click2call_proceed"
    id: str

    @property
    def subject(self) -> str:
        return f"{Click2Call.table}/{self.id}"

    def run(self, world: World) -> None:
        row = world.table(Click2Call).get(self.id)
        if row is not None:
            _step(world, row, _next(world, row))


def create_click2call(call: Call) -> Response:
    """POST /v1/click2call: the call is queued. 422 without funds, or for a first leg that is not offered."""
    world, params = call.world, call.params
    a_type = text(params, "a_type") or said.A_PHONE
    enabled = world.options["didlogic"]["voice_stream"]
    if a_type not in (said.A_PHONE, said.A_SIP) and not (a_type == said.A_STREAM and enabled):
        raise a_type_unsupported()
    a, b, callerid = text(params, "a"), text(params, "b"), text(params, "callerid")
    problems = {name: said.BLANK for name, value in (("a", a), ("b", b)) if not value}
    if len(a) > said.LONGEST_TARGET or (a and not _reachable(a_type, a)):
        problems["a"] = said.INVALID
    if b and phone(b) is None:
        problems["b"] = said.INVALID
    if callerid and phone(callerid) is None:
        problems["callerid"] = said.INVALID
    if problems:
        raise invalid(**problems)
    if not connects(world):
        raise low_balance()
    row = Click2Call(
        id=world.ids.uuid(),
        status=said.QUEUED,
        a_type=a_type,
        a=(phone(a) or a) if a_type == said.A_PHONE else a,
        b=phone(b) or b,
        callerid=phone(callerid) or "",
        created_at=world.clock.now(),
    )
    keep(world, world.table(Click2Call), row)
    world.announce(row.subject, f"new -> {row.status}")
    world.later(Proceed(row.id))
    return _one(row)


def get_click2call(call: Call) -> Response:
    """GET /v1/click2call/{id}."""
    row = call.world.table(Click2Call).get(call.path[0])
    if row is None:
        raise not_found()
    return _one(row)


def _reachable(a_type: str, target: str) -> bool:
    if a_type == said.A_PHONE:
        return phone(target) is not None
    return a_type == said.A_SIP or target.startswith("wss://")


def _next(world: World, row: Click2Call) -> str:
    """The state that follows. A call to a number that nobody answers fails after it has rung."""
    outcome = world.policies.of(row.subject).outcome
    if outcome:
        return outcome
    magic = world.table(MagicNumber).get(row.b)
    if row.status == said.RINGING and magic is not None and magic.call:
        return magic.call
    return _NEXT[row.status]


def _step(world: World, row: Click2Call, status: str) -> None:
    now = world.clock.now()
    changed = replace(row, status=status)
    if status == said.ANSWERED:
        changed = replace(changed, answered_at=now)
    ended = status in (said.COMPLETED, said.FAILED)
    if ended:
        # A second that has begun counts, and a call that was answered lasted.
        duration = 0 if row.answered_at is None else max(1, -((row.answered_at - now) // _SECOND))
        changed = replace(changed, ended_at=now, duration=duration)
    world.table(Click2Call).put(changed)
    world.announce(row.subject, f"{row.status} -> {status}")
    if ended:
        _record(world, changed)
    else:
        world.later(Proceed(row.id))


def _record(world: World, row: Click2Call) -> None:
    rate = rate_of(world, row.b)
    record(
        world,
        kind=SIP,
        amount=cost(started_minutes(row.duration), rate.per_minute) if row.duration else Decimal(0),
        duration=row.duration,
        caller=f'"" <{row.callerid}>',
        called=row.b,
        destination_name=rate.name,
        at=row.answered_at or row.created_at,
        per_minute=rate.per_minute,
    )


def _one(row: Click2Call) -> Response:
    known = row.wire.get("v1")
    encoded = known if known is not None else row.remember("v1", json_bytes(_click2call(row)))
    response = json_encoded(encoded)
    response.evidence = said.assumed("G23")
    return response


def _click2call(row: Click2Call) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "a_type": row.a_type,
        "a": row.a,
        "b": row.b,
        "callerid": row.callerid,
        "duration": row.duration,
        "created_at": timestamp(row.created_at),
        "answered_at": None if row.answered_at is None else timestamp(row.answered_at),
        "ended_at": None if row.ended_at is None else timestamp(row.ended_at),
    }
