"""`mockserver env`: what a client needs to know, as variables of a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from mockserver.cli.commands import own_url, sandbox_option

if TYPE_CHECKING:
    from mockserver.core.provider import Provider


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["shell", "json", "dotenv"]),
    default="shell",
    show_default=True,
    help="export lines, one JSON object, or a .env file.",
)
@sandbox_option
@click.option("--url", help="Address of the server.  [default: from MOCKSERVER_PUBLIC_URL, _HOST and _PORT]")
def env(form: str, sandbox: str, url: str | None) -> None:
    """Print addresses and credentials as variables.

    In a shell: eval "$(mockserver env)". The server need not run.
    """
    from mockserver.app import build_providers
    from mockserver.cli.problems import settings_or_exit
    from mockserver.core.provider import valid_sandbox_name

    if not valid_sandbox_name(sandbox):
        raise click.BadParameter(
            "a name has 1 to 64 letters, digits, dots, dashes or underscores", param_hint="--sandbox"
        )
    settings = settings_or_exit()
    if url is None and settings.public_url is None and settings.port == 0:
        raise click.UsageError("MOCKSERVER_PORT is 0, a free port: give the server's address with --url")
    base_url = url or settings.public_url or own_url(settings.host, settings.port)
    found = variables(build_providers(settings), sandbox, base_url.rstrip("/"))
    if form == "json":
        click.echo(json.dumps(found, indent=2))
    for name, value in found.items() if form != "json" else ():
        click.echo(f"export {name}={shlex.quote(value)}" if form == "shell" else f"{name}={_quoted(value)}")


def variables(providers: Iterable[Provider], sandbox: str, base_url: str) -> dict[str, str]:
    """`DIDWW_URL`, `DIDWW_API_KEY` and so on: a provider's address and the values of its request headers."""
    found = {"MOCKSERVER_URL": base_url}
    for provider in providers:
        name = provider.name.upper()
        found[f"{name}_URL"] = base_url + provider.prefix
        for header, value in provider.credentials(sandbox).items():
            if header.lower() == "authorization":
                header, value = "token", value.rpartition(" ")[2]
            found[f"{name}_{header.removeprefix('x-').removeprefix('X-').replace('-', '_').upper()}"] = value
    return found


def _quoted(value: str) -> str:
    """A value for a .env file: in quotes when it holds anything out of the ordinary."""
    if value and all(c.isalnum() or c in "-._:/@%+,=" for c in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'
