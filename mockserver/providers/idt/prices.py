"""What one number costs when it is added to the account (reference: behaviour.md §5.1, §5.5, §11.6)."""

from __future__ import annotations

from calendar import monthrange
from decimal import ROUND_HALF_UP, Decimal

from mockserver.core.world import World

_CENT = Decimal("0.01")


def price_now(world: World, setup_fee: Decimal, monthly_fee: Decimal) -> Decimal:
    """Setup and month in the account's currency; with proration what is left of the month, today included."""
    if world.options["idt"]["proration"] == "none":
        return setup_fee + monthly_fee
    today = world.clock.now()
    days = monthrange(today.year, today.month)[1]
    share = monthly_fee * (days - today.day + 1) / days
    return setup_fee + share.quantize(_CENT, ROUND_HALF_UP)
