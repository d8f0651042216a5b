"""Callbacks on their way to the customer's own server: what is sent, when it is tried, what came of it.

Nothing here touches the network. A provider posts a callback; a job on the sandbox's clock opens an attempt;
whoever delivers finds open attempts in `sending` and records how each ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from mockserver.core.chaos import Chaos, spoilt
from mockserver.core.clock import LATEST, Clock
from mockserver.core.ids import Ids
from mockserver.core.scheduler import Job, Scheduler
from mockserver.core.tables import Undo
from mockserver.core.transitions import Policies

if TYPE_CHECKING:
    from mockserver.core.world import World

State = Literal["pending", "delivered", "failed", "held", "blocked"]
Outcome = Literal["delivered", "failed", "blocked"]
Headers = tuple[tuple[str, str], ...]
STATES: tuple[State, ...] = get_args(State)
UNFINISHED = ("pending", "held")
DROPPED = "dropped by the chaos policy"
HELD = "held by the transition policy"
KEPT_BACK = "kept back by the chaos policy until the next callback has gone"
_MOST_ATTEMPTS = 50  # kept of one callback


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver. `turn` counts the attempts of a sandbox: those of one receiver go in its order.

    at       the instant of the sandbox's clock at which it was due
    outcome  "" while it is under way
    status   what the receiver answered, when it did
    detail   why it was no success
    """

    turn: int
    at: datetime
    outcome: Literal["", "delivered", "failed", "blocked"] = ""
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended; see `Attempt`."""

    outcome: Outcome
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """One message to a customer's server.

    subject       what it tells of: "didww.orders/UUID"
    event         what became of that: "completed"
    url           the whole address, signed as it stands
    waits         how long after a failed attempt the next one follows; none is left: the callback has failed
    reason        why it is held or blocked
    chaos         what the chaos policy did to it
    duplicate_of  the id of the one that this repeats
    tried         how many of `waits` are used up
    """

    id: str
    number: int
    provider: str
    subject: str
    event: str
    method: str
    url: str
    headers: Headers
    body: bytes
    created_at: datetime
    waits: tuple[timedelta, ...] = ()
    state: State = "pending"
    reason: str = ""
    chaos: tuple[str, ...] = ()
    duplicate_of: str = ""
    attempts: tuple[Attempt, ...] = ()
    tried: int = 0

    @property
    def key(self) -> str:
        """The callback as the subject of a change: "didww.callbacks/callback-1"."""
        return f"{self.provider}.callbacks/{self.id}"

    @property
    def under_way(self) -> bool:
        return bool(self.attempts) and not self.attempts[-1].outcome

    @property
    def weight(self) -> int:
        """Roughly how many bytes it holds."""
        return 1000 + len(self.url) + len(self.body)


@dataclass(frozen=True, slots=True)
class AttemptCallback(Job):
    """It is time to try to deliver a callback."""

    kind: ClassVar[str] = "callbacks.attempt"
    routine: ClassVar[bool] = True  # what it tells of is done
    provider: str
    callback_id: str

    @property
    def subject(self) -> str:
        return f"{self.provider}.callbacks/{self.callback_id}"

    def run(self, world: World) -> None:
        world.outbox.open(self.callback_id)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The state of an outbox, for snapshots. `count` and `turns` are how many there ever were."""

    callbacks: tuple[Callback, ...] = ()
    count: int = 0
    turns: int = 0
    chaos: Chaos = field(default_factory=Chaos)
    struck: int = 0


class Outbox:
    """The callbacks of one sandbox. Bounded: finished ones are forgotten first, then the oldest.

    Every change leaves its inverse in the world's undo log, as those of tables do.
    """

    def __init__(
        self,
        clock: Clock,
        scheduler: Scheduler,
        policies: Policies,
        undo: Undo,
        chance: Ids,
        *,
        most: int = 1000,
        most_bytes: int = 4 << 20,
    ) -> None:
        self.chance = chance
        self.chaos = Chaos()
        self.struck = 0
        self.count = 0
        self.turns = 0
        self._kept: dict[str, Callback] = {}
        self._sending: dict[str, Callback] = {}
        self._bytes = 0
        self._clock = clock
        self._scheduler = scheduler
        self._policies = policies
        self._undo = undo
        self._most = most
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[Callback]:
        """All that are kept, oldest first."""
        return iter(sorted(self._kept.values(), key=lambda callback: callback.number))

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, identifier: str) -> Callback | None:
        return self._kept.get(identifier)

    @property
    def sending(self) -> list[Callback]:
        """Those with an attempt under way, in the order in which they are to be sent."""
        return sorted(self._sending.values(), key=lambda callback: callback.attempts[-1].turn)

    # --- posting -----------------------------------------------------------------------------------

    def post(
        self,
        provider: str,
        subject: str,
        event: str,
        *,
        method: str,
        url: str,
        headers: Headers,
        body: bytes = b"",
        waits: tuple[timedelta, ...] = (),
        signature: str = "",
    ) -> Callback:
        """Put a callback on its way; the transition policy of `PROVIDER.callbacks` says when it is tried.

        `signature` names the header that a policy of bad signatures spoils.
        """
        self._remember_counts()
        mishaps = self.chaos.draw(self.chance, self.struck)
        if "reorder" in mishaps and any(one.reason == KEPT_BACK for one in self._kept.values()):
            mishaps = tuple(mishap for mishap in mishaps if mishap != "reorder")  # two would just swap
        self.struck += bool(mishaps)
        if "bad_signature" in mishaps:
            headers = tuple((name, spoilt(value) if name == signature else value) for name, value in headers)
        first = self._new(
            Callback(
                id="",
                number=0,
                provider=provider,
                subject=subject,
                event=event,
                method=method,
                url=url,
                headers=headers,
                body=body,
                created_at=self._clock.now(),
                waits=waits,
                chaos=mishaps,
            )
        )
        if "duplicate" in mishaps and "drop" not in mishaps and first.state == "pending":
            self._new(replace(first, duplicate_of=first.id))
        return self._kept.get(first.id, first)

    def _new(self, callback: Callback) -> Callback:
        """Number a callback, keep it and put its first attempt on the agenda."""
        self.count += 1
        identifier = f"callback-{self.count}"
        callback = replace(callback, id=identifier, number=self.count)
        policy, now = self._policies.of(callback.key), self._clock.now()
        due: datetime | None = now
        if "drop" in callback.chaos:
            self._put(replace(callback, state="held", reason=DROPPED))
            self._make_room()
            return callback
        if policy.mode == "manual":
            due = None
            callback = replace(callback, state="held", reason=HELD)
        elif "reorder" in callback.chaos:
            due = _after(now, self.chaos.reorder_within)
            callback = replace(callback, reason=KEPT_BACK)
        else:
            if policy.mode == "after":
                due = _after(now, policy.delay)
            if "delay" in callback.chaos and due is not None:
                due = _after(due, self.chaos.delay_by)
        self._put(callback)
        self._scheduler.add(due, AttemptCallback(callback.provider, callback.id))
        if due is not None and not callback.reason:
            for one in [one for one in self if one.reason == KEPT_BACK]:
                self._scheduler.cancel(one.key)
                self._put(replace(one, reason=""))
                self._scheduler.add(due, AttemptCallback(one.provider, one.id))
        self._make_room()
        return callback

    # --- attempts ----------------------------------------------------------------------------------

    def open(self, identifier: str) -> Callback | None:
        """Begin an attempt, due at this instant; None when the callback is gone, done or being sent."""
        callback = self._kept.get(identifier)
        if callback is None or callback.state not in UNFINISHED or callback.under_way:
            return None
        self._remember_counts()
        self.turns += 1
        attempts = (*callback.attempts, Attempt(self.turns, self._clock.now()))[-_MOST_ATTEMPTS:]
        return self._put(replace(callback, state="pending", reason="", attempts=attempts))

    def record(self, callback: Callback, result: Result) -> Callback | None:
        """How the open attempt of a callback ended; None when it is not the one that was sent any more.

        A failed one is tried again as long as there are `waits`, counted from the attempt's own instant.
        """
        if self._kept.get(callback.id) is not callback or not callback.under_way:
            return None
        last = callback.attempts[-1]
        ended = replace(last, outcome=result.outcome, status=result.status, detail=result.detail)
        state: State = result.outcome
        tried = callback.tried
        if result.outcome == "failed" and tried < len(callback.waits):
            state = "pending"
            due = _after(last.at, callback.waits[tried])
            self._scheduler.add(due, AttemptCallback(callback.provider, callback.id))
            tried += 1
        return self._put(
            replace(
                callback,
                state=state,
                reason=result.detail if state == "blocked" else "",
                tried=tried,
                attempts=(*callback.attempts[:-1], ended),
            )
        )

    def redeliver(self, callback: Callback) -> Callback:
        """Send a callback now, whatever became of it before; its attempts are counted anew."""
        self._scheduler.cancel(callback.key)
        self._put(replace(callback, state="pending", reason="", tried=0))
        sent = self.open(callback.id)
        assert sent is not None
        return sent

    def clear(self) -> int:
        """Forget every callback and what was planned for it; returns how many there were."""
        for callback in self._kept.values():
            if callback.state in UNFINISHED:
                self._scheduler.cancel(callback.key)
        cleared = len(self._kept)
        for identifier in list(self._kept):
            self._drop(identifier)
        return cleared

    # --- snapshots ---------------------------------------------------------------------------------

    def state(self) -> Outgoing:
        return Outgoing(tuple(self), self.count, self.turns, self.chaos, self.struck)

    def take_on(self, state: Outgoing) -> None:
        """Hold other callbacks from now on. Cannot be undone. Attempts under way are made again."""
        for callback in list(self._kept.values()):
            self._set(callback.id, None)
        for callback in state.callbacks:
            self._set(callback.id, callback)
        self.count = max([state.count, *(one.number for one in state.callbacks)])
        self.turns = max(
            [state.turns, *(attempt.turn for one in state.callbacks for attempt in one.attempts)]
        )
        self.chaos, self.struck = state.chaos, state.struck

    # --- keeping -----------------------------------------------------------------------------------

    def _put(self, callback: Callback) -> Callback:
        self._undo.append((self._set, (callback.id, self._kept.get(callback.id))))
        self._set(callback.id, callback)
        return callback

    def _drop(self, identifier: str) -> None:
        self._undo.append((self._set, (identifier, self._kept[identifier])))
        self._set(identifier, None)

    def _set(self, identifier: str, callback: Callback | None) -> None:
        old = self._kept.get(identifier)
        self._bytes += (0 if callback is None else callback.weight) - (0 if old is None else old.weight)
        self._sending.pop(identifier, None)
        if callback is None:
            self._kept.pop(identifier, None)
            return
        self._kept[identifier] = callback
        if callback.under_way:
            self._sending[identifier] = callback

    def _make_room(self) -> None:
        while len(self._kept) > 1 and (len(self._kept) > self._most or self._bytes > self._most_bytes):
            finished = (one for one in self._kept.values() if one.state not in UNFINISHED)
            doomed = next(finished, None) or next(iter(self._kept.values()))
            self._scheduler.cancel(doomed.key)
            self._drop(doomed.id)

    def _remember_counts(self) -> None:
        self._undo.append((self._recount, (self.count, self.turns, self.struck)))

    def _recount(self, *counts: Any) -> None:
        self.count, self.turns, self.struck = counts


def _after(instant: datetime, wait: timedelta) -> datetime:
    return instant + wait if wait < LATEST - instant else LATEST
