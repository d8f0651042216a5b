"""What calls and messages cost (reference: behaviour 4, gaps G18 and G37)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from mockserver.core.world import World
from mockserver.providers.didlogic.fields import digits
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.traffic_rows import INCOMING, CallRecord, Rate

_TEN_THOUSANDTH = Decimal("0.0001")
_SHORTEST, _LONGEST = 7, 15  # digits of a number with its country code (E.164)


def phone(given: str) -> str | None:
    """A number as digits with its country code, plus sign and blanks gone; None when it is none."""
    number = digits(given)
    right = number.isascii() and number.isdecimal() and _SHORTEST <= len(number) <= _LONGEST
    return number if right and number[0] != "0" else None


def rate_of(world: World, number: str) -> Rate:
    """The rate of the longest prefix that fits. The prefix "" stands for the rest of the world."""
    rates = world.table(Rate)
    for length in range(len(number), 0, -1):
        rate = rates.get(number[:length])
        if rate is not None:
            return rate
    return rates[""]


def started_minutes(seconds: int) -> int:
    """Calls are counted in minutes that have begun (G37)."""
    return -(-seconds // 60)


def cost(minutes: int, per_minute: Decimal) -> Decimal:
    """USD with 4 decimals."""
    return (minutes * per_minute).quantize(_TEN_THOUSANDTH, ROUND_HALF_UP)


def incoming_cost(world: World, did: Purchase, at: datetime, seconds: int) -> Decimal:
    """What a call to a number costs that begins at `at`: free minutes of that month come first."""
    minutes = started_minutes(seconds)
    if did.free_minutes:
        minutes -= max(0, did.free_minutes - _used_minutes(world, did.number, at))
    return cost(max(0, minutes), did.per_minute)


def _used_minutes(world: World, number: str, at: datetime) -> int:
    """The minutes of all calls to a number in the calendar month of `at` (UTC)."""
    return sum(
        started_minutes(row.duration)
        for row in world.table(CallRecord)
        if row.kind == INCOMING
        and row.did_number == number
        and (row.at.year, row.at.month) == (at.year, at.month)
    )
