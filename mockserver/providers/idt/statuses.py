"""Order and order item statuses (reference: behaviour.md §5.3 and §5.4)."""

from __future__ import annotations

# Orders.
CREATED = "Created"
PROCESSING = "Processing"
COMPLETE = "Complete"
PREVIEW = "Preview"  # orders and items, only in the answer to a preview

# Items. Composite names hold an en dash (C03).
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
UNFINISHED = CANCELABLE | {PREVIEW, PROCESSING}


def order_status(item_status: str) -> str:
    """The status of an order whose processing has begun, from that of its item."""
    return PROCESSING if item_status in UNFINISHED else COMPLETE
