"""Numbers on sale: stock figures of groups, single numbers under ids made from them (reference 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from mockserver.core.ids import number_of_uuid, uuid_of_number
from mockserver.core.messages import Evidence
from mockserver.core.stock import Range
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.providers.didww.assumptions import SAMPLE_SIZE
from mockserver.providers.didww.rows import AvailableDid, DidGroup, KnownId, KnownNumber
from mockserver.providers.didww.rules import nanpa
from mockserver.providers.didww.rules.access import require_available_dids

_LATER = "later:"


def later_shelf(group_id: str) -> str:
    """The shelf with the numbers of a group that are not here yet; only back orders get them."""
    return _LATER + group_id


def is_available(world: World, group_id: str) -> bool:
    """`meta.is_available` of a group: whether anything is in stock."""
    return world.stock("didww").available(group_id) > 0


def total_count(world: World, group_id: str) -> int:
    """`meta.total_count` of a group: how many numbers are in stock."""
    return world.stock("didww").available(group_id)


def id_of(world: World, number: int) -> str:
    """The id a number has as an available DID."""
    known = world.table(KnownId).get(number)
    return uuid_of_number("didww", number) if known is None else known.id


def number_of(world: World, available_did_id: str) -> int | None:
    """The number behind the id of an available DID, on sale or not; None for any other text."""
    known = world.table(KnownNumber).get(available_did_id)
    return number_of_uuid("didww", available_did_id) if known is None else known.number


def describe(world: World, available_did_id: str) -> AvailableDid | None:
    """The row behind an id even while somebody holds the number, as a reservation links to it."""
    number = number_of(world, available_did_id)
    if number is None:
        return None
    shelf = world.stock("didww").shelves.of_number(number)
    if shelf is None:
        return None
    group = world.table(DidGroup)[shelf.key.removeprefix(_LATER)]
    return AvailableDid(available_did_id, str(number), group.id, nanpa.prefix_of(world, group, number))


def find(world: World, available_did_id: str) -> AvailableDid | None:
    """An available DID that can be bought: on sale, and its group lets numbers be picked."""
    row = describe(world, available_did_id)
    if row is None:
        return None
    stock, number = world.stock("didww"), int(row.number)
    shelf = stock.shelves.of_number(number)
    group = world.table(DidGroup).get(row.did_group_id)
    if group is None or not group.available_dids_enabled:
        return None
    on_sale = shelf is not None and shelf.key == group.id and stock.on_sale(number)
    return row if on_sale else None


def every(world: World) -> Iterator[AvailableDid]:
    """All numbers that can be picked, group by group. There are tens of thousands; lists sample instead."""
    for group in world.table(DidGroup):
        if group.available_dids_enabled:
            for number in world.stock("didww").numbers(group.id):
                yield _row(world, number, group)


@dataclass(frozen=True, slots=True)
class Search:
    """Filters of /available_dids; None leaves one out, an empty collection matches nothing."""

    ids: Collection[str] | None = None
    country_ids: Collection[str] | None = None
    region_ids: Collection[str] | None = None
    city_ids: Collection[str] | None = None
    did_group_ids: Collection[str] | None = None
    did_group_type_ids: Collection[str] | None = None
    nanpa_prefix_ids: Collection[str] | None = None
    features: Collection[str] | None = None
    needs_registration: bool | None = None
    number_contains: str | None = None

    @property
    def covers(self) -> bool:
        """Whether a coverage filter narrows the search, so that one digit of a number is enough."""
        return any(
            chosen is not None
            for chosen in (
                self.country_ids,
                self.region_ids,
                self.city_ids,
                self.did_group_ids,
                self.nanpa_prefix_ids,
            )
        )

    def admits(self, group: DidGroup) -> bool:
        """Whether numbers of a group may be among the results."""
        return (
            group.available_dids_enabled
            and _among(self.country_ids, group.country_id)
            and _among(self.region_ids, group.region_id)
            and _among(self.city_ids, group.city_id)
            and _among(self.did_group_ids, group.id)
            and _among(self.did_group_type_ids, group.did_group_type_id)
            and (
                self.nanpa_prefix_ids is None
                or any(p in self.nanpa_prefix_ids for p in group.nanpa_prefix_ids)
            )
            and (self.features is None or any(feature in group.features for feature in self.features))
            and (self.needs_registration is None or group.needs_registration == self.needs_registration)
        )


def _among(chosen: Collection[str] | None, value: str | None) -> bool:
    return chosen is None or value in chosen


def search(world: World, wanted: Search, most: int = SAMPLE_SIZE) -> tuple[list[AvailableDid], int]:
    """Up to `most` matching numbers picked at random, and how many match in all.

    Refusal with 400 for `number_contains` below three digits without a coverage filter, or of other
    characters; with 403 when the account may not pick numbers.
    """
    require_available_dids(world)
    digits = wanted.number_contains
    if digits is not None:
        _check_digits(digits, wanted.covers)
    if wanted.ids is not None:
        found = [row for row in (find(world, one) for one in dict.fromkeys(wanted.ids)) if row is not None]
        rows = [row for row in found if _fits(world, row, wanted)]
        return world.ids.sample(rows, most), len(rows)
    admitted = [group for group in world.table(DidGroup) if wanted.admits(group)]
    if digits is None and all(len(group.nanpa_prefix_ids) < 2 for group in admitted):
        return _sample(world, admitted, most)
    matching = [(number, group) for group in admitted for number in _matching(world, group, wanted)]
    return [_row(world, *one) for one in world.ids.sample(matching, most)], len(matching)


def _fits(world: World, row: AvailableDid, wanted: Search) -> bool:
    """Whether one number is what a search wants."""
    return (
        wanted.admits(world.table(DidGroup)[row.did_group_id])
        and (wanted.number_contains or "") in row.number
        and _among(wanted.nanpa_prefix_ids, row.nanpa_prefix_id)
    )


def _check_digits(digits: str, covered: bool) -> None:
    if digits.isascii() and digits.isdigit() and (covered or len(digits) >= 3):
        return
    detail = f"{digits} is not a valid value for number_contains."
    raise Refusal(
        ApiError(400, "107", "Invalid filter value", detail),
        Evidence("documented", "didww.available_dids.number_contains"),
    )


class _Digits(NamedTuple):
    """The numbers of a shelf for searches: in one text, with the digits that all of them begin with."""

    text: str
    beginning: str
    width: int  # of one number and its comma; 0 when they differ in length


@lru_cache(maxsize=2048)
def _digits_of(ranges: tuple[Range, ...]) -> _Digits:
    numbers = [str(number) for first, count in ranges for number in range(first, first + count)]
    if not numbers:
        return _Digits("", "", 0)
    widths = {len(number) for number in numbers}
    pairs = enumerate(zip(min(numbers), max(numbers), strict=False))
    same = next((place for place, (one, other) in pairs if one != other), len(min(numbers)))
    width = len(numbers[0]) + 1 if len(widths) == 1 else 0
    return _Digits(",".join(numbers), min(numbers)[:same], width)


def _places(known: _Digits, digits: str) -> Iterator[int]:
    """The places on a shelf of the numbers that hold some digits."""
    if not known.width:
        yield from (place for place, number in enumerate(known.text.split(",")) if digits in number)
        return
    at = known.text.find(digits)
    while at >= 0:
        place = at // known.width
        yield place
        at = known.text.find(digits, (place + 1) * known.width)


def _matching(world: World, group: DidGroup, wanted: Search) -> Iterable[int]:
    """The numbers of a group on sale that a search wants."""
    stock, digits = world.stock("didww"), wanted.number_contains or ""
    shelf = stock.shelves.by_key[group.id]
    known = _digits_of(shelf.ranges)
    numbers: Iterable[int] = ()
    if digits in known.beginning:
        numbers = stock.numbers(group.id)
    elif digits in known.text:
        gone = stock.gone().get(group.id, frozenset())
        numbers = [shelf.number(place) for place in _places(known, digits) if place not in gone]
    prefixes = wanted.nanpa_prefix_ids
    if prefixes is None or len(group.nanpa_prefix_ids) < 2:
        return numbers
    return [number for number in numbers if nanpa.prefix_of(world, group, number) in prefixes]


def _sample(world: World, groups: list[DidGroup], most: int) -> tuple[list[AvailableDid], int]:
    """Picks places among all numbers on sale, then looks up only those."""
    stock = world.stock("didww")
    sizes = [stock.available(group.id) for group in groups]
    total = sum(sizes)
    rows = []
    for place in world.ids.sample(range(total), most):
        for group, size in zip(groups, sizes, strict=True):
            if place < size:
                rows.append(_row(world, next(islice(stock.numbers(group.id), place, None)), group))
                break
            place -= size
    return rows, total


def _row(world: World, number: int, group: DidGroup) -> AvailableDid:
    prefix = nanpa.prefix_of(world, group, number) if group.nanpa_prefix_ids else None
    return AvailableDid(id_of(world, number), str(number), group.id, prefix)
