"""What a sandbox sends to its customer's server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from mockserver.testing.connection import Control
from mockserver.testing.values import Duration, duration_text, instant, part, seconds_of


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback and what became of it.

    state    pending, delivered, failed, held, or blocked (it would have left this machine)
    reason   why it is held or blocked
    status   what the receiver answered last, None without an answer
    """

    id: str
    provider: str
    subject: str
    event: str
    method: str
    url: str
    state: str
    reason: str
    at: datetime
    status: int | None
    headers: tuple[tuple[str, str], ...]
    text: str
    attempts: tuple[dict[str, Any], ...]
    chaos: tuple[str, ...]

    def __repr__(self) -> str:
        last = f" {self.status}" if self.status else ""
        why = f": {self.reason}" if self.reason else ""
        return f"<{self.id}: {self.subject} {self.event} to {self.url} {self.state}{last}{why}>"

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


class Callbacks:
    """The outbox of a sandbox. Callbacks go to this machine and private networks only."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<callbacks {self.list()}>"

    def __len__(self) -> int:
        total: int = self._control.get("/callbacks?limit=1")["total"]
        return total

    def get(self, id: str) -> Callback:
        return _callback(self._control.get(f"/callbacks/{part(id)}"))

    def wait(
        self,
        count: int = 1,
        *,
        timeout: timedelta | float = 5.0,
        provider: str | None = None,
        subject: str | None = None,
        event: str | None = None,
        state: str | None = "delivered",
        after: int | None = None,
    ) -> list[Callback]:
        """Wait, in real time, until so many match; NotInTime (an AssertionError) if they do not."""
        seconds = seconds_of(timeout)
        body = {
            "count": count,
            "timeout": f"{seconds:g}s",
            "provider": provider,
            "subject": subject,
            "event": event,
            "state": state,
            "after": after,
        }
        answer = self._control.post("/callbacks/wait", body, wait=seconds)
        return [_callback(one) for one in answer["callbacks"]]

    def list(
        self, *, provider: str | None = None, state: str | None = None, subject: str | None = None
    ) -> list[Callback]:
        """Those that match, newest last. A subject is a type, a thing (didww.orders/ID) or an id."""
        chosen = {"provider": provider, "state": state, "subject": subject, "limit": 1000}
        query = urlencode({name: value for name, value in chosen.items() if value is not None})
        return [self.get(one["id"]) for one in self._control.get(f"/callbacks?{query}")["callbacks"]]

    def redeliver(self, id: str) -> Callback:
        """Send one again, now, whatever became of it before."""
        body = {} if self._control.connection.patient else {"wait": "0s"}
        return _callback(self._control.post(f"/callbacks/{part(id)}/redeliver", body))

    def policy(
        self,
        *,
        drop: float = 0,
        duplicate: float = 0,
        reorder: float = 0,
        delay: float = 0,
        bad_signature: float = 0,
        delay_by: Duration | None = None,
        times: int | None = None,
    ) -> dict[str, Any]:
        """How likely it is, from 0 to 1, that something happens to callbacks from now on; at most `times`."""
        body: dict[str, Any] = {
            "drop": drop,
            "duplicate": duplicate,
            "reorder": reorder,
            "delay": delay,
            "bad_signature": bad_signature,
        }
        if delay_by is not None:
            body["delay_by"] = duration_text(delay_by)
        if times is not None:
            body["times"] = times
        policy: dict[str, Any] = self._control.put("/callbacks/policy", body)
        return policy

    def clear(self) -> None:
        """Forget all of them; what was to be sent is not."""
        self._control.delete("/callbacks")


def _callback(one: dict[str, Any]) -> Callback:
    return Callback(
        id=one["id"],
        provider=one["provider"],
        subject=one["subject"],
        event=one["event"],
        method=one["method"],
        url=one["url"],
        state=one["state"],
        reason=one["reason"],
        at=instant(one["created_at"]),
        status=one["status"],
        headers=tuple((name, value) for name, value in one["headers"]),
        text=one["body"],
        attempts=tuple(one["attempts"]),
        chaos=tuple(one["chaos"]),
    )
