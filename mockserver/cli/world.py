"""`mockserver world`: what happens to an account from outside its API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote


@click.group(cls=Commands, invoke_without_command=True)
@remote
def world(server: Remote) -> None:
    """What happens from outside: calls, messages, payments, other buyers. Without a command: what can.

    \b
    Examples:
      mockserver world happen didlogic top_up amount=50.00
      mockserver world balance idt 1.00
      mockserver world rival didww 14155550123
    """
    if is_listing():
        _list(server)


@world.command("list")
@click.argument("provider", required=False)
@remote
def list_(server: Remote, provider: str | None) -> None:
    """What can happen, with its fields."""
    _list(server, provider)


@world.command()
@click.argument("provider")
@click.argument("happening")
@click.argument("fields", metavar="[FIELD=VALUE]...", nargs=-1)
@remote
def happen(server: Remote, provider: str, happening: str, fields: tuple[str, ...]) -> None:
    """Make a HAPPENING happen at a PROVIDER. `world list` names them."""
    given: dict[str, Any] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise click.BadParameter(f"{field!r} is not like amount=50.00", param_hint="FIELD=VALUE")
        given[name] = value
    path = f"/world/{quote(provider, safe='')}/{quote(happening, safe='')}"
    server.show(server.call("POST", path, given))


@world.command()
@click.argument("provider")
@click.argument("amount")
@remote
def balance(server: Remote, provider: str, amount: str) -> None:
    """Bring an account's funds to AMOUNT."""
    answer = server.call("POST", "/world/balance", {"provider": provider, "balance": amount})
    server.show(answer, f"{answer['provider']}: {answer['balance']} {answer['currency']}")


@world.command()
@click.argument("provider")
@click.argument("takes")
@flag("--leave", env="WORLD_LEAVE", type=int, default=0, show_default=True, help="How many are left.")
@remote
def rival(server: Remote, provider: str, takes: str, leave: int) -> None:
    """Let another buyer take a number, or all that a DID group or city has on sale."""
    answer = server.call("POST", "/world/rivals", {"provider": provider, "takes": takes, "leave": leave})
    server.show(answer, "\n".join(answer["taken"]) or "nothing was left to take")


def _list(server: Remote, provider: str | None = None) -> None:
    answer = server.call("GET", "/world")
    if provider is not None:
        if provider not in answer:
            raise click.BadParameter(f"there are {', '.join(answer)}", param_hint="PROVIDER")
        answer = {provider: answer[provider]}
    lines: list[str] = []
    for name, happenings in answer.items():
        for one in happenings:
            lines.append(f"{name} {one['happening']}: {one['summary']}")
            for field, schema in one["fields"].items():
                needed = ", required" if field in one["required"] else ""
                default = f", {json.dumps(schema['default'])} if left out" if "default" in schema else ""
                lines.append(f"    {field}  {schema['description']} ({_kind(schema)}{needed}{default})")
    server.show(answer, "\n".join(lines) or "nothing can happen there")


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kind = schema["type"]
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
