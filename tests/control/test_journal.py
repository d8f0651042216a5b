"""The journal over the control API."""

from __future__ import annotations

import pytest

from tests.control.caller import Caller


def _ask(call: Caller, target: str, provider: str = "idt") -> int:
    headers = call.server.gateway.providers[provider].credentials("default")
    return call.server.request("GET", target, headers=headers).status


def test_requests_are_listed_with_the_newest_last(call: Caller) -> None:
    status = _ask(call, "/idt/first?x=1")
    _ask(call, "/didww/second", "didww")
    content = call("GET", "/requests").json
    assert content["total"] == 2
    first, second = content["requests"]
    assert first.pop("ms") >= 0
    assert first.pop("evidence") is not None
    assert first == {
        "id": 1,
        "at": "2026-03-01T12:00:00.000Z",
        "provider": "idt",
        "operation": "",
        "method": "GET",
        "path": "/idt/first",
        "query": "x=1",
        "status": status,
        "fault": "",
    }
    assert (second["id"], second["path"]) == (2, "/didww/second")


def test_requests_are_chosen_by_provider_status_and_number(call: Caller) -> None:
    status = _ask(call, "/idt/one")
    for number in range(3):
        _ask(call, f"/didww/{number}", "didww")
    assert [one["path"] for one in call("GET", "/requests?provider=didww&limit=2").json["requests"]] == [
        "/didww/1",
        "/didww/2",
    ]
    assert call("GET", "/requests?provider=didww&limit=2").json["total"] == 3
    assert call("GET", f"/requests?provider=idt&status={status}").json["total"] == 1
    assert call("GET", f"/requests?status={str(status)[0]}xx&provider=idt").json["total"] == 1
    assert call("GET", "/requests?status=2XX").json["total"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1e3",
        "limit=10001",
        "limit=",
        "limit=%D9%A1",
        "limit=1&limit=2",
        "status=4",
        "status=4xxx",
        "status=600",
        "status=abc",
        "status=",
        "provider=x",
        "provider=",
        "page=1",
        "&".join(f"a{number}=1" for number in range(200)),
    ],
)
def test_requests_refuse_a_query_that_means_nothing(call: Caller, query: str) -> None:
    assert call("GET", f"/requests?{query}").status == 422


def test_request_is_shown_with_headers_and_bodies(call: Caller) -> None:
    headers = call.server.gateway.providers["idt"].credentials("default")
    answer = call.server.request("POST", "/idt/nowhere", headers=headers, body="hällo")
    shown = call("GET", "/requests/1").json
    assert shown["request"]["body"] == "hällo"
    assert (shown["request"]["size"], shown["request"]["cut"]) == (6, False)
    assert shown["answer"]["body"] == answer.body.decode()
    sent = dict(shown["request"]["headers"])
    assert {sent[name.lower()] for name in headers} == {"***"}


def test_long_body_is_shown_cut(call: Caller) -> None:
    headers = call.server.gateway.providers["idt"].credentials("default")
    call.server.request("POST", "/idt/nowhere", headers=headers, body=b"\xff" * 100_000)
    shown = call("GET", "/requests/1").json["request"]
    assert (shown["size"], shown["cut"], len(shown["body"])) == (100_000, True, 32_768)


def test_request_that_is_not_kept_is_refused_with_those_that_are(call: Caller) -> None:
    missing = "there is no request {!r} in the journal; {} kept"
    assert call("GET", "/requests/1").json == {"error": missing.format("1", "none is")}
    _ask(call, "/idt/x")
    for name in ("2", "0", "01", "x", "-1", "9" * 5000):
        answer = call("GET", f"/requests/{name}")
        assert (answer.status, answer.json) == (422, {"error": missing.format(name[:40], "1 to 1 are")})


def test_journal_is_cleared(call: Caller) -> None:
    _ask(call, "/idt/x")
    assert call("DELETE", "/requests").json == {"cleared": 1}
    assert call("GET", "/requests").json == {"requests": [], "total": 0}


def test_control_calls_are_not_journalled(call: Caller) -> None:
    for _ in range(3):
        call("GET", "/clock")
        call("POST", "/nowhere")
    assert call("GET", "/requests").json["total"] == 0
