"""Which numbers a search means. Filters are ANDed; number filters work on digits (reference: G26).

A filter is a pure function of the catalogue, so its selection is remembered; the stock comes in later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mockserver.providers.didlogic.catalogue import Catalogue, City, Span
from mockserver.providers.didlogic.selection import Piece, Selection

_MOST_REMEMBERED = 128
_MOST_PIECES = 50_000  # over all that is remembered


class Filter(NamedTuple):
    """One search. Empty texts and False do not narrow. `contains` lists parts that must all occur."""

    country: str = ""
    city: str = ""
    kind: str = ""
    sms_enabled: bool = False
    begins: str = ""
    ends: str = ""
    contains: tuple[str, ...] = ()
    cheapest_first: bool = False


class Search:
    """Selections by filter, remembered within bounds."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._remembered: dict[Filter, Selection] = {}
        self._pieces = 0
        self._texts: dict[int, bytes] = {}

    def find(self, wanted: Filter) -> Selection:
        """The numbers that match, by number, or by price and then number."""
        selection = self._remembered.get(wanted)
        if selection is None:
            spans = [span for span in self._catalogue.spans if _matches(span, wanted)]
            if wanted.cheapest_first:
                spans.sort(key=lambda span: span.city.price)
            selection = Selection(piece for span in spans for piece in self._pieces_of(span, wanted))
            self._remember(wanted, selection)
        return selection

    def _remember(self, wanted: Filter, selection: Selection) -> None:
        self._pieces += len(selection.pieces)
        if len(self._remembered) >= _MOST_REMEMBERED or self._pieces > _MOST_PIECES:
            self._remembered.clear()
            self._pieces = len(selection.pieces)
        self._remembered[wanted] = selection

    def _pieces_of(self, span: Span, wanted: Filter) -> Iterator[Piece]:
        """The runs of matching numbers within one span."""
        low, high = span.first, span.first + span.count
        if wanted.begins:
            shift = 10 ** max(0, span.width - len(wanted.begins))
            prefix = int(wanted.begins)
            low, high = max(low, prefix * shift), min(high, (prefix + 1) * shift)
        if low >= high:
            return
        # What all numbers of the span begin with needs no look at each of them.
        contains = tuple(part for part in wanted.contains if part not in span.lead)
        if wanted.ends:
            modulus = 10 ** len(wanted.ends)
            low += (int(wanted.ends) - low) % modulus
            places: Iterator[int] = (number - span.first for number in range(low, high, modulus))
        elif contains:
            places = self._containing(span, contains[0], low, high)
        else:
            yield Piece(span, low - span.first, high - low)
            return
        yield from _runs(span, (place for place in places if _holds(span.first + place, contains)))

    def _containing(self, span: Span, part: str, low: int, high: int) -> Iterator[int]:
        """The places of numbers from `low` up to `high` that hold some digits; one text is searched, in C."""
        text = self._texts.get(span.first)
        if text is None:
            text = b"".join(b"%d " % (span.first + place) for place in range(span.count))
            self._texts[span.first] = text
        width = len(text) // span.count
        sought = part.encode()
        at, end = (low - span.first) * width, (high - span.first) * width
        while (found := text.find(sought, at, end)) >= 0:
            place = found // width
            yield place
            at = (place + 1) * width


def by_city(catalogue: Catalogue, city: City) -> Selection:
    """All numbers of one city in the order its ranges are listed."""
    return Selection(Piece(span, 0, span.count) for span in catalogue.spans_of[city.id])


def _matches(span: Span, wanted: Filter) -> bool:
    city = span.city
    return (
        (not wanted.sms_enabled or city.sms_enabled)
        and (not wanted.kind or city.kind == wanted.kind)
        and wanted.country in span.country_name
        and wanted.city in span.city_name
        and max(len(wanted.begins), len(wanted.ends)) <= span.width
    )


def _holds(number: int, parts: tuple[str, ...]) -> bool:
    text = str(number)
    return all(part in text for part in parts)


def _runs(span: Span, places: Iterator[int]) -> Iterator[Piece]:
    """Neighbouring places as one piece."""
    start = count = 0
    for place in places:
        if count and place == start + count:
            count += 1
            continue
        if count:
            yield Piece(span, start, count)
        start, count = place, 1
    if count:
        yield Piece(span, start, count)
