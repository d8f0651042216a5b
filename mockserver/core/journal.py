"""The bounded log of requests and answers of a sandbox, credentials masked on the way in."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mockserver.core.messages import Evidence, HeaderList, Request, Response

MASK = "***"
_SECRET_HEADERS = frozenset(
    {"api-key", "x-api-key", "x-api-secret", "authorization", "proxy-authorization", "cookie"}
)
# Names of secret fields in queries, forms and JSON bodies: the legacy didlogic key, passwords.
_SECRET_FIELDS = ("apiid", "password", "api_key", "secret", "token")
_IN_FORM = re.compile(r"(?i)((?:^|[&?\[])[^=&]*(?:" + "|".join(_SECRET_FIELDS) + r")[^=&]*=)[^&]*")
_IN_JSON = re.compile(r'(?i)("[^"]*(?:' + "|".join(_SECRET_FIELDS) + r')[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"?')
_IN_MULTIPART = re.compile(
    r'(?i)(name="[^"]*(?:'
    + "|".join(_SECRET_FIELDS)
    + r')[^"]*"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)[^\r\n]*'
)
_HINT = re.compile(("|".join(_SECRET_FIELDS)).encode(), re.IGNORECASE)
_KEPT_BODY = 32 << 10


@dataclass(slots=True)
class Exchange:
    """One request with its answer, never changed once kept. Bodies are cut at 32 KiB; `*_size` tell how
    long they were. `weight` is about how many bytes of memory it holds."""

    number: int
    at: datetime
    provider: str
    operation: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    body_size: int
    status: int
    answer_headers: HeaderList
    answer: bytes
    answer_size: int
    seconds: float
    evidence: Evidence | None
    weight: int


class Journal:
    """A ring bounded by count and by bytes; the oldest entry goes first."""

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._entries: deque[Exchange] = deque()
        self._bytes = 0
        self.count = 0

    def record(
        self, at: datetime, provider: str, request: Request, path: str, response: Response, seconds: float
    ) -> None:
        """Keep one exchange. `path` is the path as the caller sent it, provider prefix and all.

        Credentials are gone before anything is kept. Runs on every request, so it is written to be quick.
        """
        if self._most_entries < 1:
            return
        self.count += 1
        body, answer, query, headers = request.body, response.body, request.query, request.headers
        body_size, answer_size = len(body), len(answer)
        if body and _HINT.search(body):
            body = mask_body(body[:_KEPT_BODY])
        if query and _HINT.search(query.encode("latin-1", "replace")):
            query = mask_query(query)
        if not _SECRET_HEADERS.isdisjoint(headers):
            headers = dict(headers)
            for name in _SECRET_HEADERS.intersection(headers):
                headers[name] = MASK
        if body_size > _KEPT_BODY:
            body = body[:_KEPT_BODY]
        if answer_size > _KEPT_BODY:
            answer = answer[:_KEPT_BODY]
        weight = 1500 + len(path) + len(query) + len(body) + len(answer)
        entries = self._entries
        entries.append(
            Exchange(
                self.count,
                at,
                provider,
                response.operation,
                request.method,
                path,
                query,
                headers,
                body,
                body_size,
                response.status,
                response.headers,
                answer,
                answer_size,
                seconds,
                response.evidence,
                weight,
            )
        )
        self._bytes += weight
        while len(entries) > self._most_entries or (self._bytes > self._most_bytes and len(entries) > 1):
            self._bytes -= entries.popleft().weight

    def __iter__(self) -> Iterator[Exchange]:
        """The exchanges still kept, oldest first."""
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        return self._bytes

    def clear(self) -> None:
        self._entries.clear()
        self._bytes = 0


def mask_query(query: str) -> str:
    """A query string with the values of secret fields replaced."""
    return _IN_FORM.sub(rf"\g<1>{MASK}", query)


def mask_body(body: bytes) -> bytes:
    """A form, multipart or JSON body with the values of secret fields replaced."""
    text = body.decode("utf-8", "replace")
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")):
        text = _IN_JSON.sub(rf'\g<1>"{MASK}"', text)
    elif stripped.startswith("--"):
        text = _IN_MULTIPART.sub(rf"\g<1>{MASK}", text)
    else:
        text = _IN_FORM.sub(rf"\g<1>{MASK}", text)
    return text.encode()
