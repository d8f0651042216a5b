"""Which calls an export is asked for (reference 7): its filters by version, and the span that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.record_rows import Call, Export
from mockserver.providers.didww.rules.calendar import next_month
from mockserver.providers.didww.rules.casting import NotThat, integer
from mockserver.providers.didww.rules.checks import Checks
from mockserver.providers.didww.versions import V2021_04, V2026_04

CDR_IN, CDR_OUT = "cdr_in", "cdr_out"
TRUNK = "voice_out_trunk.id"  # one literal key
MONTHS_BACK = 2
_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
_NAMES: Mapping[str, tuple[str, ...]] = {CDR_IN: ("did_number",), CDR_OUT: (TRUNK,)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The calls from `start` up to, not including, `end`; of one number or outbound trunk if one is named."""

    start: datetime
    end: datetime
    number: str | None = None
    trunk_id: str | None = None

    def admits(self, call: Call, at: datetime) -> bool:
        return (
            self.start <= at < self.end
            and self.number in (None, call.number)
            and self.trunk_id in (None, call.trunk_id)
        )


def known_names(export_type: str, version: str) -> tuple[str, ...]:
    """The keys of `filters` in a version."""
    if version >= V2026_04:
        return ("from", "to", *_NAMES[export_type])
    if version > V2021_04 and export_type == CDR_OUT:
        return ("year", "month", "day", TRUNK)
    return ("year", "month", "did_number")


def check(checks: Checks, filters: object, export_type: str, version: str, now: datetime) -> None:
    """What is wrong with the filters of a new export goes to `checks`, at `/data/attributes/filters`."""
    if filters is None or filters == {}:
        checks.attribute("filters", assumed.BLANK)
        return
    if not isinstance(filters, dict):
        checks.attribute("filters", assumed.INVALID)
        return
    known = known_names(export_type, version)
    for name in filters:
        if name not in known:
            checks.attribute("filters", assumed.FILTER_UNKNOWN.format(name=str(name)[:100]))
    for name in _NAMES[export_type]:
        value = filters.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            checks.attribute("filters", assumed.FILTER_NOT_VALID.format(name=name))
    if version >= V2026_04:
        _check_span(checks, filters, now)
    else:
        _check_month(checks, filters)


def wanted(export: Export) -> Wanted:
    """What the filters of an accepted export mean."""
    filters = export.filters
    start, end = _span(filters) if "from" in filters else _days(filters)
    return Wanted(start, end, _text(filters.get("did_number")), _text(filters.get(TRUNK)))


# --- spans ---------------------------------------------------------------------------------------------


def _check_span(checks: Checks, filters: Mapping[str, Any], now: datetime) -> None:
    first_month = now.date().replace(day=1)
    for _ in range(MONTHS_BACK):
        first_month = (first_month - timedelta(days=1)).replace(day=1)
    read: dict[str, datetime] = {}
    for name in ("from", "to"):
        instant = _instant(filters.get(name))
        if instant is None:
            checks.attribute("filters", assumed.FILTER_NOT_VALID.format(name=name))
        elif instant.date() < first_month:
            checks.attribute("filters", assumed.FILTER_OUT_OF_WINDOW.format(name=name))
        elif instant > now:
            checks.attribute("filters", assumed.FILTER_IN_FUTURE.format(name=name))
        else:
            read[name] = instant
    if len(read) == 2 and read["from"] >= read["to"]:
        checks.attribute("filters", assumed.FILTER_ORDER)


def _instant(value: object) -> datetime | None:
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = map(int, found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _span(filters: Mapping[str, Any]) -> tuple[datetime, datetime]:
    start, end = _instant(filters["from"]), _instant(filters["to"])
    assert start is not None and end is not None  # checked when the export was accepted
    return start, end


# --- months, up to 2022-05-10 ----------------------------------------------------------------------------


def _check_month(checks: Checks, filters: Mapping[str, Any]) -> None:
    bounds = {"year": (1970, 8999), "month": (1, 12), "day": (1, 31)}
    for name, (least, most) in bounds.items():
        if name == "day" and filters.get(name) in (None, ""):
            continue
        number = _number(filters.get(name))
        if number is None or not least <= number <= most:
            checks.attribute("filters", assumed.FILTER_NOT_VALID.format(name=name))
    if not checks.errors and _day(filters) is None:
        checks.attribute("filters", assumed.FILTER_NOT_VALID.format(name="day"))


def _number(value: object) -> int | None:
    try:
        return integer(value)
    except NotThat:
        return None


def _day(filters: Mapping[str, Any]) -> date | None:
    """The day that is asked for, or the first of the month."""
    year, month, day = (_number(filters.get(name)) for name in ("year", "month", "day"))
    try:
        return date(year or 0, month or 0, day or 1)
    except ValueError:
        return None


def _days(filters: Mapping[str, Any]) -> tuple[datetime, datetime]:
    first = _day(filters)
    assert first is not None  # checked when the export was accepted
    after = first + timedelta(days=1) if _number(filters.get("day")) else next_month(first)
    return datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
