"""Buying: Create Order, Get Order, Get Orders (reference: behaviour.md §5)."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.core.ids import Ids
from mockserver.core.tables import Table
from mockserver.providers.idt import errors, statuses, wire
from mockserver.providers.idt.assumptions import MOST_PER_ORDER
from mockserver.providers.idt.errors import IdtError, Problem
from mockserver.providers.idt.formats import number_of_sku, number_text
from mockserver.providers.idt.fulfilment import OrderStep
from mockserver.providers.idt.prices import price_now
from mockserver.providers.idt.reading import Call, in_body_order, is_integer
from mockserver.providers.idt.rows import DidGroup, Order, OrderItem

_FIELDS = ("preview", "order_items")
_ITEM_FIELDS = ("did_group_id", "quantity", "did_skus")
_ITEM = "/order_items/0"
_NOT_POSITIVE = "must be greater than 0"  # the complaint that is printed
_FIRST_ITEM_ID = 240001  # after those of the examples


def create_order(call: Call) -> bytes:
    """Check an order whole, then take it on; numbers and charges come when it is processed.

    Checks in order: body shape, fields, the DIDs feature (3000; an option puts it first), the group (4004),
    SKUs, funds (3001). A preview passes them all and creates nothing.
    """
    world = call.world
    options = world.options["idt"]
    if options["feature_first"] and not options["dids_enabled"]:
        raise errors.dids_not_enabled()
    body = call.body(_FIELDS)
    preview, fields = _read(call, body)
    if not options["dids_enabled"]:
        raise errors.dids_not_enabled()
    group = call.catalogue.groups.get(fields["did_group_id"])
    if group is None:
        raise errors.invalid_did_group()
    skus = fields.get("did_skus")
    numbers = None if skus is None else _ordered_numbers(call, group, skus)
    quantity: int = fields["quantity"] if numbers is None else len(numbers)
    cost = quantity * price_now(world, group.setup_fee, group.monthly_fee)
    balance = world.ledger("idt").balance
    if cost > balance:
        raise errors.insufficient_funds(cost, balance)

    nameless = preview and not options["preview_ids"]
    first_status = statuses.RECEIVED if options["show_received"] else statuses.PROCESSING
    order = Order(
        id="" if nameless else _fresh_id(world.ids, world.table(Order)),
        created_at=world.clock.now(),
        status=options["preview_status"] if preview else statuses.CREATED,
        item=OrderItem(
            id=0 if nameless else world.ids.next("idt.order_items", _FIRST_ITEM_ID),
            status=statuses.PREVIEW if preview else first_status,
            group_id=group.id,
            quantity=quantity,
            skus=numbers,
            numbers=(),
            setup_fee=group.setup_fee,
            monthly_fee=group.monthly_fee,
        ),
    )
    if preview:
        call.assumed = "preview"  # its ids and statuses are
    else:
        world.table(Order).put(order)
        world.later(OrderStep(order.id))
        world.announce(f"idt.orders/{order.id}", statuses.CREATED)
    return _encode(call, order, nameless=nameless)


def get_order(call: Call) -> bytes:
    """One order with its item and the numbers added so far."""
    order = call.world.table(Order).get(call.values[0])
    if order is None:
        raise errors.not_found("Order", "order_id")
    return order.wire.get("order") or order.remember("order", _encode(call, order))


def get_orders(call: Call) -> bytes:
    """Orders without their items, newest first, those of one status if asked."""
    page, status = call.page(), call.parameter("filter_by_status")
    orders: list[Order] = list(call.world.table(Order))
    if status is not None:
        wanted = status.lower()  # the reference spells Complete both ways (C02)
        orders = [order for order in orders if order.status.lower() == wanted]
    orders.reverse()
    orders.sort(key=lambda order: order.created_at, reverse=True)
    rows = b",".join(_summary(order) for order in page.cut(orders))
    meta = orjson.dumps(wire.meta_page(page.number, page.size, len(orders)))
    return b'{"orders":[%b],"meta":%b}' % (rows, meta)


# --- reading an order --------------------------------------------------------------------------------


def _read(call: Call, body: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether it is a preview, and the item's fields. Refuses every wrong field in one answer."""
    problems: list[Problem] = []
    preview = body.get("preview")
    if preview is not None and not isinstance(preview, bool):
        problems.append(errors.invalid("preview", "must be true or false", "/preview"))
    items = body.get("order_items")
    fields: dict[str, Any] = {}
    if items is None:
        problems.append(errors.required("order_items", "/order_items"))
    elif not isinstance(items, list) or len(items) != 1:
        problems.append(errors.invalid("order_items", "must hold exactly one order item", "/order_items"))
    elif not isinstance(items[0], dict):
        problems.append(errors.invalid("order_items", "must hold an object", _ITEM))
    else:
        fields = items[0]
        call.ignore(fields, _ITEM_FIELDS, "order_items.0.")
        problems.extend(_item_problems(fields))
    if problems:
        raise errors.refused(in_body_order(problems, body))
    return preview is True, fields


def _item_problems(fields: dict[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    group_id, quantity, skus = (fields.get(name) for name in _ITEM_FIELDS)
    if group_id is None:
        problems.append(errors.required("did_group_id", f"{_ITEM}/did_group_id"))
    elif not is_integer(group_id):
        problems.append(errors.invalid("did_group_id", "must be an integer", f"{_ITEM}/did_group_id"))
    complaint = _quantity_complaint(quantity)
    skus_complaint = _skus_complaint(skus)
    if quantity is None and skus is None:
        problems.append(errors.required("quantity", f"{_ITEM}/quantity"))
    if quantity is not None and skus is not None and not complaint and not skus_complaint:
        complaint = "" if quantity == len(skus) else "does not equal the number of did skus"
    if complaint:
        known = "" if complaint == _NOT_POSITIVE else None
        problems.append(errors.invalid("quantity", complaint, f"{_ITEM}/quantity", assumed=known))
    if skus_complaint:
        problems.append(errors.invalid("did_skus", skus_complaint, f"{_ITEM}/did_skus"))
    return problems


def _quantity_complaint(quantity: Any) -> str:
    """What is wrong with a quantity, "" for nothing. Only the first sentence is documented."""
    if quantity is None:
        return ""
    if isinstance(quantity, (int, float)) and not isinstance(quantity, bool) and quantity <= 0:
        return _NOT_POSITIVE
    if not is_integer(quantity):
        return "must be an integer"
    return f"must be less than or equal to {MOST_PER_ORDER}" if quantity > MOST_PER_ORDER else ""


def _skus_complaint(skus: Any) -> str:
    if skus is None:
        return ""
    if not isinstance(skus, list) or not skus or not all(isinstance(sku, str) for sku in skus):
        return "must be a list of strings"
    if len(skus) > MOST_PER_ORDER:
        return f"must not hold more than {MOST_PER_ORDER}"
    return "must not repeat" if len(set(skus)) < len(skus) else ""


def _ordered_numbers(call: Call, group: DidGroup, skus: list[str]) -> tuple[tuple[str, str], ...]:
    """(number, SKU) as ordered. Refuses every SKU that is not on sale in this group."""
    stock = call.world.stock("idt")
    problems: list[Problem] = []
    found: list[tuple[str, str]] = []
    for index, sku in enumerate(skus):
        number = number_of_sku(group, sku) if group.supports_browse else None
        shelf = None if number is None else stock.shelves.of_number(number)
        if number is None or shelf is None or shelf.key != group.shelf or not stock.on_sale(number):
            source = f"{_ITEM}/did_skus/{index}"
            problems.append(errors.invalid("did_skus", "is not available in this DID Group", source))
        else:
            found.append((number_text(number, group.calling_code), sku))
    if problems:
        raise IdtError(422, *problems)
    return tuple(found)


def _fresh_id(ids: Ids, orders: Table[Order]) -> str:
    while True:
        fresh = f"{ids.hex(3)}-{ids.hex(3)}-{ids.hex(4)}"
        if fresh not in orders:
            return fresh


# --- encoding ----------------------------------------------------------------------------------------


def _encode(call: Call, order: Order, *, nameless: bool = False) -> bytes:
    group = call.catalogue.groups[order.item.group_id]
    shown = call.catalogue.order_group(group, wire.frozen_fees(order.item))
    return orjson.dumps(wire.order_answer(order, shown, nameless=nameless))


def _summary(order: Order) -> bytes:
    return order.wire.get("summary") or order.remember("summary", orjson.dumps(wire.order_summary(order)))
