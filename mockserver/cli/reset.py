"""`mockserver reset`."""

from __future__ import annotations

import click

from mockserver.cli.client import control
from mockserver.cli.commands import sandbox_option, server_options, server_url


@click.command()
@server_options
@sandbox_option
def reset(url: str | None, own_host: str | None, own_port: int | None, sandbox: str) -> None:
    """Put a sandbox back to the seed: numbers, orders, money, clock, journal."""
    answer = control(server_url(url, own_host, own_port), sandbox, "POST", "/reset", {})
    click.echo(
        f"sandbox {answer['sandbox']} is back at the seed; its clock stands at {answer['clock']['now']}"
    )
