"""Rules that make matching requests fail or misbehave, as data, and the ones of a sandbox in order.

Whether a rule strikes depends on nothing but the requests it has seen, the sandbox's clock and a stream of
chance of its own: the same requests meet the same faults, and ids elsewhere do not shift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal

from mockserver.core.ids import Ids

Mangled = Literal["", "truncated", "malformed"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to a request.

    status   answered with this status in the provider's envelope
    error    answered with this error of the provider's own, by its code
    latency  answered that much later, in real time
    cut      not answered: the connection is closed
    body     answered with a body that ends too soon (and with it the connection) or cannot be parsed
    commit   carried out all the same, before the answer fails: what it changed stays
    rival    carried out after another buyer took what is left of this: a number, or a DID group or city
    """

    status: int = 0
    error: str = ""
    latency: timedelta = timedelta()
    cut: bool = False
    body: Mangled = ""
    commit: bool = False
    rival: str = ""

    @property
    def harms(self) -> bool:
        """Whether the answer is not the one that the provider gives."""
        return self.answers or bool(self.body)

    @property
    def answers(self) -> bool:
        """Whether the answer is the fault's and not the provider's."""
        return bool(self.status or self.error or self.cut)


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule: which requests it is about, which of those it strikes, and what it does to them.

    provider, operation, method  equal, "" for any
    path         the path at the provider (`/v3/orders*`), with * and ? as wildcards; "" for any
    nth          only the nth matching request
    every        every so many of them
    times        at most so many of them
    probability  each with this chance, from 0 to 1
    until        not after this instant of the sandbox's clock
    """

    id: str
    effect: Effect
    provider: str = ""
    operation: str = ""
    method: str = ""
    path: str = ""
    nth: int | None = None
    every: int | None = None
    times: int | None = None
    probability: float | None = None
    until: datetime | None = None

    def matches(self, provider: str, operation: str, method: str, path: str) -> bool:
        return (
            self.provider in ("", provider)
            and self.operation in ("", operation)
            and self.method in ("", method)
            and (not self.path or fnmatchcase(path, self.path))
        )


@dataclass(slots=True)
class Watched:
    """A rule with what became of it: how many requests matched it, and how many of those it struck."""

    fault: Fault
    seen: int = 0
    hits: int = 0


class Faults:
    """The rules of one sandbox, asked in order: the first that strikes wins, later ones are not asked."""

    def __init__(self, chance: Ids) -> None:
        self._watched: dict[str, Watched] = {}
        self.chance = chance

    def __len__(self) -> int:
        return len(self._watched)

    def __iter__(self) -> Iterator[Watched]:
        return iter(self._watched.values())

    def find(self, identifier: str) -> Watched | None:
        return self._watched.get(identifier)

    def put(self, fault: Fault, *, first: bool = False) -> Watched:
        """Add a rule, or replace the one of that id in its place; nothing is counted yet."""
        watched = Watched(fault)
        if first:
            self._watched.pop(fault.id, None)
            self._watched = {fault.id: watched, **self._watched}
        else:
            self._watched[fault.id] = watched
        return watched

    def remove(self, identifier: str) -> bool:
        return self._watched.pop(identifier, None) is not None

    def clear(self) -> None:
        self._watched.clear()

    def take_on(self, rules: Iterable[tuple[Fault, int, int]]) -> None:
        """Hold other rules from now on, each with how many requests it saw and hit."""
        self._watched = {fault.id: Watched(fault, seen, hits) for fault, seen, hits in rules}

    def strike(self, provider: str, operation: str, method: str, path: str, now: datetime) -> Fault | None:
        """The rule that strikes this request, counted; None when it goes unharmed."""
        for watched in self._watched.values():
            fault = watched.fault
            if fault.until is not None and now > fault.until:
                continue
            if not fault.matches(provider, operation, method, path):
                continue
            watched.seen += 1
            if self._is_hit(watched):
                watched.hits += 1
                return fault
        return None

    def _is_hit(self, watched: Watched) -> bool:
        fault = watched.fault
        if fault.times is not None and watched.hits >= fault.times:
            return False
        if fault.nth is not None and watched.seen != fault.nth:
            return False
        if fault.every is not None and watched.seen % fault.every:
            return False
        return fault.probability is None or self.chance.below(1_000_000) < fault.probability * 1_000_000
