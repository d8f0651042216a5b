"""Orders for numbers and channels: accepted, charged and cancelled (reference 2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Order, OrderItem
from mockserver.providers.didww.rules import capacity, money
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.fulfilment import CompleteOrder, SupplyBackOrder, cancel, supply
from mockserver.providers.didww.rules.order_items import Channels, Line, item_error, read_items
from mockserver.providers.didww.rules.reservations import consume

TOO_MANY = "exceeds available DIDs count"  # documented in a fixture of the Ruby SDK
NOT_PENDING = "Order not pending"  # documented, about the whole record since 2021
MOST_REFERENCE = 100  # characters of external_reference_id, documented


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks for. `items` is the parsed JSON as it came, whatever it is.

    allow_back_ordering   None when not sent: the version's default applies
    callback_method       lower case as in 2026-04-16
    version               the API version the request is served in
    """

    items: object
    version: str
    allow_back_ordering: bool | None = None
    callback_url: str | None = None
    callback_method: str | None = None
    external_reference_id: str | None = None


def place_order(world: World, request: OrderRequest) -> Order:
    """Accept an order and charge it in full; its numbers that are in stock are the account's at once.

    Channels are too, and an order for nothing else is completed at once (recorded).
    Refusal: 400 for items of a wrong shape or too little money, 403 for a read-only account, 422 for values
    that will not do, 501 for NANPA prefixes.
    """
    require_write_access(world)
    sent = read_items(world, request.items)
    lines = [line for line in sent if isinstance(line, Line)]
    channels = [line for line in sent if isinstance(line, Channels)]
    _check_options(request)
    back_ordering = request.allow_back_ordering
    if back_ordering is None:
        back_ordering = assumed.BACK_ORDERING_BY_DEFAULT.get(request.version, True)
    missing = _missing(world, lines, back_ordering)
    amount = sum(((line.sku.setup_price + line.sku.monthly_price) * line.qty for line in lines), Decimal(0))
    amount += sum(((line.offer.nrc + line.offer.mrc) * line.qty for line in channels), Decimal(0))
    money.require(world, amount, request.version)

    order_id, reference = world.ids.uuid(), f"{world.ids.letters(3)}-{world.ids.below(1_000_000):06d}"
    subject = f"{Order.table}/{order_id}"
    money.charge(world, amount, "order", subject, reference)
    # Numbers somebody chose come off the shelf before those that may be any.
    numbers = {line.index: _chosen(world, line) for line in lines}
    items: dict[int, OrderItem] = {}
    did_ids: list[str] = []
    for bought in channels:
        capacity.add_channels(world, bought.pool_id, bought.qty)
        items[bought.index] = _channel_item(bought)
    for line in lines:
        if not numbers[line.index]:
            numbers[line.index] = world.stock("didww").take_first(
                line.sku.did_group_id, line.qty - missing[line.index]
            )
        item = _item(line, missing[line.index])
        did_ids += supply(world, order_id, item, numbers[line.index])
        items[line.index] = item
    order = Order(
        id=order_id,
        reference=reference,
        amount=amount,
        status="pending" if lines else "completed",
        created_at=now(world),
        description="DID" if isinstance(sent[0], Line) else "Capacity",
        items=tuple(items[line.index] for line in reversed(sent)),
        callback_url=request.callback_url,
        callback_method=request.callback_method,
        external_reference_id=request.external_reference_id,
        did_ids=tuple(did_ids),
    )
    world.table(Order).put(order)
    world.announce(subject, order.status)
    if not lines:
        return order
    if any(missing.values()):
        world.later(SupplyBackOrder(order.id))
    else:
        world.later(CompleteOrder(order.id))
    return order


def cancel_order(world: World, order: Order) -> None:
    """Cancel a pending order: its numbers go back on sale, what they cost is returned.

    Refusal: 403 for a read-only account, 422 when it is not pending or not an order for numbers.
    """
    require_write_access(world)
    if order.status != "pending" or any(item.type != "did_order_items" for item in order.items):
        raise Refusal(invalid_record(NOT_PENDING), Evidence("documented", "didww.error.order_not_pending"))
    cancel(world, order)


def set_external_reference(world: World, order: Order, reference: str | None) -> Order:
    """Change the one thing of an order that can be changed (2026-04-16). Refusal with 422 when too long."""
    errors = _reference_errors(reference)
    if errors:
        raise Refusal(errors, Evidence("documented", "didww.error.external_reference_id"))
    return world.table(Order).put(replace(order, external_reference_id=reference))


def _check_options(request: OrderRequest) -> None:
    errors = _reference_errors(request.external_reference_id)
    url = request.callback_url
    if url is not None and not url.lower().startswith(("http://", "https://")):
        errors.append(invalid("callback_url", assumed.INVALID))
    if request.callback_method not in (None, "get", "post"):
        errors.append(invalid("callback_method", assumed.NOT_IN_LIST))
    if errors:
        raise Refusal(errors, Evidence("documented", "didww.error.order_option"))


def _reference_errors(reference: str | None) -> list[ApiError]:
    if reference is None or len(reference) <= MOST_REFERENCE:
        return []
    message = f"is too long (maximum is {MOST_REFERENCE} characters)"
    return [invalid("external_reference_id", message)]


def _missing(world: World, lines: list[Line], back_ordering: bool) -> dict[int, int]:
    """How many numbers of each line are not in stock, by its index; all 0 unless back ordering is allowed."""
    chosen = Counter(line.sku.did_group_id for line in lines if line.number is not None)
    left = {
        line.sku.did_group_id: world.stock("didww").available(line.sku.did_group_id)
        - chosen[line.sku.did_group_id]
        for line in lines
    }
    missing: dict[int, int] = {}
    errors: list[ApiError] = []
    for line in lines:
        missing[line.index] = 0
        if line.number is None and line.reservation is None:
            supplied = min(line.qty, left[line.sku.did_group_id])
            left[line.sku.did_group_id] -= supplied
            missing[line.index] = line.qty - supplied
            if supplied < line.qty:
                errors.append(item_error(line.index, "qty", TOO_MANY))
    if errors and not back_ordering:
        raise Refusal(errors, Evidence("documented", "didww.error.out_of_stock"))
    return missing


def _chosen(world: World, line: Line) -> list[int]:
    """The number that a line names, off the shelf."""
    if line.reservation is not None:
        return [consume(world, line.reservation)]
    if line.number is not None:
        world.stock("didww").take(line.number)
        return [line.number]
    return []


def _channel_item(line: Channels) -> OrderItem:
    offer = line.offer
    return OrderItem(
        type="capacity_order_items",
        qty=line.qty,
        nrc=offer.nrc,
        mrc=offer.mrc,
        prorated_mrc=offer.prorated,
        billed_from=offer.billed_from,
        billed_to=offer.billed_to,
        capacity_pool_id=line.pool_id,
    )


def _item(line: Line, missing: int) -> OrderItem:
    sku = line.sku
    return OrderItem(
        type="did_order_items",
        qty=line.qty,
        nrc=sku.setup_price,
        mrc=sku.monthly_price,
        setup_price=sku.setup_price,
        monthly_price=sku.monthly_price,
        did_group_id=sku.did_group_id,
        sku_id=sku.id,
        billing_cycles_count=line.billing_cycles_count,
        missing=missing,
    )
