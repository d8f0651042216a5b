"""The JSON objects of IDT Express, keys in the order of the documented examples.

Objects are plain dicts; the text of numbers, fees and instants comes from `formats`.
"""

from __future__ import annotations

from typing import Any

from mockserver.providers.idt import assumptions, statuses
from mockserver.providers.idt.formats import fee, instant, rate
from mockserver.providers.idt.rows import (
    Cnam,
    Country,
    DidGroup,
    Number,
    Order,
    OrderItem,
    Region,
    TrunkGroup,
)

JSON = dict[str, Any]

# --- coverage ----------------------------------------------------------------------------------------


def country_in_coverage(country: Country) -> JSON:
    return {
        "name": country.name,
        "iso": country.iso,
        "has_regions": country.has_regions,
        "supports_toll_free": country.supports_toll_free,
    }


def region(row: Region) -> JSON:
    return {"name": row.name, "code": row.code}


def _place(group: DidGroup) -> JSON:
    return {
        "country_calling_code": group.calling_code,
        "area_code": group.area_code,
        "nxx": group.nxx,
        "toll_free": group.toll_free,
    }


def fees(group: DidGroup) -> JSON:
    return {
        "setup_fee": fee(group.setup_fee),
        "monthly_fee": fee(group.monthly_fee),
        "per_minute_rate": rate(group.per_minute_rate),
    }


def group_in_coverage(group: DidGroup, country: Country, of: Region | None, quantity: int) -> JSON:
    shown: JSON = {"id": group.id, "name": group.name, **_place(group)}
    shown["supports_browse"] = group.supports_browse
    shown["quantity"] = quantity
    shown["country"] = country_in_coverage(country)
    if of is not None:
        shown["region"] = region(of)
    shown["fees"] = fees(group)
    return shown


# --- orders ------------------------------------------------------------------------------------------


def group_in_order(group: DidGroup, country: Country, of: Region | None, frozen: dict[str, str]) -> JSON:
    """Without browse, quantity and rate, which the schema lists and no example has (C07)."""
    shown: JSON = {"id": group.id, "name": group.name, **_place(group)}
    shown["country"] = {
        "name": country.name.upper(),
        "iso": country.iso,
        "has_regions": country.has_regions,
    }
    if of is not None:
        shown["region"] = region(of)
    shown["fees"] = frozen
    return shown


def frozen_fees(item: OrderItem) -> dict[str, str]:
    return {"setup_fee": fee(item.setup_fee), "monthly_fee": fee(item.monthly_fee)}


def order_item(item: OrderItem, group: JSON, *, nameless: bool = False) -> JSON:
    ordered: JSON = {"quantity": item.quantity}
    if item.skus is not None:
        ordered["numbers"] = [{"number": number, "sku": sku} for number, sku in item.skus]
    return {
        "id": None if nameless else item.id,
        "status": item.status,
        "order_item_type": "quantity" if item.skus is None else "number_skus",
        "ordered": ordered,
        "fulfilled": {"quantity": len(item.numbers)},
        "cancelable": item.status in statuses.CANCELABLE,
        "did_group": group,
        "numbers": [{"number": number} for number in item.numbers],
    }


def order_summary(order: Order) -> JSON:
    """A row of Get Orders; `currency` is left out (C09)."""
    return {
        "id": order.id,
        "created_at": instant(order.created_at),
        "status": order.status,
        "ordered": {"quantity": order.item.quantity},
        "fulfilled": {"quantity": len(order.item.numbers)},
    }


def order_answer(order: Order, group: JSON, *, nameless: bool = False) -> JSON:
    """The answer of Create Order and Get Order. `nameless` for a preview, whose ids are null."""
    shown = order_summary(order)
    if nameless:
        shown["id"] = None
    shown["order_items"] = [order_item(order.item, group, nameless=nameless)]
    return {"order": shown, "meta": {}}


# --- numbers -----------------------------------------------------------------------------------------


def group_in_number(group: DidGroup, country: Country, of: Region | None) -> JSON:
    """Name before id, as in the example; `area_name` for numbers of the USA alone (C08, C10)."""
    shown: JSON = {
        "name": group.name,
        "id": group.id,
        "country_calling_code": group.calling_code,
        "area_code": group.area_code,
    }
    if group.country_iso == "US":
        shown["area_name"] = None
    shown["nxx"] = group.nxx
    shown["toll_free"] = group.toll_free
    shown["country"] = {**country_in_coverage(country), "name": country.name.upper()}
    if of is not None:
        shown["region"] = region(of)
    shown["fees"] = fees(group)
    return shown


def cnam(row: Cnam) -> JSON:
    return {"name": row.name, "type": row.type, "display": row.display}


def number_cnam(row: Number) -> JSON:
    pending: JSON | None = None
    if row.cnam_request is not None:
        wanted = row.cnam_request.cnam
        pending = {"action": "disable"} if wanted is None else {"action": "enable", **cnam(wanted)}
    return {
        "current": None if row.cnam is None else cnam(row.cnam),
        "pending": pending,
        "per_dip_fee": assumptions.CNAM_PER_DIP_FEE,
        "update_fee": assumptions.CNAM_UPDATE_FEE,
    }


def number(row: Number, group: DidGroup, shown_group: JSON) -> JSON:
    shown: JSON = {"number": row.number, "status": row.status, "added_at": instant(row.added_at)}
    if row.removed_at is not None:
        shown["removed_at"] = instant(row.removed_at)
    shown["trunk_group_id"] = row.trunk_group_id
    shown["did_group"] = shown_group
    shown["supports_cnam"] = group.supports_cnam
    shown["cnam"] = number_cnam(row) if group.supports_cnam else None
    return shown


# --- trunk groups ------------------------------------------------------------------------------------


def trunk_group(row: TrunkGroup) -> JSON:
    return {
        "id": row.id,
        "name": row.name,
        "ring_type": row.ring_type,
        "pop": row.pop,
        "is_default": row.is_default,
        "switches": [{"ip": switch.ip, "port": switch.port} for switch in row.switches],
    }


def meta_page(page: int, page_size: int, total: int) -> JSON:
    return {"page": page, "page_size": page_size, "total": total}
