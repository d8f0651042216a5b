"""The command `mockserver`. Each command is a module that is imported when it is used."""

from __future__ import annotations

# Exit codes. Click's own code for bad usage (2) would read as "differences found", so it is 1 here.
OK, ERROR, DIFFERENCES, NOT_READY = 0, 1, 2, 3


def main() -> None:
    """Run the command line of this process and exit."""
    from mockserver.cli.commands import cli

    cli.main(prog_name="mockserver")
