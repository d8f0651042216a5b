"""Outbound trunks: authentication methods, credentials, numbers, statuses, the account's permissions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.providers.didww.voice_rows import VoiceOutTrunk
from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.didww.refusals import NOBODY, unchanged
from tests.didww.voice import again, bad_values, change, good, linkage, make, one, writes

# Recorded: a trunk that was made with name, action and method alone (create_twilio.yaml).
DEFAULTS = {
    "allowed_rtp_ips": None,
    "allow_any_did_as_cli": False,
    "status": "active",
    "capacity_limit": None,
    "created_at": "2026-03-01T12:00:00.000Z",
    "threshold_reached": False,
    "threshold_amount": "3000.0",
    "media_encryption_mode": "disabled",
    "default_dst_action": "allow_all",
    "dst_prefixes": [],
    "force_symmetric_rtp": False,
    "rtp_ping": False,
    "callback_url": None,
    "external_reference_id": None,
    "emergency_enable_all": False,
    "rtp_timeout": 30,
}
CREDENTIAL = r"[a-z0-9]{10}"


def method(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, "attributes": members}


def with_ips(*ips: str, **members: Any) -> dict[str, Any]:
    return method("credentials_and_ip", allowed_sip_ips=list(ips), **members)


def auth(trunk: dict[str, Any]) -> dict[str, Any]:
    return trunk["attributes"]["authentication_method"]  # type: ignore[no-any-return]


def test_what_is_not_sent_has_the_recorded_defaults(account: Account) -> None:
    twilio = method("twilio", twilio_account_sid="AC33333333333333333333333333333333")
    data = good("voice_out_trunks", NEW, authentication_method=twilio)
    answer = account.post("/voice_out_trunks", {"data": data})
    assert_document(answer.body)
    assert answer.data["attributes"] == DEFAULTS | {
        "name": data["attributes"]["name"],
        "on_cli_mismatch_action": "reject_call",
        "authentication_method": twilio,
    }
    assert answer.data["meta"] == {"spent_amount": "0.0"}


# --- authentication ------------------------------------------------------------------------------


def test_credentials_are_made_and_addresses_become_networks(account: Account) -> None:
    trunk = make(account, "voice_out_trunks", authentication_method=with_ips("203.0.113.9", "2001:db8::1"))
    attributes = auth(trunk)["attributes"]
    assert attributes["allowed_sip_ips"] == ["203.0.113.9/32", "2001:db8::1/128"]
    assert attributes["tech_prefix"] is None
    assert re.fullmatch(CREDENTIAL, attributes["username"])
    assert re.fullmatch(CREDENTIAL, attributes["password"])


def test_method_is_replaced_whole_and_credentials_stay_with_their_kind(account: Account) -> None:
    trunk = make(
        account, "voice_out_trunks", authentication_method=with_ips("203.0.113.9", tech_prefix="12#")
    )
    first = auth(trunk)["attributes"]
    second = auth(change(account, trunk, authentication_method=with_ips("203.0.113.0/24")).data)
    kept = {name: first[name] for name in ("username", "password")}
    assert second["attributes"] == {"allowed_sip_ips": ["203.0.113.0/24"], "tech_prefix": None, **kept}
    twilio = method("twilio", twilio_account_sid="AC1")
    assert auth(change(account, trunk, authentication_method=twilio).data) == twilio
    third = auth(change(account, trunk, authentication_method=with_ips("203.0.113.9")).data)["attributes"]
    assert third["password"] != first["password"]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (method("ip_only", allowed_sip_ips=["192.168.1.1"]), "out_trunk_ip_only_created"),
        (method("twilio"), "out_trunk_twilio_without_sid"),
        (method("twilio", twilio_account_sid=None), "out_trunk_twilio_without_sid"),
        (method("credentials_and_ip"), "out_trunk_without_ips"),
        (method("credentials_and_ip", allowed_sip_ips=None), "out_trunk_without_ips"),
        (method("credentials_and_ip", allowed_sip_ips=[]), "out_trunk_without_ips"),
        (None, "attribute"),
    ],
)
def test_method_is_refused_as_documented(sent: Any, error: str, account: Account) -> None:
    trunk = make(account, "voice_out_trunks")
    with unchanged(account):
        data = good("voice_out_trunks", NEW, authentication_method=sent)
        assert_refused(account.post("/voice_out_trunks", {"data": data}), error, name="authentication_method")
        updated = error.replace("_created", "_updated")
        answer = change(account, trunk, authentication_method=sent)
        assert_refused(answer, updated, name="authentication_method")


def test_trunk_by_address_alone_can_be_changed_but_for_its_method(account: Account) -> None:
    """One in the seed: only DIDWW's staff sets it (documented)."""
    (trunk,) = account.get("/voice_out_trunks?filter[authentication_method.type]=ip_only").data
    assert auth(trunk) == method("ip_only", allowed_sip_ips=["203.0.113.1/32"], tech_prefix=None)
    changed = change(account, trunk, capacity_limit=7).data
    assert (changed["attributes"]["capacity_limit"], auth(changed)) == (7, auth(trunk))
    with unchanged(account):
        answer = change(account, trunk, authentication_method=auth(trunk))
        assert_refused(answer, "out_trunk_ip_only_updated")


def test_older_version_has_networks_and_credentials_of_their_own(account: Account) -> None:
    old = account.as_of(OLD)
    trunk = make(old, "voice_out_trunks", allowed_sip_ips=["203.0.113.9"])
    attributes = trunk["attributes"]
    assert attributes["allowed_sip_ips"] == ["203.0.113.9/32"]
    same = auth(again(account, trunk))
    assert same["type"] == "credentials_and_ip"
    assert same["attributes"] == {
        "allowed_sip_ips": ["203.0.113.9/32"],
        "tech_prefix": "",
        "username": attributes["username"],
        "password": attributes["password"],
    }
    changed = change(old, trunk, allowed_sip_ips=["10.0.0.0/8"]).data["attributes"]
    assert (changed["allowed_sip_ips"], changed["password"]) == (["10.0.0.0/8"], attributes["password"])
    assert change(old, trunk, allowed_sip_ips=[]).data["attributes"]["allowed_sip_ips"] == []


def test_older_version_shows_nothing_of_methods_that_it_cannot_express(account: Account) -> None:
    twilio = method("twilio", twilio_account_sid="AC1")
    trunk = make(account, "voice_out_trunks", authentication_method=twilio)
    old = account.as_of(OLD)
    shown = again(old, trunk)["attributes"]
    assert [shown[name] for name in ("allowed_sip_ips", "username", "password")] == [None] * 3
    with unchanged(account):
        answer = change(old, trunk, allowed_sip_ips=["203.0.113.9"])
        assert_refused(answer, "attribute", name="allowed_sip_ips")


@pytest.mark.parametrize("version", VERSIONS)
def test_trunk_stays_when_it_is_sent_back_as_it_is_shown(version: str, account: Account) -> None:
    """Those of the seed too, which hold what a customer may not choose."""
    account = account.as_of(version)
    shown = account.get("/voice_out_trunks").data
    assert any(trunk["attributes"]["on_cli_mismatch_action"] == "replace_cli" for trunk in shown)
    assert any(trunk["attributes"]["threshold_amount"] is None for trunk in shown)
    for trunk in shown:
        known = {name: trunk["attributes"][name] for name in ("on_cli_mismatch_action", "threshold_amount")}
        links = {}
        if version <= OLD:
            known["allowed_sip_ips"] = trunk["attributes"]["allowed_sip_ips"]
            did = account.get(f"/voice_out_trunks/{trunk['id']}/relationships/default_did").body["data"]
            links["default_did"] = {"data": did}
        changed = change(account, trunk, links, **known, capacity_limit=7).data
        assert changed == {**trunk, "attributes": {**trunk["attributes"], "capacity_limit": 7}}


# --- credentials ---------------------------------------------------------------------------------


def rotation(*trunk: str) -> dict[str, Any]:
    data: dict[str, Any] = {"type": "voice_out_trunk_regenerate_credentials"}
    if trunk:
        data["relationships"] = {"voice_out_trunk": one("voice_out_trunks", *trunk)}
    return {"data": data}


@pytest.mark.parametrize("version", VERSIONS)
def test_credentials_are_rotated_and_read_from_the_trunk(version: str, account: Account) -> None:
    account = account.as_of(version)
    trunk = make(account, "voice_out_trunks")
    answer = account.post("/voice_out_trunk_regenerate_credentials", rotation(trunk["id"]))
    assert answer.status == 201
    assert answer.body == {
        "data": {"id": trunk["id"], "type": "voice_out_trunk_regenerate_credentials"},
        "meta": {"api_version": version},
    }
    before, after = (row["attributes"] for row in (trunk, again(account, trunk)))
    if version == NEW:
        before, after = (row["authentication_method"]["attributes"] for row in (before, after))
    assert before["username"] != after["username"]
    assert before["password"] != after["password"]
    assert before["allowed_sip_ips"] == after["allowed_sip_ips"]


def test_rotation_is_refused_without_a_trunk_that_has_credentials(account: Account) -> None:
    twilio = make(account, "voice_out_trunks", "twilio")
    path = "/voice_out_trunk_regenerate_credentials"
    with unchanged(account):
        for key in (NOBODY, twilio["id"]):
            assert_refused(account.post(path, rotation(key)), "link_unknown", name="voice_out_trunk")
        assert account.post(path, rotation()).status == 422
        assert account.get(path).status == 404
        account.world.options["didww"]["read_only"] = True
        assert account.post(path, rotation(twilio["id"])).status == 403


def test_passwords_are_masked_in_the_journal(make_server: Any) -> None:
    """Of requests and of answers."""
    account = Account(make_server(), "one")
    sent = {"type": "sip_configurations", "attributes": {"host": "a.test", "auth_password": "hush-hush"}}
    make(account, "voice_in_trunks", configuration=sent)
    trunk = make(account, "voice_out_trunks")
    old = again(account.as_of(OLD), trunk)["attributes"]
    secrets = [b"hush-hush", old["password"].encode(), b"auth_password", b"password"]
    kept = b"".join(entry.body + entry.answer for entry in account.world.journal)
    assert [secret in kept for secret in secrets] == [False, False, True, True]


# --- numbers -------------------------------------------------------------------------------------


NUMBERS = [("dids", "allow_any_did_as_cli"), ("emergency_dids", "emergency_enable_all")]


def numbers(account: Account, trunk: dict[str, Any], name: str) -> list[str]:
    return [link["id"] for link in again(account, trunk, f"?include={name}")["relationships"][name]["data"]]


@pytest.mark.parametrize(("name", "switch"), NUMBERS)
def test_numbers_are_linked_unless_all_are_allowed(name: str, switch: str, account: Account) -> None:
    keys = [row["id"] for row in account.get("/dids").data[:2]]
    links = {name: {"data": linkage("dids", *keys)}}
    trunk = make(account, "voice_out_trunks")
    assert change(account, trunk, links).status == 200
    assert numbers(account, trunk, name) == keys
    assert change(account, trunk, **{switch: True}).status == 200
    assert numbers(account, trunk, name) == []
    with unchanged(account):
        assert change(account, trunk, links).status == 422
        assert change(account, trunk, links, **{switch: True}).status == 422
    assert change(account, trunk, {name: {"data": []}}).status == 200
    assert change(account, trunk, links, **{switch: False}).status == 200
    path = f"/voice_out_trunks/{trunk['id']}/relationships/{name}"
    assert account.send("DELETE", path, json={"data": linkage("dids", keys[0])}).status == 204
    assert numbers(account, trunk, name) == keys[1:]
    assert account.post(path, {"data": linkage("dids", keys[0])}).status == 204
    assert [row["id"] for row in account.get(f"/voice_out_trunks/{trunk['id']}/{name}").data] == [
        keys[1],
        keys[0],
    ]


@pytest.mark.parametrize(("name", "switch"), NUMBERS)
def test_unknown_numbers_are_refused(name: str, switch: str, account: Account) -> None:
    data = good("voice_out_trunks", NEW)
    data["relationships"] = {name: {"data": linkage("dids", NOBODY)}}
    with unchanged(account):
        assert_refused(account.post("/voice_out_trunks", {"data": data}), "links_unknown", name=name)


def test_number_that_leaves_the_account_leaves_its_trunks(account: Account) -> None:
    account.order(
        {"type": "did_order_items", "attributes": {"sku_id": account.group(2)["skus"][0]["id"], "qty": 1}}
    )
    did = account.get("/dids?sort=-created_at").data[0]
    trunk = make(account, "voice_out_trunks")
    links = {name: {"data": linkage("dids", did["id"])} for name, _ in NUMBERS}
    assert change(account, trunk, links).status == 200
    assert change(account, did, terminated=True).status == 200  # its order is pending: it goes at once
    assert [numbers(account, trunk, name) for name, _ in NUMBERS] == [[], []]
    assert account.get(f"/voice_out_trunks/{trunk['id']}/relationships/dids").data == []
    row = account.world.table(VoiceOutTrunk)[trunk["id"]]
    assert (row.did_ids, row.emergency_did_ids) == ((), ())


def test_caller_is_replaced_only_when_the_account_may(account: Account) -> None:
    did = account.get("/dids").data[0]["id"]
    trunk = make(account, "voice_out_trunks")
    link = {"default_did": one("dids", did)}
    with unchanged(account):
        for action in ("replace_cli", "randomize_cli"):
            answer = change(account, trunk, on_cli_mismatch_action=action)
            assert_refused(answer, "attribute", name="on_cli_mismatch_action")
        assert_refused(change(account, trunk, link), "link_unknown", name="default_did")
    account.world.options["didww"]["replace_cli"] = True
    changed = change(account, trunk, link, on_cli_mismatch_action="replace_cli").data
    assert changed["attributes"]["on_cli_mismatch_action"] == "replace_cli"
    assert list(changed["relationships"]) == ["dids", "emergency_dids"]
    old = again(account.as_of(OLD), trunk, "?include=default_did")
    assert old["relationships"]["default_did"]["data"]["id"] == did
    assert old["attributes"]["on_cli_mismatch_action"] == "replace_cli"
    answer = account.get("/voice_out_trunks?include=default_did")
    assert_refused(answer, "include_not_allowed", name="default_did", type="voice_out_trunks")


# --- the account ---------------------------------------------------------------------------------


def test_list_is_forbidden_without_an_outbound_plan(account: Account) -> None:
    """Documented: everything but the list works all the same."""
    trunk = make(account, "voice_out_trunks")
    account.get("/voice_out_trunks")
    account.world.options["didww"]["voice_out"] = False
    assert_refused(account.get("/voice_out_trunks"), "no_outbound_plan")
    assert again(account, trunk)["id"] == trunk["id"]
    assert change(account, trunk, status="blocked").data["attributes"]["status"] == "blocked"
    assert make(account, "voice_out_trunks")


def test_networks_of_older_versions_are_checked(account: Account) -> None:
    old = account.as_of(OLD)
    trunk = make(old, "voice_out_trunks")
    with unchanged(account):
        for value in bad_values(writes("voice_out_trunks")["attributes"]["allowed_sip_ips"]):
            assert_refused(change(old, trunk, allowed_sip_ips=value), "attribute", name="allowed_sip_ips")
