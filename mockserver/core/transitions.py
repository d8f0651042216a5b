"""How and when a later change happens: at once, after a while, or when told; and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
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

    Defaults come from the provider; what a test sets is forgotten at reset. `outcomes` are the words that a
    policy of a type may name.
    """

    def __init__(
        self, defaults: Mapping[str, Policy], outcomes: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.defaults = defaults
        self.outcomes = outcomes or {}
        self.chosen: dict[str, Policy] = {}

    def of(self, subject: str) -> Policy:
        """The policy for a thing: its own, its type's, the provider's default, or immediate."""
        kind = subject.partition("/")[0]
        for key in (subject, kind):
            if key in self.chosen:
                return self.chosen[key]
        return self.defaults.get(kind, Policy("immediate"))

    @contextmanager
    def ending(self, subject: str, outcome: str) -> Iterator[None]:
        """Let one thing end with `outcome` for as long as this lasts; "" changes nothing."""
        if not outcome:
            yield
            return
        before = self.chosen.get(subject)
        self.chosen[subject] = replace(self.of(subject), outcome=outcome)
        try:
            yield
        finally:
            if before is None:
                del self.chosen[subject]
            else:
                self.chosen[subject] = before
