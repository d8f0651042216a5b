"""Orders that are refused: the error, and an account that is as it was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockserver.core.world import World
from mockserver.providers.didww.rules.ordering import OrderRequest, place_order
from mockserver.providers.didww.rules.reservations import reserve
from tests.didww_rules.shop import (
    DEAR_SKU,
    HONOLULU,
    HONOLULU_SKU,
    NEW,
    OLD,
    accepted,
    available_dids,
    buy,
    documented,
    error_table,
    group_of,
    item,
    pass_time,
    picture,
    refused,
    sku_of,
)

UNKNOWN = "a78bb6d8-b05e-4e12-afe6-ad84ac979088"  # the SKU of the documented refusal


def about(index: int, name: str) -> dict[str, Any]:
    """What is certain about a refused member of an item."""
    like = error_table()["item_member"]["like"]
    return {
        "code": like["code"],
        "source": {"pointer": like["source"]["pointer"].format(index=index, name=name)},
        "status": like["status"],
    }


def certain(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors without their texts."""
    kept = ("code", "source", "status")
    return [{name: error[name] for name in kept if name in error} for error in errors]


def refused_order(world: World, items: object, **more: Any) -> list[dict[str, Any]]:
    """The errors of an order that must be refused without leaving a trace."""
    before = picture(world)
    world.begin()
    errors = refused(lambda: place_order(world, OrderRequest(**{"items": items, "version": NEW, **more})))
    world.end(False)
    assert picture(world) == before
    return errors


@pytest.mark.parametrize("sku_id", [UNKNOWN, "not-a-uuid", "", 7, [], {}, True])
def test_sku_is_invalid_when_unknown(world: World, sku_id: Any) -> None:
    assert refused_order(world, [item(sku_id, 15)]) == documented("sku_unknown", index=0)


def test_every_item_is_told_when_several_are_wrong(world: World) -> None:
    errors = refused_order(world, [item(UNKNOWN, 0), item(HONOLULU_SKU, 1), item(HONOLULU_SKU, -1)])
    assert certain(errors) == [about(0, "sku_id"), about(0, "qty"), about(2, "qty")]


@pytest.mark.parametrize(
    "qty", [0, -1, -(10**30), 2.5, "x", "", "2.5", True, False, [], [1], {}, "0", 10**30]
)
def test_quantity_is_refused_when_it_is_not_a_count(world: World, qty: Any) -> None:
    assert certain(refused_order(world, [item(HONOLULU_SKU, qty)])) == [about(0, "qty")]


def test_quantity_is_missing_when_nothing_says_which_numbers(world: World) -> None:
    assert certain(refused_order(world, [item(HONOLULU_SKU)])) == [about(0, "qty")]


@pytest.mark.parametrize("qty", ["3", 3.0, " 3 "])
def test_quantity_is_read_leniently_when_it_is_a_number_in_other_clothes(world: World, qty: Any) -> None:
    assert buy(world, item(HONOLULU_SKU, qty)).items[0].qty == 3


@pytest.mark.parametrize("qty", [101, 1e9])
def test_quantity_is_over_stock_when_back_ordering_is_off(world: World, qty: Any) -> None:
    errors = refused_order(world, [item(HONOLULU_SKU, qty)], allow_back_ordering=False)
    assert errors == documented("quantity_over_stock", index=0)


def test_quantity_is_over_stock_when_two_items_share_a_group(world: World) -> None:
    group = group_of("Burlington", world)
    items = [item(sku_of(group), 6), item(sku_of(group, 2), 5)]
    assert refused_order(world, items, allow_back_ordering=False) == documented(
        "quantity_over_stock", index=1
    )


@pytest.mark.parametrize("qty", [10**9, 1e9])
def test_balance_is_short_when_a_billion_is_back_ordered(world: World, qty: Any) -> None:
    assert refused_order(world, [item(HONOLULU_SKU, qty)]) == documented(
        "insufficient_balance", balance="1000.0", cost="190000000.0"
    )


def test_balance_is_short_when_one_cent_is_missing(world: World) -> None:
    world.ledger("didww").set_balance(Decimal("5.59"))
    world.commit()
    assert refused_order(world, [item(DEAR_SKU, 1)]) == documented(
        "insufficient_balance", balance="5.59", cost="5.6"
    )
    assert refused_order(world, [item(DEAR_SKU, 1)], version=OLD) == documented("insufficient_funds")
    world.ledger("didww").set_balance(Decimal("5.60"))
    world.commit()
    buy(world, item(DEAR_SKU, 1))
    assert world.ledger("didww").balance == 0


def test_one_number_costs_more_than_the_opening_balance_when_it_is_a_dear_one(world: World) -> None:
    group = group_of("Macao", world)
    assert refused_order(world, [item(sku_of(group), 1)]) == documented(
        "insufficient_balance", balance="1000.0", cost="1150.0"
    )


def test_number_is_invalid_when_sold(world: World) -> None:
    chosen = available_dids(world, HONOLULU, 1)[0]
    buy(world, item(HONOLULU_SKU, available_did_id=chosen))
    errors = refused_order(world, [item(HONOLULU_SKU, available_did_id=chosen)])
    assert certain(errors) == [about(0, "available_did_id")]


def test_number_is_invalid_when_named_twice_in_one_order(world: World) -> None:
    chosen = available_dids(world, HONOLULU, 1)[0]
    errors = refused_order(world, [item(HONOLULU_SKU, available_did_id=chosen)] * 2)
    assert certain(errors) == [about(1, "available_did_id")]


def test_number_is_invalid_when_the_sku_is_of_another_group(world: World) -> None:
    chosen = available_dids(world, HONOLULU, 1)[0]
    errors = refused_order(world, [item(DEAR_SKU, available_did_id=chosen)])
    assert certain(errors) == [about(0, "available_did_id")]


def test_number_is_invalid_when_its_group_lets_none_be_picked(world: World) -> None:
    group = group_of("Fargo", world)
    chosen = available_dids(world, group.id, 1)[0]
    errors = refused_order(world, [item(sku_of(group), available_did_id=chosen)])
    assert certain(errors) == [about(0, "available_did_id")]


def test_number_is_invalid_when_reserved(world: World) -> None:
    chosen = available_dids(world, HONOLULU, 1)[0]
    accepted(world, lambda: reserve(world, chosen))
    errors = refused_order(world, [item(HONOLULU_SKU, available_did_id=chosen)])
    assert certain(errors) == [about(0, "available_did_id")]


@pytest.mark.parametrize("chosen", ["", "x", UNKNOWN, 5, [], {"id": 1}, True])
def test_number_and_reservation_are_invalid_when_no_such_thing_exists(world: World, chosen: Any) -> None:
    for name in ("available_did_id", "did_reservation_id"):
        errors = refused_order(world, [item(HONOLULU_SKU, **{name: chosen})])
        assert certain(errors) == [about(0, name)]


def test_reservation_is_invalid_when_it_has_lapsed(world: World) -> None:
    held = accepted(world, lambda: reserve(world, available_dids(world, HONOLULU, 1)[0]))
    pass_time(world, minutes=10)
    errors = refused_order(world, [item(HONOLULU_SKU, did_reservation_id=held.id)])
    assert certain(errors) == [about(0, "did_reservation_id")]


def test_reservation_is_invalid_when_used_twice_or_for_another_group(world: World) -> None:
    held = accepted(world, lambda: reserve(world, available_dids(world, HONOLULU, 1)[0]))
    errors = refused_order(world, [item(HONOLULU_SKU, did_reservation_id=held.id)] * 2)
    assert certain(errors) == [about(1, "did_reservation_id")]
    errors = refused_order(world, [item(DEAR_SKU, did_reservation_id=held.id)])
    assert certain(errors) == [about(0, "did_reservation_id")]


def test_more_than_one_choice_is_refused_when_an_item_names_a_number_and_a_quantity(world: World) -> None:
    chosen = available_dids(world, HONOLULU, 1)[0]
    errors = refused_order(world, [item(HONOLULU_SKU, 1, available_did_id=chosen)])
    assert certain(errors) == [about(0, "qty")]


@pytest.mark.parametrize("count", [-1, 1000, "x", True, 1.5, []])
def test_billing_cycles_are_refused_when_out_of_range(world: World, count: Any) -> None:
    errors = refused_order(world, [item(HONOLULU_SKU, 1, billing_cycles_count=count)])
    assert certain(errors) == [about(0, "billing_cycles_count")]


def test_member_is_not_allowed_when_items_have_no_such_one(world: World) -> None:
    errors = refused_order(world, [item(HONOLULU_SKU, 1, colour="red")])
    assert errors == documented("member_not_allowed", name="colour")
    errors = refused_order(world, [{**item(HONOLULU_SKU, 1), "id": "1"}])
    assert errors == documented("member_not_allowed", name="id")


def test_parameter_is_missing_when_an_item_is_not_whole(world: World) -> None:
    assert refused_order(world, None) == documented("missing", name="items")
    assert refused_order(world, [{"type": "did_order_items"}]) == documented("missing", name="attributes")
    assert refused_order(world, [{"attributes": {}}]) == documented("missing", name="type")


def test_items_are_refused_when_empty(world: World) -> None:
    assert certain(refused_order(world, [])) == [
        {"code": "100", "source": {"pointer": "/data/attributes/items"}, "status": "422"}
    ]


@pytest.mark.parametrize("items", ["x", 7, True, {}, {"0": {}}, [None], [[]], [7], ["x"]])
def test_items_are_refused_when_they_are_something_else(world: World, items: Any) -> None:
    assert certain(refused_order(world, items)) == [{"code": "103", "status": "400"}]


@pytest.mark.parametrize("kind", ["emergency_order_items", "generic_order_items", "orders", "", 7, [], {}])
def test_item_type_is_refused_when_it_cannot_be_ordered(world: World, kind: Any) -> None:
    errors = refused_order(world, [{"type": kind, "attributes": {}}])
    assert certain(errors) == [{"code": "103", "status": "400"}]


@pytest.mark.parametrize("attributes", ["x", 7, [], True])
def test_attributes_are_refused_when_not_an_object(world: World, attributes: Any) -> None:
    errors = refused_order(world, [{"type": "did_order_items", "attributes": attributes}])
    assert certain(errors) == [{"code": "103", "status": "400"}]


def test_first_fault_of_shape_is_told_alone(world: World) -> None:
    """As of any body; values are not looked at then."""
    faulty = {"type": "did_order_items", "attributes": {"bogus": 1, "more": 1}, "id": "x"}
    errors = refused_order(world, [item(HONOLULU_SKU, 0), faulty, 7, {}], callback_url="x")
    assert errors == documented("member_not_allowed", name="id")


@pytest.mark.parametrize("prefix", [UNKNOWN, "", 7, [], {}, True, "eeed293b-f3d8-4ef8-91ef-1b077d174b3b"])
def test_prefix_is_refused_when_the_group_has_no_numbers_of_it(world: World, prefix: Any) -> None:
    one = item(HONOLULU_SKU, 1, nanpa_prefix_id=prefix)
    errors = refused_order(world, [one])
    assert [error["source"]["pointer"] for error in errors] == ["/data/attributes/items/0/nanpa_prefix_id"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callback_url", "ftp://example.com"),
        ("callback_url", "example.com"),
        ("callback_method", "put"),
        ("external_reference_id", "x" * 101),
    ],
)
def test_option_is_refused_when_its_value_will_not_do(world: World, name: str, value: str) -> None:
    errors = refused_order(world, [item(HONOLULU_SKU, 1)], **{name: value})
    assert certain(errors) == [
        {"code": "100", "source": {"pointer": f"/data/attributes/{name}"}, "status": "422"}
    ]


def test_order_is_forbidden_when_the_account_is_read_only(world: World) -> None:
    world.options["didww"]["read_only"] = True
    errors = refused_order(world, [item(HONOLULU_SKU, 1)])
    assert [error["status"] for error in errors] == ["403"]
