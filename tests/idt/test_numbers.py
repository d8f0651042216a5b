"""Get Numbers and Delete Number, CNAM."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from mockserver.core.transitions import Policy
from tests.idt.support import FEW_IN_USA, Idt, error, errors_of, schema_errors

LIMA, SALVADOR, BOUSE = "0115117304800", "011557135001442", "19288516549"
PARIS, JENNY = "01133975182372", "17078675309"
ALL = [LIMA, SALVADOR, "011557135001540", BOUSE, "011557135001580", PARIS, JENNY]
NOT_FOUND = error(4001, "Number not found", "number")
PENDING = "A CNAM update is already in progress"


def numbers(idt: Idt, query: str = "") -> list[str]:
    return [row["number"] for row in idt.get(f"/numbers?{query}")["numbers"]]


def row(idt: Idt, number: str) -> dict:
    (found,) = idt.get(f"/numbers?filter_by_number={number}")["numbers"]
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("filter_by_number=0115", [LIMA, SALVADOR, "011557135001540", "011557135001580"]),
        (f"filter_by_number={JENNY}", [JENNY]),
        ("filter_by_number=%2B1928", []),
        ("filter_by_country_name=brazil", [SALVADOR, "011557135001540", "011557135001580"]),
        ("filter_by_country_name=USA", [BOUSE, JENNY]),
        ("filter_by_region_name=zon", [BOUSE]),
        ("filter_by_region_name=", [BOUSE, JENNY]),
        ("filter_by_did_group_name=SALVADOR", [SALVADOR, "011557135001540", "011557135001580"]),
        ("filter_by_did_group_name=a&filter_by_country_name=peru", [LIMA]),
        ("order_by_number=asc", sorted(ALL)),
        ("order_by_number=DESC", sorted(ALL, reverse=True)),
        ("order_by_added_at=desc", ALL[::-1]),
        (
            "order_by_country_name=asc&order_by_number=desc&page_size=2",
            ["011557135001580", "011557135001540"],
        ),
        ("order_by_region_name=asc&page_size=2", [BOUSE, JENNY]),
        ("order_by_region_name=desc&page_size=3", [JENNY, BOUSE, LIMA]),
        ("order_by_did_group_name=asc&page_size=2", [BOUSE, LIMA]),
    ],
)
def test_numbers_are_filtered_and_sorted(idt: Idt, query: str, expected: list[str]) -> None:
    assert numbers(idt, query) == expected


def test_total_counts_what_matches_the_filter(idt: Idt) -> None:
    body = idt.get("/numbers?filter_by_country_name=brazil&page=2&page_size=2")
    assert body["meta"] == {"page": 2, "page_size": 2, "total": 3}
    assert len(body["numbers"]) == 1


@pytest.mark.parametrize("value", ["", "up", "1", "ascending", "%00"])
def test_bad_direction_is_refused(idt: Idt, value: str) -> None:
    response = idt.call("GET", f"/numbers?order_by_number={value}&page=0")
    assert response.status == 422
    assert errors_of(response) == [
        error(1002, "Order by number must be asc or desc", "order_by_number"),
        error(1002, "Page must be a positive integer", "page"),
    ]


def test_unknown_parameters_are_ignored_and_named(idt: Idt) -> None:
    response = idt.call("GET", "/numbers?filter_by_colour=red&order_by_colour=x&page=1")
    assert response.status == 200
    assert ("X-Mock-Ignored", "filter_by_colour, order_by_colour") in response.headers


def test_number_that_was_bought_is_listed_last_and_takes_part_in_filters(idt: Idt) -> None:
    order_id = idt.order(FEW_IN_USA)
    idt.pass_time(2)
    (number,) = (entry["number"] for entry in idt.item(order_id)["numbers"])
    assert numbers(idt) == [*ALL, number]
    assert numbers(idt, "filter_by_region_name=wisconsin") == [number]
    bought = row(idt, number)
    assert bought["added_at"] == "2026-03-01T12:00:02.000Z"
    assert bought["cnam"] == {
        "current": None,
        "pending": None,
        "per_dip_fee": "0.0018",
        "update_fee": "0.1",
    }


def test_deleted_number_is_listed_as_removed_for_thirty_days(idt: Idt) -> None:
    response = idt.call("DELETE", f"/numbers/{PARIS}")
    assert (response.status, response.body) == (200, b'{"number":"%b","status":"removed"}' % PARIS.encode())
    shown = row(idt, PARIS)
    assert (shown["status"], shown["removed_at"]) == ("removed", "2026-03-01T12:00:00.000Z")
    assert list(shown)[:4] == ["number", "status", "added_at", "removed_at"]
    assert schema_errors("number", shown) == []
    idt.world.advance(by=timedelta(days=30))
    assert PARIS in numbers(idt)
    idt.pass_time(1)
    assert PARIS not in numbers(idt)
    assert idt.world.ledger("idt").lines == []


@pytest.mark.parametrize("number", ["19995550100", f"+{JENNY}", "9288516549", "x", "%ff", "5117304800"])
@pytest.mark.parametrize("call", ["DELETE ", "DELETE /cnam", "POST /cnam"])
def test_unknown_number_in_the_path_is_not_found(idt: Idt, call: str, number: str) -> None:
    method, _, rest = call.partition(" ")
    response = idt.call(method, f"/numbers/{number}{rest}", body=b"no JSON")
    assert (response.status, errors_of(response)) == (404, [NOT_FOUND])


def test_removed_number_is_not_found(idt: Idt) -> None:
    idt.call("DELETE", f"/numbers/{BOUSE}")
    before = idt.state()
    for method, rest in (("DELETE", ""), ("POST", "/cnam"), ("DELETE", "/cnam")):
        response = idt.call(method, f"/numbers/{BOUSE}{rest}", json={"name": "x"})
        assert (response.status, errors_of(response)) == (404, [NOT_FOUND])
    assert idt.state() == before


def test_cnam_is_pending_and_then_current_and_then_gone(idt: Idt) -> None:
    path = f"/numbers/{JENNY}/cnam"
    assert idt.call("POST", path, json={"name": "Jenny"}).status == 204
    wanted = {"name": "Jenny", "type": "business", "display": "allow"}
    assert row(idt, JENNY)["cnam"]["current"] is None
    assert row(idt, JENNY)["cnam"]["pending"] == {"action": "enable", **wanted}
    idt.pass_time(30)
    assert (row(idt, JENNY)["cnam"]["current"], row(idt, JENNY)["cnam"]["pending"]) == (wanted, None)
    assert idt.call("DELETE", path, headers={"content-type": "text/plain; charset=utf-8"}).status == 204
    assert row(idt, JENNY)["cnam"]["pending"] == {"action": "disable"}
    assert schema_errors("number", row(idt, JENNY)) == []
    idt.pass_time(30)
    assert (row(idt, JENNY)["cnam"]["current"], row(idt, JENNY)["cnam"]["pending"]) == (None, None)
    assert [line.amount for line in idt.world.ledger("idt").lines] == [Decimal("-0.1")] * 2


def test_rejected_cnam_leaves_the_current_one(idt: Idt) -> None:
    idt.world.policies.chosen["idt.cnam"] = Policy("after", timedelta(seconds=5), "rejected")
    idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "Jenny"})
    idt.pass_time(5)
    assert (row(idt, JENNY)["cnam"]["current"], row(idt, JENNY)["cnam"]["pending"]) == (None, None)


def test_rejected_change_of_a_name_leaves_the_name(idt: Idt) -> None:
    before = row(idt, BOUSE)["cnam"]
    idt.world.fire(f"idt.cnam/{BOUSE}", "rejected")
    assert row(idt, BOUSE)["cnam"] == {**before, "pending": None}
    assert before["current"]["name"] == "My Caller ID"


def test_pending_cnam_ends_with_its_number(idt: Idt) -> None:
    idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "Jenny"})
    idt.call("DELETE", f"/numbers/{JENNY}")
    assert row(idt, JENNY)["cnam"]["pending"] is None
    assert f"idt.cnam/{JENNY}" not in {entry.job.subject for entry in idt.world.scheduler.agenda()}


@pytest.mark.parametrize(
    ("method", "number", "expected"),
    [
        ("POST", PARIS, error(4007, "The number does not support CNAM")),
        ("POST", BOUSE, error(4007, PENDING)),
        ("DELETE", PARIS, error(4008, "The number has no CNAM")),
        ("DELETE", JENNY, error(4008, "The number has no CNAM")),
        ("DELETE", BOUSE, error(4008, PENDING)),
    ],
)
def test_cnam_that_cannot_change_is_refused(idt: Idt, method: str, number: str, expected: dict) -> None:
    before = idt.state()
    response = idt.call(method, f"/numbers/{number}/cnam", json={"name": "x"} if method == "POST" else None)
    assert (response.status, errors_of(response)) == (422, [expected])
    assert idt.state() == before


NAME = error(1002, "Name must have 1 to 15 characters", "name", "/name")
TYPE = error(1002, "Type must be one of business, residential", "type", "/type")
DISPLAY = error(1002, "Display must be one of allow, block", "display", "/display")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [error(1001, "Name is required", "name", "/name")]),
        ({"name": None}, [error(1001, "Name is required", "name", "/name")]),
        ({"name": ""}, [NAME]),
        ({"name": "x" * 16}, [NAME]),
        ({"name": 5}, [NAME]),
        ({"name": ["x"]}, [NAME]),
        ({"name": "x", "type": "private"}, [TYPE]),
        ({"name": "x", "type": True, "display": {}}, [TYPE, DISPLAY]),
        ({"display": "Allow", "name": "x"}, [DISPLAY]),
        ([], [error(1000, "Request body is not a JSON object")]),
    ],
)
def test_wrong_cnam_is_refused_and_changes_nothing(idt: Idt, body: object, expected: list) -> None:
    before = idt.state()
    response = idt.call("POST", f"/numbers/{JENNY}/cnam", json=body)
    assert (response.status, errors_of(response)) == (422, expected)
    assert idt.state() == before


def test_cnam_name_counts_characters_not_bytes(idt: Idt) -> None:
    assert idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "é" * 15}).status == 204
    assert row(idt, JENNY)["cnam"]["pending"]["name"] == "é" * 15


def test_cnam_is_refused_without_funds(idt: Idt) -> None:
    idt.world.ledger("idt").set_balance(Decimal("0.09"))
    response = idt.call("POST", f"/numbers/{JENNY}/cnam", json={"name": "Jenny"})
    detail = "Insufficient Funds (cost: 0.10, account balance: 0.09)"
    assert (response.status, errors_of(response)) == (422, [error(3001, detail, source="/")])
