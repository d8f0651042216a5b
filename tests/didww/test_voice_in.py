"""Inbound trunks and their groups: defaults, merging, SIP registration, membership, removal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.didww.refusals import NOBODY, unchanged
from tests.didww.voice import again, change, good, linkage, make, one

# Recorded: what a trunk over SIP has when only host and user name were sent (behaviour 5.1).
SIP_DEFAULTS = {
    "port": None,
    "codec_ids": [9, 10, 8, 7, 6],
    "rx_dtmf_format_id": 1,
    "tx_dtmf_format_id": 1,
    "resolve_ruri": False,
    "auth_enabled": False,
    "auth_user": None,
    "auth_password": None,
    "auth_from_user": None,
    "auth_from_domain": None,
    "sst_enabled": False,
    "sst_min_timer": 600,
    "sst_max_timer": 900,
    "sst_accept_501": True,
    "sip_timer_b": 8000,
    "dns_srv_failover_timer": 2000,
    "rtp_ping": False,
    "rtp_timeout": 30,
    "force_symmetric_rtp": False,
    "symmetric_rtp_ignore_rtcp": False,
    "rerouting_disconnect_code_ids": None,
    "sst_session_expires": None,
    "sst_refresh_method_id": 1,
    "transport_protocol_id": 1,
    "max_transfers": 0,
    "max_30x_redirects": 0,
    "media_encryption_mode": "disabled",
    "stir_shaken_mode": "disabled",
    "allowed_rtp_ips": None,
}
NEW_DEFAULTS = {
    "diversion_relay_policy": "none",
    "diversion_inject_mode": "none",
    "network_protocol_priority": "force_ipv4",
    "enabled_sip_registration": False,
    "use_did_in_ruri": False,
    "cnam_lookup": False,
    "incoming_auth_username": None,
    "incoming_auth_password": None,
}


def sip(**members: Any) -> dict[str, Any]:
    return {"type": "sip_configurations", "attributes": members}


def configuration(trunk: dict[str, Any]) -> dict[str, Any]:
    return trunk["attributes"]["configuration"]["attributes"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_sent_has_the_recorded_defaults(version: str, account: Account) -> None:
    account = account.as_of(version)
    document = {"data": good("voice_in_trunks", version, configuration=sip(host="a.test", username="u"))}
    answer = account.post("/voice_in_trunks", document)
    assert_document(answer.body, version)
    expected = {"username": "u", "host": "a.test", **SIP_DEFAULTS}
    if version == NEW:
        expected |= NEW_DEFAULTS
    assert configuration(answer.data) == expected
    plain = {name: value for name, value in answer.data["attributes"].items() if name != "configuration"}
    assert plain == {
        "priority": 1,
        "capacity_limit": None,
        "weight": 65535,
        "name": document["data"]["attributes"]["name"],
        "cli_format": "e164",
        "cli_prefix": None,
        "description": None,
        "ringing_timeout": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        **({"external_reference_id": None} if version == NEW else {}),
    }


def test_codes_are_cast_when_they_are_strings(account: Account) -> None:
    """Documented: official examples send `"priority": "1"` and `"sst_enabled": "false"`."""
    sent = sip(host="a.test", sst_enabled="false", codec_ids=["9", "10"], port="5060")
    trunk = make(account, "voice_in_trunks", configuration=sent, priority="1")
    assert trunk["attributes"]["priority"] == 1
    assert [configuration(trunk)[name] for name in ("sst_enabled", "codec_ids", "port")] == [
        False,
        [9, 10],
        5060,
    ]


def test_part_of_a_configuration_leaves_the_rest(account: Account) -> None:
    """Recorded."""
    trunk = make(account, "voice_in_trunks", configuration=sip(host="a.test", port=5061, codec_ids=[9]))
    changed = change(account, trunk, configuration=sip(username="new", max_transfers=5)).data
    assert configuration(changed) == {**configuration(trunk), "username": "new", "max_transfers": 5}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sent", [{}, {"configuration": None}])
def test_trunk_without_configuration_is_refused_with_400(
    sent: dict[str, Any], version: str, account: Account
) -> None:
    account = account.as_of(version)
    with unchanged(account):
        data = {"type": "voice_in_trunks", "attributes": {"name": "x", **sent}}
        assert_refused(account.post("/voice_in_trunks", {"data": data}), "configuration_missing")
    if sent:
        trunk = make(account, "voice_in_trunks")
        with unchanged(account):
            assert_refused(change(account, trunk, **sent), "configuration_missing")


def test_kind_of_a_configuration_stays(account: Account) -> None:
    trunk = make(account, "voice_in_trunks")
    pstn = {"type": "pstn_configurations", "attributes": {"dst": "442037691880"}}
    with unchanged(account):
        assert_refused(change(account, trunk, configuration=pstn), "configuration_type_changed")


@pytest.mark.parametrize("kind", ["h323_configurations", "iax2_configurations"])
def test_kinds_that_ended_are_unknown_to_the_newest_version(kind: str, account: Account) -> None:
    old = account.as_of(OLD)
    with unchanged(account):
        answer = account.post("/voice_in_trunks", {"data": good("voice_in_trunks", OLD, kind)})
        assert answer.status == 400
    trunk = make(old, "voice_in_trunks", kind)
    assert trunk["attributes"]["configuration"]["type"] == kind
    assert_refused(account.get(f"/voice_in_trunks/{trunk['id']}"), "not_found", id=trunk["id"])
    assert trunk["id"] not in {row["id"] for row in account.get("/voice_in_trunks").data}
    assert trunk["id"] in {row["id"] for row in old.get("/voice_in_trunks").data}


@pytest.mark.parametrize(
    ("expires", "least", "most", "fits"),
    [
        (600, 600, 900, True),
        (900, 600, 900, True),
        (599, 600, 900, False),
        (901, 600, 900, False),
        (700, 800, 900, False),
        (950, 600, 1000, True),
        (5, None, None, True),
    ],
)
def test_session_lasts_between_its_timers(
    expires: int, least: int | None, most: int | None, fits: bool, account: Account
) -> None:
    sent = sip(host="a.test", sst_session_expires=expires, sst_min_timer=least, sst_max_timer=most)
    answer = account.post("/voice_in_trunks", {"data": good("voice_in_trunks", NEW, configuration=sent)})
    if fits:
        assert configuration(answer.data)["sst_session_expires"] == expires
    else:
        assert_refused(answer, "configuration_member", name="sst_session_expires")


# --- SIP registration ----------------------------------------------------------------------------


def registered(account: Account, **members: Any) -> dict[str, Any]:
    sent = sip(enabled_sip_registration=True, use_did_in_ruri=True, **members)
    return make(account, "voice_in_trunks", configuration=sent)


def test_registration_brings_credentials_and_takes_the_address(account: Account) -> None:
    trunk = registered(account, username="somebody")
    found = configuration(trunk)
    assert [found[name] for name in ("host", "port", "username")] == [None, None, None]
    assert found["incoming_auth_username"].isalnum()
    assert found["incoming_auth_password"] != found["incoming_auth_username"]
    kept = change(account, trunk, configuration=sip(cnam_lookup=True)).data
    assert configuration(kept) == {**found, "cnam_lookup": True}


def test_registration_is_switched_on_when_host_and_port_are_cleared(account: Account) -> None:
    trunk = make(account, "voice_in_trunks", configuration=sip(host="a.test", port=5060))
    with unchanged(account):
        answer = change(account, trunk, configuration=sip(enabled_sip_registration=True))
        pointers = [error["source"]["pointer"] for error in answer.body["errors"]]
        start = "/data/attributes/configuration/attributes"
        assert (answer.status, pointers) == (422, [f"{start}/host", f"{start}/port"])
    sent = sip(enabled_sip_registration=True, host=None, port=None)
    assert configuration(change(account, trunk, configuration=sent).data)["incoming_auth_password"]


def test_registration_is_switched_off_with_a_host_and_without_the_number_in_the_uri(account: Account) -> None:
    trunk = registered(account)
    with unchanged(account):
        for members, wrong in (
            ({}, ["host", "use_did_in_ruri"]),
            ({"host": "a.test"}, ["use_did_in_ruri"]),
            ({"use_did_in_ruri": False}, ["host"]),
            ({"use_did_in_ruri": False, "host": ""}, ["host"]),
        ):
            answer = change(account, trunk, configuration=sip(enabled_sip_registration=False, **members))
            assert answer.status == 422
            pointers = [error["source"]["pointer"].rpartition("/")[2] for error in answer.body["errors"]]
            assert pointers == wrong
    sent = sip(enabled_sip_registration=False, host="a.test", use_did_in_ruri=False)
    found = configuration(change(account, trunk, configuration=sent).data)
    assert (found["host"], found["incoming_auth_username"], found["incoming_auth_password"]) == (
        "a.test",
        None,
        None,
    )
    back = sip(enabled_sip_registration=True, host=None)
    fresh = configuration(change(account, trunk, configuration=back).data)
    assert fresh["incoming_auth_password"] not in (None, configuration(trunk)["incoming_auth_password"])


def test_number_in_the_uri_is_refused_without_registration(account: Account) -> None:
    with unchanged(account):
        sent = sip(host="a.test", use_did_in_ruri=True)
        answer = account.post("/voice_in_trunks", {"data": good("voice_in_trunks", NEW, configuration=sent)})
        assert_refused(answer, "configuration_member", name="use_did_in_ruri")


@pytest.mark.parametrize("name", ["incoming_auth_username", "incoming_auth_password"])
def test_generated_credentials_cannot_be_written(name: str, account: Account) -> None:
    trunk = registered(account)
    with unchanged(account):
        for value in ("x", None):
            sent = sip(enabled_sip_registration=True, **{name: value})
            assert_refused(change(account, trunk, configuration=sent), "member_not_allowed", name=name)


# --- links ---------------------------------------------------------------------------------------


def test_trunk_is_pinned_to_a_pop_and_put_into_a_group(account: Account) -> None:
    pop, group = account.get("/pops").data[0], account.get("/voice_in_trunk_groups").data[0]
    data = good("voice_in_trunks", NEW)
    data["relationships"] = {"pop": one("pops", pop["id"])}
    answer = account.post("/voice_in_trunks?include=pop,voice_in_trunk_group", {"data": data})
    assert_document(answer.body)
    assert [row["id"] for row in answer.body["included"]] == [pop["id"]]
    assert answer.data["relationships"]["voice_in_trunk_group"]["data"] is None
    count = group["meta"]["trunks_count"]
    links = {"voice_in_trunk_group": one("voice_in_trunk_groups", group["id"]), "pop": one("pops", None)}
    assert change(account, answer.data, links).status == 200
    shown = again(account, answer.data, "?include=pop,voice_in_trunk_group")["relationships"]
    assert shown["pop"]["data"] is None
    assert shown["voice_in_trunk_group"]["data"]["id"] == group["id"]
    assert again(account, group)["meta"]["trunks_count"] == count + 1


def test_unknown_pop_is_refused_as_documented(account: Account) -> None:
    trunk = make(account, "voice_in_trunks")
    for version in VERSIONS:
        assert_refused(change(account.as_of(version), trunk, {"pop": one("pops", NOBODY)}), "pop_unknown")


def members_of(account: Account, group: dict[str, Any]) -> list[str]:
    rows = account.get(f"/voice_in_trunk_groups/{group['id']}/relationships/voice_in_trunks").data
    assert len(rows) == again(account, group)["meta"]["trunks_count"]
    return [row["id"] for row in rows]


def test_trunks_move_into_a_group_that_names_them(account: Account) -> None:
    one_trunk, other, third = (make(account, "voice_in_trunks") for _ in range(3))
    keys = [row["id"] for row in (one_trunk, other, third)]
    data = good("voice_in_trunk_groups", NEW)
    data["relationships"] = {"voice_in_trunks": {"data": linkage("voice_in_trunks", *keys[:2])}}
    first = account.post("/voice_in_trunk_groups", {"data": data}).data
    assert "data" not in first["relationships"]["voice_in_trunks"]
    assert members_of(account, first) == keys[:2]
    data = good("voice_in_trunk_groups", NEW)
    data["relationships"] = {"voice_in_trunks": {"data": linkage("voice_in_trunks", *keys[1:])}}
    second = account.post("/voice_in_trunk_groups?include=voice_in_trunks", {"data": data}).data
    assert [link["id"] for link in second["relationships"]["voice_in_trunks"]["data"]] == keys[1:]
    assert members_of(account, first) == keys[:1]
    assert change(account, second, {"voice_in_trunks": {"data": []}}).data["meta"] == {"trunks_count": 0}
    assert members_of(account, second) == []


def test_membership_changes_through_the_linkage(account: Account) -> None:
    group = make(account, "voice_in_trunk_groups")
    keys = [make(account, "voice_in_trunks")["id"] for _ in range(2)]
    path = f"/voice_in_trunk_groups/{group['id']}/relationships/voice_in_trunks"
    assert account.post(path, {"data": linkage("voice_in_trunks", *keys)}).status == 204
    assert members_of(account, group) == keys
    body = {"data": linkage("voice_in_trunks", keys[0])}
    assert account.send("DELETE", path, json=body).status == 204
    assert members_of(account, group) == keys[1:]
    own = f"/voice_in_trunks/{keys[1]}/relationships/voice_in_trunk_group"
    assert account.send("DELETE", own).status == 204
    assert members_of(account, group) == []
    assert account.patch(own, one("voice_in_trunk_groups", group["id"])).status == 204
    related = account.get(f"/voice_in_trunk_groups/{group['id']}/voice_in_trunks")
    assert [row["id"] for row in related.data] == [keys[1]]


def test_taken_name_and_unknown_trunks_are_said_together(account: Account) -> None:
    """Documented."""
    taken = account.get("/voice_in_trunk_groups").data[0]["attributes"]["name"]
    data = good("voice_in_trunk_groups", NEW, name=taken)
    data["relationships"] = {"voice_in_trunks": {"data": linkage("voice_in_trunks", NOBODY, "x")}}
    with unchanged(account):
        assert_refused(
            account.post("/voice_in_trunk_groups", {"data": data}), "name_taken_and_trunks_unknown"
        )


# --- removal -------------------------------------------------------------------------------------


def test_trunk_and_group_stay_while_a_number_is_routed_to_them(account: Account) -> None:
    did = account.get("/dids").data[0]
    for kind in ("voice_in_trunks", "voice_in_trunk_groups"):
        record, name = make(account, kind), kind.removesuffix("s")
        assert change(account, did, {name: one(kind, record["id"])}).status == 200
        with unchanged(account):
            assert_refused(account.delete(f"/{kind}/{record['id']}"), "record_in_use")
        assert change(account, did, {name: one(kind, None)}).status == 200
        assert account.delete(f"/{kind}/{record['id']}").status == 204
        assert_refused(account.get(f"/{kind}/{record['id']}"), "not_found", id=record["id"])


def test_trunks_stay_without_a_group_when_theirs_goes(account: Account) -> None:
    """Documented for 2026-04-16."""
    group = make(account, "voice_in_trunk_groups")
    trunk = make(account, "voice_in_trunks")
    change(account, trunk, {"voice_in_trunk_group": one("voice_in_trunk_groups", group["id"])})
    assert account.delete(f"/voice_in_trunk_groups/{group['id']}").status == 204
    shown = again(account, trunk, "?include=voice_in_trunk_group")["relationships"]
    assert shown["voice_in_trunk_group"]["data"] is None


# --- numbers -------------------------------------------------------------------------------------


def routes(account: Account, did: dict[str, Any]) -> list[str | None]:
    shown = again(account, did, "?include=voice_in_trunk,voice_in_trunk_group")["relationships"]
    links = [shown[name]["data"] for name in ("voice_in_trunk", "voice_in_trunk_group")]
    return [None if link is None else link["id"] for link in links]


@pytest.mark.parametrize("version", VERSIONS)
def test_number_goes_to_a_trunk_or_to_a_group(version: str, account: Account) -> None:
    account = account.as_of(version)
    did = account.get("/dids").data[0]
    trunk, group = make(account, "voice_in_trunks")["id"], make(account, "voice_in_trunk_groups")["id"]
    to_trunk = {"voice_in_trunk": one("voice_in_trunks", trunk)}
    to_group = {"voice_in_trunk_group": one("voice_in_trunk_groups", group)}
    assert change(account, did, to_trunk).status == 200
    assert routes(account, did) == [trunk, None]
    assert change(account, did, to_group).status == 200
    assert routes(account, did) == [None, group]
    as_the_clients = {**to_trunk, "voice_in_trunk_group": one("voice_in_trunk_groups", None)}
    assert change(account, did, as_the_clients).status == 200
    assert routes(account, did) == [trunk, None]
    with unchanged(account):
        assert change(account, did, {**to_trunk, **to_group}).status == 422
    path = f"/dids/{did['id']}/relationships/voice_in_trunk"
    assert account.patch(path, {"data": None}).status == 204
    assert routes(account, did) == [None, None]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("voice_in_trunk", "voice_in_trunks"),
        ("voice_in_trunk_group", "voice_in_trunk_groups"),
        ("capacity_pool", "capacity_pools"),
        ("shared_capacity_group", "shared_capacity_groups"),
    ],
)
def test_link_of_a_number_to_nothing_is_refused(name: str, kind: str, account: Account) -> None:
    did = account.get("/dids").data[0]
    with unchanged(account):
        for key in (NOBODY, "invalid", did["id"]):
            assert_refused(change(account, did, {name: one(kind, key)}), "did_link_unknown", name=name)
