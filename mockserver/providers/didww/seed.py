"""What a DIDWW account starts from, read from `fixtures/didww`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mockserver.core.data import load_fixture
from mockserver.core.limits import Limit
from mockserver.core.rules import Rule
from mockserver.core.stock import Shelf, Shelves
from mockserver.core.tables import Key, Row
from mockserver.core.world import AccountSeed, rows_by_key
from mockserver.providers.didww import record_seed, regulation_seed, voice_seed
from mockserver.providers.didww.assumptions import CREDIT, OPENING_BALANCE
from mockserver.providers.didww.record_rows import Export
from mockserver.providers.didww.rows import (
    Balance,
    City,
    Country,
    Did,
    DidGroup,
    DidGroupType,
    DidReservation,
    KnownId,
    KnownNumber,
    Order,
    OrderItem,
    Region,
    StockKeepingUnit,
)
from mockserver.providers.didww.rules import callbacks, emergency_review, exports, fulfilment, verifications
from mockserver.providers.didww.rules.availability import later_shelf
from mockserver.providers.didww.rules.reservations import MOST_LIVE
from mockserver.providers.didww.voice_seed import voice_rows

LIMIT = Limit(20, 1.0)  # requests a second and key, current documentation (reference 10)
OPTIONS: Mapping[str, Rule] = {
    "read_only": Rule("switch", "The key may read and not write: 403 on every write.", default=False),
    "available_dids": Rule(
        "switch", "The account may look at single numbers on sale: off answers 403.", default=True
    ),
    "vat": Rule(
        "number", "VAT in percent, in what is charged; prices in the shop are without.", most=100, default=0
    ),
    "prorated_billing": Rule(
        "switch",
        "The first charge of a number may be for `prorate_days_qty` days: off ignores it.",
        default=False,
    ),
    "reservations": Rule("number", "How many reservations may be alive at once.", default=MOST_LIVE),
    **voice_seed.OPTIONS,
    **regulation_seed.OPTIONS,
}
POLICIES = {
    **callbacks.POLICIES,
    **exports.POLICIES,
    **fulfilment.POLICIES,
    **verifications.POLICIES,
    **emergency_review.POLICIES,
}
OUTCOMES = {**fulfilment.OUTCOMES, **verifications.OUTCOMES, **emergency_review.OUTCOMES}


def build_seed() -> AccountSeed:
    """The catalogue, the numbers on sale, and an account with a few numbers, orders and some money."""
    groups = load_fixture("didww/did_groups.json")
    account = load_fixture("didww/account.json")
    known = load_fixture("didww/known_numbers.json")
    prefixes = record_seed.prefix_rows(load_fixture("didww/nanpa_prefixes.json"))
    prefix_ids = record_seed.prefix_ids(prefixes)
    regulation = load_fixture("didww/regulation.json")
    dids = sorted(map(_did, (*account["dids"], *regulation["dids"])), key=lambda did: did.created_at)
    orders = sorted(
        map(_order, (*account["orders"], *regulation["orders"])), key=lambda order: order.created_at
    )
    regions = [Region(**row) for row in load_fixture("didww/regions.json")]
    return AccountSeed(
        provider="didww",
        opening_balance=OPENING_BALANCE,
        tables=_tables(
            _countries(load_fixture("didww/countries.json"), regions),
            regions,
            [City(**row) for row in load_fixture("didww/cities.json")],
            [DidGroupType(**row) for row in load_fixture("didww/did_group_types.json")],
            [_group(row, prefix_ids.get(row["id"], ())) for row in groups],
            prefixes,
            [sku for row in groups for sku in _skus(row)],
            [KnownNumber(**row) for row in known],
            [KnownId(**row) for row in known],
            orders,
            dids,
            [Balance(row["id"], CREDIT) for row in account["balances"]],
            *record_seed.record_rows(load_fixture("didww/calls.json")),
            *voice_rows(load_fixture("didww/voice.json")),
            *regulation_seed.regulation_rows(regulation),
        ),
        shelves=Shelves([shelf for row in groups for shelf in _shelves(row)]),
        limit=LIMIT,
        policies=POLICIES,
        outcomes=OUTCOMES,
        options=OPTIONS,
        agenda=(*record_seed.renewals(dids), *regulation_seed.agenda(regulation)),
    )


def _tables(*kinds: Iterable[Row]) -> dict[str, Mapping[Key, Row]]:
    tables: dict[str, Mapping[Key, Row]] = {DidReservation.table: {}, Export.table: {}}
    for rows in kinds:
        by_key = rows_by_key(rows)
        for row in by_key.values():
            tables[row.table] = by_key
            break
    return tables


def _countries(rows: Iterable[Mapping[str, Any]], regions: Iterable[Region]) -> list[Country]:
    region_ids: dict[str, list[str]] = {}
    for region in regions:
        region_ids.setdefault(region.country_id, []).append(region.id)
    return [Country(**row, region_ids=tuple(region_ids.get(row["id"], ()))) for row in rows]


def _group(row: Mapping[str, Any], prefix_ids: tuple[str, ...]) -> DidGroup:
    return DidGroup(
        id=row["id"],
        prefix=row["prefix"],
        area_name=row["area_name"],
        features=tuple(row["features"]),
        is_metered=row["is_metered"],
        allow_additional_channels=row["allow_additional_channels"],
        service_restrictions=row["service_restrictions"],
        country_id=row["country_id"],
        city_id=row["city_id"],
        region_id=row["region_id"],
        did_group_type_id=row["did_group_type_id"],
        stock_keeping_unit_ids=tuple(sku[0] for sku in row["skus"]),
        address_requirement_id=row.get("address_requirement_id"),
        needs_registration=row["needs_registration"],
        available_dids_enabled=row["available_dids_enabled"],
        nanpa_prefix_ids=prefix_ids,
    )


def _skus(row: Mapping[str, Any]) -> list[StockKeepingUnit]:
    return [
        StockKeepingUnit(sku_id, Decimal(setup), Decimal(month), channels, row["id"])
        for sku_id, setup, month, channels in row["skus"]
    ]


def _shelves(row: Mapping[str, Any]) -> list[Shelf]:
    shelves = [Shelf(row["id"], _ranges(row["ranges"]))]
    if row["later"]:
        shelves.append(Shelf(later_shelf(row["id"]), _ranges(row["later"])))
    return shelves


def _ranges(pairs: Iterable[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, count) for first, count in pairs)


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        id=row["id"],
        reference=row["reference"],
        amount=Decimal(row["amount"]),
        status=row["status"],
        created_at=datetime.fromisoformat(row["created_at"]),
        description=row["description"],
        items=tuple(_item(item) for item in row["items"]),
        external_reference_id=row["external_reference_id"],
    )


def _item(row: Mapping[str, Any]) -> OrderItem:
    money = {
        name: Decimal(row[name]) for name in ("nrc", "mrc", "setup_price", "monthly_price") if name in row
    }
    days = {name: date.fromisoformat(row[name]) for name in ("billed_from", "billed_to")}
    return OrderItem(**{**row, **money, **days})


def _did(row: Mapping[str, Any]) -> Did:
    times = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "expires_at")}
    state = {
        "blocked": False,
        "awaiting_registration": False,
        "terminated": False,
        "emergency_enabled": False,
        "dedicated_channels_count": 0,
        "billing_cycles_count": None,
    }
    return Did(**{**state, **row, **times})
