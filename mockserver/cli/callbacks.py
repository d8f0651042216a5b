"""`mockserver callbacks`: what a sandbox sent to its customer's server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, table


@click.group(cls=Commands, invoke_without_command=True)
@remote
def callbacks(server: Remote) -> None:
    """What went out to the client's own server, signed. Without a command: list it.

    \b
    Examples:
      mockserver callbacks
      mockserver callbacks list --state failed
      mockserver callbacks show callback-3
      mockserver callbacks redeliver callback-3
    """
    if is_listing():
        _list(server, None, None)


@callbacks.command("list")
@flag("--provider", env="CALLBACKS_PROVIDER", help="Only didww, idt or didlogic.")
@flag("--state", env="CALLBACKS_STATE", help="Only pending, delivered, failed, held or blocked ones.")
@remote
def list_(server: Remote, provider: str | None, state: str | None) -> None:
    """The callbacks, newest last."""
    _list(server, provider, state)


@callbacks.command()
@click.argument("identifier", metavar="ID")
@remote
def show(server: Remote, identifier: str) -> None:
    """One callback with its headers, body and every attempt."""
    answer = server.call("GET", f"/callbacks/{quote(identifier, safe='')}")
    server.show(answer, _whole(answer))


@callbacks.command()
@click.argument("identifier", metavar="ID")
@remote
def redeliver(server: Remote, identifier: str) -> None:
    """Send one again, now."""
    answer = server.call("POST", f"/callbacks/{quote(identifier, safe='')}/redeliver", {})
    server.show(answer, _whole(answer))


@callbacks.command()
@remote
def clear(server: Remote) -> None:
    """Forget all callbacks; what was to be sent is not."""
    answer = server.call("DELETE", "/callbacks")
    server.show(answer, f"cleared {answer['cleared']}")


def _list(server: Remote, provider: str | None, state: str | None) -> None:
    chosen = {"provider": provider, "state": state, "limit": 1000}
    query = urlencode({name: value for name, value in chosen.items() if value is not None})
    answer = server.call("GET", f"/callbacks?{query}")
    server.show(answer, table([_row(one) for one in answer["callbacks"]]) or "no callbacks")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    about = f"{one['subject']} {one['event']}"
    outcome = f"{one['state']} {one['status'] or ''}".strip()
    return one["id"], one["created_at"], about, outcome, " ".join(filter(None, (one["url"], one["reason"])))


def _whole(one: dict[str, Any]) -> str:
    lines = ["  ".join(_row(one)), "", f"{one['method']} {one['url']}"]
    lines += [f"  {name}: {value}" for name, value in one["headers"]]
    lines += ["", f"  {one['body']}", "", "attempts"]
    for attempt in one["attempts"]:
        outcome = attempt["outcome"] or "under way"
        lines.append(f"  {attempt['at']}  {outcome}  {attempt['status'] or ''}  {attempt['detail']}")
    return "\n".join(line.rstrip() for line in lines)
