"""Operations on snapshots: taken, exported, imported, restored, compared. They belong to the whole server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockserver.control.call import Answer, Call, Refused, instant, unknown
from mockserver.core.codec import BadValue, unmasked
from mockserver.core.snapshots import Snapshot, TooNew, comparable, differences, export, load
from mockserver.core.world import World

_MOST = 200
_MOST_SHOWN = 1000
NOW, SEED = "now", "seed"  # what a snapshot is compared with, beside another one


def list_snapshots(call: Call) -> dict[str, Any]:
    return {"snapshots": [_state(name, kept) for name, kept in call.server.sandboxes.snapshots.items()]}


def put_snapshot(call: Call) -> Answer:
    """Without a body the sandbox as it stands; with a document that `GET` gave, that one."""
    name, snapshots = call.values["name"], call.server.sandboxes.snapshots
    _check_name(name)
    if name not in snapshots and len(snapshots) >= _MOST:
        raise Refused(409, f"there are {_MOST} snapshots; delete some")
    kept = call.world.capture()
    if call.body.root:
        kept = imported(call.world, call.body.root)
    status = 200 if name in snapshots else 201
    snapshots[name] = kept
    return Answer(status, _state(name, kept))


def show_snapshot(call: Call) -> dict[str, Any]:
    """The document: what `PUT` takes, on this server or another."""
    return export(named(call, call.values["name"]), with_hash=True)


def remove_snapshot(call: Call) -> dict[str, Any]:
    named(call, call.values["name"])
    del call.server.sandboxes.snapshots[call.values["name"]]
    return {"removed": 1}


def restore_snapshot(call: Call) -> dict[str, Any]:
    kept = named(call, call.values["name"])
    restore(call.world, kept)
    return {"sandbox": call.world.name, "restored": call.values["name"], "hash": kept.hash}


def compare_snapshot(call: Call) -> dict[str, Any]:
    """What is different in another snapshot, in the sandbox as it stands (now), or was in the seed."""
    world, other = call.world, call.query.get("with", NOW)
    before, after = named(call, call.values["name"]), world.capture()
    if other == SEED:
        before, after = world.untouched(), before
    elif other != NOW:
        after = named(call, other)
    tables = sorted(
        {name for kept in (before, after) for one in kept.accounts.values() for name in one.tables}
    )
    left, right = (comparable(kept, tables, world.seed_rows) for kept in (before, after))
    if other == SEED:  # which has no time of its own
        del left["clock"], right["clock"]
    found = list(differences(left, right))
    return {"differences": found[:_MOST_SHOWN], "total": len(found)}


def named(call: Call, name: str) -> Snapshot:
    """The snapshot of that name; Refused when there is none."""
    snapshots = call.server.sandboxes.snapshots
    if name not in snapshots:
        raise unknown("snapshot", name, snapshots)
    return snapshots[name]


def imported(world: World, document: dict[str, Any]) -> Snapshot:
    """A document as a snapshot that the sandbox could take on; Refused with what is wrong in it."""
    try:
        kept = load(document, world.capture())
    except TooNew as new:
        raise Refused(422, str(new), fields={"format": str(new)}) from None
    except BadValue as bad:
        raise not_a_snapshot(bad.path, bad.reason) from None
    kept = _with_secrets(world, _with_options(world, kept))
    before = world.capture()
    restore(world, kept)
    restore(world, before)
    return kept


def _with_options(world: World, kept: Snapshot) -> Snapshot:
    """Switches as their rules read them."""
    accounts = dict(kept.accounts)
    for name, account in kept.accounts.items():
        rules, options = world.switches(name), dict(account.options)
        for option, value in account.options.items():
            place = f"accounts.{name}.options.{option}"
            if option not in rules:
                raise not_a_snapshot(place, "there is no such switch")
            try:
                options[option] = rules[option].read(value)
            except ValueError:
                raise not_a_snapshot(place, f"must be {rules[option].allowed}") from None
        accounts[name] = replace(account, options=options)
    return replace(kept, accounts=accounts)


def _with_secrets(world: World, kept: Snapshot) -> Snapshot:
    """Secrets leave masked; a row that this sandbox has, too, keeps the one it has here."""
    accounts = {
        name: replace(
            account,
            tables={
                table: {key: unmasked(row, world.table_named(table).get(key)) for key, row in rows.items()}
                for table, rows in account.tables.items()
            },
        )
        for name, account in kept.accounts.items()
    }
    return replace(kept, accounts=accounts)


def not_a_snapshot(path: str, reason: str) -> Refused:
    """The refusal of a document, with the place that is wrong in it."""
    path = path.encode("utf-8", "replace").decode()  # names may hold what is no text
    where = f"{path}: {reason}" if path else reason
    return Refused(422, f"this is no such document: {where}", fields={path or "body": reason})


def restore(world: World, kept: Snapshot) -> None:
    try:
        world.restore(kept)
    except ValueError as error:
        raise Refused(422, f"this state cannot be: {error}") from None


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= 64 or not all(c.isascii() and (c.isalnum() or c in "._-") for c in name):
        raise Refused(
            422,
            "a snapshot's name has 1 to 64 letters, digits, dots, dashes or underscores",
            fields={"name": "cannot be a name"},
        )


def _state(name: str, kept: Snapshot) -> dict[str, Any]:
    return {
        "name": name,
        "hash": kept.hash,
        "now": instant(kept.now),
        "rows": {
            table: len(rows) for account in kept.accounts.values() for table, rows in account.tables.items()
        },
    }
