"""`mockserver completion`: names of commands and options at the tab key."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mockserver.cli.commands import cli

PROGRAM = "mockserver"
VARIABLE = "_MOCKSERVER_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes commands and options in a SHELL.

    \b
    Examples:
      eval "$(mockserver completion bash)"      in ~/.bashrc
      eval "$(mockserver completion zsh)"       in ~/.zshrc
      mockserver completion fish > ~/.config/fish/completions/mockserver.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(cli, {}, PROGRAM, VARIABLE)
    # Not `made.source()`: that runs the shell to ask for its version, and the script may be for elsewhere.
    click.echo(made.source_template % made.source_vars())
