"""Orders for numbers and channels: accepted, charged and cancelled (reference 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Order, OrderItem
from mockserver.providers.didww.rules import callbacks, capacity, money, nanpa
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import end_of, now
from mockserver.providers.didww.rules.casting import NotThat
from mockserver.providers.didww.rules.fulfilment import CompleteOrder, SupplyBackOrder, cancel, supply
from mockserver.providers.didww.rules.order_items import Channels, Line, item_error, read_items
from mockserver.providers.didww.rules.reading import REFERENCE, Reader, read_all, switch_or_null, text, word
from mockserver.providers.didww.rules.reservations import consume
from mockserver.providers.didww.signing import usable
from mockserver.providers.didww.versions import V2026_04

TOO_MANY = "exceeds available DIDs count"  # documented in a fixture of the Ruby SDK
NOT_PENDING = "Order not pending"  # documented, about the whole record since 2021


def _address(value: object) -> str | None:
    """Where a callback goes, or null."""
    found: str | None = _TEXT(value)
    if found is not None and not usable(found):
        raise NotThat(assumed.INVALID)
    return found


_TEXT = text()
_OPTIONS: Mapping[str, Reader] = {
    "allow_back_ordering": switch_or_null,
    "callback_url": _address,
    "callback_method": word("get", "post", null=True),
    "external_reference_id": REFERENCE,
}


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks for: parsed JSON as it came, whatever it is, None for what was not sent.

    callback_method   spelled as in 2026-04-16
    version           the API version the request is served in
    """

    items: object
    version: str
    allow_back_ordering: object = None
    callback_url: object = None
    callback_method: object = None
    external_reference_id: object = None


def place_order(world: World, request: OrderRequest) -> Order:
    """Accept an order and charge it in full; its numbers that are in stock are the account's at once.

    Channels are too, and an order for nothing else is completed at once (recorded).
    Refusal: 400 for items of a wrong shape or too little money, 403 for a read-only account, 422 for values
    that will not do.
    """
    require_write_access(world)
    errors: list[ApiError] = []
    options = read_all(_OPTIONS, {name: getattr(request, name) for name in _OPTIONS}, errors)
    sent = read_items(world, request.items, request.version, errors)
    if errors:
        raise Refusal(errors, Evidence("documented", "didww.error.order_option"))
    lines = [line for line in sent if isinstance(line, Line)]
    channels = [line for line in sent if isinstance(line, Channels)]
    back_ordering = options["allow_back_ordering"]
    if back_ordering is None:  # the version's default
        back_ordering = request.version >= V2026_04  # documented from then on, assumed before
    missing = _missing(world, lines, back_ordering)
    amount = sum((sum(_prices(world, line)) * line.qty for line in lines), Decimal(0))
    amount += sum(((line.offer.nrc + line.offer.mrc) * line.qty for line in channels), Decimal(0))
    money.require(world, amount, request.version)

    order_id, reference = world.ids.uuid(), f"{world.ids.letters(3)}-{world.ids.below(1_000_000):06d}"
    subject = f"{Order.table}/{order_id}"
    money.charge(world, amount, "order", subject, reference)
    numbers = _take(world, lines, missing)
    items: dict[int, OrderItem] = {}
    did_ids: list[str] = []
    for bought in channels:
        capacity.add_channels(world, bought.pool_id, bought.qty)
        items[bought.index] = _channel_item(bought)
    for line in lines:
        item = _item(world, line, missing[line.index])
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
        callback_url=options["callback_url"],
        callback_method=options["callback_method"],
        external_reference_id=options["external_reference_id"],
        did_ids=tuple(did_ids),
    )
    world.table(Order).put(order)
    world.announce(subject, order.status)
    if not lines:
        if assumed.DONE_AT_ONCE_IS_TOLD:
            callbacks.order_is_done(world, order)
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


def set_external_reference(world: World, order: Order, reference: object) -> Order:
    """Change the one thing of an order that can be changed (2026-04-16).

    Refusal with 403 for a read-only account, with 422 when the reference is too long or no text.
    """
    require_write_access(world)
    errors: list[ApiError] = []
    changes = read_all(_OPTIONS, {"external_reference_id": reference}, errors)
    if errors:
        raise Refusal(errors, Evidence("documented", "didww.error.external_reference_id"))
    return world.table(Order).put(replace(order, **changes))


def _missing(world: World, lines: list[Line], back_ordering: bool) -> dict[int, int]:
    """How many numbers of each line are not in stock, by its index; all 0 unless back ordering is allowed."""
    chosen = Counter(line.sku.did_group_id for line in lines if line.number is not None)
    named = [line.number for line in lines if line.number is not None]
    stock = world.stock("didww")
    left = {line.sku.did_group_id: stock.available(line.sku.did_group_id) for line in lines}
    left = {group: count - chosen[group] for group, count in left.items()}
    of_prefix: dict[tuple[str, str], int] = {}
    missing = {line.index: 0 for line in lines}
    errors: dict[int, ApiError] = {}
    for line in sorted(lines, key=_by_choice):
        if line.number is not None or line.reservation is not None:
            continue
        group, supplied = line.sku.did_group_id, min(line.qty, left[line.sku.did_group_id])
        if line.nanpa_prefix_id is not None:
            key = (group, line.nanpa_prefix_id)
            if key not in of_prefix:
                numbers = nanpa.on_sale(world, *key)
                of_prefix[key] = sum(number not in named for number in numbers)
            supplied = min(supplied, of_prefix[key])
            of_prefix[key] -= supplied
        left[group] -= supplied
        missing[line.index] = line.qty - supplied
        if supplied < line.qty:
            errors[line.index] = item_error(line.index, "qty", TOO_MANY)
    if errors and not back_ordering:
        found = [errors[index] for index in sorted(errors)]
        raise Refusal(found, Evidence("documented", "didww.error.out_of_stock"))
    return missing


def _by_choice(line: Line) -> int:
    """Numbers somebody chose come off the shelf first, then those of a prefix, then any."""
    if line.number is not None or line.reservation is not None:
        return 0
    return 1 if line.nanpa_prefix_id is not None else 2


def _take(world: World, lines: list[Line], missing: dict[int, int]) -> dict[int, list[int]]:
    """The numbers of each line, off the shelf, by its index."""
    taken: dict[int, list[int]] = {}
    for line in sorted(lines, key=_by_choice):
        if line.reservation is not None:
            taken[line.index] = [consume(world, line.reservation)]
        elif line.number is not None:
            world.stock("didww").take(line.number)
            taken[line.index] = [line.number]
        else:
            qty = line.qty - missing[line.index]
            taken[line.index] = nanpa.take(world, line.sku.did_group_id, line.nanpa_prefix_id, qty)
    return taken


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


def _prices(world: World, line: Line) -> tuple[Decimal, Decimal]:
    """What one number of a line costs now: setup, and the month or the part of it that is asked for.

    Parts are reckoned as those of channels are (recorded there, assumed here).
    """
    setup, month = line.sku.setup_price, line.sku.monthly_price
    if line.prorate_days is not None:
        today = now(world).date()
        days, whole = ((end_of(today, count) - today).days for count in (line.prorate_days, None))
        month = (month * days / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return money.gross(world, setup), money.gross(world, month)


def _item(world: World, line: Line, missing: int) -> OrderItem:
    sku = line.sku
    setup, first = _prices(world, line)
    return OrderItem(
        type="did_order_items",
        qty=line.qty,
        nrc=setup,
        mrc=first,
        prorated_mrc=line.prorate_days is not None,
        setup_price=setup,
        monthly_price=money.gross(world, sku.monthly_price),
        did_group_id=sku.did_group_id,
        sku_id=sku.id,
        billing_cycles_count=line.billing_cycles_count,
        missing=missing,
        nanpa_prefix_id=line.nanpa_prefix_id,
        prorate_days=line.prorate_days,
    )
