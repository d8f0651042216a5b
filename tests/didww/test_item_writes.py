"""Every member of the items of an order, with every kind of wrong value: `item_writes.yaml`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account, Answer, did_item
from tests.didww.contract import NEW, assert_refused, known_in, read
from tests.didww.refusals import NOBODY, unchanged

TABLE: dict[str, Any] = read("item_writes.yaml")
ITEMS: dict[str, Any] = TABLE["items"]
VERSIONS = ("2021-04-19", "2021-12-15", "2022-05-10", NEW)
CASES = [
    pytest.param(kind, name, version, id=f"{kind}-{name}-{version}")
    for version in VERSIONS
    for kind, facts in ITEMS.items()
    for name, member in facts["members"].items()
    if known_in(member, version)
]


def good(account: Account, kind: str) -> dict[str, Any]:
    if kind == "capacity_order_items":
        pool = account.get("/capacity_pools?filter[name]=Standard").data[0]
        return {"capacity_pool_id": pool["id"], "qty": 1}
    return {"sku_id": account.group(3)["skus"][0]["id"], "qty": 1}


def send(account: Account, kind: str, attributes: dict[str, Any]) -> Answer:
    """An order whose first item is good and whose second one is as given."""
    first = did_item(account.group(3)["skus"][0], qty=1)
    return account.order(first, {"type": kind, "attributes": attributes})


def bad_values(facts: dict[str, Any]) -> list[Any]:
    if facts["kind"] == "id":
        found = ["", "x", NOBODY, "x" * 70_000, 5, 1.5, True, [], ["x"], {}, {"x": 1}]
    else:
        found = ["", "x", "1.5", 1.5, True, facts["least"] - 1, facts["most"] + 1, "9" * 29, [], [1], {}]
    return found if facts["null"] else [None, *found]


@pytest.mark.parametrize(("kind", "name", "version"), CASES)
def test_value_that_will_not_do_is_refused_and_nothing_is_bought(
    kind: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    facts = ITEMS[kind]["members"][name]
    if "switch" in facts:
        account.world.options["didww"][facts["switch"]] = True
    attributes = good(account, kind)
    if facts.get("alone"):
        del attributes["qty"]
    for value in bad_values(facts):
        # A number that is named by nothing is a number that is not named: its quantity is missing.
        at = "qty" if value is None and facts.get("alone") else name
        with unchanged(account):
            answer = send(account, kind, {**attributes, name: value})
        assert_refused(answer, "item_member", index=1, name=at)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ITEMS)
def test_member_that_is_not_taken_is_refused_by_name(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    later = [name for name, facts in ITEMS[kind]["members"].items() if not known_in(facts, version)]
    for name in (*ITEMS[kind]["never"], *later, "bogus"):
        with unchanged(account):
            answer = send(account, kind, {**good(account, kind), name: "x"})
        assert_refused(answer, "member_not_allowed", name=name)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", TABLE["refused"])
def test_items_that_the_service_makes_cannot_be_ordered(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    with unchanged(account):
        answer = send(account, kind, {"qty": 1})
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "103")


@pytest.mark.parametrize(
    "name", [name for name, one in ITEMS["did_order_items"]["members"].items() if one.get("alone")]
)
def test_quantity_must_not_stand_beside_a_number(name: str, account: Account) -> None:
    group = account.group(3)
    number = account.available(group)[0]
    key = number["id"] if name == "available_did_id" else account.reserve(number).data["id"]
    with unchanged(account):
        answer = account.order(did_item(group["skus"][0], qty=1, **{name: key}))
        assert_refused(answer, "item_member", index=0, name="qty")


@pytest.mark.parametrize("version", VERSIONS)
def test_back_ordering_is_a_switch(version: str, account: Account) -> None:
    account = account.as_of(version)
    (name,) = TABLE["attributes"]
    item = did_item(account.group(3)["skus"][0], qty=1)
    for value in ("", "maybe", 2, 1.5, [], [True], {}):
        with unchanged(account):
            assert_refused(account.order(item, **{name: value}), "attribute", name=name)
    for value in (True, False, None, "true", "false"):
        answer = account.order(item, **{name: value})
        assert answer.status == 201
        assert name not in answer.data["attributes"]


# --- a first charge for some days --------------------------------------------------------------------


def test_days_are_ignored_unless_the_account_has_prorated_billing(account: Account) -> None:
    """Documented. Whatever they are: nobody looks at them."""
    group = account.group(3)
    for days in (5, None, "x", [], -1):
        item = account.order(did_item(group["skus"][0], qty=1, prorate_days_qty=days)).data["attributes"]
        attributes = item["items"][0]["attributes"]
        assert attributes["prorated_mrc"] is False
        assert attributes["mrc"] == group["skus"][0]["attributes"]["monthly_price"]


def test_days_cut_the_first_charge_and_the_first_period(account: Account) -> None:
    """Reckoned as the recorded proration of channels: days of the month that begins, to the cent."""
    account.world.options["didww"]["prorated_billing"] = True
    group = next(group for group in account.groups if group["attributes"]["area_name"] == "Greenville")
    funds = account.funds
    items = [did_item(group["skus"][0], qty=2, prorate_days_qty=10), did_item(group["skus"][0], qty=1)]
    order = account.order(*items).data
    whole, part = (item["attributes"] for item in order["attributes"]["items"])
    # 2.00 a month from 1 March 2026: 10 of 31 days are 0.65.
    assert (part["nrc"], part["mrc"], part["monthly_price"]) == ("2.0", "0.65", "2.0")
    assert (part["prorated_mrc"], whole["prorated_mrc"]) == (True, False)
    assert order["attributes"]["amount"] == "9.3"
    assert str(funds - account.funds) == "9.30"
    account.advance(seconds=10)
    done = account.get(f"/orders/{order['id']}").data["attributes"]["items"]
    periods = [(item["attributes"]["billed_from"], item["attributes"]["billed_to"]) for item in done]
    assert periods == [("2026-03-01", "2026-03-31"), ("2026-03-01", "2026-03-10")]
    ends = sorted(did["attributes"]["expires_at"][:10] for did in account.dids_of(order))
    assert ends == ["2026-03-11", "2026-03-11", "2026-04-01"]
    account.advance(days=10)
    assert str(funds - account.funds) == "13.30"  # two whole months


def test_what_was_paid_for_days_is_what_is_returned(account: Account) -> None:
    account.world.options["didww"]["prorated_billing"] = True
    group = next(group for group in account.groups if group["attributes"]["area_name"] == "Greenville")
    funds = account.funds
    order = account.order(did_item(group["skus"][0], qty=2, prorate_days_qty=10)).data
    account.world.options["didww"]["vat"] = 21  # what changes later makes no difference to what was paid
    did = account.dids_of(order)[0]
    document = {"data": {"type": "dids", "id": did["id"], "attributes": {"terminated": True}}}
    assert account.patch(f"/dids/{did['id']}", document).status == 200
    assert str(funds - account.funds) == "2.65"
    assert account.delete(f"/orders/{order['id']}").status == 204
    assert account.funds == funds
