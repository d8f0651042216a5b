"""What the account owns: purchases at v1, numbers at v2 (reference: gaps G08, G09, G31)."""

from __future__ import annotations

from typing import Any

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.destinations import destinations_of
from mockserver.providers.didlogic.fields import pages, paging
from mockserver.providers.didlogic.renewals import standing
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.wire import (
    csv_response,
    joined,
    json_bytes,
    preferred,
    timestamp,
)

_COLUMNS = (
    "number",
    "channels",
    "country",
    "area",
    "codec",
    "activation",
    "monthly_fee",
    "per_minute",
    "check_state",
    "free_minutes",
    "id",
    "status",
    "sms_enabled",
    "voice_enabled",
    "purchase_date",
    "expiration_date",
)


def list_purchases(call: Call) -> Response:
    """GET /v1/purchases: newest first, as JSON, or as CSV with the suffix or header for it (G08)."""
    rows = list(call.world.table(Purchase))[::-1]
    page, size = paging(call.params)
    shown = rows[(page - 1) * size : page * size]
    if call.suffix == "csv" or (
        not call.suffix and preferred(call.accept, ("application/json", "text/csv")) == "text/csv"
    ):
        cells = (
            [_cell(value) for value in _purchase(row, standing(call.world, row)).values()] for row in shown
        )
        response = csv_response(_COLUMNS, cells, "purchases.csv")
        response.evidence = said.assumed("G08")
        return response
    page_count = pages(len(rows), size)
    pagination = json_bytes(
        {
            "pages": page_count,
            "page": page,
            "per_page": size,
            "total_records": len(rows),
            "total_pages": page_count,
        }
    )
    return joined(
        b'{"purchases":[',
        (_purchase_bytes(call.world, row) for row in shown),
        b'],"pagination":' + pagination + b"}",
    )


def list_numbers(call: Call) -> Response:
    """GET /v2/numbers: a flat list, newest first; all of it unless a page is asked for (G31)."""
    rows = list(call.world.table(Purchase))[::-1]
    if "page" in call.params or "per_page" in call.params:
        page, size = paging(call.params)
        rows = rows[(page - 1) * size : page * size]
    return joined(b'{"dids":[', (_number_bytes(call.world, row) for row in rows), b"]}")


def _purchase_bytes(world: World, row: Purchase) -> bytes:
    form = (1, status := standing(world, row))
    known = row.wire.get(form)
    return known if known is not None else row.remember(form, json_bytes(_purchase(row, status)))


def _number_bytes(world: World, row: Purchase) -> bytes:
    form = (2, status := standing(world, row), count := len(destinations_of(world, row.number)))
    known = row.wire.get(form)
    return known if known is not None else row.remember(form, json_bytes(_number(row, status, count)))


def _purchase(row: Purchase, status: str) -> dict[str, Any]:
    """The recorded fields in their order, then those that are only documented as groups (G09)."""
    return {
        "number": row.number,
        "channels": row.channels,
        "country": row.country,
        "area": row.area,
        "codec": row.codec,
        "activation": row.activation,
        "monthly_fee": row.monthly_fee,
        "per_minute": row.per_minute,
        "check_state": said.CHECKED if row.usable else said.UNCHECKED,
        "free_minutes": row.free_minutes,
        "id": row.id,
        "status": status,
        "sms_enabled": row.sms_enabled,
        "voice_enabled": True,
        "purchase_date": timestamp(row.purchased_at),
        "expiration_date": timestamp(row.expires_at),
    }


def _number(row: Purchase, status: str, destination_count: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "country": row.country,
        "area": row.area,
        "channels": row.channels,
        "activation": row.activation,
        "monthly_fee": row.monthly_fee,
        "per_minute": row.per_minute,
        "services": ["voice", "sms"] if row.sms_enabled else ["voice"],
        "status": status,
        "destination_count": destination_count,
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
