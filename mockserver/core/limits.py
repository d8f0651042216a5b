"""Request limits, counted on the sandbox's clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


class RateLimiter:
    """A sliding window: exact at the edge, and at most `requests` instants in memory.

    Refused requests are not counted, so a client that backs off for `retry_after` gets through.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._window = timedelta(seconds=limit.seconds)
        self._admitted: deque[datetime] = deque()

    def admit(self, now: datetime) -> bool:
        """Count one request at `now`; False when it is one too many."""
        admitted = self._admitted
        edge = now - self._window
        while admitted and admitted[0] <= edge:
            admitted.popleft()
        if len(admitted) >= self.limit.requests:
            # The clock may have been set back: instants that lie ahead can never expire.
            if admitted and admitted[0] > now:
                admitted.clear()
            else:
                return False
        admitted.append(now)
        return True

    def take_back(self) -> None:
        """Do not count the request admitted last."""
        if self._admitted:
            self._admitted.pop()

    def retry_after(self, now: datetime) -> float:
        """Seconds until the next request would be admitted; 0 when it would be now."""
        if len(self._admitted) < self.limit.requests or not self._admitted:
            return 0.0
        return max(0.0, (self._admitted[0] + self._window - now).total_seconds())
