"""Servers to verify: this one behind a socket, the same with its answers changed, and one of raw bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from click.testing import CliRunner, Result

from mockserver.cli.commands import cli
from tests.control.caller import drive
from tests.support import Server

KEYS = {
    "didww": {"MOCKSERVER_VERIFY_KEY": "demo-didww-key"},
    "idt": {"MOCKSERVER_VERIFY_KEY": "demo-idt-key", "MOCKSERVER_VERIFY_SECRET": "demo-idt-secret"},
    "didlogic": {"MOCKSERVER_VERIFY_KEY": "demo-didlogic-token"},
}


class Sent(NamedTuple):
    """An answer on its way out. `headers` by their lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes


Change = Callable[[str, str, Sent], Sent]  # method, path with query, answer


def new_server(**settings: Any) -> Server:
    """A server without limits whose orders are done at once."""
    server = Server(rate_limits=False, contracts=False, **settings)
    server.world()
    for subject in ("didww.orders", "idt.orders"):
        drive(server, "PUT", f"/_mock/transitions/{subject}", "", b'{"mode": "immediate"}', {})
    return server


@contextmanager
def serving(server: Server, change: Change | None = None) -> Iterator[str]:
    """The address of a server whose answers `change` may alter on their way."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            path, _, query = self.path.partition("?")
            with lock:
                found = server.gateway.handle(self.command, path, query, headers, body)
            sent = Sent(found.status, {name.lower(): value for name, value in found.headers}, found.body)
            if change is not None:
                sent = change(self.command, self.path, sent)
            self.send_response_only(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            if sent.status != 204 and "content-length" not in sent.headers:
                self.send_header("Content-Length", str(len(sent.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent.body)
            self.wfile.flush()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    with _threaded(Handler) as address:
        yield address


@contextmanager
def _threaded(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            pass

    listening = Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(timeout=5)


@contextmanager
def answering(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that lets `speak` say whatever it likes on each connection, once something came in."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                if connection.recv(65536):
                    speak(connection)
            except OSError:
                pass

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def verify(
    provider: str,
    address: str,
    *arguments: str,
    keys: Mapping[str, str] | None = None,
    code: int = 0,
    **variables: str,
) -> Result:
    """The command as a user runs it, as fast as it can; its secrets must be in nothing that it says."""
    secrets = KEYS[provider] if keys is None else keys
    words = ["verify", "--provider", provider, "--base-url", address, "--rate", "0", *arguments]
    result = CliRunner().invoke(cli, words, env={**variables, **secrets})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for secret in secrets.values():
        assert secret not in result.output
    assert result.exit_code == code, result.output
    return result
