"""Balance and transactions: the ledger as didlogic shows it (reference: behaviour 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import invalid
from mockserver.providers.didlogic.fields import day, text
from mockserver.providers.didlogic.rows import PastTransaction
from mockserver.providers.didlogic.wire import (
    TEXT_HEADER,
    cents,
    csv_amount,
    csv_date,
    csv_response,
    csv_time,
    json_response,
    preferred,
    timestamp,
)

COLUMNS = ("Date", "Time", "Transaction type", "Comment", "Amount", "Balance", "Status")


class Transaction(NamedTuple):
    """One line of the account, from before or within the sandbox."""

    id: int
    at: datetime
    kind: str
    comment: str
    amount: Decimal
    balance: Decimal
    status: str


def get_balance(call: Call) -> Response:
    """GET /v1/balance: a number with 2 decimals, or the bare number as text (G07)."""
    balance = cents(call.world.ledger("didlogic").balance)
    if call.suffix != "json" and preferred(call.accept, ("application/json", "text/plain")) == "text/plain":
        response = Response(200, f"{balance:f}".encode(), [TEXT_HEADER])
        response.evidence = said.assumed("G07")
        return response
    return json_response({"balance": balance})


def list_transactions(call: Call) -> Response:
    """GET /v1/transactions: CSV with the running balance, oldest first; JSON only on request (G17)."""
    wanted = _wanted(call)
    if call.suffix == "json" or (
        not call.suffix and preferred(call.accept, ("text/csv", "application/json")) == "application/json"
    ):
        response = json_response({"transactions": [_json(line) for line in wanted]})
        response.evidence = said.assumed("G17")
        return response
    return csv_response(COLUMNS, (_row(line) for line in wanted), "transactions.csv")


def transactions(world: World) -> Iterator[Transaction]:
    """Every line of the account, oldest first. The last one's balance is the account's."""
    past = world.table(PastTransaction)
    for row in past:
        yield Transaction(row.id, row.at, row.kind, row.comment, row.amount, row.balance, row.status)
    for line in world.ledger("didlogic").lines:
        yield Transaction(
            len(past) + line.number,
            line.at,
            line.kind,
            line.note,
            line.amount,
            line.balance,
            said.SETTLED,
        )


def _wanted(call: Call) -> list[Transaction]:
    kind = text(call.params, "type")
    if kind and kind not in said.LABELS:
        raise invalid(type=said.NOT_INCLUDED)
    start, end = day(call.params, "start_date"), day(call.params, "end_date")
    if start is None and end is None:
        start = call.world.clock.now().date().replace(day=1)
    begin = _midnight(start or date.min)
    stop = datetime.combine(end or date.max, time.max, UTC)
    return [
        line
        for line in transactions(call.world)
        if begin <= line.at <= stop and (not kind or line.kind == kind)
    ]


def _midnight(of: date) -> datetime:
    return datetime.combine(of, time.min, UTC)


def _row(line: Transaction) -> tuple[str, ...]:
    return (
        csv_date(line.at),
        csv_time(line.at),
        said.LABELS.get(line.kind, line.kind),
        line.comment,
        csv_amount(line.amount),
        csv_amount(line.balance),
        line.status,
    )


def _json(line: Transaction) -> dict[str, object]:
    return {
        "id": line.id,
        "type": line.kind,
        "date": timestamp(line.at),
        "details": line.comment,
        "amount": line.amount,
        "balance_after": line.balance,
        "status": line.status,
    }
