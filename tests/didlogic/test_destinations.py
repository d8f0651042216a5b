"""Destinations of numbers: the recorded examples, what may change, how a transport is guessed, bad input."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.didlogic.account import FORM, Account, example, form, multipart
from tests.didlogic.routing import (
    FACTS,
    FORMS,
    GB,
    MULTIPART,
    NOT_FOUND,
    TEXTS,
    US,
    ask,
    claims,
    destinations,
    done,
    put_in,
    refused,
    wrong,
)
from tests.support import body_of

PATH = f"/v1/purchases/{GB}/destinations"
RECORDED = 1234455
SIP = "sip:100@pbx.example.com"


def made(account: Account, fields: dict[str, Any], how: str = "form") -> dict[str, Any]:
    found: dict[str, Any] = done(ask(account, "POST", PATH, fields, how))["did_destination"]
    return found


# --- the recorded examples -----------------------------------------------------------------------


def test_seed_lists_the_recorded_destination(account: Account) -> None:
    assert account.get(PATH) == example("list_destinations.response.200.json")
    assert list(destinations(account)[0]) == FACTS["destination"]["fields"]


def test_recorded_creation_gives_the_recorded_answer_but_for_its_id(account: Account) -> None:
    assert done(account.send("DELETE", f"{PATH}/{RECORDED}")) == {}
    body = form(example("create_destination.request.json"))
    answer = done(account.send("POST", PATH, body, FORM))
    recorded = example("create_destination.response.200.json")["did_destination"]
    assert answer == {"did_destination": {**recorded, "id": RECORDED + 1}}
    assert list(answer["did_destination"]) == list(recorded)


def test_recorded_multipart_body_adds_a_sip_uri(account: Account) -> None:
    body = multipart(example("create_destination.request.sip_uri.json"))
    answer = done(account.send("POST", PATH + ".json", body, MULTIPART))
    assert answer == {
        "did_destination": {
            "id": RECORDED + 1,
            "destination": "sip:USER@DOMAIN",
            "priority": 2,
            "callhunt": False,
            "active": True,
            "transport": 1,
        }
    }


# --- which number --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", [GB, "728002", f"+{GB}", f"%2B{GB}", "44%20117%20299%209999", f"{GB[:4]}+{GB[4:]}"]
)
def test_number_may_be_named_by_itself_or_by_its_purchase(account: Account, key: str) -> None:
    for prefix in ("/v1", "/api/v1"):
        for suffix in ("", ".json", "/"):
            response = account.send("GET", f"{prefix}/purchases/{key}/destinations{suffix}")
            assert done(response) == example("list_destinations.response.200.json")
            assert claims(response) == "client; claim=didlogic.list_destinations"


@pytest.mark.parametrize(
    "key", ["15550000000", "17806999999", "0", "-1", "0728002", "728003", "x", "%00", "%ff", "1" * 5000, "٧"]
)
@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("POST", ""), ("PATCH", "/1"), ("PUT", "/1"), ("DELETE", "/1")]
)
def test_number_that_is_not_owned_is_not_found(account: Account, key: str, method: str, rest: str) -> None:
    path = f"/v1/purchases/{key}/destinations{rest}"
    body = form({"destination[destination]": "x y", "destination[active]": "perhaps"})
    assert refused(account, method, path, body, FORM) == NOT_FOUND


@pytest.mark.parametrize(
    "wanted", ["0", "-1", "1234401", "x", "1234455x", "1e3", "9" * 30, "%00", "1234455.5"]
)
@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_destination_that_the_number_has_not_is_not_found(account: Account, method: str, wanted: str) -> None:
    """1234401 is a destination, but of the other number."""
    assert refused(account, method, f"{PATH}/{wanted}", b"destination[active]=0", FORM) == NOT_FOUND


def test_number_of_another_sandbox_is_not_found(account: Account) -> None:
    account.buy("17806999999")
    other = {"authorization": "Bearer sandbox-other"}
    path = "/v1/purchases/17806999999/destinations"
    assert account.get(path) == {"destination": []}
    assert account.send("GET", path, headers=other).status == 404


# --- creating ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", FORMS)
def test_every_form_of_body_makes_the_same_destination(account: Account, how: str) -> None:
    fields = {"destination": SIP, "transport": 1, "callhunt": True, "active": False}
    assert made(account, fields, how) == {
        "id": RECORDED + 1,
        "destination": SIP,
        "priority": 2,
        "callhunt": True,
        "active": False,
        "transport": 1,
    }
    assert [row["id"] for row in destinations(account)] == [RECORDED, RECORDED + 1]


@pytest.mark.parametrize("row", FACTS["guesses"], ids=lambda row: row["destination"])
def test_transport_is_guessed_when_nobody_says(account: Account, row: dict[str, Any]) -> None:
    for more in ({}, {"transport": ""}):
        response = ask(account, "POST", PATH, {"destination": row["destination"], **more})
        found = done(response)["did_destination"]
        assert (found["destination"], found["transport"]) == (row["destination"], row["transport"])
        assert (found["active"], found["callhunt"]) == (True, False)
        assert claims(response) == f"assumed; claim=didlogic.{FACTS['guesses_gap']}"


@pytest.mark.parametrize("word", [*FACTS["transport_words"]["values"], "TLS", " udp "])
def test_words_of_the_documentation_stand_for_a_sip_uri(account: Account, word: str) -> None:
    response = ask(account, "POST", PATH, {"destination": SIP, "transport": word})
    assert done(response)["did_destination"]["transport"] == FACTS["transport_words"]["stand_for"]
    assert claims(response) == f"assumed; claim=didlogic.{FACTS['transport_words']['gap']}"


@pytest.mark.parametrize(
    "uri",
    [
        "sip:user@host",
        "user@host",
        "SIP:User@Host:5060;transport=tcp",
        "sips:host.example.com",
        "host.example.com",
        "12345",
        "user:pass/word@[2001:db8::1]:5061",
        "ü@höst.example",
    ],
)
def test_sip_uri_is_kept_as_it_was_sent(account: Account, uri: str) -> None:
    assert made(account, {"destination": uri, "transport": 1})["destination"] == uri


@pytest.mark.parametrize("how", ["form", "json"])
def test_phone_number_loses_plus_and_blanks(account: Account, how: str) -> None:
    found = made(account, {"destination": " +1 201 555 0123", "transport": 4}, how)
    assert (found["destination"], found["transport"]) == ("12015550123", 4)
    assert made(account, {"destination": 12015550124}, "json")["destination"] == "12015550124"


def test_priority_is_one_more_than_the_highest(account: Account) -> None:
    first, second, third = put_in(account, ["a@host", "b@host", "c@host"], US)
    path = f"/v1/purchases/{US}/destinations"
    assert [row["priority"] for row in destinations(account, US)] == [1, 2, 3, 4, 5]
    assert done(account.send("DELETE", f"{path}/{second}")) == {}
    put_in(account, ["d@host"], US)
    assert [row["priority"] for row in destinations(account, US)] == [1, 2, 3, 5, 6]
    for wanted in (third, first):
        account.send("DELETE", f"{path}/{wanted}")
    assert [row["priority"] for row in destinations(account, US)] == [1, 2, 6]


def test_priority_in_a_request_is_ignored_and_named(account: Account) -> None:
    fields = {"destination": SIP, "transport": 1, "priority": 9, "id": 1, "zeta": {"a": [1]}}
    response = ask(account, "POST", PATH, fields, "json")
    assert done(response)["did_destination"]["priority"] == 2
    assert list(response.ignored) == ["destination[id]", "destination[priority]", "destination[zeta]"]
    assert ("X-Mock-Ignored", "destination[id], destination[priority], destination[zeta]") in response.headers


def test_first_destination_with_every_field_rests_on_the_documentation(account: Account) -> None:
    account.send("DELETE", f"{PATH}/{RECORDED}")
    fields = {"destination": SIP, "transport": 1, "callhunt": False, "active": True}
    assert claims(ask(account, "POST", PATH, fields)) == "documented; claim=didlogic.create_destination"
    assert claims(ask(account, "POST", PATH, fields)) == "assumed; claim=didlogic.G11"


@pytest.mark.parametrize(
    "fields", [{"destination": "wss://voice.example.com/x", "transport": 6}, {"destination": "ws://h"}]
)
def test_websocket_is_offered_with_voice_streams_only(account: Account, fields: dict[str, Any]) -> None:
    body = form({f"destination[{name}]": str(value) for name, value in fields.items()})
    assert refused(account, "POST", PATH, body, FORM) == wrong(transport="not_included")
    account.world.options["didlogic"]["voice_stream"] = True
    response = account.send("POST", PATH, body, FORM)
    found = done(response)["did_destination"]
    assert (found["destination"], found["transport"]) == (fields["destination"], 6)
    assert claims(response) == "assumed; claim=didlogic.G24"
    bad = b"destination[transport]=6&destination[destination]=https://host"
    assert refused(account, "POST", PATH, bad, FORM) == wrong(destination="invalid")


def test_destinations_of_a_number_are_limited(account: Account) -> None:
    most = FACTS["destination"]["most"]
    put_in(account, [f"u{index}@host" for index in range(most - 1)])
    assert len(destinations(account)) == most
    body = form({"destination[destination]": SIP})
    assert refused(account, "POST", PATH, body, FORM) == wrong(destination="full_destinations")
    account.send("DELETE", f"{PATH}/{RECORDED}")
    assert account.send("POST", PATH, body, FORM).status == 200


# --- changing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("how", FORMS)
def test_callhunt_and_active_can_change(account: Account, method: str, how: str) -> None:
    before = destinations(account)[0]
    path = f"{PATH}/{RECORDED}"
    response = ask(account, method, path, {"callhunt": True}, how)
    assert done(response) == {"did_destination": {**before, "callhunt": True}}
    assert claims(response) == "documented; claim=didlogic.update_destination"
    response = ask(account, method, path + ".json", {"active": False}, how)
    assert done(response) == {"did_destination": {**before, "callhunt": True, "active": False}}
    assert destinations(account) == [{**before, "callhunt": True, "active": False}]


@pytest.mark.parametrize("word", ["0", "false", "f", "no", "n", "off", "FALSE", ""])
def test_words_that_mean_no_switch_off(account: Account, word: str) -> None:
    answer = done(ask(account, "PATCH", f"{PATH}/{RECORDED}", {"active": word}))
    assert answer["did_destination"]["active"] is False


def test_other_fields_stay_and_are_named(account: Account) -> None:
    before = destinations(account)[0]
    fields = {"destination": SIP, "transport": 1, "priority": 7, "active": "0"}
    response = ask(account, "PUT", f"{PATH}/{RECORDED}", fields)
    assert done(response) == {"did_destination": {**before, "active": False}}
    names = ["destination[destination]", "destination[priority]", "destination[transport]"]
    assert list(response.ignored) == names
    assert claims(response) == "assumed; claim=didlogic.G15"
    response = ask(account, "PUT", f"{PATH}/{RECORDED}", {"destination": SIP})
    assert done(response) == {"did_destination": {**before, "active": False}}


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", FORM, wrong(destination="blank")),
        (b"active=0", FORM, wrong(destination="blank")),
        (b"destination=0", FORM, wrong(destination="invalid")),
        (b'{"destination": {}}', "application/json", wrong(destination="blank")),
        (b'{"destination": null}', "application/json", wrong(destination="blank")),
        (b'{"destination": [true]}', "application/json", wrong(destination="invalid")),
        (b"destination[active]=maybe", FORM, wrong(active="invalid")),
        (b"destination[active][]=1", FORM, wrong(active="invalid")),
        (
            b'{"destination": {"active": 2, "callhunt": {"a": 1}}}',
            "application/json",
            wrong(callhunt="invalid", active="invalid"),
        ),
        (b'{"destination": {"active": 0.0}}', "application/json", wrong(active="invalid")),
        (b"{,}", "application/json", (400, {"error": "The request body is not valid JSON"})),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_change_is_refused_and_nothing_changes(
    account: Account, method: str, body: bytes, kind: str, expected: tuple[int, Any]
) -> None:
    assert refused(account, method, f"{PATH}/{RECORDED}", body, kind) == expected


# --- removing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_removed_destination_is_gone(account: Account, suffix: str) -> None:
    (added,) = put_in(account, [SIP])
    response = account.send("DELETE", f"{PATH}/{RECORDED}{suffix}")
    assert (response.status, response.body) == (200, b"{}")
    assert claims(response) == "assumed; claim=didlogic.G14"
    assert [row["id"] for row in destinations(account)] == [added]
    assert refused(account, "DELETE", f"{PATH}/{RECORDED}", None, None) == NOT_FOUND
    assert account.send("DELETE", f"{PATH}/{added}").status == 200
    assert account.get(PATH) == {"destination": []}


def test_inventory_counts_destinations(account: Account) -> None:
    def counts() -> dict[str, int]:
        return {row["number"]: row["destination_count"] for row in account.get("/v2/numbers")["dids"]}

    assert counts() == {GB: 1, US: 2}
    put_in(account, [SIP])
    assert counts() == {GB: 2, US: 2}
    account.send("DELETE", f"{PATH}/{RECORDED}")
    assert counts() == {GB: 1, US: 2}


def test_removed_number_takes_its_destinations_along(account: Account) -> None:
    account.buy("17806999999")
    put_in(account, [SIP, "12345"], "17806999999")
    account.remove("17806999999", US)
    assert refused(account, "GET", "/v1/purchases/17806999999/destinations", None, None) == NOT_FOUND
    account.buy("17806999999")
    assert destinations(account, "17806999999") == []
    assert [row["id"] for row in destinations(account)] == [RECORDED]


def test_destination_stays_when_its_sip_account_goes(account: Account) -> None:
    before = account.get(PATH)
    account.send("DELETE", "/v1/sipaccounts/12345")
    assert account.get(PATH) == before
    body = form({"destination[destination]": "12345", "destination[transport]": "5"})
    assert refused(account, "POST", PATH, body, FORM) == wrong(destination="unknown_sip_account")


def test_refused_removal_of_a_number_keeps_its_destinations(account: Account) -> None:
    assert account.remove("15550000000").status == 404
    assert account.get(PATH) == example("list_destinations.response.200.json")


# --- bad input -----------------------------------------------------------------------------------

INVALID: list[tuple[str, dict[str, Any], tuple[int, Any]]] = [
    ("nothing inside", {"callhunt": True}, wrong(destination="blank")),
    ("blank", {"destination": ""}, wrong(destination="blank")),
    ("blanks", {"destination": "  "}, wrong(destination="blank")),
    ("null", {"destination": None, "active": True}, wrong(destination="blank")),
    ("list", {"destination": [SIP]}, wrong(destination="invalid")),
    ("object", {"destination": {"a": SIP}}, wrong(destination="invalid")),
    ("true", {"destination": True}, wrong(destination="invalid")),
    ("float", {"destination": 1.5}, wrong(destination="invalid")),
    ("control character", {"destination": "sip:a\x00b@host", "transport": 1}, wrong(destination="invalid")),
    ("line feed", {"destination": "sip:a\nb@host", "transport": 1}, wrong(destination="invalid")),
    ("two words", {"destination": "sip:a b@host", "transport": 1}, wrong(destination="invalid")),
    ("scheme alone", {"destination": "sip:"}, wrong(destination="invalid")),
    ("no host", {"destination": "user@"}, wrong(destination="invalid")),
    ("two hosts", {"destination": "a@b@c"}, wrong(destination="invalid")),
    ("address of a page", {"destination": "https://a@host", "transport": 1}, wrong(destination="invalid")),
    ("word", {"destination": "reception"}, wrong(destination="invalid")),
    ("short number", {"destination": "12"}, wrong(destination="invalid")),
    ("long number", {"destination": "1" * 16}, wrong(destination="invalid")),
    ("negative number", {"destination": -12015550123}, wrong(destination="invalid")),
    ("other digits", {"destination": "١٢٣٤٥٦٧"}, wrong(destination="invalid")),
    ("dashes", {"destination": "1-201-555-0123", "transport": 4}, wrong(destination="invalid")),
    ("SIP URI as a number", {"destination": SIP, "transport": 4}, wrong(destination="invalid")),
    ("unknown account", {"destination": "99999", "transport": 5}, wrong(destination="unknown_sip_account")),
    ("id of an account", {"destination": "61", "transport": 5}, wrong(destination="unknown_sip_account")),
    ("too long", {"destination": "s" * 300 + "@host"}, wrong(destination="long_text")),
    *(
        (f"transport {value!r}", {"destination": SIP, "transport": value}, wrong(transport="not_included"))
        for value in (0, 2, 3, 6, -1, 10**17, "7", "sip", "udp,tcp", "9" * 30)
    ),
    *(
        (f"transport {value!r}", {"destination": SIP, "transport": value}, wrong(transport="invalid"))
        for value in (True, [1], {"a": 1}, 1.0)
    ),
    (
        "everything",
        {"destination": [], "transport": [], "callhunt": "x", "active": 3},
        wrong(destination="invalid", transport="invalid", callhunt="invalid", active="invalid"),
    ),
]


@pytest.mark.parametrize(
    ("fields", "expected"), [row[1:] for row in INVALID], ids=[row[0] for row in INVALID]
)
def test_creation_is_refused_and_nothing_changes(
    account: Account, fields: dict[str, Any], expected: tuple[int, Any]
) -> None:
    body = orjson.dumps({"destination": fields})
    assert refused(account, "POST", PATH, body, "application/json") == expected
    if all(isinstance(value, str) for value in fields.values()):
        pairs = {f"destination[{name}]": value for name, value in fields.items()}
        assert refused(account, "POST", PATH, form(pairs), FORM) == expected
        assert refused(account, "POST", PATH, multipart(pairs), MULTIPART) == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", FORM, wrong(destination="blank")),
        (b"destination=sip:a@b&transport=1", FORM, wrong(destination="invalid")),
        (b"destination[]=sip:a@b", FORM, wrong(destination="invalid")),
        (b'{"destination": 5}', "application/json", wrong(destination="invalid")),
        (b'{"destination": []}', "application/json", wrong(destination="invalid")),
        (b"[]", "application/json", (400, {"error": "The request body must be a JSON object"})),
        (b"destination[destination]=%ff", FORM, (400, {"error": "The request is not valid UTF-8"})),
        (
            b"destination[destination]=1&destination[destination][a]=1",
            FORM,
            (400, {"error": "Parameter destination is given in two different shapes"}),
        ),
        (b"destination[destination]=sip:a@b", "text/plain", wrong(destination="blank")),
        (
            multipart({}).replace(b"--\r\n", b"")
            + b'\r\nContent-Disposition: form-data; name="destination[destination]"; filename="x"\r\n\r\n'
            + b"sip:a@b\r\n------frontier--\r\n",
            MULTIPART,
            wrong(destination="invalid"),
        ),
    ],
)
def test_body_without_the_object_is_refused(
    account: Account, body: bytes, kind: str, expected: tuple[int, Any]
) -> None:
    assert refused(account, "POST", PATH, body, kind) == expected


def test_refusals_say_what_they_rest_on(account: Account) -> None:
    for fields, claim in (
        ({"destination": ""}, "assumed; claim=didlogic.G11"),
        ({"destination": SIP, "transport": "3"}, "assumed; claim=didlogic.G12"),
        ({"destination": SIP, "transport": "6"}, "assumed; claim=didlogic.G24"),
    ):
        assert claims(ask(account, "POST", PATH, fields)) == claim
    response = ask(account, "PATCH", f"{PATH}/{RECORDED}", {"active": "x"})
    assert claims(response) == "assumed; claim=didlogic.G42"
    assert body_of(response) == {"errors": {"active": [TEXTS["invalid"]]}}
