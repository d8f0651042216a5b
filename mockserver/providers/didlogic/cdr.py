"""Calls as they are stored: bounded, charged, added up per month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from mockserver.core.tables import Table
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.traffic_rows import SIP, CallRecord, Click2Call, Message

FIRST_CALL_ID = 10_001  # those of the seed have lower ones
_USAGE = "didlogic.usage"

R = TypeVar("R", CallRecord, Message, Click2Call)


class Usage(NamedTuple):
    """What a SIP account used: USD and seconds."""

    charge: Decimal
    seconds: int


NOTHING = Usage(Decimal(0), 0)


def keep(world: World, table: Table[R], row: R) -> R:
    """Store a new row; when there are too many, the oldest goes, and whatever was to become of it."""
    if len(table) >= said.MOST_KEPT:
        oldest = table.remove(next(iter(table.rows)))
        if oldest.pending:  # looking through the agenda takes a while
            world.scheduler.cancel(oldest.subject)
    return table.put(row)


def record(
    world: World,
    *,
    kind: str,
    amount: Decimal,
    duration: int,
    caller: str,
    called: str,
    destination_name: str,
    at: datetime | None = None,
    sip_account: str = "",
    did_number: str = "",
    per_minute: Decimal = Decimal(0),
) -> CallRecord:
    """Store a call and take its price from the balance; without `at` it began now."""
    row = CallRecord(
        id=world.ids.next("didlogic.calls", FIRST_CALL_ID),
        at=world.clock.now() if at is None else at,
        kind=kind,
        amount=amount,
        duration=duration,
        caller=caller,
        called=called,
        destination_name=destination_name,
        sip_account=sip_account,
        did_number=did_number,
        per_minute=per_minute,
    )
    keep(world, world.table(CallRecord), row)
    if amount > 0:
        note = said.COMMENT_CALL.format(number=did_number or called)
        world.ledger("didlogic").post(-amount, "call", row.subject, note)
    outcome = "answered" if duration else "missed"
    world.announce(row.subject, f"{kind} call to {did_number or called} {outcome}")
    return row


def connects(world: World) -> bool:
    """Whether the platform puts a call through: there must be funds when it begins (G37)."""
    return world.ledger("didlogic").balance > 0


def usage_this_month(world: World) -> Mapping[str, Usage]:
    """What each SIP account used in the current month (UTC), by name; none for those that used nothing."""
    now = world.clock.now()
    month = (now.year, now.month)
    known: tuple[tuple[int, int], Mapping[str, Usage]] | None = world.derived.get(_USAGE)
    if known is not None and known[0] == month:
        return known[1]
    used: dict[str, Usage] = {}
    for row in world.table(CallRecord):
        if row.kind == SIP and row.sip_account and (row.at.year, row.at.month) == month:
            before = used.get(row.sip_account, NOTHING)
            used[row.sip_account] = Usage(before.charge + row.amount, before.seconds + row.duration)
    world.derived[_USAGE] = (month, used)
    return used
