"""The calls, messages and prices that an account starts with: `fixtures/didlogic/traffic.json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from mockserver.core.data import load_fixture
from mockserver.core.tables import Row
from mockserver.providers.didlogic.segments import segments
from mockserver.providers.didlogic.traffic_rows import CallRecord, MagicNumber, Message, Rate


def traffic_tables() -> list[Iterable[Row]]:
    """The rows of each table, oldest first."""
    content = load_fixture("didlogic/traffic.json")
    return [
        [Rate(prefix, name, Decimal(minute), Decimal(sms)) for prefix, name, minute, sms in content["rates"]],
        [MagicNumber(*row) for row in content["magic"]],
        [_call(index, *row) for index, row in enumerate(content["calls"], 1)],
        [_message(*row) for row in content["messages"]],
    ]


def _call(
    number: int,
    at: str,
    kind: str,
    amount: str,
    duration: int,
    caller: str,
    called: str,
    destination_name: str,
    sip_account: str,
    did_number: str,
    per_minute: str,
) -> CallRecord:
    return CallRecord(
        number,
        datetime.fromisoformat(at),
        kind,
        Decimal(amount),
        duration,
        caller,
        called,
        destination_name,
        sip_account,
        did_number,
        Decimal(per_minute),
    )


def _message(
    message_id: str,
    direction: str,
    status: str,
    source: str,
    destination: str,
    text: str,
    charge: str,
    submitted_at: str,
    sent_at: str,
    delivered_at: str,
) -> Message:
    return Message(
        message_id,
        direction,
        status,
        source,
        destination,
        text,
        segments(text),
        Decimal(charge),
        datetime.fromisoformat(submitted_at),
        datetime.fromisoformat(sent_at),
        datetime.fromisoformat(delivered_at),
    )
