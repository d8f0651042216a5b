"""What a sandbox was asked and what it answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mockserver.testing.connection import Control
from mockserver.testing.values import instant, part, seconds_of


@dataclass(frozen=True, slots=True)
class Message:
    """One side of an exchange as it was kept: credentials masked, `text` cut at 32 KiB of `size` bytes."""

    headers: tuple[tuple[str, str], ...]
    text: str
    size: int

    def __repr__(self) -> str:
        return f"<{self.size} bytes: {self.text[:60]!r}>"

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. `status` is 0 when a fault cut the connection."""

    id: int
    at: datetime
    provider: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    fault: str
    evidence: str
    request: Message
    answer: Message

    def __repr__(self) -> str:
        return f"<{self.id}: {self.method} {self.target} {self.status or 'cut'}>"

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def refused(self) -> bool:
        return self.status >= 400 or self.status == 0


class Journal:
    """The requests of a sandbox to all three providers.

    Matches are given by name: provider, operation, method, path (with wildcards), status (404, "4xx",
    0 for a cut connection), query and body (a part of it), fault (the id of one), after (an exchange's id).
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<journal of {self.count()} requests>"

    def __len__(self) -> int:
        return self.count()

    def requests(self, *, limit: int = 1000) -> list[Exchange]:
        """The newest exchanges, newest last."""
        return self.find(limit=limit)

    def find(self, *, limit: int = 1000, **match: Any) -> list[Exchange]:
        """The exchanges that match, newest last."""
        answer = self._control.post("/requests/find", {**match, "limit": limit, "detail": True})
        return [exchange(one) for one in answer["requests"]]

    def one(self, **match: Any) -> Exchange:
        """The only exchange that matches; AssertionError when there is none or more than one."""
        answer = self._control.post("/requests/find", {**match, "detail": True})
        if answer["total"] != 1:
            near = [
                f"\n  near: {one['request']['method']} {one['request']['path']} {one['request']['status']}, "
                f"differs in {one['differs_in']}"
                for one in answer["near"]
            ]
            raise AssertionError(f"{answer['total']} requests match {match}, not one{''.join(near)}")
        return exchange(answer["requests"][0])

    def count(self, **match: Any) -> int:
        count: int = self._control.post("/requests/count", match)["count"]
        return count

    def wait(self, count: int = 1, *, timeout: timedelta | float = 5.0, **match: Any) -> list[Exchange]:
        """Wait, in real time, until so many requests match; NotInTime (an AssertionError) if they do not."""
        seconds = seconds_of(timeout)
        body = {**match, "count": count, "timeout": f"{seconds:g}s", "detail": True}
        answer = self._control.post("/requests/wait", body, wait=seconds)
        return [exchange(one) for one in answer["requests"]]

    def get(self, id: int) -> Exchange:
        return exchange(self._control.get(f"/requests/{part(id)}"))

    def explain(self, id: int) -> dict[str, str]:
        """Why a request was refused: rule, reference, field, and the smallest change that would have done.

        Empty for a request that was not refused.
        """
        explanation: dict[str, str] = self._control.get(f"/requests/{part(id)}")["explanation"] or {}
        return explanation

    def clear(self) -> None:
        self._control.delete("/requests")

    def har(self) -> dict[str, Any]:
        """All of it as an HTTP Archive."""
        archive: dict[str, Any] = self._control.get("/requests/har")
        return archive


def exchange(one: dict[str, Any]) -> Exchange:
    """An exchange from the API's detailed view of it."""
    return Exchange(
        id=one["id"],
        at=instant(one["at"]),
        provider=one["provider"],
        operation=one["operation"],
        method=one["method"],
        path=one["path"],
        query=one["query"],
        status=one["status"],
        fault=one["fault"],
        evidence=one["evidence"],
        request=_message(one["request"]),
        answer=_message(one["answer"]),
    )


def _message(side: dict[str, Any]) -> Message:
    return Message(tuple((name, value) for name, value in side["headers"]), side["body"], side["size"])
