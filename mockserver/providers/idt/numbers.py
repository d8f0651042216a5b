"""The numbers of the account: Get Numbers, Delete Number (reference: behaviour.md §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson

from mockserver.core.world import World
from mockserver.providers.idt import errors, wire
from mockserver.providers.idt.catalogue import Catalogue
from mockserver.providers.idt.errors import Problem
from mockserver.providers.idt.reading import Call
from mockserver.providers.idt.rows import Number

Value = Callable[[Catalogue, Number], str | None]


def _group_name(catalogue: Catalogue, row: Number) -> str:
    return catalogue.groups[row.group_id].name


def _country_name(catalogue: Catalogue, row: Number) -> str:
    return catalogue.countries[catalogue.groups[row.group_id].country_iso].name.upper()


def _region_name(catalogue: Catalogue, row: Number) -> str | None:
    region = catalogue.region_of(catalogue.groups[row.group_id])
    return None if region is None else region.name


def _number(catalogue: Catalogue, row: Number) -> str:
    return row.number


def _added_at(catalogue: Catalogue, row: Number) -> str:
    return row.added_at.isoformat(timespec="microseconds")


# What `filter_by_NAME` and `order_by_NAME` look at.
_FILTERS: dict[str, Value] = {
    "country_name": _country_name,
    "region_name": _region_name,
    "did_group_name": _group_name,
    "number": _number,
}
_SORTS: dict[str, Value] = {**_FILTERS, "added_at": _added_at}
_DIRECTIONS = ("asc", "desc")


def get_numbers(call: Call) -> bytes:
    """Active and recently removed numbers: filtered by parts of names, sorted, one page of them."""
    sorts, problems = _sorts(call)
    page, catalogue = call.page(problems), call.catalogue
    rows = [row for row in call.world.table(Number) if listed(call.world, row)]
    total = len(rows)
    for name, value in _FILTERS.items():
        part = call.parameter(f"filter_by_{name}")
        if part is not None:
            part = part.lower()
            rows = [row for row in rows if _holds(value(catalogue, row), part)]
    if call.world.options["idt"]["numbers_total"] == "filtered":
        total = len(rows)
    rows.sort(key=lambda row: row.added_at)
    for name, descending in reversed(sorts):  # sorting is stable: the weightiest comes last
        value = _SORTS[name]
        some = [row for row in rows if value(catalogue, row) is not None]
        none = [row for row in rows if value(catalogue, row) is None]
        some.sort(key=lambda row: (value(catalogue, row) or "").lower(), reverse=descending)
        rows = some + none
    shown = b",".join(_encode(catalogue, row) for row in page.cut(rows))
    meta = orjson.dumps(wire.meta_page(page.number, page.size, total))
    return b'{"numbers":[%b],"meta":%b}' % (shown, meta)


def delete_number(call: Call) -> bytes:
    """Give a number up at once, without refund; a change of CNAM under way ends with it."""
    row, world = active_number(call), call.world
    world.scheduler.cancel(f"idt.cnam/{row.number}")
    world.table(Number).put(replace(row, status="removed", removed_at=world.clock.now(), cnam_request=None))
    world.announce(f"idt.numbers/{row.number}", "active -> removed")
    return orjson.dumps({"number": row.number, "status": "removed"})


def active_number(call: Call) -> Number:
    """The active number named in the path; 4001 for any other."""
    row = call.world.table(Number).get(call.values[0])
    if row is None or row.status != "active":
        raise errors.number_not_found()
    return row


def listed(world: World, row: Number) -> bool:
    """Whether Get Numbers still shows a number: removed ones fade out after `removed_days`."""
    if row.removed_at is None:
        return True
    try:
        kept = timedelta(days=world.options["idt"]["removed_days"])
    except OverflowError:
        return True
    return world.clock.now() - row.removed_at <= kept


def _sorts(call: Call) -> tuple[list[tuple[str, bool]], list[Problem]]:
    """(name, descending) in the order of the query string, and what is wrong with the directions."""
    problems: list[Problem] = []
    found: dict[str, bool] = {}
    for name, _ in call.query:
        sort = name.removeprefix("order_by_")
        if sort == name or sort not in _SORTS or sort in found:
            continue
        direction = (call.parameter(name) or "").lower()
        if direction not in _DIRECTIONS:
            problems.append(errors.invalid(name, "must be asc or desc"))
        found[sort] = direction == "desc"
    return list(found.items()), problems


def _holds(text: str | None, part: str) -> bool:
    return text is not None and part in text.lower()


def _encode(catalogue: Catalogue, row: Number) -> bytes:
    """The row as listed. What it shows of its group never changes, so the bytes stay with the row."""
    known = row.wire.get("number")
    if known is not None:
        return known
    group = catalogue.groups[row.group_id]
    return row.remember("number", orjson.dumps(wire.number(row, group, catalogue.number_group(group))))
