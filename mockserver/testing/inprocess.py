"""A server in this process, reached without a socket: for clients that speak ASGI."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, MutableMapping
from typing import Any

from mockserver.testing.connection import ServerGone

Message = MutableMapping[str, Any]
IN_PROCESS = "http://mockserver"


class AppConnection:
    """Control calls straight into an ASGI application, on the caller's own thread.

    Works inside and outside an event loop, since the server never awaits anything while it answers. A call
    that waits for something runs on a thread of its own meanwhile; from a coroutine call it on one as well,
    `await asyncio.to_thread(sandbox.callbacks.wait)`, or the loop that it waits for stands still.
    """

    patient = False

    def __init__(self, app: Any, url: str = IN_PROCESS) -> None:
        self._app = app
        self.url = url

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        content = body or b""
        host = self.url.partition("://")[2]
        sent = {"host": host, "content-length": str(len(content)), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()
            ],
            "scheme": "http",
            "server": (host, 80),
            "client": ("127.0.0.1", 0),
            "mockserver.at_once": not path.endswith("/wait"),
        }
        answers: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            answers.append(message)

        def call() -> Coroutine[Any, Any, None]:
            answers.clear()
            coroutine: Coroutine[Any, Any, None] = self._app(scope, receive, send)
            return coroutine

        if path.endswith("/wait"):
            _on_a_thread(call)
        else:
            _at_once(call())
        if not answers:
            raise ServerGone(f"no answer to {method} {path}")
        return answers[0]["status"], b"".join(message.get("body", b"") for message in answers[1:])

    def close(self) -> None:
        """Nothing is held open."""


def _at_once(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what never really waits to its end."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise ServerGone("this call waits for something, which it cannot do here")


def _on_a_thread(call: Any) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(call())
        except BaseException as failure:  # handed to the caller
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
