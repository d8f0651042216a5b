"""What may stand in the items of an order, checked one by one (reference 2.2).

A request whose shape is wrong is refused with 400 for the first fault, as the engine does with any body
(engine.md 3); one whose shape is right but whose values are not with 422, all at once, each pointing at
`/data/attributes/items/{i}/{name}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.record_rows import NanpaPrefix
from mockserver.providers.didww.rows import DidReservation, StockKeepingUnit
from mockserver.providers.didww.rules import availability, capacity
from mockserver.providers.didww.rules.casting import NotThat, integer
from mockserver.providers.didww.versions import V2022_05
from mockserver.providers.didww.voice_rows import CapacityPool

_FIELDS: Mapping[str, frozenset[str]] = {
    "did_order_items": frozenset(
        {
            "sku_id",
            "qty",
            "available_did_id",
            "did_reservation_id",
            "nanpa_prefix_id",
            "billing_cycles_count",
            "prorate_days_qty",
        }
    ),
    "capacity_order_items": frozenset({"capacity_pool_id", "qty"}),
}
_SINCE = {"nanpa_prefix_id": V2022_05}


@dataclass(frozen=True, slots=True)
class Line:
    """One item that may be bought: `qty` numbers of a SKU, of one prefix if `nanpa_prefix_id` names one, or
    the number named by `number` or `reservation`. `prorate_days` is None for a whole month."""

    index: int
    sku: StockKeepingUnit
    qty: int
    billing_cycles_count: int | None
    number: int | None = None
    reservation: DidReservation | None = None
    nanpa_prefix_id: str | None = None
    prorate_days: int | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """One item that may be bought: `qty` channels of a pool for what they cost now."""

    index: int
    pool_id: str
    qty: int
    offer: capacity.Offer


def item_error(index: int, name: str, message: str) -> ApiError:
    """422 about one member of an item: `items/0/qty - should be at least 5` (recorded)."""
    return invalid(f"items/{index}/{name}", message)


def read_items(
    world: World, items: object, version: str, others: Sequence[ApiError] = ()
) -> list[Line | Channels]:
    """The lines of a request in the order sent. `items` is parsed JSON of any shape; Refusal when unfit.

    `others` are faults of the rest of the request, which are told after those of the items.
    """
    sent = _shape(items, version, others)
    errors: list[ApiError] = []
    lines: list[Line | Channels] = []
    named: set[str] = set()
    for index, (kind, attributes) in enumerate(sent):
        line: Line | Channels | None
        if kind == "capacity_order_items":
            line = _channels(world, index, attributes, errors)
        else:
            line = _line(world, index, attributes, named, errors)
        if line is not None:
            lines.append(line)
    if errors:
        raise Refusal([*errors, *others], Evidence("documented", "didww.error.order_item"))
    return lines


# --- shape -----------------------------------------------------------------------------------------


def _shape(items: object, version: str, others: Sequence[ApiError]) -> list[tuple[str, dict[str, Any]]]:
    """Type and attributes of every item, or Refusal with 400 (422 for an empty list)."""
    evidence = Evidence("assumed", "didww.error.order_item_shape")
    if items is None:
        raise Refusal(_missing("items"), evidence)
    if not isinstance(items, list):
        raise Refusal(_bad_value(items, "items"), evidence)
    if not items:
        raise Refusal([invalid("items", assumed.BLANK), *others], evidence)
    for index, item in enumerate(items):
        fault = _shape_fault(index, item, version)
        if fault is not None:
            raise Refusal(fault, evidence)
    return [(item["type"], item["attributes"]) for item in items]


def _shape_fault(index: int, item: object, version: str) -> ApiError | None:
    """The first thing that is wrong with the shape of an item."""
    if not isinstance(item, dict):
        return _bad_value(item, f"items/{index}")
    for name in item:
        if name not in ("type", "attributes"):
            return _not_allowed(name)
    kind, attributes = item.get("type"), item.get("attributes")
    if kind is None:
        return _missing("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        return _bad_value(kind, "type")
    if attributes is None:
        return _missing("attributes")
    if not isinstance(attributes, dict):
        return _bad_value(attributes, "attributes")
    known = {name for name in _FIELDS[kind] if _SINCE.get(name, "") <= version}
    unknown = [name for name in attributes if name not in known]
    return _not_allowed(unknown[0]) if unknown else None


def _missing(name: str) -> ApiError:
    return ApiError(400, "106", "Missing Parameter", f"The required parameter, {name}, is missing.")


def _not_allowed(name: str) -> ApiError:
    return ApiError(400, "105", "Param not allowed", f"{name} is not allowed.")


def _bad_value(value: object, name: str) -> ApiError:
    shown = value[:200] if isinstance(value, str) else orjson.dumps(value).decode()[:200]
    return ApiError(400, "103", "Invalid field value", f"{shown} is not a valid value for {name}.")


# --- values ----------------------------------------------------------------------------------------


def _line(
    world: World, index: int, sent: Mapping[str, Any], named: set[str], errors: list[ApiError]
) -> Line | None:
    """One item as a line; what is wrong with it goes to `errors`. `named` holds what was asked for so far."""
    before = len(errors)
    sku = _sku(world, index, sent, errors)
    cycles = _whole(index, "billing_cycles_count", sent, 0, 999, errors)
    days = None  # documented: ignored unless the account has prorated billing
    if world.options["didww"]["prorated_billing"]:
        days = _whole(index, "prorate_days_qty", sent, 1, assumed.MOST_PRORATED_DAYS, errors)
    prefix_id = _prefix(world, index, sent.get("nanpa_prefix_id"), sku, errors)
    qty, number, reservation = 1, None, None
    if sent.get("did_reservation_id") is not None:
        reservation = _reservation(world, index, sent["did_reservation_id"], sku, named, errors)
        _only(index, sent, ("available_did_id", "qty", "nanpa_prefix_id"), errors)
    elif sent.get("available_did_id") is not None:
        number = _number(world, index, sent["available_did_id"], sku, named, errors)
        _only(index, sent, ("qty", "nanpa_prefix_id"), errors)
    elif sent.get("qty") is None:
        errors.append(item_error(index, "qty", assumed.BLANK))
    else:
        qty = _whole(index, "qty", sent, 1, assumed.MOST_QTY, errors) or 0
    if len(errors) > before or sku is None:
        return None
    return Line(index, sku, qty, cycles, number, reservation, prefix_id, days)


def _prefix(
    world: World, index: int, prefix_id: object, sku: StockKeepingUnit | None, errors: list[ApiError]
) -> str | None:
    """The NANPA prefix that numbers must be of: one that the group of the SKU has."""
    if prefix_id is None:
        return None
    prefix = world.table(NanpaPrefix).get(prefix_id) if isinstance(prefix_id, str) else None
    if prefix is None or (sku is not None and sku.did_group_id not in prefix.did_group_ids):
        errors.append(item_error(index, "nanpa_prefix_id", assumed.INVALID))
        return None
    return prefix.id


def _channels(world: World, index: int, sent: Mapping[str, Any], errors: list[ApiError]) -> Channels | None:
    """One item for channels; the pool says how many at least."""
    before = len(errors)
    pool_id = sent.get("capacity_pool_id")
    pool = world.table(CapacityPool).get(pool_id) if isinstance(pool_id, str) else None
    if pool is None:
        message = assumed.BLANK if pool_id is None else assumed.INVALID
        errors.append(item_error(index, "capacity_pool_id", message))
    qty = None
    if sent.get("qty") is None:
        errors.append(item_error(index, "qty", assumed.BLANK))
    else:
        least = 1 if pool is None else max(1, pool.minimum_qty_per_order)
        qty = _whole(index, "qty", sent, least, assumed.MOST_QTY, errors)
    if len(errors) > before or pool is None or qty is None:
        return None
    return Channels(index, pool.id, qty, capacity.offer(world, pool, qty))


def _only(index: int, sent: Mapping[str, Any], others: tuple[str, ...], errors: list[ApiError]) -> None:
    errors += [
        item_error(index, name, assumed.MUST_BE_BLANK) for name in others if sent.get(name) is not None
    ]


def _sku(
    world: World, index: int, sent: Mapping[str, Any], errors: list[ApiError]
) -> StockKeepingUnit | None:
    sku_id = sent.get("sku_id")
    if sku_id is None:
        errors.append(item_error(index, "sku_id", assumed.BLANK))
        return None
    sku = world.table(StockKeepingUnit).get(sku_id) if isinstance(sku_id, str) else None
    if sku is None:
        errors.append(item_error(index, "sku_id", assumed.INVALID))
    return sku


def _whole(
    index: int, name: str, sent: Mapping[str, Any], least: int, most: int, errors: list[ApiError]
) -> int | None:
    try:
        value = integer(sent.get(name))
    except NotThat as problem:
        errors.append(item_error(index, name, problem.message))
        return None
    if value is not None and value < least:
        message = assumed.should_be_at_least(least) if name == "qty" else assumed.at_least(least)
        errors.append(item_error(index, name, message))
    elif value is not None and value > most:
        errors.append(item_error(index, name, assumed.at_most(most)))
    return value


def _number(
    world: World,
    index: int,
    available_did_id: object,
    sku: StockKeepingUnit | None,
    named: set[str],
    errors: list[ApiError],
) -> int | None:
    row = availability.find(world, available_did_id) if isinstance(available_did_id, str) else None
    if row is None or (sku is not None and row.did_group_id != sku.did_group_id):
        errors.append(item_error(index, "available_did_id", assumed.INVALID))
        return None
    if row.id in named:
        errors.append(item_error(index, "available_did_id", assumed.TAKEN))
        return None
    named.add(row.id)
    return int(row.number)


def _reservation(
    world: World,
    index: int,
    reservation_id: object,
    sku: StockKeepingUnit | None,
    named: set[str],
    errors: list[ApiError],
) -> DidReservation | None:
    row = world.table(DidReservation).get(reservation_id) if isinstance(reservation_id, str) else None
    held = None if row is None else availability.describe(world, row.available_did_id)
    if row is None or held is None or (sku is not None and held.did_group_id != sku.did_group_id):
        errors.append(item_error(index, "did_reservation_id", assumed.INVALID))
        return None
    if row.id in named:
        errors.append(item_error(index, "did_reservation_id", assumed.TAKEN))
        return None
    named.add(row.id)
    return row
