"""The server behind a socket, for clients that want one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from mockserver.http.protocol import Protocol
from tests.support import Server


@contextmanager
def running(server: Server) -> Iterator[str]:
    """Serve on a free loopback port for as long as the block lasts; gives the address, without a slash.

    While it runs, the server belongs to its own thread: reach it over HTTP, or look at a world that no
    request is using.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)  # who connects before the server is up waits instead of being refused
    config = uvicorn.Config(
        server.gateway, http=Protocol, log_level="critical", lifespan="on", timeout_graceful_shutdown=2
    )
    loop = uvicorn.Server(config)
    thread = threading.Thread(
        target=loop.run, kwargs={"sockets": [listening]}, name="mockserver", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        loop.should_exit = True
        thread.join(timeout=10)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"
