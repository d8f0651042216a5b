"""`mockserver clock`: time of a sandbox from the command line."""

from __future__ import annotations

import json
from typing import Any

import click

from mockserver.cli.client import control
from mockserver.cli.commands import Commands, sandbox_option, server_options, server_url


@click.group(cls=Commands, invoke_without_command=True)
@server_options
@sandbox_option
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer as it is.")
@click.pass_context
def clock(
    ctx: click.Context,
    url: str | None,
    own_host: str | None,
    own_port: int | None,
    sandbox: str,
    as_json: bool,
) -> None:
    """Show, advance or freeze a sandbox's clock. Without a command: show it."""
    address = server_url(url, own_host, own_port)

    def call(method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """The answer, or None when it is printed already."""
        answer = control(address, sandbox, method, path, body)
        if as_json:
            click.echo(json.dumps(answer, indent=2))
            return None
        return answer

    ctx.obj = call
    if ctx.invoked_subcommand is None:
        _show(call("GET", "/clock"))


@clock.command()
@click.pass_obj
def show(call: Any) -> None:
    """Mode, instant and what is due next."""
    _show(call("GET", "/clock"))


@clock.command()
@click.argument("how_far", metavar="DURATION|INSTANT")
@click.pass_obj
def advance(call: Any, how_far: str) -> None:
    """Move the clock forward: 90s, 2h30m, 2d, PT1H, or to 2026-03-01T12:00:00Z."""
    to = "T" in how_far.upper() and how_far[:4].isdigit()
    answer = call("POST", "/clock/advance", {"to" if to else "by": how_far})
    if answer is None:
        return
    click.echo(f"{answer['before']} -> {answer['now']}, {answer['total']} changes")
    for event in answer["events"]:
        click.echo(f"  {event['at']}  {event['subject']}  {event['change']}")


@clock.command()
@click.argument("at", required=False)
@click.pass_obj
def freeze(call: Any, at: str | None) -> None:
    """Stop the clock where it stands, or AT an instant."""
    _show(call("PUT", "/clock", {"mode": "frozen"} if at is None else {"mode": "frozen", "now": at}))


@clock.command()
@click.pass_obj
def run(call: Any) -> None:
    """Let the clock run with the machine again, from where it stands."""
    _show(call("PUT", "/clock", {"mode": "real"}))


def _show(answer: dict[str, Any] | None) -> None:
    if answer is None:
        return
    rate = f" x{answer['rate']:g}" if answer["mode"] == "scaled" else ""
    click.echo(f"{answer['now']} ({answer['mode']}{rate}), next change: {answer['next_due'] or 'none'}")
