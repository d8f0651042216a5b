"""Clock, advance and agenda over the control API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.control.caller import Caller
from tests.control.jobs import Bill
from tests.support import NOON

FROZEN_AT_NOON = {"mode": "frozen", "rate": 1.0, "now": "2026-03-01T12:00:00.000Z", "next_due": None}


def test_clock_is_shown_as_it_stands(call: Caller) -> None:
    assert call("GET", "/clock").json == FROZEN_AT_NOON


def test_clock_is_real_in_a_new_sandbox(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    clock = call("GET", "/sandboxes/a/clock").json
    assert (clock["mode"], clock["rate"], clock["next_due"]) == ("real", 1.0, None)


def test_clock_is_frozen_at_an_instant_given_with_an_offset(call: Caller) -> None:
    answer = call("PUT", "/clock", {"mode": "frozen", "now": "2027-01-01T02:00:00.5+02:00"})
    assert answer.json == {**FROZEN_AT_NOON, "now": "2027-01-01T00:00:00.500Z"}
    assert call("GET", "/clock").json == answer.json


def test_clock_keeps_its_instant_when_only_the_mode_changes(call: Caller) -> None:
    assert call("PUT", "/clock", {"mode": "scaled", "rate": 60}).json["rate"] == 60.0
    call("PUT", "/clock", {"mode": "real"})
    clock = call("PUT", "/clock", {"mode": "frozen"}).json
    assert clock["now"].startswith("2026-03-01T12:0")
    assert clock["rate"] == 1.0


def test_clock_can_be_set_back(call: Caller) -> None:
    assert call("PUT", "/clock", {"now": "1970-01-01T00:00:00Z"}).json["now"] == "1970-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, {"body": "give at least one of mode, now and rate"}),
        ({"mode": "slow"}, {"mode": "Input should be 'real', 'frozen' or 'scaled'"}),
        ({"rate": 2}, {"rate": "the clock would be frozen, not scaled"}),
        ({"mode": "real", "rate": 2}, {"rate": "the clock would be real, not scaled"}),
        ({"mode": "scaled", "rate": 0}, {"rate": "Input should be greater than 0"}),
        ({"mode": "scaled", "rate": 1e7}, {"rate": "Input should be less than or equal to 1000000"}),
        ({"mode": "scaled", "rate": "2"}, {"rate": "must be a number"}),
        ({"mode": "scaled", "rate": True}, {"rate": "must be a number"}),
        ({"now": 1}, {"now": "must be an ISO 8601 instant such as 2026-03-01T12:00:00Z"}),
        ({"now": "noon"}, {"now": "must be an ISO 8601 instant such as 2026-03-01T12:00:00Z"}),
        ({"now": "2026-03-01T12:00:00"}, {"now": "must say its offset, such as Z or +02:00"}),
        ({"now": "1969-12-31T23:59:59Z"}, {"now": "must lie between 1970-01-01 and 9000-01-01"}),
        ({"now": "9999-12-31T23:59:59-10:00"}, {"now": "must lie between 1970-01-01 and 9000-01-01"}),
    ],
)
def test_clock_stays_when_the_change_is_not_possible(call: Caller, body: Any, problem: Any) -> None:
    answer = call("PUT", "/clock", body)
    assert (answer.status, answer.json["fields"]) == (422, problem)
    assert call("GET", "/clock").json == FROZEN_AT_NOON


def test_advance_runs_what_falls_due_in_order_and_says_so(call: Caller) -> None:
    world = call.server.world()
    world.at(NOON + timedelta(hours=2), Bill("late"))
    world.at(NOON + timedelta(hours=1), Bill("early"))
    world.at(NOON + timedelta(days=9), Bill("never"))
    world.commit()
    assert call("GET", "/clock").json["next_due"] == "2026-03-01T13:00:00.000Z"
    assert call("POST", "/clock/advance", {"hours": 1, "minutes": 60, "seconds": 0.5}).json == {
        "before": "2026-03-01T12:00:00.000Z",
        "now": "2026-03-01T14:00:00.500Z",
        "fired": [
            {"due": "2026-03-01T13:00:00.000Z", "kind": "idt.bill", "subject": "idt.orders/early"},
            {"due": "2026-03-01T14:00:00.000Z", "kind": "idt.bill", "subject": "idt.orders/late"},
        ],
        "total": 2,
        "events": [
            {
                "at": "2026-03-01T13:00:00.000Z",
                "subject": "idt.orders/early",
                "change": "pending -> billed",
            },
            {"at": "2026-03-01T14:00:00.000Z", "subject": "idt.orders/late", "change": "pending -> billed"},
        ],
        "callbacks": [],
    }
    assert call("GET", "/clock/agenda").json == {
        "now": "2026-03-01T14:00:00.500Z",
        "agenda": [
            {
                "number": 3,
                "due": "2026-03-10T12:00:00.000Z",
                "kind": "idt.bill",
                "subject": "idt.orders/never",
            }
        ],
        "total": 1,
    }
    assert world.ledger("idt").balance == world.ledger("idt").opening - Decimal(2)


@pytest.mark.parametrize(
    ("body", "arrival"),
    [
        ({"days": 1}, "2026-03-02T12:00:00.000Z"),
        ({"seconds": 0}, "2026-03-01T12:00:00.000Z"),
        ({"by": "PT1H30M"}, "2026-03-01T13:30:00.000Z"),
        ({"by": "pt1h30m"}, "2026-03-01T13:30:00.000Z"),
        ({"by": "P1DT1S"}, "2026-03-02T12:00:01.000Z"),
        ({"by": "P1W"}, "2026-03-08T12:00:00.000Z"),
        ({"by": "90s"}, "2026-03-01T12:01:30.000Z"),
        ({"by": "2d"}, "2026-03-03T12:00:00.000Z"),
        ({"by": "1w 2h 30m"}, "2026-03-08T14:30:00.000Z"),
        ({"by": "250ms"}, "2026-03-01T12:00:00.250Z"),
        ({"to": "2026-04-01T00:00:00Z"}, "2026-04-01T00:00:00.000Z"),
        ({"to": "9000-01-01T00:00:00Z"}, "9000-01-01T00:00:00.000Z"),
    ],
)
def test_advance_understands_units_durations_and_instants(call: Caller, body: Any, arrival: str) -> None:
    answer = call("POST", "/clock/advance", body)
    assert (answer.status, answer.json["now"]) == (200, arrival)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "body: give either seconds, minutes, hours and days, or by, or to"),
        ({"by": "1s", "days": 1}, "body: give either seconds, minutes, hours and days, or by, or to"),
        ({"secnds": 1}, "secnds: there is no such field"),
        ({"days": "1"}, "days: must be a number"),
        ({"days": None}, "body: give either seconds, minutes, hours and days, or by, or to"),
        ({"days": 1e300}, "the clock cannot go that far"),
        ({"days": 9e6}, "the clock cannot go beyond 9000-01-01T00:00:00+00:00"),
        ({"by": "999999999999w"}, "by: this duration is longer than time itself here"),
        (
            {"days": -1},
            "the clock stands at 2026-03-01T12:00:00+00:00 already and cannot be advanced backwards",
        ),
        (
            {"to": "2026-03-01T11:59:59.999Z"},
            "the clock stands at 2026-03-01T12:00:00+00:00 already and cannot be advanced backwards",
        ),
    ],
)
def test_advance_refuses_what_leads_nowhere(call: Caller, body: Any, error: str) -> None:
    answer = call("POST", "/clock/advance", body)
    assert (answer.status, answer.json["error"]) == (422, error)
    assert call("GET", "/clock").json == FROZEN_AT_NOON


@pytest.mark.parametrize(
    "text", ["", " ", "P", "PT", "P1M", "P1Y", "1", "d", "1 day", "-1d", "1d-", "١d", 5, None]
)
def test_advance_refuses_what_is_no_duration(call: Caller, text: Any) -> None:
    answer = call("POST", "/clock/advance", {"by": text})
    assert answer.status == 422
    assert call("GET", "/clock").json == FROZEN_AT_NOON


def test_advance_names_the_field_that_was_meant(call: Caller) -> None:
    assert call("POST", "/clock/advance", {"secnds": 1}).json == {
        "error": "secnds: there is no such field",
        "fields": {"secnds": "there is no such field"},
        "known": ["seconds", "minutes", "hours", "days", "by", "to", "wait"],
        "did_you_mean": "seconds",
    }


def test_agenda_is_cut_at_the_limit_and_counts_all(call: Caller) -> None:
    world = call.server.world()
    for hour in range(5):
        world.at(NOON + timedelta(hours=hour + 1), Bill(str(hour)))
    world.scheduler.add(None, Bill("held"))
    world.commit()
    whole = call("GET", "/clock/agenda").json
    assert [entry["subject"] for entry in whole["agenda"]][4:] == ["idt.orders/4", "idt.orders/held"]
    assert whole["agenda"][5]["due"] is None
    cut = call("GET", "/clock/agenda?limit=2").json
    assert (len(cut["agenda"]), cut["total"]) == (2, 6)
    assert call("GET", "/clock/agenda?limit=0").status == 422


def test_what_is_due_happens_before_a_control_call_is_answered(call: Caller) -> None:
    world = call.server.world()
    world.at(NOON + timedelta(hours=1), Bill("x"))
    world.commit()
    call("PUT", "/clock", {"now": "2026-03-02T00:00:00Z"})
    lines = call("GET", "/ledger?provider=idt").json["idt"]["lines"]
    assert [(line["at"], line["kind"]) for line in lines] == [("2026-03-01T13:00:00.000Z", "bill")]
