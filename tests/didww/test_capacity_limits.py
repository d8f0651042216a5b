"""Channels: ordered, given back, shared, dedicated to a number; no more than there are."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.didww.account import Account, Answer, did_item
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.didww.refusals import NOBODY, unchanged
from tests.didww.test_recordings import load
from tests.didww.voice import CUSTOM, EXTENDED, STANDARD, again, change, good, linkage, make, one


def pool(account: Account, key: str) -> dict[str, Any]:
    return account.get(f"/capacity_pools/{key}").data["attributes"]  # type: ignore[no-any-return]


def counts(account: Account, key: str) -> tuple[int, int]:
    """Channels there are, channels in use."""
    found = pool(account, key)
    return found["total_channels_count"], found["assigned_channels_count"]


def channels(pool_id: Any, qty: Any) -> dict[str, Any]:
    attributes = {"capacity_pool_id": pool_id, "qty": qty}
    return {"type": "capacity_order_items", "attributes": attributes}


# --- orders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_order_is_answered_as_it_was_then(version: str, account: Account) -> None:
    """Bought on 2018-12-28, renewal on 2019-01-21: 24 of 31 days of 25.0 are 19.35."""
    file = "v3.0.0" if version == NEW else "v2.0.0"
    (interaction,) = load(f"{file}/orders/create_capacity.yaml")
    recorded = json.loads(interaction["response"]["body"]["string"])["data"]["attributes"]
    account.world.clock.set(now=datetime.fromisoformat(recorded["created_at"]))
    account = account.as_of(version)
    ours = account.post("/orders", json.loads(interaction["request"]["body"])).data["attributes"]
    reference = {"reference": ours["reference"]}
    assert {**ours, **reference} == {**ours, **recorded, **reference}
    assert pool(account, EXTENDED)["renew_date"] == "2019-01-21"


def test_channels_are_charged_and_there_at_once(account: Account) -> None:
    funds, before = account.funds, counts(account, EXTENDED)
    answer = account.order(channels(EXTENDED, 2))
    assert_document(answer.body)
    order = answer.data["attributes"]
    # 2026-03-01 to 2026-03-21: 20 of 28 days of 25.0
    assert order["items"] == [
        {
            "type": "capacity_order_items",
            "attributes": {
                "qty": 2,
                "nrc": "25.0",
                "mrc": "17.86",
                "prorated_mrc": True,
                "billed_from": "2026-03-01",
                "billed_to": "2026-03-20",
                "capacity_pool_id": EXTENDED,
            },
        }
    ]
    assert [order[name] for name in ("amount", "status", "description")] == ["85.72", "completed", "Capacity"]
    assert funds - account.funds == Decimal("85.72")
    assert counts(account, EXTENDED) == (before[0] + 2, before[1])


@pytest.mark.parametrize(
    ("qty", "nrc", "month"),
    [
        (29, "0.0", "15.0"),
        (30, "10.0", "10.0"),
        (299, "10.0", "10.0"),
        (300, "8.0", "8.0"),
        (990, "7.0", "7.0"),
    ],
)
def test_price_falls_at_each_break(qty: int, nrc: str, month: str, account: Account) -> None:
    """Bought on the day of the renewal, so that the month is whole."""
    account.world.clock.set(now=datetime.fromisoformat("2026-03-21T00:00:00Z"))
    account.set_funds(100_000)
    item = account.order(channels(STANDARD, qty)).data["attributes"]["items"][0]["attributes"]
    assert [item[name] for name in ("nrc", "mrc", "prorated_mrc")] == [nrc, month, False]
    assert (item["billed_from"], item["billed_to"]) == ("2026-03-21", "2026-04-20")


@pytest.mark.parametrize("version", VERSIONS)
def test_order_below_the_least_of_the_pool_is_refused(version: str, account: Account) -> None:
    """Documented."""
    account = account.as_of(version)
    with unchanged(account):
        answer = account.order(channels(CUSTOM, 4))
        assert_refused(answer, "channels_below_order", index=0, least=5)
    assert account.order(channels(CUSTOM, 5)).status == 201


@pytest.mark.parametrize(
    ("pool_id", "qty", "name"),
    [
        (NOBODY, 1, "capacity_pool_id"),
        (None, 1, "capacity_pool_id"),
        (7, 1, "capacity_pool_id"),
        ([], 1, "capacity_pool_id"),
        (STANDARD, 0, "qty"),
        (STANDARD, -1, "qty"),
        (STANDARD, None, "qty"),
        (STANDARD, "many", "qty"),
        (STANDARD, True, "qty"),
        (STANDARD, 1.5, "qty"),
        (STANDARD, 2**31, "qty"),
    ],
)
def test_item_is_refused_when_its_value_will_not_do(
    pool_id: Any, qty: Any, name: str, account: Account
) -> None:
    with unchanged(account):
        assert_refused(account.order(channels(pool_id, qty)), "item_member", index=0, name=name)


def test_member_of_another_kind_of_item_is_refused(account: Account) -> None:
    item = channels(STANDARD, 1)
    item["attributes"]["sku_id"] = account.group()["skus"][0]["id"]
    with unchanged(account):
        assert account.order(item).status == 400


@pytest.mark.parametrize("version", VERSIONS)
def test_order_is_refused_when_the_money_is_short(version: str, account: Account) -> None:
    account.set_funds("30.00")
    with unchanged(account):
        answer = account.as_of(version).order(channels(EXTENDED, 1))
        error = "insufficient_balance" if version == NEW else "insufficient_funds"
        assert_refused(answer, error, balance="30.0", cost="42.86")


def test_numbers_and_channels_are_bought_together(account: Account) -> None:
    """The order waits for its numbers, the channels do not."""
    sku = account.group(2)["skus"][0]
    before = counts(account, STANDARD)[0]
    placed = account.order(channels(STANDARD, 1), did_item(sku, qty=1)).data["attributes"]
    assert [item["type"] for item in placed["items"]] == ["did_order_items", "capacity_order_items"]
    assert (placed["status"], placed["description"]) == ("pending", "Capacity")
    assert counts(account, STANDARD)[0] == before + 1
    billed = placed["items"][1]["attributes"]["billed_to"]
    account.advance(seconds=60)
    order = account.get("/orders?sort=-created_at").data[0]["attributes"]
    assert (order["status"], order["items"][1]["attributes"]["billed_to"]) == ("completed", billed)
    with unchanged(account):
        nothing = account.order(channels(STANDARD, 1), did_item(NOBODY, qty=1))
        assert nothing.status == 422


def test_channels_stay_when_the_numbers_of_their_order_are_canceled(account: Account) -> None:
    """DELETE is for orders of numbers alone; the outcome of a transition takes back what was waited for."""
    before, funds = counts(account, STANDARD)[0], account.funds
    order = account.order(did_item(account.group(2)["skus"][0], qty=1), channels(STANDARD, 2)).data
    bought, numbers = (item["attributes"] for item in order["attributes"]["items"])
    with unchanged(account):
        assert_refused(account.delete(f"/orders/{order['id']}"), "order_not_pending")
    account.world.fire(f"didww.orders/{order['id']}", "canceled")
    account.world.commit()
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "canceled"
    assert account.get(f"/dids?filter[order.id]={order['id']}").data == []
    assert counts(account, STANDARD)[0] == before + 2
    assert funds - account.funds == 2 * (Decimal(bought["nrc"]) + Decimal(bought["mrc"]))
    assert Decimal(numbers["mrc"]) > 0


def test_channels_of_orders_are_paid_for_every_month(account: Account) -> None:
    account.order(channels(EXTENDED, 2))
    funds = account.funds
    account.advance(days=19, hours=11)
    assert account.funds == funds
    account.advance(hours=2)
    assert funds - account.funds == 50
    account.advance(days=31)
    assert funds - account.funds == 100
    account.set_funds("10.00")
    account.advance(days=31)
    assert counts(account, EXTENDED) == (8, 1)
    account.set_funds("1000.00")
    account.advance(days=31)
    assert account.funds == 1000


# --- pools ---------------------------------------------------------------------------------------


def shrink(account: Account, key: str, total: Any) -> Answer:
    data = {"type": "capacity_pools", "id": key, "attributes": {"total_channels_count": total}}
    return account.patch(f"/capacity_pools/{key}", {"data": data})


@pytest.mark.parametrize("version", VERSIONS)
def test_pool_shrinks_to_what_is_used_and_no_further(version: str, account: Account) -> None:
    """Recorded: 34 to 25 with 24 in use; the words are documented."""
    account = account.as_of(version)
    assert shrink(account, STANDARD, 34).data["attributes"]["total_channels_count"] == 34
    with unchanged(account):
        assert_refused(shrink(account, STANDARD, 35), "attribute", name="total_channels_count")
        assert_refused(shrink(account, STANDARD, 23), "pool_below_floor", least=24)
        assert_refused(shrink(account, CUSTOM, 1), "pool_below_floor", least=2)
    assert shrink(account, STANDARD, "25").data["attributes"]["total_channels_count"] == 25
    assert shrink(account, STANDARD, 24).status == 200
    assert counts(account, STANDARD) == (24, 24)


@pytest.mark.parametrize(
    ("today", "renewal"),
    [("2026-03-01", "03-21"), ("2026-03-20", "03-21"), ("2026-03-21", "04-21"), ("2026-12-22", "01-21")],
)
def test_pool_is_renewed_on_its_day_of_the_month(today: str, renewal: str, account: Account) -> None:
    account.world.clock.set(now=datetime.fromisoformat(f"{today}T12:00:00Z"))
    dates = {row["attributes"]["renew_date"][5:] for row in account.get("/capacity_pools").data}
    assert dates == {renewal}


# --- shared groups -------------------------------------------------------------------------------


def test_group_takes_channels_and_gives_them_back(account: Account) -> None:
    assert counts(account, STANDARD) == (34, 24)
    group = make(account, "shared_capacity_groups", shared_channels_count=10)
    assert counts(account, STANDARD) == (34, 34)
    with unchanged(account):
        answer = account.post("/shared_capacity_groups", {"data": good("shared_capacity_groups", NEW)})
        assert_refused(answer, "attribute", name="shared_channels_count")
        answer = change(account, group, shared_channels_count=11)
        assert_refused(answer, "attribute", name="shared_channels_count")
        assert_refused(shrink(account, STANDARD, 33), "pool_below_floor", least=34)
    assert change(account, group, shared_channels_count="4").status == 200
    assert counts(account, STANDARD) == (34, 28)
    assert account.delete(f"/shared_capacity_groups/{group['id']}").status == 204
    assert counts(account, STANDARD) == (34, 24)


def test_group_has_channels_of_one_kind_at_least(account: Account) -> None:
    group = make(account, "shared_capacity_groups", shared_channels_count=0, metered_channels_count=5)
    with unchanged(account):
        for sent in ({"metered_channels_count": 0}, {"metered_channels_count": None}):
            answer = change(account, group, **sent)
            assert_refused(answer, "attribute", name="shared_channels_count")
        data = good("shared_capacity_groups", NEW)
        del data["attributes"]["shared_channels_count"]
        answer = account.post("/shared_capacity_groups", {"data": data})
        assert_refused(answer, "attribute", name="shared_channels_count")


@pytest.mark.parametrize("version", VERSIONS)
def test_group_needs_a_pool_and_keeps_it(version: str, account: Account) -> None:
    account = account.as_of(version)
    group = make(account, "shared_capacity_groups")
    with unchanged(account):
        for relationships in ({}, {"capacity_pool": one("capacity_pools", None)}):
            data = {**good("shared_capacity_groups", version), "relationships": relationships}
            assert_refused(account.post("/shared_capacity_groups", {"data": data}), "pool_missing")
        other = {"capacity_pool": one("capacity_pools", EXTENDED)}
        assert_refused(change(account, group, other), "link_unknown", name="capacity_pool")
    assert change(account, group, {"capacity_pool": one("capacity_pools", STANDARD)}).status == 200


def of_country(account: Account, iso: str, browse: bool = True) -> dict[str, Any]:
    """A number of a country, bought now."""
    group = next(
        row
        for row in account.groups
        if row["country"]["attributes"]["iso"] == iso
        and row["meta"]["is_available"]
        and row["attributes"]["allow_additional_channels"] is browse
    )
    order = account.order(did_item(group["skus"][0], qty=1)).data
    account.advance(seconds=60)
    return account.dids_of(order)[0]


def members_of(account: Account, group: dict[str, Any]) -> list[str]:
    return [link["id"] for link in again(account, group, "?include=dids")["relationships"]["dids"]["data"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_group_takes_numbers_that_its_pool_covers_and_no_others(version: str, account: Account) -> None:
    account = account.as_of(version)
    fitting, foreign = account.get("/dids").data[2], of_country(account, "IN")
    group = make(account, "shared_capacity_groups")
    named = {"dids": {"data": linkage("dids", fitting["id"], foreign["id"])}}
    with unchanged(account):
        data = good("shared_capacity_groups", version)
        data["relationships"] |= named
        answer = account.post("/shared_capacity_groups", {"data": data})
        assert_refused(answer, "number_unfit_for_group", place=1)
        assert_refused(change(account, group, named), "number_unfit_for_group", place=1)
        unknown = {"dids": {"data": linkage("dids", NOBODY)}}
        assert_refused(change(account, group, unknown), "number_unfit_for_group", place=0)
        link = {"shared_capacity_group": one("shared_capacity_groups", group["id"])}
        answer = change(account, foreign, link)
        assert_refused(answer, "capacity_of_another_country", name="shared_capacity_group_id")
    assert change(account, group, {"dids": {"data": linkage("dids", fitting["id"])}}).status == 200
    assert members_of(account, group) == [fitting["id"]]
    shown = again(account, fitting, "?include=shared_capacity_group")["relationships"]
    assert shown["shared_capacity_group"]["data"]["id"] == group["id"]
    assert change(account, group, {"dids": {"data": []}}).status == 200
    assert members_of(account, group) == []


def test_mobile_numbers_take_no_channels(account: Account) -> None:
    """Their group allows none."""
    did = of_country(account, "GB", browse=False)
    group = make(account, "shared_capacity_groups")
    with unchanged(account):
        link = {"shared_capacity_group": one("shared_capacity_groups", group["id"])}
        assert_refused(change(account, did, link), "did_link_unknown", name="shared_capacity_group")
        to_pool = {"capacity_pool": one("capacity_pools", STANDARD)}
        answer = change(account, did, to_pool, dedicated_channels_count=1)
        assert_refused(answer, "attribute", name="dedicated_channels_count")


def test_group_stays_while_numbers_are_in_it(account: Account) -> None:
    """Documented; one that is terminated does not hold it."""
    group = make(account, "shared_capacity_groups")
    did = of_country(account, "US")
    link = {"shared_capacity_group": one("shared_capacity_groups", group["id"])}
    assert change(account, did, link).status == 200
    with unchanged(account):
        assert_refused(account.delete(f"/shared_capacity_groups/{group['id']}"), "group_with_numbers")
    assert change(account, did, terminated=True).status == 200
    assert account.delete(f"/shared_capacity_groups/{group['id']}").status == 204
    shown = again(account, did, "?include=shared_capacity_group")["relationships"]
    assert shown["shared_capacity_group"]["data"] is None


# --- channels of a number's own ------------------------------------------------------------------


def test_number_takes_channels_out_of_its_pool(account: Account) -> None:
    did = of_country(account, "US")
    link = {"capacity_pool": one("capacity_pools", STANDARD)}
    with unchanged(account):
        answer = change(account, did, dedicated_channels_count=1)
        assert_refused(answer, "attribute", name="dedicated_channels_count")
        answer = change(account, did, link, dedicated_channels_count=11)
        assert_refused(answer, "attribute", name="dedicated_channels_count")
    assert change(account, did, link, dedicated_channels_count=10).status == 200
    assert counts(account, STANDARD) == (34, 34)
    assert change(account, did, dedicated_channels_count=9).status == 200
    assert change(account, did, dedicated_channels_count=10).status == 200
    with unchanged(account):
        answer = change(account, did, {"capacity_pool": one("capacity_pools", None)})
        assert_refused(answer, "attribute", name="dedicated_channels_count")
    cleared = {"capacity_pool": one("capacity_pools", None)}
    assert change(account, did, cleared, dedicated_channels_count=0).status == 200
    assert counts(account, STANDARD) == (34, 24)


def test_channels_move_when_a_number_changes_its_pool(account: Account) -> None:
    did = of_country(account, "US")
    account.order(channels(CUSTOM, 5))
    for key in (STANDARD, CUSTOM):
        link = {"capacity_pool": one("capacity_pools", key)}
        assert change(account, did, link, dedicated_channels_count=3).status == 200
    assert [counts(account, key) for key in (STANDARD, CUSTOM)] == [(34, 24), (7, 3)]


@pytest.mark.parametrize("version", [OLD, NEW])
def test_pool_of_another_country_is_refused(version: str, account: Account) -> None:
    """Documented."""
    did = of_country(account, "US")
    with unchanged(account):
        answer = change(account.as_of(version), did, {"capacity_pool": one("capacity_pools", EXTENDED)})
        assert_refused(answer, "capacity_of_another_country", name="capacity_pool_id")


def test_number_has_channels_of_its_own_and_shares_others_of_the_same_pool(account: Account) -> None:
    """Documented: dedicated and shared channels go together. Those of two pools do not (assumed)."""
    did, group = of_country(account, "US"), make(account, "shared_capacity_groups")
    link = {"shared_capacity_group": one("shared_capacity_groups", group["id"])}
    assert change(account, did, {**link, "capacity_pool": one("capacity_pools", STANDARD)}).status == 200
    members = {"dids": {"data": [{"type": "dids", "id": did["id"]}]}}
    assert change(account, group, members).status == 200, "nor does its pool keep it out of the group"
    with unchanged(account):
        to_custom = {"capacity_pool": one("capacity_pools", CUSTOM)}
        assert_refused(change(account, did, to_custom), "did_link_unknown", name="capacity_pool")


def test_channels_come_back_when_a_number_leaves(account: Account) -> None:
    group = account.group(2)
    account.order(did_item(group["skus"][0], qty=1))
    did = account.get("/dids?sort=-created_at").data[0]
    link = {"capacity_pool": one("capacity_pools", STANDARD)}
    assert change(account, did, link, dedicated_channels_count=3).status == 200
    assert counts(account, STANDARD) == (34, 27)
    assert change(account, did, terminated=True).status == 200  # its order is pending: it goes at once
    assert counts(account, STANDARD) == (34, 24)
