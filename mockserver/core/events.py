"""What happened in a sandbox, for whoever wants to know."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One change of state. `subject` names the thing ("didww.orders/UUID"), `change` what became of it."""

    number: int
    at: datetime
    subject: str
    change: str


class Events:
    """Keeps the latest events. Bounded: old events fall off the end."""

    def __init__(self, most: int = 1000) -> None:
        self._recent: deque[Event] = deque(maxlen=most)
        self.count = 0

    def publish(self, at: datetime, subject: str, change: str) -> Event:
        self.count += 1
        event = Event(self.count, at, subject, change)
        self._recent.append(event)
        return event

    def since(self, number: int) -> list[Event]:
        """Events after the one with this number that are still kept, oldest first."""
        return [event for event in self._recent if event.number > number]
