"""Customers' servers: each listens on a loopback port in a thread of its own and answers as it is told."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
RESET, CLOSE, NEVER = b"reset", b"close", b"never"
PATIENCE = 20.0  # seconds; only a failing test waits as long


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers` are given one after the other, the last one for ever: bytes, RESET, CLOSE or NEVER.

    While `gate` is not set, requests are read and their answers kept back.
    """

    answers: Iterable[bytes] = (OK,)
    tls: ssl.SSLContext | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    shut: bool = False

    def __post_init__(self) -> None:
        self.got: list[Got] = []
        self._came = threading.Condition()
        self._left = list(self.answers)
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        if not self.shut:
            self.gate.set()

    def __enter__(self) -> Receiver:
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.gate.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def wait(self, count: int) -> list[Got]:
        """The requests, once there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.got) >= count, PATIENCE), self.got
            return list(self.got)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self._answer(connection)
        except OSError:  # the other side has gone, which is its right
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        method, target, _ = start.split(" ")
        with self._came:
            self.got.append(Got(method, target, headers, body))
            reply = self._left.pop(0) if len(self._left) > 1 else self._left[0]
            self._came.notify_all()
        self.gate.wait(PATIENCE)
        if reply == NEVER:
            self._over.wait(PATIENCE)
        elif reply == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif reply != CLOSE:
            connection.sendall(reply)
