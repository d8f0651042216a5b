"""Sandboxes: made, listed, dropped, and reached by the credentials that the answer gives."""

from __future__ import annotations

from tests.control.caller import Caller


def test_sandbox_is_created_with_addresses_and_credentials(call: Caller) -> None:
    answer = call("POST", "/sandboxes", {"name": "t-1"})
    assert answer.status == 201
    providers = call.server.gateway.providers
    content = answer.json
    assert content["clock"].pop("now").endswith("Z")
    assert content == {
        "name": "t-1",
        "kept": True,
        "base_urls": {
            "didww": "http://127.0.0.1:8080/didww",
            "idt": "http://127.0.0.1:8080/idt",
            "didlogic": "http://127.0.0.1:8080/didlogic",
        },
        "credentials": {name: provider.credentials("t-1") for name, provider in providers.items()},
        "control": "http://127.0.0.1:8080/_mock/sandboxes/t-1",
        "clock": {"mode": "real", "rate": 1.0, "next_due": None},
        "journal": {"count": 0, "kept": 0},
    }


def test_credentials_of_a_created_sandbox_open_it(call: Caller) -> None:
    created = call("POST", "/sandboxes", {"name": "mine"}).json
    for name, provider in call.server.gateway.providers.items():
        call.server.request("GET", f"{provider.prefix}/nowhere", headers=created["credentials"][name])
    journal = call("GET", "/sandboxes/mine/requests").json
    assert [entry["provider"] for entry in journal["requests"]] == ["didww", "idt", "didlogic"]


def test_sandbox_gets_a_free_name_when_none_is_given(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "box-2"})
    assert [call("POST", "/sandboxes").json["name"] for _ in range(2)] == ["box-1", "box-3"]
    assert call("POST", "/sandboxes", {"name": None}).json["name"] == "box-4"


def test_sandbox_that_exists_is_kept_and_answered_with_200(call: Caller) -> None:
    call.server.gateway.sandboxes.open("used")
    assert call("GET", "/sandboxes/used").json["kept"] is False
    answer = call("POST", "/sandboxes", {"name": "used"})
    assert (answer.status, answer.json["kept"]) == (200, True)


def test_sandboxes_are_listed_with_the_default_one(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    listed = call("GET", "/sandboxes").json["sandboxes"]
    assert [(one["name"], one["kept"], one["control"]) for one in listed] == [
        ("default", True, "http://127.0.0.1:8080/_mock"),
        ("a", True, "http://127.0.0.1:8080/_mock/sandboxes/a"),
    ]


def test_sandbox_is_dropped_once(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    assert call("DELETE", "/sandboxes/a").json == {"dropped": "a"}
    again = call("DELETE", "/sandboxes/a")
    assert (again.status, again.json) == (
        422,
        {"error": "there is no sandbox 'a'", "known": ["default"]},
    )


def test_default_sandbox_is_made_anew_when_dropped(call: Caller) -> None:
    call("POST", "/world/balance", {"provider": "idt", "balance": "1"})
    assert call("DELETE", "/sandboxes/default").status == 200
    assert call("GET", "/ledger").json["idt"]["lines"] == []


def test_sandboxes_have_worlds_of_their_own(call: Caller) -> None:
    for name in ("a", "b"):
        call("POST", "/sandboxes", {"name": name})
    call("PUT", "/sandboxes/a/clock", {"mode": "frozen", "now": "2030-01-01T00:00:00Z"})
    call("POST", "/sandboxes/a/world/balance", {"provider": "idt", "balance": "7"})
    assert call("GET", "/sandboxes/b/clock").json["mode"] == "real"
    assert call("GET", "/sandboxes/b/ledger").json["idt"]["lines"] == []
    assert call("GET", "/ledger").json["idt"]["lines"] == []
    assert call("GET", "/sandboxes/default/clock").json == call("GET", "/clock").json


def test_unknown_sandbox_is_refused_with_the_nearest_name(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "checkout"})
    for path in ("/sandboxes/chekout", "/sandboxes/chekout/clock"):
        answer = call("GET", path)
        assert answer.status == 422
        assert answer.json == {
            "error": "there is no sandbox 'chekout'",
            "did_you_mean": "checkout",
            "known": ["default", "checkout"],
        }
    assert call.server.gateway.sandboxes.find("chekout") is None


def test_sandbox_names_are_checked(call: Caller) -> None:
    for name in ("", "a b", "ä", "x" * 65, "a/b", 7, ["a"], "a\n"):
        assert call("POST", "/sandboxes", {"name": name}).status == 422
    assert len(call.server.gateway.sandboxes) == 1


def test_no_more_sandboxes_than_allowed_are_kept() -> None:
    call = Caller(max_sandboxes=3)
    call.server.gateway.sandboxes.open("idle")
    assert call("POST", "/sandboxes", {"name": "a"}).status == 201
    assert call("POST", "/sandboxes", {"name": "b"}).status == 201  # the idle one made room
    assert call("GET", "/sandboxes/idle").status == 422
    full = call("POST", "/sandboxes", {"name": "c"})
    assert (full.status, full.json) == (
        409,
        {
            "error": "all 3 sandboxes are in use and were named through the control API; "
            "drop one or raise MOCKSERVER_MAX_SANDBOXES"
        },
    )


def test_default_sandbox_has_room_when_all_others_are_kept() -> None:
    call = Caller(max_sandboxes=1)
    call("DELETE", "/sandboxes/default")
    call.server.gateway.sandboxes.open("a", keep=True)
    assert call("GET", "/clock").status == 200


def test_looking_at_a_sandbox_is_not_use_of_it() -> None:
    call = Caller(max_sandboxes=3)
    for name in ("first", "second"):
        call.server.gateway.sandboxes.open(name)
    call("GET", "/sandboxes/first/clock")
    call("GET", "/sandboxes/first")
    call.server.gateway.sandboxes.open("third")
    assert [one["name"] for one in call("GET", "/sandboxes").json["sandboxes"]] == [
        "default",
        "second",
        "third",
    ]


def test_addresses_follow_the_caller() -> None:
    call = Caller()
    forwarded = call.raw(
        "POST", "/sandboxes", b"{}", {"x-forwarded-host": "mock.test", "x-forwarded-proto": "https"}
    )
    assert forwarded.json["base_urls"]["idt"] == "https://mock.test/idt"
    assert forwarded.json["control"] == "https://mock.test/_mock/sandboxes/box-1"
    other = call.raw("GET", "/sandboxes/box-1", b"", {"host": "server:9"})
    assert other.json["base_urls"]["idt"] == "http://server:9/idt"


def test_addresses_are_the_public_ones_when_set() -> None:
    call = Caller(public_url="https://mock.example.com/base/")
    assert call("POST", "/sandboxes").json["base_urls"]["idt"] == "https://mock.example.com/base/idt"
