"""Where calls go: the destinations of numbers, and the SIP accounts that phones log in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Key, Row


@dataclass(frozen=True, slots=True)
class Destination:
    """One place that a number's calls go to. `transport` is 1, 4 or 5, see `assumptions.TRANSPORTS`."""

    id: int
    destination: str
    priority: int
    callhunt: bool
    active: bool
    transport: int

    @property
    def subject(self) -> str:
        return f"didlogic.destinations/{self.id}"


@dataclass(frozen=True, slots=True)
class Routing(Row):
    """All destinations of one number, the first to ring first. They are listed and removed together."""

    table: ClassVar[str] = "didlogic.destinations"
    owned: ClassVar[bool] = True

    number: str
    destinations: tuple[Destination, ...]

    @property
    def key(self) -> Key:
        return self.number


@dataclass(frozen=True, slots=True)
class SipAccount(Row):
    """A login for a phone, found by its name. Its password is checked when it comes and kept nowhere.

    Each limit is a switch with a value; the value stays while the switch is off. `call_limit` is in seconds.
    """

    table: ClassVar[str] = "didlogic.sipaccounts"
    owned: ClassVar[bool] = True

    id: int
    name: str
    created_at: datetime
    callerid: str = ""
    label: str = ""
    rewrite_enabled: bool = False
    rewrite_cond: str = ""
    rewrite_prefix: str = ""
    didinfo_enabled: bool = False
    ip_restrict: bool = False
    call_restrict: bool = False
    call_limit: int = 0
    channels_restrict: bool = False
    max_channels: int = 1
    cost_limit: bool = False
    max_call_cost: Decimal = Decimal(0)
    allowed_ips: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.name

    @property
    def subject(self) -> str:
        return f"didlogic.sipaccounts/{self.name}"
