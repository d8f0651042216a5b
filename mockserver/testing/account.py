"""An account from outside its API: money, request limits, switches, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.testing.connection import Control
from mockserver.testing.values import Money, instant, nested, part


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill; `amount` is negative for a charge, `balance` what was left after it."""

    number: int
    at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    subject: str
    note: str

    def __repr__(self) -> str:
        return f"<{self.number}: {self.amount} {self.kind} {self.subject} -> {self.balance}>"


class Ledger:
    """Money at each provider: balance = opening balance + lines."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        accounts = self._control.get("/ledger")
        shown = (f"{name} {one['balance']} {one['currency']}" for name, one in accounts.items())
        return f"<ledger {', '.join(shown)}>"

    def balance(self, provider: str) -> Decimal:
        return Decimal(self._account(provider)["balance"])

    def lines(self, provider: str) -> list[Line]:
        """Every charge and refund since the sandbox began."""
        return [_line(one) for one in self._account(provider)["lines"]]

    def spent(self, provider: str) -> Decimal:
        """All charges together; what came in does not make up for them."""
        return -sum((line.amount for line in self.lines(provider) if line.amount < 0), Decimal(0))

    def set_balance(self, provider: str, balance: Money) -> Line:
        """Bring an account to these funds with one line."""
        body = {"provider": provider, "balance": str(balance)}
        return _line(self._control.post("/world/balance", body)["line"])

    def _account(self, provider: str) -> dict[str, Any]:
        account: dict[str, Any] = self._control.get(f"/ledger?provider={part(provider)}")[provider]
        return account


class Limits:
    """Request limits, counted on the sandbox's clock: where that stands still, they never ease."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<limits {self.all()}>"

    def all(self) -> dict[str, dict[str, float] | None]:
        """By provider; None where there is none."""
        limits: dict[str, dict[str, float] | None] = self._control.get("/limits")
        return limits

    def set(self, provider: str, requests: int, seconds: float = 1.0) -> None:
        """At most `requests` in any `seconds`; nothing is counted yet."""
        self._control.put("/limits", {provider: {"requests": requests, "seconds": seconds}})

    def lift(self, *providers: str) -> None:
        """No limit any more at these providers, or at all of them when none is named."""
        self._control.put("/limits", dict.fromkeys(providers or self.all()))


class Options:
    """Switches of the accounts, `idt.quota`; `mockserver options` lists them with what they do."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<options {self.all()}>"

    def all(self) -> dict[str, Any]:
        """Values by name."""
        return {
            f"{provider}.{name}": option["value"]
            for provider, options in self._control.get("/options").items()
            for name, option in options.items()
        }

    def get(self, name: str) -> Any:
        """One value; KeyError names the switches there are."""
        values = self.all()
        if name not in values:
            raise KeyError(f"there is no switch {name!r}; there are {', '.join(values)}")
        return values[name]

    def set(self, name: str, value: Any) -> None:
        self.update({name: value})

    def update(self, options: dict[str, Any]) -> None:
        """Change several, all or none: `{"idt.quota": 5, "didlogic.documents": False}`."""
        self._control.put("/options", nested(options))


class Surroundings:
    """What happens to an account from outside its API: calls, messages, payments, other buyers."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        known = (f"{provider}.{name}" for provider, names in self.known().items() for name in names)
        return f"<world with {', '.join(known)}>"

    def known(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What can happen, by provider and name, with a JSON Schema for each field."""
        return {
            provider: {one["happening"]: one["fields"] for one in happenings}
            for provider, happenings in self._control.get("/world").items()
        }

    def happen(self, provider: str, happening: str, /, **fields: Any) -> dict[str, Any]:
        """Make something happen; what comes back is the happening's own."""
        happened: dict[str, Any] = self._control.post(f"/world/{part(provider)}/{part(happening)}", fields)
        return happened

    def rival(self, provider: str, takes: object, *, leave: int = 0) -> list[str]:
        """Another buyer takes a number, or all but `leave` of a DID group or city; says which numbers."""
        body = {"provider": provider, "takes": str(takes), "leave": leave}
        taken: list[str] = self._control.post("/world/rivals", body)["taken"]
        return taken


def _line(one: dict[str, Any]) -> Line:
    return Line(
        number=one["number"],
        at=instant(one["at"]),
        kind=one["kind"],
        amount=Decimal(one["amount"]),
        balance=Decimal(one["balance"]),
        subject=one["subject"],
        note=one["note"],
    )
