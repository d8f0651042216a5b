"""Orders and the balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import CENTS, DECIMAL, INSTANT, Codec, day, decimal_text, words
from mockserver.jsonapi.resource import Incoming, ResourceType, Source, attr, bound, exact, sort
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rows import Balance, Order, OrderItem
from mockserver.providers.didww.rules import money, ordering
from mockserver.providers.didww.versions import V2022_05, V2026_04

STATUS = words({"pending": "Pending", "completed": "Completed", "canceled": "Canceled"})
CALLBACK_METHOD = words({"get": "GET", "post": "POST"})

# Which fields of an item are on the wire besides those of every type (reference 2.2).
_MORE: dict[str, tuple[str, ...]] = {
    "did_order_items": ("setup_price", "monthly_price", "did_group_id"),
    "capacity_order_items": ("capacity_pool_id",),
    "emergency_order_items": ("emergency_calling_service_id",),
    "generic_order_items": (),
}
_PRICES = frozenset(("setup_price", "monthly_price"))


def _item(item: OrderItem) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "qty": item.qty,
        "nrc": decimal_text(item.nrc),
        "mrc": decimal_text(item.mrc),
        "prorated_mrc": item.prorated_mrc,
        "billed_from": None if item.billed_from is None else day(item.billed_from),
        "billed_to": None if item.billed_to is None else day(item.billed_to),
    }
    for name in _MORE[item.type]:
        value = getattr(item, name)
        attributes[name] = decimal_text(value) if name in _PRICES and value is not None else value
    return {"type": item.type, "attributes": attributes}


def _former(item: OrderItem) -> OrderItem:
    """Versions without emergency calling see its items as generic ones (assumed): they know no such type."""
    return replace(item, type="generic_order_items") if item.type == "emergency_order_items" else item


ITEMS = Codec(lambda items: [_item(item) for item in items])
FORMER_ITEMS = Codec(lambda items: [_item(_former(item)) for item in items])


def _place(world: World, incoming: Incoming) -> Order:
    values = {"items": None, **incoming.values}
    return ordering.place_order(world, ordering.OrderRequest(version=incoming.version, **values))


def _update(world: World, row: Any, incoming: Incoming) -> Order:
    return ordering.set_external_reference(world, row, incoming.values["external_reference_id"])


ORDERS = ResourceType(
    type="orders",
    row=Order,
    attributes=(
        attr("amount", DECIMAL),
        attr("status", STATUS, until=V2022_05),
        attr("status", since=V2026_04),
        attr("created_at", INSTANT),
        attr("description"),
        attr("reference"),
        attr("items", FORMER_ITEMS, create=True, until=V2022_05),
        attr("items", ITEMS, create=True, since=V2026_04),
        attr("callback_url", create=True),
        attr("callback_method", CALLBACK_METHOD, create=True, until=V2022_05),
        attr("callback_method", create=True, since=V2026_04),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
        attr("allow_back_ordering", create=True, read=False),
    ),
    filters=(
        exact("status", blank=True),
        exact("reference", blank=False),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
        bound("created_at_gteq", "created_at", "instant"),
        bound("created_at_lteq", "created_at", "instant"),
    ),
    sorts=(
        sort("status"),
        sort("amount"),
        sort("created_at"),
        sort("description", key=collated),
        sort("reference"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    operations_since={"update": V2026_04},
    create=_place,
    update=_update,
    delete=ordering.cancel_order,
    etag=False,  # recorded, unexplained
    evidence={"show": "recorded", "create": "recorded"},
)


class Account(Source):
    """The one balance, worked out from the ledger."""

    def find(self, world: World, identifier: str) -> Row | None:
        balance = money.balance_of(world)
        return balance if balance.id == identifier else None

    def every(self, world: World) -> Iterable[Row]:
        return (money.balance_of(world),)


BALANCE = ResourceType(
    type="balances",
    row=Balance,
    path="balance",
    singleton=True,
    operations=("show",),
    attributes=(attr("total_balance", CENTS), attr("credit", CENTS), attr("balance", CENTS)),
    source=Account(Balance),
    evidence={"show": "recorded"},
)

TYPES = (ORDERS, BALANCE)
