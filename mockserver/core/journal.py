"""The bounded log of requests and answers of a sandbox, credentials masked on the way in."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mockserver.core.messages import HeaderList, Request, Response

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


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. Bodies are cut at 32 KiB; `*_size` tell how long they were."""

    number: int
    at: datetime
    provider: str
    operation: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    body_size: int
    status: int
    answer_headers: HeaderList
    answer: bytes
    answer_size: int
    seconds: float
    evidence: str

    @property
    def weight(self) -> int:
        """About how many bytes of memory it holds."""
        return 1500 + len(self.path) + len(self.query) + len(self.body) + len(self.answer)


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
        """Keep one exchange. `path` is the path as the caller sent it, provider prefix and all."""
        if self._most_entries < 1:
            return
        self.count += 1
        body, answer, query = request.body, response.body, request.query
        if body and _HINT.search(body):
            body = mask_body(body[:_KEPT_BODY])
        if query and _HINT.search(query.encode("latin-1", "replace")):
            query = mask_query(query)
        exchange = Exchange(
            number=self.count,
            at=at,
            provider=provider,
            operation=response.operation,
            method=request.method,
            path=path,
            query=query,
            headers={
                name: MASK if name in _SECRET_HEADERS else value for name, value in request.headers.items()
            },
            body=body[:_KEPT_BODY],
            body_size=len(request.body),
            status=response.status,
            answer_headers=response.headers,
            answer=answer if len(answer) <= _KEPT_BODY else answer[:_KEPT_BODY],
            answer_size=len(answer),
            seconds=seconds,
            evidence="" if response.evidence is None else str(response.evidence),
        )
        self._entries.append(exchange)
        self._bytes += exchange.weight
        while len(self._entries) > self._most_entries or (
            self._bytes > self._most_bytes and len(self._entries) > 1
        ):
            self._bytes -= self._entries.popleft().weight

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
