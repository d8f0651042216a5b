"""Operations on what a sandbox starts from and goes back to."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from mockserver.control import snapshots
from mockserver.control.call import Call
from mockserver.core.snapshots import Snapshot, export
from mockserver.core.world import World


def show_seed(call: Call) -> dict[str, Any]:
    """The accounts as a reset leaves them: what `PUT` takes. Catalogue and prices are not in it."""
    return _document(call.world)


def replace_seed(call: Call) -> dict[str, Any]:
    """Let the sandbox start from other accounts, and start it so. A provider left out keeps its own."""
    world = call.world
    document = _document(world)
    given = call.body.root
    strange = given.keys() - {"format", "accounts"}
    if strange or not isinstance(given.get("accounts"), dict):
        name = next(iter(strange), "accounts")
        raise snapshots.not_a_snapshot(name, "a seed has format and accounts, as GET gives it")
    accounts = {name: {**_known(document, name), **account} for name, account in _objects(given["accounts"])}
    whole = export(world.untouched()) | {
        "format": given.get("format", document["format"]),
        "accounts": {**document["accounts"], **accounts},
    }
    world.base = snapshots.imported(world, whole)
    world.reset()
    return _document(world)


def restore_seed(call: Call) -> dict[str, Any]:
    """Back to the seed that the server started with."""
    call.world.base = None
    call.world.reset()
    return _document(call.world)


def _document(world: World) -> dict[str, Any]:
    whole = export(_with_owned(world, world.untouched()))
    return {"format": whole["format"], "accounts": whole["accounts"]}


def _with_owned(world: World, kept: Snapshot) -> Snapshot:
    """A snapshot that names every table of the accounts, changed or not."""
    accounts = dict(kept.accounts)
    for name in world.tables():
        provider = name.partition(".")[0]
        rows = world.seed_rows(name)
        account = accounts[provider]
        if name not in account.tables and any(row.owned for row in islice(rows.values(), 1)):
            accounts[provider] = replace(account, tables={**account.tables, name: rows})
    return replace(kept, accounts=accounts)


def _known(document: dict[str, Any], provider: str) -> dict[str, Any]:
    known: dict[str, Any] = document["accounts"].get(provider, {})
    return known


def _objects(accounts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    for name, account in accounts.items():
        if not isinstance(account, dict):
            raise snapshots.not_a_snapshot(f"accounts.{name}", "must be an object")
    return list(accounts.items())
