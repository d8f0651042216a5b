"""The time of a sandbox: real, frozen or scaled, and moved forward on command."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

Mode = Literal["real", "frozen", "scaled"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Far enough for any test, and leaves room to add years to an instant without leaving datetime's range.
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def machine_time() -> datetime:
    """The machine's own time. Everything else reads a sandbox's clock."""
    return datetime.fromtimestamp(time.time(), UTC)


class Clock:
    """Answers `now()`. It never runs backwards by itself: only `set` may do that.

    real    the machine's time plus what `advance` added
    frozen  stands still until advanced
    scaled  runs `rate` times as fast as the machine's time
    """

    def __init__(
        self,
        source: Callable[[], datetime] = machine_time,
        *,
        start: datetime | None = None,
        mode: Mode = "real",
    ) -> None:
        """Starts at `start`, or now; with `mode` frozen it stands there."""
        self._source = source
        self._start, self._first_mode = start, mode
        self._held: datetime | None = None
        self.mode: Mode = mode
        self.rate = 1.0
        self._anchor_source = self._anchor = source()
        self.restore()

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC. Stands still while a request or a job is being served."""
        return self._held if self._held is not None else self.live()

    def live(self) -> datetime:
        """The present instant whether or not the clock is held."""
        if self.mode == "frozen":
            return self._anchor
        passed = self._source() - self._anchor_source
        try:
            if self.mode == "scaled":
                passed *= self.rate
            return min(self._anchor + passed, LATEST)
        except OverflowError:  # a fast clock left running for days
            return LATEST

    def until(self, instant: datetime) -> float | None:
        """Seconds of the machine's time until the clock shows `instant`; None when it stands still."""
        if self.mode == "frozen":
            return None
        return max(0.0, (instant - self.live()).total_seconds() / self.rate)

    def hold(self, instant: datetime) -> None:
        """Make `now()` answer `instant` until `release`: one request or job sees one instant."""
        self._held = instant

    def release(self) -> None:
        self._held = None

    def set(
        self, *, mode: Mode | None = None, now: datetime | None = None, rate: float | None = None
    ) -> None:
        """Change how the clock runs, where it stands, or both. What is None stays."""
        instant = self.live() if now is None else now
        if mode is not None:
            self.mode = mode
        if rate is not None:
            self.rate = rate
        self._anchor, self._anchor_source = instant, self._source()

    def restore(self) -> None:
        """Back to how and where it began."""
        self.mode, self.rate, self._held = self._first_mode, 1.0, None
        self._anchor_source = self._source()
        self._anchor = self._anchor_source if self._start is None else self._start
