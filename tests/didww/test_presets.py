"""The preset of the seed with numbers whose months end within days, through the control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.caller import Caller
from tests.support import NOON, body_of, state_of

KEY = {"Api-Key": "demo-didww-key", "X-DIDWW-API-Version": "2026-04-16"}
LEFT = {"14055550198": 1, "14055550199": 2, "437320000098": 3, "61491570737": 4}


@pytest.fixture
def call() -> Caller:
    return Caller(clock="frozen", clock_start=NOON)


def numbers(call: Caller, key: str = "demo-didww-key") -> dict[str, dict[str, Any]]:
    headers = {**KEY, "Api-Key": key}
    answer = call.server.request("GET", "/didww/v3/dids", headers=headers)
    return {row["attributes"]["number"]: row["attributes"] for row in body_of(answer)["data"]}


def balance(call: Caller) -> str:
    answer = call.server.request("GET", "/didww/v3/balance", headers=KEY)
    return str(body_of(answer)["data"]["attributes"]["balance"])


def test_preset_is_listed(call: Caller) -> None:
    (preset,) = call("GET", "/presets").json["presets"]
    assert (preset["preset"], preset["provider"]) == ("didww-near-expiry", "didww")


def test_months_end_within_days_of_the_clock(call: Caller) -> None:
    answer = call("POST", "/reset", {"to": "didww-near-expiry"})
    assert (answer.status, answer.json["to"]) == (200, "didww-near-expiry")
    ends = {number: numbers(call)[number]["expires_at"] for number in LEFT}
    assert ends == {number: f"2026-03-{1 + days:02}T12:00:00.000Z" for number, days in LEFT.items()}
    assert balance(call) == "5.00"
    assert call("POST", "/assert", {"no_unfinished": True}).json["holds"]


def test_renewals_are_charged_and_the_one_without_money_expires(call: Caller) -> None:
    call("POST", "/reset", {"to": "didww-near-expiry"})
    call("POST", "/clock/advance", {"days": 5})
    after = numbers(call)
    assert {
        number: (after[number]["expires_at"], after[number]["blocked"], after[number]["billing_cycles_count"])
        for number in LEFT
    } == {
        "14055550198": ("2026-03-02T12:00:00.000Z", True, 0),
        "14055550199": ("2026-04-03T12:00:00.000Z", False, 0),
        "437320000098": ("2026-04-04T12:00:00.000Z", False, None),
        "61491570737": ("2026-03-05T12:00:00.000Z", True, 0),
    }
    lines = call("GET", "/ledger?provider=didww").json["didww"]["lines"]
    assert [(line["kind"], line["amount"], line["note"]) for line in lines] == [
        ("renewal", "-0.09", "14055550199"),
        ("renewal", "-1.25", "437320000098"),
    ]
    assert balance(call) == "3.66"


def test_number_that_expired_is_renewed_once_there_is_money(call: Caller) -> None:
    call("POST", "/reset", {"to": "didww-near-expiry"})
    call("POST", "/clock/advance", {"days": 5})
    answer = call.server.request("GET", "/didww/v3/dids?filter[number]=61491570737", headers=KEY)
    did = body_of(answer)["data"][0]["id"]
    data = {"type": "dids", "id": did, "attributes": {"terminated": False}}
    headers = {**KEY, "Content-Type": "application/vnd.api+json"}

    def restore() -> tuple[int, Any]:
        answer = call.server.request("PATCH", f"/didww/v3/dids/{did}", headers=headers, json={"data": data})
        return answer.status, body_of(answer)

    before = state_of(call.server.world())
    status, body = restore()
    assert (status, body["errors"][0]["title"]) == (400, "Insufficient balance")
    assert state_of(call.server.world()) == before
    call("POST", "/world/balance", {"provider": "didww", "balance": "12.00"})
    status, body = restore()
    assert (status, body["data"]["attributes"]["expires_at"]) == (200, "2026-04-06T12:00:00.000Z")
    assert balance(call) == "0.00"


def test_next_reset_leads_to_the_seed_again(call: Caller) -> None:
    seed = state_of(call.server.world())
    call("POST", "/reset", {"to": "didww-near-expiry"})
    call("POST", "/reset")
    assert state_of(call.server.world()) == seed
    assert balance(call) == "1000.00"


def test_new_sandbox_starts_from_the_preset_and_the_old_ones_stay(call: Caller) -> None:
    assert call("POST", "/sandboxes", {"name": "late", "preset": "didww-near-expiry"}).status == 201
    assert numbers(call, "sandbox-late")["14055550199"]["expires_at"].startswith("2026-03-03")
    assert numbers(call)["14055550199"]["expires_at"].startswith("2036")
    again = call("POST", "/sandboxes", {"name": "late", "preset": "didww-near-expiry"})
    assert again.status == 409


def test_preset_is_made_of_what_the_sandbox_starts_from(call: Caller) -> None:
    seed = call("GET", "/seed").json
    tables = seed["accounts"]["didww"]["tables"]
    kept = [row for row in tables["didww.dids"] if row["number"] == "437320000098"]
    call("PUT", "/seed", {"accounts": {"didww": {"tables": {**tables, "didww.dids": kept}}}})
    call("POST", "/reset", {"to": "didww-near-expiry"})
    assert {number: did["expires_at"] for number, did in numbers(call).items()} == {
        "437320000098": "2026-03-04T12:00:00.000Z"
    }


@pytest.mark.parametrize(
    ("target", "body", "field"),
    [
        ("/reset", {"to": "didww-near-expiri"}, "to"),
        ("/sandboxes", {"name": "x", "preset": "near"}, "preset"),
        ("/sandboxes", {"name": "x", "preset": "didww-near-expiry", "snapshot": "s"}, "body"),
    ],
)
def test_unknown_preset_changes_nothing(call: Caller, target: str, body: Any, field: str) -> None:
    before = state_of(call.server.world())
    answer = call("POST", target, body)
    assert (answer.status, list(answer.json["fields"])) == (422, [field])
    assert state_of(call.server.world()) == before
    assert [one["name"] for one in call("GET", "/sandboxes").json["sandboxes"]] == ["default"]
