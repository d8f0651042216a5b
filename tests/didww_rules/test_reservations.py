"""Numbers held for ten minutes, and the shop window they come from."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from mockserver.core.world import World
from mockserver.providers.didww.rows import Country, DidGroup, DidReservation
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.availability import Search, search
from mockserver.providers.didww.rules.reservations import available_count, release, reserve
from tests.didww_rules.shop import (
    HONOLULU,
    HONOLULU_SKU,
    accepted,
    available_dids,
    buy,
    documented,
    group_of,
    item,
    pass_time,
    refused,
)
from tests.support import NOON

RECORDED_NUMBER = "857d1462-5f43-4238-b007-ff05f282e41b"  # did_reservations/create.yaml


def test_reservation_holds_the_recorded_number_for_ten_minutes_when_made(world: World) -> None:
    held = accepted(world, lambda: reserve(world, RECORDED_NUMBER, "DIDWW"))
    assert held == DidReservation(held.id, "DIDWW", NOON, NOON + timedelta(minutes=10), RECORDED_NUMBER)
    assert availability.find(world, RECORDED_NUMBER) is None
    shown = availability.describe(world, RECORDED_NUMBER)
    assert shown is not None
    assert world.table(DidGroup)[shown.did_group_id].area_name == "Saddleback Valley"
    assert available_count(world) == 9
    pass_time(world, minutes=9, seconds=59, milliseconds=999)
    assert available_count(world) == 9
    pass_time(world, milliseconds=1)
    assert available_count(world) == 10
    assert availability.find(world, RECORDED_NUMBER) == shown


def test_number_is_on_sale_again_when_released(world: World) -> None:
    agenda = world.scheduler.agenda()
    held = accepted(world, lambda: reserve(world, RECORDED_NUMBER))
    accepted(world, lambda: release(world, held))
    assert availability.find(world, RECORDED_NUMBER) is not None
    assert world.scheduler.agenda() == agenda
    again = accepted(world, lambda: reserve(world, RECORDED_NUMBER))
    assert again.id != held.id


def test_reservation_is_refused_when_the_number_is_not_to_be_had(world: World) -> None:
    taken = available_dids(world, HONOLULU, 2)
    accepted(world, lambda: reserve(world, taken[0]))
    buy(world, item(HONOLULU_SKU, available_did_id=taken[1]))
    hidden = available_dids(world, group_of("Fargo", world).id, 1)[0]
    for chosen in (*taken, hidden, "8bc37f63-acd7-4e43-a760-1a1caa6e9999", "x", ""):
        assert refused(partial(reserve, world, chosen)) == documented("number_not_available")


def test_reservation_is_refused_when_no_number_is_named(world: World) -> None:
    (error,) = refused(lambda: reserve(world, None))
    assert error["source"] == {"pointer": "/data/relationships/available_did"}
    assert (error["code"], error["status"]) == ("100", "422")


def test_reservation_is_refused_when_ten_are_held(world: World) -> None:
    ids = available_dids(world, HONOLULU, 11)
    for one in ids[:10]:
        accepted(world, partial(reserve, world, one))
    assert available_count(world) == 0
    world.begin()
    (error,) = refused(lambda: reserve(world, ids[10]))
    world.end(False)
    assert (error["code"], error["status"], error["source"]) == ("100", "422", {"pointer": "/data"})
    assert availability.find(world, ids[10]) is not None


def test_reservation_does_not_expire_when_it_was_bought(world: World) -> None:
    held = accepted(world, lambda: reserve(world, available_dids(world, HONOLULU, 1)[0]))
    order = buy(world, item(HONOLULU_SKU, did_reservation_id=held.id))
    stock = world.stock("didww").available(HONOLULU)
    pass_time(world, minutes=11)
    assert world.stock("didww").available(HONOLULU) == stock
    assert len(order.did_ids) == 1
    assert available_count(world) == 10


def test_search_shows_ten_of_all_when_nothing_is_asked(world: World) -> None:
    rows, total = search(world, Search())
    stock = world.stock("didww")
    open_groups = [group.id for group in world.table(DidGroup) if group.available_dids_enabled]
    assert total == sum(stock.available(group) for group in open_groups)
    assert len({row.id for row in rows}) == 10
    assert all(availability.find(world, row.id) == row for row in rows)
    assert rows != search(world, Search())[0]


def test_search_keeps_to_its_filters_when_given(world: World) -> None:
    germany = next(country.id for country in world.table(Country) if country.iso == "DE")
    rows, total = search(world, Search(country_ids=[germany]))
    assert total > 0
    assert all(row.number.startswith("49") for row in rows)
    honolulu = world.table(DidGroup)[HONOLULU]
    assert honolulu.region_id is not None and honolulu.city_id is not None
    for wanted in (
        Search(did_group_ids=[HONOLULU]),
        Search(region_ids=[honolulu.region_id]),
        Search(city_ids=[honolulu.city_id]),
    ):
        rows, total = search(world, wanted)
        assert total == 100
        assert all(row.did_group_id == HONOLULU for row in rows)
    assert search(world, Search(did_group_ids=[HONOLULU], needs_registration=True)) == ([], 0)
    assert search(world, Search(did_group_ids=[HONOLULU], features=["t38"]))[1] == 100
    assert search(world, Search(did_group_ids=[HONOLULU], did_group_type_ids=["x"])) == ([], 0)
    assert search(world, Search(country_ids=[])) == ([], 0)


def test_search_by_id_finds_only_what_is_on_sale(world: World) -> None:
    first, second = available_dids(world, HONOLULU, 2)
    accepted(world, lambda: reserve(world, first))
    rows, total = search(world, Search(ids=[first, second, second, "x"]))
    assert ([row.id for row in rows], total) == ([second], 1)


def test_search_by_digits_finds_numbers_that_hold_them(world: World) -> None:
    rows, total = search(world, Search(number_contains="808555019"))
    assert total == 10
    assert all("808555019" in row.number for row in rows)
    assert search(world, Search(number_contains="7", did_group_ids=[HONOLULU]))[1] == 19
    assert search(world, Search(number_contains="99999999"))[1] == 0


@pytest.mark.parametrize("digits", ["", "1", "12", "12x", "+12", "١٢٣", " 12"])
def test_search_by_digits_is_refused_when_they_are_too_few_or_none(world: World, digits: str) -> None:
    (error,) = refused(lambda: search(world, Search(number_contains=digits)))
    assert error["status"] == "400"


def test_search_is_forbidden_when_the_account_may_not_pick_numbers(world: World) -> None:
    world.options["didww"]["available_dids"] = False
    assert [error["status"] for error in refused(lambda: search(world, Search()))] == ["403"]
