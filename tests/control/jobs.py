"""Later changes for the tests of clock and agenda."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.world import World


@dataclass(frozen=True, slots=True)
class Bill(Job):
    """Charges a dollar to IDT and says so."""

    kind: ClassVar[str] = "idt.bill"
    order: str

    @property
    def subject(self) -> str:
        return f"idt.orders/{self.order}"

    def run(self, world: World) -> None:
        world.ledger("idt").post(Decimal("-1"), "bill", self.subject)
        world.announce(self.subject, "pending -> billed")


@dataclass(frozen=True, slots=True)
class Broken(Job):
    """Fails half way."""

    kind: ClassVar[str] = "idt.broken"

    @property
    def subject(self) -> str:
        return "idt.orders/broken"

    def run(self, world: World) -> None:
        world.ledger("idt").post(Decimal("-5"), "half", self.subject)
        raise RuntimeError("on purpose")
