"""Reputation of numbers: asked for now, reported later, the same for a number every time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.transitions import Policy
from tests.didlogic.account import BOUNDARY, FORM, JSON, Account, contract, form, multipart
from tests.didlogic.compliance import MULTIPART, TEXTS, refusal
from tests.support import Server, body_of, state_of

TABLE = contract("compliance.json")["risk_check"]
NUMBER = "12025550100"
SEEDED = [503, 502, 501]


def request(account: Account, *numbers: str) -> list[dict[str, Any]]:
    response = account.send("POST", "/v2/risk_checks", form({"numbers[]": list(numbers)}), FORM)
    assert response.status == 200, response.body
    checks: list[dict[str, Any]] = body_of(response)["risk_checks"]
    return checks


def check(account: Account, check_id: int) -> dict[str, Any]:
    found: dict[str, Any] = account.get(f"/v2/risk_checks/{check_id}")["risk_check"]
    return found


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer["risk_checks"]]


def test_requested_check_is_pending_and_then_completed(account: Account) -> None:
    pending = {
        "id": 601,
        "number": NUMBER,
        "status": "pending",
        "spam": None,
        "scam": None,
        "risk_level": None,
        "report": None,
        "created_at": "2026-03-01T12:00:00Z",
        "completed_at": None,
    }
    assert list(pending) == TABLE["fields"]
    response = account.send("POST", "/v2/risk_checks", f"numbers[]={NUMBER}", FORM)
    assert (response.status, body_of(response)) == (200, {"risk_checks": [pending]})
    assert str(response.evidence) == "assumed; claim=didlogic.G35"
    account.world.advance(by=timedelta(seconds=9))
    assert check(account, 601) == pending
    account.world.advance(by=timedelta(seconds=1))
    done = check(account, 601)
    assert done == {
        **pending,
        "status": "completed",
        "spam": False,
        "scam": False,
        "risk_level": "low",
        "report": {"verdict": "clean", "score": done["report"]["score"], "complaints": 0},
        "completed_at": "2026-03-01T12:00:10Z",
    }
    assert 0 <= done["report"]["score"] < 20
    assert account.ledger.lines == []


@pytest.mark.parametrize(
    ("number", "status", "spam", "scam", "level"),
    [
        ("12025550196", "completed", False, False, "low"),
        ("12025550197", "completed", True, False, "medium"),
        ("14165550197", "completed", True, False, "medium"),
        ("12025550198", "completed", False, True, "high"),
        ("12025550199", "failed", None, None, None),
        ("442025550198", "completed", False, False, "low"),
        ("441172999999", "completed", False, False, "low"),
    ],
)
def test_numbers_kept_for_fiction_decide_the_verdict(
    account: Account, number: str, status: str, spam: Any, scam: Any, level: Any
) -> None:
    (asked,) = request(account, number)
    account.world.advance(by=timedelta(minutes=1))
    found = check(account, asked["id"])
    assert (found["status"], found["spam"], found["scam"], found["risk_level"]) == (status, spam, scam, level)
    assert (found["report"] is None) is (status == "failed")
    assert (found["completed_at"] is None) is (status == "failed")
    assert level in TABLE["levels"]


def test_report_of_a_number_is_always_the_same(account: Account) -> None:
    first, second = request(account, "12025550197")[0], request(account, "12025550197")[0]
    account.world.advance(by=timedelta(minutes=1))
    reports = [check(account, asked["id"])["report"] for asked in (first, second)]
    assert reports[0] == reports[1] == check(account, 502)["report"]
    assert reports[0]["verdict"] == "spam"
    assert reports[0]["complaints"] > 0


@pytest.mark.parametrize(
    ("outcome", "status", "level"),
    [
        ("clean", "completed", "low"),
        ("spam", "completed", "medium"),
        ("scam", "completed", "high"),
        ("failed", "failed", None),
    ],
)
def test_check_ends_as_it_is_told(account: Account, outcome: str, status: str, level: str | None) -> None:
    request(account, "12025550198")
    account.world.fire("didlogic.risk_checks/601", outcome)
    found = check(account, 601)
    assert (found["status"], found["risk_level"]) == (status, level)
    account.world.advance(by=timedelta(minutes=1))
    assert check(account, 601) == found


def test_check_waits_as_long_as_the_policy_says(account: Account) -> None:
    account.world.policies.chosen["didlogic.risk_checks"] = Policy("manual", outcome="scam")
    request(account, NUMBER)
    account.world.advance(by=timedelta(days=400))
    assert check(account, 601)["status"] == "pending"
    account.world.fire("didlogic.risk_checks/601")
    assert check(account, 601)["scam"] is True


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"numbers[]=%2B1+202+555+0100&numbers[]=441172999999&numbers[]=12025550100", FORM),
        (b'{"numbers": [12025550100, "+441172999999", ""]}', "application/json"),
        (multipart({"numbers[]": ["12025550100", "441172999999"]}), MULTIPART),
    ],
)
def test_every_number_gets_one_check(account: Account, body: bytes, content_type: str) -> None:
    response = account.send("POST", "/v2/risk_checks", body, content_type)
    assert [row["number"] for row in body_of(response)["risk_checks"]] == ["12025550100", "441172999999"]


def test_one_number_needs_no_list(account: Account) -> None:
    response = account.send("POST", "/v2/risk_checks", b'{"numbers": "12025550100"}', "application/json")
    assert [row["number"] for row in body_of(response)["risk_checks"]] == [NUMBER]


A_FILE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="numbers[]"; filename="x"\r\n\r\n'
    f"{NUMBER}\r\n--{BOUNDARY}--\r\n"
).encode()
BAD: list[tuple[bytes, str, tuple[int, Any]]] = [
    (b"", FORM, refusal(numbers=TEXTS["blank"])),
    (b"number=12025550100", FORM, refusal(numbers=TEXTS["blank"])),
    (b"numbers[]=&numbers[]=+", FORM, refusal(numbers=TEXTS["blank"])),
    (b'{"numbers": []}', "application/json", refusal(numbers=TEXTS["blank"])),
    (b"numbers[]=abc", FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[]=12025550100&numbers[]=1202555", FORM, (200, None)),
    (b"numbers[]=12025550100&numbers[]=120255", FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[]=1234567890123456", FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[]=02025550100", FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[]=-12025550100", FORM, refusal(numbers=TEXTS["invalid"])),
    ("numbers[]=١٧٨٠٦٩٩٩٩٩٩".encode(), FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[a]=12025550100", FORM, refusal(numbers=TEXTS["invalid"])),
    (b"numbers[][a]=12025550100", FORM, refusal(numbers=TEXTS["invalid"])),
    (A_FILE, MULTIPART, refusal(numbers=TEXTS["invalid"])),
    (b'{"numbers": [true]}', "application/json", refusal(numbers=TEXTS["invalid"])),
    (b'{"numbers": [12025550100.0]}', "application/json", refusal(numbers=TEXTS["invalid"])),
    (b'{"numbers": [null]}', "application/json", refusal(numbers=TEXTS["invalid"])),
    (b'{"numbers": {"0": "12025550100"}}', "application/json", refusal(numbers=TEXTS["invalid"])),
    (
        orjson.dumps({"numbers": ["12025550100"] * 1001}),
        "application/json",
        refusal(numbers="is too long (maximum is 1000)"),
    ),
    (b"{,}", "application/json", (400, {"error": "The request body is not valid JSON"})),
    (b"numbers[]=%ff", FORM, (400, {"error": "The request is not valid UTF-8"})),
]


@pytest.mark.parametrize(("body", "content_type", "expected"), BAD)
def test_request_is_refused_and_nothing_changes(
    account: Account, body: bytes, content_type: str, expected: tuple[int, Any]
) -> None:
    before = state_of(account.world)
    response = account.send("POST", "/v2/risk_checks", body, content_type)
    assert response.headers[0] == ("Content-Type", JSON)
    if expected[0] == 200:  # the shortest number there is
        assert response.status == 200
        return
    assert (response.status, body_of(response)) == expected
    assert state_of(account.world) == before


def test_checks_are_bounded(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.providers.didlogic.assumptions.MOST_RISK_CHECKS", 5)
    request(account, NUMBER)
    before = state_of(account.world)
    response = account.send("POST", "/v2/risk_checks", b"numbers[]=12025550101&numbers[]=12025550102", FORM)
    assert (response.status, body_of(response)) == (
        422,
        {"error": "This account cannot hold more than 5 risk checks"},
    )
    assert str(response.evidence) == "assumed; claim=didlogic.error.full"
    assert state_of(account.world) == before
    request(account, "12025550101")


# --- list and get --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [602, 601, *SEEDED]),
        ("status=pending", [602, 601]),
        ("status=completed", SEEDED),
        ("status=failed", []),
        ("number=12025550197", [601, 502]),
        ("number=%2B1+202+555+0197&status=pending", [601]),
        ("number=x", []),
        ("number=&status=", [602, 601, *SEEDED]),
        ("page=2&per_page=2", [503, 502]),
        ("page=9", []),
    ],
)
def test_list_is_newest_first_and_narrowed(account: Account, query: str, expected: list[int]) -> None:
    request(account, "12025550197", "441172999998")
    response = account.send("GET", f"/v2/risk_checks?{query}")
    assert (response.status, ids(body_of(response))) == (200, expected)
    assert str(response.evidence) == "assumed; claim=didlogic.G35"


def test_list_has_25_on_a_page(account: Account) -> None:
    request(account, *(str(12025550100 + number) for number in range(30)))
    answer = account.get("/v2/risk_checks")
    assert len(answer["risk_checks"]) == 25
    assert answer["pagination"] == {"total": 33, "total_pages": 2, "current_page": 1}
    assert ids(account.get("/v2/risk_checks", page="2"))[-3:] == SEEDED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=done", refusal(status=TEXTS["not_included"])),
        ("status[]=pending", refusal(status=TEXTS["invalid"])),
        ("number[a]=1", refusal(number=TEXTS["invalid"])),
    ],
)
def test_list_refuses_filters_that_mean_nothing(
    account: Account, query: str, expected: tuple[int, Any]
) -> None:
    response = account.send("GET", f"/v2/risk_checks?{query}")
    assert (response.status, body_of(response)) == expected


@pytest.mark.parametrize("check_id", ["1", "x", "-501", "9" * 40])
def test_unknown_check_is_not_found(account: Account, check_id: str) -> None:
    response = account.send("GET", f"/v2/risk_checks/{check_id}")
    assert (response.status, body_of(response)) == (404, {"error": "Not found"})


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


ITEMS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=16)
    | st.from_regex(r"\+?[0-9 ]{5,17}", fullmatch=True)
)


@given(st.lists(ITEMS | st.lists(ITEMS, max_size=2), max_size=5) | ITEMS)
def test_any_request_is_taken_or_refused(anybody: Account, numbers: Any) -> None:
    before = state_of(anybody.world)
    body = orjson.dumps({"numbers": numbers})
    response = anybody.send("POST", "/v2/risk_checks", body, "application/json")
    if response.status == 200:
        for row in body_of(response)["risk_checks"]:
            assert row["number"].isdecimal()
            assert row["number"].isascii()
    else:
        assert response.status == 422
        assert list(body_of(response)) == ["errors"]
        assert state_of(anybody.world) == before
