"""Order and order item statuses (reference: behaviour.md §5.3 and §5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Orders.
CREATED = "Created"
PROCESSING = "Processing"
COMPLETE = "Complete"
PREVIEW = "Preview"  # orders and items, only in the answer to a preview

# Items. Composite names hold an en dash (C03).
RECEIVED = "Received"  # only with the option show_received (C13)
FULFILLED = "Fulfilled – Complete"
PARTLY_FULFILLED = "Partially Fulfilled – Complete"
BACKORDERED = "Backordered"
BACKORDER_CANCELED = "Backorder Canceled"
PARTLY_BACKORDERED = "Partially Fulfilled – Backordered"
PARTLY_BACKORDER_CANCELED = "Partially Fulfilled – Backorder Canceled"
NO_FUNDS = "Canceled – Insufficient Funds"
NO_INVENTORY = "Canceled – Insufficient Inventory"
PARTLY_NO_FUNDS = "Partially Fulfilled – Insufficient Funds"

CANCELABLE = frozenset({BACKORDERED, PARTLY_BACKORDERED})
CANCELED = frozenset({BACKORDER_CANCELED, NO_FUNDS, NO_INVENTORY})


def order_status(item_status: str, options: Mapping[str, Any]) -> str:
    """The status of an order whose processing has begun, from that of its item.

    Two of its words are assumed and so options of the account (behaviour.md §11.1).
    """
    if item_status in CANCELABLE:
        return str(options["backordered_status"])
    return str(options["canceled_status"]) if item_status in CANCELED else COMPLETE
