"""What is stored at IDT Express: the catalogue, and an account's orders and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from mockserver.core.tables import Key, Row


@dataclass(frozen=True, slots=True)
class Country(Row):
    """A country numbers can be bought in. `name` is in title case, as coverage shows it."""

    table: ClassVar[str] = "idt.countries"
    iso: str
    name: str
    has_regions: bool
    supports_toll_free: bool

    @property
    def key(self) -> Key:
        return self.iso


@dataclass(frozen=True, slots=True)
class Region(Row):
    """A state or province; only the USA and Canada have them."""

    table: ClassVar[str] = "idt.regions"
    code: str
    name: str
    country_iso: str

    @property
    def key(self) -> Key:
        return self.code


@dataclass(frozen=True, slots=True)
class DidGroup(Row):
    """Numbers of one place (or toll-free service) at one price. Fees are monthly and in USD.

    backorder     whether numbers beyond the stock can be waited for; never in the USA
    called_off    whether the provider cancels every backorder instead of delivering
    uuid          the group's part of its SKUs outside the USA
    number_uuids  SKU parts that are written down, (number, uuid); all others are computed
    """

    table: ClassVar[str] = "idt.did_groups"
    id: int
    name: str
    country_iso: str
    region_code: str | None
    calling_code: str
    area_code: str | None
    nxx: str | None
    toll_free: bool
    supports_browse: bool
    backorder: bool
    setup_fee: Decimal
    monthly_fee: Decimal
    per_minute_rate: Decimal
    uuid: str
    number_uuids: tuple[tuple[int, str], ...] = ()
    called_off: bool = False

    @property
    def shelf(self) -> str:
        """The shelf of the numbers on sale."""
        return str(self.id)

    @property
    def later_shelf(self) -> str:
        """The shelf of the numbers that only a backorder brings."""
        return f"{self.id}/later"

    @property
    def supports_cnam(self) -> bool:
        """Geographic numbers of the USA do (from examples; toll-free assumed not to)."""
        return self.country_iso == "US" and not self.toll_free


@dataclass(frozen=True, slots=True)
class OrderItem:
    """The one item of an order. Fees are those of the time of ordering.

    skus      (number, SKU) as ordered, for an order by SKU; None for an order by quantity
    numbers   what has been added to the account so far, in the API's notation
    """

    id: int
    status: str
    group_id: int
    quantity: int
    skus: tuple[tuple[str, str], ...] | None
    numbers: tuple[str, ...]
    setup_fee: Decimal
    monthly_fee: Decimal


@dataclass(frozen=True, slots=True)
class Order(Row):
    """A purchase. `status` is Created, Processing or Complete, unless options name other words."""

    table: ClassVar[str] = "idt.orders"
    owned: ClassVar[bool] = True
    id: str
    created_at: datetime
    status: str
    item: OrderItem


@dataclass(frozen=True, slots=True)
class Cnam:
    """A caller's name as set or asked for."""

    name: str
    type: str
    display: str


@dataclass(frozen=True, slots=True)
class CnamRequest:
    """A change of CNAM under way: `cnam` is what is to be set, None for taking it away.

    `paid` says whether its fee was charged when it was asked for.
    """

    id: int
    cnam: Cnam | None
    paid: bool = True


@dataclass(frozen=True, slots=True)
class Number(Row):
    """A number of the account. `number` is in the API's notation, `trunk_group_id` None the default group."""

    table: ClassVar[str] = "idt.numbers"
    owned: ClassVar[bool] = True
    number: str
    e164: int
    group_id: int
    added_at: datetime
    status: Literal["active", "removed"] = "active"
    removed_at: datetime | None = None
    trunk_group_id: int | None = None
    cnam: Cnam | None = None
    cnam_request: CnamRequest | None = None

    @property
    def key(self) -> Key:
        return self.number


@dataclass(frozen=True, slots=True)
class Switch:
    """Where calls of a trunk group are sent."""

    ip: str
    port: int


@dataclass(frozen=True, slots=True)
class TrunkGroup(Row):
    """A set of switches numbers are routed to. One of them is the default once there is any."""

    table: ClassVar[str] = "idt.trunk_groups"
    owned: ClassVar[bool] = True
    id: int
    name: str
    ring_type: str
    pop: str
    is_default: bool
    switches: tuple[Switch, ...]
