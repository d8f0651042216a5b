"""Numbers on sale. The catalogue says which exist; each sandbox only remembers which are gone.

A shelf is the stock of one DID group (or city): ranges of E.164 numbers as integers, none of which is
written out. Twenty thousand numbers cost as much as the list of their ranges.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise

from mockserver.core.tables import Undo

Range = tuple[int, int]  # first number, how many


@dataclass(frozen=True, slots=True)
class Shelf:
    """The numbers of one group in the order they are sold. `ranges` hold (first number, count)."""

    key: str
    ranges: tuple[Range, ...]
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(count for _, count in self.ranges))

    def number(self, index: int) -> int:
        """The number at a place from 0 to size - 1."""
        for first, count in self.ranges:
            if index < count:
                return first + index
            index -= count
        raise IndexError(index)

    def index(self, number: int) -> int | None:
        """The place of a number, or None when it was never on this shelf."""
        before = 0
        for first, count in self.ranges:
            if first <= number < first + count:
                return before + number - first
            before += count
        return None


class Shelves:
    """The catalogue of all shelves of one provider; read-only, shared by all sandboxes."""

    def __init__(self, shelves: Iterable[Shelf]) -> None:
        self.by_key: dict[str, Shelf] = {shelf.key: shelf for shelf in shelves}
        spans = [
            (first, first + count, shelf) for shelf in self.by_key.values() for first, count in shelf.ranges
        ]
        spans.sort(key=lambda span: span[0])
        self._starts = [start for start, _, _ in spans]
        self._spans = spans
        for (_, end, one), (start, _, other) in pairwise(spans):
            if start < end:
                raise ValueError(f"number {start} stands on two shelves: {one.key} and {other.key}")

    def of_number(self, number: int) -> Shelf | None:
        """The shelf a number belongs to, sold or not."""
        place = bisect_right(self._starts, number) - 1
        if place < 0:
            return None
        _, end, shelf = self._spans[place]
        return shelf if number < end else None


class Stock:
    """What one sandbox still has on sale at one provider."""

    def __init__(self, shelves: Shelves, undo: Undo) -> None:
        self.shelves = shelves
        self._gone: dict[str, frozenset[int]] = {}
        self._undo = undo

    def gone(self) -> Mapping[str, frozenset[int]]:
        """Per shelf the places that are sold or held; for snapshots and comparisons."""
        return self._gone

    def take_on(self, gone: Mapping[str, frozenset[int]]) -> None:
        """Let other places be gone from now on. Cannot be undone. ValueError for one that is not there."""
        for key, places in gone.items():
            shelf = self.shelves.by_key.get(key)
            if shelf is None or any(not 0 <= place < shelf.size for place in places):
                raise ValueError(f"there is no such place on the shelf {key!r}")
        self._gone = dict(gone)

    def available(self, key: str) -> int:
        """How many numbers of a shelf are on sale; 0 for an unknown shelf."""
        shelf = self.shelves.by_key.get(key)
        return 0 if shelf is None else shelf.size - len(self._gone.get(key, ()))

    def on_sale(self, number: int) -> bool:
        shelf = self.shelves.of_number(number)
        return shelf is not None and shelf.index(number) not in self._gone.get(shelf.key, ())

    def numbers(self, key: str) -> Iterator[int]:
        """The numbers of a shelf still on sale, in shelf order."""
        shelf = self.shelves.by_key.get(key)
        if shelf is None:
            return
        gone = self._gone.get(key, frozenset())
        place = 0
        for first, count in shelf.ranges:
            for number in range(first, first + count):
                if place not in gone:
                    yield number
                place += 1

    def take(self, number: int) -> bool:
        """Take one number off the shelf; False when it is not on sale."""
        shelf = self.shelves.of_number(number)
        if shelf is None:
            return False
        place, gone = shelf.index(number), self._gone.get(shelf.key, frozenset())
        if place is None or place in gone:
            return False
        self._set(shelf.key, gone | {place})
        return True

    def take_first(self, key: str, most: int) -> list[int]:
        """Take up to `most` numbers off a shelf, in shelf order; returns those taken."""
        shelf = self.shelves.by_key.get(key)
        if shelf is None or most < 1:
            return []
        gone = self._gone.get(key, frozenset())
        places = list(islice((place for place in range(shelf.size) if place not in gone), most))
        if places:
            self._set(key, gone.union(places))
        return [shelf.number(place) for place in places]

    def put_back(self, number: int) -> bool:
        """Put a number on sale again; False when it is on sale already or was never ours."""
        shelf = self.shelves.of_number(number)
        if shelf is None:
            return False
        place, gone = shelf.index(number), self._gone.get(shelf.key, frozenset())
        if place is None or place not in gone:
            return False
        self._set(shelf.key, gone - {place})
        return True

    def _set(self, key: str, gone: frozenset[int]) -> None:
        self._undo.append((self._gone.__setitem__, (key, self._gone.get(key, frozenset()))))
        self._gone[key] = gone
