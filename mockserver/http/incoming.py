"""What the head of a request says: which provider, under which address, with whose credentials.

Clients repeat themselves, so a head that was seen before is not worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.core.journal import Shown, shown
from mockserver.core.messages import Request
from mockserver.core.provider import Provider
from mockserver.http.address import bare_host, caller_address

Server = tuple[str, int | None]
RawHeaders = Sequence[tuple[bytes, bytes]]

_MOST_HEADS = 1024
_LONGEST_HEAD = 4096  # bytes of path, query and headers; longer ones are not kept


class Incoming:
    """One request without its body.

    provider  None when neither the path nor the host names one
    request   as the provider sees it: HEAD is GET, the prefix is gone
    head      what may be kept and logged of it
    address   `scheme://host[:port]` as the caller wrote it, or the public one
    sandbox   what the credentials open; only meaningful once `known`, which it is never with a body,
              since a body may hold credentials too
    """

    __slots__ = ("address", "has_body", "head", "known", "provider", "request", "sandbox")

    def __init__(self, provider: Provider | None, request: Request, head: Shown, address: str) -> None:
        self.provider = provider
        self.request = request
        self.head = head
        self.address = address
        self.has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        self.known = False
        self.sandbox: str | None = None


class Reader:
    """Makes `Incoming` out of heads, and remembers a bounded number of them."""

    def __init__(self, providers: Mapping[str, Provider], public_url: str | None) -> None:
        self._public_url = None if public_url is None else public_url.rstrip("/")
        self._by_prefix = {provider.prefix.strip("/"): provider for provider in providers.values()}
        self._by_host = {host: provider for provider in providers.values() for host in provider.hosts}
        self._by_port: dict[int | None, Provider] = {}
        self._seen: dict[tuple[object, ...], Incoming] = {}

    def give_port(self, provider: Provider, port: int) -> None:
        """Whatever comes in there is for that provider, and links in its answers lead back there."""
        self._by_port[port] = provider

    def read_raw(
        self, method: str, path: bytes, query: bytes, headers: RawHeaders, scheme: str, server: Server
    ) -> Incoming:
        """The head as ASGI gives it."""
        key = (method, path, query, scheme, server, *headers)
        incoming = self._seen.get(key)
        if incoming is None:
            named: dict[str, str] = {}
            for raw_name, raw_value in headers:
                # White space around a value is no part of it (RFC 9110, 5.5); parsers leave what follows it.
                name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1").strip(" \t")
                named[name] = value if name not in named else f"{named[name]}, {value}"
            incoming = self.read(
                method, path.decode("latin-1"), query.decode("latin-1"), named, scheme, server
            )
            size = len(path) + len(query) + sum(len(name) + len(value) for name, value in headers)
            if size <= _LONGEST_HEAD:
                if len(self._seen) >= _MOST_HEADS:
                    self._seen.clear()
                self._seen[key] = incoming
        return incoming

    def read(
        self, method: str, path: str, query: str, headers: dict[str, str], scheme: str, server: Server
    ) -> Incoming:
        """The head as text: `path` still percent-encoded, header names in lower case."""
        scheme, host = caller_address(headers, scheme, server)
        provider, prefix = self._by_port.get(server[1]), ""
        if provider is not None:
            address, inner = f"{scheme}://{host}", path
        else:
            address = self._public_url or f"{scheme}://{host}"
            provider, inner, prefix = self._select(path, bare_host(host))
        request = Request("GET" if method == "HEAD" else method, inner, query, headers, b"", address + prefix)
        return Incoming(provider, request, shown(method, path, query, headers), address)

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
