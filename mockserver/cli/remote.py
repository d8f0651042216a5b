"""What the commands that speak to a running server share: where it is, which sandbox, how to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mockserver.cli.client import DEFAULT_SANDBOX, control
from mockserver.cli.commands import flag, sandbox_option, server_options, server_url

F = TypeVar("F", bound=Callable[..., Any])
_SHARED = ("url", "own_host", "own_port", "own_tls", "sandbox", "as_json")


@dataclass(frozen=True, slots=True)
class Remote:
    """The server and the sandbox that a command is about."""

    given: dict[str, Any]

    @property
    def url(self) -> str:
        return server_url(*(self.given[name] for name in ("url", "own_host", "own_port", "own_tls")))

    @property
    def sandbox(self) -> str:
        sandbox: str = self.given["sandbox"]
        return sandbox

    @property
    def as_json(self) -> bool:
        return bool(self.given["as_json"])

    def call(
        self, method: str, path: str, body: Any = None, *, whole_server: bool = False, accept: int = 0
    ) -> dict[str, Any]:
        """One control call; a refusal that is not accepted ends the command with the server's words."""
        sandbox = DEFAULT_SANDBOX if whole_server else self.sandbox
        return control(self.url, sandbox, method, path, body, accept=accept)

    def show(self, answer: dict[str, Any], text: str | None = None) -> None:
        """Print an answer: as it is with --json, in a person's words otherwise."""
        if self.as_json or text is None:
            click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        elif text:
            click.echo(text)


def remote(command: F) -> F:
    """Adds `--url`, `--sandbox` and `--json`, and calls the command with a Remote before its own values.

    They may stand before or after the name of a subcommand; what stands nearer to the end wins.
    """

    @wraps(command)
    def run(*arguments: Any, **named: Any) -> Any:
        ctx = click.get_current_context()
        here = {name: named.pop(name) for name in _SHARED}
        outer = ctx.find_object(Remote)
        if outer is not None:
            typed = [
                name for name in _SHARED if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
            ]
            here = {**outer.given, **{name: here[name] for name in typed}}
        ctx.obj = Remote(here)
        return command(ctx.obj, *arguments, **named)

    with_options: Any = server_options(
        sandbox_option(
            flag(
                "--json",
                "as_json",
                env="JSON",
                is_flag=True,
                help="Print the server's answer as it is.",
            )(run)
        )
    )
    return with_options  # type: ignore[no-any-return]


def is_listing() -> bool:
    """Whether a group was called without a command of its own."""
    return click.get_current_context().invoked_subcommand is None


def table(rows: Sequence[tuple[str, ...]], indent: str = "") -> str:
    """Rows in columns, the last of which may be of any length."""
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]) - 1)] if rows else []
    return "\n".join(
        indent + "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    )


def write(text: str, out: Path | None) -> None:
    """To a file, or to standard output."""
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror}") from None
