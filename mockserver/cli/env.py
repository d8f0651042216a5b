"""`mockserver env`: what a client needs to know, as variables of a shell."""

from __future__ import annotations

import json
import shlex

import click

from mockserver.cli.commands import flag, own_url, sandbox_option
from mockserver.cli.variables import provider_variables


@click.command()
@flag(
    "--format",
    "form",
    env="ENV_FORMAT",
    type=click.Choice(["shell", "json", "dotenv"]),
    default="shell",
    show_default=True,
    help="export lines, one JSON object, or a .env file.",
)
@sandbox_option
@flag(
    "--url",
    env="ENV_URL",
    help="Address of the server, rather than the one that the settings say (MOCKSERVER_PUBLIC_URL, _HOST, "
    "_PORT, _TLS, _DIDWW_PORT and so on).",
)
def env(form: str, sandbox: str, url: str | None) -> None:
    """Print addresses and credentials as variables.

    The server need not run.

    \b
    Examples:
      eval "$(mockserver env)"
      mockserver env --sandbox ci-7 --format dotenv > .env
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
    scheme = "https" if settings.tls else "http"
    base_url = (url or settings.public_url or own_url(settings.host, settings.port, scheme)).rstrip("/")
    found = {"MOCKSERVER_URL": base_url}
    for provider in build_providers(settings):
        port = getattr(settings, f"{provider.name}_port")
        own = None if url or not port else own_url(settings.host, port, scheme)
        found |= provider_variables(
            provider.name, own or base_url + provider.prefix, provider.credentials(sandbox)
        )
    if form == "json":
        click.echo(json.dumps(found, indent=2))
    for name, value in found.items() if form != "json" else ():
        click.echo(f"export {name}={shlex.quote(value)}" if form == "shell" else f"{name}={_quoted(value)}")


def _quoted(value: str) -> str:
    """A value for a .env file: in quotes when it holds anything out of the ordinary."""
    if value and all(c.isalnum() or c in "-._:/@%+,=" for c in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'
