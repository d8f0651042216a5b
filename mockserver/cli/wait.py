"""`mockserver wait`: for scripts, CI jobs and container health checks."""

from __future__ import annotations

import sys
import time

import click

from mockserver.cli import NOT_READY
from mockserver.cli.client import Unreachable, ask
from mockserver.cli.commands import flag, server_options, server_url


@click.command()
@server_options
@flag(
    "--timeout",
    env="WAIT_TIMEOUT",
    type=click.FloatRange(0, 86_400),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait.",
)
@flag("--quiet", env="WAIT_QUIET", is_flag=True, help="Print nothing.")
def wait(
    url: str | None,
    own_host: str | None,
    own_port: str | None,
    own_tls: str | None,
    timeout: float,
    quiet: bool,
) -> None:
    """Wait until a server is ready.

    Ends with code 0 as soon as it is and with 3 when it is not ready in time.

    \b
    Examples:
      mockserver wait --timeout 10
      mockserver serve & mockserver wait --quiet && pytest
    """
    address = server_url(url, own_host, own_port, own_tls)
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        try:
            status, answer = ask(address, "GET", "/ready", timeout=max(0.1, min(left, 5.0)))
            if status == 200 and answer.get("ready") is True:
                break
            reason = f"{address} answers {status}"
        except Unreachable as unreachable:
            reason = str(unreachable)
        left = deadline - time.monotonic()
        if left <= 0:
            if not quiet:
                click.echo(f"not ready after {timeout:g} s: {reason}", err=True)
            sys.exit(NOT_READY)
        time.sleep(min(0.05, left))
    if not quiet:
        click.echo(f"ready: {address}")
