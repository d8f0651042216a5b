"""SIP accounts: the recorded examples, names, passwords that are never shown, limits, bad input."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.didlogic.account import BEARER, FORM, Account, contract, example, form, multipart, restarted
from tests.didlogic.routing import (
    FACTS,
    FORMS,
    MULTIPART,
    NOT_FOUND,
    ask,
    claims,
    done,
    refused,
    wrong,
)
from tests.support import Server, body_of, state_of

PATH = "/v1/sipaccounts"
ONE = f"{PATH}/12345"
TABLE = FACTS["sipaccount"]
DEFAULTS: dict[str, Any] = TABLE["defaults"]
PASSWORD = "correct horse"
SETTABLE = [
    field["name"].partition("[")[2][:-1]
    for row in contract("v1/operations.json")
    if row["id"] == "create_sipaccount"
    for field in row["request"]["fields"]
]
# One of everything, and as an answer shows it.
FULL: dict[str, Any] = {
    "password": PASSWORD,
    "label": "Reception ☎",
    "callerid": "+1 725 4999999",
    "rewrite_enabled": True,
    "rewrite_cond": "00",
    "rewrite_prefix": "+",
    "didinfo_enabled": True,
    "ip_restrict": True,
    "call_restrict": True,
    "call_limit": 3600,
    "channels_restrict": True,
    "max_channels": 4,
    "cost_limit": True,
    "max_call_cost": 2.5,
}
SHOWN = {**FULL, "callerid": "17254999999", "max_call_cost": "2.5"}
del SHOWN["password"]


def made(account: Account, fields: dict[str, Any], how: str = "form") -> dict[str, Any]:
    found: dict[str, Any] = done(ask(account, "POST", PATH, fields, how))["sipaccount"]
    return found


def shown(account: Account, name: str = "12345") -> dict[str, Any]:
    found: dict[str, Any] = account.get(f"{PATH}/{name}")["sipaccount"]
    return found


# --- the recorded examples -----------------------------------------------------------------------


def test_seed_shows_the_recorded_account(account: Account) -> None:
    for path in (ONE, ONE + ".json", "/api" + ONE):
        assert account.get(path) == example("get_sipaccount.response.200.json")
    assert list(shown(account)) == list(example("get_sipaccount.response.200.json")["sipaccount"])
    assert list(shown(account)) == TABLE["fields"]


def test_seed_lists_the_recorded_account_first(account: Account) -> None:
    recorded = example("list_sipaccounts.response.200.json")
    assert [row["name"] for row in account.get(PATH)["sipaccounts"]] == ["12345", "54321"]
    assert account.get(PATH)["sipaccounts"][0] == recorded["sipaccounts"][0]
    assert account.send("DELETE", f"{PATH}/54321").status == 200
    assert account.get(PATH) == recorded


def test_update_gives_the_recorded_answer(account: Account) -> None:
    recorded = example("update_sipaccount.response.200.json")
    fields = {name: recorded["sipaccount"][name] for name in SETTABLE if name != "password"}
    for method in ("PUT", "PATCH"):
        assert done(ask(account, method, ONE, {"label": "x", "call_limit": 1, "max_call_cost": 0}))
        assert done(ask(account, method, ONE, fields)) == recorded


def test_creation_gives_the_recorded_answer_but_for_what_the_server_chooses(account: Account) -> None:
    recorded = example("create_sipaccount.response.200.json")["sipaccount"]
    fields = {name: recorded.get(name, PASSWORD) for name in SETTABLE}
    found = made(account, fields)
    chosen = {"id": 63, "name": found["name"], "created_at": "2026-03-01 12:00:00 UTC", "allowed_ips": []}
    assert found == {**recorded, **chosen}
    assert list(found) == list(recorded)


def test_recorded_bodies_are_accepted(account: Account) -> None:
    body = form(example("create_sipaccount.request.minimal.json"))
    found = done(account.send("POST", PATH, body, FORM))["sipaccount"]
    assert {name: found[name] for name in DEFAULTS} == {**DEFAULTS, "label": "LABEL"}
    body = multipart(example("create_sipaccount.request.with_limits.json"))
    found = done(account.send("POST", PATH, body, MULTIPART))["sipaccount"]
    limits = {"label": "LABEL", "callerid": "27120190767", "channels_restrict": True, "max_channels": 5}
    assert {name: found[name] for name in DEFAULTS} == {**DEFAULTS, **limits}
    found = made(account, {"password": PASSWORD})
    assert {name: found[name] for name in DEFAULTS} == DEFAULTS


# --- creating ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", FORMS)
def test_every_form_of_body_makes_the_same_account(account: Account, how: str) -> None:
    found = made(account, FULL, how)
    assert {name: found[name] for name in SHOWN} == SHOWN
    assert shown(account, found["name"]) == found
    assert account.get(PATH)["sipaccounts"][-1] == found


def test_evidence_depends_on_how_much_is_given(account: Account) -> None:
    assert claims(ask(account, "POST", PATH, FULL)) == "documented; claim=didlogic.create_sipaccount"
    assert claims(ask(account, "POST", PATH, {"password": PASSWORD})) == "assumed; claim=didlogic.G20"
    assert claims(ask(account, "PUT", ONE, {"label": "x"})) == "client; claim=didlogic.update_sipaccount"
    assert claims(ask(account, "PATCH", ONE, {"label": "x"})) == "assumed; claim=didlogic.G20"
    assert claims(ask(account, "POST", PATH, {"password": "x"})) == "assumed; claim=didlogic.G20"
    assert claims(account.send("DELETE", ONE)) == "assumed; claim=didlogic.G20"


def test_names_are_five_digits_and_all_different(account: Account) -> None:
    names = [made(account, {"password": PASSWORD})["name"] for _ in range(200)]
    assert all(len(name) == 5 and name.isdecimal() for name in names)
    assert len({*names, "12345", "54321"}) == 202
    assert names != sorted(names)


def test_names_are_the_same_again_in_a_fresh_sandbox(shared_server: Server) -> None:
    def play() -> list[Any]:
        account = restarted(shared_server)
        return [made(account, {"password": PASSWORD}) for _ in range(3)]

    assert play() == play()


def test_what_the_server_decides_is_ignored_and_named(account: Account) -> None:
    fields = {"password": PASSWORD, **dict.fromkeys(TABLE["not_settable"], "9"), "zeta": [{}]}
    response = ask(account, "POST", PATH, fields, "json")
    found = done(response)["sipaccount"]
    assert found["name"] != "9"
    assert (found["host"], found["charge"], found["talk_time"], found["allowed_ips"]) == (
        "dynamic",
        "0.0",
        0,
        [],
    )
    assert list(response.ignored) == sorted(
        f"sipaccount[{name}]" for name in (*TABLE["not_settable"], "zeta")
    )


def test_accounts_are_limited(account: Account) -> None:
    for _ in range(TABLE["most"] - 2):
        assert account.send("POST", PATH, b"sipaccount[password]=correcthorse", FORM).status == 200
    names = [row["name"] for row in account.get(PATH)["sipaccounts"]]
    assert len(set(names)) == TABLE["most"]
    body = form({"sipaccount[password]": PASSWORD})
    assert refused(account, "POST", PATH, body, FORM) == wrong(sipaccount="full_sipaccounts")
    account.send("DELETE", f"{PATH}/{names[-1]}")
    assert account.send("POST", PATH, body, FORM).status == 200


# --- reading and changing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["61", "0", "1234", "123456", "012345", "+12345", "x", "%00", "%ff", "9" * 4000]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_unknown_name_is_not_found(account: Account, method: str, name: str) -> None:
    """61 is the id of an account: paths know accounts by their name."""
    body = b"sipaccount[password]=x"
    assert refused(account, method, f"{PATH}/{name}", body, FORM) == NOT_FOUND


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("how", FORMS)
def test_what_is_given_changes_and_the_rest_stays(account: Account, method: str, how: str) -> None:
    before = shown(account)
    answer = done(ask(account, method, ONE, {"label": "Kitchen", "cost_limit": True}, how))
    assert answer == {"sipaccount": {**before, "label": "Kitchen", "cost_limit": True}}
    assert shown(account) == answer["sipaccount"]
    answer = done(ask(account, method, ONE, FULL, how))
    assert answer == {"sipaccount": {**before, **SHOWN}}


@pytest.mark.parametrize(
    ("switch", "values"),
    [
        ("rewrite_enabled", {"rewrite_cond": "00", "rewrite_prefix": "44"}),
        ("call_restrict", {"call_limit": 7}),
        ("channels_restrict", {"max_channels": 9}),
        ("cost_limit", {"max_call_cost": "0.25"}),
    ],
)
def test_values_stay_while_their_switch_is_off(account: Account, switch: str, values: dict[str, Any]) -> None:
    for state in (True, False, True):
        fields = {switch: state, **values} if state else {switch: state}
        answer = done(ask(account, "PUT", ONE, fields))["sipaccount"]
        assert {name: answer[name] for name in values} == values
        assert answer[switch] is state
    done(ask(account, "PUT", ONE, {switch: False, **dict.fromkeys(values, "1")}))
    assert shown(account)[switch] is False


def test_ip_restrict_and_addresses_are_independent(account: Account) -> None:
    account.send("DELETE", f"{ONE}/allowed_ips?ip=1.2.3.4")
    account.send("DELETE", f"{ONE}/allowed_ips?ip=3.4.5.6")
    answer = done(ask(account, "PUT", ONE, {"ip_restrict": "1"}))["sipaccount"]
    assert (answer["ip_restrict"], answer["allowed_ips"]) == (True, [])
    done(ask(account, "PUT", ONE, {"ip_restrict": "0"}))
    account.send("POST", f"{ONE}/allowed_ips", form({"ip": "1.2.3.4"}), FORM)
    answer = shown(account)
    assert (answer["ip_restrict"], answer["allowed_ips"]) == (False, ["1.2.3.4"])


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_blank_text_clears_and_null_keeps(account: Account, method: str) -> None:
    before = shown(account)
    nothing = dict.fromkeys(SETTABLE)
    assert done(ask(account, method, ONE, nothing, "json")) == {"sipaccount": before}
    blanks = {"label": "", "callerid": " ", "rewrite_cond": "", "rewrite_prefix": "", "call_restrict": ""}
    answer = done(ask(account, method, ONE, blanks))["sipaccount"]
    assert answer == {**before, **blanks, "callerid": "", "call_restrict": False}


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("5", "5.0"),
        ("0", "0.0"),
        ("0.1234", "0.1234"),
        ("007.50", "7.5"),
        (" 2.50 ", "2.5"),
        ("1000000", "1000000.0"),
        (5, "5.0"),
        (5.0, "5.0"),
        (0.1, "0.1"),
        (1e5, "100000.0"),
    ],
)
def test_cost_is_a_text_with_the_decimals_it_needs(account: Account, sent: Any, text: str) -> None:
    assert (
        done(ask(account, "PUT", ONE, {"max_call_cost": sent}, "json"))["sipaccount"]["max_call_cost"] == text
    )


def test_removed_account_is_gone(account: Account) -> None:
    response = account.send("DELETE", ONE + ".json")
    assert (response.status, response.body) == (200, b"{}")
    assert [row["name"] for row in account.get(PATH)["sipaccounts"]] == ["54321"]
    assert refused(account, "GET", ONE, None, None) == NOT_FOUND
    assert refused(account, "GET", f"{ONE}/allowed_ips", None, None) == NOT_FOUND
    account.send("DELETE", f"{PATH}/54321")
    assert account.get(PATH) == {"sipaccounts": []}


# --- passwords -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", FORMS)
def test_password_is_nowhere_to_be_seen(how: str) -> None:
    """Neither in answers nor in tables, events, the journal or the log of the server."""
    account = Account(Server())
    secret = "Tr0ub4dor&3"
    answers = [
        ask(account, "POST", PATH, {"password": secret, "label": "kept label"}, how),
        ask(account, "PUT", ONE, {"password": secret}, how),
        ask(account, "PUT", ONE, {"password": secret, "max_channels": -1}, how),
        ask(account, "POST", PATH, {"password": [secret]}, "json"),
        account.send("GET", PATH),
    ]
    assert [answer.status for answer in answers] == [200, 200, 422, 422, 200]
    seen = repr([(answer.body, answer.headers) for answer in answers])
    seen += repr(state_of(account.world)) + repr(account.world.events.since(0))
    seen += repr(list(account.world.journal))
    assert secret not in seen
    assert "Tr0ub4dor" not in seen
    assert "kept label" in seen


def test_password_may_be_a_number_and_is_masked_then_too() -> None:
    account = Account(Server())
    made(account, {"password": 8675309867}, "json")
    assert "8675309867" not in repr(list(account.world.journal))


def test_password_in_the_query_is_masked() -> None:
    account = Account(Server())
    assert account.send("POST", f"{PATH}?sipaccount%5Bpassword%5D=correcthorse").status == 200
    assert "correcthorse" not in repr(list(account.world.journal))


@pytest.mark.parametrize(
    ("password", "text"),
    [("", "blank"), ("1234567", "short"), ("x" * 129, "long_password"), ("12345678\n", "invalid")],
)
@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", ONE), ("PATCH", ONE)])
def test_password_that_will_not_do_is_refused(
    account: Account, method: str, path: str, password: str, text: str
) -> None:
    body = form({"sipaccount[label]": "x", "sipaccount[password]": password})
    assert refused(account, method, path, body, FORM) == wrong(password=text)


@pytest.mark.parametrize("password", ["12345678", "        ", "x" * 128, "pässwörd", '"&=;[]{}%'])
def test_password_of_eight_characters_will_do(account: Account, password: str) -> None:
    for how in FORMS:
        made(account, {"password": password}, how)


# --- bad input -----------------------------------------------------------------------------------

SWITCHES = (
    "rewrite_enabled",
    "didinfo_enabled",
    "ip_restrict",
    "call_restrict",
    "channels_restrict",
    "cost_limit",
)
COUNTS = ("call_limit", "max_channels")
INVALID: list[tuple[str, Any, str]] = [
    *((name, value, "invalid") for name in SWITCHES for value in ("maybe", 2, -1, 1.0, [True], {"a": 1})),
    *(
        (name, value, "not_a_number")
        for name in COUNTS
        for value in ("", "x", "1.5", 1.5, "1e3", "0x10", True, [1], {"a": 1}, "1" * 30, "١", 2**64)
    ),
    *((name, value, "negative") for name in COUNTS for value in (-1, "-1", -(2**31))),
    *((name, value, "too_many") for name in COUNTS for value in (2**31, "2147483648", 10**17)),
    *(
        ("max_call_cost", value, "invalid")
        for value in (
            "",
            "x",
            "1,5",
            "1e3",
            "0.00001",
            0.00001,
            "NaN",
            "inf",
            True,
            [1],
            {"a": 1},
            "$5",
            1e300,
        )
    ),
    ("max_call_cost", "-0.01", "negative"),
    ("max_call_cost", -5, "negative"),
    ("max_call_cost", -0.5, "negative"),
    ("max_call_cost", 1_000_001, "too_dear"),
    ("max_call_cost", "1000000.0001", "too_dear"),
    *(
        (name, value, "invalid")
        for name in ("label", "callerid", "rewrite_cond", "rewrite_prefix")
        for value in (True, 1.5, ["x"], {"a": "x"}, "a\x00b", "a\nb", "a\x7fb")
    ),
    ("label", "x" * 256, "long_text"),
    ("rewrite_cond", "1" * 33, "long_prefix"),
    ("rewrite_prefix", "1" * 33, "long_prefix"),
    *(("callerid", value, "invalid") for value in ("anonymous", "1" * 16, "-1", -1, "1-725-499", "١٢٣")),
    ("password", True, "invalid"),
    ("password", [PASSWORD], "invalid"),
    ("password", {"a": PASSWORD}, "invalid"),
    ("password", 1.5, "invalid"),
    ("password", 1234567, "short"),
]


@pytest.mark.parametrize(
    ("name", "value", "text"), INVALID, ids=[f"{name}={str(value)[:20]!r}" for name, value, _ in INVALID]
)
def test_field_that_will_not_do_is_refused(account: Account, name: str, value: Any, text: str) -> None:
    for method, path in (("POST", PATH), ("PUT", ONE), ("PATCH", ONE)):
        fields = {"password": PASSWORD, name: value} if method == "POST" else {name: value}
        body = json.dumps({"sipaccount": fields})
        assert refused(account, method, path, body, "application/json") == wrong(**{name: text})
    if isinstance(value, str):
        pairs = {f"sipaccount[{name}]": value}
        for body, kind in ((form(pairs), FORM), (multipart(pairs), MULTIPART)):
            assert refused(account, "PUT", ONE, body, kind) == wrong(**{name: text})


def test_all_wrong_fields_are_named_at_once(account: Account) -> None:
    fields = {"password": "x", "max_channels": -1, "call_limit": "x", "ip_restrict": "x", "label": []}
    expected = wrong(
        password="short",
        max_channels="negative",
        call_limit="not_a_number",
        ip_restrict="invalid",
        label="invalid",
    )
    body = json.dumps({"sipaccount": fields})
    assert refused(account, "POST", PATH, body, "application/json") == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", FORM, wrong(sipaccount="blank")),
        (b"", "application/json", wrong(sipaccount="blank")),
        (b"password=correcthorse", FORM, wrong(sipaccount="blank")),
        (b"sipaccount=correcthorse", FORM, wrong(sipaccount="invalid")),
        (b"sipaccount[]=correcthorse", FORM, wrong(sipaccount="invalid")),
        (b'{"sipaccount": null}', "application/json", wrong(sipaccount="blank")),
        (b'{"sipaccount": {}}', "application/json", wrong(sipaccount="blank")),
        (b'{"sipaccount": [{}]}', "application/json", wrong(sipaccount="invalid")),
        (b'{"sipaccount": true}', "application/json", wrong(sipaccount="invalid")),
        (b"sipaccount[label]=%ff", FORM, (400, {"error": "The request is not valid UTF-8"})),
        (
            b'{"sipaccount": {"label": "\xff"}}',
            "application/json",
            (400, {"error": "The request body is not valid JSON"}),
        ),
        (b"null", "application/json", (400, {"error": "The request body must be a JSON object"})),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", ONE), ("PATCH", ONE)])
def test_body_without_the_object_is_refused(
    account: Account, method: str, path: str, body: bytes, kind: str, expected: tuple[int, Any]
) -> None:
    assert refused(account, method, path, body, kind) == expected


def test_creation_without_a_password_is_refused(account: Account) -> None:
    body = form({"sipaccount[label]": "x"})
    assert refused(account, "POST", PATH, body, FORM) == wrong(password="blank")
    body = b'{"sipaccount": {"label": "x", "password": null}}'
    assert refused(account, "POST", PATH, body, "application/json") == wrong(password="blank")


def test_accounts_of_two_sandboxes_are_strangers(account: Account) -> None:
    name = made(account, {"password": PASSWORD})["name"]
    other = {"authorization": "Bearer sandbox-stranger"}
    assert account.send("GET", f"{PATH}/{name}", headers=other).status == 404
    assert account.send("GET", f"{PATH}/{name}", headers=BEARER).status == 200
    assert body_of(account.send("GET", ONE, headers=other)) == example("get_sipaccount.response.200.json")
