"""`mockserver sandboxes`: isolated accounts on one server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, table


@click.group(cls=Commands, invoke_without_command=True)
@remote
def sandboxes(server: Remote) -> None:
    """Isolated accounts on one server. Without a command: list them.

    \b
    Examples:
      mockserver sandboxes create ci-7
      mockserver env --sandbox ci-7
      mockserver sandboxes drop ci-7
    """
    if is_listing():
        _list(server)


@sandboxes.command("list")
@remote
def list_(server: Remote) -> None:
    """All sandboxes, the one idle longest first."""
    _list(server)


@sandboxes.command()
@click.argument("name", required=False)
@flag("--snapshot", env="SANDBOXES_SNAPSHOT", help="A snapshot that it starts from.")
@remote
def create(server: Remote, name: str | None, snapshot: str | None) -> None:
    """Create a sandbox that is kept until it is dropped; its NAME is made up when left out."""
    chosen = {"name": name, "snapshot": snapshot}
    body = {key: value for key, value in chosen.items() if value is not None}
    answer = server.call("POST", "/sandboxes", body, whole_server=True)
    rows = [
        (provider, answer["base_urls"][provider], ", ".join(f"{key}: {value}" for key, value in keys.items()))
        for provider, keys in answer["credentials"].items()
    ]
    server.show(answer, f"sandbox {answer['name']}\n{table(rows, indent='  ')}")


@sandboxes.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@remote
def drop(server: Remote, names: tuple[str, ...]) -> None:
    """Forget sandboxes."""
    for name in names:
        answer = server.call("DELETE", f"/sandboxes/{quote(name, safe='')}", whole_server=True)
        server.show(answer, f"dropped {name}")


def _list(server: Remote) -> None:
    answer = server.call("GET", "/sandboxes", whole_server=True)
    rows = [_row(one) for one in answer["sandboxes"]]
    server.show(answer, table(rows) or "no sandbox was used yet")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    clock, journal = one["clock"], one["journal"]
    kept = "kept" if one["kept"] else "may make room"
    return one["name"], kept, f"{clock['now']} ({clock['mode']})", f"{journal['count']} requests"
