"""Operations that look at state and force it, and that ask whether it is as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mockserver.control.account import amount
from mockserver.control.call import Answer, Call, Refused, provider_named, unknown, whole_number
from mockserver.core.codec import BadValue, decode_some, encode_fields
from mockserver.core.tables import Row, Table


def show_types(call: Call) -> dict[str, Any]:
    """How many rows there are of each type, by provider, and the digest of the whole state."""
    counts: dict[str, dict[str, int]] = {provider: {} for provider in call.world.providers()}
    for name, table in call.world.tables().items():
        provider, _, kind = name.partition(".")
        counts[provider][kind] = len(table)
    return {"hash": call.world.capture().hash, "types": counts}


def list_rows(call: Call) -> dict[str, Any]:
    """Rows of one type in their order."""
    table = _table(call)
    begin = _offset(call)
    limit = whole_number(call, "limit", 100, 10_000)
    rows = list(table)
    return {
        "rows": [encode_fields(row, brief=True) for row in rows[begin : begin + limit]],
        "total": len(rows),
    }


def show_row(call: Call) -> dict[str, Any]:
    return encode_fields(_row(call), brief=True)


def change_row(call: Call) -> dict[str, Any]:
    """Force fields of one row. Types are checked; the provider's own rules are not asked."""
    row = _row(call)
    try:
        values = decode_some(type(row), call.body.root)
    except BadValue as bad:
        raise Refused(422, str(bad), fields={bad.path or "body": bad.reason}) from None
    changed = replace(row, **values)  # type: ignore[type-var]
    if changed.key != row.key:
        raise Refused(422, "the key of a row cannot be changed", fields={_key_field(row): "is the key"})
    _table(call).put(changed)
    subject = f"{row.table}/{row.key}"
    call.world.announce(subject, f"forced: {', '.join(sorted(values))}")
    return encode_fields(changed, brief=True)


def _table(call: Call) -> Table[Any]:
    provider = provider_named(call, call.values["provider"])
    tables = call.world.tables()
    name = f"{provider}.{call.values['type']}"
    if name not in tables:
        known = [one.partition(".")[2] for one in tables if one.partition(".")[0] == provider]
        raise unknown(f"type of {provider}", call.values["type"], known)
    return tables[name]


def _row(call: Call) -> Row:
    table, text = _table(call), call.values["id"]
    row = table.get(text)
    if row is None and text.isascii() and text.isdecimal() and len(text) < 19:
        row = table.get(int(text))
    if row is None:
        raise unknown(f"row of {call.values['type']}", text, map(str, table.rows))
    found: Row = row
    return found


def _key_field(row: Row) -> str:
    names = [name for name in encode_fields(row) if getattr(row, name) == row.key]
    return names[0] if names else "body"


def _offset(call: Call) -> int:
    text = call.query.get("offset", "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused(422, "offset must be a whole number", fields={"offset": "not a whole number"})
    return int(text)


# --- assertions ----------------------------------------------------------------------------------


def assert_state(call: Call) -> Answer:
    """200 when everything asked for holds, 409 with the reasons when something does not."""
    chosen = call.body.provider
    providers = call.world.providers() if chosen is None else [provider_named(call, chosen)]
    failures = [
        {"check": name, "provider": provider, "reason": reason}
        for name, check in CHECKS.items()
        if (wanted := getattr(call.body, name)) is not None and wanted is not False
        for provider in providers
        for reason in check(call, provider, wanted)
    ]
    return Answer(409 if failures else 200, {"holds": not failures, "failures": failures})


def _max_spend(call: Call, provider: str, most: Decimal) -> list[str]:
    """Charges alone count; what came in does not make up for them."""
    lines = call.world.ledger(provider).lines
    spent = -sum((line.amount for line in lines if line.amount < 0), Decimal(0))
    return [f"{amount(spent)} was spent, {amount(most)} is allowed"] if spent > most else []


def _no_double_purchase(call: Call, provider: str, wanted: bool) -> list[str]:
    """Nothing was bought twice by sending the same request again, as a retry after a lost answer does."""
    purchases = call.server.providers[provider].purchases
    times: dict[str, int] = {}
    for exchange in call.world.journal:
        if exchange.provider == provider and exchange.operation in purchases and exchange.committed:
            text = f"{exchange.method} {exchange.path} {exchange.body.decode('utf-8', 'replace')}"
            times[text] = times.get(text, 0) + 1
    return [f"carried out {count} times: {text[:500]}" for text, count in times.items() if count > 1]


def _no_unfinished(call: Call, provider: str, wanted: bool) -> list[str]:
    """Nothing that a request began is still under way."""
    world = call.world
    return [
        f"{entry.job.subject} waits for {entry.job.kind}"
        for entry in world.scheduler.agenda()
        if entry.number > world.seeded_jobs
        and not entry.job.routine
        and entry.job.subject.partition(".")[0] == provider
    ]


def _balance_equals_ledger(call: Call, provider: str, wanted: bool) -> list[str]:
    ledger = call.world.ledger(provider)
    total = ledger.opening + sum((line.amount for line in ledger.lines), Decimal(0))
    if total == ledger.balance:
        return []
    return [f"the balance is {amount(ledger.balance)}, the lines add up to {amount(total)}"]


CHECKS: dict[str, Callable[[Call, str, Any], list[str]]] = {
    "max_spend": _max_spend,
    "no_double_purchase": _no_double_purchase,
    "no_unfinished": _no_unfinished,
    "balance_equals_ledger": _balance_equals_ledger,
}
