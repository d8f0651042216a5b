"""Credentials, limits, routing and what the server itself finds wrong: all in the provider's envelope."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mockserver.core.limits import Limit
from tests.idt.support import HEADERS, REQUEST_ID, Idt, contract, error, errors_of, text
from tests.support import NOON, Server, body_of

COUNTRIES = "/idt/v1/dids/coverage/countries"
SUGGESTED = contract("errors.json")["suggested_bodies"]
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def answer(idt: Idt, method: str, target: str, **request: object) -> str:
    """The whole body of a refusal with the contract's placeholder as its request id."""
    body = body_of(idt.call(method, target, **request))
    assert UUID4.fullmatch(body["api_request_id"])
    body["api_request_id"] = REQUEST_ID
    return text(body)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": "demo-idt-key"},
        {"x-api-secret": "demo-idt-secret"},
        {"x-api-key": "demo-idt-key", "x-api-secret": "secret-default"},
        {"x-api-key": "demo-idt-key", "x-api-secret": "secret-a"},
        {"x-api-key": "sandbox-a", "x-api-secret": "demo-idt-secret"},
        {"x-api-key": "sandbox-a", "x-api-secret": "secret-b"},
        {"x-api-key": "sandbox-a b", "x-api-secret": "secret-a b"},
        {"x-api-key": "sandbox-", "x-api-secret": "secret-"},
        {"x-api-key": "DEMO-IDT-KEY", "x-api-secret": "demo-idt-secret"},
        {"x-api-key": "", "x-api-secret": ""},
    ],
)
def test_wrong_credentials_are_refused_before_anything_else(idt: Idt, headers: dict[str, str]) -> None:
    for method, path, body in (
        ("GET", COUNTRIES, b""),
        ("PATCH", "/idt/nothing", b"{"),
        ("GET", "/idt", b""),
    ):
        response = idt.server.request(method, path, headers=headers, body=body)
        assert (response.status, errors_of(response)) == (403, [error(2000, "Access denied")])


def test_access_denied_is_the_contract_body(idt: Idt) -> None:
    shown = answer(idt, "GET", "/coverage/countries", headers={"x-api-secret": "wrong"})
    assert shown == text(SUGGESTED["access_denied"]["body"])


def test_key_and_secret_open_the_sandbox_of_their_name(make_server: Callable[..., Server]) -> None:
    server = make_server()
    headers = {"x-api-key": "sandbox-blue.1", "x-api-secret": "secret-blue.1"}
    server.world("blue.1")
    order = {"order_items": [{"did_group_id": 16847, "quantity": 1}]}
    assert server.request("POST", "/idt/v1/dids/orders", headers=headers, json=order).status == 200
    mine = server.request("GET", "/idt/v1/dids/orders", headers=headers)
    default = server.request("GET", "/idt/v1/dids/orders", headers=HEADERS)
    assert (body_of(mine)["meta"]["total"], body_of(default)["meta"]["total"]) == (5, 4)
    provider = server.gateway.providers["idt"]
    assert provider.credentials("blue.1") == headers
    assert provider.credentials("default") == HEADERS


def test_sandbox_default_is_no_way_around_the_demo_secret(idt: Idt) -> None:
    headers = {"x-api-key": "sandbox-default", "x-api-secret": "secret-default"}
    assert idt.server.request("GET", COUNTRIES, headers=headers).status == 403


def test_credentials_are_settings(make_server: Callable[..., Server]) -> None:
    server = make_server(idt_key="mine", idt_secret="hush")
    own = {"x-api-key": "mine", "x-api-secret": "hush"}
    assert server.request("GET", COUNTRIES, headers=own).status == 200
    assert server.request("GET", COUNTRIES, headers=HEADERS).status == 403


@pytest.mark.parametrize("host", ["api.idtexpress.com", "sandbox-api.idtexpress.com"])
def test_own_hosts_need_no_prefix(idt: Idt, host: str) -> None:
    headers = {**HEADERS, "host": host}
    assert idt.server.request("GET", "/v1/dids/coverage/countries", headers=headers).status == 200


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/coverage"),
        ("PUT", "/orders"),
        ("DELETE", "/orders/9c2-2e2-4b6f"),
        ("GET", "/numbers/17078675309"),
        ("POST", "/set_trunk_group"),
        ("OPTIONS", "/orders"),
        ("GET", "/Coverage/countries"),
        ("GET", "/coverage/countries/US/regions/US-AK"),
    ],
)
def test_unknown_path_and_wrong_method_are_not_found(idt: Idt, method: str, target: str) -> None:
    response = idt.call(method, target)
    assert (response.status, errors_of(response)) == (404, [error(1003, "Resource not found")])
    assert answer(idt, method, target) == text(SUGGESTED["endpoint_not_found"]["body"])


def test_every_documented_operation_is_routed(idt: Idt) -> None:
    documented = {
        name: (operation["method"], operation["path"])
        for name, operation in contract("operations.json")["operations"].items()
    }
    routes = idt.server.gateway.providers["idt"].routes()
    assert {route.operation: (route.method, route.path) for route in routes} == documented
    assert all(route.implemented for route in routes)


def test_throttling_answers_429_and_ends_with_the_window(idt: Idt) -> None:
    idt.world.set_limit("idt", Limit(2, 1.0))
    assert [idt.call("GET", "/orders").status for _ in range(3)] == [200, 200, 429]
    assert answer(idt, "GET", "/orders") == text(SUGGESTED["throttled"]["body"])
    idt.pass_time(1)
    assert idt.call("GET", "/orders").status == 200


def test_quota_counts_requests_and_not_those_refused(idt: Idt) -> None:
    idt.world.options["idt"]["quota"] = 3
    assert [idt.call("GET", path).status for path in ("/orders", "/nothing", "/numbers", "/orders")] == [
        200,
        404,
        200,
        429,
    ]
    assert answer(idt, "GET", "/orders") == text(SUGGESTED["quota"]["body"])
    assert idt.world.options["idt"]["quota_used"] == 3
    idt.world.options["idt"]["quota"] = 4
    assert idt.call("GET", "/orders").status == 200


def test_throttling_is_checked_before_the_quota(idt: Idt) -> None:
    idt.world.options["idt"]["quota"] = 1
    idt.world.set_limit("idt", Limit(1, 60.0))
    assert idt.call("GET", "/orders").status == 200
    assert errors_of(idt.call("GET", "/orders")) == [error(2002, "Request limit exceeded")]


def test_request_over_the_quota_is_not_counted_for_throttling(idt: Idt) -> None:
    idt.world.options["idt"]["quota"] = 0
    idt.world.set_limit("idt", Limit(1, 60.0))
    for _ in range(3):
        assert errors_of(idt.call("GET", "/orders")) == [error(2001, "Quota exceeded")]
    idt.world.options["idt"]["quota"] = None
    assert idt.call("GET", "/orders").status == 200


def test_limits_are_off_by_default(idt: Idt) -> None:
    assert {idt.call("GET", "/coverage/countries/PL/regions").status for _ in range(200)} == {200}


def test_body_over_the_limit_is_413_for_the_account_and_403_for_strangers(idt: Idt) -> None:
    for headers, status, expected in (
        (HEADERS, 413, error(1000, "Request body is too large")),
        ({}, 403, error(2000, "Access denied")),
    ):
        response = idt.server.gateway.handle("POST", "/idt/v1/dids/orders", "", dict(headers), None)
        assert (response.status, errors_of(response)) == (status, [expected])


def test_crash_is_500_in_the_envelope_and_changes_nothing(idt: Idt, caplog: pytest.LogCaptureFixture) -> None:
    before = idt.state()
    idt.world.options["idt"] = {}  # what the code relies on is gone
    response = idt.call("GET", "/coverage/countries")
    assert (response.status, errors_of(response)) == (500, [error(1000, "Internal server error")])
    assert "Traceback" not in response.body.decode()
    assert caplog.records[0].exc_info is not None
    assert idt.state() == before


def test_server_without_room_is_503_in_the_envelope(make_server: Callable[..., Server]) -> None:
    server = make_server(max_sandboxes=1)
    server.world()
    headers = {"x-api-key": "sandbox-a", "x-api-secret": "secret-a"}
    response = server.request("GET", COUNTRIES, headers=headers)
    assert (response.status, errors_of(response)) == (503, [error(1000, "Service unavailable")])


def test_request_ids_differ(idt: Idt) -> None:
    ids = {body_of(idt.call("GET", "/x"))["api_request_id"] for _ in range(5)}
    ids |= {body_of(idt.server.request("GET", "/idt/x"))["api_request_id"] for _ in range(5)}
    assert len(ids) == 10


def test_refusals_of_strangers_do_not_disturb_the_ids_of_an_account(
    make_server: Callable[..., Server],
) -> None:
    def first_order(strangers: int) -> bytes:
        server = make_server()
        server.world().clock.set(mode="frozen", now=NOON)
        for _ in range(strangers):
            server.request("GET", COUNTRIES)
        return (
            Idt(server)
            .call("POST", "/orders", json={"order_items": [{"did_group_id": 16847, "quantity": 1}]})
            .body
        )

    assert first_order(0) == first_order(3)


def test_example_line_names_what_opens_the_default_sandbox(idt: Idt) -> None:
    line = idt.server.gateway.providers["idt"].example("http://127.0.0.1:8080/idt")
    assert line.startswith("curl -H 'x-api-key: demo-idt-key' -H 'x-api-secret: demo-idt-secret'")
    assert line.endswith(" http://127.0.0.1:8080/idt/v1/dids/orders")
