"""The versions of 2021, from the same declarations: types, members, words and rules of their time.

Regulation has its own, `test_regulation_versions`; exports and prefixes too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account, did_item
from tests.didww.contract import NEW, OLD, assert_refused
from tests.didww.forms import assert_document
from tests.support import Server

OLDEST, OLDER = "2021-04-19", "2021-12-15"


@pytest.fixture(params=[OLDEST, OLDER])
def old(account: Account, request: pytest.FixtureRequest) -> Account:
    """An account that has something of everything, asked with an older version."""
    account.buy(2)
    account.reserve(account.available(account.group())[0])
    return account.as_of(request.param)


def test_includes_bring_records_of_the_same_version(old: Account) -> None:
    oldest = old.version == OLDEST
    trunk = "trunk,trunk_group" if oldest else "voice_in_trunk,voice_in_trunk_group"
    link_trunk(old)
    for path, types in (
        (f"/dids?include={trunk},did_group,order", {"did_groups", "orders"}),
        ("/did_groups?include=requirement,stock_keeping_units&page[size]=1000", {"stock_keeping_units"}),
        ("/did_reservations?include=available_did.did_group", {"available_dids", "did_groups"}),
    ):
        body = old.get(path).body
        assert_document(body, old.version or "")
        assert types <= {row["type"] for row in body["included"]}
    included = old.get(f"/dids?include={trunk}").body["included"]
    assert {row["type"] for row in included} == {"trunks" if oldest else "voice_in_trunks"}
    refused = "voice_in_trunk" if oldest else "trunk"
    assert_refused(old.get(f"/dids?include={refused}"), "include_not_allowed", name=refused, type="dids")


def link_trunk(old: Account) -> tuple[dict[str, Any], dict[str, Any]]:
    """Route a number to a trunk by the names of the version."""
    kind, name = ("trunks", "trunk") if old.version == OLDEST else ("voice_in_trunks", "voice_in_trunk")
    did, trunk = old.get("/dids").data[0], old.get(f"/{kind}").data[0]
    link = {name: {"data": {"type": kind, "id": trunk["id"]}}}
    body = {"data": {"type": "dids", "id": did["id"], "relationships": link}}
    answer = old.patch(f"/dids/{did['id']}", body)
    assert answer.status == 200, answer.raw
    return did, trunk


def test_numbers_are_found_by_the_trunk_under_its_name(old: Account) -> None:
    did, trunk = link_trunk(old)
    name = "trunk" if old.version == OLDEST else "voice_in_trunk"
    assert [row["id"] for row in old.get(f"/dids?filter[{name}.id]={trunk['id']}").data] == [did["id"]]
    assert old.get(f"/dids/{did['id']}/{name}").data["id"] == trunk["id"]
    assert old.get(f"/dids/{did['id']}/relationships/{name}").data["type"] == trunk["type"]
    if old.version == OLDEST:
        answer = old.get(f"/dids?filter[voice_in_trunk.id]={trunk['id']}")
        assert_refused(answer, "filter_not_allowed", name="id")  # as the engine words dotted names


def test_same_trunk_reads_alike_in_every_version(account: Account) -> None:
    made = account.as_of(OLDEST).post(
        "/trunks",
        {
            "data": {
                "type": "trunks",
                "attributes": {
                    "name": "old",
                    "configuration": {"type": "pstn_configurations", "attributes": {"dst": "12025550142"}},
                },
            }
        },
    )
    assert made.status == 201, made.raw
    assert made.data["type"] == "trunks"
    assert list(made.data["relationships"]) == ["trunk_group", "pop"]
    for version in (OLDER, OLD, NEW):
        same = account.as_of(version).get(f"/voice_in_trunks/{made.data['id']}").data
        shown = {name: same["attributes"][name] for name in made.data["attributes"]}
        assert shown == made.data["attributes"]


def test_members_of_sip_trunks_came_later(account: Account) -> None:
    later = ("media_encryption_mode", "stir_shaken_mode", "allowed_rtp_ips")
    for version, there in ((OLDEST, False), (OLDER, True)):
        kind = "trunks" if version == OLDEST else "voice_in_trunks"
        rows = account.as_of(version).get(f"/{kind}").data
        for row in rows:
            configuration = row["attributes"]["configuration"]
            if configuration["type"] == "sip_configurations":
                assert {name in configuration["attributes"] for name in later} == {there}
    sip = {"type": "sip_configurations", "attributes": {"host": "sip.example.com", "stir_shaken_mode": "pai"}}
    body = {"data": {"type": "trunks", "attributes": {"name": "n", "configuration": sip}}}
    answer = account.as_of(OLDEST).post("/trunks", body)
    assert_refused(answer, "member_not_allowed", name="stir_shaken_mode")


def test_groups_have_the_features_and_prefixes_of_their_time(account: Account) -> None:
    for version, words in ((OLDEST, ("voice", "sms")), (OLDER, ("voice_in", "sms_in"))):
        asked = account.as_of(version)
        for word in words:
            rows = asked.get(f"/did_groups?filter[features]={word}").data
            assert rows
            assert all(word in row["attributes"]["features"] for row in rows)
            assert all(row["attributes"]["local_prefix"] == "" for row in rows)
        (unknown,) = {"voice", "voice_in"} - {*words}
        answer = asked.get(f"/did_groups?filter[features]={unknown}")
        assert (answer.status, answer.body["errors"][0]["code"]) == (400, "107")
    assert "local_prefix" not in account.as_of(OLD).get("/did_groups").data[0]["attributes"]


def test_numbers_are_found_by_features_since_2021_12_15(account: Account) -> None:
    name = "did_group.features"
    for path in ("/available_dids", "/dids"):
        assert account.as_of(OLDER).get(f"{path}?filter[{name}]=voice_in").data
        answer = account.as_of(OLDEST).get(f"{path}?filter[{name}]=voice_in")
        assert_refused(answer, "filter_not_allowed", name="features")  # as the engine words dotted names


def test_names_are_found_in_their_own_case_alone(old: Account) -> None:
    """Until 2022-05-10 (documented)."""
    for path, name in (("countries", "Germany"), ("cities", "Aachen"), ("regions", "California")):
        assert [row["attributes"]["name"] for row in old.get(f"/{path}?filter[name]={name}").data] == [name]
        assert old.get(f"/{path}?filter[name]={name.lower()}").data == []
    assert old.get("/did_groups?filter[area_name]=Aachen").data
    assert old.get("/did_groups?filter[area_name]=aachen").data == []


def test_order_runs_in_the_words_of_its_version(account: Account, old: Account) -> None:
    sku = account.group(3)["skus"][0]
    hook = {"callback_url": "http://127.0.0.1:9/", "callback_method": "GET"}
    placed = old.order(did_item(sku, qty=1, billing_cycles_count=2), **hook).data
    assert_document({"data": placed, "meta": {"api_version": old.version}}, old.version or "")
    assert (placed["attributes"]["status"], placed["attributes"]["callback_method"]) == ("Pending", "GET")
    old.advance(seconds=10)
    assert old.get(f"/orders/{placed['id']}").data["attributes"]["status"] == "Completed"
    assert placed["id"] in {row["id"] for row in old.get("/orders?filter[status]=Completed").data}
    other = old.order(did_item(sku, qty=1)).data
    assert old.delete(f"/orders/{other['id']}").status == 204
    assert account.get(f"/orders/{other['id']}").data["attributes"]["status"] == "canceled"


def test_back_orders_and_too_little_money_are_as_in_2022(old: Account) -> None:
    burlington = next(group for group in old.groups if group["attributes"]["area_name"] == "Burlington")
    answer = old.order(did_item(burlington["skus"][0], qty=11))
    assert_refused(answer, "quantity_over_stock", index=0)
    old.set_funds(0)
    assert_refused(old.order(did_item(old.group()["skus"][0], qty=1)), "insufficient_funds")


@pytest.mark.parametrize("version", [OLDEST, OLDER])
def test_version_can_be_the_default(version: str, make_server: Any) -> None:
    server: Server = make_server(didww_version=version)
    body = Account(server, "one", version=None).get("/balance").body
    assert body["meta"]["api_version"] == version
