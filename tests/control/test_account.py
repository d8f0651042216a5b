"""Reset, limits and money over the control API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.control.caller import Caller
from tests.control.jobs import Bill, Broken
from tests.support import NOON, state_of


def test_reset_puts_everything_back(call: Caller) -> None:
    world = call.server.world()
    fresh = state_of(world)
    limits = call("GET", "/limits").json
    call("POST", "/world/balance", {"provider": "idt", "balance": "1"})
    call("PUT", "/limits", {"idt": {"requests": 1, "seconds": 1}})
    world.at(NOON + timedelta(days=1), Bill("x"))
    world.commit()
    call.server.request("GET", "/idt/nowhere")
    answer = call("POST", "/reset")
    assert answer.status == 200
    assert answer.json["clock"].pop("now")
    assert answer.json | {"clock": None} == {"sandbox": "default", "to": "seed", "clock": None}
    assert state_of(world) == fresh
    assert call("GET", "/limits").json == limits
    assert call("GET", "/requests").json == {"requests": [], "total": 0}
    assert call("GET", "/clock").json["mode"] == "real"


def test_reset_touches_one_sandbox_only(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    for place in ("", "/sandboxes/a"):
        call("POST", place + "/world/balance", {"provider": "idt", "balance": "1"})
    call("POST", "/sandboxes/a/reset", {"to": "seed"})
    assert call("GET", "/sandboxes/a/ledger").json["idt"]["lines"] == []
    assert len(call("GET", "/ledger").json["idt"]["lines"]) == 1


@pytest.mark.parametrize("to", ["seeds", "snapshot", "snapshot:", "snapshot:a/b", None, 1])
def test_reset_is_refused_when_it_leads_nowhere(call: Caller, to: Any) -> None:
    call("POST", "/world/balance", {"provider": "idt", "balance": "1"})
    answer = call("POST", "/reset", {"to": to})
    assert (answer.status, list(answer.json["fields"])) == (422, ["to"])
    assert len(call("GET", "/ledger").json["idt"]["lines"]) == 1


def test_limits_are_set_lifted_and_left_alone(call: Caller) -> None:
    before = call("GET", "/limits").json
    assert sorted(before) == ["didlogic", "didww", "idt"]
    changed = call("PUT", "/limits", {"idt": {"requests": 5, "seconds": 0.5}, "didww": None})
    assert changed.json == {**before, "idt": {"requests": 5, "seconds": 0.5}, "didww": None}
    assert call("GET", "/limits").json == changed.json
    assert call("PUT", "/limits", {}).json == changed.json


def test_limit_throttles_the_provider_and_not_the_control_api(call: Caller) -> None:
    call("PUT", "/limits", {"idt": {"requests": 2, "seconds": 1}})
    headers = call.server.gateway.providers["idt"].credentials("default")
    for _ in range(5):
        assert call("GET", "/limits").status == 200
    statuses = [call.server.request("GET", "/idt/nowhere", headers=headers).status for _ in range(3)]
    assert statuses[2] == 429
    assert 429 not in statuses[:2]
    call("POST", "/clock/advance", {"seconds": 1})
    assert call.server.request("GET", "/idt/nowhere", headers=headers).status != 429


def test_limits_are_off_from_the_start_when_the_setting_says_so() -> None:
    call = Caller(rate_limits=False)
    assert call("GET", "/limits").json == {"didww": None, "idt": None, "didlogic": None}


@pytest.mark.parametrize(
    "body",
    [
        {"ditww": None},
        {"didww": {"requests": 5}},
        {"didww": {"requests": 0, "seconds": 1}},
        {"didww": {"requests": -1, "seconds": 1}},
        {"didww": {"requests": 1.5, "seconds": 1}},
        {"didww": {"requests": 1.0, "seconds": 1}},
        {"didww": {"requests": "5", "seconds": 1}},
        {"didww": {"requests": True, "seconds": 1}},
        {"didww": {"requests": 10**9, "seconds": 1}},
        {"didww": {"requests": 1, "seconds": 0}},
        {"didww": {"requests": 1, "seconds": 1e9}},
        {"didww": {"requests": 1, "seconds": 1, "burst": 2}},
        {"didww": 20},
        {"idt": None, "didww": []},
    ],
)
def test_limits_stay_when_one_of_them_is_not_possible(call: Caller, body: Any) -> None:
    call("PUT", "/limits", {"idt": {"requests": 5, "seconds": 1}})
    before = call("GET", "/limits").json
    assert call("PUT", "/limits", body).status == 422
    assert call("GET", "/limits").json == before


def test_limits_of_an_unknown_provider_name_the_nearest(call: Caller) -> None:
    assert call("PUT", "/limits", {"ditww": None}).json == {
        "error": "there is no provider 'ditww'",
        "did_you_mean": "didww",
        "known": ["didww", "idt", "didlogic"],
    }


@pytest.mark.parametrize(
    ("sent", "balance"),
    [
        (b'"12.34"', "12.34"),
        (b"12.34", "12.34"),
        (b"0.1", "0.10"),
        (b'"0.0001"', "0.0001"),
        (b"-5", "-5.00"),
        (b"0", "0.00"),
        (b"-0.0", "0.00"),
        (b"1e3", "1000.00"),
        (b'"1000000000"', "1000000000.00"),
        (b"999999999.9999", "999999999.9999"),
    ],
)
def test_balance_is_set_exactly(call: Caller, sent: bytes, balance: str) -> None:
    answer = call.raw("POST", "/world/balance", b'{"provider": "idt", "balance": ' + sent + b"}")
    assert (answer.status, answer.json["balance"]) == (200, balance)
    account = call("GET", "/ledger?provider=idt").json["idt"]
    assert account["balance"] == balance
    assert Decimal(account["opening"]) + Decimal(account["lines"][0]["amount"]) == Decimal(balance)


def test_balance_answer_holds_the_adjustment(call: Caller) -> None:
    opening = call.server.world().ledger("idt").opening
    answer = call("POST", "/world/balance", {"provider": "idt", "balance": "12.34"}).json
    assert answer == {
        "provider": "idt",
        "currency": "USD",
        "balance": "12.34",
        "line": {
            "number": 1,
            "at": "2026-03-01T12:00:00.000Z",
            "kind": "adjustment",
            "amount": str(Decimal("12.34") - opening),
            "balance": "12.34",
            "subject": "",
            "note": "set through the control API",
        },
    }
    assert call("GET", "/ledger").json["idt"]["lines"] == [answer["line"]]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b'"12.34567"', 422),
        (b"12.34567", 422),
        (b"0.00001", 422),
        (b'"nan"', 422),
        (b'"Infinity"', 422),
        (b"NaN", 400),
        (b"Infinity", 400),
        (b"-Infinity", 400),
        (b"1e999999999", 422),
        (b"1e-999999999", 422),
        (b"0e-999999999", 422),
        (b"1e9999999999999999999999", 400),
        (b"1000000000.01", 422),
        (b"-1e10", 422),
        (b"9" * 4000, 422),
        (b"9" * 9000, 400),
        (b'"' + b"9" * 9000 + b'"', 422),
        (b"true", 422),
        (b"null", 422),
        (b"[1]", 422),
        (b'"1,000"', 422),
        (b'"1_000"', 422),
        (b'" 1"', 422),
        (b'""', 422),
        ('"١٢"'.encode(), 422),
    ],
)
def test_balance_stays_when_the_amount_is_not_one(call: Caller, sent: bytes, status: int) -> None:
    answer = call.raw("POST", "/world/balance", b'{"provider": "idt", "balance": ' + sent + b"}")
    assert answer.status == status
    assert call("GET", "/ledger?provider=idt").json["idt"]["lines"] == []


def test_balance_needs_a_provider_that_exists(call: Caller) -> None:
    assert call("POST", "/world/balance", {"provider": "didlogc", "balance": 1}).json == {
        "error": "there is no provider 'didlogc'",
        "did_you_mean": "didlogic",
        "known": ["didww", "idt", "didlogic"],
    }
    assert call("POST", "/world/balance", {"balance": 1}).json == {
        "error": "provider: Field required",
        "fields": {"provider": "Field required"},
    }


def test_ledger_shows_all_providers_or_one(call: Caller) -> None:
    whole = call("GET", "/ledger").json
    assert sorted(whole) == ["didlogic", "didww", "idt"]
    assert call("GET", "/ledger?provider=idt").json == {"idt": whole["idt"]}
    assert whole["idt"]["balance"] == whole["idt"]["opening"]
    assert call("GET", "/ledger?provider=x").status == 422
    assert call("GET", "/ledger?providers=idt").json["did_you_mean"] == "provider"


def test_job_that_fails_leaves_nothing_and_no_trace_in_the_answer(
    call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    world = call.server.world()
    world.at(NOON + timedelta(hours=1), Broken())
    world.commit()
    answer = call("POST", "/clock/advance", {"hours": 2})
    assert (answer.status, answer.json) == (500, {"error": "the server failed; its log says why"})
    assert "on purpose" in caplog.text
    assert call("GET", "/ledger").json["idt"]["lines"] == []
