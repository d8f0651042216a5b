"""The seed of an account, read from the committed fixtures (built by `fixtures/build_idt.py`)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.core.data import load_fixture
from mockserver.core.scheduler import Job
from mockserver.core.stock import Shelf, Shelves
from mockserver.core.world import AccountSeed, rows_by_key
from mockserver.providers.idt import assumptions, cnam, fulfilment, statuses
from mockserver.providers.idt.cnam import CnamDone
from mockserver.providers.idt.fulfilment import BackorderArrival
from mockserver.providers.idt.rows import (
    Cnam,
    CnamRequest,
    Country,
    DidGroup,
    Number,
    Order,
    OrderItem,
    Region,
    Switch,
    TrunkGroup,
)


def load_seed() -> AccountSeed:
    """Catalogue, stock and the demo account. Called once per server."""
    places: list[dict[str, Any]] = load_fixture("idt/countries.json")
    groups: list[dict[str, Any]] = load_fixture("idt/did_groups.json")
    account: dict[str, Any] = load_fixture("idt/account.json")
    rows = [_group(group) for group in groups]
    numbers = [_number(number) for number in account["numbers"]]
    orders = [_order(order) for order in account["orders"]]
    return AccountSeed(
        provider="idt",
        opening_balance=Decimal(account["opening_balance"]),
        currency=account["currency"],
        tables={
            Country.table: rows_by_key(_country(place) for place in places),
            Region.table: rows_by_key(
                Region(code, name, place["iso"]) for place in places for code, name in place["regions"]
            ),
            DidGroup.table: rows_by_key(rows),
            Number.table: rows_by_key(numbers),
            Order.table: rows_by_key(orders),
            TrunkGroup.table: rows_by_key(_trunk_group(trunk) for trunk in account["trunk_groups"]),
        },
        shelves=Shelves(
            Shelf(key, tuple((first, count) for first, count in ranges))
            for row, group in zip(rows, groups, strict=True)
            for key, ranges in ((row.shelf, group["ranges"]), (row.later_shelf, group.get("later", [])))
            if ranges
        ),
        policies=assumptions.POLICIES,
        outcomes={**fulfilment.WORDS, **cnam.WORDS},
        options=assumptions.OPTIONS,
        agenda=tuple((None, job) for job in _unfinished(orders, numbers)),
    )


def _unfinished(orders: list[Order], numbers: list[Number]) -> list[Job]:
    """What the examples show as not done yet. It is held, so that it stays as they show it until fired."""
    arrivals = [BackorderArrival(row.id) for row in orders if row.item.status in statuses.CANCELABLE]
    requests = [(row.number, row.cnam_request) for row in numbers]
    return [*arrivals, *(CnamDone(number, asked.id) for number, asked in requests if asked is not None)]


def _country(place: dict[str, Any]) -> Country:
    return Country(place["iso"], place["name"], bool(place["regions"]), place["supports_toll_free"])


def _group(group: dict[str, Any]) -> DidGroup:
    """Absent keys have the value most groups have."""
    return DidGroup(
        id=group["id"],
        name=group["name"],
        country_iso=group["country"],
        region_code=group.get("region"),
        calling_code=group["calling_code"],
        area_code=group["area_code"],
        nxx=group.get("nxx"),
        toll_free=group.get("toll_free", False),
        supports_browse=group.get("supports_browse", True),
        backorder=group.get("backorder", group["country"] != "US"),
        setup_fee=Decimal(group["setup_fee"]),
        monthly_fee=Decimal(group["monthly_fee"]),
        per_minute_rate=Decimal(group["per_minute_rate"]),
        uuid=group.get("uuid", ""),
        number_uuids=tuple((number, uuid) for number, uuid in group.get("number_uuids", [])),
        called_off=group.get("called_off", False),
    )


def _order(order: dict[str, Any]) -> Order:
    item = order["item"]
    return Order(
        id=order["id"],
        created_at=datetime.fromisoformat(order["created_at"]),
        status=order["status"],
        item=OrderItem(
            id=item["id"],
            status=item["status"],
            group_id=item["group_id"],
            quantity=item["quantity"],
            skus=None,
            numbers=tuple(item["numbers"]),
            setup_fee=Decimal(item["setup_fee"]),
            monthly_fee=Decimal(item["monthly_fee"]),
        ),
    )


def _number(number: dict[str, Any]) -> Number:
    current, wanted = number.get("cnam"), number.get("cnam_pending")
    return Number(
        number=number["number"],
        e164=number["e164"],
        group_id=number["group_id"],
        added_at=datetime.fromisoformat(number["added_at"]),
        trunk_group_id=number.get("trunk_group_id"),
        cnam=None if current is None else Cnam(**current),
        cnam_request=None if wanted is None else CnamRequest(0, Cnam(**wanted)),
    )


def _trunk_group(trunk: dict[str, Any]) -> TrunkGroup:
    return TrunkGroup(
        id=trunk["id"],
        name=trunk["name"],
        ring_type=trunk["ring_type"],
        pop=trunk["pop"],
        is_default=trunk["is_default"],
        switches=tuple(Switch(switch["ip"], switch["port"]) for switch in trunk["switches"]),
    )
