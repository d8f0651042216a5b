"""`mockserver reset`."""

from __future__ import annotations

import click

from mockserver.cli.commands import flag
from mockserver.cli.remote import Remote, remote


@click.command()
@flag(
    "--to",
    env="RESET_TO",
    default="seed",
    show_default=True,
    metavar="seed|empty|snapshot:NAME|PRESET",
    help="What to go back to: the seed, accounts that own nothing, a snapshot, or a preset of the seed.",
)
@remote
def reset(server: Remote, to: str) -> None:
    """Put a sandbox back to the seed: numbers, orders, money, clock, journal.

    \b
    Examples:
      mockserver reset
      mockserver reset --sandbox ci-7 --to empty
      mockserver reset --to didww-near-expiry
    """
    answer = server.call("POST", "/reset", {"to": to})
    place = {"seed": "back at the seed", "empty": "empty"}.get(to, f"back at {to}")
    now = answer["clock"]["now"]
    server.show(answer, f"sandbox {answer['sandbox']} is {place}; its clock stands at {now}")
