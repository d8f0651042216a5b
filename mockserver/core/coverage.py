"""What a client's tests exercised: operations, refusals, transitions, and what they sent for nothing.

Counted beside the journal, which forgets. Bounded: what does not fit is counted and not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_MOST = 20_000
_MOST_REQUESTS = 2_000

# What is counted, by kind:
#   answer      (provider, operation, claim)  an answer that rests on this claim
#   ignored     (provider, operation, name)   a field or parameter that nothing read
#   transition  (type, change)                a change of state
#   violation   (provider, operation, place, problem)        an answer that is not as its document says
#   request     (provider, operation, place, problem, fate)  a request that is not; see `examples`
Key = tuple[str, ...]


class Coverage:
    """Counts by key. A key's first word says what kind it is of.

    examples   the sandbox and the journal's number of the first request of each kind that is not as its
               document says
    unchecked  requests that had left the journal before anybody held them against a document
    """

    __slots__ = ("counts", "examples", "lost", "unchecked")

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.examples: dict[Key, tuple[str, int]] = {}
        self.lost = 0
        self.unchecked = 0

    def count(self, key: Key) -> None:
        known = self.counts.get(key)
        if known is not None:
            self.counts[key] = known + 1
        elif len(self.counts) < _MOST:
            self.counts[key] = 1
        else:
            self.lost += 1

    def count_request(self, key: Key, sandbox: str, number: int) -> None:
        """Count a request of a sandbox that is not as its document says. A client can make up any number."""
        if key not in self.examples:
            if len(self.examples) >= _MOST_REQUESTS:
                self.lost += 1
                return
            self.examples[key] = (sandbox, number)
        self.count(key)

    def add(self, other: Coverage) -> None:
        """Count everything that another one counted, too."""
        self.unchecked += other.unchecked
        for key, example in other.examples.items():
            if key in self.examples or len(self.examples) < _MOST_REQUESTS:
                self.examples.setdefault(key, example)
        for key, times in other.counts.items():
            named = key[0] != "request" or key in self.examples
            if key in self.counts or (named and len(self.counts) < _MOST):
                self.counts[key] = self.counts.get(key, 0) + times
            else:
                self.lost += times
        self.lost += other.lost

    def clear(self) -> None:
        self.counts.clear()
        self.examples.clear()
        self.lost = self.unchecked = 0

    def of(self, kind: str) -> Mapping[Key, int]:
        """The counts of one kind, without its word."""
        return {key[1:]: times for key, times in self.counts.items() if key[0] == kind}


def summed(every: Iterable[Coverage]) -> Coverage:
    """The sum of several."""
    total = Coverage()
    for one in every:
        total.add(one)
    return total
