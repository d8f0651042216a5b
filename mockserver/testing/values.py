"""Instants, durations and amounts between Python and the control API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

Instant = datetime | str
Duration = timedelta | float | str  # a number is seconds; a text is 90s, 15m, 2h30m, 2d, PT1H30M
Money = Decimal | int | str


def instant_text(at: Instant) -> str:
    """An instant as the API reads it. ValueError for a datetime that does not say its offset."""
    if isinstance(at, str):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone; an instant needs one, such as datetime.UTC")
    return at.isoformat()


def duration_text(length: Duration) -> str:
    """A duration as the API reads it."""
    if isinstance(length, str):
        return length
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def seconds_of(length: timedelta | float) -> float:
    return length.total_seconds() if isinstance(length, timedelta) else float(length)


def instant(text: str) -> datetime:
    """An instant as the API shows it."""
    return datetime.fromisoformat(text)


def optional_instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def part(name: object) -> str:
    """A name as one part of a path."""
    return quote(str(name), safe="")


def subject_path(subject: str) -> str:
    """`idt.orders` or `idt.orders/ID` as it stands in a path."""
    kind, slash, identifier = subject.partition("/")
    return part(kind) + (f"/{part(identifier)}" if slash else "")


def nested(options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`{"idt.quota": 5}` as `{"idt": {"quota": 5}}`; what is nested already stays."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in options.items():
        provider, dot, option = name.partition(".")
        if dot:
            found.setdefault(provider, {})[option] = value
        elif isinstance(value, Mapping):
            found.setdefault(provider, {}).update(value)
        else:
            raise ValueError(f"{name!r} is not a switch; write it like 'idt.quota'")
    return found
