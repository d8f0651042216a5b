"""A sandbox's state kept aside: taken and restored in an instant, exported and imported as canonical JSON.

Rows never change, so a snapshot only holds on to what the tables held. What it leaves out is the journal and
the events: those say what was done, not how things stand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from mockserver.core.clock import Mode
from mockserver.core.codec import BadValue, decode, decode_fields, encode, encode_fields
from mockserver.core.faults import Fault
from mockserver.core.ledger import Line
from mockserver.core.limits import Limit
from mockserver.core.outbox import AttemptCallback, Outgoing
from mockserver.core.scheduler import Entry, Job
from mockserver.core.tables import Key, Row
from mockserver.core.transitions import Policy

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Account:
    """What one provider has of a sandbox. Only tables that differ from the seed's are in `tables`."""

    opening: Decimal
    lines: tuple[Line, ...]
    gone: Mapping[str, frozenset[int]]
    tables: Mapping[str, Mapping[Key, Row]]
    options: Mapping[str, Any]
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a source of ids stands: the generator's state and the counters."""

    state: tuple[int, ...]
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state of a sandbox at one instant. `faults` hold a rule, how many it saw, how many it hit."""

    mode: Mode
    rate: float
    now: datetime
    accounts: Mapping[str, Account]
    agenda: tuple[Entry, ...]
    entries: int  # how many there ever were: the next one's number follows
    policies: Mapping[str, Policy]
    faults: tuple[tuple[Fault, int, int], ...]
    ids: Chance
    fault_ids: Chance
    outbox: Outgoing
    callback_ids: Chance

    @property
    def hash(self) -> str:
        """A digest of the state. Neither clock nor outbox are in it: they go on by themselves."""
        document = export(self)
        for member in ("clock", "hash", "entries", "outbox", "callback_ids"):
            del document[member]
        document["agenda"] = [one for one in document["agenda"] if one["kind"] != AttemptCallback.kind]
        return _digest(document)


class TooNew(ValueError):
    """A snapshot in a format that a later server wrote."""


def export(snapshot: Snapshot, *, with_hash: bool = False) -> dict[str, Any]:
    """A snapshot as a JSON document. Secrets are masked in it."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "hash": "",
        "clock": {"mode": snapshot.mode, "rate": snapshot.rate, "now": snapshot.now.isoformat()},
        "accounts": {name: _account(account) for name, account in snapshot.accounts.items()},
        "agenda": [
            {
                "number": entry.number,
                "due": encode(entry.due),
                "kind": entry.job.kind,
                "job": encode_fields(entry.job),
            }
            for entry in snapshot.agenda
        ],
        "entries": snapshot.entries,
        "policies": {subject: encode_fields(policy) for subject, policy in snapshot.policies.items()},
        "faults": [
            {"fault": encode_fields(fault), "seen": seen, "hits": hits}
            for fault, seen, hits in snapshot.faults
        ],
        "ids": encode_fields(snapshot.ids),
        "fault_ids": encode_fields(snapshot.fault_ids),
        "outbox": encode_fields(snapshot.outbox),
        "callback_ids": encode_fields(snapshot.callback_ids),
    }
    if with_hash:
        document["hash"] = snapshot.hash
    return document


def canonical(document: Any) -> bytes:
    """The one JSON text of a document: sorted keys, no blanks."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(document: Any) -> str:
    return sha256(canonical(document)).hexdigest()


def _account(account: Account) -> dict[str, Any]:
    return {
        "opening": encode(account.opening),
        "lines": [encode_fields(line) for line in account.lines],
        "gone": {key: sorted(places) for key, places in sorted(account.gone.items()) if places},
        "tables": {
            name: [encode_fields(row) for row in rows.values()]
            for name, rows in sorted(account.tables.items())
        },
        "options": dict(account.options),
        "limit": None if account.limit is None else encode_fields(account.limit),
    }


# --- import --------------------------------------------------------------------------------------


def load(document: Any, like: Snapshot) -> Snapshot:
    """A document as a snapshot that a sandbox of this server can take on; `like` is any snapshot of its own.

    TooNew for a later format. BadValue for everything else that is wrong, with the place.
    """
    if not isinstance(document, dict):
        raise BadValue("", "must be an object")
    given = document.get("format")
    if type(given) is not int or given < 1:
        raise BadValue("format", "must be a whole number")
    if given > FORMAT:
        raise TooNew(f"this snapshot has format {given}, this server reads formats up to {FORMAT}")
    accounts = _part(document, "accounts", dict)
    strange = [name for name in accounts if name not in like.accounts]
    if strange:
        raise BadValue(f"accounts.{strange[0]}", f"there are {', '.join(like.accounts)}")
    clock = _part(document, "clock", dict)
    jobs = {kind.kind: kind for kind in _all_of(Job)}
    return replace(
        like,
        mode=decode(Mode, clock.get("mode"), "clock.mode"),
        rate=decode(float, clock.get("rate"), "clock.rate"),
        now=decode(datetime, clock.get("now"), "clock.now"),
        accounts={
            name: _load_account(accounts[name], f"accounts.{name}", account) if name in accounts else account
            for name, account in like.accounts.items()
        },
        agenda=tuple(
            _load_entry(entry, jobs, f"agenda[{i}]")
            for i, entry in enumerate(_part(document, "agenda", list))
        ),
        entries=decode(int, document.get("entries"), "entries"),
        policies={
            subject: decode_fields(Policy, policy, f"policies.{subject}")
            for subject, policy in _part(document, "policies", dict).items()
        },
        faults=tuple(
            (
                decode_fields(Fault, _part(fault, "fault", dict, f"faults[{i}]"), f"faults[{i}].fault"),
                decode(int, fault.get("seen"), f"faults[{i}].seen"),
                decode(int, fault.get("hits"), f"faults[{i}].hits"),
            )
            for i, fault in enumerate(_part(document, "faults", list))
        ),
        ids=_load_chance(document, "ids"),
        fault_ids=_load_chance(document, "fault_ids"),
        outbox=_load_outbox(document),
        callback_ids=_load_chance(document, "callback_ids"),
    )


def row_classes() -> dict[str, type[Row]]:
    """Every kind of row by the name of its table."""
    return {kind.table: kind for kind in _all_of(Row)}


def _load_account(given: Any, path: str, like: Account) -> Account:
    kinds = row_classes()
    tables: dict[str, Mapping[Key, Row]] = {}
    for name, rows in _part(given, "tables", dict, path).items():
        at = f"{path}.tables.{name}"
        if name not in kinds or name.partition(".")[0] != path.rpartition(".")[2]:
            raise BadValue(at, "there is no such table")
        if not isinstance(rows, list):
            raise BadValue(at, "must be a list")
        loaded = [decode_fields(kinds[name], row, f"{at}[{i}]") for i, row in enumerate(rows)]
        tables[name] = {row.key: row for row in loaded}
        if len(tables[name]) != len(loaded):
            raise BadValue(at, "two rows share a key")
    limit = given.get("limit")
    return Account(
        opening=decode(Decimal, given.get("opening"), f"{path}.opening"),
        lines=tuple(
            decode_fields(Line, line, f"{path}.lines[{i}]")
            for i, line in enumerate(_part(given, "lines", list, path))
        ),
        gone=decode(Mapping[str, frozenset[int]], given.get("gone"), f"{path}.gone"),
        tables=tables,
        options={**like.options, **_part(given, "options", dict, path)},
        limit=None if limit is None else decode_fields(Limit, limit, f"{path}.limit"),
    )


def _load_entry(given: Any, jobs: Mapping[str, type[Job]], path: str) -> Entry:
    if not isinstance(given, dict) or str(given.get("kind")) not in jobs:
        raise BadValue(f"{path}.kind", "there is no such kind of change")
    return Entry(
        decode(int, given.get("number"), f"{path}.number"),
        decode(datetime | None, given.get("due"), f"{path}.due"),
        decode_fields(jobs[str(given["kind"])], given.get("job"), f"{path}.job"),
    )


def _load_outbox(document: Mapping[str, Any]) -> Outgoing:
    outbox: Outgoing = decode_fields(Outgoing, _part(document, "outbox", dict), "outbox")
    if len({callback.id for callback in outbox.callbacks}) != len(outbox.callbacks):
        raise BadValue("outbox.callbacks", "two callbacks share an id")
    return outbox


def _load_chance(document: Mapping[str, Any], name: str) -> Chance:
    chance: Chance = decode_fields(Chance, _part(document, name, dict), name)
    if len(chance.state) != 625 or not all(0 <= word < 1 << 32 for word in chance.state):
        raise BadValue(f"{name}.state", "must be 625 words of 32 bits")
    return chance


def _part(given: Any, name: str, kind: type[Any], path: str = "") -> Any:
    at = f"{path}.{name}" if path else name
    if not isinstance(given, dict) or not isinstance(given.get(name), kind):
        raise BadValue(at, "must be a list" if kind is list else "must be an object")
    return given[name]


def _all_of(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _all_of(kind)


# --- differences ---------------------------------------------------------------------------------


def differences(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """What is not the same in two documents: where, what stood there, what stands there now."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            at = f"{path}.{name}" if path else str(name)
            if name not in before:
                yield {"at": at, "before": None, "after": after[name]}
            elif name not in after:
                yield {"at": at, "before": before[name], "after": None}
            else:
                yield from differences(before[name], after[name], at)
    elif before != after:
        yield {"at": path, "before": before, "after": after}


def comparable(
    snapshot: Snapshot, tables: Iterable[str], seed_rows: Callable[[str], Mapping[Key, Row]]
) -> dict[str, Any]:
    """A snapshot's document with everything by its key, so that differences can be told one by one.

    `tables` are those to compare; what the snapshot says nothing of stands as `seed_rows` has it.
    """
    document = export(snapshot)
    for member in ("hash", "format", "ids", "fault_ids", "callback_ids", "entries"):
        del document[member]
    document["outbox"]["callbacks"] = {one["id"]: one for one in document["outbox"]["callbacks"]}
    document["agenda"] = {str(entry["number"]): entry for entry in document["agenda"]}
    document["faults"] = {entry["fault"]["id"]: entry for entry in document["faults"]}
    for name, account in snapshot.accounts.items():
        shown = document["accounts"][name]
        shown["lines"] = {str(line["number"]): line for line in shown["lines"]}
        shown["tables"] = {
            table: {
                str(key): encode_fields(row, brief=True)
                for key, row in account.tables.get(table, seed_rows(table)).items()
            }
            for table in tables
            if table.partition(".")[0] == name
        }
    return document
