"""Changes that happen later, as data: listed, cancelled, run in order of (due, number)."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from mockserver.core.tables import Undo

if TYPE_CHECKING:
    from mockserver.core.world import World


@dataclass(frozen=True, slots=True)
class Job(ABC):
    """Base of later changes. Subclasses are frozen dataclasses holding ids, never rows or functions.

    kind     "didww.complete_order"
    routine  it belongs to the life of a thing that is finished, as the renewal of a number does: nobody
             waits for it
    """

    kind: ClassVar[str] = ""
    routine: ClassVar[bool] = False

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it will change: "didww.orders/UUID"."""

    @abstractmethod
    def run(self, world: World) -> None:
        """Make the change. `world.clock.now()` is the instant it was due; the subject may be gone by then."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job with its time. `due` is None while it is held (transition policy `manual`)."""

    number: int
    due: datetime | None
    job: Job


class Scheduler:
    """The agenda of one sandbox."""

    def __init__(self, undo: Undo) -> None:
        self._heap: list[tuple[datetime, int]] = []
        self._entries: dict[int, Entry] = {}
        self._number = 0
        self._undo = undo

    def add(self, due: datetime | None, job: Job) -> Entry:
        """Put a job on the agenda; None holds it until somebody fires it."""
        self._number += 1
        entry = Entry(self._number, due, job)
        self._insert(entry)
        self._undo.append((self._drop, (entry.number,)))
        return entry

    def cancel(self, subject: str) -> int:
        """Take every job about `subject` off the agenda; returns how many there were."""
        doomed = [entry for entry in self._entries.values() if entry.job.subject == subject]
        for entry in doomed:
            self._drop(entry.number)
            self._undo.append((self._insert, (entry,)))
        return len(doomed)

    def take(self, subject: str) -> list[Entry]:
        """Take everything about `subject` off the agenda, in the order it would have happened."""
        taken = [entry for entry in self.agenda() if entry.job.subject == subject]
        for entry in taken:
            self._drop(entry.number)
        return taken

    @property
    def entries(self) -> int:
        """How many jobs there ever were."""
        return self._number

    def take_on(self, entries: Iterable[Entry], ever: int) -> None:
        """Hold other jobs from now on; the next one's number follows `ever`. Cannot be undone."""
        self._entries.clear()
        self._heap.clear()
        for entry in entries:
            self._insert(entry)
        self._number = max([ever, *self._entries])

    def agenda(self) -> list[Entry]:
        """What is to come in the order it will happen; held jobs last."""
        timed = [entry for entry in self._entries.values() if entry.due is not None]
        held = [entry for entry in self._entries.values() if entry.due is None]
        return sorted(timed, key=_order) + sorted(held, key=_order)

    def next_due(self) -> datetime | None:
        """When the next job is due, or None when nothing is."""
        while self._heap:
            due, number = self._heap[0]
            entry = self._entries.get(number)
            if entry is not None and entry.due == due:
                return due
            heapq.heappop(self._heap)
        return None

    def pop_due(self, until: datetime) -> Entry | None:
        """Take the next job that is due at or before `until`, or None."""
        due = self.next_due()
        if due is None or due > until:
            return None
        _, number = heapq.heappop(self._heap)
        return self._entries.pop(number)

    def _insert(self, entry: Entry) -> None:
        self._entries[entry.number] = entry
        if entry.due is not None:
            heapq.heappush(self._heap, (entry.due, entry.number))

    def _drop(self, number: int) -> None:
        self._entries.pop(number, None)  # its place in the heap is skipped when it comes up


def _order(entry: Entry) -> tuple[float, int]:
    return (entry.due.timestamp() if entry.due is not None else 0.0, entry.number)
