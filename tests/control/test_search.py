"""Requests found, counted, waited for and exported; coverage of what was exercised."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx2
import pytest

from tests.control.caller import Caller
from tests.support import Server
from tests.support_http import running

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
ORDERS = "/idt/v1/dids/orders"
BODY = {"order_items": [{"did_group_id": 16847, "quantity": 1}], "colour": "red"}


def ask(call: Caller) -> None:
    """Four requests: a list, an order, an order refused, an order that a fault hits."""
    request = call.server.request
    request("GET", ORDERS + "?page_size=2", headers=IDT)
    request("POST", ORDERS, headers=IDT, json=BODY)
    request("POST", ORDERS, headers=IDT, json={})
    call("POST", "/faults", {"id": "down", "effect": {"cut": True}})
    request("POST", ORDERS, headers=IDT, json=BODY)
    call("DELETE", "/faults")


@pytest.mark.parametrize(
    ("match", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"provider": "idt"}, [1, 2, 3, 4]),
        ({"operation": "create_order"}, [2, 3, 4]),
        ({"method": "GET"}, [1]),
        ({"path": "/v1/dids/*"}, [1, 2, 3, 4]),
        ({"path": "/idt/v1/dids/order?"}, [1, 2, 3, 4]),
        ({"path": "/v1/dids"}, []),
        ({"status": 200}, [1, 2]),
        ({"status": "4xx"}, [3]),
        ({"status": 0}, [4]),
        ({"query": "page_size"}, [1]),
        ({"body": "16847"}, [2, 4]),
        ({"fault": "down"}, [4]),
        ({"fault": ""}, [1, 2, 3]),
        ({"after": 2}, [3, 4]),
        ({"operation": "create_order", "status": 200}, [2]),
        ({"limit": 2}, [3, 4]),
    ],
)
def test_requests_are_found_and_counted(call: Caller, match: Any, ids: list[int]) -> None:
    ask(call)
    found = call("POST", "/requests/find", match).json
    assert [one["id"] for one in found["requests"]] == ids
    assert call("POST", "/requests/count", match).json == {"count": found["total"]}
    assert found["total"] == (4 if "limit" in match else len(ids))


def test_near_misses_tell_what_differs(call: Caller) -> None:
    ask(call)
    found = call("POST", "/requests/find", {"operation": "create_order", "status": 503}).json
    assert found["requests"] == []
    assert [(near["request"]["id"], near["differs_in"]) for near in found["near"]] == [
        (4, "status"),
        (3, "status"),
        (2, "status"),
    ]


def test_found_requests_show_bodies_when_asked(call: Caller) -> None:
    ask(call)
    found = call("POST", "/requests/find", {"status": 422, "detail": True}).json["requests"]
    shown = call("GET", "/requests/3").json
    assert shown.pop("explanation")["field"] == "/order_items"
    assert shown.pop("contract") == [
        {
            "place": "header content-type",
            "problem": "is missing; it must be application/json",
            "fate": "ignored",
        },
        {"place": "body /order_items", "problem": "is missing", "fate": "rejected"},
    ]
    assert found == [shown]
    assert found[0]["request"]["body"] == "{}"


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "itd"},
        {"operation": "create_oder"},
        {"status": "4x"},
        {"status": 42},
        {"status": False},
        {"status": 200.0},
        {"after": -1},
        {"limit": 0},
        {"paht": "/"},
        {"detail": "yes"},
    ],
)
def test_bad_match_is_refused(call: Caller, body: Any) -> None:
    for verb in ("find", "count", "wait"):
        assert call("POST", f"/requests/{verb}", body).status == 422


@pytest.mark.parametrize("body", [{"timeout": "61s"}, {"timeout": 1}, {"count": 0}])
def test_bad_wait_is_refused(call: Caller, body: Any) -> None:
    assert call("POST", "/requests/wait", body).status == 422


def test_wait_ends_with_the_request_it_waits_for() -> None:
    server = Server()
    server.world()
    with running(server) as url, httpx2.Client(base_url=url) as client:

        def later() -> None:
            with httpx2.Client(base_url=url) as other:
                while client_waits.wait(10) and other.get(ORDERS, headers=IDT).status_code != 200:
                    pass

        client_waits = threading.Event()
        thread = threading.Thread(target=later)
        thread.start()
        client_waits.set()
        found = client.post("/_mock/requests/wait", json={"path": ORDERS, "timeout": "30s"}, timeout=40)
        thread.join()
    assert (found.status_code, found.json()["total"]) == (200, 1)


def test_wait_gives_up_after_its_time() -> None:
    server = Server()
    server.world()

    async def ask_in_process() -> httpx2.Response:
        transport = httpx2.ASGITransport(server.gateway)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.post("/_mock/requests/wait", json={"count": 2, "timeout": "50ms"})

    answer = asyncio.run(ask_in_process())
    assert answer.status_code == 408
    assert answer.json() == {"error": "0 of 2 requests came within 0.05s", "total": 0, "near": []}


def test_journal_is_exported_as_har(call: Caller) -> None:
    ask(call)
    log = call("GET", "/requests/har").json["log"]
    assert (log["version"], log["creator"]["name"], len(log["entries"])) == ("1.2", "mockserver", 4)
    listed, ordered, _, cut = log["entries"]
    assert listed["request"]["url"] == f"http://127.0.0.1:8080{ORDERS}?page_size=2"
    assert listed["request"]["queryString"] == [{"name": "page_size", "value": "2"}]
    assert {"name": "x-api-secret", "value": "***"} in listed["request"]["headers"]
    assert "demo-idt" not in str(log)
    assert ordered["request"]["postData"]["text"].startswith('{"order_items":')
    assert ordered["response"]["statusText"] == "OK"
    assert ordered["response"]["content"]["mimeType"] == "application/json"
    assert (cut["response"]["status"], cut["_fault"]) == (0, "down")


def test_coverage_counts_operations_errors_transitions_and_ignored_fields(call: Caller) -> None:
    call("DELETE", "/coverage")
    ask(call)
    call("POST", "/clock/advance", {"days": 1})
    report = call("GET", "/coverage").json
    idt = report["providers"]["idt"]
    assert idt["operations"]["exercised"] == {"create_order": 2, "get_orders": 1}
    assert idt["operations"]["covered"] == 2
    assert "get_countries" in idt["operations"]["untouched"]
    assert idt["operations"]["known"] == len(idt["operations"]["untouched"]) + 2 == 17
    assert idt["errors"]["exercised"] == {"1001": 1}
    assert idt["errors"]["known"] == 18
    assert idt["transitions"]["exercised"]["idt.orders Created -> Processing"] == 1
    assert "idt.cnam" in idt["transitions"]["untouched"]
    assert idt["ignored"] == {"create_order": {"colour": 1}}
    assert report["providers"]["didww"]["operations"]["exercised"] == {}


def test_coverage_is_kept_by_sandbox_and_for_all_that_ever_were(call: Caller) -> None:
    call("DELETE", "/coverage")
    call("POST", "/sandboxes", {"name": "a"})
    own = {"x-api-key": "sandbox-a", "x-api-secret": "secret-a"}
    call.server.request("GET", ORDERS, headers=own)
    call.server.request("GET", ORDERS, headers=IDT)
    call("POST", "/sandboxes/a/reset")
    one = call("GET", "/sandboxes/a/coverage").json["providers"]["idt"]["operations"]["exercised"]
    assert one == {"get_orders": 1}
    call("DELETE", "/sandboxes/a")
    whole = call("GET", "/coverage").json["providers"]["idt"]["operations"]["exercised"]
    assert whole == {"get_orders": 2}
    call("DELETE", "/coverage")
    assert call("GET", "/coverage").json["providers"]["idt"]["operations"]["covered"] == 0
