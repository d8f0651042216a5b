"""Money of one account: an opening balance and lines that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mockserver.core.clock import Clock
from mockserver.core.tables import Undo


@dataclass(frozen=True, slots=True)
class Line:
    """One movement. `amount` is negative for a charge; `balance` is what stood on the account after it.

    kind     the provider's own word (order, month, activation, refund, adjustment ...)
    subject  what it was for: "didww.orders/UUID", "idt.numbers/12074063052"
    """

    number: int
    at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    subject: str
    note: str


class Ledger:
    """The account of one sandbox at one provider. balance == opening + sum of the lines, always."""

    def __init__(self, opening: Decimal, clock: Clock, undo: Undo, currency: str = "USD") -> None:
        self.opening = opening
        self.currency = currency
        self.lines: list[Line] = []
        self._balance = opening
        self._clock = clock
        self._undo = undo

    @property
    def balance(self) -> Decimal:
        return self._balance

    def post(self, amount: Decimal, kind: str, subject: str = "", note: str = "") -> Line:
        """Write one line: a positive amount is money in, a negative one a charge."""
        before = self._balance
        self._balance = before + amount
        line = Line(len(self.lines) + 1, self._clock.now(), kind, amount, self._balance, subject, note)
        self.lines.append(line)
        self._undo.append((self._strike, (before,)))
        return line

    def set_balance(self, target: Decimal, note: str = "set through the control API") -> Line:
        """Bring the balance to `target` with an adjustment line."""
        return self.post(target - self._balance, "adjustment", note=note)

    def take_on(self, opening: Decimal, lines: Iterable[Line]) -> None:
        """Hold other lines from now on. Cannot be undone. ValueError when they do not add up."""
        kept, balance = list(lines), opening
        for number, line in enumerate(kept, start=1):
            balance += line.amount
            if line.balance != balance or line.number != number:
                raise ValueError(f"line {number} of the ledger does not add up")
        self.opening, self.lines, self._balance = opening, kept, balance

    def _strike(self, before: Decimal) -> None:
        self.lines.pop()
        self._balance = before
