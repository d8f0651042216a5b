"""The commands by name, and what all of them share: exit codes, suggestions, options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TypeVar

import click

from mockserver.cli import ERROR
from mockserver.version import VERSION

F = TypeVar("F", bound=Callable[..., Any])

# Name, module, object, and the line of help, so that a list of commands imports none of them.
COMMANDS = {
    "serve": "Start the server.",
    "env": "Print addresses and credentials as variables.",
    "wait": "Wait until a server is ready.",
    "doctor": "Say what is set, from where, and what runs.",
    "routes": "List every operation of the providers.",
    "contracts": "Print the OpenAPI documents.",
    "sandboxes": "Create, list and drop isolated accounts.",
    "reset": "Put a sandbox back to the seed.",
    "clock": "Show, advance or freeze a sandbox's clock.",
    "transitions": "Say how and when things change by themselves.",
    "faults": "Make requests fail on demand.",
    "world": "Let something happen from outside.",
    "options": "Show and change switches of the accounts.",
    "callbacks": "Show and resend what went out to the client.",
    "magic": "List inputs that lead to special outcomes.",
    "journal": "Show what was asked and answered.",
    "snapshots": "Keep, restore and compare whole states.",
    "check": "Say whether state and requests are as they should be.",
    "report": "Say what a test suite exercised and what not.",
    "verify": "Ask any server what is claimed of a provider, and compare.",
    "completion": "Print a script that completes commands in a shell.",
}


class Commands(click.Group):
    """A group whose usage errors end with code 1 and whose unknown commands name the nearest one."""

    def main(self, *arguments: Any, **named: Any) -> Any:
        start: Any = super().main
        standalone = named.pop("standalone_mode", True)
        if not standalone:
            return start(*arguments, standalone_mode=False, **named)
        try:
            code = start(*arguments, standalone_mode=False, **named)
        except click.ClickException as error:
            error.show()
            sys.exit(ERROR)
        except click.Abort:
            sys.exit(ERROR)
        except BrokenPipeError:  # the reader of our output is gone (| head)
            sys.stderr.close()
            sys.exit(ERROR)
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
            raise click.UsageError(f"There is no command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


class _Lazy(Commands):
    """The top: imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"mockserver.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="mockserver", message="%(prog)s %(version)s")
def cli() -> None:
    """DIDWW, IDT Express and didlogic on your own machine.

    Exit codes: 0 done, 1 error, 2 differences found, 3 not ready.
    """


def flag(*names: str, env: str, **settings: Any) -> Callable[[F], F]:
    """An option with its twin in the environment, MOCKSERVER_ and `env`, which its help shows."""
    return click.option(*names, envvar=f"MOCKSERVER_{env}", show_envvar=True, **settings)


def server_options(command: F) -> F:
    """`--url`, and the variables of the server's settings that stand in for it (see `server_url`)."""
    for option in (
        click.option("--tls", "own_tls", envvar="MOCKSERVER_TLS", hidden=True),
        click.option("--port", "own_port", envvar="MOCKSERVER_PORT", hidden=True),
        click.option("--host", "own_host", envvar="MOCKSERVER_HOST", hidden=True),
        click.option(
            "--url",
            envvar="MOCKSERVER_URL",
            help="Address of the server.  [env: MOCKSERVER_URL; default: http://127.0.0.1:8080, or what "
            "MOCKSERVER_HOST and MOCKSERVER_PORT say]",
        ),
    ):
        command = option(command)
    return command


def sandbox_option(command: F) -> F:
    """`--sandbox`, the default one when it is left out."""
    return flag(
        "--sandbox", env="SANDBOX", default="default", show_default=True, help="Name of the sandbox."
    )(command)


def server_url(url: str | None, host: str | None, port: str | None, tls: str | None) -> str:
    """The address of the server from the options that `server_options` adds."""
    if url:
        return url.rstrip("/")
    port = port or "8080"
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= 65535):
        raise click.ClickException(
            f"MOCKSERVER_PORT is {port!r}, which is no port to find a server at: give its address with --url"
        )
    scheme = "https" if (tls or "").lower() in ("1", "true", "yes", "on") else "http"
    return own_url(host or "127.0.0.1", int(port), scheme)


def own_url(host: str, port: int, scheme: str = "http") -> str:
    """Where a server that listens on `host` is reached from this machine."""
    if host in ("0.0.0.0", "::", "*"):
        host = "127.0.0.1"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
