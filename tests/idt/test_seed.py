"""The seed: enough of it, valid under the numbering plans, nothing twice."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

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


# --- what is not done yet --------------------------------------------------------------------------------

BACKORDER, NAMED = "710-1be-a8d7", "19288516549"


def held(idt: Idt) -> list[str]:
    agenda = idt.world.scheduler.agenda()
    return [entry.job.subject for entry in agenda if entry.due is None and entry.job.kind.startswith("idt.")]


def cnam_of(idt: Idt) -> Any:
    (row,) = idt.get(f"/numbers?filter_by_number={NAMED}")["numbers"]
    return row["cnam"]["current"]["name"], row["cnam"]["pending"]


def test_what_the_examples_show_unfinished_stays_so_until_fired(idt: Idt) -> None:
    assert held(idt) == [f"idt.backorders/{BACKORDER}", f"idt.cnam/{NAMED}"]
    idt.world.advance(by=timedelta(days=100))
    assert idt.item(BACKORDER)["status"] == "Backordered"
    assert cnam_of(idt)[1]["name"] == "New Caller ID"


def test_seeded_backorder_arrives_when_fired(idt: Idt) -> None:
    idt.world.fire(f"idt.backorders/{BACKORDER}")
    item = idt.item(BACKORDER)
    assert (item["status"], item["fulfilled"]) == ("Fulfilled – Complete", {"quantity": 2})
    listed = [row["number"] for row in idt.get("/numbers?filter_by_did_group_name=piotrkow")["numbers"]]
    assert listed == [row["number"] for row in item["numbers"]]
    assert idt.world.ledger("idt").balance == SEED.opening_balance - 2 * Decimal("2.50")
    assert held(idt) == [f"idt.cnam/{NAMED}"]


def test_seeded_backorder_can_be_canceled(idt: Idt) -> None:
    idt.world.fire(f"idt.backorders/{BACKORDER}", "canceled")
    assert (idt.item(BACKORDER)["status"], idt.item(BACKORDER)["cancelable"]) == ("Backorder Canceled", False)


def test_seeded_cnam_goes_through_or_is_rejected(idt: Idt) -> None:
    idt.world.fire(f"idt.cnam/{NAMED}", "rejected")
    assert cnam_of(idt) == ("My Caller ID", None)
    assert idt.world.ledger("idt").lines == []
    idt.world.reset()
    idt.world.fire(f"idt.cnam/{NAMED}")
    assert cnam_of(idt) == ("New Caller ID", None)
    assert idt.world.ledger("idt").lines == []  # its fee was paid long ago


def test_seeded_cnam_ends_with_its_number(idt: Idt) -> None:
    assert idt.call("DELETE", f"/numbers/{NAMED}").status == 200
    assert held(idt) == [f"idt.backorders/{BACKORDER}"]


def test_groups_with_an_end_of_their_own_have_their_stock() -> None:
    """What `docs/idt.md` promises of the groups from 30001 on."""
    groups = SEED.tables[DidGroup.table]
    stock = {}
    for key in range(30001, 30014):
        group = groups[key]
        now, later = (SEED.shelves.by_key.get(shelf) for shelf in (group.shelf, group.later_shelf))
        stock[key] = (now.size if now else 0, later.size if later else 0)
        assert group.backorder == (group.country_iso == "GB" and key not in (30007, 30008))
        assert group.called_off == (key in (30012, 30013))
    assert stock == {
        30001: (3, 0),
        30002: (1, 0),
        30003: (0, 0),
        30004: (0, 200),
        30005: (2, 200),
        30006: (0, 2),
        30007: (3, 0),
        30008: (0, 0),
        30009: (0, 0),
        30010: (100, 0),
        30011: (100, 20),
        30012: (0, 0),
        30013: (2, 0),
    }
