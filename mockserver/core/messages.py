"""A request and an answer as plain values, so that providers never see the web framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from mockserver.core.faults import Fault

HeaderList = list[tuple[str, str]]


class Evidence(NamedTuple):
    """How well a behaviour is known, and the claim that says so (design: claims).

    `level` is one of recorded, documented, client, assumed.
    """

    level: str
    claim: str

    def __str__(self) -> str:
        return f"{self.level}; claim={self.claim}"


class Request:
    """One HTTP request to a provider, its body read whole.

    path      as sent, still percent-encoded, without the provider's prefix; starts with a slash
    query     the raw query string, without the question mark
    headers   lower-case name -> value
    base_url  where this provider starts for this caller, without a slash at the end;
              links in answers are `base_url + "/v3/..."`
    route     whatever the provider worked out from method, path and headers alone; it is kept with the
              request, which stands for every later one that says the same
    """

    __slots__ = ("_segments", "base_url", "body", "headers", "method", "path", "query", "route")

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        base_url: str = "http://127.0.0.1",
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers: dict[str, str] = {} if headers is None else headers
        self.body = body
        self.base_url = base_url
        self.route: Any = None
        self._segments: tuple[str, ...] | None = None

    def with_body(self, body: bytes) -> Request:
        """The same request with a body."""
        request = Request(self.method, self.path, self.query, self.headers, body, self.base_url)
        request.route, request._segments = self.route, self._segments
        return request

    @property
    def segments(self) -> tuple[str, ...]:
        """The decoded path, one item a segment; empty segments (doubled or trailing slashes) are dropped."""
        if self._segments is None:
            parts = tuple(part for part in self.path.split("/") if part)
            if "%" in self.path:
                parts = tuple(unquote(part) for part in parts)
            self._segments = parts
        return self._segments

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path}>"


class HeaderBlock:
    """Headers that many answers share: `pairs` as a person reads them, `raw` as they are sent."""

    __slots__ = ("pairs", "raw")

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs
        self.raw = tuple(encode_header(pair) for pair in pairs)


def encode_header(pair: tuple[str, str]) -> tuple[bytes, bytes]:
    """One header as it is sent: the name in lower case, what Latin-1 cannot hold replaced."""
    return pair[0].lower().encode("latin-1"), pair[1].encode("latin-1", "replace")


NO_HEADERS = HeaderBlock()


class Response:
    """One answer. `headers` are what the provider itself sends, in its order and spelling.

    block          the headers it shares with other answers; `more` are its own
    remarks        our own headers about this very answer; left out with the others of ours
    marks          our own headers, put on by the gateway
    operation      the name of the operation that answered, for the journal and coverage; "" when none did
    evidence       how well this answer is known
    ignored        request fields and parameters that nothing read (X-Mock-Ignored)
    unimplemented  what is not built, when that is the answer (X-Mock-Unimplemented)
    fault          the rule that made the answer what it is, when one did
    committed      whether what the request changed is kept; by its status unless a fault decided otherwise
    """

    __slots__ = (
        "block",
        "body",
        "committed",
        "evidence",
        "fault",
        "ignored",
        "marks",
        "more",
        "operation",
        "remarks",
        "status",
        "unimplemented",
    )

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        headers: HeaderBlock | HeaderList | None = None,
        *,
        operation: str = "",
        evidence: Evidence | None = None,
        ignored: Iterable[str] = (),
        unimplemented: str = "",
    ) -> None:
        self.status = status
        self.body = body
        self.block = headers if isinstance(headers, HeaderBlock) else NO_HEADERS
        self.more: HeaderList = headers if isinstance(headers, list) else []
        self.marks = NO_HEADERS
        self.remarks: Iterable[tuple[str, str]] = ()
        self.operation = operation
        self.evidence = evidence
        self.ignored = ignored
        self.unimplemented = unimplemented
        self.fault: Fault | None = None
        self.committed = status < 400

    def add(self, name: str, value: str) -> None:
        """One more header, after those there are."""
        self.more.append((name, value))

    @property
    def headers(self) -> HeaderList:
        """All headers but Content-Length, as name and value."""
        return [*self.block.pairs, *self.more, *self.marks.pairs]

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.operation}>"
