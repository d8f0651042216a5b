"""Callbacks that go wrong on their way, as data: lost, sent twice, out of order, late, wrongly signed.

What becomes of a callback depends on nothing but the callbacks before it and a stream of chance of its own:
the same requests have the same mishaps, and ids elsewhere do not shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mockserver.core.ids import Ids

# In the order in which chance is drawn for them.
MISHAPS = ("drop", "duplicate", "reorder", "delay", "bad_signature")
_PARTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Chaos:
    """How likely each mishap is, from 0 (never) to 1 (always).

    drop           it is not sent until somebody sends it again
    duplicate      it is sent twice
    reorder        it is kept back until the next one has been sent, for `reorder_within` at most
    delay          it is sent `delay_by` later
    bad_signature  its signature is wrong
    times          how many callbacks are struck at most; None for any number
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    bad_signature: float = 0.0
    delay_by: timedelta = timedelta(seconds=30)
    reorder_within: timedelta = timedelta(minutes=1)
    times: int | None = None

    def draw(self, chance: Ids, struck: int) -> tuple[str, ...]:
        """The mishaps of the next callback; `struck` callbacks had some before.

        Draws as often for every callback, so that one more likely mishap does not move the others.
        """
        if not any(getattr(self, mishap) for mishap in MISHAPS):
            return ()
        met = tuple(
            mishap for mishap in MISHAPS if chance.below(_PARTS) < round(getattr(self, mishap) * _PARTS)
        )
        return met if self.times is None or struck < self.times else ()


def spoilt(signature: str) -> str:
    """A signature of the same length and looks that is wrong in every digit."""
    return "".join(
        f"{15 - int(digit, 16):x}" if digit in "0123456789abcdef" else digit for digit in signature
    )
