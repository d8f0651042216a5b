"""A sandbox's time: the clock, what is to come, and how things change by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from mockserver.testing.connection import Control
from mockserver.testing.values import (
    Duration,
    Instant,
    duration_text,
    instant,
    instant_text,
    optional_instant,
    subject_path,
)


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a thing: `idt.orders/17`, `created -> processing`."""

    at: datetime
    subject: str
    change: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.subject} {self.change}"


@dataclass(frozen=True, slots=True)
class Due:
    """A change to come; `due` is None while it is held back."""

    number: int
    due: datetime | None
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Advance:
    """What happened: `total` changes of themselves, and the events that came of them."""

    now: datetime
    total: int
    events: tuple[Event, ...]

    def __repr__(self) -> str:
        happened = "; ".join(map(str, self.events[:10])) or "nothing happened"
        return f"<now {self.now:%Y-%m-%d %H:%M:%S}, {self.total} changes: {happened}>"


class Clock:
    """The sandbox's clock. Nothing in a sandbox knows of any other time."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        state = self._control.get("/clock")
        return f"<clock {state['now']} ({state['mode']}), next change {state['next_due'] or 'none'}>"

    def now(self) -> datetime:
        return instant(self._control.get("/clock")["now"])

    def mode(self) -> Literal["real", "frozen", "scaled"]:
        mode: Literal["real", "frozen", "scaled"] = self._control.get("/clock")["mode"]
        return mode

    def next_due(self) -> datetime | None:
        """When the next change on the agenda happens; None when none is timed."""
        return optional_instant(self._control.get("/clock")["next_due"])

    def freeze(self, at: Instant | None = None) -> datetime:
        """Stop the clock where it stands, or at an instant."""
        change: dict[str, Any] = {"mode": "frozen"}
        if at is not None:
            change["now"] = instant_text(at)
        return instant(self._control.put("/clock", change)["now"])

    def run(self) -> None:
        """Let the clock run with the machine, from where it stands."""
        self._control.put("/clock", {"mode": "real"})

    def scale(self, rate: float) -> None:
        """Let the clock run `rate` times as fast as the machine."""
        self._control.put("/clock", {"mode": "scaled", "rate": rate})

    def set(self, now: Instant) -> None:
        """Put the clock anywhere, also back. Runs nothing; what is due by then runs with the next request."""
        self._control.put("/clock", {"now": instant_text(now)})

    def advance(
        self,
        by: Duration | None = None,
        *,
        to: Instant | None = None,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> Advance:
        """Move forward and run what falls due on the way: `advance("2d")`, `advance(90)`, `(days=3)`.

        Comes back once the callbacks that fell due are out, or after some seconds.
        """
        units = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        body: dict[str, Any] = {}
        if by is not None or (to is None and not units):
            body["by"] = duration_text(0 if by is None else by)
        if to is not None:
            body["to"] = instant_text(to)
        if units:
            body["seconds"] = units.total_seconds()
        if not self._control.connection.patient:
            body["wait"] = "0s"
        return advanced(self._control.post("/clock/advance", body))

    def agenda(self) -> list[Due]:
        """What is to come, in order; what is held back comes last."""
        return [_due(one) for one in self._control.get("/clock/agenda")["agenda"]]


@dataclass(frozen=True, slots=True)
class Policy:
    """How and when the things of a type, or one of them, change by themselves."""

    subject: str
    mode: str
    after: str | None
    outcome: str
    outcomes: tuple[str, ...]
    chosen: bool


class Transitions:
    """How things change by themselves. A subject is a type, `idt.orders`, or one thing, `idt.orders/17`."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<transitions of {', '.join(one.subject for one in self.policies())}>"

    def policies(self) -> list[Policy]:
        return [_policy(one) for one in self._control.get("/transitions")["policies"]]

    def pending(self) -> list[Due]:
        return [_due(one) for one in self._control.get("/transitions")["pending"]]

    def get(self, subject: str) -> Policy:
        return _policy(self._control.get(f"/transitions/{subject_path(subject)}"))

    def set(
        self,
        subject: str,
        mode: Literal["immediate", "after", "manual"] | None = None,
        *,
        after: Duration | None = None,
        outcome: str | None = None,
    ) -> Policy:
        """Choose when and how it ends, for what is begun from now on. What is left out stays."""
        change: dict[str, Any] = {"mode": mode, "outcome": outcome}
        if after is not None:
            change["after"] = duration_text(after)
        return _policy(self._control.put(f"/transitions/{subject_path(subject)}", change))

    def restore(self, subject: str) -> Policy:
        """Back to the policy of the type, or to the provider's default."""
        return _policy(self._control.delete(f"/transitions/{subject_path(subject)}"))

    def fire(self, subject: str, outcome: str | None = None) -> Advance:
        """Make what is pending about one thing happen now."""
        answer = self._control.post(f"/transitions/{subject_path(subject)}/fire", {"outcome": outcome})
        return advanced({**answer, "now": self._control.get("/clock")["now"]})

    def cancel(self, subject: str) -> int:
        """Take what is pending about one thing off the agenda; says how many changes that were."""
        cancelled: int = self._control.post(f"/transitions/{subject_path(subject)}/cancel")["cancelled"]
        return cancelled


def advanced(answer: dict[str, Any]) -> Advance:
    events = tuple(Event(instant(one["at"]), one["subject"], one["change"]) for one in answer["events"])
    return Advance(instant(answer["now"]), answer["total"], events)


def _due(one: dict[str, Any]) -> Due:
    return Due(one["number"], optional_instant(one["due"]), one["kind"], one["subject"])


def _policy(one: dict[str, Any]) -> Policy:
    return Policy(
        one["subject"], one["mode"], one["after"], one["outcome"], tuple(one["outcomes"]), one["chosen"]
    )
