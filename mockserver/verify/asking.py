"""Requests to a server that is not trusted: in time, in size, at a polite rate, to one host only.

Redirects are answers like any other; nothing is followed. Certificates are verified.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from mockserver.version import VERSION

LARGEST = 16 * 1024 * 1024  # bytes of a body; a thousand records are about three million
GIVE_UP = 3  # requests in a row without an answer; nothing more is sent after them
_LONGEST_PAUSE = 30.0  # seconds that a Retry-After may ask for
_PAUSE = 2.0  # seconds after a 429 that does not say how long
_LONGEST = 200  # characters of an address that are told
_SENT = f"mockserver-verify/{VERSION}"


class NoAnswer(Exception):
    """Nothing came back, or nothing that is an answer. The text is the reason."""


class NotAsked(NoAnswer):
    """Nothing was carried out: it was not sent any more, or turned away for being too many."""


class BadAddress(ValueError):
    """An address at which nothing can be asked. The text is the reason."""


class Answer(NamedTuple):
    """An answer as it came. Names of headers as the server wrote them."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the case of its name."""
        return next((value for one, value in self.headers if one.lower() == name.lower()), None)

    @property
    def told(self) -> str:
        """The status for a report, and where a redirect leads."""
        location = self.header("location") if 300 <= self.status < 400 else None
        return str(self.status) if location is None else f"{self.status} to {location[:_LONGEST]}"

    def json(self) -> Any:
        """The JSON of the body; ValueError when it is none."""
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL in its parts. `path` has no slash at the end."""

    scheme: str
    host: str
    port: int | None
    path: str

    @classmethod
    def of(cls, url: str, strip: tuple[str, ...] = ()) -> Address:
        """An address from what was typed; a path that ends in one of `strip` is cut there. BadAddress."""
        try:
            parts = urlsplit(url.strip())
            port, host = parts.port, parts.hostname
        except ValueError as error:
            raise BadAddress(f"it is not the address of a server: {error}") from None
        if parts.scheme not in ("http", "https") or not host:
            raise BadAddress("it is not the address of a server; one looks like https://sandbox.example.com")
        if parts.username is not None or parts.password is not None:
            raise BadAddress("it must not hold a name or password")
        if parts.query or parts.fragment:
            raise BadAddress("it must not have a query or a fragment")
        path = parts.path.rstrip("/")
        if not path.isascii() or any(c <= " " or c == "\x7f" for c in path):
            raise BadAddress("its path holds characters that a path cannot hold")
        for end in sorted(strip, key=len, reverse=True):
            if path.endswith(end):
                path = path.removesuffix(end)
                break
        return cls(parts.scheme, host, port, path)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}{self.path}"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")


@dataclass
class Asker:
    """Sends requests to one address.

    timeout   seconds that an answer may take in all
    rate      requests a second; 0 for no limit
    sent      how many requests went out
    """

    address: Address
    timeout: float
    rate: float
    sleep: Callable[[float], None] = time.sleep
    sent: int = 0
    _connection: http.client.HTTPConnection | None = None
    _next: float = 0.0
    _failures: int = 0
    _context: ssl.SSLContext | None = field(default=None, repr=False)

    def ask(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """One request, and once more after a 429; NoAnswer. `path` starts behind the base URL.

        Being asked too much says nothing about what was asked: a second 429 is no answer.
        """
        answer = self._counted(method, path, query, headers, body)
        if answer.status == 429:
            self.sleep(_pause(answer.header("retry-after")))
            answer = self._counted(method, path, query, headers, body)
            if answer.status == 429:
                self._failures += 1
                raise NotAsked("too many requests (429), before and after a pause: try a lower --rate")
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _counted(self, *request: Any) -> Answer:
        if self._failures >= GIVE_UP:
            raise NotAsked(f"not asked: {GIVE_UP} requests in a row were not answered")
        try:
            answer = self._attempt(*request)
        except NoAnswer:
            self._failures += 1
            self.close()
            raise
        if answer.status != 429:
            self._failures = 0
        return answer

    def _attempt(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """On the open connection if there is one; what it has lost in the meantime is asked anew.

        Only what changes nothing is asked twice: a write gets a connection of its own.
        """
        reading = method in ("GET", "HEAD")
        if self._connection is not None and not reading:
            self.close()
        again = self._connection is not None
        target = self.address.path + path + (f"?{query}" if query else "")
        try:
            try:
                return self._exchange(method, target, headers, body)
            except (http.client.RemoteDisconnected, ConnectionError):
                if not again:
                    raise
                self.close()
                return self._exchange(method, target, headers, body)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            raise NoAnswer(_reason(error, self.timeout)) from None

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self._wait()
        deadline = time.monotonic() + self.timeout
        connection = self._connection or self._connect()
        connection.timeout = self.timeout
        # The standard library's limit is for one read; an answer that drips must end as well.

        def timed(sock: Any, **named: Any) -> http.client.HTTPResponse:
            read: Any = _Timed(sock, deadline)
            return http.client.HTTPResponse(read, **named)

        connection.response_class = timed  # type: ignore[assignment]
        self.sent += 1
        if connection.sock is not None:
            connection.sock.settimeout(self.timeout)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in {"User-Agent": _SENT, **headers}.items():
            connection.putheader(name, value)
        if body is not None or method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        response = connection.getresponse()
        with response:
            answer = Answer(response.status, tuple(response.getheaders()), _read(response))
        if response.will_close:
            self.close()
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        address = self.address
        if address.scheme == "http":
            self._connection = http.client.HTTPConnection(address.host, address.port, timeout=self.timeout)
        else:
            self._context = self._context or ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(
                address.host, address.port, timeout=self.timeout, context=self._context
            )
        return self._connection

    def _wait(self) -> None:
        """Keep the rate: requests start at even distances."""
        if not self.rate:
            return
        now = time.monotonic()
        if self._next > now:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate


class _Timed:
    """The socket as an answer reads it: every read has what is left of the time of all."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReads(self._sock, self._deadline))


class _TimedReads(io.RawIOBase):
    """Reads from a socket; like the files of sockets it keeps the socket open until it is closed itself."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


def _read(response: http.client.HTTPResponse) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(65536):
        size += len(piece)
        if size > LARGEST:
            raise ValueError(f"the answer is larger than {LARGEST // 2**20} MiB")
        pieces.append(piece)
    if response.length:  # fewer bytes came than were announced
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def _pause(retry_after: str | None) -> float:
    if retry_after is not None and retry_after.isascii() and retry_after.isdecimal():
        return min(float(retry_after), _LONGEST_PAUSE)
    return _PAUSE


def _reason(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer breaks off"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(error, http.client.HTTPException):
        return f"what came back is not HTTP ({type(error).__name__})"
    if isinstance(error, ssl.SSLCertVerificationError):
        told = f"its certificate is not trusted ({error.verify_message})"
        return f"no connection: {told}; SSL_CERT_FILE can name the authority"
    if isinstance(error, OSError):
        return f"no connection: {error.strerror or error}"
    return str(error) if str(error).startswith("the answer") else "the request cannot be sent"
