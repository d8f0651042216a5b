"""The documents as they are served, and the requests of clients held against them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from contracts.checking import faults
from mockserver.conformance.documents import names
from mockserver.conformance.inspector import MOST_AT_LAST
from mockserver.core.data import load_contract
from tests.control.caller import Caller

ITEM = {"did_group_id": 16847, "quantity": 1}
NO_TYPE = {
    "place": "header content-type",
    "problem": "is missing; it must be application/json",
    "fate": "ignored",
}


def order(call: Caller, body: Any, sandbox: str = "default", **headers: str) -> int:
    credentials = call.server.gateway.providers["idt"].credentials(sandbox)
    headers = {**credentials, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return call.server.request("POST", "/idt/v1/dids/orders", headers=headers, json=body).status


# --- the documents -----------------------------------------------------------------------------------


def test_every_document_is_listed_with_its_provider_and_version(call: Caller) -> None:
    listed = call("GET", "/contracts").json["contracts"]
    assert [one["path"] for one in listed] == [f"/_mock/contracts/{name}" for name in names()]
    versions = [(one["provider"], one["version"]) for one in listed]
    for wanted in (("didlogic", "v1"), ("didlogic", "v2"), ("didww", "2022-05-10"), ("didww", "2026-04-16")):
        assert wanted in versions
    assert {one["provider"] for one in listed} == {"control", "didlogic", "didww", "idt"}


@pytest.mark.parametrize("name", names())
def test_document_is_served_with_the_callers_address_first(call: Caller, name: str) -> None:
    served = call("GET", f"/contracts/{name}", host="localhost:9").json
    packaged = load_contract(name)
    provider = name.partition("/")[0]
    start = "" if provider == "control" else f"/{provider}"
    own, *others = served.pop("servers")
    assert own["url"] == f"http://localhost:9{start}"
    assert all(server["url"].startswith(("https://", "http://127.0.0.1")) for server in others)
    packaged.pop("servers")
    assert served == packaged


def test_served_document_can_be_used_as_it_stands(call: Caller) -> None:
    assert faults(call("GET", "/contracts/control/openapi.json").json) == []
    served = call("GET", "/contracts/control/openapi.json").json
    own = call("GET", "/openapi.json").json
    assert served["paths"] == own["paths"]


def test_address_has_no_prefix_for_who_came_to_the_providers_own_host(call: Caller) -> None:
    served = call("GET", "/contracts/idt/openapi.json", host="api.idtexpress.com").json
    assert served["servers"][0]["url"] == "http://api.idtexpress.com"


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("idt/openapi.jsn", "idt/openapi.json"),
        ("didlogic/v3/openapi.json", "didlogic/v2/openapi.json"),
        ("idt/errors.json", "idt/openapi.json"),
    ],
)
def test_document_that_does_not_exist_is_refused_with_those_that_do(
    call: Caller, path: str, near: str
) -> None:
    answer = call("GET", f"/contracts/{path}")
    assert (answer.status, answer.json) == (
        422,
        {"error": f"there is no contract {path!r}", "did_you_mean": near, "known": list(names())},
    )


@pytest.mark.parametrize(
    "path",
    [
        "..%2F..%2Fpyproject.toml/x",
        "%2e%2e/pyproject.toml",
        "idt/..%2f..%2fopenapi.json",
        "%2Fetc/passwd",
        "idt/%00",
    ],
)
def test_nothing_outside_of_the_contracts_is_served(call: Caller, path: str) -> None:
    answer = call("GET", f"/contracts/{path}")
    assert (answer.status, next(iter(answer.json))) == (422, "error")


# --- requests ----------------------------------------------------------------------------------------


def test_request_is_shown_with_what_its_contract_does_not_allow(call: Caller) -> None:
    assert order(call, {"order_items": [ITEM]}, content_type="application/json") == 200
    assert order(call, {"order_items": [{"quantity": "1", "colour": "red"}]}) == 422
    assert call("GET", "/requests/1").json["contract"] == []
    assert call("GET", "/requests/2").json["contract"] == [
        NO_TYPE,
        {"place": "body /order_items/0/did_group_id", "problem": "is missing", "fate": "rejected"},
        {
            "place": "body /order_items/0/quantity",
            "problem": "must be a whole number, is a text",
            "fate": "rejected",
        },
        {
            "place": "body /order_items/0/colour",
            "problem": "is not a field of this object",
            "fate": "ignored",
        },
    ]


def test_requests_are_chosen_by_their_contract(call: Caller) -> None:
    order(call, {"order_items": [ITEM]}, content_type="application/json")
    order(call, {"order_items": [{**ITEM, "colour": "red"}]}, content_type="application/json")
    for chosen, numbers in (("broken", [2]), ("kept", [1])):
        listed = call("GET", f"/requests?contract={chosen}").json
        found = call("POST", "/requests/find", {"contract": chosen}).json
        assert (
            [one["id"] for one in listed["requests"]] == [one["id"] for one in found["requests"]] == numbers
        )
    assert call("GET", "/requests?contract=x").json == {
        "error": "contract must be broken or kept",
        "fields": {"contract": "neither"},
    }
    assert call("POST", "/requests/find", {"contract": "x"}).status == 422


def broken(call: Caller, provider: str = "idt") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/coverage").json["providers"][provider]["requests"]
    return found


def test_coverage_lists_what_is_wrong_with_requests_once(call: Caller) -> None:
    call("DELETE", "/coverage")
    order(call, {"order_items": [ITEM]}, content_type="application/json")
    for colour in ("red", "blue", "green"):
        order(call, {"order_items": [{**ITEM, "colour": colour}]}, content_type="application/json")
    expected = {
        "operation": "create_order",
        "place": "body /order_items/*/colour",
        "problem": "is not a field of this object",
        "fate": "ignored",
        "times": 3,
        "sandbox": "default",
        "request": 2,
    }
    assert broken(call) == [expected]
    assert broken(call) == [expected]  # looked at once
    call("DELETE", "/coverage")
    assert broken(call) == []


def test_requests_of_sandboxes_that_are_gone_are_not_forgotten(call: Caller) -> None:
    call("DELETE", "/coverage")
    call("POST", "/sandboxes", {"name": "brief"})
    order(call, {}, "brief", content_type="application/json")
    call("DELETE", "/sandboxes/brief")
    order(call, {}, content_type="application/json")
    call("POST", "/reset", {})
    order(call, {}, content_type="application/json")
    call("DELETE", "/requests")
    (found,) = broken(call)
    assert (found["place"], found["times"], found["sandbox"]) == ("body /order_items", 3, "brief")
    assert call("GET", "/sandboxes/default/coverage").json["providers"]["idt"]["requests"][0]["times"] == 2


def test_requests_that_left_the_journal_unseen_are_counted() -> None:
    call = Caller(journal_entries=3)
    for _ in range(5):
        order(call, {}, content_type="application/json")
    report = call("GET", "/coverage").json
    assert report["unchecked"] == 2
    assert report["providers"]["idt"]["requests"][0]["times"] == 3
    assert call("GET", "/coverage").json["unchecked"] == 2


def test_reset_judges_the_newest_requests_and_counts_the_others(call: Caller) -> None:
    call("DELETE", "/coverage")
    for _ in range(MOST_AT_LAST + 2):
        order(call, {}, content_type="application/json")
    call("POST", "/reset", {})
    assert call("GET", "/coverage").json["unchecked"] == 2
    assert broken(call)[0]["times"] == MOST_AT_LAST


def test_sandbox_that_makes_room_is_not_looked_at_and_its_requests_are_counted() -> None:
    call = Caller(max_sandboxes=2)
    for name in ("first", "second"):
        headers = {"x-api-key": f"sandbox-{name}", "x-api-secret": f"secret-{name}"}
        call.server.request("GET", "/idt/v1/dids/numbers?limit=3", headers=headers)
    report = call("GET", "/coverage").json
    assert report["unchecked"] == 1
    (found,) = report["providers"]["idt"]["requests"]
    assert (found["sandbox"], found["times"]) == ("second", 1)


def test_secrets_are_in_no_problem(call: Caller) -> None:
    call("DELETE", "/coverage")
    credentials = call.server.gateway.providers["didlogic"].credentials("default")
    headers = {**credentials, "content-type": "application/json"}
    body = {"sipaccount": {"password": "hunter2", "label": ["hunter2"], "callerid": {"hunter": "hunter2"}}}
    call.server.request("POST", "/didlogic/v1/sipaccounts", headers=headers, json=body)
    assert "hunter2" not in orjson.dumps(broken(call, "didlogic")).decode()
    assert "hunter2" not in str(call("GET", "/requests/1").json["contract"])


def test_violations_are_in_the_coverage() -> None:
    call = Caller(check_contracts=True)
    call.server.world().coverage.count(("violation", "idt", "get_orders", "body /orders", "is missing"))
    assert call("GET", "/coverage").json["providers"]["idt"]["violations"] == [
        {"operation": "get_orders", "place": "body /orders", "problem": "is missing", "times": 1}
    ]
