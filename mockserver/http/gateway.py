"""The way of every request: which provider, which sandbox, one synchronous answer, the journal.

`handle` is the whole server without a socket; `__call__` puts it behind ASGI.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from mockserver.conformance.judge import HEADER, Judge
from mockserver.core.messages import Evidence, HeaderBlock, Request, Response, encode_header
from mockserver.core.provider import DEFAULT_SANDBOX, Provider
from mockserver.core.sandboxes import Sandboxes, SandboxesFull
from mockserver.core.world import World
from mockserver.http.access_log import AccessLog, printable
from mockserver.http.courier import Courier
from mockserver.http.faulty import fault_header, send_faulty, struck
from mockserver.http.incoming import Incoming, Reader

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("mockserver")

CONTROL_PREFIX = "/_mock"
_NO_LENGTH = frozenset((204, 304))
_CONTROL = CONTROL_PREFIX.encode()
_NOWHERE = ("127.0.0.1", None)
_JSON = HeaderBlock(("Content-Type", "application/json"))
# How much of a refused body is read and thrown away, so that the client gets to read the answer.
_DRAINED = 64 << 20


class Disconnected(Exception):
    """The client went away before its request was complete."""


class Gateway:
    """The ASGI application. Everything it needs is given; it only keeps what never changes."""

    def __init__(
        self,
        providers: Iterable[Provider],
        sandboxes: Sandboxes,
        control: ASGIApp,
        *,
        version: str,
        public_url: str | None = None,
        max_body_bytes: int = 10 << 20,
        max_upload_bytes: int = 48 << 20,
        mock_headers: bool = True,
        access_log: AccessLog | None = None,
        courier: Courier | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self.sandboxes = sandboxes
        self._control = control
        self._reader = Reader(self.providers, public_url)
        self._max_body_bytes = max_body_bytes
        self._max_upload_bytes = max(max_body_bytes, max_upload_bytes)
        self._mock_headers = mock_headers
        self._version = version
        self._log = access_log or AccessLog("off")
        self._courier = courier
        self.judge = judge  # of every answer; None for nobody
        self._marks: dict[Evidence | None, HeaderBlock] = {}

    def give_port(self, name: str, port: int) -> None:
        """Requests that come in at this port are for one provider, whatever their path or host."""
        self._reader.give_port(self.providers[name], port)

    # --- ASGI ------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":  # a WebSocket handshake: refuse it
            await send({"type": "websocket.close", "code": 1000})
            return
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        if b"?" in path:
            path = path.partition(b"?")[0]
        if path.startswith(_CONTROL) and path[len(_CONTROL) : len(_CONTROL) + 1] in (b"", b"/"):
            await self._control(scope, receive, send)
            return
        method: str = scope["method"]
        incoming = self._reader.read_raw(
            method,
            path,
            scope["query_string"],
            scope["headers"],
            scope.get("scheme", "http"),
            scope.get("server") or _NOWHERE,
        )
        body: bytes | None = b""
        if incoming.has_body:
            try:
                body = await self._read(receive, incoming)
            except Disconnected:
                return
        response = self._serve(incoming, body)
        headers = [*response.block.raw, *map(encode_header, response.more), *response.marks.raw]
        if response.status not in _NO_LENGTH:
            headers.append((b"content-length", b"%d" % len(response.body)))
        if response.fault is not None and await send_faulty(response, headers, scope, receive, send):
            return
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        content = b"" if method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": content})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Callbacks are delivered from the start of the server to its end."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self._courier is not None:
                    self._courier.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._courier is not None:
                    await self._courier.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _read(self, receive: Receive, incoming: Incoming) -> bytes | None:
        """The body, or None when it is over the limit (what there is of it is then read and dropped)."""
        provider, request = incoming.provider, incoming.request
        uploads = provider is not None and provider.takes_files(request)
        most = self._max_upload_bytes if uploads else self._max_body_bytes
        declared = request.headers.get("content-length", "")
        too_large = declared.isdecimal() and int(declared) > most
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                too_large = True
            if too_large:
                parts.clear()
            else:
                parts.append(part)
            if not message.get("more_body", False) or size > most + _DRAINED:
                break
        if too_large:
            return None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    # --- one request -----------------------------------------------------------------------------

    def handle(
        self,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        body: bytes | None,
        scheme: str = "http",
        server: tuple[str, int | None] = _NOWHERE,
    ) -> Response:
        """Answer one request to a provider. `path` is still percent-encoded; body None means too large."""
        return self._serve(self._reader.read(method, path, query, headers, scheme, server), body)

    def _serve(self, incoming: Incoming, body: bytes | None) -> Response:
        began = time.perf_counter()
        provider, head = incoming.provider, incoming.head
        if provider is None:
            return self._unknown_provider(head.path, incoming.address)
        request = incoming.request.with_body(body) if body else incoming.request
        world, response = self._open(provider, incoming, request)
        # Refused credentials have no sandbox; they are shown in the default one's journal, masked.
        home = world if world is not None else self.sandboxes.open(DEFAULT_SANDBOX)
        if response is None:
            at, response = self._answer(provider, world, home, request, too_large=body is None)
        else:
            at = home.clock.now()
        if response.fault is None or not response.fault.effect.harms:
            _cover(home, provider.name, response)
            if self.judge is not None:
                found = self.judge.judge(provider, world, home, response, request)
                if found and self._mock_headers:
                    response.add(HEADER, found)
        if self._mock_headers and response.status >= 400 and home.journal.keeps:
            response.add("X-Mock-Explain", str(home.journal.count + 1))
        self._mark(response)
        seconds = time.perf_counter() - began
        home.journal.record(at, provider.name, head, body or b"", response, seconds)
        if self._log.format != "off":
            sandbox = "-" if world is None else world.name
            self._log.write(at, provider.name, sandbox, head, response, seconds)
        return response

    def _open(
        self, provider: Provider, incoming: Incoming, request: Request
    ) -> tuple[World | None, Response | None]:
        """The sandbox that the credentials open, if any; and an answer when looking for it went wrong."""
        try:
            if incoming.known:
                name = incoming.sandbox
            else:
                name = provider.sandbox_of(request)
                if not incoming.has_body and not request.body:
                    incoming.sandbox, incoming.known = name, True
            return (None if name is None else self.sandboxes.open(name)), None
        except SandboxesFull as full:
            log.warning("%s", full)
            return None, provider.failed("unavailable", None, request)
        except Exception:
            return None, self._crashed(provider, None, request)

    def _answer(
        self, provider: Provider, world: World | None, home: World, request: Request, *, too_large: bool
    ) -> tuple[datetime, Response]:
        """One synchronous call into the provider. What it changed is kept only when it answers below 400."""
        accepted = False
        try:
            if world is not None:
                world.begin()
            fault = None
            if world is not None and world.faults:
                operation, now = provider.operation_of(request), world.clock.now()
                fault = world.faults.strike(provider.name, operation, request.method, request.path, now)
            if fault is None or world is None:
                response = self._carry_out(provider, world, request, too_large)
                accepted = response.status < 400
            else:
                carry_out = partial(self._carry_out, provider, world, request, too_large)
                response, accepted = struck(fault, provider, world, request, carry_out)
            provider.finish(response, world, request)
        except Exception:
            accepted = False
            response = self._crashed(provider, world, request)
        finally:
            at = home.clock.now()
            if world is not None:
                world.end(accepted)
        return at, response

    def _carry_out(
        self, provider: Provider, world: World | None, request: Request, too_large: bool
    ) -> Response:
        if world is not None and not world.admit(provider.name):
            return provider.failed("throttled", world, request)
        if too_large:
            return provider.failed("too_large", world, request)
        return provider.respond(world, request)

    def _crashed(self, provider: Provider, world: World | None, request: Request) -> Response:
        """A defect of ours: the traceback goes to the log, the provider's own 500 to the client."""
        log.exception("%s %s %s failed", provider.name, request.method, printable(request.path))
        response = provider.failed("crashed", world, request)
        provider.finish(response, world, request)
        return response

    def _unknown_provider(self, path: str, address: str) -> Response:
        """Neither a provider's path nor its host: say what there is."""
        known = {name: address + provider.prefix for name, provider in self.providers.items()}
        content = {
            "server": "mockserver",
            "providers": known,
            "control": address + CONTROL_PREFIX,
            "try": [provider.example(known[provider.name]) for provider in self.providers.values()],
        }
        if path.strip("/"):
            content = {"error": f"no provider is served at {path}", **content}
        body = orjson.dumps(content, option=orjson.OPT_INDENT_2)
        response = Response(404 if path.strip("/") else 200, body, _JSON)
        self._mark(response)
        return response

    def _mark(self, response: Response) -> None:
        """Our own headers, after the provider's."""
        if response.unimplemented:
            response.add("X-Mock-Unimplemented", response.unimplemented)
        if not self._mock_headers:
            return
        if response.remarks:
            response.more.extend(response.remarks)
        if response.fault is not None:
            response.add(*fault_header(response.fault))
        if response.ignored:
            response.add("X-Mock-Ignored", _header_list(response.ignored))
        marks = self._marks.get(response.evidence)
        if marks is None:
            pairs = [("X-Mock", self._version)]
            if response.evidence is not None:
                pairs.append(("X-Mock-Evidence", str(response.evidence)))
            marks = self._marks[response.evidence] = HeaderBlock(*pairs)
        response.marks = marks


def _cover(world: World, provider: str, response: Response) -> None:
    """Count what a genuine answer shows of the client's suite."""
    evidence = response.evidence
    claim = "" if evidence is None else evidence.claim
    world.coverage.count(("answer", provider, response.operation, claim))
    if response.ignored:
        for name in response.ignored:
            world.coverage.count(("ignored", provider, response.operation, name[:100]))


def _header_list(names: Iterable[str]) -> str:
    """Names for a header, cut at a kilobyte, without characters that a header cannot hold."""
    text = ", ".join(names)
    return "".join(c if " " <= c <= "~" else "?" for c in text[:1000])
