"""Variants of the seed of a DIDWW account, with dates that count from the sandbox's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from mockserver.core.provider import Preset
from mockserver.core.world import World
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import lifecycle
from mockserver.providers.didww.rules.calendar import now

NEAR_EXPIRY = "didww-near-expiry"
FUNDS = Decimal("5.00")
# Days that a number's month still lasts, in the order of their ends, by number.
DAYS_LEFT = {
    "14055550198": 1,  # terminated: blocked already, removed 35 days after its end
    "14055550199": 2,  # one billing cycle is left
    "437320000098": 3,
    "61491570737": 4,  # a month costs 12.00: more than the account has
}


def _prepare_near_expiry(world: World) -> None:
    """Months that end within days, and funds for all of them but one."""
    world.ledger("didww").take_on(FUNDS, ())
    by_number = {did.number: did for did in world.table(Did)}
    for number, days in DAYS_LEFT.items():
        did = by_number.get(number)
        if did is not None:
            world.scheduler.cancel(lifecycle.subject_of(did.id))
            lifecycle.start_month(world, replace(did, expires_at=now(world) + timedelta(days=days)))


PRESETS = (
    Preset(
        NEAR_EXPIRY,
        "Four numbers whose months end within one to four days: one is terminated, one has a single billing "
        "cycle left, one renews for ever, and one costs more than the 5.00 that the account has.",
        _prepare_near_expiry,
    ),
)
