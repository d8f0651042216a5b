"""Each of the 18 error codes, reached by a documented situation, with status, title and its claim named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tests.idt.support import PLENTY, Idt, contract
from tests.support import body_of

CODES = {row["code"]: row for row in contract("errors.json")["codes"]}


class Case(NamedTuple):
    code: int
    method: str
    target: str
    status: int
    json: Any = None
    options: dict[str, Any] = {}
    balance: str = "1000.00"
    headers: dict[str, str] = {}


ORDER = {"order_items": [{"did_group_id": PLENTY, "quantity": 1}]}
CASES = [
    Case(1000, "POST", "/orders", 422, []),
    Case(1001, "POST", "/orders", 422, {}),
    Case(1002, "GET", "/orders?page=x", 422),
    Case(1003, "GET", "/nothing", 404),
    Case(1003, "GET", "/orders/000-000-0000", 404),
    Case(2000, "GET", "/orders", 403, headers={"x-api-secret": "wrong"}),
    Case(2001, "GET", "/orders", 429, options={"quota": 0}),
    Case(3000, "POST", "/orders", 403, ORDER, options={"dids_enabled": False}),
    Case(3001, "POST", "/orders", 422, ORDER, balance="2.99"),
    Case(4000, "GET", "/coverage/did_groups?country_iso=PL&toll_free=true", 422),
    Case(4001, "DELETE", "/numbers/15550100", 404),
    Case(4001, "PUT", "/set_trunk_group", 422, {"trunk_group_id": None, "numbers": ["1"]}),
    Case(4002, "GET", "/coverage/did_groups?country_iso=US&region_code=US-XX", 422),
    Case(4003, "GET", "/coverage/did_groups?country_iso=XX", 422),
    Case(4003, "GET", "/coverage/countries/XX/regions", 404),
    Case(4004, "POST", "/orders", 422, {"order_items": [{"did_group_id": 1, "quantity": 1}]}),
    Case(4005, "GET", "/trunk_groups/1", 404),
    Case(4005, "PUT", "/set_trunk_group", 422, {"trunk_group_id": 1, "numbers": ["17078675309"]}),
    Case(4006, "DELETE", "/trunk_groups/10897", 422),
    Case(4007, "POST", "/numbers/19288516549/cnam", 422, {"name": "x"}),
    Case(4008, "DELETE", "/numbers/17078675309/cnam", 422),
]


def test_every_code_of_the_contract_has_a_case() -> None:
    assert {case.code for case in CASES} == set(CODES) - {2002}  # throttling: test_access


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.status}")
def test_code_comes_with_its_status_title_and_claim(idt: Idt, case: Case) -> None:
    idt.world.options["idt"].update(case.options)
    idt.world.ledger("idt").set_balance(Decimal(case.balance))
    response = idt.call(case.method, case.target, json=case.json, headers=case.headers)
    row = CODES[case.code]
    statuses = row["status"] if isinstance(row["status"], dict) else {"": row["status"]}
    assert case.status in statuses.values()
    assert response.status == case.status
    (problem,) = body_of(response)["errors"]
    assert (problem["code"], problem["title"]) == (case.code, row["title"])
    known = row.get("status_evidence", "") not in ("assumed", "")
    level = "documented" if known else "assumed"
    assert str(response.evidence) == f"{level}; claim=idt.error.{case.code}"
    if row["field"] == "never":
        assert "field" not in problem
    if row["field"] == "always":
        assert problem["field"]
    if case.method in ("GET", "DELETE"):
        assert "source" not in problem
