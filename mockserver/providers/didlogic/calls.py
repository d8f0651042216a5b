"""The call records of the account (reference: behaviour 8, gap G16)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import invalid
from mockserver.providers.didlogic.fields import boolean, day, digits, pages, paging, text
from mockserver.providers.didlogic.traffic_rows import INCOMING, SIP, CallRecord
from mockserver.providers.didlogic.wire import joined, json_bytes, timestamp

_ORDERED, _LAST = "didlogic.calls", "didlogic.calls.filtered"


class Wanted(NamedTuple):
    """A filter of calls. Days are inclusive (UTC); "" and None leave open."""

    kind: str = ""
    first_day: date | None = None
    last_day: date | None = None
    did_number: str = ""
    sip_account: str = ""
    caller: str = ""
    called: str = ""
    missed: bool | None = None


def list_calls(call: Call) -> Response:
    """GET /v1/calls: newest first; of many only the newest 5000 can be paged through."""
    wanted = _wanted(call)
    page, size = paging(call.params)
    rows = _find(call.world, wanted)
    total = min(len(rows), said.MOST_LISTED)
    shown = rows[(page - 1) * size : min(page * size, total)]
    after = b'],"pagination":' + counts(page, size, total) + b"}"
    response = joined(b'{"calls":[', map(call_bytes, shown), after)
    if wanted.missed is not None or any(row.kind == INCOMING for row in shown):
        response.evidence = said.assumed("G16")
    return response


def newest_first(world: World) -> list[CallRecord]:
    """Every call by its time. A call may be put in with a time that has passed."""
    known: list[CallRecord] | None = world.derived.get(_ORDERED)
    if known is None:
        known = sorted(world.table(CallRecord), key=attrgetter("at"))[::-1]
        world.derived[_ORDERED] = known
    return known


def counts(page: int, size: int, total: int) -> bytes:
    """The `pagination` of v1 lists."""
    return b'{"page":%d,"per_page":%d,"total_pages":%d,"total_records":%d}' % (
        page,
        size,
        pages(total, size),
        total,
    )


def call_bytes(row: CallRecord) -> bytes:
    known = row.wire.get("v1")
    return known if known is not None else row.remember("v1", json_bytes(_call(row)))


def _call(row: CallRecord) -> dict[str, Any]:
    """The recorded fields in their order; an incoming call names its number in place of an account (G16)."""
    shown: dict[str, Any] = {
        "timestamp": timestamp(row.at),
        "type": row.kind,
        "amount": row.amount,
        "duration": row.duration,
        "from": row.caller,
        "to": row.called,
        "destination_name": row.destination_name,
    }
    if row.kind == SIP:
        return {**shown, "sip_account": row.sip_account}
    return {**shown, "did_number": row.did_number, "per_minute": row.per_minute}


def _wanted(call: Call) -> Wanted:
    params = call.params
    kind = text(params, "type")
    if kind and kind not in (SIP, INCOMING):
        raise invalid(type=said.NOT_INCLUDED)
    return Wanted(
        kind,
        day(params, "from"),
        day(params, "to"),
        digits(text(params, "filter")),
        text(params, "sip_account"),
        digits(text(params, "from_search")),
        digits(text(params, "to_search")),
        boolean(params, "missed"),
    )


def _find(world: World, wanted: Wanted) -> list[CallRecord]:
    """The calls that a filter leaves, newest first. The last answer is kept for its next page."""
    rows = newest_first(world)
    if wanted == Wanted():
        return rows
    known: tuple[Wanted, list[CallRecord]] | None = world.derived.get(_LAST)
    if known is not None and known[0] == wanted:
        return known[1]
    checks = tuple(_checks(wanted))
    matching = (row for row in in_days(rows, wanted.first_day, wanted.last_day) if _all(checks, row))
    found = list(islice(matching, said.MOST_LISTED))
    world.derived[_LAST] = (wanted, found)
    return found


def in_days(rows: list[CallRecord], first: date | None, last: date | None) -> list[CallRecord]:
    """The calls of `rows`, newest first, from one day to another, both included; None leaves open."""
    begin, end = 0, len(rows)
    if last is not None and last < date.max:
        begin = bisect_right(rows, -_midnight(last + timedelta(days=1)), key=_age)
    if first is not None:
        end = bisect_right(rows, -_midnight(first), key=_age)
    return rows[begin:end]


def _age(row: CallRecord) -> float:
    return -row.at.timestamp()


def _midnight(of: date) -> float:
    return datetime.combine(of, time.min, UTC).timestamp()


def _checks(wanted: Wanted) -> Iterator[Callable[[CallRecord], bool]]:
    """What a filter asks of a call, the days apart."""
    if wanted.kind:
        yield lambda row: row.kind == wanted.kind
    if wanted.did_number:
        yield lambda row: row.did_number == wanted.did_number
    if wanted.sip_account:
        yield lambda row: row.sip_account == wanted.sip_account
    if wanted.caller:
        yield lambda row: wanted.caller in row.caller
    if wanted.called:
        yield lambda row: wanted.called in row.called
    if wanted.missed is not None:
        yield lambda row: (row.duration == 0) == wanted.missed


def _all(checks: Iterable[Callable[[CallRecord], bool]], row: CallRecord) -> bool:
    return all(check(row) for check in checks)
