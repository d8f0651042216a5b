"""Wire formats in one place: JSON answers, amounts, times, CSV, and which format a client wants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from mockserver.core.messages import Response
from mockserver.providers.didlogic.errors import JSON_HEADER

CSV_HEADER = ("Content-Type", "text/csv; charset=utf-8")
TEXT_HEADER = ("Content-Type", "text/plain; charset=utf-8")
_CENT = Decimal("0.01")
_TEN_THOUSANDTH = Decimal("0.0001")


def json_response(content: Any) -> Response:
    """200 with JSON. Decimals leave as JSON numbers."""
    return Response(200, orjson.dumps(content, default=_encode), JSON_HEADER)


def json_bytes(content: Any) -> bytes:
    """One object encoded, to be joined into a list by `joined`."""
    return orjson.dumps(content, default=_encode)


def json_encoded(content: bytes) -> Response:
    """200 with JSON that is encoded already."""
    return Response(200, content, JSON_HEADER)


def joined(before: bytes, items: Iterable[bytes], after: bytes) -> Response:
    """200 with JSON made of encoded parts."""
    return Response(200, b"".join((before, b",".join(items), after)), JSON_HEADER)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(value)


# --- amounts -------------------------------------------------------------------------------------


def cents(amount: Decimal) -> Decimal:
    """An amount with the 2 decimals of the balance (the account itself has 4)."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def plain_amount(amount: Decimal) -> str:
    """`5.0`: an amount as text with the decimals it needs, at least one (recorded)."""
    text = f"{amount.normalize():f}"
    return text if "." in text else f"{text}.0"


def csv_amount(amount: Decimal) -> str:
    """`$-0.9900`: the dollar sign first, 4 decimals (recorded)."""
    return f"${amount.quantize(_TEN_THOUSANDTH, ROUND_HALF_UP):f}"


# --- times ---------------------------------------------------------------------------------------


def csv_date(at: datetime) -> str:
    """`01/05/25`; month first is assumed (G17)."""
    return f"{at.month:02d}/{at.day:02d}/{at.year % 100:02d}"


def csv_time(at: datetime) -> str:
    """`06:00 am` (recorded); UTC is assumed (G17)."""
    return f"{at.hour % 12 or 12:02d}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def timestamp(at: datetime) -> str:
    """`2024-11-20T13:29:19Z`."""
    return f"{at.year:04d}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}Z"


def sip_time(at: datetime) -> str:
    """`2024-06-03 06:06:47 UTC`."""
    return f"{at.year:04d}-{at.month:02d}-{at.day:02d} {at.hour:02d}:{at.minute:02d}:{at.second:02d} UTC"


# --- formats -------------------------------------------------------------------------------------


def csv_response(header: Sequence[str], rows: Iterable[Sequence[str]], filename: str) -> Response:
    """200 with CSV lines ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    disposition = ("Content-Disposition", f"attachment; filename={filename}")
    return Response(200, out.getvalue().encode(), [CSV_HEADER, disposition])


def preferred(accept: str, offers: Sequence[str]) -> str:
    """The offer that an Accept header wants most; the first one when it does not care.

    Wildcards count for the first offer only: a client that sends `*/*` gets the default.
    """
    best, best_quality = offers[0], 0.0
    for part in accept.split(","):
        kind, _, rest = part.partition(";")
        kind = kind.strip().lower()
        chosen = offers[0] if kind == "*/*" else kind
        if chosen not in offers:
            continue
        quality = _quality(rest)
        if quality > best_quality:
            best, best_quality = chosen, quality
    return best


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 1.0
            return quality if 0.0 <= quality <= 1.0 else 1.0
    return 1.0
