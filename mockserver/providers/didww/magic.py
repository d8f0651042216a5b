"""DID groups of the seed where an order ends in a special way (fixtures/didww_outcomes.py)."""

from __future__ import annotations

from typing import Any

from mockserver.core.data import load_fixture
from mockserver.core.provider import Magic

# By prefix and area, since both are easier to recognise than an id.
_LEADS_TO = {
    ("307", "Cheyenne"): "nothing in stock, and nothing to come: a back order stays pending",
    ("907", "Anchorage"): "nothing in stock; a back order is supplied a minute later",
    ("775", "Reno"): "three in stock: four are too many without back ordering",
    ("802", "Burlington"): "the last ten numbers",
    ("518", "Albany"): "numbers wait until an address is verified",
    ("701", "Fargo"): "no single number can be picked",
    ("28", "Macao"): "more than the opening balance: Insufficient balance",
}


def magic() -> tuple[Magic, ...]:
    """A SKU of each such group, which is what an order names."""
    found: list[Magic] = []
    groups: list[dict[str, Any]] = load_fixture("didww/did_groups.json")
    for group in groups:
        leads_to = _LEADS_TO.get((group["prefix"], group["area_name"]))
        if leads_to is not None:
            found.append(Magic(group["id"], f"DID group of an order, {group['area_name']}", leads_to))
    return tuple(found)
