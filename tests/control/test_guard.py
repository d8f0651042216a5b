"""Who may use the control API."""

from __future__ import annotations

import pytest

from tests.control.caller import Caller, drive


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost:8080",
        "LOCALHOST",
        "[::1]:8080",
        "192.168.1.7",
        "mockserver:8080",
        "host.docker.internal:8080",
        "mock.test",
        "api.didww.com",
        "mock.ours.net:8080",
    ],
)
def test_control_api_answers_under_addresses_and_known_names(host: str) -> None:
    server = Caller(control_hosts="mock.ours.net, other.net").server
    assert drive(server, "GET", "/_mock/clock", "", b"", {"host": host}).status == 200


@pytest.mark.parametrize("host", ["evil.com", "evil.com:8080", "127.0.0.1.evil.com", "localhost.evil.com"])
def test_control_api_does_not_answer_under_names_of_others(call: Caller, host: str) -> None:
    answer = drive(call.server, "POST", "/_mock/reset", "", b"", {"host": host})
    assert (answer.status, answer.json) == (
        403,
        {
            "error": f"the control API does not answer under the name {host.partition(':')[0]!r}",
            "hint": "use an address such as 127.0.0.1, or name it with MOCKSERVER_CONTROL_HOSTS",
        },
    )


def test_browser_that_says_the_page_is_from_elsewhere_is_refused(call: Caller) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert drive(call.server, "GET", "/_mock/clock", "", b"", headers).status == 403
    headers = {"sec-fetch-site": "same-origin"}
    assert drive(call.server, "GET", "/_mock/clock", "", b"", headers).status == 200


def test_provider_answers_under_any_name(call: Caller) -> None:
    answer = drive(
        call.server,
        "GET",
        "/idt/v1/dids/orders",
        "",
        b"",
        {"host": "evil.com", "x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"},
    )
    assert answer.status == 200


def test_admin_token_is_asked_for_and_never_shown() -> None:
    server = Caller(admin_token="a-long-token").server
    refused = drive(server, "GET", "/_mock/clock", "", b"", {})
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json == {
        "error": "the control API needs the server's admin token",
        "hint": "send it as `Authorization: Bearer TOKEN` or in X-Mock-Token",
    }
    wrong = {"authorization": "Bearer a-long-tokem"}
    assert drive(server, "GET", "/_mock/clock", "", b"", wrong).status == 401
    for headers in ({"authorization": "bearer a-long-token"}, {"x-mock-token": "a-long-token"}):
        assert drive(server, "GET", "/_mock/clock", "", b"", headers).status == 200
    for path in ("/_mock/ready", "/_mock/health"):
        assert drive(server, "GET", path, "", b"", {}).status == 200
    for path in ("/_mock/readyx", "/_mock", "/_mock/sandboxes/ready/clock"):
        assert drive(server, "GET", path, "", b"", {}).status == 401
