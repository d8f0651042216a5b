"""Click2Call: what is accepted, states on the clock, and the call record with its charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.didlogic.cdr import keep
from mockserver.providers.didlogic.traffic_rows import Click2Call
from tests.didlogic.account import BOUNDARY, FORM, Account, contract, form, multipart
from tests.support import Server, body_of

FACTS = contract("calls.json")["click2call"]
AGENT, CUSTOMER = "12025550142", "442079460958"
MAGIC = FACTS["magic"]["failed"]
STEP = timedelta(seconds=5)


def create(account: Account, **fields: Any) -> Any:
    body = orjson.dumps({"a": AGENT, "b": CUSTOMER, **fields})
    response = account.send("POST", "/v1/click2call", body, "application/json")
    assert response.status == 200, response.body
    return body_of(response)


def show(account: Account, call: Any) -> Any:
    return account.get(f"/v1/click2call/{call['id']}")


@pytest.mark.parametrize("kind", [FORM, "application/json", f"multipart/form-data; boundary={BOUNDARY}"])
def test_call_is_queued_in_every_format(account: Account, kind: str) -> None:
    fields = {"a": f"+{AGENT}", "a_type": "phone", "b": CUSTOMER, "callerid": "+1 8565999999"}
    encode = {FORM: form, "application/json": orjson.dumps}.get(kind, multipart)
    response = account.send("POST", "/v1/click2call", encode(fields), kind)  # type: ignore[operator]
    call = body_of(response)
    assert (response.status, list(response.ignored)) == (200, [])
    assert str(response.evidence) == "assumed; claim=didlogic.G23"
    assert list(call) == FACTS["fields"]
    assert call == {
        "id": call["id"],
        "status": "queued",
        "a_type": "phone",
        "a": AGENT,
        "b": CUSTOMER,
        "callerid": "18565999999",
        "duration": 0,
        "created_at": "2026-03-01T12:00:00Z",
        "answered_at": None,
        "ended_at": None,
    }
    assert show(account, call) == call


def test_call_goes_through_its_states_and_is_charged(account: Account) -> None:
    call = create(account, callerid=AGENT)
    seen = [call["status"]]
    for _ in range(3):
        account.world.advance(by=STEP)
        seen.append(show(account, call)["status"])
    assert seen == FACTS["states"]
    account.world.advance(by=10 * STEP)
    assert show(account, call) == {
        **call,
        "status": "completed",
        "duration": 5,
        "answered_at": "2026-03-01T12:00:10Z",
        "ended_at": "2026-03-01T12:00:15Z",
    }
    assert account.get("/v1/calls")["calls"][0] == {
        "timestamp": "2026-03-01T12:00:10Z",
        "type": "sip",
        "amount": 0.0109,
        "duration": 5,
        "from": f'"" <{AGENT}>',
        "to": CUSTOMER,
        "destination_name": "United Kingdom",
        "sip_account": "",
    }
    assert account.csv("type=call") == [
        ["03/01/26", "12:00 pm", "Calls", f"Call to {CUSTOMER}", "$-0.0109", "$35.2091", "Committed"]
    ]
    changes = [one.change for one in account.world.events.since(0) if one.subject.endswith(call["id"])]
    assert changes == [f"{one} -> {other}" for one, other in zip(["new", *seen], seen, strict=False)]
    account.check_books()


@pytest.mark.parametrize("by", ["policy", "magic number"])
def test_call_that_fails_costs_nothing_and_is_a_missed_one(account: Account, by: str) -> None:
    call = create(account, b=MAGIC if by == "magic number" else CUSTOMER)
    account.world.advance(by=STEP)
    assert show(account, call)["status"] == "ringing"
    if by == "policy":
        policies = account.world.policies
        policies.chosen["didlogic.click2call"] = replace(policies.of("didlogic.click2call"), outcome="failed")
    account.world.advance(by=STEP)
    assert show(account, call) == {**call, "status": "failed", "ended_at": "2026-03-01T12:00:10Z"}
    missed = account.get("/v1/calls", missed="1")["calls"][0]
    assert (missed["to"], missed["amount"], missed["duration"]) == (call["b"], 0.0, 0)
    assert account.ledger.lines == []


def test_call_lasts_until_it_is_ended_when_it_is_held(account: Account) -> None:
    policies = account.world.policies
    policies.chosen["didlogic.click2call"] = replace(policies.of("didlogic.click2call"), mode="manual")
    call = create(account)
    subject = f"didlogic.click2call/{call['id']}"
    account.world.fire(subject)
    account.world.fire(subject)
    account.world.advance(by=timedelta(minutes=2, microseconds=1))
    assert show(account, call)["status"] == "answered"
    account.world.fire(subject, "failed")  # it was answered: what was spoken is charged
    ended = show(account, call)
    assert (ended["status"], ended["duration"]) == ("failed", 121)
    assert account.ledger.balance == Decimal("35.22") - 3 * Decimal("0.0109")


def test_call_that_ends_at_once_lasts_a_second(account: Account) -> None:
    policies = account.world.policies
    policies.chosen["didlogic.click2call"] = replace(policies.of("didlogic.click2call"), mode="immediate")
    call = create(account)
    assert (show(account, call)["status"], show(account, call)["duration"]) == ("completed", 1)


def test_first_leg_may_be_a_stream_when_the_account_has_streams(account: Account) -> None:
    fields = {"a": "wss://bot.example.com/talk", "a_type": "stream", "b": CUSTOMER}
    before = account.state()
    response = account.send("POST", "/v1/click2call", form(fields), FORM)
    wanted = FACTS["unsupported"]
    assert (response.status, body_of(response)) == (wanted["status"], wanted["body"])
    assert str(response.evidence) == "client; claim=didlogic.error.a_type_unsupported"
    assert account.state() == before
    account.world.options["didlogic"]["voice_stream"] = True
    call = create(account, **fields)
    assert (call["a_type"], call["a"]) == ("stream", "wss://bot.example.com/talk")


def test_first_leg_may_be_a_sip_account(account: Account) -> None:
    assert create(account, a="12345", a_type="sip")["a"] == "12345"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"a": None, "b": None}, {"a": ["can't be blank"], "b": ["can't be blank"]}),
        ({"a": " ", "b": ""}, {"a": ["can't be blank"], "b": ["can't be blank"]}),
        ({"a": "mother"}, {"a": ["is invalid"]}),
        ({"a": "1" * 16}, {"a": ["is invalid"]}),
        ({"b": "007"}, {"b": ["is invalid"]}),
        ({"b": "sip:me@example.com"}, {"b": ["is invalid"]}),
        ({"callerid": "me"}, {"callerid": ["is invalid"]}),
        ({"a": "x", "b": "y", "callerid": "z"}, {
            "a": ["is invalid"], "b": ["is invalid"], "callerid": ["is invalid"]}),
        ({"a": "12345" * 101, "a_type": "sip"}, {"a": ["is invalid"]}),
        ({"a": [AGENT]}, {"a": ["is invalid"]}),
        ({"a": {"x": 1}}, {"a": ["is invalid"]}),
        ({"b": True}, {"b": ["is invalid"]}),
        ({"b": 1.5}, {"b": ["is invalid"]}),
        ({"callerid": [1]}, {"callerid": ["is invalid"]}),
        ({"a_type": ["phone"]}, {"a_type": ["is invalid"]}),
    ],
)  # fmt: skip
def test_call_is_refused_and_nothing_changes(account: Account, fields: dict[str, Any], errors: Any) -> None:
    before = account.state()
    body = orjson.dumps({"a": AGENT, "b": CUSTOMER, **fields})
    response = account.send("POST", "/v1/click2call", body, "application/json")
    assert (response.status, body_of(response)) == (422, {"errors": errors})
    assert account.state() == before


@pytest.mark.parametrize("a_type", ["carrier pigeon", "Phone", "stream", "1"])
def test_first_leg_of_another_kind_is_not_supported(account: Account, a_type: str) -> None:
    before = account.state()
    response = account.send(
        "POST", "/v1/click2call", form({"a": AGENT, "b": CUSTOMER, "a_type": a_type}), FORM
    )
    assert (response.status, body_of(response)) == (422, FACTS["unsupported"]["body"])
    assert account.state() == before


def test_stream_needs_a_secure_address(account: Account) -> None:
    account.world.options["didlogic"]["voice_stream"] = True
    for address in ("https://bot.example.com", "ws://bot.example.com", AGENT):
        fields = {"a": address, "a_type": "stream", "b": CUSTOMER}
        response = account.send("POST", "/v1/click2call", form(fields), FORM)
        assert (response.status, body_of(response)) == (422, {"errors": {"a": ["is invalid"]}})


def test_call_is_refused_without_funds(account: Account) -> None:
    account.ledger.set_balance(Decimal(0))
    account.world.commit()
    before = account.state()
    response = account.send("POST", "/v1/click2call", form({"a": AGENT, "b": CUSTOMER}), FORM)
    assert (response.status, body_of(response)) == (422, {"error": "Insufficient funds"})
    assert account.state() == before


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{,}", "application/json"), (b"[1]", "application/json"), (b"a=%ff", FORM), (b"a=1&a[]=2", FORM)],
)
def test_body_that_cannot_be_read_is_refused(account: Account, body: bytes, kind: str) -> None:
    before = account.state()
    response = account.send("POST", "/v1/click2call", body, kind)
    assert (response.status, list(body_of(response))) == (400, ["error"])
    assert account.state() == before


def test_call_that_is_unknown_is_not_found(account: Account) -> None:
    call = create(account)
    other = {"authorization": "Bearer sandbox-other"}
    assert account.send("GET", f"/v1/click2call/{call['id']}", headers=other).status == 404
    response = account.send("GET", "/v1/click2call/1")
    assert (response.status, body_of(response)) == (404, {"error": "Not found"})


def test_oldest_calls_go_when_there_are_too_many(account: Account) -> None:
    table = account.world.table(Click2Call)
    first = create(account)
    pending = len(account.world.scheduler.agenda())
    like = table[first["id"]]
    for number in range(9_999):
        keep(account.world, table, replace(like, id=str(number)))
    account.world.commit()
    create(account)
    assert (len(table), first["id"] in table) == (10_000, False)
    assert len(account.world.scheduler.agenda()) == pending


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


VALUES = st.one_of(
    st.sampled_from([AGENT, CUSTOMER, MAGIC, "phone", "sip", "stream", "wss://x", "", None, True, 1.5]),
    st.integers(-(2**63), 2**63),
    st.text(max_size=30),
    st.lists(st.text(max_size=3), max_size=2),
)


@given(
    fields=st.dictionaries(st.sampled_from(["a", "b", "a_type", "callerid", "x"]), VALUES, max_size=5),
    encode=st.sampled_from([form, orjson.dumps]),
    streams=st.booleans(),
)
def test_any_call_is_queued_or_refused(
    anybody: Account, fields: dict[str, Any], encode: Any, streams: bool
) -> None:
    anybody.world.options["didlogic"]["voice_stream"] = streams
    before = anybody.state()
    kind = "application/json"
    if encode is form:
        kind = FORM
        fields = {name: str(value).encode("utf-8", "replace").decode() for name, value in fields.items()}
    try:
        body = encode(fields)
    except TypeError:  # halves of surrogates
        return
    response = anybody.send("POST", "/v1/click2call", body, kind)
    if response.status == 200:
        anybody.world.advance(by=4 * STEP)
        assert show(anybody, body_of(response))["status"] in ("completed", "failed")
        anybody.check_books()
    else:
        assert response.status in (400, 422), response.body
        assert anybody.state() == before
