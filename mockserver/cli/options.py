"""`mockserver options`: switches of the accounts."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.commands import Commands
from mockserver.cli.remote import Remote, is_listing, remote, table


@click.group(cls=Commands, invoke_without_command=True)
@remote
def options(server: Remote) -> None:
    """Switches of the accounts: features, permissions, what is assumed. Without a command: list them.

    \b
    Examples:
      mockserver options
      mockserver options set idt.create_status=201 didlogic.documents=off
    """
    if is_listing():
        _list(server)


@options.command("list")
@click.argument("provider", required=False)
@remote
def list_(server: Remote, provider: str | None) -> None:
    """All switches, or those of one PROVIDER, with what they do."""
    _list(server, provider)


@options.command("set")
@click.argument("assignments", metavar="NAME=VALUE...", nargs=-1, required=True)
@remote
def set_(server: Remote, assignments: tuple[str, ...]) -> None:
    """Change switches, all of them or none. `none` stands for no value."""
    chosen: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        provider, dot, option = name.partition(".")
        if not equals or not dot:
            raise click.BadParameter(f"{assignment!r} is not like idt.quota=5", param_hint="NAME=VALUE")
        chosen.setdefault(provider, {})[option] = value
    answer = server.call("PUT", "/options", chosen)
    changed = [
        f"{provider}.{option} = {_shown(answer[provider][option]['value'])}"
        for provider, values in chosen.items()
        for option in values
    ]
    server.show(answer, "\n".join(changed))


def _list(server: Remote, provider: str | None = None) -> None:
    answer = server.call("GET", "/options")
    if provider is not None:
        if provider not in answer:
            raise click.BadParameter(f"there are {', '.join(answer)}", param_hint="PROVIDER")
        answer = {provider: answer[provider]}
    rows = [
        (
            f"{name}.{option}",
            _shown(one["value"]) + ("" if one["value"] == one["default"] else ", changed"),
            f"{one['allowed']}. {one['about']}",
        )
        for name, switches in answer.items()
        for option, one in switches.items()
    ]
    server.show(answer, table(rows) or "no switches")


def _shown(value: Any) -> str:
    """A value as it is written in `options set`."""
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
