"""DID Groups of the seed where an order ends in a special way (fixtures/build_idt.py)."""

from __future__ import annotations

from mockserver.core.provider import Magic

_WHERE = "did_group_id of Create Order"


def _order(group: int, quantity: int, leads_to: str) -> Magic:
    return Magic(str(group), f"{_WHERE}, quantity {quantity}", leads_to)


MAGIC = (
    _order(30001, 5, "Partially Fulfilled – Complete"),
    _order(30003, 1, "Canceled – Insufficient Inventory"),
    _order(30004, 5, "Backordered, a minute later Fulfilled – Complete"),
    _order(30005, 5, "Partially Fulfilled – Backordered, a minute later Fulfilled – Complete"),
    _order(30006, 5, "Backordered, a minute later Partially Fulfilled – Backordered"),
    _order(30007, 5, "Partially Fulfilled – Complete"),
    _order(30008, 1, "Canceled – Insufficient Inventory"),
    _order(30009, 5, "Backordered, for good"),
    _order(30010, 5, "422 with code 3001: it costs more than the account has"),
    _order(30012, 5, "Backordered, a minute later Backorder Canceled"),
    _order(
        30013, 5, "Partially Fulfilled – Backordered, a minute later Partially Fulfilled – Backorder Canceled"
    ),
    Magic("30011", "did_group_id of Browse Available Numbers", "422 with code 1002: it cannot be browsed"),
)
