"""A request and an answer as plain values, so that providers never see the web framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

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
    """

    __slots__ = ("_segments", "base_url", "body", "headers", "method", "path", "query")

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
        self._segments: tuple[str, ...] | None = None

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


class Response:
    """One answer. `headers` are what the provider itself sends, in its order and spelling.

    operation      the name of the operation that answered, for the journal and coverage; "" when none did
    evidence       how well this answer is known
    ignored        request fields and parameters that nothing read (X-Mock-Ignored)
    unimplemented  what is not built, when that is the answer (X-Mock-Unimplemented)
    """

    __slots__ = ("body", "evidence", "headers", "ignored", "operation", "status", "unimplemented")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        headers: HeaderList | None = None,
        *,
        operation: str = "",
        evidence: Evidence | None = None,
        ignored: Iterable[str] = (),
        unimplemented: str = "",
    ) -> None:
        self.status = status
        self.body = body
        self.headers: HeaderList = [] if headers is None else headers
        self.operation = operation
        self.evidence = evidence
        self.ignored = ignored
        self.unimplemented = unimplemented

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.operation}>"
