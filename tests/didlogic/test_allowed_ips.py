"""Addresses from which a SIP account may call: the recorded list, networks, duplicates, bad input."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.didlogic.account import FORM, Account, example, form, multipart
from tests.didlogic.routing import FACTS, MULTIPART, NOT_FOUND, claims, done, refused, wrong

PATH = "/v1/sipaccounts/54321/allowed_ips"
FIRST = "88.99.12.33"


def listed(account: Account) -> list[str]:
    found: list[str] = account.get(PATH)["allowed_ips"]
    return found


def add(account: Account, ip: str) -> Any:
    return account.send("POST", PATH, form({"ip": ip}), FORM)


def test_seed_has_the_recorded_list_and_adding_gives_the_recorded_answer(account: Account) -> None:
    assert account.get(PATH) == example("list_allowed_ips.response.200.json")
    response = account.send("POST", PATH, form(example("add_allowed_ip.request.json")), FORM)
    assert done(response) == example("add_allowed_ip.response.200.json")
    assert claims(response) == "client; claim=didlogic.add_allowed_ip"
    assert account.get(PATH + ".json") == example("add_allowed_ip.response.200.json")
    shown = account.get("/v1/sipaccounts/54321")["sipaccount"]["allowed_ips"]
    assert shown == example("add_allowed_ip.response.200.json")["allowed_ips"]


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"ip=99.33.55.11", FORM),
        (b"ip=99.33.55.11", None),
        (b"ip=+99.33.55.11+", FORM),
        (b'{"ip": "99.33.55.11"}', "application/json"),
        (multipart({"ip": "99.33.55.11"}), MULTIPART),
    ],
)
def test_every_form_of_body_adds(account: Account, suffix: str, body: bytes, kind: str | None) -> None:
    answer = done(account.send("POST", PATH + suffix, body, kind))
    assert answer == example("add_allowed_ip.response.200.json")


@pytest.mark.parametrize(
    "ip", ["0.0.0.0", "255.255.255.255", "10.0.0.0/8", "10.1.2.3/24", "10.1.2.3/32", "0.0.0.0/0"]
)
def test_addresses_and_networks_are_kept_as_they_were_sent(account: Account, ip: str) -> None:
    response = add(account, ip)
    assert done(response) == {"allowed_ips": [FIRST, ip]}
    assumed = f"assumed; claim=didlogic.{FACTS['allowed_ips']['gap']}"
    assert claims(response) == (assumed if "/" in ip else "client; claim=didlogic.add_allowed_ip")


def test_address_that_is_there_already_changes_nothing(account: Account) -> None:
    before = account.state()
    response = add(account, FIRST)
    assert done(response) == {"allowed_ips": [FIRST]}
    assert claims(response) == "assumed; claim=didlogic.G21"
    assert account.state() == before


@pytest.mark.parametrize(
    "target", ["ip=88.99.12.33", "ip=%2088.99.12.33+", "ip=10.0.0.0%2F8", "ip=10.0.0.0/8"]
)
def test_removing_takes_the_address_in_the_query(account: Account, target: str) -> None:
    add(account, "10.0.0.0/8")
    response = account.send("DELETE", f"{PATH}?{target}")
    assert done(response) == {"allowed_ips": ["10.0.0.0/8" if "88" in target else FIRST]}
    assert claims(response) == "assumed; claim=didlogic.G21"
    assert list(response.ignored) == []
    assert listed(account) == done(response)["allowed_ips"]
    assert refused(account, "DELETE", f"{PATH}?{target}", None, None) == NOT_FOUND


def test_last_address_can_be_removed(account: Account) -> None:
    assert done(account.send("DELETE", f"{PATH}.json?ip={FIRST}")) == {"allowed_ips": []}
    assert listed(account) == []
    assert done(add(account, FIRST)) == {"allowed_ips": [FIRST]}


def test_addresses_are_limited(account: Account) -> None:
    most = FACTS["allowed_ips"]["most"]
    for index in range(most - 1):
        assert add(account, f"10.0.0.{index}").status == 200
    assert len(listed(account)) == most
    assert refused(account, "POST", PATH, b"ip=10.0.1.0", FORM) == wrong(ip="full_addresses")
    assert add(account, FIRST).status == 200
    account.send("DELETE", f"{PATH}?ip={FIRST}")
    assert listed(account)[0] == "10.0.0.0"
    assert add(account, "10.0.1.0").status == 200


@pytest.mark.parametrize("name", ["62", "99999", "x", "%00", "9" * 4000])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_account_is_not_found(account: Account, method: str, name: str) -> None:
    path = f"/v1/sipaccounts/{name}/allowed_ips?ip=x"
    assert refused(account, method, path, b"ip=x", FORM) == NOT_FOUND


@pytest.mark.parametrize(
    "ip",
    [
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "-1.2.3.4",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4/",
        "1.2.3.4/08",
        "1.2.3.4/٨",
        "1.2.3.4/255.255.255.0",
        "1.2.3.4/8/8",
        "1.2.3.4:80",
        "1.2.3.4, 5.6.7.8",
        "1. 2.3.4",
        "1.2.3.4\x00",
        "::1",
        "2001:db8::1",
        "localhost",
        "16909060",
        "0x7f.1.1.1",
        "١.٢.٣.٤",
        "*",
        "1" * 5000,
    ],
)
def test_text_that_is_no_address_is_refused(account: Account, ip: str) -> None:
    expected = wrong(ip="invalid")
    assert refused(account, "POST", PATH, form({"ip": ip}), FORM) == expected
    assert refused(account, "POST", PATH, multipart({"ip": ip}), MULTIPART) == expected
    assert refused(account, "POST", PATH, orjson.dumps({"ip": ip}), "application/json") == expected
    assert refused(account, "DELETE", f"{PATH}?{form({'ip': ip}).decode()}", None, None) == NOT_FOUND


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "blank"),
        ("", "blank"),
        (" ", "blank"),
        (True, "invalid"),
        (0, "invalid"),
        (16909060, "invalid"),
        (1.2, "invalid"),
        ([], "invalid"),
        (["1.2.3.4"], "invalid"),
        ({"a": "1.2.3.4"}, "invalid"),
    ],
)
def test_value_of_the_wrong_kind_is_refused(account: Account, value: Any, text: str) -> None:
    body = orjson.dumps({"ip": value})
    assert refused(account, "POST", PATH, body, "application/json") == wrong(ip=text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", wrong(ip="blank")),
        ("?ip=", wrong(ip="blank")),
        ("?ips=88.99.12.33", wrong(ip="blank")),
        ("?ip[]=88.99.12.33", wrong(ip="invalid")),
        ("?ip[a]=88.99.12.33", wrong(ip="invalid")),
        ("?ip=88.99.12.34", NOT_FOUND),
        ("?ip=88.99.12.33/32", NOT_FOUND),
        ("?ip=%ff", (400, {"error": "The request is not valid UTF-8"})),
    ],
)
def test_removal_is_refused_and_nothing_changes(
    account: Account, query: str, expected: tuple[int, Any]
) -> None:
    assert refused(account, "DELETE", PATH + query, None, None) == expected


def test_refusal_rests_on_the_assumption(account: Account) -> None:
    assert claims(add(account, "x")) == "assumed; claim=didlogic.G21"
    assert claims(add(account, "")) == "client; claim=didlogic.error.validation"
