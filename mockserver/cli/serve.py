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
from collections.abc import Callable, Iterable, Mapping
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
@click.option(
    "--didww-port",
    metavar="PORT",
    help="A port where DIDWW alone is served, without a prefix.  [env: MOCKSERVER_DIDWW_PORT; none]",
)
@click.option("--idt-port", metavar="PORT", help="Likewise IDT Express.  [env: MOCKSERVER_IDT_PORT; none]")
@click.option(
    "--didlogic-port", metavar="PORT", help="Likewise didlogic.  [env: MOCKSERVER_DIDLOGIC_PORT; none]"
)
@click.option(
    "--tls",
    is_flag=True,
    help="Serve HTTPS with a certificate made for this run.  [env: MOCKSERVER_TLS; plain HTTP]",
)
@click.option(
    "--tls-ca",
    type=click.Path(path_type=Path),
    help="Write the authority of that certificate to this file.  [env: MOCKSERVER_TLS_CA; none]",
)
@click.option(
    "--check-contracts",
    is_flag=True,
    help="Warn of answers that are not as their contract says.  [env: MOCKSERVER_CHECK_CONTRACTS; off]",
)
def serve(no_rate_limits: bool, tls: bool, check_contracts: bool, **given: Any) -> None:
    """Start the server.

    An option given here wins over its MOCKSERVER_* variable, that over the config file. The rest of the
    settings have no option: `mockserver doctor` lists them all.

    \b
    Examples:
      mockserver serve --port 9000
      mockserver serve --clock frozen --clock-start 2026-03-01T12:00:00Z
      mockserver serve --didww-port 8081 --idt-port 8082 --didlogic-port 8083
      mockserver serve --tls --tls-ca ca.pem
    """
    gc.disable()  # nearly all that a start makes stays; `run` turns collecting on again
    from mockserver.cli.problems import bad_settings_exit, settings_or_exit

    settings = settings_or_exit(
        **given,
        rate_limits=False if no_rate_limits else None,
        tls=tls or None,
        check_contracts=check_contracts or None,
    )
    listener = listen(settings.host, settings.port)
    from mockserver.app import create_app

    with bad_settings_exit():
        gateway = create_app(settings)
    _warn_if_open(listener, settings)
    run(gateway, settings, listener)


def _warn_if_open(listener: socket.socket, settings: Settings) -> None:
    """Say so when other machines can reach the server, whose keys are published."""
    from ipaddress import ip_address

    address = listener.getsockname()[0]
    if ip_address(address.partition("%")[0]).is_loopback:
        return
    click.echo(
        f"warning: other machines can reach this server at {address}, with the published demo keys", err=True
    )
    if settings.admin_token is None:
        click.echo("warning: so is the control API open to them; MOCKSERVER_ADMIN_TOKEN closes it", err=True)


def run(
    gateway: Gateway,
    settings: Settings,
    listener: socket.socket,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is told the address once it serves; else it is announced."""
    import uvicorn

    from mockserver.http.protocol import Protocol

    _log_as(settings.log_format)
    scheme = "https" if settings.tls else "http"
    url = (settings.public_url or own_url(settings.host, listener.getsockname()[1], scheme)).rstrip("/")
    listeners, base_urls = [listener], {}
    for name, provider in gateway.providers.items():
        base_urls[name] = url + provider.prefix
        port = getattr(settings, f"{name}_port")
        if port is not None:
            listeners.append(listen(settings.host, port, f"--{name}-port"))
            port = listeners[-1].getsockname()[1]
            gateway.give_port(name, port)
            base_urls[name] = own_url(settings.host, port, scheme)
    app: Any = gateway
    context = None
    if settings.tls:
        from mockserver.cli.tls import WithAuthority, authority_or_exit

        authority = authority_or_exit(settings, gateway.providers.values())
        app, context = WithAuthority(gateway, authority.pem), authority.context

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # What is loaded now stays: leave it out of every later collection, and collect rarely.
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 20)
            gc.enable()
            if ready is not None:
                ready(url)
            else:
                announce(gateway.providers.values(), url, base_urls, settings.log_format)

    server = Server(
        uvicorn.Config(
            app,
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

    if context is not None:
        server.config.load()
        server.config.ssl = context

    def stop(number: int, frame: Any) -> None:
        # uvicorn raises the signal again after its own shutdown; to end by request is no error.
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=listeners)


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
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
            hint = f"; give another with {option}, or {option} 0 for a free one"
        click.echo(f"error: cannot listen on {host} port {port}: {reason}{hint}", err=True)
        sys.exit(ERROR)


def announce(providers: Iterable[Provider], url: str, base_urls: Mapping[str, str], log_format: str) -> None:
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
                    "base_url": base_urls[one.name],
                    "credentials": one.credentials(DEFAULT_SANDBOX),
                    "example": one.example(base_urls[one.name]),
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
                f"  at    {base_urls[one.name]}",
                f"  with  {headers}",
                f"  try   {one.example(base_urls[one.name])}",
                "",
            ]
        if url.startswith("https:"):
            lines += [f"The certificate's authority is at {url}{CONTROL_PREFIX}/ca.pem", ""]
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
