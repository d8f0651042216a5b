"""What happens to the voice of a DIDWW account from outside its API: calls go out and cost something."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.providers.didww.rules import out_trunks
from mockserver.providers.didww.rules.money import price_text
from mockserver.providers.didww.voice_rows import VoiceOutTrunk


def _spend(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    rows, name = world.table(VoiceOutTrunk), fields["trunk"]
    trunk = rows.get(name) or next((row for row in rows if row.name == name), None)
    if trunk is None:
        known = [row.id for row in rows]
        raise CannotHappen(f"there is no outbound trunk {name!r}", field="trunk", known=known)
    trunk = out_trunks.spend(world, trunk, fields["amount"])
    return {
        "trunk": trunk.id,
        "status": trunk.status,
        "threshold_reached": trunk.threshold_reached,
        "spent_amount": price_text(trunk.spent_amount),
    }


HAPPENINGS: tuple[Happening, ...] = (
    Happening(
        "spend_on_outbound_trunk",
        "Calls go out over a trunk; what they cost counts for a day, and blocks it from its threshold on.",
        _spend,
        {
            "trunk": Rule("text", "The id or the name.", least=1, most=255, required=True),
            "amount": Rule("money", "What the calls cost.", most=1_000_000, default=Decimal("1.00")),
        },
    ),
)
