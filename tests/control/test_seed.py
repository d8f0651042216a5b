"""What a sandbox starts from, looked at and replaced over the control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.caller import Caller
from tests.support import body_of, state_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}


def numbers(call: Caller) -> list[str]:
    answer = call.server.request("GET", "/idt/v1/dids/numbers", headers=IDT)
    return [row["number"] for row in body_of(answer)["numbers"]]


def test_seed_is_what_the_account_has(call: Caller) -> None:
    seed = call("GET", "/seed").json
    rows = seed["accounts"]["idt"]["tables"]["idt.numbers"]
    assert [row["number"] for row in rows] == list(call.server.world().tables()["idt.numbers"].rows)
    assert "idt.did_groups" not in seed["accounts"]["idt"]["tables"]
    assert seed["accounts"]["didlogic"]["opening"] == "35.2200"


def test_seed_given_back_changes_nothing(call: Caller) -> None:
    before = state_of(call.server.world())
    seed = call("GET", "/seed").json
    assert call("PUT", "/seed", seed).json == seed
    assert state_of(call.server.world()) == before


def test_replaced_seed_is_where_resets_lead(call: Caller) -> None:
    seed = call("GET", "/seed").json
    one = seed["accounts"]["idt"]["tables"]["idt.numbers"][:1]
    tables = {**seed["accounts"]["idt"]["tables"], "idt.numbers": one}
    answer = call("PUT", "/seed", {"accounts": {"idt": {"opening": "5", "tables": tables}}})
    assert answer.status == 200
    assert answer.json["accounts"]["didww"] == seed["accounts"]["didww"]
    assert numbers(call) == [one[0]["number"]]
    assert call("GET", "/ledger?provider=idt").json["idt"]["balance"] == "5.00"
    call.server.request("DELETE", f"/idt/v1/dids/numbers/{one[0]['number']}", headers=IDT)
    call("POST", "/reset")
    assert call("GET", "/state/idt/numbers").json["rows"] == one
    assert call("GET", "/clock").json["mode"] == "real"
    assert call("DELETE", "/seed").json == seed
    assert len(numbers(call)) > 1


def test_seed_belongs_to_one_sandbox(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    call("PUT", "/sandboxes/a/seed", {"accounts": {"idt": {"opening": "7"}}})
    assert call("GET", "/sandboxes/a/ledger").json["idt"]["balance"] == "7.00"
    assert call("GET", "/ledger").json["idt"]["balance"] != "7.00"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "accounts"),
        ({"accounts": []}, "accounts"),
        ({"acounts": {}}, "acounts"),
        ({"accounts": {"idt": []}}, "accounts.idt"),
        ({"accounts": {"twilio": {}}}, "accounts.twilio"),
        ({"accounts": {"idt": {"opening": "much"}}}, "accounts.idt.opening"),
        (
            {"accounts": {"idt": {"tables": {"idt.numbers": [{}]}}}},
            "accounts.idt.tables.idt.numbers[0].number",
        ),
        ({"accounts": {"idt": {"options": {"quota": 1.5}}}}, "accounts.idt.options.quota"),
        ({"accounts": {"idt": {"options": {"quota": 2**63}}}}, "accounts.idt.options.quota"),
        ({"accounts": {"idt": {"options": {"quoat": 1}}}}, "accounts.idt.options.quoat"),
        ({"format": 9, "accounts": {}}, "format"),
    ],
)
def test_bad_seed_is_refused_and_resets_nothing(call: Caller, body: Any, field: str) -> None:
    call("POST", "/world/balance", {"provider": "idt", "balance": "1"})
    state = state_of(call.server.world())
    answer = call("PUT", "/seed", body)
    assert (answer.status, list(answer.json["fields"])) == (422, [field])
    assert state_of(call.server.world()) == state
