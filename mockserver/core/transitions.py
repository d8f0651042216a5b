"""How and when a later change happens: at once, after a while, or when told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

PolicyMode = Literal["immediate", "after", "manual"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One transition policy. `outcome` is the provider's word for how it ends ("" leaves it to the rules)."""

    mode: PolicyMode = "after"
    delay: timedelta = timedelta()
    outcome: str = ""


class Policies:
    """Policies by subject: `didww.orders` for a type, `didww.orders/UUID` for one thing.

    Defaults come from the provider; what a test sets is forgotten at reset.
    """

    def __init__(self, defaults: dict[str, Policy]) -> None:
        self.defaults = defaults
        self.chosen: dict[str, Policy] = {}

    def of(self, subject: str) -> Policy:
        """The policy for a thing: its own, its type's, the provider's default, or immediate."""
        kind = subject.partition("/")[0]
        for key in (subject, kind):
            if key in self.chosen:
                return self.chosen[key]
        return self.defaults.get(kind, Policy("immediate"))
