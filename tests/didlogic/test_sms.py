"""Messages: sending, prices, statuses on the clock, lists, and what comes in."""

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
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.segments import segments
from mockserver.providers.didlogic.traffic_rows import Message
from tests.control.caller import Caller
from tests.didlogic.account import BOUNDARY, FORM, Account, contract, form, multipart, restarted
from tests.support import Server, body_of

FACTS = contract("messages.json")
REFUSALS = contract("errors.json")
OWN, WITHOUT_SMS, FRIEND = "18565999999", "441172999999", "12025550142"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
STEP = timedelta(seconds=2)


def send(account: Account, **fields: Any) -> Any:
    """Send a message that must be accepted; the content of `sms`."""
    body = {"source": OWN, "destination": FRIEND, "text": "Hello", **fields}
    response = account.send("POST", "/v1/sms", orjson.dumps(body), "application/json")
    assert response.status == 200, response.body
    return body_of(response)["sms"]


def show(account: Account, message: Any) -> Any:
    return account.get(f"/v1/sms/{message['id']}")["sms"]


@pytest.mark.parametrize("names", ["name", "alias"])
@pytest.mark.parametrize("kind", [FORM, MULTIPART, "application/json"])
def test_message_is_sent_in_every_format_and_by_every_name(account: Account, kind: str, names: str) -> None:
    values = {"source": OWN, "destination": f"+{FRIEND}", "text": " Grüße & 1+1 "}
    fields = values if names == "name" else {FACTS["names"][name]: value for name, value in values.items()}
    body = {FORM: form, MULTIPART: multipart, "application/json": orjson.dumps}[kind](fields)  # type: ignore[operator]
    response = account.send("POST", "/v1/sms", body, kind)
    sms = body_of(response)["sms"]
    assert (response.status, list(response.ignored)) == (200, [])
    assert str(response.evidence) == "assumed; claim=didlogic.G18"
    assert list(sms) == FACTS["fields"]
    assert sms == {
        "id": sms["id"],
        "status": "accepted",
        "source": OWN,
        "destination": FRIEND,
        "message": " Grüße & 1+1 ",
        "segments": 1,
        "charge": 0.008,
        "submitted_at": "2026-03-01T12:00:00Z",
        "sent_at": None,
        "delivered_at": None,
        "error_message": None,
        "direction": "outbound",
    }
    assert isinstance(sms["id"], str)
    assert show(account, sms) == sms
    assert account.get("/v1/sms", per_page="1")["sms"] == [sms]
    assert account.csv("type=sms") == [
        ["03/01/26", "12:00 pm", "SMS", f"SMS to {FRIEND}", "$-0.0080", "$35.2120", "Committed"]
    ]
    account.check_books()


def test_numbers_may_be_json_numbers(account: Account) -> None:
    sms = send(account, source=int(OWN), destination=int(FRIEND), text=4711)
    assert (sms["source"], sms["destination"], sms["message"]) == (OWN, FRIEND, "4711")


def test_name_wins_over_its_alias_unless_it_is_blank(account: Account) -> None:
    sms = send(account, to="442079460958", **{"from": WITHOUT_SMS})
    assert (sms["source"], sms["destination"]) == (OWN, FRIEND)
    assert send(account, destination=" ", to="442079460958")["destination"] == "442079460958"


@pytest.mark.parametrize("row", FACTS["segments"], ids=lambda row: f"{row['text']} x {row['times']}")
def test_segments_are_counted_and_charged(account: Account, row: Any) -> None:
    sms = send(account, text=row["text"] * row["times"])
    assert sms["segments"] == row["segments"]
    assert Decimal(str(sms["charge"])) == row["segments"] * Decimal("0.008")
    assert account.ledger.balance == Decimal("35.22") - row["segments"] * Decimal("0.008")


@pytest.mark.parametrize(
    ("destination", "price"),
    [
        ("12025550142", "0.008"),
        ("14165550142", "0.008"),
        ("18095550142", None),
        ("442079460958", "0.04"),
        ("493023125042", "0.075"),
        ("79001234567", "0.12"),
    ],
)
def test_price_depends_on_the_country_of_the_destination(
    account: Account, destination: str, price: str | None
) -> None:
    charge = Decimal(str(send(account, destination=destination)["charge"]))
    assert -account.ledger.lines[-1].amount == charge
    assert charge == Decimal(price) if price is not None else charge > Decimal("0.008")


def test_every_country_of_the_shop_has_a_price_of_its_own(account: Account) -> None:
    for country in account.get("/v2/numbers/countries")["countries"]:
        cities = account.get(f"/v2/numbers/countries/{country['id']}/cities")["cities"]
        city = next(row for row in cities if row["count"])
        page = account.get(f"/v2/numbers/countries/{country['id']}/cities/{city['id']}/dids", per_page="1")
        number = page["dids"]["dids"][0]["number"]
        account.ledger.set_balance(Decimal(10))
        assert 0 < send(account, destination=number)["charge"] < 0.12, country["name"]


@pytest.mark.parametrize("row", FACTS["endings"], ids=lambda row: row["outcome"] or "delivered")
@pytest.mark.parametrize("by", ["policy", "magic number"])
def test_message_goes_through_its_statuses_on_the_clock(account: Account, row: Any, by: str) -> None:
    if by == "policy":
        policies = account.world.policies
        policies.chosen["didlogic.sms"] = replace(policies.of("didlogic.sms"), outcome=row["outcome"])
    magic = FACTS["magic"].get(row["outcome"], FRIEND)
    sms = send(account, destination=FRIEND if by == "policy" else magic)
    seen = [sms["status"]]
    while account.world.scheduler.next_due() and len(seen) < len(row["statuses"]):
        account.world.advance(by=STEP)
        seen.append(show(account, sms)["status"])
    assert seen == row["statuses"]
    account.world.advance(by=10 * STEP)
    last = show(account, sms)
    assert last == {
        **sms,
        "status": row["statuses"][-1],
        "sent_at": "2026-03-01T12:00:02Z" if "sent" in seen else None,
        "delivered_at": "2026-03-01T12:00:04Z" if "delivered" in seen else None,
        "error_message": row["error_message"],
    }
    changes = [one.change for one in account.world.events.since(0) if one.subject.endswith(sms["id"])]
    assert changes == [f"{one} -> {other}" for one, other in zip(["new", *seen], seen, strict=False)]
    assert account.csv("type=sms")[-1][4] == "$-0.0080"  # not paid back
    account.check_books()


def test_message_waits_when_it_is_held_and_ends_as_told(account: Account) -> None:
    policies = account.world.policies
    policies.chosen["didlogic.sms"] = replace(policies.of("didlogic.sms"), mode="manual")
    sms = send(account)
    account.world.advance(by=timedelta(days=3))
    assert show(account, sms)["status"] == "accepted"
    account.world.fire(f"didlogic.sms/{sms['id']}", "expired")
    assert show(account, sms)["status"] == "sent"
    account.world.fire(f"didlogic.sms/{sms['id']}")
    assert show(account, sms)["status"] == "expired"


def test_message_that_was_sent_can_still_be_rejected(account: Account) -> None:
    sms = send(account)
    account.world.advance(by=STEP)
    account.world.fire(f"didlogic.sms/{sms['id']}", "rejected")
    assert show(account, sms)["status"] == "rejected"
    assert account.world.scheduler.cancel(f"didlogic.sms/{sms['id']}") == 0


BAD: list[tuple[str, dict[str, Any], dict[str, list[str]]]] = [
    ("nothing", {"source": None, "destination": None, "text": None}, {
        "source": ["can't be blank"], "destination": ["can't be blank"], "text": ["can't be blank"]}),
    ("blanks", {"source": " ", "destination": "", "text": " \n"}, {
        "source": ["can't be blank"], "destination": ["can't be blank"], "text": ["can't be blank"]}),
    ("unknown sender", {"source": "12025550100"}, {"source": ["is not one of your numbers"]}),
    ("sender that is no number", {"source": "ACME"}, {"source": ["is not one of your numbers"]}),
    ("sender on sale", {"source": "17806999999"}, {"source": ["is not one of your numbers"]}),
    ("sender without SMS", {"source": WITHOUT_SMS}, {"source": ["is not enabled for SMS"]}),
    ("sender as list", {"source": [OWN]}, {"source": ["is invalid"]}),
    ("sender as object", {"source": {"number": OWN}}, {"source": ["is invalid"]}),
    ("sender true", {"source": True}, {"source": ["is invalid"]}),
    ("sender as float", {"source": 18565999999.0}, {"source": ["is invalid"]}),
    ("short destination", {"destination": "123456"}, {"destination": ["is invalid"]}),
    ("long destination", {"destination": "1234567890123456"}, {"destination": ["is invalid"]}),
    ("national destination", {"destination": "02079460958"}, {"destination": ["is invalid"]}),
    ("destination in words", {"destination": "mother"}, {"destination": ["is invalid"]}),
    ("negative destination", {"destination": -12025550142}, {"destination": ["is invalid"]}),
    ("destination in other digits", {"destination": "١٢٠٢٥٥٥٠١٤٢"}, {"destination": ["is invalid"]}),
    ("several destinations", {"destination": [FRIEND]}, {"destination": ["is invalid"]}),
    ("long text", {"text": "a" * 1601}, {"text": ["is too long (maximum is 1600 characters)"]}),
    ("very long text", {"text": "a" * 500_000}, {"text": ["is too long (maximum is 1600 characters)"]}),
    ("text as list", {"text": ["Hello"]}, {"text": ["is invalid"]}),
    ("text null in an alias", {"text": None, "message": None}, {"text": ["can't be blank"]}),
    ("text as float", {"text": 1.5}, {"text": ["is invalid"]}),
    ("all wrong", {"source": FRIEND, "destination": "x", "text": False}, {
        "source": ["is not one of your numbers"], "destination": ["is invalid"], "text": ["is invalid"]}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "errors"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_message_is_refused_and_nothing_changes(
    account: Account, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    before = account.state()
    body = {"source": OWN, "destination": FRIEND, "text": "Hello", **fields}
    response = account.send("POST", "/v1/sms", orjson.dumps(body), "application/json")
    assert (response.status, body_of(response)) == (422, {"errors": errors})
    assert account.state() == before
    plain = {name: str(value) for name, value in fields.items() if isinstance(value, str | int | float)}
    if plain == {name: value for name, value in fields.items() if isinstance(value, str)} and plain:
        sent = {"source": OWN, "destination": FRIEND, "text": "Hello", **plain}
        for encoded, kind in ((form(sent), FORM), (multipart(sent), MULTIPART)):
            response = account.send("POST", "/v1/sms", encoded, kind)
            assert (response.status, body_of(response)) == (422, {"errors": errors})
            assert account.state() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{,}", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"source=%ff", FORM, 400),
        (b"source=1&source[]=2", FORM, 400),
        (b"--x", MULTIPART, 400),
        (b"", None, 422),
        (b"source=18565999999&destination=12025550142&text=hi", "text/plain", 422),
        (multipart({"source": OWN}).replace(b'"source"', b'"source"; filename="a"'), MULTIPART, 422),
    ],
)  # fmt: skip
def test_body_that_cannot_be_read_is_refused(account: Account, body: bytes, kind: str, status: int) -> None:
    before = account.state()
    response = account.send("POST", "/v1/sms", body, kind)
    assert (response.status, list(body_of(response))) == (status, ["error"] if status == 400 else ["errors"])
    assert account.state() == before


def test_sender_that_is_not_active_is_refused(account: Account) -> None:
    number = account.on_sale("DE", "Mobile")[0]["number"]  # asks for documents
    assert account.buy(number)["errors"] == {}
    body = form({"source": number, "destination": FRIEND, "text": "Hallo"})
    response = account.send("POST", "/v1/sms", body, FORM)
    assert (response.status, body_of(response)) == (422, {"errors": {"source": ["is not active"]}})
    numbers = account.world.table(Purchase)
    line = account.ledger.set_balance(Decimal("-0.01"))
    numbers.put(replace(numbers[OWN], owed=line.number))
    body = form({"source": OWN, "destination": FRIEND, "text": "Hello"})
    response = account.send("POST", "/v1/sms", body, FORM)
    assert (response.status, body_of(response)) == (422, {"errors": {"source": ["is not active"]}})


def test_message_is_refused_when_the_balance_is_too_low(account: Account) -> None:
    account.ledger.set_balance(Decimal("0.0159"))
    account.world.commit()
    before = account.state()
    fields = {"source": OWN, "destination": FRIEND, "text": "a" * 161}
    response = account.send("POST", "/v1/sms", form(fields), FORM)
    assert (response.status, body_of(response)) == (
        FACTS["low_balance"]["status"],
        FACTS["low_balance"]["body"],
    )
    assert str(response.evidence) == "assumed; claim=didlogic.error.low_balance"
    assert account.state() == before
    account.ledger.set_balance(Decimal("0.0160"))
    assert account.send("POST", "/v1/sms", form(fields), FORM).status == 200
    assert account.ledger.balance == 0


def test_message_is_forbidden_when_sending_is_switched_off(account: Account) -> None:
    account.world.options["didlogic"]["sms_outbound"] = False
    before = account.state()
    forbidden = next(row for row in REFUSALS if row["claim"] == "forbidden")
    for body in (b"{,}", b"source=18565999999&destination=12025550142&text=hi"):
        response = account.send("POST", "/v1/sms", body, FORM)
        assert (response.status, body_of(response)) == (forbidden["status"], forbidden["body"])
    assert account.state() == before
    assert len(account.get("/v1/sms")["sms"]) == 2  # reading is not sending


def test_message_that_is_unknown_or_of_another_sandbox_is_not_found(account: Account) -> None:
    sms = send(account)
    other = {"authorization": "Bearer sandbox-other"}
    assert account.send("GET", f"/v1/sms/{sms['id']}", headers=other).status == 404
    for path in ("/v1/sms/1", "/v1/sms/%00", f"/v1/sms/{sms['id'].upper()}x"):
        response = account.send("GET", path)
        assert (response.status, body_of(response)) == (404, {"error": "Not found"})


def test_list_is_paged_newest_first(account: Account) -> None:
    sent = [send(account, text=str(number)) for number in range(5)]
    listed = account.get("/v1/sms")
    assert [row["message"] for row in listed["sms"][:5]] == ["4", "3", "2", "1", "0"]
    assert listed["pagination"] == {"page": 1, "per_page": 100, "total_pages": 1, "total_records": 7}
    second = account.get("/v1/sms", page="2", per_page="2")
    assert second["sms"] == [sent[2], sent[1]]
    assert second["pagination"] == {"page": 2, "per_page": 2, "total_pages": 4, "total_records": 7}
    for page in ("5", "999999999999999999"):
        assert account.get("/v1/sms", page=page, per_page="2")["sms"] == []
    for query in ({"page": "0"}, {"page": "x", "per_page": "-1"}, {"per_page": "5000"}):
        assert account.get("/v1/sms", **query)["sms"] == listed["sms"]
    assert account.get("/v1/sms", per_page="5000")["pagination"]["per_page"] == 1000


def test_oldest_messages_go_when_there_are_too_many(account: Account) -> None:
    table = account.world.table(Message)
    policies = account.world.policies
    policies.chosen["didlogic.sms"] = replace(policies.of("didlogic.sms"), mode="manual")
    first = send(account)
    waiting = len(account.world.scheduler.agenda())
    like = table[first["id"]]
    for number in range(9_997):
        keep(account.world, table, replace(like, id=str(number)))
    account.world.commit()
    assert len(table) == 10_000
    for _ in range(3):  # the two of the seed, then the first one, which is still on its way
        send(account)
    assert (len(table), first["id"] in table) == (10_000, False)
    assert len(account.world.scheduler.agenda()) == waiting + 2
    assert account.get("/v1/sms")["pagination"] == {
        "page": 1, "per_page": 100, "total_pages": 50, "total_records": 5000}  # fmt: skip
    assert account.get("/v1/sms", page="51")["sms"] == []
    assert len(account.get("/v1/sms", page="50")["sms"]) == 100


# --- what comes in ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.fixture
def reached(caller: Caller) -> Account:
    return restarted(caller.server)


def test_inbound_message_is_listed_and_charged(caller: Caller, reached: Account) -> None:
    body = {"to": f"+{OWN}", "from": "+442079460958", "text": "ж" * 71}
    reply = caller("POST", "/world/didlogic/inbound_sms", body)
    sms = reply.json["sms"]
    price = 2 * Decimal(FACTS["inbound_price"])
    assert (reply.status, reply.json) == (200, {"sms": sms, "balance": f"{Decimal('35.2200') - price}"})
    assert sms == {
        "id": sms["id"],
        "status": "delivered",
        "source": "442079460958",
        "destination": OWN,
        "message": "ж" * 71,
        "segments": 2,
        "charge": float(price),
        "submitted_at": "2026-03-01T12:00:00Z",
        "sent_at": "2026-03-01T12:00:00Z",
        "delivered_at": "2026-03-01T12:00:00Z",
        "error_message": None,
        "direction": "inbound",
    }
    assert reached.get("/v1/sms")["sms"][0] == sms == show(reached, sms)
    assert reached.csv("type=inbound_sms") == [
        ["03/01/26", "12:00 pm", "Inbound SMS", f"Inbound SMS to {OWN}", "$-0.0080", "$35.2120", "Committed"]
    ]
    reached.check_books()


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"text": "Hi"}, 422, ["to"]),
        ({"to": OWN}, 422, ["text"]),
        ({"to": FRIEND, "text": "Hi"}, 422, ["to"]),
        ({"to": WITHOUT_SMS, "text": "Hi"}, 409, ["to"]),
        ({"to": OWN, "text": ""}, 422, ["text"]),
        ({"to": OWN, "text": "a" * 1601}, 422, ["text"]),
        ({"to": OWN, "text": "Hi", "from": "<script>"}, 422, ["from"]),
        ({"to": 5, "text": ["Hi"]}, 422, ["to", "text"]),
    ],
)
def test_inbound_message_that_cannot_come_changes_nothing(
    caller: Caller, reached: Account, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    before = reached.state()
    reply = caller("POST", "/world/didlogic/inbound_sms", body)
    assert (reply.status, list(reply.json["fields"])) == (status, fields)
    assert reached.state() == before


def test_inbound_message_is_not_taken_without_funds(caller: Caller, reached: Account) -> None:
    reached.ledger.set_balance(Decimal(0))
    reached.world.commit()
    before = reached.state()
    assert caller("POST", "/world/didlogic/inbound_sms", {"to": OWN, "text": "Hi"}).status == 409
    assert reached.state() == before


def test_name_of_letters_may_be_the_sender_of_what_comes_in(caller: Caller, reached: Account) -> None:
    reply = caller("POST", "/world/didlogic/inbound_sms", {"to": OWN, "from": "My Bank", "text": "Code 1"})
    assert reply.json["sms"]["source"] == "My Bank"


# --- anything --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


VALUES = st.one_of(
    st.sampled_from([OWN, FRIEND, WITHOUT_SMS, "", "+", None, True, 0, 1.5]),
    st.integers(),
    st.text(max_size=200),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


@given(
    fields=st.dictionaries(
        st.sampled_from(["source", "from", "destination", "to", "text", "message", "x"]), VALUES, max_size=5
    ),
    kind=st.sampled_from([FORM, MULTIPART, "application/json"]),
)
def test_any_message_is_sent_and_charged_or_refused(
    anybody: Account, fields: dict[str, Any], kind: str
) -> None:
    before, balance = anybody.state(), anybody.ledger.balance
    if kind == "application/json":
        try:
            body = orjson.dumps(fields)
        except TypeError:  # integers beyond 64 bits, halves of surrogates
            return
    else:
        plain = {name: str(value).encode("utf-8", "replace").decode() for name, value in fields.items()}
        body = (form if kind == FORM else multipart)(plain)
    response = anybody.send("POST", "/v1/sms", body, kind)
    if response.status == 200:
        sms = body_of(response)["sms"]
        assert anybody.ledger.balance == balance - Decimal(str(sms["charge"]))
        assert sms["segments"] == segments(sms["message"]) >= 1
    else:
        assert response.status in (400, 422), response.body
        assert anybody.state() == before
