"""What happens to an account from outside its API (reference: behaviour.md §5.4)."""

from __future__ import annotations

from typing import Any

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.providers.idt import statuses
from mockserver.providers.idt.fulfilment import cancel_backorder
from mockserver.providers.idt.rows import Order


def _cancel_backorder(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Call off what an order waits for; only its portal can do that at the provider."""
    orders, name = world.table(Order), fields["order"]
    order = orders.get(name)
    if order is None:
        newest_first = [row.id for row in reversed(list(orders))]
        raise CannotHappen(f"there is no order {name!r}", field="order", known=newest_first)
    if order.item.status not in statuses.CANCELABLE:
        reason = f"the item of the order is {order.item.status!r}, which cannot be cancelled"
        raise CannotHappen(reason, field="order", conflict=True)
    order = cancel_backorder(world, order)
    return {
        "order": order.id,
        "status": order.status,
        "item_status": order.item.status,
        "fulfilled": len(order.item.numbers),
    }


HAPPENINGS: tuple[Happening, ...] = (
    Happening(
        "cancel_backorder",
        "Support or the portal cancels a backorder, which the API cannot; only while it is cancelable.",
        _cancel_backorder,
        {"order": Rule("text", "The id of the order.", least=1, most=100, required=True)},
    ),
)
