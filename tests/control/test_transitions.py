"""Transition policies over the control API: choose, restore, fire, cancel."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.core.transitions import Policy
from tests.control.caller import Caller
from tests.support import body_of, state_of

HEADERS = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}


def order(call: Caller, quantity: int = 2) -> str:
    """Place an order at IDT Express; its id."""
    body = {"order_items": [{"did_group_id": 16847, "quantity": quantity}]}
    response = call.server.request("POST", "/idt/v1/dids/orders", headers=HEADERS, json=body)
    assert response.status == 200, response.body
    return str(body_of(response)["order"]["id"])


def item_status(call: Caller, order_id: str) -> str:
    response = call.server.request("GET", f"/idt/v1/dids/orders/{order_id}", headers=HEADERS)
    return str(body_of(response)["order"]["order_items"][0]["status"])


def test_transitions_list_every_type_with_its_outcomes(call: Caller) -> None:
    listed = {row["subject"]: row for row in call("GET", "/transitions").json["policies"]}
    assert listed["didww.orders"]["outcomes"] == ["canceled"]
    assert listed["idt.cnam"]["outcomes"] == ["rejected"]
    assert {row["chosen"] for row in listed.values()} == {False}


def test_type_policy_is_chosen_and_restored(call: Caller) -> None:
    before = call("GET", "/transitions/idt.orders").json
    changed = call("PUT", "/transitions/idt.orders", {"mode": "after", "after": "1h30m"})
    assert changed.json == {**before, "after": "5400s", "chosen": True}
    assert call("GET", "/transitions/idt.orders").json == changed.json
    assert call("DELETE", "/transitions/idt.orders").json == before


def test_immediate_policy_has_no_while(call: Caller) -> None:
    changed = call("PUT", "/transitions/idt.orders", {"mode": "immediate"}).json
    assert (changed["mode"], changed["after"]) == ("immediate", None)


def test_policy_of_one_thing_wins_over_its_type(call: Caller) -> None:
    call("PUT", "/transitions/idt.orders", {"mode": "manual"})
    call("PUT", "/transitions/idt.orders/x", {"after": "2s", "outcome": "insufficient_funds"})
    own = call("GET", "/transitions/idt.orders/x").json
    assert (own["mode"], own["after"], own["outcome"]) == ("after", "2s", "insufficient_funds")
    assert call("GET", "/transitions/idt.orders").json["mode"] == "manual"
    subjects = [row["subject"] for row in call("GET", "/transitions").json["policies"]]
    assert subjects[-1] == "idt.orders/x"


def test_held_order_goes_on_only_when_it_is_fired(call: Caller) -> None:
    call("PUT", "/transitions/idt.orders", {"mode": "manual"})
    order_id = order(call)
    call("POST", "/clock/advance", {"days": 30})
    assert item_status(call, order_id) == "Processing"
    path = f"/transitions/idt.orders/{order_id}/fire"
    first = call("POST", path).json
    assert [event["change"] for event in first["events"]] == ["Created -> Processing"]
    second = call("POST", path, {"outcome": "insufficient_inventory"}).json
    assert second["total"] == 1
    assert item_status(call, order_id) == "Canceled – Insufficient Inventory"
    assert call("POST", path).status == 422


def test_fired_outcome_is_forgotten_afterwards(call: Caller) -> None:
    call("PUT", "/transitions/idt.orders", {"mode": "manual"})
    order_id = order(call)
    call("POST", f"/transitions/idt.orders/{order_id}/fire", {"outcome": "insufficient_funds"})
    assert call("GET", f"/transitions/idt.orders/{order_id}").json["outcome"] == ""


def test_cancelled_change_does_not_happen(call: Caller) -> None:
    order_id = order(call)
    assert call("POST", f"/transitions/idt.orders/{order_id}/cancel").json == {"cancelled": 1}
    call("POST", "/clock/advance", {"days": 1})
    assert item_status(call, order_id) == "Processing"


def test_reset_restores_the_policies(call: Caller) -> None:
    before = call("GET", "/transitions").json
    call("PUT", "/transitions/didww.orders", {"mode": "manual", "outcome": "canceled"})
    call("POST", "/reset")
    assert call("GET", "/transitions").json == before


@pytest.mark.parametrize(
    ("method", "path", "body", "hint"),
    [
        ("GET", "/transitions/idt.order", None, {"did_you_mean": "idt.orders"}),
        ("PUT", "/transitions/didw.orders/1", {"mode": "manual"}, {"did_you_mean": "didww.orders"}),
        ("PUT", "/transitions/didww.orders", {"outcome": "cancelled"}, {"did_you_mean": "canceled"}),
        ("PUT", "/transitions/idt.orders", {}, {}),
        ("PUT", "/transitions/idt.orders", {"mode": "later"}, {}),
        ("PUT", "/transitions/idt.orders", {"mode": "manual", "after": "2s"}, {}),
        ("PUT", "/transitions/idt.orders", {"after": "soon"}, {}),
        ("PUT", "/transitions/idt.orders", {"after": 2}, {}),
        ("PUT", "/transitions/idt.orders", {"delay": "2s"}, {}),
        ("POST", "/transitions/idt.orders/none/fire", None, {}),
        ("POST", "/transitions/idt.orders/none/fire", {"outcome": "lost"}, {}),
        ("POST", "/transitions/idt.orders/none/cancel", None, {}),
    ],
)
def test_transition_call_is_refused_with_what_there_is(
    call: Caller, method: str, path: str, body: Any, hint: dict[str, str]
) -> None:
    before, state = call("GET", "/transitions").json, state_of(call.server.world())
    answer = call(method, path, body)
    assert answer.status == 422
    assert answer.json["error"]
    assert hint.items() <= answer.json.items()
    assert call("GET", "/transitions").json == before
    assert state_of(call.server.world()) == state


def test_policies_of_single_things_are_bounded(call: Caller) -> None:
    chosen = call.server.world().policies.chosen
    chosen.update(dict.fromkeys((f"idt.orders/{number}" for number in range(10_000)), Policy("manual")))
    assert call("PUT", "/transitions/idt.orders/more", {"mode": "manual"}).status == 409
    assert call("PUT", "/transitions/idt.orders/7", {"mode": "immediate"}).status == 200
