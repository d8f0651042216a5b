"""The bounded log of requests and answers of a sandbox, credentials masked on the way in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from mockserver.core.masking import MASK, mask_body, mask_query, may_hold_secrets
from mockserver.core.messages import Evidence, HeaderList, Response

_SECRET_HEADERS = frozenset(
    ("api-key", "x-api-key", "x-api-secret", "authorization", "proxy-authorization", "cookie")
)
_KEPT_BODY = 32 << 10


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. Bodies are cut at 32 KiB; `*_size` tell how long they were.

    `fault` is the id of the rule that made the answer fail, "" when none did; `status` is 0 when the
    connection was cut without an answer. `committed` tells whether what the request changed was kept.
    """

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
    fault: str
    committed: bool

    @property
    def whole(self) -> bool:
        """Whether the request's body was kept whole."""
        return self.body_size <= _KEPT_BODY


class Shown(NamedTuple):
    """What of a request's head may be kept and logged; see `shown`."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def shown(method: str, path: str, query: str, headers: Mapping[str, str]) -> Shown:
    """The head of a request without credentials. `path` is as the caller sent it, provider prefix and all."""
    if query and may_hold_secrets(query.encode("latin-1", "replace")):
        query = mask_query(query)
    masked = {name: MASK if name in _SECRET_HEADERS else value for name, value in headers.items()}
    return Shown(method, path, query, masked)


# The fields of an Exchange as they are kept, after how much memory they hold. Not the response itself, whose
# body may be long.
_Kept = tuple[Any, ...]


class Journal:
    """A ring bounded by count and by bytes; the oldest entry goes first."""

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self.count = 0
        self.judged = 0  # the number of the last exchange that was held against its document
        self.leaving: Callable[[], None] | None = None  # told before everything is forgotten

    def record(
        self, at: datetime, provider: str, head: Shown, body: bytes, response: Response, seconds: float
    ) -> None:
        """Keep one exchange. Runs on every request; `Exchange` objects are only made when somebody reads.

        Credentials are masked before anything is kept.
        """
        if self._most_entries < 1:
            return
        self.count += 1
        size, answer = len(body), response.body
        if size:
            body = body[:_KEPT_BODY]
            if may_hold_secrets(body):
                body = mask_body(body)
        answer_size = len(answer)
        if answer_size > _KEPT_BODY:
            answer = answer[:_KEPT_BODY]
        weight = 2500 + 2 * len(head.path) + len(head.query) + len(body) + len(answer)
        headers = (response.block, response.more, response.marks)
        fault = "" if response.fault is None else response.fault.id
        about = (response.operation, response.status, response.evidence, fault, response.committed)
        self._kept.append(
            (weight, self.count, at, provider, head, body, size, about, headers, answer, answer_size, seconds)
        )
        self._bytes += weight
        while len(self._kept) > self._most_entries or (
            self._bytes > self._most_bytes and len(self._kept) > 1
        ):
            self._bytes -= self._kept.popleft()[0]

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._most_entries > 0

    def __iter__(self) -> Iterator[Exchange]:
        """The exchanges still kept, oldest first."""
        return map(_exchange, tuple(self._kept))

    def after(self, number: int) -> Iterator[Exchange]:
        """Those of the exchanges still kept that came after a number, successful answers without their body.

        For who judges requests: to mask the credentials in every answer takes longer than that.
        """
        return (_exchange(_without_success(kept)) for kept in tuple(self._kept) if kept[1] > number)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return self._bytes

    def restart(self) -> None:
        """Forget everything, and count from one again."""
        self.clear()
        self.count = self.judged = 0

    def clear(self) -> None:
        """Forget the exchanges; the next one's number follows all the same."""
        if self.leaving is not None and self._kept:
            self.leaving()
        self._kept.clear()
        self._bytes = 0


def _without_success(kept: _Kept) -> _Kept:
    _, status, *_ = about = kept[7]
    return kept if status >= 400 else (*kept[:7], about, kept[8], b"", *kept[10:])


def _exchange(kept: _Kept) -> Exchange:
    _, number, at, provider, head, body, size, about, headers, answer, answer_size, seconds = kept
    operation, status, evidence, fault, committed = about
    block, more, marks = headers
    return Exchange(
        number=number,
        at=at,
        provider=provider,
        operation=operation,
        method=head.method,
        path=head.path,
        query=head.query,
        headers=head.headers,
        body=body,
        body_size=size,
        status=status,
        answer_headers=[*block.pairs, *more, *marks.pairs],
        # Masked when it is read: answers are many, few are looked at, and none leaves the process before.
        answer=mask_body(answer) if may_hold_secrets(answer) else answer,
        answer_size=answer_size,
        seconds=seconds,
        evidence=evidence,
        fault=fault,
        committed=committed,
    )
