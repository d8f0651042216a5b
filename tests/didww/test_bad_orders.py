"""Orders and reservations that must be refused, with nothing bought, charged or held afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account, Answer, did_item
from tests.didww.contract import assert_refused
from tests.didww.refusals import NOBODY, ids, unchanged
from tests.support import state_of

# --- order items -----------------------------------------------------------------------------------


def order(account: Account, **item: Any) -> Answer:
    return account.order({"type": "did_order_items", "attributes": item})


@pytest.mark.parametrize("quantity", [0, -1, -(10**30)])
def test_quantity_below_one_is_refused(quantity: int, owner: Account) -> None:
    sku = owner.group()["skus"][0]
    with unchanged(owner):
        if abs(quantity) < 2**53:
            answer = order(owner, sku_id=sku["id"], qty=quantity)
        else:
            item = b'{"type":"did_order_items","attributes":{"sku_id":"%s","qty":%d}}'
            filled = item % (sku["id"].encode(), quantity)
            answer = owner.send(
                "POST", "/orders", body=b'{"data":{"type":"orders","attributes":{"items":[' + filled + b"]}}}"
            )
        assert_refused(answer, "item_member", index=0, name="qty")


@pytest.mark.parametrize("quantity", [101, 10**9])
def test_quantity_over_stock_or_funds_is_refused(quantity: int, owner: Account) -> None:
    group = owner.group(1, most=50)
    owner.set_funds("100.00")
    with unchanged(owner):
        sku = group["skus"][0]
        answer = owner.order(did_item(sku, qty=quantity), allow_back_ordering=False)
        assert answer.status in (400, 422)
        if answer.status == 422:
            assert_refused(answer, "quantity_over_stock", index=0)


def test_quantity_is_read_leniently_when_it_is_a_number_in_a_string(owner: Account) -> None:
    """Documented: values are cast."""
    answer = order(owner, sku_id=owner.group(3)["skus"][0]["id"], qty="3")
    assert answer.data["attributes"]["items"][0]["attributes"]["qty"] == 3


@pytest.mark.parametrize("quantity", ["three", "", None, [], {}, [3], {"a": 1}, True, False, 1.5, "1e3"])
def test_quantity_of_another_kind_is_never_a_crash_nor_a_gift(quantity: Any, owner: Account) -> None:
    before = state_of(owner.world)
    answer = order(owner, sku_id=owner.group(3)["skus"][0]["id"], qty=quantity)
    assert answer.status in (201, 400, 422)
    if answer.status == 201:
        assert answer.data["attributes"]["items"][0]["attributes"]["qty"] >= 1
        assert quantity in (True, 1.5, "1e3"), "read as a number by a lenient cast, and by nothing else"
    else:
        assert state_of(owner.world) == before


@pytest.mark.parametrize("sku", [NOBODY, "not-a-uuid", ""])
def test_unknown_sku_is_refused(sku: str, owner: Account) -> None:
    with unchanged(owner):
        answer = order(owner, sku_id=sku, qty=1)
        if sku:
            assert_refused(answer, "sku_unknown", index=0)
        else:
            assert answer.status in (400, 422)


@pytest.mark.parametrize("sku", [None, 1, [], {}, True])
def test_sku_of_another_kind_is_refused(sku: Any, owner: Account) -> None:
    with unchanged(owner):
        assert order(owner, sku_id=sku, qty=1).status in (400, 422)


def test_item_without_sku_is_refused(owner: Account) -> None:
    with unchanged(owner):
        assert order(owner, qty=1).status in (400, 422)


def test_item_without_quantity_or_number_is_refused(owner: Account) -> None:
    """Exactly one of qty, available_did_id, did_reservation_id (documented); the words are not known."""
    with unchanged(owner):
        assert order(owner, sku_id=owner.group()["skus"][0]["id"]).status in (400, 422)


@pytest.mark.parametrize("name", ["available_did_id", "did_reservation_id"])
@pytest.mark.parametrize("value", [NOBODY, "not-a-uuid"])
def test_unknown_number_or_reservation_of_an_item_is_refused(name: str, value: str, owner: Account) -> None:
    with unchanged(owner):
        answer = order(owner, sku_id=owner.group()["skus"][0]["id"], **{name: value})
        assert_refused(answer, "item_member", index=0, name=name)


def test_sku_of_another_group_is_refused_with_a_number_or_a_reservation(owner: Account) -> None:
    one, other = owner.group(3), owner.group(3, skip=1)
    number = owner.available(one)[0]
    reserved = owner.get("/did_reservations?include=available_did").data[0]
    with unchanged(owner):
        for way in ({"available_did_id": number["id"]}, {"did_reservation_id": reserved["id"]}):
            answer = order(owner, sku_id=other["skus"][0]["id"], **way)
            assert answer.status == 422
            (error,) = answer.body["errors"]
            assert error["code"] == "100"
            assert error["source"]["pointer"].startswith("/data/attributes/items/0/")


def test_number_is_sold_once_when_an_order_names_it_twice(owner: Account) -> None:
    group = owner.group(3)
    number = owner.available(group)[0]
    item = did_item(group["skus"][0], available_did_id=number["id"])
    with unchanged(owner):
        assert_refused(owner.order(item, item), "item_member", index=1, name="available_did_id")


def test_reservation_is_used_once_when_an_order_names_it_twice(owner: Account) -> None:
    group = owner.group(3)
    reserved = owner.get("/did_reservations").data[0]
    item = did_item(group["skus"][0], did_reservation_id=reserved["id"])
    with unchanged(owner):
        assert_refused(owner.order(item, item), "item_member", index=1, name="did_reservation_id")


@pytest.mark.parametrize(
    "items", [[], None, {}, "text", 1, [None], ["text"], [[]], [{}], [{"type": "did_order_items"}]]
)
def test_items_that_are_no_list_of_items_are_refused(items: Any, owner: Account) -> None:
    with unchanged(owner):
        answer = owner.post("/orders", {"data": {"type": "orders", "attributes": {"items": items}}})
        assert answer.status in (400, 422)


def test_order_without_items_is_refused(owner: Account) -> None:
    with unchanged(owner):
        assert owner.post("/orders", {"data": {"type": "orders"}}).status in (400, 422)
        assert owner.post("/orders", {"data": {"type": "orders", "attributes": {}}}).status in (400, 422)


@pytest.mark.parametrize("kind", ["emergency_order_items", "generic_order_items", "bogus", "", None, 1])
def test_items_that_cannot_be_requested_are_refused(kind: Any, owner: Account) -> None:
    sku = owner.group()["skus"][0]["id"]
    with unchanged(owner):
        assert owner.order({"type": kind, "attributes": {"sku_id": sku, "qty": 1}}).status in (400, 422)


def test_unknown_member_of_an_item_is_refused(owner: Account) -> None:
    """A field that the item type does not have is 400 (documented)."""
    with unchanged(owner):
        answer = order(owner, sku_id=owner.group()["skus"][0]["id"], qty=1, bogus=1)
        assert answer.status == 400


@pytest.mark.parametrize("count", [-1, 1000, "many", [], 10**30])
def test_billing_cycles_count_out_of_range_is_refused(count: Any, owner: Account) -> None:
    if isinstance(count, int) and count > 2**53:
        count = str(count)
    sku = owner.group()["skus"][0]["id"]
    with unchanged(owner):
        assert order(owner, sku_id=sku, qty=1, billing_cycles_count=count).status in (400, 422)


@pytest.mark.parametrize("url", ["ftp://example.com/", "javascript:alert(1)", "not a url", 1, [], {}])
def test_callback_url_must_be_http(url: Any, owner: Account) -> None:
    """Documented: http or https."""
    with unchanged(owner):
        answer = owner.order(did_item(owner.group()["skus"][0], qty=1), callback_url=url)
        assert answer.status in (400, 422)


@pytest.mark.parametrize("method", ["put", "delete", "POST", "Get", "", 1])
def test_callback_method_must_be_get_or_post(method: Any, owner: Account) -> None:
    """In the spelling of the version: lower case in 2026-04-16 (documented)."""
    item = did_item(owner.group()["skus"][0], qty=1)
    with unchanged(owner):
        answer = owner.order(item, callback_url="http://127.0.0.1:9/", callback_method=method)
        assert_refused(answer, "attribute", name="callback_method")


@pytest.mark.parametrize("quantities", [(0,), ()])
def test_faults_of_items_and_of_the_order_are_told_together(quantities: Any, owner: Account) -> None:
    """One error for each, as for any record (recorded); in which order is not known."""
    sku = owner.group()["skus"][0]
    wrong = {"allow_back_ordering": [], "callback_url": "x", "external_reference_id": "x" * 101}
    with unchanged(owner):
        answer = owner.order(*(did_item(sku, qty=qty) for qty in quantities), **wrong)
    assert answer.status == 422, answer.raw
    pointers = sorted(error["source"]["pointer"] for error in answer.body["errors"])
    names = [*wrong, "items/0/qty" if quantities else "items"]
    assert pointers == sorted(f"/data/attributes/{name}" for name in names)


def test_faults_of_a_reservation_are_told_together(owner: Account) -> None:
    chosen = owner.available(owner.group(3))[0]
    assert owner.reserve(chosen).status == 201
    with unchanged(owner):
        answer = owner.reserve(chosen, description=[])
    assert answer.status == 422, answer.raw
    pointers = sorted(error["source"]["pointer"] for error in answer.body["errors"])
    assert pointers == ["/data/attributes/description", "/data/relationships/available_did"]


def test_own_reference_may_have_a_hundred_characters(owner: Account) -> None:
    item = did_item(owner.group(3)["skus"][0], qty=1)
    order = owner.order(item, external_reference_id="ü" * 100).data
    assert order["attributes"]["external_reference_id"] == "ü" * 100
    with unchanged(owner):
        answer = owner.order(item, external_reference_id="ü" * 101)
        assert_refused(answer, "external_reference_too_long")
        changed = {"type": "orders", "id": order["id"], "attributes": {"external_reference_id": "x" * 101}}
        assert_refused(
            owner.patch(f"/orders/{order['id']}", {"data": changed}), "external_reference_too_long"
        )


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("capacity_limit", 32768, "capacity_limit_over_maximum"),
        ("billing_cycles_count", 1000, "attribute"),
        ("billing_cycles_count", -1, "attribute"),
        ("description", {"a": 1}, "attribute"),
        ("capacity_limit", "many", "attribute"),
    ],
)
def test_value_that_a_did_cannot_have_is_refused(name: str, value: Any, error: str, owner: Account) -> None:
    mine = ids(owner)["dids"]
    with unchanged(owner):
        document = {"data": {"type": "dids", "id": mine, "attributes": {"description": "x", name: value}}}
        assert_refused(owner.patch(f"/dids/{mine}", document), error, name=name)


def test_order_is_all_or_nothing_when_the_last_item_is_bad(owner: Account) -> None:
    group = owner.group(3)
    reserved = owner.get("/did_reservations").data[0]
    number = owner.available(group)[0]
    with unchanged(owner):
        answer = owner.order(
            did_item(group["skus"][0], qty=1),
            did_item(group["skus"][0], available_did_id=number["id"]),
            did_item(group["skus"][0], did_reservation_id=reserved["id"]),
            did_item(NOBODY, qty=1),
        )
        assert_refused(answer, "sku_unknown", index=3)


# --- reservations ----------------------------------------------------------------------------------


def reservation(linkage: Any) -> dict[str, Any]:
    return {"data": {"type": "did_reservations", "relationships": {"available_did": linkage}}}


@pytest.mark.parametrize("given", [NOBODY, "not-a-uuid", "8bc37f63-acd7-4e43-a760-1a1caa6e9999"])
def test_reserving_an_unknown_number_is_refused(given: str, owner: Account) -> None:
    with unchanged(owner):
        linkage = {"data": {"type": "available_dids", "id": given}}
        assert_refused(owner.post("/did_reservations", reservation(linkage)), "number_not_available")


@pytest.mark.parametrize("linkage", [{"data": None}, {}, None])
def test_reserving_nothing_is_refused(linkage: Any, owner: Account) -> None:
    with unchanged(owner):
        assert_refused(owner.post("/did_reservations", reservation(linkage)), "number_missing")
        bare = {"data": {"type": "did_reservations", "attributes": {}}}
        assert_refused(owner.post("/did_reservations", bare), "number_missing")


@pytest.mark.parametrize(
    "data",
    [
        [],
        "text",
        {},
        {"id": NOBODY},
        {"type": "available_dids"},
        {"type": "available_dids", "id": "1", "x": 1},
    ],
)
def test_malformed_linkage_is_refused(data: Any, owner: Account) -> None:
    with unchanged(owner):
        assert_refused(owner.post("/did_reservations", reservation({"data": data})), "linkage_malformed")


def test_linkage_of_another_type_is_refused(owner: Account) -> None:
    with unchanged(owner):
        linkage = {"data": {"type": "dids", "id": ids(owner)["dids"]}}
        answer = owner.post("/did_reservations", reservation(linkage))
        assert_refused(answer, "linkage_type", type="dids")
