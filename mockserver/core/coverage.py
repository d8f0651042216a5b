"""What a client's tests exercised: operations, refusals, transitions, and what they sent for nothing.

Counted beside the journal, which forgets. Bounded: what does not fit is counted and not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_MOST = 20_000

# What is counted, by kind:
#   answer      (provider, operation, claim)  an answer that rests on this claim
#   ignored     (provider, operation, name)   a field or parameter that nothing read
#   transition  (type, change)                a change of state
Key = tuple[str, ...]


class Coverage:
    """Counts by key. A key's first word says what kind it is of."""

    __slots__ = ("counts", "lost")

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.lost = 0

    def count(self, key: Key) -> None:
        known = self.counts.get(key)
        if known is not None:
            self.counts[key] = known + 1
        elif len(self.counts) < _MOST:
            self.counts[key] = 1
        else:
            self.lost += 1

    def add(self, other: Coverage) -> None:
        """Count everything that another one counted, too."""
        for key, times in other.counts.items():
            if key in self.counts or len(self.counts) < _MOST:
                self.counts[key] = self.counts.get(key, 0) + times
            else:
                self.lost += times
        self.lost += other.lost

    def clear(self) -> None:
        self.counts.clear()
        self.lost = 0

    def of(self, kind: str) -> Mapping[Key, int]:
        """The counts of one kind, without its word."""
        return {key[1:]: times for key, times in self.counts.items() if key[0] == kind}


def summed(every: Iterable[Coverage]) -> Coverage:
    """The sum of several."""
    total = Coverage()
    for one in every:
        total.add(one)
    return total
