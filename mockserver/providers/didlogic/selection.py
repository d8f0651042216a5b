"""A chosen part of the shop in a fixed order, and one page of what a sandbox still has of it.

A selection is made once for a filter and shared; a page costs about as much as its length, however long the
selection is, because whole ranges are skipped and only what is sold is counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from mockserver.core.stock import Shelf, Stock
from mockserver.providers.didlogic.catalogue import Span


class Piece(NamedTuple):
    """`length` numbers of a span from its place `offset` on."""

    span: Span
    offset: int
    length: int


class Selection:
    """Numbers of the catalogue in order.

    `pages` is for the encoded pages of an untouched selection, which are the same in every sandbox. Of a
    sandbox it holds nothing but the last answer to `_sold_places`.
    """

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.pieces = tuple(pieces)
        self._ends = list(accumulate(piece.length for piece in self.pieces))
        self.size = self._ends[-1] if self._ends else 0
        self._shelves = frozenset(piece.span.city.shelf for piece in self.pieces)
        self.pages: dict[tuple[int, int], bytes] = {}
        self._by_number: list[tuple[int, int]] | None = None
        self._last: tuple[tuple[frozenset[int], ...], list[int]] = ((), [])

    def untouched(self, stock: Stock) -> bool:
        """Whether the sandbox still has all of it."""
        return not self._sold_places(stock)

    def page(self, stock: Stock, page: int, size: int) -> tuple[int, list[bytes]]:
        """How many numbers are on sale, and those of one page (from 1) encoded."""
        sold = self._sold_places(stock)
        total = self.size - len(sold)
        begin = (page - 1) * size
        end = min(begin + size, total)
        if begin >= end:
            return total, []
        if not sold:
            return total, self._slice(begin, end)
        # sold[i] - i numbers are on sale before the i-th sold one: skip as many as are sold further ahead.
        ahead = [place - index for index, place in enumerate(sold)]
        before = bisect_right(ahead, begin)
        last = bisect_right(ahead, end - 1)
        out: list[bytes] = []
        place = begin + before
        for gap in sold[before:last]:
            out += self._slice(place, gap)
            place = gap + 1
        out += self._slice(place, end + last)
        return total, out

    def _slice(self, begin: int, end: int) -> list[bytes]:
        """The encoded numbers from place `begin` up to, not including, `end`, sold or not."""
        out: list[bytes] = []
        index = bisect_right(self._ends, begin)
        while begin < end:
            piece = self.pieces[index]
            start = self._ends[index] - piece.length
            stop = min(end, self._ends[index])
            encoded = piece.span.encoded()
            out += encoded[piece.offset + begin - start : piece.offset + stop - start]
            begin = stop
            index += 1
        return out

    def _sold_places(self, stock: Stock) -> list[int]:
        """The places of this selection that are not on sale, in order."""
        gone = stock.gone()
        if not gone:
            return []
        touched = [key for key in gone if key in self._shelves and gone[key]]
        if not touched:
            return []
        # The sets are replaced at every sale and compare by identity first, so this is a cheap question.
        state = tuple(gone[key] for key in touched)
        known, places = self._last
        if len(known) == len(state) and all(one is other for one, other in zip(known, state, strict=True)):
            return places
        places = sorted(self._places(gone, [stock.shelves.by_key[key] for key in touched]))
        self._last = (state, places)
        return places

    def _places(self, gone: Mapping[str, frozenset[int]], shelves: Iterable[Shelf]) -> Iterator[int]:
        if self._by_number is None:
            self._by_number = sorted(
                (piece.span.first + piece.offset, index) for index, piece in enumerate(self.pieces)
            )
        for shelf in shelves:
            for place in gone[shelf.key]:
                number = shelf.number(place)
                found = bisect_right(self._by_number, (number, len(self.pieces))) - 1
                if found < 0:
                    continue
                first, index = self._by_number[found]
                piece = self.pieces[index]
                if number - first < piece.length:
                    yield self._ends[index] - piece.length + number - first
