"""Switches of the accounts over the control API and as settings."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.app import create_app
from mockserver.settings import BadSettings, Settings
from tests.control.caller import Caller
from tests.support import Server, body_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}


def values(answer: Any) -> dict[str, dict[str, Any]]:
    """The switches without their descriptions."""
    return {
        provider: {name: option["value"] for name, option in options.items()}
        for provider, options in answer.json.items()
    }


def test_switches_are_shown_with_what_they_may_be(call: Caller) -> None:
    shown = call("GET", "/options").json
    assert sorted(shown) == ["didlogic", "didww", "idt"]
    rule = call.server.world().switches("idt")["create_status"]
    assert shown["idt"]["create_status"] == {
        "value": 200,
        "default": 200,
        "allowed": "one of 200, 201",
        "about": rule.about,
    }


def test_switch_changes_what_the_provider_answers(call: Caller) -> None:
    before = values(call("GET", "/options"))
    changed = call("PUT", "/options", {"idt": {"dids_enabled": False, "quota": 1}})
    assert changed.status == 200
    before["idt"] |= {"dids_enabled": False, "quota": 1}
    assert values(changed) == before
    refused = call.server.request("GET", "/idt/v1/dids/coverage/countries", headers=IDT)
    assert (refused.status, body_of(refused)["errors"][0]["code"]) == (403, 3000)
    throttled = call.server.request("GET", "/idt/v1/dids/orders", headers=IDT)
    assert (throttled.status, body_of(throttled)["errors"][0]["code"]) == (429, 2001)


def test_switches_belong_to_one_sandbox(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    call("PUT", "/sandboxes/a/options", {"didlogic": {"purchase_api": False}})
    assert values(call("GET", "/options"))["didlogic"]["purchase_api"] is True


def test_reset_restores_the_switches(call: Caller) -> None:
    before = call("GET", "/options").json
    call("PUT", "/options", {"didww": {"read_only": True}})
    call("POST", "/reset")
    assert call("GET", "/options").json == before


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"idt": {"quota": 1, "create_status": 202}}, {"create_status": "must be one of 200, 201"}),
        ({"idt": {"quota": -1}}, {"quota": "must be a whole number from 0 up or none"}),
        ({"idt": {"quota": 1.5}}, {"quota": "must be a whole number from 0 up or none"}),
        ({"idt": {"quota": "9" * 5000}}, {"quota": "must be a whole number from 0 up or none"}),
        ({"didww": {"read_only": "maybe"}}, {"read_only": "must be true or false"}),
        ({"didww": {"read_only": None}}, {"read_only": "must be true or false"}),
        ({"didww": {"readonly": True}}, {"readonly": "there is no such switch of didww"}),
    ],
)
def test_bad_switch_changes_nothing(call: Caller, body: Any, problem: dict[str, str]) -> None:
    before = call("GET", "/options").json
    answer = call("PUT", "/options", {"didlogic": {"documents": False}, **body})
    assert answer.status == 422
    assert answer.json["fields"] == problem
    assert call("GET", "/options").json == before


def test_unknown_provider_of_a_switch_is_named(call: Caller) -> None:
    answer = call("PUT", "/options", {"ditww": {"read_only": True}})
    assert answer.status == 422
    assert answer.json["did_you_mean"] == "didww"


def test_settings_choose_the_first_values() -> None:
    server = Server(options="idt.create_status=201, didlogic.purchase_api=off,idt.quota=none")
    assert server.world().options["idt"]["create_status"] == 201
    assert server.world("other").options["didlogic"]["purchase_api"] is False
    server.world().options["idt"]["create_status"] = 200
    server.world().reset()
    assert server.world().options["idt"]["create_status"] == 201
    assert Server().world().options["idt"]["create_status"] == 200


def test_settings_with_bad_switches_are_refused_with_every_reason() -> None:
    with pytest.raises(BadSettings) as bad:
        create_app(Settings(options="idt.create_state=201, idt.quota=some, x"))
    assert [problem.partition(". ")[0] for problem in bad.value.problems[:2]] == [
        "options: there is no switch 'idt.create_state'; did you mean idt.create_status?",
        "options: idt.quota=some must be a whole number from 0 up or none",
    ]
    assert bad.value.problems[2].startswith("options: there is no switch 'x'; there are didww.read_only")
