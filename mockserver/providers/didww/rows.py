"""What a DIDWW account and its catalogue consist of.

Names are the wire names of version 2026-04-16, values are canonical whatever version reads them: lower-case
words, `Decimal` money, aware UTC instants, plain dates. A to-one relationship `x` is stored as `x_id`, a
to-many one as `x_ids` in the singular. Fields under "kept by us" are never on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Row

# --- catalogue: shared by all sandboxes, never written -------------------------------------------


@dataclass(frozen=True, slots=True)
class Country(Row):
    """A country. `prefix` is the calling code without a plus; a few recorded countries have none."""

    table: ClassVar[str] = "didww.countries"
    id: str
    name: str
    prefix: str | None
    iso: str
    region_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region(Row):
    """A state or province. `iso` is the code after the hyphen of ISO 3166-2, or None."""

    table: ClassVar[str] = "didww.regions"
    id: str
    name: str
    iso: str | None
    country_id: str


@dataclass(frozen=True, slots=True)
class City(Row):
    """A city with coverage."""

    table: ClassVar[str] = "didww.cities"
    id: str
    name: str
    country_id: str
    region_id: str | None = None
    area_id: str | None = None


@dataclass(frozen=True, slots=True)
class DidGroupType(Row):
    """One of the six kinds of number: Global, Local, Mobile, National, Shared Cost, Toll-free."""

    table: ClassVar[str] = "didww.did_group_types"
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StockKeepingUnit(Row):
    """A priced offer inside a DID group. Prices are per number, in the account's currency."""

    table: ClassVar[str] = "didww.stock_keeping_units"
    id: str
    setup_price: Decimal
    monthly_price: Decimal
    channels_included_count: int
    # kept by us
    did_group_id: str


@dataclass(frozen=True, slots=True)
class DidGroup(Row):
    """Numbers of one country, city, type and prefix. `prefix` has no calling code (reference 4.1).

    `features` holds the words of every version; those a version does not know are left out at the edge.
    The resource meta is `needs_registration` and `available_dids_enabled` from here, `is_available` and
    `total_count` from `rules.availability.stock_of`.
    """

    table: ClassVar[str] = "didww.did_groups"
    id: str
    prefix: str
    area_name: str
    features: tuple[str, ...]
    is_metered: bool
    allow_additional_channels: bool
    service_restrictions: str | None
    country_id: str
    city_id: str | None
    region_id: str | None
    did_group_type_id: str
    stock_keeping_unit_ids: tuple[str, ...]
    address_requirement_id: str | None = None
    # resource meta
    needs_registration: bool = False
    available_dids_enabled: bool = True
    # kept by us
    nanpa_prefix_ids: tuple[str, ...] = ()  # the prefixes of its numbers


# --- numbers on sale -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AvailableDid(Row):
    """One number in stock. Not stored: `rules.availability` makes it from the number."""

    table: ClassVar[str] = "didww.available_dids"
    id: str
    number: str
    did_group_id: str
    nanpa_prefix_id: str | None = None


@dataclass(frozen=True, slots=True)
class KnownNumber(Row):
    """An id of an available DID that published samples use, and the number that goes by it here."""

    table: ClassVar[str] = "didww.known_numbers"
    id: str
    number: int


@dataclass(frozen=True, slots=True)
class KnownId(Row):
    """The same the other way round: found by the number."""

    table: ClassVar[str] = "didww.known_ids"
    id: str
    number: int

    @property
    def key(self) -> int:
        return self.number


@dataclass(frozen=True, slots=True)
class DidReservation(Row):
    """A number held for ten minutes."""

    table: ClassVar[str] = "didww.did_reservations"
    owned: ClassVar[bool] = True
    id: str
    description: str | None
    created_at: datetime
    expires_at: datetime
    available_did_id: str


# --- the account ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order. `type` tells which fields are on the wire (reference 2.2).

    type            did_order_items, capacity_order_items, emergency_order_items, generic_order_items
    nrc, mrc        one-off and monthly price of one unit
    setup_price, monthly_price, did_group_id    did_order_items only
    capacity_pool_id                            capacity_order_items only
    emergency_calling_service_id                emergency_order_items only
    """

    type: str
    qty: int
    nrc: Decimal
    mrc: Decimal
    prorated_mrc: bool = False
    billed_from: date | None = None
    billed_to: date | None = None
    setup_price: Decimal | None = None
    monthly_price: Decimal | None = None
    did_group_id: str | None = None
    capacity_pool_id: str | None = None
    emergency_calling_service_id: str | None = None
    # kept by us
    sku_id: str | None = None
    billing_cycles_count: int | None = None
    missing: int = 0  # numbers on back order
    nanpa_prefix_id: str | None = None  # those may only be of this prefix
    prorate_days: int | None = None  # what the first charge is for, where that is no whole month


@dataclass(frozen=True, slots=True)
class Order(Row):
    """An order. `items` stand as they are answered: the last one sent comes first (reference 2.2)."""

    table: ClassVar[str] = "didww.orders"
    owned: ClassVar[bool] = True
    id: str
    reference: str
    amount: Decimal
    status: str  # pending, completed, canceled
    created_at: datetime
    description: str
    items: tuple[OrderItem, ...]
    callback_url: str | None = None
    callback_method: str | None = None  # get, post
    external_reference_id: str | None = None
    # kept by us
    did_ids: tuple[str, ...] = ()  # the numbers supplied so far


@dataclass(frozen=True, slots=True)
class Did(Row):
    """A number the account owns. `number` is digits with the calling code."""

    table: ClassVar[str] = "didww.dids"
    owned: ClassVar[bool] = True
    id: str
    number: str
    description: str | None
    blocked: bool
    awaiting_registration: bool
    terminated: bool
    emergency_enabled: bool
    capacity_limit: int | None
    channels_included_count: int
    dedicated_channels_count: int
    billing_cycles_count: int | None
    created_at: datetime
    expires_at: datetime | None
    did_group_id: str
    order_id: str
    voice_in_trunk_id: str | None = None
    voice_in_trunk_group_id: str | None = None
    capacity_pool_id: str | None = None
    shared_capacity_group_id: str | None = None
    address_verification_id: str | None = None
    emergency_calling_service_id: str | None = None
    emergency_verification_id: str | None = None
    identity_id: str | None = None
    # kept by us
    sku_id: str | None = None
    paid: Decimal | None = None  # setup and first charge; None in the seed: what the SKU costs
    prorate_days: int | None = None  # as in its order's item


@dataclass(frozen=True, slots=True)
class Balance(Row):
    """The account's money. `balance` and `total_balance` on the wire come from `rules.money.balance_of`;
    the stored row holds the id and the credit line."""

    table: ClassVar[str] = "didww.balances"
    id: str
    credit: Decimal
    balance: Decimal = Decimal(0)
    total_balance: Decimal = Decimal(0)
