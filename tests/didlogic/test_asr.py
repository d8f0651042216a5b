"""The answer-seizure report: worked out of outgoing calls, by day and destination."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockserver.providers.didlogic.traffic_rows import CallRecord
from tests.didlogic.account import Account, contract
from tests.support import NOON, body_of

FACTS = contract("calls.json")["asr"]


def row(date: str, name: str, total: int, answered: int, asr: float, acd: float) -> dict[str, Any]:
    return dict(zip(FACTS["fields"], (date, name, total, answered, asr, acd), strict=True))


GERMANY = row("2024-12-11", "Germany", 1, 1, 100.0, 75.0)
STATES = row("2024-12-11", "United States", 1, 0, 0.0, 0.0)
KINGDOM = row("2024-12-06", "United Kingdom", 2, 1, 50.0, 152.0)
NOWHERE = row("2024-11-20", "United States - NOT EXISTED", 1, 0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, [GERMANY, STATES, KINGDOM, NOWHERE]),
        ({"from": "2024-12-06"}, [GERMANY, STATES, KINGDOM]),
        ({"to": "2024-12-06"}, [KINGDOM, NOWHERE]),
        ({"from": "2024-12-06", "to": "2024-12-10"}, [KINGDOM]),
        ({"from": "2025-01-01"}, []),
        ({"sip_account": "12345"}, [GERMANY, STATES, KINGDOM, NOWHERE]),
        ({"sip_account": "54321"}, []),
        ({"from": "", "to": "", "sip_account": ""}, [GERMANY, STATES, KINGDOM, NOWHERE]),
    ],
    ids=lambda value: (
        "&".join(f"{name}={one}" for name, one in value.items())
        if isinstance(value, dict)
        else str(len(value))
    ),
)
def test_report_covers_the_days_and_the_account(
    account: Account, query: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    answer = account.get("/v1/asr", **query)
    assert answer == {"asr": rows}
    assert all(list(one) == FACTS["fields"] for one in answer["asr"])


def test_report_is_assumed(account: Account) -> None:
    response = account.send("GET", "/v1/asr")
    assert str(response.evidence) == "assumed; claim=didlogic.asr_report"


def test_report_adds_up_the_calls(account: Account) -> None:
    calls = account.world.table(CallRecord)
    like = next(row for row in calls if row.destination_name == "Germany")
    for number, seconds in enumerate((10, 0, 21), 20_000):
        calls.put(replace(like, id=number, at=NOON, duration=seconds))
    account.world.commit()
    assert account.get("/v1/asr")["asr"][0] == row("2026-03-01", "Germany", 3, 2, 66.67, 15.5)
    assert account.get("/v1/asr", **{"from": "2026-03-02"}) == {"asr": []}


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("from=yesterday", {"from": ["is invalid"]}),
        ("to=2024-13-01", {"to": ["is invalid"]}),
        ("from[]=2024-12-01", {"from": ["is invalid"]}),
        ("sip_account[]=12345", {"sip_account": ["is invalid"]}),
    ],
)
def test_report_is_refused_when_a_parameter_is_wrong(account: Account, query: str, errors: Any) -> None:
    before = account.state()
    response = account.send("GET", f"/v1/asr?{query}")
    assert (response.status, body_of(response)) == (422, {"errors": errors})
    assert account.state() == before
