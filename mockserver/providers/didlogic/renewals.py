"""What becomes of a number while time passes: renewed each month, inactive in debt, lapsed (gap G36).

A number is paid up to `expires_at`. On that instant its next month is charged, even when that leaves the
balance below zero; then the number is inactive until funds come. A number that is still in debt when its
next month begins is not charged again: it lapses, which is the same as being removed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from mockserver.core.clock import LATEST
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.destinations import forget_destinations
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.verification import stop_waiting


@dataclass(frozen=True, slots=True)
class Renew(Job):
    """The month of a number is over: charge the next one, or let the number go."""

    kind: ClassVar[str] = "didlogic.renew"
    routine: ClassVar[bool] = True
    number: str

    @property
    def subject(self) -> str:
        return f"{Purchase.table}/{self.number}"

    def run(self, world: World) -> None:
        row = world.table(Purchase).get(self.number)
        if row is None:
            return
        settle(world)
        row = world.table(Purchase)[self.number]
        outcome = world.policies.of(self.subject).outcome
        if outcome == said.LAPSED or (outcome != said.RENEWED and owes(world, row)):
            release(world, row, f"{standing(world, row)} -> {said.LAPSED}")
        else:
            _renew(world, row)


def schedule(world: World, row: Purchase) -> None:
    """Put the next renewal on the agenda, unless it lies beyond the end of time.

    The transition policy of the number may hold it (manual) or give days of grace (after).
    """
    if row.expires_at >= LATEST:
        return
    policy = world.policies.of(row.subject)
    if policy.mode == "manual":
        world.scheduler.add(None, Renew(row.number))
    else:
        world.at(row.expires_at + policy.delay, Renew(row.number))


def release(world: World, row: Purchase, change: str) -> None:
    """Take a number from the account: it is on sale again, its destinations and its agenda are gone (G30)."""
    world.table(Purchase).remove(row.number)
    forget_destinations(world, row.number)
    world.stock("didlogic").put_back(int(row.number))
    world.scheduler.cancel(row.subject)
    stop_waiting(world, row.number)
    world.announce(row.subject, change)


def standing(world: World, row: Purchase) -> str:
    """The status of a number: pending without its documents, inactive in debt, else active."""
    if not row.usable:
        return said.PENDING
    return said.INACTIVE if owes(world, row) else said.ACTIVE


def owes(world: World, row: Purchase) -> bool:
    """Whether the latest month was charged below zero and the balance has been below zero ever since."""
    ledger = world.ledger("didlogic")
    if not row.owed or ledger.balance >= 0:
        return False
    return all(line.balance < 0 for line in ledger.lines[row.owed - 1 :])


def working(world: World, row: Purchase) -> bool:
    """Whether calls and messages go through the number."""
    return standing(world, row) == said.ACTIVE


def settle(world: World) -> None:
    """Forget the debts of numbers that are paid. To be called when money has come in, for the event."""
    numbers = world.table(Purchase)
    for row in [row for row in numbers if row.owed and not owes(world, row)]:
        if row.usable:
            world.announce(row.subject, f"{said.INACTIVE} -> {said.ACTIVE}")
        numbers.put(replace(row, owed=0))


def month_after(at: datetime, day: int | None = None) -> datetime:
    """The same day of the next month, or its last day. `day` is the monthly day, lost in shorter months."""
    if at >= LATEST:
        return at
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return at.replace(year=year, month=month, day=min(day or at.day, monthrange(year, month)[1]))


def _renew(world: World, row: Purchase) -> None:
    """Charge the next month. The monthly day is that of the purchase: 31 January, 28 February, 31 March."""
    ledger, before = world.ledger("didlogic"), standing(world, row)
    owed = 0
    if row.monthly_fee > 0:
        comment = said.COMMENT_MONTH.format(number=row.number)
        line = ledger.post(-row.monthly_fee, "month", row.subject, comment)
        owed = line.number if line.balance < 0 else 0
    paid_until = min(month_after(row.expires_at, row.purchased_at.day), LATEST)
    row = world.table(Purchase).put(replace(row, expires_at=paid_until, owed=owed))
    world.announce(row.subject, f"{before} -> {standing(world, row)}, paid until {paid_until:%Y-%m-%d}")
    schedule(world, row)
