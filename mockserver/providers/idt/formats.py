"""How IDT Express writes numbers, SKUs, money and instants (reference: behaviour.md §3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from mockserver.core.ids import uuid_of_number
from mockserver.providers.idt.rows import DidGroup


def number_text(e164: int, calling_code: str) -> str:
    """`12074063052` for calling code 1, `0115117304800` (exit code 011) for any other."""
    return str(e164) if calling_code == "1" else f"011{e164}"


def sku_of(group: DidGroup, e164: int) -> str:
    """The SKU of a number of the group. Clients must not read anything out of it."""
    national = str(e164)[len(group.calling_code) :]
    if group.country_iso == "US":
        return f"BW-US-{national}"
    written = dict(group.number_uuids).get(e164)
    own = uuid_of_number("idt.sku", e164) if written is None else written
    return f"DW-{group.country_iso}-{national}-DG-{group.uuid}-DI-{own}"


def number_of_sku(group: DidGroup, sku: str) -> int | None:
    """The E.164 number that a SKU of this group stands for; None when it is no SKU of the group."""
    parts = sku.split("-", 3)
    if len(parts) < 3 or not parts[2].isascii() or not parts[2].isdecimal() or len(parts[2]) > 14:
        return None
    e164 = int(group.calling_code + parts[2])
    return e164 if sku_of(group, e164) == sku else None


def fee(amount: Decimal) -> str:
    """Setup and monthly fees: two digits after the point."""
    return f"{amount:.2f}"


def rate(amount: Decimal) -> str:
    """Per minute: four digits after the point."""
    return f"{amount:.4f}"


def instant(at: datetime) -> str:
    """`2020-06-26T11:01:16.000Z`."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
