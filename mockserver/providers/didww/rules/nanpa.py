"""Numbers by NANPA prefix: which prefix one has, which of a prefix are on sale (reference 4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.core.world import World
from mockserver.providers.didww.record_rows import NanpaPrefix
from mockserver.providers.didww.rows import DidGroup

_LINES = 10_000  # numbers of a prefix


def span(prefix: NanpaPrefix) -> range:
    """The numbers of a prefix: 1 NPA NXX 0000 to 9999."""
    first = int(f"1{prefix.npa}{prefix.nxx}") * _LINES
    return range(first, first + _LINES)


def prefix_of(world: World, group: DidGroup, number: int) -> str | None:
    """The id of the prefix that a number of a group has, None for numbers of other plans."""
    table = world.table(NanpaPrefix)
    for prefix_id in group.nanpa_prefix_ids:
        if number in span(table[prefix_id]):
            return prefix_id
    return None


def on_sale(world: World, shelf: str, prefix_id: str | None) -> Iterator[int]:
    """The numbers of a shelf that are on sale, of one prefix if one is named."""
    numbers = world.stock("didww").numbers(shelf)
    if prefix_id is None:
        return numbers
    wanted = span(world.table(NanpaPrefix)[prefix_id])
    return (number for number in numbers if number in wanted)


def available(world: World, shelf: str, prefix_id: str | None) -> int:
    """How many of those there are."""
    if prefix_id is None:
        return world.stock("didww").available(shelf)
    return sum(1 for _ in on_sale(world, shelf, prefix_id))


def take(world: World, shelf: str, prefix_id: str | None, most: int) -> list[int]:
    """Take up to `most` of those off the shelf, in its order."""
    stock = world.stock("didww")
    if prefix_id is None:
        return stock.take_first(shelf, most)
    taken = []
    for number in list(on_sale(world, shelf, prefix_id))[: max(0, most)]:
        stock.take(number)
        taken.append(number)
    return taken
