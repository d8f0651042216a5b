"""What became of numbers, told for 90 days (reference 4.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from mockserver.core.ids import number_of_uuid, uuid_of_number
from mockserver.core.world import World
from mockserver.providers.didww.record_rows import DidHistory
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules.calendar import now

KEPT = timedelta(days=90)  # documented
ACTIONS = ("assigned", "renewed", "canceled", "removed", "billing_cycles_count_changed", "restored")
METHODS = ("system", "api2", "api3", "staff", "user_panel", "mcp")
COUNT_CHANGED = "billing_cycles_count_changed"
API, SYSTEM = "api3", "system"
_MONTHLY = 1000  # most entries of the seed that come back every month


def tell(world: World, number: str, action: str, method: str = API) -> None:
    """Write down what became of a number."""
    _write(world, DidHistory(world.ids.uuid(), number, action, method, now(world)))


def tell_count(world: World, before: Did, after: Did, method: str = API) -> None:
    """Write down that a number's `billing_cycles_count` is another one, if it is."""
    old, new = before.billing_cycles_count, after.billing_cycles_count
    if old != new:
        entry = DidHistory(world.ids.uuid(), after.number, COUNT_CHANGED, method, now(world))
        _write(world, replace(entry, before=_count(old), after=_count(new)))


def every(world: World) -> list[DidHistory]:
    """The entries of the last 90 days, newest first; of one instant, too, what was written last."""
    since = earliest(world)
    rows = [entry for row in world.table(DidHistory) for entry in _told(world, row, since)]
    rows.reverse()
    rows.sort(key=lambda row: row.created_at, reverse=True)
    return rows


def find(world: World, identifier: str) -> DidHistory | None:
    """An entry that is not older than 90 days."""
    since = earliest(world)
    row = world.table(DidHistory).get(identifier)
    if row is not None and not row.monthly:
        return row if row.created_at >= since else None
    place = number_of_uuid(DidHistory.table, identifier)
    if place is None:
        return None
    for row in world.table(DidHistory):
        if row.monthly and row.monthly == place % _MONTHLY:
            return next((entry for entry in _told(world, row, since) if entry.id == identifier), None)
    return None


def earliest(world: World) -> datetime:
    """The oldest instant that is still told of."""
    return world.clock.now() - KEPT


def _count(count: int | None) -> str:
    return "empty" if count is None else str(count)  # documented


def _write(world: World, entry: DidHistory) -> None:
    """Store an entry; those that nobody can see any more go, two for each that comes."""
    table, since = world.table(DidHistory), earliest(world)
    for row in list(islice((row for row in table if not row.monthly), 2)):
        if row.created_at < since:
            table.remove(row.id)
    table.put(entry)


def _told(world: World, row: DidHistory, since: datetime) -> Iterator[DidHistory]:
    """An entry itself, or of one that comes back every month those of the last 90 days."""
    if not row.monthly:
        if row.created_at >= since:
            yield row
        return
    until = world.clock.now()
    month = since.year * 12 + since.month - 1
    while month <= until.year * 12 + until.month - 1:
        at = row.created_at.replace(year=month // 12, month=month % 12 + 1)
        if max(since, row.created_at) <= at <= until:
            yield replace(row, id=uuid_of_number(row.table, month * _MONTHLY + row.monthly), created_at=at)
        month += 1
