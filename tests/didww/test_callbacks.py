"""Callbacks: what is told when, with which fields, and that the official client accepts every signature."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import pytest
from didww.callback.request_validator import RequestValidator
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.outbox import Callback, Result
from mockserver.core.snapshots import canonical, export
from mockserver.core.transitions import Policy
from mockserver.providers.didww.signing import HEADER, signature, usable
from tests.didww.account import Account, did_item
from tests.didww.contract import NEW, OLD, read
from tests.didww.regulation import CHICAGO, create, emergency_did, link, links, verify, waiting_dids
from tests.didww.test_exports import FEBRUARY, happen
from tests.support import NOON, Server

CONTRACT: dict[str, Any] = read("callbacks.yaml")
SIGNED: dict[str, Any] = CONTRACT["signature"]
HOOK = "http://127.0.0.1:9/hook"


def told(account: Account) -> list[Callback]:
    return list(account.world.outbox)


def payload(account: Account, callback: Callback) -> dict[str, str]:
    """The fields of a callback, in the order in which they are sent; the client accepts its signature."""
    url = callback.url
    sent = callback.body.decode() if callback.method == "POST" else url.partition("#")[0].partition("?")[2]
    fields = dict(parse_qsl(sent, keep_blank_values=True, strict_parsing=True))
    fields = {name: value for name, value in fields.items() if name != "own"}
    check(account, callback, fields)
    return fields


def check(account: Account, callback: Callback, fields: dict[str, str]) -> None:
    sent = dict(callback.headers)[SIGNED["header"]]
    assert RequestValidator(f"sandbox-{account.sandbox}").validate(callback.url, fields, sent)
    assert not RequestValidator("other").validate(callback.url, fields, sent)


def order(account: Account, **attributes: Any) -> dict[str, Any]:
    return account.order(did_item(account.group()["skus"][0], qty=1), **attributes).data  # type: ignore[no-any-return]


# --- signatures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "url", "expected"), SIGNED["vectors"], ids=lambda value: str(value))
def test_signature_is_that_of_the_vector(key: str, url: str, expected: str) -> None:
    assert signature(key, url, SIGNED["payload"]) == expected
    assert RequestValidator(key).validate(url, SIGNED["payload"], expected)


@pytest.mark.parametrize("vector", SIGNED["more"], ids=lambda vector: str(vector["url"]))
def test_signature_is_that_of_the_vector_with_its_own_payload(vector: dict[str, Any]) -> None:
    assert signature(vector["key"], vector["url"], vector["payload"]) == vector["signature"]
    for wrong in SIGNED["refused"]:
        assert not RequestValidator(vector["key"]).validate(vector["url"], vector["payload"], wrong)


_PLAIN = "abcXYZ019-._~"
_WORD = st.text(_PLAIN, max_size=6)
_ODD = st.text(_PLAIN + "!$&'()*+,=:@%/?\"<>{}|\\^`", max_size=10)
_HOST = st.sampled_from(
    ("127.0.0.1", "[::1]", "[FE80::1]", "localhost", "App.Example.com", "192.168.1.20", "a-b.test")
)
_USER = st.builds("{}{}@".format, _WORD, st.sampled_from(("", ":", ":pa%20ss", ":a:b")))
_URLS = st.builds(
    "{}://{}{}{}{}{}{}".format,
    st.sampled_from(("http", "https", "HTTP", "Https")),
    st.just("") | _USER,
    _HOST,
    st.sampled_from(("", ":", ":1", ":80", ":443", ":8080", ":65535")),
    st.sampled_from(("", "/", "//", "/a%20b/")).flatmap(
        lambda path: _ODD.map(lambda odd: path and path + odd)
    ),
    st.just("") | _ODD.map(lambda odd: "?" + odd),
    st.just("") | _ODD.map(lambda odd: "#" + odd),
)


@given(_URLS, st.dictionaries(_WORD, st.text(), max_size=4), st.text(min_size=1))
def test_official_client_accepts_every_signature(url: str, fields: dict[str, str], key: str) -> None:
    if usable(url):
        key = key.encode("utf-8", "replace").decode()
        fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
        assert RequestValidator(key).validate(url, fields, signature(key, url, fields))


@given(_URLS, st.sampled_from(("get", "post", None)))
def test_every_callback_url_can_be_told(server_url: str, method: str | None) -> None:
    """Whatever address is accepted, its callback is one that the client verifies and the wire can carry."""
    if not usable(server_url):
        return
    world = SERVER.world()
    world.outbox.clear()
    sku = next(iter(world.table_named("didww.stock_keeping_units"))).id
    item = {"type": "did_order_items", "attributes": {"sku_id": sku, "qty": 1}}
    attributes = {"items": [item], "callback_url": server_url, "callback_method": method}
    world.policies.chosen["didww.orders"] = Policy("immediate")
    world.ledger("didww").set_balance(world.ledger("didww").opening)
    headers = {"api-key": "demo-didww-key", "content-type": "application/vnd.api+json"}
    body = {"data": {"type": "orders", "attributes": {**attributes, "allow_back_ordering": True}}}
    answer = SERVER.request("POST", "/didww/v3/orders", headers=headers, json=body)
    assert answer.status == 201, answer.body
    world.advance(by=timedelta())
    (callback,) = world.outbox.sending
    fields = {"id": json.loads(answer.body)["data"]["id"], "type": "orders", "status": "completed"}
    assert RequestValidator("demo-didww-key").validate(callback.url, fields, dict(callback.headers)[HEADER])
    if method == "get":
        address, _, fragment = server_url.partition("#")
        assert callback.url.startswith(address)
        assert callback.url.endswith("#" + fragment) or not fragment
        query = callback.url.partition("#")[0]
        assert query.endswith(f"id={fields['id']}&status=completed&type=orders")
    else:
        assert callback.url == server_url


SERVER = Server(rate_limits=False)


def test_secret_of_the_setting_signs_and_is_never_shown() -> None:
    server = Server(didww_callback_secret="hush-hush")
    account = Account(server, "signed")
    account.world.policies.chosen["didww.orders"] = Policy("immediate")
    placed = order(account, callback_url=HOOK)
    account.advance(seconds=1)
    (callback,) = told(account)
    fields = {"id": placed["id"], "type": "orders", "status": "completed"}
    assert RequestValidator("hush-hush").validate(HOOK, fields, dict(callback.headers)[HEADER])
    assert b"hush-hush" not in canonical(export(account.world.capture()))
    assert "hush-hush" not in repr(account.world.options)


# --- orders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, NEW])
def test_order_is_told_when_it_is_completed(version: str, account: Account) -> None:
    account = account.as_of(version)
    placed = order(account, callback_url=HOOK, callback_method="post")
    assert told(account) == []
    account.advance(seconds=10)
    (callback,) = told(account)
    assert (callback.subject, callback.event) == (f"didww.orders/{placed['id']}", "completed")
    assert (callback.method, callback.url) == ("POST", HOOK)
    assert callback.created_at == NOON + timedelta(seconds=10)
    sent = CONTRACT["sent"]["post"]
    assert [name for name, _ in callback.headers] == ["Content-Type", SIGNED["header"]]
    assert (callback.method, callback.headers[0][1]) == (sent["method"], sent["content_type"])
    fields = payload(account, callback)
    assert fields == {"id": placed["id"], "status": "completed", "type": "orders"}
    assert list(fields) == CONTRACT["events"]["orders"]["fields"]


def test_order_is_told_when_it_is_canceled(account: Account) -> None:
    mine = order(account, callback_url=HOOK)
    assert account.delete(f"/orders/{mine['id']}").status == 204
    account.world.policies.chosen["didww.orders"] = Policy("immediate", outcome="canceled")
    theirs = order(account, callback_url=HOOK)
    account.advance(seconds=1)
    assert [payload(account, one) for one in told(account)] == [
        {"id": mine["id"], "status": "canceled", "type": "orders"},
        {"id": theirs["id"], "status": "canceled", "type": "orders"},
    ]


def test_payload_goes_to_the_end_of_the_query(account: Account) -> None:
    placed = order(account, callback_url=HOOK + "?own=1#there", callback_method="get")
    bare = order(account, callback_url=HOOK, callback_method="get")
    account.advance(seconds=10)
    fields = "id={}&status=completed&type=orders"
    first, second = told(account)
    assert (first.method, first.body, first.headers[:-1]) == ("GET", b"", ())
    assert first.url == f"{HOOK}?own=1&{fields.format(placed['id'])}#there"
    assert second.url == f"{HOOK}?{fields.format(bare['id'])}"
    assert payload(account, first)["id"] == placed["id"]
    assert payload(account, second)["id"] == bare["id"]


def test_nothing_is_told_without_an_address(account: Account) -> None:
    order(account)
    order(account, callback_url=None, callback_method="post")
    account.advance(days=2)
    assert told(account) == []


def test_refused_order_is_not_told(account: Account) -> None:
    account.world.policies.chosen["didww.orders"] = Policy("immediate")
    account.set_funds("0.01")
    answer = account.order(did_item(account.group()["skus"][0], qty=1), callback_url=HOOK)
    assert answer.status == 400
    account.advance(days=2)
    assert told(account) == []


def test_channels_are_told_at_once(account: Account) -> None:
    pool = account.get("/capacity_pools").data[0]["id"]
    item = {"type": "capacity_order_items", "attributes": {"capacity_pool_id": pool, "qty": 5}}
    placed = account.order(item, callback_url=HOOK).data
    (callback,) = told(account)
    assert payload(account, callback) == {"id": placed["id"], "status": "completed", "type": "orders"}


@pytest.mark.parametrize(
    "url",
    [
        "http://a b/",
        "http://a/ b",
        "http:///x",
        "https://",
        "http://a:99999/",
        "http://a:0/",
        "http://\u00fc/",
        "http://a/\x7f",
    ],
)
def test_address_that_no_callback_can_go_to_is_refused(url: str, account: Account) -> None:
    answer = account.order(did_item(account.group()["skus"][0], qty=1), callback_url=url)
    (error,) = answer.body["errors"]
    assert (answer.status, error["source"]) == (422, {"pointer": "/data/attributes/callback_url"})
    refused = verify(account, [], CHICAGO, callback_url=url)
    assert {"pointer": "/data/attributes/callback_url"} in [one["source"] for one in refused.body["errors"]]


def test_attempts_are_as_documented(account: Account) -> None:
    order(account, callback_url=HOOK)
    account.advance(seconds=10)
    for _ in range(20):
        for callback in account.world.outbox.sending:
            account.world.outbox.record(callback, Result("failed", 500, "answered with 500"))
            account.world.commit()
        account.advance(days=2)
    (callback,) = told(account)
    times = [attempt.at for attempt in callback.attempts]
    minutes = [(after - before) / timedelta(minutes=1) for before, after in pairwise(times)]
    assert minutes == list(CONTRACT["sent"]["minutes_before_attempt"].values())
    assert (len(times), callback.state) == (CONTRACT["sent"]["attempts"], "failed")


# --- exports and regulation ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2021-04-19", OLD, NEW])
def test_export_is_told_when_its_file_is_there(version: str, account: Account) -> None:
    account = account.as_of(version)
    kind = "exports" if version > "2021-04-19" else "cdr_exports"
    filters = FEBRUARY if version >= NEW else {"year": "2026", "month": "02"}
    attributes = {"filters": filters, "callback_url": HOOK, "callback_method": "post"}
    if kind == "exports":
        attributes["export_type"] = "cdr_in"
    key = account.post(f"/{kind}", {"data": {"type": kind, "attributes": attributes}}).data["id"]
    account.advance(seconds=10)
    (callback,) = told(account)
    facts = CONTRACT["events"]["exports"]
    fields = payload(account, callback)
    assert list(fields) == facts["fields" if version >= NEW else "until_2022"]
    assert (fields["id"], fields["status"], fields["type"]) == (key, "completed", kind)
    assert callback.subject == f"didww.exports/{key}"
    if version >= NEW:
        assert fields["url"] == account.get(f"/exports/{key}").data["attributes"]["url"]


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_address_verification_is_told(version: str, outcome: str, account: Account) -> None:
    account = account.as_of(version)
    (row,) = waiting_dids(account, "SG")
    account.world.policies.chosen["didww.address_verifications"] = Policy("immediate", outcome=outcome)
    key = verify(account, [row["id"]], CHICAGO, callback_url=HOOK, callback_method="get").data["id"]
    account.advance(seconds=1)
    (callback,) = told(account)
    facts = CONTRACT["events"]["address_verifications"]
    fields = payload(account, callback)
    form = "fields"
    if outcome == "rejected":
        form = "rejected" if version >= NEW else "rejected_until_2022"
    assert list(fields) == facts[form]
    assert (fields["id"], fields["status"], fields["type"]) == (key, outcome, "address_verifications")
    reasons = "Address cannot be validated; Proof of address should be not older than of 6 months"
    assert fields["reject_reason"] == ("" if outcome == "approved" else reasons)
    assert (
        unquote_plus(callback.url.partition("reject_reason=")[2].partition("&")[0]) == fields["reject_reason"]
    )


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_emergency_verification_is_told_and_the_order_that_it_makes(outcome: str, account: Account) -> None:
    did = emergency_did(account)
    account.world.policies.chosen["didww.emergency_verifications"] = Policy(
        "after", timedelta(seconds=2), outcome
    )
    attributes = {"callback_url": HOOK, "callback_method": "post"}
    asked = create(
        account,
        "emergency_verifications",
        attributes,
        address=link("addresses", CHICAGO),
        dids=links("dids", did["id"]),
    ).data
    account.advance(seconds=5)
    *orders, callback = told(account)
    service = account.get(f"/emergency_verifications/{asked['id']}/emergency_calling_service").data["id"]
    reasons = "Address cannot be validated; Proof of address should be not older than of 6 months"
    fields = payload(account, callback)
    assert list(fields) == CONTRACT["events"]["emergency_verifications"]["fields"]
    assert fields == {
        "emergency_calling_service_id": service,
        "id": asked["id"],
        "reject_comment": "",
        "reject_reasons": "" if outcome == "approved" else reasons,
        "status": outcome,
        "type": "emergency_verifications",
    }
    if outcome == "approved":
        made = account.get(f"/emergency_calling_services/{service}/order").data["id"]
        assert [payload(account, one) for one in orders] == [
            {"id": made, "status": "completed", "type": "orders"}
        ]
    else:
        assert orders == []


def test_comment_of_a_reviewer_is_told(account: Account) -> None:
    attributes = {"callback_url": HOOK, "callback_method": "post"}
    numbers = links("dids", emergency_did(account)["id"])
    asked = create(
        account, "emergency_verifications", attributes, address=link("addresses", CHICAGO), dids=numbers
    ).data
    decision = {"outcome": "rejected", "reasons": "Blurred", "comment": "Page two."}
    happen(account, "decide_emergency_verification", verification=asked["id"], **decision)
    fields = payload(account, told(account)[-1])
    assert (fields["reject_reasons"], fields["reject_comment"]) == ("Blurred", "Page two.")


def test_outbound_trunk_is_told_when_its_threshold_blocks_it_and_when_it_works_again(
    account: Account,
) -> None:
    attributes = {
        "name": "out",
        "on_cli_mismatch_action": "reject_call",
        "threshold_amount": "1.0",
        "callback_url": HOOK + "?own=1",
        "authentication_method": {
            "type": "credentials_and_ip",
            "attributes": {"allowed_sip_ips": ["203.0.113.1/32"]},
        },
    }
    document = {"data": {"type": "voice_out_trunks", "attributes": attributes}}
    key = account.post("/voice_out_trunks", document).data["id"]
    for _ in range(2):  # the first day it works again by itself, the second one by the customer's wish
        happen(account, "spend_on_outbound_trunk", trunk=key, amount="0.60")
        happen(account, "spend_on_outbound_trunk", trunk=key, amount="0.60")
        if len(told(account)) == 1:
            account.advance(days=1)
    change = {"data": {"type": "voice_out_trunks", "id": key, "attributes": {"status": "active"}}}
    assert account.patch(f"/voice_out_trunks/{key}", change).status == 200
    account.advance(days=2)
    expected = [("blocked", True), ("active", False), ("blocked", True), ("active", True)]
    for callback, (status, reached) in zip(told(account), expected, strict=True):
        (one,) = json.loads(callback.body)
        assert list(one) == CONTRACT["events"]["voice_out_trunks"]["fields"]
        assert (one["id"], one["type"], one["status"]) == (key, "voice_out_trunks", status)
        assert one["threshold_reached"] is reached
        assert datetime.fromisoformat(one["created_at"]) == callback.created_at
        assert (callback.method, callback.headers[0]) == ("POST", ("Content-Type", "application/json"))
        check(account, callback, {})
