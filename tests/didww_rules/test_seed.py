"""The seed: what recordings fix is as recorded, and every outcome can be had."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
import yaml

from mockserver.core.ids import uuid_of_number
from mockserver.core.world import World
from mockserver.providers.didww.rows import (
    City,
    Country,
    Did,
    DidGroup,
    DidGroupType,
    KnownNumber,
    Order,
    Region,
    StockKeepingUnit,
)
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.money import balance_of, price_text
from tests.didww_rules.shop import RECORDINGS, group_of, seed


def recorded(name: str) -> Any:
    text = (RECORDINGS / name).read_text(encoding="utf-8")
    return orjson.loads(yaml.safe_load(text)["interactions"][0]["response"]["body"]["string"])


def test_countries_are_the_recorded_ones_in_their_order(world: World) -> None:
    rows = [(row.id, row.name, row.prefix, row.iso) for row in world.table(Country)]
    assert rows == [
        (row["id"], *(row["attributes"][name] for name in ("name", "prefix", "iso")))
        for row in recorded("countries/list.yaml")["data"]
    ]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("regions/list.yaml", Region),
        ("cities/list.yaml", City),
        ("cities/show.yaml", City),
        ("did_group_types/list.yaml", DidGroupType),
    ],
)
def test_recorded_names_keep_their_ids(world: World, name: str, row: Any) -> None:
    data = recorded(name)["data"]
    for one in data if isinstance(data, list) else [data]:
        assert world.table(row)[one["id"]].name == one["attributes"]["name"]


@pytest.mark.parametrize(
    "name", ["did_groups/show.yaml", "available_dids/show.yaml", "did_reservations/show.yaml"]
)
def test_recorded_groups_keep_their_prices(world: World, name: str) -> None:
    body = recorded(name)
    kinds = {"did_groups": 0, "stock_keeping_units": 0}
    for one in [body["data"], *body["included"]]:
        kinds[one["type"]] = kinds.get(one["type"], 0) + 1
        if one["type"] == "did_groups":
            group = world.table(DidGroup)[one["id"]]
            links = one["relationships"]["stock_keeping_units"]["data"]
            assert list(group.stock_keeping_unit_ids) == [link["id"] for link in links]
            told = one["attributes"]
            assert (group.prefix, group.area_name) == (told["prefix"], told["area_name"])
            assert list(group.features) == told["features"]
            assert group.needs_registration == one["meta"]["needs_registration"]
            assert group.available_dids_enabled == one["meta"]["available_dids_enabled"]
        elif one["type"] == "stock_keeping_units":
            sku = world.table(StockKeepingUnit)[one["id"]]
            assert one["attributes"] == {
                "setup_price": price_text(sku.setup_price),
                "monthly_price": price_text(sku.monthly_price),
                "channels_included_count": sku.channels_included_count,
            }
    assert kinds["did_groups"] == 1 and kinds["stock_keeping_units"] == 2


def test_recorded_numbers_can_be_had_under_their_ids(world: World) -> None:
    for known in world.table(KnownNumber):
        row = availability.find(world, known.id)
        assert row is not None
        assert availability.id_of(world, known.number) == known.id == row.id
        assert known.id != uuid_of_number("didww", known.number)


def test_samples_name_numbers_and_orders_that_are_there(world: World) -> None:
    # The page "Get DIDs" and the recordings dids/list.yaml, orders/show.yaml.
    for did_id in (
        "ac40fb08-ac14-4a6c-8f20-fe650870c266",
        "b37f0fcf-24d0-4799-8e81-a69bcc889f2e",
        *(row["id"] for row in recorded("dids/list.yaml")["data"]),
    ):
        did = world.table(Did)[did_id]
        assert did.order_id in world.table(Order)
        assert did.did_group_id in world.table(DidGroup)
        assert not world.stock("didww").on_sale(int(did.number))
    assert world.table(Did)["ac40fb08-ac14-4a6c-8f20-fe650870c266"].number.startswith("437")
    assert world.table(Order)["9df11dac-9d83-448c-8866-19c998be33db"].reference == "SPT-474057"


def test_links_lead_somewhere(world: World) -> None:
    countries, regions, cities = world.table(Country), world.table(Region), world.table(City)
    for region in regions:
        assert region.id in countries[region.country_id].region_ids
    for city in cities:
        assert city.country_id in countries
        assert city.region_id is None or regions[city.region_id].country_id == city.country_id
    for group in world.table(DidGroup):
        assert group.did_group_type_id in world.table(DidGroupType)
        assert group.city_id is None or cities[group.city_id].country_id == group.country_id
        assert len(group.stock_keeping_unit_ids) == 2
        for sku_id in group.stock_keeping_unit_ids:
            assert world.table(StockKeepingUnit)[sku_id].did_group_id == group.id
        prefix = (countries[group.country_id].prefix or "") + group.prefix
        assert all(str(number).startswith(prefix) for number in world.stock("didww").numbers(group.id))


def test_catalogue_is_wide_enough() -> None:
    groups = list(seed().tables[DidGroup.table].values())
    assert len(groups) >= 300
    assert len({group.country_id for group in groups if isinstance(group, DidGroup)}) >= 40
    assert sum(shelf.size for shelf in seed().shelves.by_key.values()) >= 12_000


def test_every_outcome_can_be_had(world: World) -> None:
    stock = world.stock("didww")
    later = {
        name: stock.available(availability.later_shelf(group_of(name, world).id))
        for name in ("Cheyenne", "Anchorage", "Reno")
    }
    assert later == {"Cheyenne": 0, "Anchorage": 100, "Reno": 20}
    in_stock = {
        name: availability.total_count(world, group_of(name, world).id)
        for name in ("Cheyenne", "Anchorage", "Reno", "Burlington", "Inman")
    }
    assert in_stock == {"Cheyenne": 0, "Anchorage": 0, "Reno": 3, "Burlington": 10, "Inman": 1}
    assert not availability.is_available(world, group_of("Cheyenne", world).id)
    assert not group_of("Fargo", world).available_dids_enabled
    assert group_of("Berlin", world).needs_registration


def test_balance_is_what_a_new_sandbox_account_has(world: World) -> None:
    balance = balance_of(world)
    assert balance.id == "4c39e0bf-683b-4697-9322-5abaf4011883"  # balance/list.yaml
    assert (balance.balance, balance.credit, balance.total_balance) == (
        Decimal(1000),
        Decimal(0),
        Decimal(1000),
    )


def test_every_number_that_can_be_picked_is_found_under_its_own_id(world: World) -> None:
    rows = list(availability.every(world))
    assert len(rows) == len({row.id for row in rows}) == availability.search(world, availability.Search())[1]
    for row in rows[::997]:
        assert availability.find(world, row.id) == row
