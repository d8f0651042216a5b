"""Calls and history that a DIDWW account starts with, read from `fixtures/didww/calls.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.core.scheduler import Job
from mockserver.core.tables import Row
from mockserver.providers.didww.record_rows import Call, DidHistory, NanpaPrefix
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules.lifecycle import RenewDid

_MONEY = frozenset(("pstn", "metered", "cnam", "rate", "charged"))


def record_rows(content: Mapping[str, Any]) -> list[Iterable[Row]]:
    """The rows of the fixture: what comes back every month, and every week."""
    return [
        [DidHistory(**_read(row)) for row in content["history"]],
        [Call(**_read(row), weekly=True) for row in content["calls"]],
    ]


def prefix_rows(content: Iterable[Mapping[str, Any]]) -> list[NanpaPrefix]:
    """The NANPA prefixes of the catalogue."""
    return [NanpaPrefix(**{**row, "did_group_ids": tuple(row["did_group_ids"])}) for row in content]


def prefix_ids(prefixes: Iterable[NanpaPrefix]) -> dict[str, tuple[str, ...]]:
    """The ids of the prefixes by the groups that sell numbers of them."""
    found: dict[str, tuple[str, ...]] = {}
    for prefix in prefixes:
        for group_id in prefix.did_group_ids:
            found[group_id] = (*found.get(group_id, ()), prefix.id)
    return found


def renewals(dids: Iterable[Did]) -> tuple[tuple[datetime | None, Job], ...]:
    """The ends of the months that are paid; all of them lie far ahead."""
    return tuple((did.expires_at, RenewDid(did.id)) for did in dids if did.expires_at is not None)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row as it stores them."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return Decimal(value) if name in _MONEY else value
