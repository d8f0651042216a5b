"""`mockserver serve`: binds the socket, starts uvicorn, says how to reach what."""

from __future__ import annotations

import errno
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import ERROR
from mockserver.cli.commands import own_url

if TYPE_CHECKING:
    from mockserver.core.provider import Provider
    from mockserver.http.gateway import Gateway
    from mockserver.settings import Settings

_BACKLOG = 2048


@click.command()
@click.option(
    "--host", help="Address to listen on; only this machine by default.  [env: MOCKSERVER_HOST; 127.0.0.1]"
)
@click.option("--port", help="Port to listen on; 0 picks a free one.  [env: MOCKSERVER_PORT; 8080]")
@click.option("--seed", help="Ids and chance are drawn from it.  [env: MOCKSERVER_SEED; mockserver]")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="TOML file with settings.  [env: MOCKSERVER_CONFIG; none]",
)
@click.option(
    "--log-format",
    metavar="text|json|off",
    help="One line per request: for people, as JSON, or none.  [env: MOCKSERVER_LOG_FORMAT; text]",
)
@click.option(
    "--no-rate-limits",
    is_flag=True,
    help="Start without the providers' request limits.  [env: MOCKSERVER_RATE_LIMITS=false; limits are on]",
)
@click.option(
    "--clock",
    metavar="real|frozen",
    help="How a new sandbox's clock runs.  [env: MOCKSERVER_CLOCK; real]",
)
@click.option(
    "--clock-start",
    metavar="INSTANT",
    help="Where a new sandbox's clock starts, 2026-03-01T12:00:00Z.  [env: MOCKSERVER_CLOCK_START; now]",
)
@click.option(
    "--options",
    metavar="SWITCHES",
    help="Switches of new accounts, idt.create_status=201,idt.quota=5.  [env: MOCKSERVER_OPTIONS; none]",
)
@click.option(
    "--public-url",
    help="Address to write into links.  [env: MOCKSERVER_PUBLIC_URL; the one the caller used]",
)
def serve(no_rate_limits: bool, **given: Any) -> None:
    """Start the server.

    An option given here wins over its MOCKSERVER_* variable, that over the config file.
    """
    gc.disable()  # nearly all that a start makes stays; `run` turns collecting on again
    from mockserver.cli.problems import bad_settings_exit, settings_or_exit

    settings = settings_or_exit(**given, rate_limits=False if no_rate_limits else None)
    listener = _listen(settings.host, settings.port)
    from mockserver.app import create_app

    with bad_settings_exit():
        gateway = create_app(settings)
    run(gateway, settings, listener)


def run(gateway: Gateway, settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    import uvicorn

    from mockserver.http.protocol import Protocol

    _log_as(settings.log_format)
    url = settings.public_url or own_url(settings.host, listener.getsockname()[1])

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # What is loaded now stays: leave it out of every later collection, and collect rarely.
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 20)
            gc.enable()
            announce(gateway.providers.values(), url.rstrip("/"), settings.log_format)

    server = Server(
        uvicorn.Config(
            gateway,
            loop="auto",  # uvloop wherever it is installed
            http=Protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # the gateway reads X-Forwarded-* itself
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=75,  # longer than clients keep idle connections, so none meets a closed one
            timeout_graceful_shutdown=3,
        )
    )

    def stop(number: int, frame: Any) -> None:
        # uvicorn raises the signal again after its own shutdown; to end by request is no error.
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; a port in use or an unknown host ends the command with a clear line."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        found.sort(key=lambda info: info[0] != socket.AF_INET)  # `localhost` means 127.0.0.1 to most clients
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason, hint = str(error), ""
        if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
            reason = os.strerror(error.errno)
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            hint = "; give another with --port, or --port 0 for a free one"
        click.echo(f"error: cannot listen on {host} port {port}: {reason}{hint}", err=True)
        sys.exit(ERROR)


def announce(providers: Iterable[Provider], url: str, log_format: str) -> None:
    """Say on standard output where everything is. A closed output is no reason not to serve."""
    from mockserver.core.provider import DEFAULT_SANDBOX
    from mockserver.http.gateway import CONTROL_PREFIX
    from mockserver.version import VERSION

    providers = list(providers)
    if log_format == "json":
        started = {
            "event": "started",
            "version": VERSION,
            "url": url,
            "control": url + CONTROL_PREFIX,
            "providers": {
                one.name: {
                    "base_url": url + one.prefix,
                    "credentials": one.credentials(DEFAULT_SANDBOX),
                    "example": one.example(url + one.prefix),
                }
                for one in providers
            },
        }
        text = json.dumps(started)
    else:
        lines = [f"mockserver {VERSION} at {url}, control API at {url}{CONTROL_PREFIX}", ""]
        for one in providers:
            headers = ", ".join(
                f"{name}: {value}" for name, value in one.credentials(DEFAULT_SANDBOX).items()
            )
            lines += [
                one.title,
                f"  at    {url}{one.prefix}",
                f"  with  {headers}",
                f"  try   {one.example(url + one.prefix)}",
                "",
            ]
        text = "\n".join([*lines, "Ctrl-C stops it."])
    try:
        click.echo(text)
    except OSError:
        pass


def _log_as(log_format: str) -> None:
    """Send the server's own messages (crashes, warnings) to standard error, as JSON lines when asked."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _JSONLines() if log_format == "json" else logging.Formatter("%(levelname)s %(message)s")
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


class _JSONLines(logging.Formatter):
    """One JSON object a record, its traceback in a field."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"event": "log", "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)
