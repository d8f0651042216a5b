"""How stored values and JSON values relate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Codec:
    """`encode` makes the JSON value of a stored one (never None), `decode` the other way round.

    None means "as it is". `decode` must take any JSON value: what it does not know goes through unchanged,
    so that the rules can refuse it.
    """

    encode: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None


def instant(value: datetime) -> str:
    """ISO 8601 in UTC with three fraction digits (engine.md 9)."""
    return value.isoformat(timespec="milliseconds")[:23] + "Z"


def day(value: date) -> str:
    return value.isoformat()


def decimal_text(value: Decimal) -> str:
    """Without trailing zeros but with at least one decimal: 5.98, 0.0, 25.0 (behaviour.md 2.1)."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text[-1] == "." else text


def cents(value: Decimal) -> str:
    """Always two decimals: 60.00."""
    return format(value.quantize(Decimal("0.01")), "f")


def words(spelling: Mapping[str, str]) -> Codec:
    """Stored words spelled differently on the wire; both spellings are read."""
    back = {wire: stored for stored, wire in spelling.items()}

    def encode(value: Any) -> Any:
        return spelling.get(value, value)

    def decode(value: Any) -> Any:
        return back.get(value, value) if isinstance(value, str) else value

    return Codec(encode, decode)


def known_words(known: frozenset[str]) -> Codec:
    """A list of words of which a version knows only some."""
    return Codec(lambda value: [word for word in value if word in known])


def below_root(path: str) -> str:
    """A path below the API's root, which the writer of a document puts before it: it knows the caller."""
    return path


def beside_root(path: str) -> str:
    """The same for a path beside the API's root, `/storage/x` beside `/v3`."""
    return path


AS_IS = Codec()
BELOW_ROOT = Codec(below_root)
BESIDE_ROOT = Codec(beside_root)
INSTANT = Codec(instant)
DECIMAL = Codec(decimal_text)
CENTS = Codec(cents)
