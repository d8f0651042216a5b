"""`mockserver check`: whether state and requests are as they should be."""

from __future__ import annotations

import sys
from typing import Any

import click

from mockserver.cli import DIFFERENCES
from mockserver.cli.commands import flag
from mockserver.cli.remote import Remote, remote


@click.command()
@flag("--provider", env="CHECK_PROVIDER", help="Only didww, idt or didlogic.")
@flag("--max-spend", env="CHECK_MAX_SPEND", metavar="AMOUNT", help="No more than this was charged.")
@flag("--no-double-purchase", env="CHECK_NO_DOUBLE_PURCHASE", is_flag=True, help="Nothing was bought twice.")
@flag("--no-unfinished", env="CHECK_NO_UNFINISHED", is_flag=True, help="Nothing is still under way.")
@flag(
    "--balance-equals-ledger",
    env="CHECK_BALANCE_EQUALS_LEDGER",
    is_flag=True,
    help="The balance is what the bill adds up to.",
)
@remote
def check(server: Remote, **given: Any) -> None:
    """Ask whether state and requests are as they should be. Ends with code 2 when something is not.

    Without a check of its own it makes those that need no value.

    \b
    Examples:
      mockserver check --max-spend 5.00 --no-double-purchase --sandbox ci-7
      mockserver check
    """
    chosen = {name: value for name, value in given.items() if value not in (None, False)}
    if not chosen.keys() - {"provider"}:
        chosen |= {name: True for name, value in given.items() if value is False}
    answer = server.call("POST", "/assert", chosen, accept=409)
    reasons = [f"{one['provider']}: {one['check']}: {one['reason']}" for one in answer["failures"]]
    server.show(answer, "\n".join(reasons) or "all holds")
    if not answer["holds"]:
        sys.exit(DIFFERENCES)
