"""Every documented refusal of every operation: one test for each row of the contract, named by its claim."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.build_idt import error_entry
from tests.idt.contract import REQUEST_ID, contract
from tests.idt.situations import COMMON, OPERATIONS, Situation, claims
from tests.idt.support import Idt, text
from tests.support import body_of, state_of

CODES: dict[int, dict[str, Any]] = {row["code"]: row for row in contract("errors.json")["codes"]}
CLAIMS = claims()
BEFORE_ROUTING = {"access_denied", "endpoint_unknown", "quota_used_up", "throttled"}
ROWS = [*COMMON.values(), *(row for operation in OPERATIONS.values() for row in operation["errors"])]


def claim_id(key: str) -> str:
    return f"idt.error.{CLAIMS[key][0]['code']}[{key}]"


@pytest.mark.parametrize("key", CLAIMS, ids=claim_id)
def test_refusal_is_as_documented_and_changes_nothing(idt: Idt, key: str) -> None:
    row, situation = CLAIMS[key]
    situation.prepare(idt)
    before = state_of(idt.world)
    response = send(idt, situation)
    body = body_of(response)
    assert body["api_request_id"] != REQUEST_ID
    entry = error_entry(row, CODES[row["code"]]["title"], situation.index, **situation.facts)
    documented = {"status": row["status"], "api_request_id": REQUEST_ID, "errors": [entry]}
    assert text({**body, "api_request_id": REQUEST_ID}) == text(documented)
    assert response.status == row["status"]
    operation, _, case = key.partition(".")
    assert response.operation == ("" if case in BEFORE_ROUTING else operation)
    assert state_of(idt.world) == before


def send(idt: Idt, situation: Situation) -> Any:
    return idt.call(
        situation.method,
        situation.target,
        json=situation.json,
        body=situation.body,
        headers=situation.headers,
    )


@pytest.mark.parametrize("code", CODES)
def test_code_is_documented_for_an_operation_with_its_statuses(code: int) -> None:
    row = CODES[code]
    statuses = set(row["status"].values()) if isinstance(row["status"], dict) else {row["status"]}
    assert {other["status"] for other in ROWS if other["code"] == code} == statuses


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row_has_field_and_source_as_its_code_says(row: dict[str, Any]) -> None:
    rule = CODES[row["code"]]
    if rule["field"] == "never":
        assert "field" not in row
    if rule["field"] == "always":
        assert row["field"]
    if rule["source"] == "never":
        assert "source" not in row
    if rule["source"] == "/":
        assert row["source"] == "/"


def test_row_has_no_source_without_a_body_and_a_known_field_with_one() -> None:
    for operation in OPERATIONS.values():
        known = {part["name"].rpartition(".")[2].removeprefix("[]") for part in operation["parameters"]}
        for row in operation["errors"]:
            assert row.get("field") in known | {None}, row
            assert "source" not in row or operation["request_body"] is not None, row


@pytest.mark.parametrize("name", contract("errors.json")["suggested_bodies"])
def test_body_that_the_contract_suggests_is_that_of_a_row(name: str) -> None:
    suggested = contract("errors.json")["suggested_bodies"][name]["body"]
    (entry,) = suggested["errors"]
    index = int(entry.get("source", "").rpartition("/")[2] or 0) if entry["code"] == 4001 else 0
    same = [row for row in ROWS if (row["code"], row["status"]) == (entry["code"], suggested["status"])]
    assert entry in [error_entry(row, CODES[row["code"]]["title"], index) for row in same]


@pytest.mark.parametrize("key", CLAIMS, ids=claim_id)
def test_level_of_evidence_is_that_of_the_situation(idt: Idt, key: str) -> None:
    """Of the code and its status, where the contract says no less of the situation."""
    row, situation = CLAIMS[key]
    situation.prepare(idt)
    known = row["evidence"].startswith("documented code") or row["evidence"] == "documented"
    assumed = CODES[row["code"]]["status_evidence"] == "assumed"
    if row["code"] in (1002, 1003, 3001):  # several situations have them, not all of them documented
        assumed = not known
    assert send(idt, situation).evidence.level == ("assumed" if assumed else "documented")
