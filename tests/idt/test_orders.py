"""Create Order, Get Order, Get Orders: what is accepted, and that what is refused changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.idt.support import (
    BY_SKU,
    NO_BROWSE,
    PLENTY,
    REQUEST_ID,
    Idt,
    contract,
    error,
    errors_of,
    schema_errors,
    text,
)

ITEM = "/order_items/0"
SKU = "BW-US-2074063052"
NOT_JSON = error(1000, "Request body is not valid JSON")
NO_OBJECT = error(1000, "Request body is not a JSON object")
ONE_ITEM = error(1002, "Order items must hold exactly one order item", "order_items", "/order_items")
ITEMS_MISSING = error(1001, "Order items is required", "order_items", "/order_items")
GROUP_MISSING = error(1001, "Did group id is required", "did_group_id", f"{ITEM}/did_group_id")
GROUP_TYPE = error(1002, "Did group id must be an integer", "did_group_id", f"{ITEM}/did_group_id")
QUANTITY_MISSING = error(1001, "Quantity is required", "quantity", f"{ITEM}/quantity")
PREVIEW_TYPE = error(1002, "Preview must be true or false", "preview", "/preview")


def quantity_error(complaint: str) -> dict:
    return error(1002, f"Quantity {complaint}", "quantity", f"{ITEM}/quantity")


def skus_error(complaint: str) -> dict:
    return error(1002, f"Did skus {complaint}", "did_skus", f"{ITEM}/did_skus")


def sku_error(index: int) -> dict:
    return error(1002, "Did skus is not available in this DID Group", "did_skus", f"{ITEM}/did_skus/{index}")


def order(**item: Any) -> dict:
    return {"order_items": [{"did_group_id": PLENTY, **item}]}


TOO_SMALL = quantity_error("must be greater than 0")
NO_INTEGER = quantity_error("must be an integer")
TOO_LARGE = quantity_error("must be less than or equal to 100")
SKU_LIST = skus_error("must be a list of strings")

UNREADABLE = {
    "empty": (b"", NOT_JSON),
    "blank": (b"  ", NOT_JSON),
    "trailing comma": (b'{"order_items": [{"did_group_id": 16847, "quantity": 1},]}', NOT_JSON),
    "cut off": (b'{"order_items": [', NOT_JSON),
    "invalid UTF-8": (b'{"order_items": "\xff\xfe"}', NOT_JSON),
    "lone surrogate": (b'{"order_items": "\\ud800"}', NOT_JSON),
    "megabyte of nesting": (b"[" * (1 << 20), NOT_JSON),
    "balanced nesting": (b"[" * 500_000 + b"]" * 500_000, NOT_JSON),
    "not a number": (b'{"preview": NaN}', NOT_JSON),
    "form": (b"did_group_id=16847&quantity=1", NOT_JSON),
    "backslashes": (b"\\" * 1000, NOT_JSON),
    "list": (b"[]", NO_OBJECT),
    "null": (b"null", NO_OBJECT),
    "text": (b'"order"', NO_OBJECT),
}

WRONG: dict[str, tuple[Any, list[dict]]] = {
    "nothing": ({}, [ITEMS_MISSING]),
    "unknown field only": ({"items": [1]}, [ITEMS_MISSING]),
    "items null": ({"order_items": None}, [ITEMS_MISSING]),
    "items object": ({"order_items": {}}, [ONE_ITEM]),
    "items text": ({"order_items": "x"}, [ONE_ITEM]),
    "no item": ({"order_items": []}, [ONE_ITEM]),
    "two items": ({"order_items": [{"did_group_id": PLENTY, "quantity": 1}] * 2}, [ONE_ITEM]),
    "item no object": (
        {"order_items": [1]},
        [error(1002, "Order items must hold an object", "order_items", ITEM)],
    ),
    "empty item": ({"order_items": [{}]}, [GROUP_MISSING, QUANTITY_MISSING]),
    "no quantity": (order(), [QUANTITY_MISSING]),
    "quantity 0": (order(quantity=0), [TOO_SMALL]),
    "quantity -1": (order(quantity=-1), [TOO_SMALL]),
    "quantity -1.5": (order(quantity=-1.5), [TOO_SMALL]),
    "quantity 101": (order(quantity=101), [TOO_LARGE]),
    "quantity 1000000000": (order(quantity=1_000_000_000), [TOO_LARGE]),
    "quantity 1e9": (order(quantity=1e9), [NO_INTEGER]),
    "quantity '3'": (order(quantity="3"), [NO_INTEGER]),
    "quantity true": (order(quantity=True), [NO_INTEGER]),
    "quantity null": (order(quantity=None), [QUANTITY_MISSING]),
    "quantity 1.5": (order(quantity=1.5), [NO_INTEGER]),
    "quantity list": (order(quantity=[3]), [NO_INTEGER]),
    "group text": (order(did_group_id="16847", quantity=1), [GROUP_TYPE]),
    "group float": (order(did_group_id=16847.0, quantity=1), [GROUP_TYPE]),
    "group true": (order(did_group_id=True, quantity=1), [GROUP_TYPE]),
    "skus empty": (order(did_skus=[]), [SKU_LIST]),
    "skus text": (order(did_skus=SKU), [SKU_LIST]),
    "skus numbers": (order(did_skus=[1]), [SKU_LIST]),
    "skus repeated": (order(did_skus=[SKU, SKU]), [skus_error("must not repeat")]),
    "101 skus": (order(did_skus=[str(n) for n in range(101)]), [skus_error("must not hold more than 100")]),
    "both disagree": (
        order(did_skus=[SKU], quantity=2),
        [quantity_error("does not equal the number of did skus")],
    ),
    "preview text": ({**order(quantity=1), "preview": "yes"}, [PREVIEW_TYPE]),
    "preview 1": ({**order(quantity=1), "preview": 1}, [PREVIEW_TYPE]),
    "several, in body order": (
        {"order_items": [{"quantity": 0, "did_group_id": "x"}], "preview": 0},
        [TOO_SMALL, GROUP_TYPE, PREVIEW_TYPE],
    ),
    "several, preview first": (
        {"preview": 0, "order_items": [{"did_skus": "x", "quantity": "y"}]},
        [PREVIEW_TYPE, SKU_LIST, NO_INTEGER, GROUP_MISSING],
    ),
    "unknown group": (
        order(did_group_id=1, quantity=1),
        [error(4004, "DID Group is not offered", "did_group_id", f"{ITEM}/did_group_id")],
    ),
    "huge group": (
        order(did_group_id=1 << 63, quantity=1),
        [error(4004, "DID Group is not offered", "did_group_id", f"{ITEM}/did_group_id")],
    ),
    "sku of another group": (order(did_skus=[SKU]), [sku_error(0)]),
    "unknown skus": (
        order(did_group_id=BY_SKU, did_skus=["x", SKU, "BW-US-2074063053", "BW-US-²²"]),
        [sku_error(0), sku_error(2), sku_error(3)],
    ),
    "sku in lower case": (order(did_group_id=BY_SKU, did_skus=[SKU.lower()]), [sku_error(0)]),
    "sku of a group without browse": (
        order(did_group_id=NO_BROWSE, did_skus=["DW-GB-2896496000-DG-x-DI-y"]),
        [sku_error(0)],
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_order_that_is_no_object_is_refused_and_changes_nothing(idt: Idt, case: str) -> None:
    body, expected = UNREADABLE[case]
    before = idt.state()
    response = idt.call("POST", "/orders", body=body)
    assert (response.status, errors_of(response)) == (422, [expected])
    assert idt.state() == before


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("preview", [False, True], ids=["order", "preview"])
def test_wrong_order_is_refused_and_changes_nothing(idt: Idt, case: str, preview: bool) -> None:
    body, expected = WRONG[case]
    if preview and not (isinstance(body, dict) and "preview" in body):
        body = {**body, "preview": True}
    before = idt.state()
    response = idt.call("POST", "/orders", json=body)
    assert (response.status, errors_of(response)) == (422, expected)
    assert response.operation == "create_order"
    assert idt.state() == before


def test_contract_body_for_an_unknown_group_is_reproduced(idt: Idt) -> None:
    response = idt.call("POST", "/orders", json=order(did_group_id=1, quantity=1))
    documented = contract("errors.json")["suggested_bodies"]["invalid_did_group"]["body"]
    body = {"status": response.status, "api_request_id": REQUEST_ID, "errors": errors_of(response)}
    assert text(body) == text(documented)


def test_sku_that_is_sold_is_refused(idt: Idt) -> None:
    idt.place({"did_group_id": BY_SKU, "did_skus": [SKU]})
    idt.pass_time(2)
    before = idt.state()
    response = idt.call("POST", "/orders", json=order(did_group_id=BY_SKU, did_skus=[SKU]))
    assert (response.status, errors_of(response)) == (422, [sku_error(0)])
    assert idt.state() == before


@pytest.mark.parametrize("preview", [False, True], ids=["order", "preview"])
def test_order_is_refused_for_want_of_one_cent(idt: Idt, preview: bool) -> None:
    idt.world.ledger("idt").set_balance(Decimal("8.99"))
    idt.world.commit()
    before = idt.state()
    response = idt.call("POST", "/orders", json={**order(quantity=3), "preview": preview})
    detail = "Insufficient Funds (cost: 9.00, account balance: 8.99)"
    assert (response.status, errors_of(response)) == (422, [error(3001, detail, source="/")])
    assert idt.state() == before


def test_order_is_accepted_when_funds_are_just_enough(idt: Idt) -> None:
    idt.world.ledger("idt").set_balance(Decimal("9.00"))
    order_id = idt.order(PLENTY, 3)
    idt.pass_time(2)
    assert idt.item(order_id)["status"] == "Fulfilled – Complete"
    assert idt.world.ledger("idt").balance == 0


def test_feature_is_checked_after_the_fields_and_before_the_group(idt: Idt) -> None:
    idt.world.options["idt"]["dids_enabled"] = False
    fields = idt.call("POST", "/orders", json=order(did_group_id=1, quantity=0))
    assert errors_of(fields) == [TOO_SMALL]
    response = idt.call("POST", "/orders", json=order(did_group_id=1, quantity=1))
    assert response.status == 403
    assert errors_of(response) == [error(3000, "DIDs feature is not enabled for this account")]


def test_preview_says_that_it_is_assumed(idt: Idt) -> None:
    placed = idt.call("POST", "/orders", json=order(quantity=1))
    preview = idt.call("POST", "/orders", json={**order(quantity=1), "preview": True})
    assert str(placed.evidence) == "documented; claim=idt.create_order"
    assert str(preview.evidence) == "assumed; claim=idt.create_order.preview"


def test_preview_shows_the_order_and_creates_nothing(idt: Idt) -> None:
    before = idt.state()
    shown = idt.place({"did_group_id": PLENTY, "quantity": 3}, preview=True)
    assert shown == {
        "id": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "status": "Preview",
        "ordered": {"quantity": 3},
        "fulfilled": {"quantity": 0},
        "order_items": [
            {
                "id": None,
                "status": "Preview",
                "order_item_type": "quantity",
                "ordered": {"quantity": 3},
                "fulfilled": {"quantity": 0},
                "cancelable": False,
                "did_group": {
                    "id": PLENTY,
                    "name": "SALVADOR",
                    "country_calling_code": "55",
                    "area_code": "71",
                    "nxx": None,
                    "toll_free": False,
                    "country": {"name": "BRAZIL", "iso": "BR", "has_regions": False},
                    "fees": {"setup_fee": "0.00", "monthly_fee": "3.00"},
                },
                "numbers": [],
            }
        ],
    }
    assert schema_errors("order_response", {"order": shown, "meta": {}}) == []
    assert idt.state() == before
    idt.pass_time(100)
    assert idt.get("/orders")["meta"]["total"] == 4


def test_quantity_that_equals_the_skus_is_accepted_beside_them(idt: Idt) -> None:
    item = idt.place({"did_group_id": BY_SKU, "did_skus": [SKU], "quantity": 1})["order_items"][0]
    assert item["order_item_type"] == "number_skus"
    assert item["ordered"] == {"quantity": 1, "numbers": [{"number": "12074063052", "sku": SKU}]}


def test_unknown_fields_are_ignored_and_named(idt: Idt) -> None:
    body = {**order(quantity=1, colour="red"), "reference": "x"}
    response = idt.call("POST", "/orders?page=1", json=body)
    assert response.status == 200
    assert ("X-Mock-Ignored", "reference, order_items.0.colour, page") in response.headers


def test_balance_may_change_by_any_amount_before_processing(idt: Idt) -> None:
    for balance in ("1e15", "-1e15"):
        idt.world.ledger("idt").set_balance(Decimal("100.00"))
        order_id = idt.order(PLENTY, 3)
        idt.world.ledger("idt").set_balance(Decimal(balance))
        idt.pass_time(2)
        end = "Canceled – Insufficient Funds" if balance.startswith("-") else "Fulfilled – Complete"
        assert idt.item(order_id)["status"] == end


def test_created_status_can_be_201(idt: Idt) -> None:
    idt.world.options["idt"]["create_status"] = 201
    assert idt.call("POST", "/orders", json=order(quantity=1)).status == 201


@pytest.mark.parametrize("order_id", ["000-000-0000", "9C2-2E2-4B6F", "x", "%00", "%ff", "1" * 5000])
def test_unknown_order_is_not_found(idt: Idt, order_id: str) -> None:
    response = idt.call("GET", f"/orders/{order_id}")
    assert (response.status, errors_of(response)) == (404, [error(1003, "Order not found", "order_id")])


def test_orders_are_listed_newest_first_in_pages(idt: Idt) -> None:
    same_instant = [idt.order(PLENTY) for _ in range(3)]
    idt.pass_time(10)
    newest = idt.order(PLENTY)
    ids = [row["id"] for row in idt.get("/orders")["orders"]]
    assert ids[:4] == [newest, *reversed(same_instant)]
    pages = [idt.get(f"/orders?page={page}&page_size=3") for page in (1, 2, 3, 4)]
    assert [row["id"] for page in pages for row in page["orders"]] == ids
    assert [page["meta"] for page in pages] == [
        {"page": page, "page_size": 3, "total": 8} for page in (1, 2, 3, 4)
    ]


def test_orders_are_filtered_by_status_without_regard_to_case(idt: Idt) -> None:
    idt.order(PLENTY)
    for status, total in (("Complete", 3), ("complete", 3), ("Created", 1), ("Processing", 1), ("x", 0)):
        body = idt.get(f"/orders?page=1&page_size=10&filter_by_status={status}")
        assert {row["status"] for row in body["orders"]} <= {status.capitalize()}
        assert body["meta"] == {"page": 1, "page_size": 10, "total": total}


PAGES = ["0", "-1", "x", "", "1.0", "%2B1", "1e3", "²", "%00", "9" * 30, "9" * 5000]


@pytest.mark.parametrize("path", ["/orders", "/numbers", "/trunk_groups"])
@pytest.mark.parametrize("value", PAGES)
def test_bad_page_is_refused(idt: Idt, path: str, value: str) -> None:
    response = idt.call("GET", f"{path}?page={value}&page_size={value}")
    assert response.status == 422
    assert errors_of(response) == [
        error(1002, "Page must be a positive integer", "page"),
        error(1002, "Page size must be a positive integer", "page_size"),
    ]


@pytest.mark.parametrize("path", ["/orders", "/numbers", "/trunk_groups"])
def test_page_past_the_end_is_empty(idt: Idt, path: str) -> None:
    body = idt.get(f"{path}?page=999999999999999&page_size=999999999999999")
    (rows,) = (value for key, value in body.items() if key != "meta")
    assert rows == []
    assert body["meta"]["total"] > 0


@pytest.mark.parametrize("path", ["/orders", "/numbers", "/trunk_groups"])
def test_page_is_as_large_as_it_is_asked_for(idt: Idt, path: str) -> None:
    body, usual = idt.get(f"{path}?page_size=999999999999999"), idt.get(path)
    assert body == {**usual, "meta": {**usual["meta"], "page_size": 999999999999999}}
