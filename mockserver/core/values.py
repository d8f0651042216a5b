"""Durations, instants and amounts as people write them, read exactly or refused with the reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from mockserver.core.clock import EPOCH, LATEST

_ISO = re.compile(
    r"P(?:([0-9]+(?:\.[0-9]+)?)W)?(?:([0-9]+(?:\.[0-9]+)?)D)?"
    r"(?:T(?:([0-9]+(?:\.[0-9]+)?)H)?(?:([0-9]+(?:\.[0-9]+)?)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?",
    re.IGNORECASE,
)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|w|d|h|m|s)\s*", re.IGNORECASE)
_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
DURATION_FORMS = "90s, 15m, 2h30m, 2d, 1w or PT1H30M (months and years have no fixed length)"
MOST_MONEY = Decimal("1000000000")


def duration(text: str) -> timedelta:
    """A duration of one of the forms in `DURATION_FORMS`; ValueError otherwise."""
    text = text.strip()
    total = timedelta()
    if 0 < len(text) <= 100:
        try:
            iso = _ISO.fullmatch(text)
            if iso is not None and any(iso.groups()) and text[-1] not in "Tt":
                for number, unit in zip(iso.groups(), "wdhms", strict=True):
                    if number is not None:
                        total += _UNITS[unit] * float(number)
                return total
            place = 0
            while (part := _PART.match(text, place)) is not None:
                total += _UNITS[part[2].lower()] * float(part[1])
                place = part.end()
            if place == len(text):
                return total
        except OverflowError:
            raise ValueError("this duration is longer than time itself here") from None
    raise ValueError(f"not a duration; write it like {DURATION_FORMS}")


def parse_instant(value: Any) -> datetime:
    """An ISO 8601 instant with its offset, from 1970 on and before 9000; ValueError otherwise."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("must be an ISO 8601 instant such as 2026-03-01T12:00:00Z")
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an ISO 8601 instant such as 2026-03-01T12:00:00Z") from None
    if parsed.tzinfo is None:
        raise ValueError("must say its offset, such as Z or +02:00")
    try:
        parsed = parsed.astimezone(UTC)
    except OverflowError:
        parsed = LATEST + timedelta(days=1)
    if not EPOCH <= parsed <= LATEST:
        raise ValueError(f"must lie between {EPOCH:%Y-%m-%d} and {LATEST:%Y-%m-%d}")
    return parsed


def money(value: Any) -> Decimal:
    """An exact amount from a string or a JSON number (read as Decimal); ValueError otherwise.

    At most four decimals, at most 1,000,000,000 either way.
    """
    if isinstance(value, str):
        if not re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", value):
            raise ValueError('must be an amount such as "12.34"')
        value = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value) if abs(value) <= MOST_MONEY else MOST_MONEY + 1
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError('must be an amount such as "12.34"')
    if value.copy_abs() > MOST_MONEY:  # abs() would round, and overflow for 1e999999999
        raise ValueError(f"must lie between -{MOST_MONEY:,} and {MOST_MONEY:,}")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise ValueError("must have at most four decimals")
    return Decimal(f"{value:f}") if value else Decimal(0)
