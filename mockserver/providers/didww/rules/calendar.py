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


def billing_period(start: date) -> tuple[date, date]:
    """First and last day of a month that begins on `start` (reference 2.3: 2018-12-27 to 2019-01-26)."""
    return start, next_month(start) - timedelta(days=1)
