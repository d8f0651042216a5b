"""Numbers on sale: stock figures of groups, single numbers under ids made from them (reference 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mockserver.core.ids import number_of_uuid, uuid_of_number
from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.providers.didww.assumptions import SAMPLE_SIZE
from mockserver.providers.didww.rows import AvailableDid, DidGroup, KnownId, KnownNumber
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
    return AvailableDid(available_did_id, str(number), shelf.key.removeprefix(_LATER))


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
                yield _row(world, number, group.id)


@dataclass(frozen=True, slots=True)
class Search:
    """Filters of /available_dids; None leaves one out, an empty collection matches nothing."""

    ids: Collection[str] | None = None
    country_ids: Collection[str] | None = None
    region_ids: Collection[str] | None = None
    city_ids: Collection[str] | None = None
    did_group_ids: Collection[str] | None = None
    did_group_type_ids: Collection[str] | None = None
    features: Collection[str] | None = None
    needs_registration: bool | None = None
    number_contains: str | None = None

    @property
    def covers(self) -> bool:
        """Whether a coverage filter narrows the search, so that one digit of a number is enough."""
        return any(
            chosen is not None
            for chosen in (self.country_ids, self.region_ids, self.city_ids, self.did_group_ids)
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
        rows = [row for row in (find(world, one) for one in dict.fromkeys(wanted.ids)) if row is not None]
        groups = world.table(DidGroup)
        rows = [
            row for row in rows if wanted.admits(groups[row.did_group_id]) and (digits or "") in row.number
        ]
        return world.ids.sample(rows, most), len(rows)
    admitted = [group.id for group in world.table(DidGroup) if wanted.admits(group)]
    if digits is None:
        return _sample(world, admitted, most)
    found = list(_matching(world, admitted, digits))
    return [_row(world, number, group) for number, group in world.ids.sample(found, most)], len(found)


def _check_digits(digits: str, covered: bool) -> None:
    if digits.isascii() and digits.isdigit() and (covered or len(digits) >= 3):
        return
    detail = f"{digits} is not a valid value for number_contains."
    raise Refusal(
        ApiError(400, "107", "Invalid filter value", detail),
        Evidence("documented", "didww.available_dids.number_contains"),
    )


def _matching(world: World, groups: Iterable[str], digits: str) -> Iterable[tuple[int, str]]:
    stock = world.stock("didww")
    for group in groups:
        for number in stock.numbers(group):
            if digits in str(number):
                yield number, group


def _sample(world: World, groups: list[str], most: int) -> tuple[list[AvailableDid], int]:
    """Picks places among all numbers on sale, then looks up only those."""
    stock = world.stock("didww")
    sizes = [stock.available(group) for group in groups]
    total = sum(sizes)
    rows = []
    for place in world.ids.sample(range(total), most):
        for group, size in zip(groups, sizes, strict=True):
            if place < size:
                rows.append(_row(world, next(islice(stock.numbers(group), place, None)), group))
                break
            place -= size
    return rows, total


def _row(world: World, number: int, group_id: str) -> AvailableDid:
    return AvailableDid(id_of(world, number), str(number), group_id)
