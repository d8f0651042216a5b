"""Calls as a file tells them: lines of comma-separated values (reference 7, operations `export_csv`)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

from mockserver.core.clock import EPOCH
from mockserver.core.ids import uuid_of_number
from mockserver.core.world import World
from mockserver.providers.didww.record_rows import Call, Export
from mockserver.providers.didww.rules.export_filters import CDR_IN, Wanted, wanted
from mockserver.providers.didww.versions import V2026_04

WEEK = timedelta(days=7)
Column = tuple[str, Callable[["Told"], object]]


class Told:
    """One call at one instant."""

    __slots__ = ("at", "call", "id")

    def __init__(self, call: Call, at: datetime, call_id: str) -> None:
        self.call, self.at, self.id = call, at, call_id

    @property
    def connected(self) -> datetime | None:
        ringing = self.call.ringing
        return None if ringing is None else self.at + timedelta(seconds=ringing)

    @property
    def ended(self) -> datetime:
        return (self.connected or self.at) + timedelta(seconds=self.call.duration)


def calls(world: World, export: Export) -> list[Told]:
    """The calls of an export, oldest first: those that were known when it was completed."""
    asked = wanted(export)
    known = world.clock.now() if export.completed_at is None else export.completed_at
    rows = [row for row in world.table(Call) if row.kind == export.export_type]
    found = [told for row in rows for told in _told(row, asked, known)]
    found.sort(key=lambda told: told.at)
    return found


def file_of(world: World, export: Export) -> bytes:
    """The file: a header, then one line a call, each ended by a line feed (recorded)."""
    columns = columns_of(export)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows([_written(value(told)) for _, value in columns] for told in calls(world, export))
    return out.getvalue().encode()


def columns_of(export: Export) -> Sequence[Column]:
    """The columns in the version that the export was ordered in."""
    if export.export_type == CDR_IN:
        return INBOUND if export.version >= V2026_04 else FORMER_INBOUND
    return OUTBOUND


def _told(row: Call, asked: Wanted, known: datetime) -> Iterator[Told]:
    if not row.weekly:
        if asked.admits(row, row.started_at) and (row.noted_at is None or row.noted_at <= known):
            yield Told(row, row.started_at, row.id)
        return
    weeks = max(0, -((row.started_at - asked.start) // WEEK))
    at = row.started_at + weeks * WEEK
    while at < asked.end and at + timedelta(seconds=row.duration + (row.ringing or 0)) <= known:
        if asked.admits(row, at):
            # Row and instant tell the occurrences apart.
            place = int((at - EPOCH).total_seconds()) << 12 | int(row.id.rpartition("-")[2], 16) & 0xFFF
            yield Told(row, at, uuid_of_number(row.table, place))
        at += WEEK


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Decimal):
        return format(value, ".3f")  # recorded
    return str(value)


def _total(told: Told) -> Decimal:
    call = told.call
    return call.toll_free + call.pstn + call.metered + call.cnam


_TIMES: tuple[Column, ...] = (
    ("Date/Time Start (UTC)", lambda told: told.at),
    ("Date/Time Connect (UTC)", lambda told: told.connected),
    ("Date/Time End (UTC)", lambda told: told.ended),
)
# Recorded. A call that was not answered has neither connect nor end there; the reference knows no customers
# below an account, and points are not used any more.
FORMER_INBOUND: tuple[Column, ...] = (
    _TIMES[0],
    _TIMES[1],
    ("Date/Time End (UTC)", lambda told: None if told.connected is None else told.ended),
    ("Source", lambda told: told.call.peer),
    ("DID", lambda told: told.call.number),
    ("Destination", lambda told: told.call.destination),
    ("Duration (secs)", lambda told: told.call.duration),
    ("Disconnect Initiator", lambda told: told.call.initiator),
    ("Disconnect Code", lambda told: told.call.code),
    ("Response", lambda told: told.call.response),
    ("TollFree Amount (USD)", lambda told: told.call.toll_free),
    ("Termination Amount (USD)", lambda told: told.call.pstn),
    ("Metered Channels Amount (USD)", lambda told: told.call.metered),
    ("Customer ID", lambda _: None),
    ("Sell Amount (Points)", lambda _: Decimal(0)),
)
INBOUND: tuple[Column, ...] = (
    *_TIMES,
    ("Status", lambda told: _status(told)),
    ("Source", lambda told: told.call.peer),
    ("Source Name", lambda told: told.call.peer_name),
    ("Destination DID", lambda told: told.call.number),
    ("Duration (sec)", lambda told: told.call.duration),
    ("Attempt", lambda _: 1),
    ("Disconnect Code", lambda told: told.call.code),
    ("Response", lambda told: told.call.response),
    ("Disconnect Initiator", lambda told: told.call.initiator),
    ("Voice IN Trunk", lambda told: told.call.trunk),
    ("Destination", lambda told: told.call.destination),
    ("Trunk Group", lambda told: told.call.trunk_group),
    ("Capacity Group", lambda told: told.call.capacity_group),
    ("Toll-free (USD)", lambda told: told.call.toll_free),
    ("PSTN (USD)", lambda told: told.call.pstn),
    ("Metered (USD)", lambda told: told.call.metered),
    ("CNAM IN (USD)", lambda told: told.call.cnam),
    ("Total (USD)", _total),
    ("Call ID", lambda told: told.id),
)
# What 2022-05-10 had for outbound calls is not known; the columns of 2026-04-16 stand for all versions.
OUTBOUND: tuple[Column, ...] = (
    *_TIMES,
    ("Status", lambda told: _status(told)),
    ("Source", lambda told: told.call.number),
    ("CLI", lambda told: told.call.number),
    ("Destination Number", lambda told: told.call.peer),
    ("Call Duration (sec)", lambda told: told.call.duration),
    ("Billing Duration (sec)", lambda told: told.call.duration),
    ("Disconnect Code", lambda told: told.call.code),
    ("Disconnect Reason", lambda told: told.call.response),
    ("Voice OUT Trunk", lambda told: told.call.trunk),
    ("Destination Country", lambda told: told.call.country),
    ("Network", lambda told: told.call.network),
    ("Call Type", lambda told: told.call.call_type),
    ("Rate (USD)", lambda told: told.call.rate),
    ("Charged (USD)", lambda told: told.call.charged),
    ("P-Charge-Info", lambda _: None),
    ("Call ID", lambda told: told.id),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {"cdr_in": INBOUND, "cdr_out": OUTBOUND}


def _status(told: Told) -> str:
    return "Success" if told.call.ringing is not None else "Failed"
