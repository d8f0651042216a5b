"""The seed: enough of it, valid under the numbering plans, nothing twice."""

from __future__ import annotations

import re

import phonenumbers

from mockserver.providers.idt.rows import Country, DidGroup, Number, Order, Region, TrunkGroup
from mockserver.providers.idt.seed import load_seed
from tests.idt.support import Idt, contract, schema_errors

SEED = load_seed()
GROUPS = list(SEED.tables[DidGroup.table].values())
FICTION_IN_NORTH_AMERICA = re.compile(r"1[2-9]\d\d55501\d\d")
# Numbers that the reference prints, and those beside them in two groups that it prints without numbers.
PRINTED = {2992, 4884, 39145, 990994, 867530, 28146}


def test_catalogue_is_as_large_as_promised() -> None:
    countries, regions = SEED.tables[Country.table], SEED.tables[Region.table]
    assert len([country for country in countries.values() if not country.has_regions]) >= 25
    assert {region.country_iso for region in regions.values()} == {"US", "CA"}
    assert len(GROUPS) >= 200
    assert sum(shelf.size for shelf in SEED.shelves.by_key.values()) >= 20_000


def test_every_group_stands_in_a_country_and_region_of_the_catalogue() -> None:
    countries, regions = SEED.tables[Country.table], SEED.tables[Region.table]
    for group in GROUPS:
        country = countries[group.country_iso]
        geographic = country.has_regions and not group.toll_free
        assert (group.region_code is not None) == geographic
        assert group.region_code is None or regions[group.region_code].country_iso == country.iso
        assert not group.toll_free or country.supports_toll_free


def test_toll_free_is_supported_where_there_are_such_groups() -> None:
    offered = {group.country_iso for group in GROUPS if group.toll_free}
    supported = {row.iso for row in SEED.tables[Country.table].values() if row.supports_toll_free}
    assert offered == supported
    assert {"US", "BR"} <= supported


def test_numbers_of_a_group_belong_to_its_area_code() -> None:
    for group in GROUPS:
        prefix = group.calling_code + (group.area_code or "") + (group.nxx or "")
        for number in _ends(group):
            assert str(number).startswith(prefix)
            assert phonenumbers.is_possible_number(phonenumbers.parse(f"+{number}"))
            if group.calling_code == "1" and group.id not in PRINTED:
                assert FICTION_IN_NORTH_AMERICA.fullmatch(str(number))


def _ends(group: DidGroup) -> list[int]:
    """The first and last number of every range of a group."""
    shelves = [SEED.shelves.by_key.get(key) for key in (group.shelf, group.later_shelf)]
    ranges = [part for shelf in shelves if shelf is not None for part in shelf.ranges]
    return [number for first, count in ranges for number in (first, first + count - 1)]


def test_no_number_of_the_account_is_on_sale() -> None:
    for number in SEED.tables[Number.table].values():
        assert SEED.shelves.of_number(number.e164) is None
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{number.e164}"))


def test_seed_orders_and_trunk_groups_are_as_their_schemas_say(idt: Idt) -> None:
    for order in SEED.tables[Order.table].values():
        assert schema_errors("order_response", idt.get(f"/orders/{order.key}")) == []
    for group in SEED.tables[TrunkGroup.table].values():
        assert schema_errors("trunk_group_response", idt.get(f"/trunk_groups/{group.key}")) == []


def test_groups_of_the_examples_have_their_names() -> None:
    names = {group.id: group.name for group in GROUPS}
    for file in ("get_did_groups.response.200", "create_order.response.200.order_by_number_sku"):
        for group_id, name in _groups_in(contract(f"examples/{file}.json")):
            assert names[group_id] == name


def _groups_in(content: object) -> list[tuple[int, str]]:
    if isinstance(content, list):
        return [pair for part in content for pair in _groups_in(part)]
    if isinstance(content, dict):
        own = [(content["id"], content["name"])] if "country_calling_code" in content else []
        return own + [pair for part in content.values() for pair in _groups_in(part)]
    return []
