"""uvicorn's HTTP/1.1 with one addition: a fault that cuts a connection can get at it."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.http.faulty import TRANSPORT


class Protocol(HttpToolsProtocol):
    """Puts the connection's transport into the scope of every request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
