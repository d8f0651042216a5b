"""Refused requests explain themselves."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.core.messages import Response
from tests.control.caller import Caller

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDWW = {"api-key": "demo-didww-key", "content-type": "application/vnd.api+json"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}


def explained(call: Caller, response: Response) -> Any:
    """What the header of a refused answer leads to."""
    number = dict(response.headers)["X-Mock-Explain"]
    return call("GET", f"/requests/{number}").json["explanation"]


def test_accepted_request_has_nothing_to_explain(call: Caller) -> None:
    response = call.server.request("GET", "/idt/v1/dids/orders", headers=IDT)
    assert "X-Mock-Explain" not in dict(response.headers)
    assert call("GET", "/requests/1").json["explanation"] is None


@pytest.mark.parametrize(
    ("method", "path", "headers", "json", "expected"),
    [
        (
            "POST",
            "/idt/v1/dids/orders",
            IDT,
            {"order_items": [{"did_group_id": 16847, "quantity": 0}]},
            {
                "rule": "1002 Invalid Field: Quantity must be greater than 0",
                "evidence": "documented; claim=idt.error.1002",
                "reference": "contracts/idt/errors.json, code 1002",
                "field": "/order_items/0/quantity",
                "change": "send another value in quantity, as the detail says",
            },
        ),
        (
            "DELETE",
            "/idt/v1/dids/trunk_groups/10897",
            IDT,
            None,
            {
                "rule": "4006 Cannot Delete Trunk Group: The default Trunk Group cannot be deleted",
                "evidence": "assumed; claim=idt.error.4006",
                "reference": "contracts/idt/errors.json, code 4006",
                "field": "",
                "change": "make another trunk group the default first",
            },
        ),
        (
            "GET",
            "/didww/v3/countries?filter[colour]=red",
            DIDWW,
            None,
            {
                "rule": "Filter not allowed: colour is not allowed.",
                "evidence": "documented; claim=didww.error.102",
                "reference": "contracts/didww/errors.yaml, code 102",
                "field": "",
                "change": "leave this filter out, or use one that the type has",
            },
        ),
        (
            "GET",
            "/didww/v3/countries",
            {},
            None,
            {
                "rule": "Unauthorized: Authorization failed",
                "evidence": "recorded; claim=didww.error.401",
                "reference": "contracts/didww/errors.yaml, code 401",
                "field": "",
                "change": "send the Api-Key of a sandbox, as `mockserver env` shows it",
            },
        ),
        (
            "POST",
            "/didlogic/v2/numbers/purchase",
            DIDLOGIC,
            {},
            {
                "rule": "did_numbers can't be blank",
                "evidence": "client; claim=didlogic.error.validation",
                "reference": "contracts/didlogic/errors.json, 422",
                "field": "did_numbers",
                "change": "send did_numbers",
            },
        ),
    ],
)
def test_refusal_names_rule_field_and_change(
    call: Caller, method: str, path: str, headers: dict[str, str], json: Any, expected: dict[str, str]
) -> None:
    response = call.server.request(method, path, headers=headers, json=json)
    assert response.status >= 400
    assert explained(call, response) == expected


def test_feature_that_is_off_is_named(call: Caller) -> None:
    call("PUT", "/options", {"didlogic": {"purchase_api": False}})
    response = call.server.request("GET", "/didlogic/v2/numbers/countries", headers=DIDLOGIC)
    found = explained(call, response)
    assert found["rule"] == "Forbidden"
    assert "purchase_api" in found["change"]


def test_faulty_answer_names_the_fault(call: Caller) -> None:
    call("POST", "/faults", {"id": "down", "effect": {"status": 503}})
    response = call.server.request("GET", "/idt/v1/dids/orders", headers=IDT)
    assert explained(call, response) == {
        "rule": "the fault 'down' struck this request",
        "evidence": "assumed; claim=idt.error.1000",
        "reference": "GET /_mock/faults/down",
        "field": "",
        "change": "remove it with DELETE /_mock/faults/down",
    }


def test_every_code_of_idt_can_be_explained(call: Caller) -> None:
    provider = call.server.gateway.providers["idt"]
    for error in provider.errors():
        call("PUT", "/faults/f", {"provider": "idt", "effect": {"error": error.code}})
        call.server.request("GET", "/idt/v1/dids/orders", headers=IDT)
        exchange = list(call.server.world().journal)[-1]
        found = provider.explain(call.server.world(), exchange)
        assert found is not None
        assert found.rule.startswith(f"{error.code} {error.title}: ")
        assert found.change


def test_change_that_is_proposed_succeeds(call: Caller) -> None:
    response = call.server.request("GET", "/idt/v1/dids/trunk_groups/1", headers=IDT)
    change = explained(call, response)["change"]
    assert change.startswith("use a trunk group that there is: ")
    known = change.rpartition(": ")[2].split(", ")
    for identifier in known:
        path = f"/idt/v1/dids/trunk_groups/{identifier}"
        assert call.server.request("GET", path, headers=IDT).status == 200


def test_header_is_left_out_where_nothing_is_kept_or_shown() -> None:
    for settings in ({"journal_entries": 0}, {"mock_headers": False}):
        server = Caller(**settings).server
        response = server.request("GET", "/idt/v1/dids/orders", headers={})
        assert (response.status, "X-Mock-Explain" in dict(response.headers)) == (403, False)
