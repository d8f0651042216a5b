"""What holds for every control call: unknown names, wrong methods, bad bodies, other sites, the document."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.control.operations import OPERATIONS
from tests.control.caller import Caller, drive
from tests.support import state_of

PATHS = sorted({operation.path for operation in OPERATIONS})
WITH_BODY = [operation for operation in OPERATIONS if operation.body]


def test_index_lists_what_there_is(call: Caller) -> None:
    for path in ("", "/"):
        content = call("GET", path).json
        assert content["server"] == "mockserver"
        assert "POST /_mock/clock/advance" in content["routes"]
        assert content["openapi"] == "http://127.0.0.1:8080/_mock/openapi.json"


def test_health_ready_and_version_answer(call: Caller) -> None:
    assert call("GET", "/health").json == {"status": "ok"}
    assert call("GET", "/ready").json == {"ready": True}
    assert call("GET", "/version").json == {"server": "mockserver", "version": "0.1.0"}


def test_answers_are_json_that_nobody_stores(call: Caller) -> None:
    headers = call("GET", "/health").headers
    assert (headers["content-type"], headers["cache-control"]) == ("application/json", "no-store")
    assert headers["content-length"] == str(len(call("GET", "/health").content))


def test_routes_list_providers_and_control(call: Caller) -> None:
    content = call("GET", "/routes").json
    for name, provider in call.server.gateway.providers.items():
        listed = content["providers"][name]
        assert listed["title"] == provider.title
        assert [row["operation"] for row in listed["operations"]] == [
            route.operation for route in provider.routes()
        ]
        assert all(row["path"].startswith(provider.prefix + "/") for row in listed["operations"])
    assert {
        "operation": "advance_clock",
        "method": "POST",
        "path": "/_mock/clock/advance",
        "summary": "Move the clock forward and run what falls due",
        "scope": "sandbox",
    } in content["control"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/clok", "/_mock/clock"),
        ("/clock/advnace", "/_mock/clock/advance"),
        ("/sandboxes/default/ledgr", "/_mock/sandboxes/default/ledger"),
        ("/%63lok", "/_mock/clock"),
    ],
)
def test_unknown_path_is_refused_with_the_nearest(call: Caller, path: str, meant: str) -> None:
    answer = call("GET", path)
    assert (answer.status, answer.json["did_you_mean"]) == (422, meant)
    assert "/_mock/limits" in answer.json["known"]


def test_unknown_path_is_refused_without_a_guess_when_none_is_near(call: Caller) -> None:
    for path in (
        "/zzzzzzzz",
        "/sandboxes/default/zzzzzzzzz",
        "/" + "a" * 50_000,
        "/" + "/".join("a" * 20_000),
    ):
        answer = call("GET", path)
        assert answer.status == 422
        assert "did_you_mean" not in answer.json
        assert len(answer.content) < 3000


def test_operations_of_the_server_are_not_served_under_a_sandbox(call: Caller) -> None:
    assert call("GET", "/sandboxes/default/health").status == 422


@pytest.mark.parametrize("path", PATHS)
def test_wrong_method_is_refused_with_those_allowed(call: Caller, path: str) -> None:
    methods = sorted({operation.method for operation in OPERATIONS if operation.path == path})
    for method in {"PATCH", "OPTIONS", "FOO"}.difference(methods):
        answer = call(method, path)
        assert (answer.status, answer.json["allowed"]) == (405, methods)
        assert answer.headers["allow"] == ", ".join(methods)


def test_head_answers_like_get_without_the_body(call: Caller) -> None:
    assert drive(call.server, "HEAD", "/_mock/clock", "", b"", {}).status == 200


BAD_BODIES: list[tuple[bytes, int]] = [
    (b"{", 400),
    (b'{"a": 1,}', 400),
    (b"\xff\xfe{}", 400),
    (b'{"a": "\xff"}', 400),
    (b"a=1", 400),
    (b"[" * 200_000, 400),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
    (b"[]", 422),
    (b"null", 422),
    (b"3", 422),
    (b'"x"', 422),
    (b'{"no_such_field": 1}', 422),
    (b'{"\\ud800": 1}', 422),
    (b'{"no_such_field": "\\ud800"}', 422),
    (b'{"": 1}', 422),
]


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_bad_body_is_refused_and_changes_nothing(call: Caller, operation: Any) -> None:
    world = call.server.world()
    before, clock = state_of(world), call("GET", "/clock").json
    for body, status in BAD_BODIES:
        answer = call.raw(operation.method, operation.path, body)
        assert (answer.status, body[:40]) == (status, body[:40])
        assert answer.json["error"]
    assert state_of(world) == before
    assert call("GET", "/clock").json == clock
    assert len(call.server.gateway.sandboxes) == 1


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_body_over_its_limit_is_refused(call: Caller, operation: Any) -> None:
    answer = call.raw(operation.method, operation.path, b" " * (operation.most_body + 1))
    error = f"this body may have at most {operation.most_body} bytes"
    assert (answer.status, answer.json) == (413, {"error": error})


def test_body_of_just_a_mebibyte_is_read(call: Caller) -> None:
    body = b'{"mode": "frozen"}'
    assert call.raw("PUT", "/clock", body.ljust(1 << 20)).status == 200


def test_many_bad_fields_are_not_all_listed(call: Caller) -> None:
    answer = call("PUT", "/clock", {f"field{number}": 1 for number in range(50_000)})
    assert (answer.status, len(answer.json["fields"])) == (422, 20)


def test_query_parameter_that_does_not_exist_is_refused(call: Caller) -> None:
    answer = call("GET", "/requests?limt=3")
    assert answer.json == {
        "error": "there is no query parameter 'limt'",
        "did_you_mean": "limit",
        "known": ["limit", "provider", "status", "contract"],
    }
    assert call("GET", "/clock?limit=3").json["known"] == []


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "http://127.0.0.1:3000", "https://127.0.0.1", ""]
)
def test_web_page_of_another_site_is_refused(call: Caller, origin: str) -> None:
    for method, path in (("POST", "/reset"), ("GET", "/sandboxes")):
        answer = drive(call.server, method, "/_mock" + path, "", b"{}", {"origin": origin})
        assert (answer.status, answer.json) == (
            403,
            {"error": "the control API does not answer web pages of other sites"},
        )


def test_web_page_of_the_server_itself_is_served() -> None:
    call = Caller()
    assert call.raw("POST", "/reset", b"", {"origin": "http://127.0.0.1:8080"}).status == 200
    assert call.raw("POST", "/reset", b"", {"host": "Mock:1", "origin": "https://mock:1"}).status == 200
    public = Caller(public_url="https://mock.example.com/x")
    assert public.raw("POST", "/reset", b"", {"origin": "https://mock.example.com"}).status == 200


def test_document_describes_every_operation(call: Caller) -> None:
    document = call("GET", "/openapi.json").json
    assert document["openapi"] == "3.1.0"
    described = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in described]
    assert len(names) == len(set(names))
    assert {operation.name for operation in OPERATIONS} <= set(names)
    for operation in described:
        assert operation["summary"]
        assert {"403", "405", "422", "500"} < set(operation["responses"])
        for response in operation["responses"].values():
            assert response["description"]
            model = response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert model in document["components"]["schemas"]


def test_two_servers_answer_alike() -> None:
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/sandboxes", {"name": "box-1"}),
        ("PUT", "/sandboxes/box-1/clock", {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}),
        ("POST", "/sandboxes/box-1/world/balance", {"provider": "didww", "balance": "3.1"}),
        ("POST", "/sandboxes/box-1/clock/advance", {"days": 40}),
        ("GET", "/sandboxes/box-1/ledger", None),
        ("GET", "/openapi.json", None),
    ]
    one, other = Caller(), Caller()
    for call in (one, other):
        call.server.world("box-1")
    for method, path, body in calls:
        assert one(method, path, body).content == other(method, path, body).content


def test_answers_hold_no_half_of_a_character(call: Caller) -> None:
    answer = call.raw("POST", "/world/didlogic/top_up", b'{"\\ud800": 1, "amount": "x"}')
    assert answer.status == 422
    assert answer.json["fields"]["?"] == "there is no such field"


def test_text_that_cannot_be_sent_is_refused(call: Caller) -> None:
    answer = call.raw("POST", "/world/didlogic/adjustment", b'{"amount": "1", "comment": "\\ud800"}')
    assert (answer.status, list(answer.json["fields"])) == (422, ["comment"])
    assert call("GET", "/state").status == 200
