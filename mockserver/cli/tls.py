"""HTTPS with a certificate that is made anew for each run, by an authority that dies with it."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mockserver.cli import ERROR

if TYPE_CHECKING:
    from mockserver.core.provider import Provider
    from mockserver.settings import Settings

CA_PATH = "/_mock/ca.pem"
_LOCAL = ("localhost", "127.0.0.1", "::1", "mockserver", "host.docker.internal")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Authority:
    """What serves HTTPS, and the certificate that a client has to trust for it."""

    context: ssl.SSLContext
    pem: bytes


def authority_or_exit(settings: Settings, providers: Iterable[Provider]) -> Authority:
    """An authority and a certificate for every name that this server may be called by.

    Ends the command when the library is missing or the file cannot be written.
    """
    try:
        import trustme
    except ImportError:
        click.echo("error: --tls needs the package trustme: pip install 'mockserver[tls]'", err=True)
        sys.exit(ERROR)
    ca = trustme.CA(organization_name="mockserver", organization_unit_name="made for one run")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names(settings, providers)).configure_cert(context)
    pem = ca.cert_pem.bytes()
    if settings.tls_ca is not None:
        try:
            settings.tls_ca.write_bytes(pem)
        except OSError as error:
            click.echo(f"error: cannot write {settings.tls_ca}: {error.strerror}", err=True)
            sys.exit(ERROR)
    return Authority(context, pem)


def names(settings: Settings, providers: Iterable[Provider]) -> list[str]:
    """Host names and addresses for the certificate, the providers' own hosts among them."""
    found = [*_LOCAL, socket.gethostname()]
    if settings.host not in ("0.0.0.0", "::", "*"):
        found.append(settings.host)
    if settings.public_url is not None and (public := urlsplit(settings.public_url).hostname):
        found.append(public)
    for provider in providers:
        found += sorted(provider.hosts)
    return list(dict.fromkeys(name for name in found if name))


class WithAuthority:
    """The server, and its authority's certificate beside the control API at `/_mock/ca.pem`."""

    def __init__(self, app: Callable[[Any, Receive, Send], Awaitable[None]], pem: bytes) -> None:
        self._app, self._pem = app, pem

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != CA_PATH or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"application/x-pem-file"),
            (b"content-length", b"%d" % len(self._pem)),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._pem})
