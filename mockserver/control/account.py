"""Operations on what a sandbox holds: reset, limits, money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mockserver.control import presets, snapshots
from mockserver.control.call import Call, Refused, instant, provider_named
from mockserver.control.server import clock_state
from mockserver.core.ledger import Ledger, Line
from mockserver.core.limits import Limit

PLACES = ("seed", "empty")  # where a reset leads besides presets and snapshots


def reset(call: Call) -> dict[str, Any]:
    """Everything back to the seed, to an account without anything, to a snapshot, or to a preset.

    State, money, ids, agenda, limits, faults, policies, clock, journal.
    """
    to = call.body.to
    kept = snapshots.named(call, to.partition(":")[2]) if to.startswith("snapshot:") else None
    plain = kept is not None or to in PLACES
    prepare = None if plain else presets.named(call, to, "to", PLACES).prepare
    before = call.world.capture()
    call.world.reset(empty=to == "empty", prepare=prepare)
    if kept is not None:
        try:
            snapshots.restore(call.world, kept)
        except Refused:
            call.world.restore(before)
            raise
    return {"sandbox": call.world.name, "to": to, "clock": clock_state(call.world)}


def show_limits(call: Call) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for provider in call.world.providers():
        limiter = call.world.limiter(provider)
        limits[provider] = (
            None
            if limiter is None
            else {"requests": limiter.limit.requests, "seconds": float(limiter.limit.seconds)}
        )
    return limits


def change_limits(call: Call) -> dict[str, Any]:
    """Limits of the named providers; each starts with nothing counted. All or none is changed."""
    changes = call.body.root
    for provider in changes:
        provider_named(call, provider)
    for provider, limit in changes.items():
        call.world.set_limit(provider, None if limit is None else Limit(limit.requests, limit.seconds))
    return show_limits(call)


def set_balance(call: Call) -> dict[str, Any]:
    """Bring an account to the given funds with one adjustment line."""
    provider = provider_named(call, call.body.provider)
    ledger = call.world.ledger(provider)
    line = ledger.set_balance(call.body.balance)
    return {
        "provider": provider,
        "currency": ledger.currency,
        "balance": amount(ledger.balance),
        "line": _line(line),
    }


def show_ledger(call: Call) -> dict[str, Any]:
    chosen = call.query.get("provider")
    providers = call.world.providers() if chosen is None else [provider_named(call, chosen)]
    return {provider: _ledger(call.world.ledger(provider)) for provider in providers}


def amount(value: Decimal) -> str:
    """Money as a text, exact, with at least two decimals."""
    exponent = value.as_tuple().exponent
    return f"{value:.2f}" if isinstance(exponent, int) and exponent > -2 else f"{value:f}"


def _ledger(ledger: Ledger) -> dict[str, Any]:
    return {
        "currency": ledger.currency,
        "opening": amount(ledger.opening),
        "balance": amount(ledger.balance),
        "lines": [_line(line) for line in ledger.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": instant(line.at),
        "kind": line.kind,
        "amount": amount(line.amount),
        "balance": amount(line.balance),
        "subject": line.subject,
        "note": line.note,
    }
