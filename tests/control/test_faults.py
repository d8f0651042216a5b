"""Faults over the control API, seen by a client of each provider."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.core.faults import Effect, Fault
from mockserver.core.messages import Response
from tests.control.caller import Caller
from tests.support import body_of, state_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDWW = {"api-key": "demo-didww-key"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}
READS = {
    "idt": ("/idt/v1/dids/coverage/countries", IDT),
    "didww": ("/didww/v3/countries", DIDWW),
    "didlogic": ("/didlogic/v1/balance", DIDLOGIC),
}
ORDER = {"order_items": [{"did_group_id": 16847, "quantity": 1}]}
UNHARMED = {
    "status": None,
    "error": None,
    "latency": None,
    "cut": False,
    "body": None,
    "commit_then_drop": False,
    "commit_then_status": None,
    "rival": None,
}


def read(call: Caller, provider: str) -> Response:
    path, headers = READS[provider]
    return call.server.request("GET", path, headers=headers)


def order(call: Caller) -> Response:
    return call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=ORDER)


def orders(call: Caller) -> int:
    response = call.server.request("GET", "/idt/v1/dids/orders", headers=IDT)
    return int(body_of(response)["meta"]["total"])


def test_fault_is_shown_as_it_was_made(call: Caller) -> None:
    made = call("POST", "/faults", {"effect": {"status": 503, "latency": "0.5s"}, "times": 2, "ttl": "1h"})
    assert made.status == 201
    assert made.json == {
        "id": "fault-1",
        "provider": None,
        "operation": None,
        "method": None,
        "path": None,
        "nth": None,
        "every": None,
        "times": 2,
        "probability": None,
        "until": "2026-03-01T13:00:00.000Z",
        "effect": {**UNHARMED, "status": 503, "latency": "0.5s"},
        "seen": 0,
        "hits": 0,
        "spent": False,
    }
    assert call("GET", "/faults/fault-1").json == made.json
    assert call("GET", "/faults").json == {"faults": [made.json]}


@pytest.mark.parametrize("provider", READS)
@pytest.mark.parametrize("status", [400, 403, 404, 418, 422, 429, 500, 502, 503, 504, 599])
def test_status_comes_in_the_providers_envelope(call: Caller, provider: str, status: int) -> None:
    call("POST", "/faults", {"provider": provider, "effect": {"status": status}})
    response = read(call, provider)
    assert response.status == status
    body = body_of(response)
    if provider == "didww":
        assert [error["status"] for error in body["errors"]] == [str(status)]
    elif provider == "idt":
        assert list(body) == ["status", "api_request_id", "errors"]
        assert body["status"] == status
        assert list(body["errors"][0]) == ["code", "title", "detail"]
    else:
        assert list(body) == ["error"]
    assert ("X-Mock-Fault", "fault-1") in response.headers


def test_every_error_of_a_provider_can_be_asked_for(call: Caller) -> None:
    for provider in call.server.gateway.providers.values():
        assert provider.errors()
        for error in provider.errors():
            call("DELETE", "/faults")
            made = call("POST", "/faults", {"provider": provider.name, "effect": {"error": error.code}})
            assert made.status == 201
            response = read(call, provider.name)
            assert response.status == error.status, error
            assert error.title.encode() in response.body


def test_error_of_idt_has_its_code_title_and_amounts(call: Caller) -> None:
    call("POST", "/faults", {"provider": "idt", "effect": {"error": "3001"}})
    balance = call.server.world().ledger("idt").balance
    body = body_of(order(call))
    detail = f"Insufficient Funds (cost: {balance + 1:.2f}, account balance: {balance:.2f})"
    entry = {"code": 3001, "title": "Insufficient Funds", "detail": detail, "source": "/"}
    assert body["errors"] == [entry]


def test_insufficient_balance_of_didww_is_worded_as_its_version_does(call: Caller) -> None:
    call("POST", "/faults", {"provider": "didww", "effect": {"error": "insufficient_balance"}})
    assert body_of(read(call, "didww"))["errors"][0]["meta"] == {
        "available_balance": "1000.0",
        "total_cost": "1001.0",
    }
    path, headers = READS["didww"]
    older = {**headers, "x-didww-api-version": "2022-05-10"}
    response = call.server.request("GET", path, headers=older)
    assert body_of(response)["errors"][0]["title"] == "Insufficient funds"


def test_fault_of_an_operation_leaves_the_others_alone(call: Caller) -> None:
    call("POST", "/faults", {"operation": "create_order", "effect": {"status": 500}})
    assert read(call, "idt").status == 200
    before = state_of(call.server.world())
    assert order(call).status == 500
    assert state_of(call.server.world()) == before
    assert call("GET", "/faults/fault-1").json["hits"] == 1


def test_committed_order_exists_though_the_client_saw_a_failure(call: Caller) -> None:
    before = orders(call)
    call(
        "POST",
        "/faults",
        {"operation": "create_order", "times": 1, "effect": {"commit_then_status": 504}},
    )
    assert order(call).status == 504
    assert orders(call) == before + 1
    assert call("GET", "/faults/fault-1").json["spent"] is True
    assert order(call).status == 200


def test_committed_refusal_changes_nothing(call: Caller) -> None:
    call("POST", "/faults", {"operation": "create_order", "effect": {"commit_then_status": 504}})
    before = state_of(call.server.world())
    refused = call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json={})
    assert refused.status == 504
    assert state_of(call.server.world()) == before


def test_cut_request_has_no_answer_and_did_nothing(call: Caller) -> None:
    call("POST", "/faults", {"operation": "create_order", "effect": {"cut": True}})
    before = state_of(call.server.world())
    assert (order(call).status, order(call).body) == (0, b"")
    assert state_of(call.server.world()) == before


def test_malformed_body_cannot_be_parsed(call: Caller) -> None:
    call("POST", "/faults", {"effect": {"body": "malformed"}})
    for provider in READS:
        response = read(call, provider)
        assert response.status == 200
        with pytest.raises(ValueError):
            body_of(response)


def test_faulty_answers_are_marked_in_the_journal(call: Caller) -> None:
    call("POST", "/faults", {"id": "flaky", "every": 2, "effect": {"status": 502}})
    read(call, "idt")
    read(call, "idt")
    listed = call("GET", "/requests").json["requests"]
    assert [(one["status"], one["fault"], one["operation"]) for one in listed] == [
        (200, "", "get_countries"),
        (502, "flaky", "get_countries"),
    ]


def test_outage_hits_everything_of_a_provider_until_it_is_over(call: Caller) -> None:
    call("POST", "/faults", {"effect": {"body": "malformed"}})
    made = call("POST", "/world/outages", {"provider": "idt", "length": "10m"})
    assert (made.status, made.json["id"]) == (201, "outage-idt")
    assert read(call, "idt").status == 503
    assert read(call, "didww").status == 200
    call("POST", "/clock/advance", {"minutes": 11})
    assert call("GET", "/faults/outage-idt").json["spent"] is True
    assert read(call, "idt").status == 200
    call("POST", "/world/outages", {"provider": "idt", "status": None})
    assert read(call, "idt").status == 0
    call("DELETE", "/faults/outage-idt")
    assert read(call, "idt").status == 200


def test_rival_takes_the_last_number_between_search_and_order(call: Caller) -> None:
    call("POST", "/world/rivals", {"provider": "idt", "takes": "16847", "leave": 1})
    browse = "/idt/v1/dids/coverage/did_groups/16847/browse_numbers"
    found = body_of(call.server.request("GET", browse, headers=IDT))["numbers"]
    assert len(found) == 1
    body = {"order_items": [{"did_group_id": 16847, "did_skus": [found[0]["sku"]]}]}
    call(
        "POST",
        "/faults",
        {"provider": "idt", "operation": "create_order", "times": 1, "effect": {"rival": "16847"}},
    )
    refused = call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=body)
    assert (refused.status, body_of(refused)["errors"][0]["code"]) == (422, 1002)
    assert body_of(call.server.request("GET", browse, headers=IDT))["numbers"] == []


def test_rival_takes_one_number(call: Caller) -> None:
    search = "/didlogic/v2/numbers/search?country_name_contains=United&per_page=1"
    found = body_of(call.server.request("GET", search, headers=DIDLOGIC))["dids"]["dids"]
    number = found[0]["number"]
    taken = call("POST", "/world/rivals", {"provider": "didlogic", "takes": number})
    assert taken.json == {"provider": "didlogic", "taken": [number]}
    assert call("POST", "/world/rivals", {"provider": "didlogic", "takes": number}).json["taken"] == []
    bought = call.server.request(
        "POST", "/didlogic/v2/numbers/purchase", headers=DIDLOGIC, json={"did_numbers": [number]}
    )
    assert list(body_of(bought)["purchase"]["errors"]) == [number]


def test_faults_are_replaced_removed_and_forgotten_at_reset(call: Caller) -> None:
    assert call("PUT", "/faults/one", {"effect": {"status": 500}}).status == 201
    assert call("PUT", "/faults/one", {"effect": {"cut": True}}).status == 200
    call("POST", "/faults", {"effect": {"status": 500}})
    assert [one["id"] for one in call("GET", "/faults").json["faults"]] == ["one", "fault-2"]
    assert call("DELETE", "/faults/one").json == {"removed": 1}
    assert call("DELETE", "/faults").json == {"removed": 1}
    call("POST", "/faults", {"effect": {"status": 500}})
    call("POST", "/reset")
    assert call("GET", "/faults").json == {"faults": []}


def test_faults_of_a_sandbox_leave_the_others_alone(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    call("POST", "/sandboxes/a/faults", {"effect": {"status": 500}})
    assert read(call, "idt").status == 200
    own = {"x-api-key": "sandbox-a", "x-api-secret": "secret-a"}
    assert call.server.request("GET", READS["idt"][0], headers=own).status == 500


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({}, {}),
        ({"effect": {}}, {}),
        ({"effect": {"status": 200}}, {}),
        ({"effect": {"status": "500"}}, {}),
        ({"effect": {"status": 500, "cut": True}}, {}),
        ({"effect": {"latency": "6m"}}, {}),
        ({"effect": {"latency": 5}}, {}),
        ({"effect": {"body": "empty"}}, {}),
        ({"effect": {"stauts": 500}}, {}),
        ({"effect": {"error": "3001"}}, {"known": ["didww", "idt", "didlogic"]}),
        ({"effect": {"error": "3011"}, "provider": "idt"}, {"did_you_mean": "3001"}),
        ({"effect": {"rival": "16847"}}, {"known": ["didww", "idt", "didlogic"]}),
        ({"effect": {"rival": "1"}, "provider": "idt"}, {}),
        ({"effect": {"status": 500}, "provider": "itd"}, {"did_you_mean": "idt"}),
        ({"effect": {"status": 500}, "operation": "create_oder"}, {"did_you_mean": "create_order"}),
        ({"effect": {"status": 500}, "provider": "didww", "operation": "create_order"}, {}),
        ({"effect": {"status": 500}, "operations": "create_order"}, {"did_you_mean": "operation"}),
        ({"effect": {"status": 500}, "method": "post"}, {}),
        ({"effect": {"status": 500}, "path": ""}, {}),
        ({"effect": {"status": 500}, "nth": 0}, {}),
        ({"effect": {"status": 500}, "every": 1.5}, {}),
        ({"effect": {"status": 500}, "times": -1}, {}),
        ({"effect": {"status": 500}, "probability": 0}, {}),
        ({"effect": {"status": 500}, "probability": 1.1}, {}),
        ({"effect": {"status": 500}, "ttl": "long"}, {}),
        ({"effect": {"status": 500}, "id": "a/b"}, {}),
    ],
)
def test_bad_fault_is_refused_and_harms_nobody(call: Caller, body: Any, hint: dict[str, Any]) -> None:
    answer = call("POST", "/faults", body)
    assert answer.status == 422
    assert answer.json["error"]
    assert hint.items() <= answer.json.items()
    assert call("GET", "/faults").json == {"faults": []}
    assert read(call, "idt").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/faults/none", None, 422),
        ("DELETE", "/faults/none", None, 422),
        ("PUT", "/faults/one", {"id": "two", "effect": {"status": 500}}, 422),
        ("POST", "/faults", {"id": "there", "effect": {"status": 500}}, 409),
        ("POST", "/world/outages", {"provider": "all"}, 422),
        ("POST", "/world/outages", {"provider": "idt", "status": 200}, 422),
        ("POST", "/world/rivals", {"provider": "idt", "takes": "all"}, 422),
        ("POST", "/world/rivals", {"provider": "idt", "takes": "16847", "leave": -1}, 422),
    ],
)
def test_fault_call_is_refused(call: Caller, method: str, path: str, body: Any, status: int) -> None:
    call("PUT", "/faults/there", {"provider": "didww", "effect": {"status": 500}})
    before, state = call("GET", "/faults").json, state_of(call.server.world())
    assert call(method, path, body).status == status
    assert call("GET", "/faults").json == before
    assert state_of(call.server.world()) == state


def test_faults_are_bounded(call: Caller) -> None:
    for number in range(1000):
        call.server.world().faults.put(Fault(str(number), Effect(status=500), provider="didww"))
    assert call("POST", "/faults", {"effect": {"status": 500}}).status == 409
    assert call("PUT", "/faults/7", {"effect": {"status": 500}}).status == 200
