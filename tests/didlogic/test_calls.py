"""Call records: the list with its filters and pages, and the calls that put records in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.world import World
from mockserver.providers.didlogic.cdr import keep
from mockserver.providers.didlogic.rates import cost, phone, started_minutes
from mockserver.providers.didlogic.rows import PastTransaction, Purchase
from mockserver.providers.didlogic.traffic_rows import CallRecord
from tests.control.caller import Caller
from tests.didlogic.account import FORM, JSON, Account, contract, example, form, restarted
from tests.support import NOON, Server, body_of

FACTS = contract("calls.json")
US, GB = "18565999999", "441172999999"
FRIEND = "12025550142"


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.fixture
def reached(caller: Caller) -> Account:
    return restarted(caller.server)


def happen(caller: Caller, happening: str, **fields: Any) -> Any:
    reply = caller("POST", f"/world/didlogic/{happening}", fields)
    assert reply.status == 200, reply.content
    return reply.json


def named(value: Any) -> str:
    """A query, or what is expected of it, in the name of its test."""
    return "&".join(f"{name}={one}" for name, one in value.items()) if isinstance(value, dict) else str(value)


def times(answer: Any) -> list[str]:
    return [row["timestamp"] for row in answer["calls"]]


# --- the list --------------------------------------------------------------------------------------


def test_recorded_call_comes_out_as_it_was(account: Account) -> None:
    recorded = example("list_calls.response.200.json")
    answer = account.get("/v1/calls", **{"from": "2024-11-20", "to": "2024-11-20"})
    assert answer["calls"] == recorded["calls"]
    assert list(answer["calls"][0]) == list(recorded["calls"][0]) == FACTS["sip"]["fields"]
    assert list(answer["pagination"]) == list(recorded["pagination"]) == FACTS["pagination"]["fields"]
    response = account.send("GET", "/v1/calls?from=2024-11-20&to=2024-11-20")
    assert response.body.startswith(
        b'{"calls":[{"timestamp":"2024-11-20T13:29:19Z","type":"sip","amount":0.02,'
    )


def test_pages_have_the_recorded_shape_when_there_are_more_than_can_be_shown(account: Account) -> None:
    fill(account.world, 6000)
    answer = account.get("/v1/calls")
    assert answer["pagination"] == example("list_calls.response.200.json")["pagination"]
    assert len(answer["calls"]) == 100
    last = account.get("/v1/calls", page="5", per_page="1000")
    assert last["pagination"] == {"page": 5, "per_page": 1000, "total_pages": 5, "total_records": 5000}
    assert len(last["calls"]) == 1000
    assert account.get("/v1/calls", page="6", per_page="1000")["calls"] == []
    filtered = account.get("/v1/calls", type="incoming", per_page="1000", page="5")
    assert filtered["pagination"]["total_records"] == 5000
    assert len(filtered["calls"]) == 1000
    # The oldest are found by their days.
    assert account.get("/v1/calls", to="2024-11-20")["pagination"]["total_records"] == 1


def test_oldest_calls_go_when_there_are_too_many(account: Account) -> None:
    fill(account.world, 10_000)
    assert len(account.world.table(CallRecord)) == 10_000
    assert account.get("/v1/calls", to="2025-12-31")["calls"] == []


def fill(world: World, count: int) -> None:
    """So many incoming calls, a second apart, from NOON on."""
    table = world.table(CallRecord)
    like = next(row for row in table if row.did_number == US)
    for number in range(count):
        keep(world, table, replace(like, id=20_000 + number, at=NOON + timedelta(seconds=number)))
    world.commit()


def test_calls_are_listed_newest_first(account: Account) -> None:
    seen = times(account.get("/v1/calls"))
    assert seen == sorted(seen, reverse=True)
    assert (len(seen), seen[0], seen[-1]) == (18, "2025-02-12T10:44:18Z", "2024-11-20T13:29:19Z")
    response = account.send("GET", "/v1/calls")
    assert response.headers[0] == ("Content-Type", JSON)
    assert str(response.evidence) == "assumed; claim=didlogic.G16"  # incoming calls are among them
    response = account.send("GET", "/v1/calls?type=sip")
    assert str(response.evidence) == "documented; claim=didlogic.list_calls"


def test_incoming_call_names_its_number(account: Account) -> None:
    answer = account.get("/v1/calls", filter=GB)
    assert [list(row) for row in answer["calls"]] == [FACTS["incoming"]["fields"]]
    assert answer["calls"] == [
        {
            "timestamp": "2025-02-12T10:44:18Z",
            "type": "incoming",
            "amount": 0.0,
            "duration": 0,
            "from": "442079460958",
            "to": GB,
            "destination_name": "United Kingdom - Bristol",
            "did_number": GB,
            "per_minute": 0.001,
        }
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 18),
        ({"type": "sip"}, 5),
        ({"type": "incoming"}, 13),
        ({"type": ""}, 18),
        ({"filter": US}, 12),
        ({"filter": "+1 8565999999"}, 12),
        ({"filter": US[:-1]}, 0),
        ({"filter": US, "type": "sip"}, 0),
        ({"sip_account": "12345"}, 5),
        ({"sip_account": "54321"}, 0),
        ({"from_search": "12125550161"}, 3),
        ({"from_search": "1212"}, 4),
        ({"from_search": "+1212555"}, 3),
        ({"from_search": "anonymous"}, 1),
        ({"to_search": "4420794609"}, 2),
        ({"to_search": US}, 12),
        ({"to_search": "nobody"}, 0),
        ({"missed": "1"}, 6),
        ({"missed": "true", "type": "sip"}, 3),
        ({"missed": "0"}, 12),
        ({"missed": "false", "type": "sip"}, 2),
        ({"missed": ""}, 18),
        ({"from": "2024-12-06", "to": "2024-12-06"}, 2),
        ({"from": "2025-01-02"}, 2),
        ({"to": "2024-12-06"}, 3),
        ({"from": "2024-12-07", "to": "2024-12-08"}, 0),
        ({"from": "2025-01-01", "to": "2024-01-01"}, 0),
        ({"from": "0001-01-01", "to": "9999-12-31"}, 18),
        ({"from": "9999-12-31"}, 0),
        ({"from": "2024-12-01", "to": "2024-12-31", "type": "incoming", "missed": "0", "filter": US,
          "from_search": FRIEND, "to_search": "1856"}, 4),
    ],
    ids=named,
)  # fmt: skip
def test_calls_are_filtered(account: Account, query: dict[str, str], count: int) -> None:
    answer = account.get("/v1/calls", **query)
    assert (len(answer["calls"]), answer["pagination"]["total_records"]) == (count, count)
    seen = times(answer)
    assert seen == sorted(seen, reverse=True)
    page = account.get("/v1/calls", **query, per_page="1", page="2")
    assert page["calls"] == answer["calls"][1:2]
    assert page["pagination"] == {"page": 2, "per_page": 1, "total_pages": count, "total_records": count}


def test_days_end_at_midnight(account: Account) -> None:
    table = account.world.table(CallRecord)
    like = next(iter(table))
    for number, at in enumerate(
        (datetime(2026, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)), 20_000
    ):
        table.put(replace(like, id=number, at=at))
    account.world.commit()
    assert times(account.get("/v1/calls", **{"from": "2026-01-01", "to": "2026-01-01"})) == [
        "2026-01-01T23:59:59Z"
    ]
    assert times(account.get("/v1/calls", **{"from": "2026-01-02"})) == ["2026-01-02T00:00:00Z"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("type=outgoing", {"type": ["is not included in the list"]}),
        ("type[]=sip", {"type": ["is invalid"]}),
        ("from=today", {"from": ["is invalid"]}),
        ("from=2024-02-30", {"from": ["is invalid"]}),
        ("from=2024-11-20T00:00:00Z", {"from": ["is invalid"]}),
        ("to=20/11/2024", {"to": ["is invalid"]}),
        ("to[x]=2024-11-20", {"to": ["is invalid"]}),
        ("filter[]=1", {"filter": ["is invalid"]}),
        ("sip_account[a]=1", {"sip_account": ["is invalid"]}),
        ("from_search[]=1", {"from_search": ["is invalid"]}),
        ("to_search[]=1", {"to_search": ["is invalid"]}),
        ("missed=maybe", {"missed": ["is invalid"]}),
        ("missed[]=1", {"missed": ["is invalid"]}),
    ],
)
def test_calls_are_refused_when_a_filter_is_wrong(account: Account, query: str, errors: Any) -> None:
    before = account.state()
    response = account.send("GET", f"/v1/calls?{query}")
    assert (response.status, body_of(response)) == (422, {"errors": errors})
    assert account.state() == before


def test_page_numbers_that_cannot_be_count_as_the_first(account: Account) -> None:
    first = account.get("/v1/calls")
    assert first["pagination"]["per_page"] == 100
    for query in ({"page": "0"}, {"page": "-3"}, {"page": "x"}, {"per_page": "0"}, {"per_page": "many"}):
        assert account.get("/v1/calls", **query) == first
    assert account.get("/v1/calls", per_page="99999")["pagination"]["per_page"] == 1000
    assert account.get("/v1/calls", page="999999999999999999", per_page="1000")["calls"] == []


def test_seeded_calls_cost_what_the_history_says(account: Account) -> None:
    calls = account.world.table(CallRecord)
    charged = [row for row in account.world.table(PastTransaction) if row.kind == "call"]
    assert sum(row.amount for row in calls) == -sum(row.amount for row in charged)
    assert max(row.at for row in calls if row.amount) < charged[-1].at
    for row in calls:
        if row.destination_name != "United States - NOT EXISTED":  # recorded: charged though unanswered
            assert row.amount == cost(started_minutes(row.duration), row.per_minute), row
    owned = account.world.table(Purchase)
    assert all(row.at >= owned[row.did_number].purchased_at for row in calls if row.did_number)


# --- incoming calls --------------------------------------------------------------------------------


def test_incoming_call_is_recorded_and_charged(caller: Caller, reached: Account) -> None:
    told = happen(caller, "incoming_call", to=f"+{US}", **{"from": "+442079460958"}, duration=61)
    assert told == {
        "call": {
            "timestamp": "2026-03-01T12:00:00Z",
            "type": "incoming",
            "amount": 0.02,
            "duration": 61,
            "from": "442079460958",
            "to": "sip:reception@pbx.example.com",
            "destination_name": "United States - Camden, NJ",
            "did_number": US,
            "per_minute": 0.01,
        },
        "reason": None,
        "balance": "35.2000",
    }
    assert reached.get("/v1/calls")["calls"][0] == told["call"]
    assert reached.csv("type=call") == [
        ["03/01/26", "12:00 pm", "Calls", f"Call to {US}", "$-0.0200", "$35.2000", "Committed"]
    ]
    assert reached.csv("type=call_fix_fee") == []
    reached.check_books()


@pytest.mark.parametrize("row", FACTS["minutes"], ids=lambda row: f"{row['seconds']} s")
def test_minutes_that_have_begun_are_charged(caller: Caller, reached: Account, row: Any) -> None:
    told = happen(caller, "incoming_call", to=GB, duration=row["seconds"])
    assert told["call"]["amount"] == float(row["minutes"] * Decimal("0.001"))
    assert len(reached.ledger.lines) == (1 if row["minutes"] else 0)


def test_missed_call_costs_nothing(caller: Caller, reached: Account) -> None:
    told = happen(caller, "incoming_call", to=US, answered=False, duration=500)
    assert (told["call"]["duration"], told["call"]["amount"]) == (0, 0.0)
    assert reached.ledger.lines == []
    assert reached.get("/v1/calls", missed="1")["calls"][0] == told["call"]


def test_call_from_earlier_is_listed_where_it_belongs(caller: Caller, reached: Account) -> None:
    told = happen(caller, "incoming_call", to=US, at="2024-12-24T18:00:00+01:00", duration=30)
    assert told["call"]["timestamp"] == "2024-12-24T17:00:00Z"
    assert reached.get("/v1/calls", **{"from": "2024-12-24", "to": "2024-12-24"})["calls"] == [told["call"]]
    seen = times(reached.get("/v1/calls"))
    assert seen == sorted(seen, reverse=True)


def test_forwarded_call_costs_the_way_out_too(caller: Caller, reached: Account) -> None:
    for destination in reached.get(f"/v1/purchases/{GB}/destinations")["destination"]:
        reached.send("DELETE", f"/v1/purchases/{GB}/destinations/{destination['id']}")
    fields = {"destination[destination]": "493023125042", "destination[transport]": "4"}
    assert reached.send("POST", f"/v1/purchases/{GB}/destinations", form(fields), FORM).status == 200
    told = happen(caller, "incoming_call", to=GB, duration=121)
    assert (told["call"]["to"], told["call"]["amount"]) == ("493023125042", 0.003)
    assert [row[2:5] for row in reached.csv()[-2:]] == [
        ["Calls", f"Call to {GB}", "$-0.0030"],
        ["Call forwarding", f"Forwarding of {GB} to 493023125042", "$-0.0450"],
    ]
    happen(caller, "incoming_call", to=GB, answered=False)
    assert len(reached.ledger.lines) == 2
    reached.check_books()


def test_call_goes_to_the_first_active_destination(caller: Caller, reached: Account) -> None:
    assert happen(caller, "incoming_call", to=GB)["call"]["to"] == "12345"
    assert reached.send("DELETE", "/v1/sipaccounts/12345").status == 200
    assert happen(caller, "incoming_call", to=GB)["call"]["to"] == GB  # nothing is left there to ring
    path = f"/v1/purchases/{US}/destinations"
    first = reached.get(path)["destination"][0]["id"]
    reached.send("PATCH", f"{path}/{first}", b"destination[active]=0", FORM)
    assert happen(caller, "incoming_call", to=US)["call"]["to"] == "12015550123"


def test_free_minutes_of_a_month_come_first(caller: Caller, reached: Account) -> None:
    number = reached.on_sale("GB", "National")[0]
    assert (number["free_min"], number["per_minute"]) == (100, 0.015)
    reached.buy(number["number"])
    amounts = [
        happen(caller, "incoming_call", to=number["number"], duration=60 * minutes)["call"]["amount"]
        for minutes in (60, 39, 2, 10)
    ]
    assert amounts == [0.0, 0.0, 0.015, 0.15]
    reached.world.advance(to=NOON.replace(month=4))
    assert happen(caller, "incoming_call", to=number["number"], duration=6000)["call"]["amount"] == 0.0
    assert happen(caller, "incoming_call", to=number["number"], duration=1)["call"]["amount"] == 0.015
    reached.check_books()


def test_call_may_end_below_zero_and_the_next_is_not_put_through(caller: Caller, reached: Account) -> None:
    reached.ledger.set_balance(Decimal("0.0001"))
    assert happen(caller, "incoming_call", to=US, duration=600)["balance"] == "-0.0999"
    told = happen(caller, "incoming_call", to=US, duration=600)
    assert (told["call"]["duration"], told["call"]["amount"], told["balance"]) == (0, 0.0, "-0.0999")
    assert told["reason"] == "the balance is used up: the call was not put through"
    assert happen(caller, "outgoing_call", to=FRIEND)["call"]["duration"] == 0
    reached.ledger.set_balance(Decimal(0))
    assert happen(caller, "outgoing_call", to=FRIEND)["call"]["duration"] == 0
    reached.check_books()


@pytest.mark.parametrize(
    ("happening", "body", "status", "fields"),
    [
        ("incoming_call", {}, 422, ["to"]),
        ("incoming_call", {"to": FRIEND}, 422, ["to"]),
        ("incoming_call", {"to": "pending"}, 409, ["to"]),
        ("incoming_call", {"to": US, "duration": -1}, 422, ["duration"]),
        ("incoming_call", {"to": US, "duration": 86401}, 422, ["duration"]),
        ("incoming_call", {"to": US, "duration": 1.5}, 422, ["duration"]),
        ("incoming_call", {"to": US, "answered": "perhaps"}, 422, ["answered"]),
        ("incoming_call", {"to": US, "from": "<b>"}, 422, ["from"]),
        ("incoming_call", {"to": US, "at": "yesterday"}, 422, ["at"]),
        ("incoming_call", {"to": US, "at": "2026-03-01T12:00:01Z"}, 422, ["at"]),
        ("incoming_call", {"to": US, "missed": True}, 422, ["missed"]),
        ("outgoing_call", {}, 422, ["to"]),
        ("outgoing_call", {"to": "007"}, 422, ["to"]),
        ("outgoing_call", {"to": "mother"}, 422, ["to"]),
        ("outgoing_call", {"to": FRIEND, "sip_account": "99999"}, 422, ["sip_account"]),
        ("outgoing_call", {"to": FRIEND, "at": "2027-01-01T00:00:00Z"}, 422, ["at"]),
        ("outgoing_call", {"to": FRIEND, "duration": "long"}, 422, ["duration"]),
    ],
)
def test_call_that_cannot_be_changes_nothing(
    caller: Caller, reached: Account, happening: str, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    if body.get("to") == "pending":
        body = {"to": reached.on_sale("DE", "Mobile")[0]["number"]}
        reached.buy(body["to"])
    before = reached.state()
    reply = caller("POST", f"/world/didlogic/{happening}", body)
    assert (reply.status, list(reply.json["fields"])) == (status, fields)
    assert reached.state() == before


# --- outgoing calls --------------------------------------------------------------------------------


def test_outgoing_call_is_recorded_charged_and_counted(caller: Caller, reached: Account) -> None:
    told = happen(caller, "outgoing_call", to="+442079460958", duration=125, sip_account="12345")
    assert told == {
        "call": {
            "timestamp": "2026-03-01T12:00:00Z",
            "type": "sip",
            "amount": 0.0327,
            "duration": 125,
            "from": '"TEST DEVICE" <17254999999>',
            "to": "442079460958",
            "destination_name": "United Kingdom",
            "sip_account": "12345",
        },
        "reason": None,
        "balance": "35.1873",
    }
    assert list(told["call"]) == FACTS["sip"]["fields"]
    assert reached.csv("type=call")[0][2:5] == ["Calls", "Call to 442079460958", "$-0.0327"]
    account = reached.get("/v1/sipaccounts/12345")["sipaccount"]
    assert (account["charge"], account["talk_time"]) == ("0.0327", 125)
    assert reached.get("/v1/sipaccounts")["sipaccounts"][0] == account
    reached.world.advance(to=NOON.replace(month=4))
    account = reached.get("/v1/sipaccounts/12345")["sipaccount"]
    assert (account["charge"], account["talk_time"]) == ("0.0", 0)  # they count the month
    reached.check_books()


def test_outgoing_call_goes_out_from_the_first_account_unless_told(caller: Caller, reached: Account) -> None:
    assert happen(caller, "outgoing_call", to=FRIEND)["call"]["sip_account"] == "12345"
    told = happen(caller, "outgoing_call", to=FRIEND, sip_account="54321")["call"]
    assert (told["sip_account"], told["from"]) == ("54321", '"Office PBX" <18565999999>')
    for name in ("12345", "54321"):
        reached.send("DELETE", f"/v1/sipaccounts/{name}")
    reply = caller("POST", "/world/didlogic/outgoing_call", {"to": FRIEND})
    assert (reply.status, list(reply.json["fields"])) == (409, ["sip_account"])


@pytest.mark.parametrize(
    ("limits", "asked", "duration"),
    [
        ({"call_restrict": "1"}, 3600, 2800),  # the recorded account may call for 2800 seconds
        ({"call_restrict": "0"}, 3600, 3600),
        ({"call_limit": "0"}, 3600, 3600),
        ({"cost_limit": "1", "max_call_cost": "0.0100"}, 3600, 60),
        ({"cost_limit": "1", "max_call_cost": "0.0089"}, 3600, 0),
        ({"cost_limit": "1", "max_call_cost": "0"}, 100, 100),
        ({"cost_limit": "0", "max_call_cost": "0.01"}, 100, 100),
    ],
)
def test_limits_of_the_account_end_a_call(
    caller: Caller, reached: Account, limits: dict[str, str], asked: int, duration: int
) -> None:
    fields = {f"sipaccount[{name}]": value for name, value in limits.items()}
    assert reached.send("PUT", "/v1/sipaccounts/12345", form(fields), FORM).status == 200
    told = happen(caller, "outgoing_call", to=FRIEND, duration=asked)["call"]
    assert told["duration"] == duration
    assert told["amount"] == float(cost(-(-duration // 60), Decimal("0.009")))


def test_prefix_of_the_dialled_number_is_rewritten(caller: Caller, reached: Account) -> None:
    fields = {
        "sipaccount[rewrite_enabled]": "1",
        "sipaccount[rewrite_cond]": "0",
        "sipaccount[rewrite_prefix]": "44",
    }
    assert reached.send("PUT", "/v1/sipaccounts/12345", form(fields), FORM).status == 200
    told = happen(caller, "outgoing_call", to="02079460958")["call"]
    assert (told["to"], told["destination_name"]) == ("442079460958", "United Kingdom")
    assert happen(caller, "outgoing_call", to=FRIEND)["call"]["to"] == FRIEND
    off = {"sipaccount[rewrite_enabled]": "0", "sipaccount[rewrite_cond]": "1"}
    assert reached.send("PUT", "/v1/sipaccounts/12345", form(off), FORM).status == 200
    assert happen(caller, "outgoing_call", to=FRIEND)["call"]["to"] == FRIEND


def test_magic_number_does_not_answer(caller: Caller, reached: Account) -> None:
    magic = FACTS["click2call"]["magic"]["failed"]
    told = happen(caller, "outgoing_call", to=magic)["call"]
    assert (told["duration"], told["amount"]) == (0, 0.0)


def test_happenings_of_calls_are_listed(caller: Caller) -> None:
    listed = {one["happening"]: one for one in caller("GET", "/world").json["didlogic"]}
    assert {"incoming_call", "outgoing_call", "inbound_sms"} <= set(listed)
    assert listed["incoming_call"]["required"] == ["to"]
    assert set(listed["incoming_call"]["fields"]) == {"to", "from", "duration", "answered", "at"}


# --- anything --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "number"),
    [
        ("+1 202 555 0142", FRIEND),
        ("1234567", "1234567"),
        ("123456", None),
        ("0" * 10, None),
        ("1" * 16, None),
        ("", None),
        ("12a4567", None),
        ("²²²²²²²", None),
    ],
)
def test_numbers_have_seven_to_fifteen_digits(given_: str, number: str | None) -> None:
    assert phone(given_) == number


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


NAMES = st.sampled_from(
    "type from to filter sip_account from_search to_search missed page per_page from[] missed[x]".split()
)
VALUES = st.sampled_from(
    ["sip", "incoming", "2024-12-06", "9999-12-31", "0001-01-01", US, "12345", "1", "0", "true", "", "-1"]
) | st.text(max_size=12)


@given(query=st.dictionaries(NAMES, VALUES, max_size=5), path=st.sampled_from(["/v1/calls", "/v1/asr"]))
def test_any_filter_is_answered_or_refused(anybody: Account, query: dict[str, str], path: str) -> None:
    before = anybody.state()
    text = form({name: value.encode("utf-8", "replace").decode() for name, value in query.items()}).decode()
    response = anybody.send("GET", f"{path}?{text}")
    assert response.status in (200, 400, 422), response.body
    assert anybody.state() == before
