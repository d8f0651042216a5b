"""The bounded log of requests and answers of a sandbox, credentials masked on the way in."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.core.messages import Evidence, HeaderList, Request, Response

MASK = "***"
_SECRET_HEADERS = ("api-key", "x-api-key", "x-api-secret", "authorization", "proxy-authorization", "cookie")
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
    headers: Mapping[str, str]
    body: bytes
    body_size: int
    status: int
    answer_headers: HeaderList
    answer: bytes
    answer_size: int
    seconds: float
    evidence: Evidence | None


# The fields of an Exchange as they are kept, the request standing for its own; see `_exchange`.
_Kept = tuple[Any, ...]


class Journal:
    """A ring bounded by count and by bytes; the oldest entry goes first."""

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self.count = 0

    def record(
        self, at: datetime, provider: str, request: Request, path: str, response: Response, seconds: float
    ) -> None:
        """Keep one exchange. `path` is the path as the caller sent it, provider prefix and all.

        Credentials leave the request here, before anything is kept: nobody may use it afterwards. Runs on
        every request, so `Exchange` objects are only made when somebody reads.
        """
        if self._most_entries < 1:
            return
        self.count += 1
        headers, body_size, answer_size = request.headers, len(request.body), len(response.body)
        for name in _SECRET_HEADERS:
            if name in headers:
                headers[name] = MASK
        if body_size:
            body = request.body[:_KEPT_BODY]
            request.body = mask_body(body) if _HINT.search(body) else body
        if request.query and _HINT.search(request.query.encode("latin-1", "replace")):
            request.query = mask_query(request.query)
        answer = response.body if answer_size <= _KEPT_BODY else response.body[:_KEPT_BODY]
        weight = 2500 + 2 * len(path) + len(request.query) + len(request.body) + len(answer)
        self._kept.append(
            (
                weight,
                self.count,
                at,
                provider,
                path,
                request,
                body_size,
                response.operation,
                response.status,
                response.headers,
                answer,
                answer_size,
                seconds,
                response.evidence,
            )
        )
        self._bytes += weight
        while len(self._kept) > self._most_entries or (
            self._bytes > self._most_bytes and len(self._kept) > 1
        ):
            self._bytes -= self._kept.popleft()[0]

    def __iter__(self) -> Iterator[Exchange]:
        """The exchanges still kept, oldest first."""
        return map(_exchange, tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return self._bytes

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0


def _exchange(kept: _Kept) -> Exchange:
    _, number, at, provider, path, request, body_size = kept[:7]
    operation, status, headers, answer, answer_size, seconds, evidence = kept[7:]
    return Exchange(
        number=number,
        at=at,
        provider=provider,
        operation=operation,
        method=request.method,
        path=path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        body_size=body_size,
        status=status,
        answer_headers=headers,
        answer=answer,
        answer_size=answer_size,
        seconds=seconds,
        evidence=evidence,
    )


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
