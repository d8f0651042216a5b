"""Months and instants as DIDWW counts them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import TypeVar

from mockserver.core.world import World

Day = TypeVar("Day", date, datetime)


def now(world: World) -> datetime:
    """The sandbox's present instant in whole milliseconds, which is all the wire can say."""
    instant = world.clock.now()
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def next_month(day: Day) -> Day:
    """The same day of the next month, or that month's last: 31 January -> 28 February."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def end_of(start: Day, days: int | None = None) -> Day:
    """Where a period that begins at `start` ends: after so many days, at most a month, or after a month."""
    whole = next_month(start)
    return whole if days is None else min(whole, start + timedelta(days=days))


def billing_period(start: date, days: int | None = None) -> tuple[date, date]:
    """First and last day of a period that begins on `start` (reference 2.3: 2018-12-27 to 2019-01-26)."""
    return start, end_of(start, days) - timedelta(days=1)
