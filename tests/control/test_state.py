"""State looked at, forced, and asserted over the control API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.control.caller import Caller
from tests.support import body_of, state_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
ORDER = {"order_items": [{"did_group_id": 16847, "quantity": 2}]}


def order(call: Caller) -> str:
    answer = call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=ORDER)
    return str(body_of(answer)["order"]["id"])


def test_types_are_counted(call: Caller) -> None:
    before = call("GET", "/state").json
    order(call)
    after = call("GET", "/state").json
    assert after["types"]["idt"]["orders"] == before["types"]["idt"]["orders"] + 1
    assert after["hash"] != before["hash"]
    assert sorted(after["types"]) == ["didlogic", "didww", "idt"]


def test_rows_are_listed_in_pages(call: Caller) -> None:
    whole = call("GET", "/state/idt/numbers").json
    assert whole["total"] == len(whole["rows"]) == len(call.server.world().tables()["idt.numbers"])
    page = call("GET", "/state/idt/numbers?limit=1&offset=1").json
    assert page == {"rows": whole["rows"][1:2], "total": whole["total"]}
    assert call("GET", "/state/idt/numbers?offset=x").status == 422


def test_row_is_forced(call: Caller) -> None:
    identifier = order(call)
    path = f"/state/idt/orders/{identifier}"
    row = call("GET", path).json
    assert (row["status"], row["item"]["quantity"]) == ("Created", 2)
    changed = call("PATCH", path, {"status": "Complete", "created_at": "2020-01-01T00:00:00+00:00"})
    assert changed.json == row | {"status": "Complete", "created_at": "2020-01-01T00:00:00+00:00"}
    seen = body_of(call.server.request("GET", f"/idt/v1/dids/orders/{identifier}", headers=IDT))["order"]
    assert (seen["status"], seen["created_at"]) == ("Complete", "2020-01-01T00:00:00.000Z")


def test_row_with_a_number_for_a_key_is_found(call: Caller) -> None:
    listed = call("GET", "/state/idt/trunk_groups").json["rows"]
    identifier = listed[0]["id"]
    assert isinstance(identifier, int)
    assert call("GET", f"/state/idt/trunk_groups/{identifier}").json == listed[0]


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/state/idt/orders/{id}", {"state": "Complete"}, {"state"}),
        ("/state/idt/orders/{id}", {"status": 1}, {"status"}),
        ("/state/idt/orders/{id}", {"status": None}, {"status"}),
        ("/state/idt/orders/{id}", {"created_at": "soon"}, {"created_at"}),
        ("/state/idt/orders/{id}", {"item": {"id": 1}}, {"item.status"}),
        ("/state/idt/orders/{id}", {"item": []}, {"item"}),
        ("/state/idt/orders/{id}", {"id": "other"}, {"id"}),
        ("/state/idt/orders/none", {}, None),
        ("/state/idt/order/{id}", {}, None),
        ("/state/itd/orders/{id}", {}, None),
    ],
)
def test_bad_change_of_a_row_is_refused(call: Caller, path: str, body: Any, fields: set[str] | None) -> None:
    identifier = order(call)
    state = state_of(call.server.world())
    answer = call("PATCH", path.replace("{id}", identifier), body)
    assert answer.status == 422
    assert set(answer.json.get("fields", {})) == (fields or set())
    assert fields is not None or answer.json["known"]
    assert state_of(call.server.world()) == state


def test_assertion_holds_or_says_why_not(call: Caller) -> None:
    everything = {
        "max_spend": "0",
        "no_double_purchase": True,
        "no_unfinished": True,
        "balance_equals_ledger": True,
    }
    assert call("POST", "/assert", everything).json == {"holds": True, "failures": []}
    identifier = order(call)
    order(call)
    answer = call("POST", "/assert", everything)
    assert answer.status == 409
    assert [(one["check"], one["provider"]) for one in answer.json["failures"]] == [
        ("no_double_purchase", "idt"),
        ("no_unfinished", "idt"),
        ("no_unfinished", "idt"),
    ]
    assert answer.json["failures"][0]["reason"].startswith("carried out 2 times: POST /idt/v1/dids/orders {")
    assert answer.json["failures"][1]["reason"] == f"idt.orders/{identifier} waits for idt.order_step"
    call("POST", "/clock/advance", {"days": 1})
    spent = -sum((line.amount for line in call.server.world().ledger("idt").lines), Decimal(0))
    answer = call("POST", "/assert", {"max_spend": "1.00", "no_unfinished": True})
    assert answer.json["failures"] == [
        {"check": "max_spend", "provider": "idt", "reason": f"{spent:.2f} was spent, 1.00 is allowed"}
    ]
    assert call("POST", "/assert", {"max_spend": str(spent), "provider": "idt"}).status == 200


def test_retry_of_a_refused_order_is_no_double_purchase(call: Caller) -> None:
    call("POST", "/faults", {"operation": "create_order", "times": 1, "effect": {"status": 503}})
    assert call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=ORDER).status == 503
    order(call)
    assert call("POST", "/assert", {"no_double_purchase": True}).status == 200


def test_retry_after_a_lost_answer_is_a_double_purchase(call: Caller) -> None:
    call("POST", "/faults", {"operation": "create_order", "times": 1, "effect": {"commit_then_drop": True}})
    assert call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=ORDER).status == 0
    order(call)
    assert call("POST", "/assert", {"no_double_purchase": True}).status == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"provider": "idt"},
        {"max_spend": "much"},
        {"max_spend": -1, "no_unfinished": "yes"},
        {"no_unfinished": 1},
        {"no_doubel_purchase": True},
        {"no_unfinished": True, "provider": "itd"},
    ],
)
def test_bad_assertion_is_refused(call: Caller, body: Any) -> None:
    assert call("POST", "/assert", body).status == 422
