"""One HTTP request to one receiver, and nothing but its status back: asyncio's streams and h11.

Redirects are not followed, proxies not used, and no more than a little of the answer is read.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urlsplit

from mockserver.core.outbox import Callback, Result
from mockserver.http.egress import Address, Blocked, Egress, Unknown
from mockserver.version import VERSION

if TYPE_CHECKING:
    import h11

_MOST_READ = 256 << 10  # of an answer, before it is left alone
_LINGER = 2.0  # seconds for the rest of an answer that nobody waits for
_PORTS = {"http": 80, "https": 443}
_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))


class Unusable(Exception):
    """An address that no request can be sent to."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an address says: where to connect to, and what to ask for there."""

    scheme: str
    host: str
    port: int
    target: str
    host_header: str
    user: bytes | None


def place(url: str) -> Place:
    """Take an address apart; the fragment is of no interest. Unusable when it is none."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if scheme not in _PORTS or not host or port == 0:
            raise ValueError(url)
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:  # UnicodeError is one
        raise Unusable("the address cannot be used") from None
    user = None
    if parts.username is not None:
        user = unquote_to_bytes(parts.username) + b":" + unquote_to_bytes(parts.password or "")
    shown = f"[{host}]" if ":" in host else host
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(
        scheme,
        host,
        port or _PORTS[scheme],
        quote(target, safe=_AS_IT_IS),
        shown if port is None else f"{shown}:{port}",
        user,
    )


async def send(callback: Callback, egress: Egress, *, timeout: float, verify: bool) -> Result:
    """Try to deliver a callback, once. Any 2xx answer within `timeout` seconds is a success.

    verify  check the certificates of receivers on this machine and in private networks, too
    """
    try:
        async with asyncio.timeout(timeout):
            status = await _send(callback, egress, verify)
    except (Blocked, Unusable) as reason:
        return Result("blocked", detail=str(reason))
    except Unknown as reason:
        return Result("failed", detail=str(reason))
    except TimeoutError:
        return Result("failed", detail=f"no answer within {timeout:g} s")
    except Exception as error:
        detail = _in_words(error)
        if not detail:
            raise
        return Result("failed", detail=detail)
    if 200 <= status < 300:
        return Result("delivered", status)
    if 300 <= status < 400:
        return Result("failed", status, "redirects are not followed")
    return Result("failed", status, f"answered with {status}")


async def _send(callback: Callback, egress: Egress, verify: bool) -> int:
    to = place(callback.url)
    addresses = await egress.addresses(to.host, to.port)
    refusal: OSError | None = None
    for address in addresses:
        tls = None
        if to.scheme == "https":
            tls = _tls(verify or not egress.is_own(address))
        try:
            reader, writer = await asyncio.open_connection(
                str(address), to.port, ssl=tls, server_hostname=to.host if tls else None
            )
        except ssl.SSLError:
            raise
        except OSError as error:
            refusal = error
            continue
        try:
            return await _exchange(callback, to, address, reader, writer)
        finally:
            writer.transport.abort()
    assert refusal is not None
    raise refusal


async def _exchange(
    callback: Callback,
    to: Place,
    address: Address,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> int:
    import h11

    connection = h11.Connection(h11.CLIENT)
    headers = [("Host", to.host_header), ("User-Agent", f"mockserver/{VERSION}"), ("Accept", "*/*")]
    headers += callback.headers
    if to.user is not None:
        headers.append(("Authorization", "Basic " + b64encode(to.user).decode()))
    if callback.body or callback.method != "GET":
        headers.append(("Content-Length", str(len(callback.body))))
    headers.append(("Connection", "close"))
    try:
        request = h11.Request(method=callback.method, target=to.target, headers=headers)
        content = connection.send(request) or b""
    except h11.LocalProtocolError:
        raise Unusable("the address cannot be used") from None
    content += connection.send(h11.Data(data=callback.body)) or b""
    writer.write(content + (connection.send(h11.EndOfMessage()) or b""))
    with suppress(ConnectionError):  # one that answers without reading on has answered all the same
        await writer.drain()
    status = await _status(connection, reader)
    # The receiver is let finish; how its answer goes on changes nothing.
    with suppress(OSError, TimeoutError, h11.RemoteProtocolError):
        async with asyncio.timeout(_LINGER):
            await _drain(connection, reader)
            writer.close()
            await writer.wait_closed()
    return status


async def _status(connection: h11.Connection, reader: asyncio.StreamReader) -> int:
    import h11

    began = False
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65536)
            if not (data or began):
                raise ConnectionResetError
            began = True
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            return int(event.status_code)


async def _drain(connection: h11.Connection, reader: asyncio.StreamReader) -> None:
    import h11

    left = _MOST_READ
    while left > 0:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65536)
            left -= len(data) or left
            connection.receive_data(data)
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return


@cache
def _tls(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _in_words(error: Exception) -> str:
    """What went wrong with a connection; "" for what is no matter of connections."""
    import h11

    if isinstance(error, h11.RemoteProtocolError):
        return "what it answered is not HTTP"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS as it should"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ConnectionError):
        return "the connection was closed without an answer"
    if isinstance(error, OSError):
        return f"no connection: {os.strerror(error.errno) if error.errno else type(error).__name__}"
    return ""
