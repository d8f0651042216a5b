"""The way of every request: which provider, which sandbox, one synchronous answer, the journal.

`handle` is the whole server without a socket; `__call__` puts it behind ASGI.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime
from typing import Any

import orjson

from mockserver.core.messages import Request, Response
from mockserver.core.provider import DEFAULT_SANDBOX, Provider
from mockserver.core.sandboxes import Sandboxes, SandboxesFull
from mockserver.core.world import World
from mockserver.http.access_log import AccessLog, printable
from mockserver.http.address import bare_host, caller_address

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("mockserver")

CONTROL_PREFIX = "/_mock"
_NO_LENGTH = frozenset((204, 304))
# Headers whose value is another one each time; the rest are a few constants, encoded once.
_UNIQUE = frozenset(("ETag", "X-Request-Id", "X-Mock-Ignored", "X-Mock-Unimplemented"))
# How much of a refused body is read and thrown away, so that the client gets to read the answer.
_DRAINED = 64 << 20


class Disconnected(Exception):
    """The client went away before its request was complete."""


class Gateway:
    """The ASGI application. Everything it needs is given; it keeps nothing between requests."""

    def __init__(
        self,
        providers: Iterable[Provider],
        sandboxes: Sandboxes,
        control: ASGIApp,
        *,
        version: str,
        public_url: str | None = None,
        max_body_bytes: int = 10 << 20,
        mock_headers: bool = True,
        access_log: AccessLog | None = None,
    ) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self.sandboxes = sandboxes
        self._control = control
        self._public_url = None if public_url is None else public_url.rstrip("/")
        self._max_body_bytes = max_body_bytes
        self._mock_headers = mock_headers
        self._version = version
        self._log = access_log or AccessLog("off")
        self._by_prefix = {provider.prefix.strip("/"): provider for provider in self.providers.values()}
        self._by_host = {host: provider for provider in self.providers.values() for host in provider.hosts}
        self._encoded: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._callers: dict[tuple[str | None, ...], tuple[str, str]] = {}

    # --- ASGI ------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":  # a WebSocket handshake: refuse it
            await send({"type": "websocket.close", "code": 1000})
            return
        raw_path: bytes = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        path = raw_path.decode("latin-1")
        if path.startswith(CONTROL_PREFIX) and path[len(CONTROL_PREFIX) : len(CONTROL_PREFIX) + 1] in (
            "",
            "/",
        ):
            await self._control(scope, receive, send)
            return
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = value if name not in headers else f"{headers[name]}, {value}"
        body: bytes | None = b""
        if "content-length" in headers or "transfer-encoding" in headers:
            try:
                body = await self._read(receive, headers.get("content-length", ""))
            except Disconnected:
                return
        method: str = scope["method"]
        query: str = scope["query_string"].decode("latin-1")
        server = scope.get("server") or ("127.0.0.1", None)
        response = self.handle(method, path, query, headers, body, scope.get("scheme", "http"), server)
        await send(
            {"type": "http.response.start", "status": response.status, "headers": self._headers(response)}
        )
        content = b"" if method == "HEAD" else response.body
        await send({"type": "http.response.body", "body": content})

    async def _read(self, receive: Receive, declared: str) -> bytes | None:
        """The body, or None when it is over the limit (what there is of it is then read and dropped)."""
        too_large = declared.isdecimal() and int(declared) > self._max_body_bytes
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_body_bytes:
                too_large = True
            if too_large:
                parts.clear()
            else:
                parts.append(part)
            if not message.get("more_body", False) or size > self._max_body_bytes + _DRAINED:
                break
        if too_large:
            return None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _headers(self, response: Response) -> list[tuple[bytes, bytes]]:
        encoded, out = self._encoded, []
        for pair in response.headers:
            raw = encoded.get(pair)
            if raw is None:
                raw = (pair[0].lower().encode("latin-1"), pair[1].encode("latin-1", "replace"))
                if pair[0] not in _UNIQUE and len(encoded) < 4096:
                    encoded[pair] = raw
            out.append(raw)
        if response.status not in _NO_LENGTH:
            out.append((b"content-length", str(len(response.body)).encode()))
        return out

    # --- one request -----------------------------------------------------------------------------

    def handle(
        self,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        body: bytes | None,
        scheme: str = "http",
        server: tuple[str, int | None] = ("127.0.0.1", None),
    ) -> Response:
        """Answer one request to a provider. `path` is still percent-encoded; body None means too large."""
        began = time.perf_counter()
        base_url, host = self._caller(headers, scheme, server)
        provider, inner, prefix = self._select(path, host)
        if provider is None:
            return self._unknown_provider(path, base_url)
        request = Request(
            "GET" if method == "HEAD" else method, inner, query, headers, body or b"", base_url + prefix
        )
        world, response = self._open(provider, request)
        # Refused credentials have no sandbox; they are shown in the default one's journal, masked.
        home = world if world is not None else self.sandboxes.open(DEFAULT_SANDBOX)
        if response is None:
            at, response = self._answer(provider, world, home, request, too_large=body is None)
        else:
            at = home.clock.now()
        request.method = method
        self._mark(response)
        seconds = time.perf_counter() - began
        home.journal.record(at, provider.name, request, path, response, seconds)
        if self._log.format != "off":
            sandbox = "-" if world is None else world.name
            self._log.write(at, provider.name, sandbox, request, path, response, seconds)
        return response

    def _open(self, provider: Provider, request: Request) -> tuple[World | None, Response | None]:
        """The sandbox that the credentials open, if any; and an answer when looking for it went wrong."""
        try:
            name = provider.sandbox_of(request)
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
            if world is not None and not world.admit(provider.name):
                response = provider.failed("throttled", world, request)
            elif too_large:
                response = provider.failed("too_large", world, request)
            else:
                response = provider.respond(world, request)
            accepted = response.status < 400
            provider.finish(response, world, request)
        except Exception:
            accepted = False
            response = self._crashed(provider, world, request)
        finally:
            at = home.clock.now()
            if world is not None:
                world.end(accepted)
        return at, response

    def _crashed(self, provider: Provider, world: World | None, request: Request) -> Response:
        """A defect of ours: the traceback goes to the log, the provider's own 500 to the client."""
        log.exception("%s %s %s failed", provider.name, request.method, printable(request.path))
        response = provider.failed("crashed", world, request)
        provider.finish(response, world, request)
        return response

    def _caller(
        self, headers: dict[str, str], scheme: str, server: tuple[str, int | None]
    ) -> tuple[str, str]:
        """The address the caller used, as `scheme://host[:port]`, and the bare host name in lower case."""
        get = headers.get
        key = (get("host"), get("x-forwarded-host"), get("x-forwarded-proto"), scheme)
        known = self._callers.get(key)
        if known is None:
            scheme, host = caller_address(headers, scheme, server)
            known = (self._public_url or f"{scheme}://{host}", bare_host(host))
            if len(self._callers) >= 256:  # callers choose these headers
                self._callers.clear()
            self._callers[key] = known
        return known

    def _select(self, path: str, host: str) -> tuple[Provider | None, str, str]:
        """The provider, the path without its prefix, and the prefix. The Host header wins over the path."""
        by_host = self._by_host.get(host)
        if by_host is not None:
            return by_host, path, ""
        first, _, rest = path.lstrip("/").partition("/")
        provider = self._by_prefix.get(first)
        if provider is None:
            return None, path, ""
        return provider, "/" + rest, provider.prefix

    def _unknown_provider(self, path: str, base_url: str) -> Response:
        """Neither a provider's path nor its host: say what there is."""
        known = {name: base_url + provider.prefix for name, provider in self.providers.items()}
        content = {
            "server": "mockserver",
            "providers": known,
            "control": base_url + CONTROL_PREFIX,
            "try": [provider.example(known[provider.name]) for provider in self.providers.values()],
        }
        if path.strip("/"):
            content = {"error": f"no provider is served at {path}", **content}
        response = Response(
            404 if path.strip("/") else 200, orjson.dumps(content, option=orjson.OPT_INDENT_2)
        )
        response.headers.append(("Content-Type", "application/json"))
        self._mark(response)
        return response

    def _mark(self, response: Response) -> None:
        """Our own headers, after the provider's."""
        if response.unimplemented:
            response.headers.append(("X-Mock-Unimplemented", response.unimplemented))
        if not self._mock_headers:
            return
        response.headers.append(("X-Mock", self._version))
        if response.evidence is not None:
            response.headers.append(("X-Mock-Evidence", str(response.evidence)))
        if response.ignored:
            response.headers.append(("X-Mock-Ignored", _header_list(response.ignored)))


def _header_list(names: Iterable[str]) -> str:
    """Names for a header, cut at a kilobyte, without characters that a header cannot hold."""
    text = ", ".join(names)
    return "".join(c if " " <= c <= "~" else "?" for c in text[:1000])


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
