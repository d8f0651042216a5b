"""Emergency calling: services from new to canceled, their verifications, what they cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mockserver.core.happenings import CannotHappen
from mockserver.core.transitions import Policy
from mockserver.providers.didww.regulation_rows import EmergencyRequirement
from tests.didww.account import Account, Answer, did_item
from tests.didww.contract import assert_refused, filled, read
from tests.didww.forms import assert_document
from tests.didww.refusals import unchanged
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    address,
    change,
    create,
    emergency_did,
    identity,
    link,
    links,
    waiting_dids,
)
from tests.didww.test_verifications import events, happen

SERVICES, VERIFICATIONS = "didww.emergency_calling_services", "didww.emergency_verifications"


def ask(account: Account, *dids: str, at: str = CHICAGO, **attributes: Any) -> Answer:
    """A verification for numbers, which makes a service."""
    return create(
        account,
        "emergency_verifications",
        attributes,
        address=link("addresses", at),
        dids=links("dids", *dids),
    )


def ask_again(account: Account, service: str, at: str = CHICAGO) -> Answer:
    """A verification for a service that there is."""
    return create(
        account,
        "emergency_verifications",
        address=link("addresses", at),
        emergency_calling_service=link("emergency_calling_services", service),
    )


def service_of(account: Account, verification: Answer) -> dict[str, Any]:
    path = f"/emergency_verifications/{verification.data['id']}/emergency_calling_service"
    return account.get(path).data  # type: ignore[no-any-return]


def status(account: Account, service: str) -> str:
    return account.get(f"/emergency_calling_services/{service}").data["attributes"]["status"]  # type: ignore[no-any-return]


def seeded(account: Account, state: str) -> str:
    (row,) = account.get(f"/emergency_calling_services?filter[status]={state}").data
    return row["id"]  # type: ignore[no-any-return]


def test_service_goes_from_new_to_active_and_is_paid_for(account: Account) -> None:
    did = emergency_did(account)
    before, orders = account.funds, len(account.get("/orders").data)
    answer = ask(account, did["id"], external_reference_id="crm-1")
    assert_document(answer.body)
    assert answer.data["attributes"]["status"] == "pending"
    assert answer.data["attributes"]["reject_reasons"] == []
    service = service_of(account, answer)
    key = service["id"]
    assert service["attributes"] == {
        "name": "United States Emergency",
        "reference": service["attributes"]["reference"],
        "status": "new",
        "activated_at": None,
        "canceled_at": None,
        "created_at": answer.data["attributes"]["created_at"],
        "renew_date": None,
    }
    assert service["meta"] == {"setup_price": "0.0", "monthly_price": "2.5"}
    linked = account.get(f"/emergency_calling_services/{key}?include=dids,address,order").data[
        "relationships"
    ]
    assert linked["dids"]["data"] == [{"type": "dids", "id": did["id"]}]
    assert linked["address"]["data"]["id"] == CHICAGO
    assert linked["order"]["data"] is None
    assert account.get(f"/dids/{did['id']}").data["attributes"]["emergency_enabled"] is False
    account.advance(seconds=1)
    assert status(account, key) == "in_process"
    assert account.funds == before
    account.advance(seconds=1)
    shown = account.get(f"/emergency_calling_services/{key}?include=order,emergency_verification").body
    attributes = shown["data"]["attributes"]
    assert attributes["status"] == "active"
    assert attributes["activated_at"].startswith("2026-03-01T12:00:")
    assert attributes["renew_date"] == "2026-04-01"
    assert account.funds == before - Decimal("2.5")
    (order,) = (row for row in shown["included"] if row["type"] == "orders")
    assert (order["attributes"]["amount"], order["attributes"]["description"]) == ("2.5", "Emergency")
    assert order["attributes"]["status"] == "completed"
    assert order["attributes"]["items"] == [
        {
            "type": "emergency_order_items",
            "attributes": {
                "qty": 1,
                "nrc": "0.0",
                "mrc": "2.5",
                "prorated_mrc": False,
                "billed_from": "2026-03-01",
                "billed_to": "2026-03-31",
                "emergency_calling_service_id": key,
            },
        }
    ]
    assert len(account.get("/orders").data) == orders + 1
    assert account.get(f"/dids/{did['id']}").data["attributes"]["emergency_enabled"] is True
    assert account.get(f"/dids/{did['id']}/emergency_calling_service").data["id"] == key
    assert account.get(f"/dids/{did['id']}/emergency_verification").data["id"] == answer.data["id"]
    assert events(account, f"{VERIFICATIONS}/{answer.data['id']}") == ["pending", "pending -> approved"]
    assert events(account, f"{SERVICES}/{key}") == ["new", "new -> in_process", "in_process -> active"]


def test_rejected_address_asks_for_changes_and_can_be_sent_anew(account: Account) -> None:
    did = emergency_did(account)
    account.world.policies.chosen[VERIFICATIONS] = Policy("manual")
    first = ask(account, did["id"])
    key = service_of(account, first)["id"]
    before = account.funds
    account.advance(seconds=5)
    account.world.fire(f"{VERIFICATIONS}/{first.data['id']}", "rejected")
    assert status(account, key) == "changes_required"
    shown = account.get(f"/emergency_verifications/{first.data['id']}").data["attributes"]
    assert shown["status"] == "rejected"
    assert shown["reject_reasons"]
    assert account.get(f"/dids/{did['id']}").data["attributes"]["emergency_enabled"] is False
    assert account.funds == before
    second = ask_again(account, key)
    assert second.status == 201
    assert service_of(account, second)["id"] == key
    shown = account.get(f"/emergency_verifications/{second.data['id']}?include=dids").data
    assert shown["relationships"]["dids"]["data"] == [{"type": "dids", "id": did["id"]}]
    account.advance(seconds=1)
    assert status(account, key) == "in_process"
    account.world.fire(f"{VERIFICATIONS}/{second.data['id']}")
    assert status(account, key) == "active"
    current = account.get(f"/emergency_calling_services/{key}/emergency_verification").data
    assert current["id"] == second.data["id"]


def test_address_of_an_active_service_is_updated_without_charge(account: Account) -> None:
    key = seeded(account, "active")
    home = address(account, JOHN, "US", "Boston")
    before = account.funds
    answer = ask_again(account, key, home)
    assert status(account, key) == "pending_update"
    assert account.get(f"/emergency_calling_services/{key}/address").data["id"] == CHICAGO
    with unchanged(account):
        assert_refused(ask_again(account, key), "emergency_service_status")
    account.advance(seconds=2)
    assert status(account, key) == "active"
    assert account.get(f"/emergency_calling_services/{key}/address").data["id"] == home
    assert account.funds == before
    account.world.policies.chosen[VERIFICATIONS] = Policy("immediate", outcome="rejected")
    answer = ask_again(account, key, CHICAGO)
    account.advance(seconds=1)
    assert (
        account.get(f"/emergency_verifications/{answer.data['id']}").data["attributes"]["status"]
        == "rejected"
    )
    assert status(account, key) == "active"
    assert account.get(f"/emergency_calling_services/{key}/address").data["id"] == home


def test_setup_is_charged_with_the_first_month(account: Account) -> None:
    table = account.world.table(EmergencyRequirement)
    for row in [row for row in table if row.monthly_price is not None]:
        table.put(replace(row, setup_price=Decimal("10.0")))
    account.world.commit()
    did = emergency_did(account)
    before = account.funds
    key = service_of(account, ask(account, did["id"]))["id"]
    account.advance(seconds=2)
    order = account.get(f"/emergency_calling_services/{key}/order").data["attributes"]
    item = order["items"][0]["attributes"]
    assert (order["amount"], item["nrc"], item["mrc"]) == ("12.5", "10.0", "2.5")
    assert account.funds == before - Decimal("12.5")


def test_service_is_renewed_every_month_and_ends_for_want_of_money(account: Account) -> None:
    did = emergency_did(account)
    change(account, "dids", did["id"], {"billing_cycles_count": None})
    key = service_of(account, ask(account, did["id"]))["id"]
    account.advance(seconds=2)
    account.set_funds(100)
    account.advance(days=32)
    lines = [line for line in account.world.ledger("didww").lines if line.subject == f"{SERVICES}/{key}"]
    assert [(line.kind, line.amount) for line in lines] == [("renewal", Decimal("-2.5"))]
    assert account.get(f"/emergency_calling_services/{key}").data["attributes"]["renew_date"] == "2026-05-01"
    account.set_funds(0)
    account.advance(days=31)
    shown = account.get(f"/emergency_calling_services/{key}").data["attributes"]
    assert (shown["status"], shown["renew_date"]) == ("canceled", None)
    assert shown["canceled_at"].startswith("2026-05-01T00:00:00")


def test_activation_waits_for_money(account: Account) -> None:
    did = emergency_did(account)
    account.set_funds("1.00")
    answer = ask(account, did["id"])
    key = service_of(account, answer)["id"]
    account.advance(seconds=10)
    assert status(account, key) == "in_process"
    account.set_funds(100)
    account.advance(days=1)
    assert status(account, key) == "active"


# --- the end -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["new", "changes_required", "active", "pending_update"])
def test_service_is_canceled_and_stays_readable(state: str, account: Account) -> None:
    if state == "new":
        key = service_of(account, ask(account, emergency_did(account)["id"]))["id"]
    elif state == "pending_update":
        key = seeded(account, "active")
        assert ask_again(account, key).status == 201
    else:
        key = seeded(account, state)
    dids = [row["id"] for row in account.get(f"/emergency_calling_services/{key}/dids").data]
    assert dids
    assert status(account, key) == state
    assert account.delete(f"/emergency_calling_services/{key}").status == 204
    shown = account.get(f"/emergency_calling_services/{key}").data["attributes"]
    assert (shown["status"], shown["renew_date"]) == ("canceled", None)
    assert shown["canceled_at"].startswith("2026-03-01T12:00:")
    assert account.get(f"/emergency_calling_services/{key}/dids").data == []
    for did in dids:
        assert account.get(f"/dids/{did}").data["attributes"]["emergency_enabled"] is False
        assert account.get(f"/dids/{did}/emergency_calling_service").data is None
    account.advance(days=100)
    assert status(account, key) == "canceled"
    lines = account.world.ledger("didww").lines
    assert not [line for line in lines if line.subject == f"{SERVICES}/{key}"]
    with unchanged(account):
        assert_refused(account.delete(f"/emergency_calling_services/{key}"), "emergency_not_cancelable")
        assert_refused(ask_again(account, key), "emergency_service_status")


def test_service_under_review_cannot_be_canceled(account: Account) -> None:
    account.world.policies.chosen[VERIFICATIONS] = Policy("manual")
    key = service_of(account, ask(account, emergency_did(account)["id"]))["id"]
    account.advance(seconds=1)
    assert status(account, key) == "in_process"
    with unchanged(account):
        assert_refused(account.delete(f"/emergency_calling_services/{key}"), "emergency_not_cancelable")
        assert_refused(ask_again(account, key), "emergency_service_status")


def test_approval_of_a_canceled_service_brings_nothing_back(account: Account) -> None:
    answer = ask(account, emergency_did(account)["id"])
    key = service_of(account, answer)["id"]
    account.delete(f"/emergency_calling_services/{key}")
    before = account.funds
    account.advance(seconds=5)
    assert status(account, key) == "canceled"
    assert account.funds == before


# --- what is refused ---------------------------------------------------------------------------------


def test_numbers_or_a_service_must_be_named_and_not_both(account: Account) -> None:
    nothing = create(account, "emergency_verifications", address=link("addresses", CHICAGO))
    assert_refused(nothing, "emergency_dids_blank")
    with unchanged(account):
        both = create(
            account,
            "emergency_verifications",
            address=link("addresses", CHICAGO),
            dids=links("dids", account.get("/dids").data[0]["id"]),
            emergency_calling_service=link("emergency_calling_services", seeded(account, "active")),
        )
    (error,) = both.body["errors"]
    assert (both.status, error["source"]["pointer"]) == (422, "/data/relationships/dids")


def test_method_must_come_with_the_callback_url(account: Account) -> None:
    """Documented for emergency verifications alone."""
    did = emergency_did(account)["id"]
    with unchanged(account):
        answer = ask(account, did, callback_url="https://example.com/cb")
    assert_refused(answer, "cannot_be_blank", name="callback_method", part="attributes")
    assert ask(account, did, callback_method="get").status == 201


def test_every_unfit_number_is_told_in_the_documented_order(account: Account) -> None:
    """createEmergencyVerification.422.2: no rate, two types, no city, no feature."""
    sku = next(
        group["skus"][0]
        for group in account.groups
        if group["country"]["attributes"]["iso"] == "GB"
        and not group["meta"]["needs_registration"]
        and account.get(f"/did_groups/{group['id']}/city").data is None
    )
    account.set_funds(1000)
    canadian = emergency_did(account, "Calgary")
    item = {"type": "did_order_items", "attributes": {"sku_id": sku["id"], "qty": 1}}
    british = account.dids_of(account.order(item).data)[0]
    account.advance(seconds=30)
    with unchanged(account):
        answer = ask(account, canadian["id"], british["id"])
    expected = filled(read("errors.yaml")["errors"]["emergency_unfit"]["errors"], {"did": british["id"]})
    country = {"title": "should have the same Country", "detail": "dids - should have the same Country"}
    country |= {"code": "100", "source": {"pointer": "/data/relationships/dids"}, "status": "422"}  # type: ignore[dict-item]
    assert answer.body == {"errors": [*expected[:2], country, *expected[2:]]}


def test_number_is_in_one_service_only(account: Account) -> None:
    key = seeded(account, "active")
    (taken,) = account.get(f"/emergency_calling_services/{key}/dids").data
    with unchanged(account):
        answer = ask(account, taken["id"])
    (error,) = answer.body["errors"]
    assert error["source"]["pointer"] == f"/data/relationships/dids/{taken['id']}"


def test_number_that_waits_or_ended_cannot_be_in_a_service(account: Account) -> None:
    did = emergency_did(account)
    change(account, "dids", did["id"], {"terminated": True})
    assert ask(account, did["id"]).status == 422
    (waiting,) = waiting_dids(account, "US")
    assert ask(account, waiting["id"]).status == 422


@pytest.mark.parametrize("why", ["on order", "blocked", "expired"])
def test_number_that_does_not_work_cannot_be_in_a_service(why: str, account: Account) -> None:
    active = seeded(account, "active")
    if why == "on order":
        (group,) = account.get("/did_groups?filter[area_name]=Boise&include=stock_keeping_units").data
        sku = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
        (did,) = account.dids_of(account.order(did_item(sku, qty=1)).data)
    else:
        did = emergency_did(account)
        if why == "blocked":
            happen(account, "block_did", did=did["id"])
        else:
            change(account, "dids", did["id"], {"billing_cycles_count": 0})
            account.advance(days=32)
    at = f"dids/{did['id']}"
    with unchanged(account):
        (error,) = ask(account, did["id"]).body["errors"]
    assert (error["detail"], error["source"]["pointer"]) == (
        f"{at} - is invalid",
        f"/data/relationships/{at}",
    )
    to = link("emergency_calling_services", active)
    with unchanged(account):
        answer = change(account, "dids", did["id"], {}, emergency_calling_service=to)
    assert answer.body["errors"][0]["detail"] == "emergency_calling_service - is invalid"


def test_number_registered_to_somebody_else_is_refused(account: Account) -> None:
    """createEmergencyVerification.422.4."""
    (waiting,) = waiting_dids(account, "US")
    company = identity(
        account, identity_type="business", company_name="Example Company Ltd", birth_date="1990-01-01"
    )
    home = address(account, company)
    create(
        account, "address_verifications", address=link("addresses", home), dids=links("dids", waiting["id"])
    )
    account.advance(seconds=1)
    with unchanged(account):
        answer = ask(account, waiting["id"])
    named = "Business - Example Company Ltd"
    assert_refused(answer, "emergency_other_identity", did=waiting["id"], identity=named)
    assert ask(account, waiting["id"], at=home).status == 201


def test_address_must_be_what_the_requirement_asks_for(account: Account) -> None:
    did = emergency_did(account)["id"]
    owner = identity(account)
    home = address(account, owner, "CA", "Toronto")
    with unchanged(account):
        answer = ask(account, did, at=home)
    assert [error["title"] for error in answer.body["errors"]] == [
        "Address in United States required",
        "Birth Date is required for Personal Identity",
    ]


def test_account_without_an_emergency_plan_is_refused(account: Account) -> None:
    did = emergency_did(account)["id"]
    account.world.options["didww"]["emergency"] = False
    with unchanged(account):
        assert_refused(ask(account, did), "forbidden")


# --- numbers that come and go ------------------------------------------------------------------------


def test_number_leaves_its_service_when_the_link_is_cleared(account: Account) -> None:
    """Recorded for the request; documented for the effect."""
    key = seeded(account, "active")
    (did,) = account.get(f"/emergency_calling_services/{key}/dids").data
    cleared = change(account, "dids", did["id"], {}, emergency_calling_service=link("x", None))
    assert cleared.data["attributes"]["emergency_enabled"] is False
    assert account.get(f"/emergency_calling_services/{key}/dids").data == []
    assert status(account, key) == "active"
    to = link("emergency_calling_services", key)
    back = change(account, "dids", did["id"], {}, emergency_calling_service=to)
    assert back.data["attributes"]["emergency_enabled"] is True
    assert [row["id"] for row in account.get(f"/emergency_calling_services/{key}/dids").data] == [did["id"]]
    found = account.get(f"/dids?filter[emergency_calling_service.id]={key}").data
    assert [row["id"] for row in found] == [did["id"]]


def test_number_cannot_join_a_service_that_does_not_fit(account: Account) -> None:
    canceled, active = seeded(account, "canceled"), seeded(account, "active")
    fit, unfit = emergency_did(account)["id"], emergency_did(account, "Calgary")["id"]
    own = service_of(account, ask(account, fit))["id"]
    assert account.send("DELETE", f"/emergency_calling_services/{own}").status == 204
    for did, key in ((fit, canceled), (unfit, active), (fit, CHICAGO), (fit, own)):
        to = link("emergency_calling_services", key)
        with unchanged(account):
            answer = change(account, "dids", did, {}, emergency_calling_service=to)
        (error,) = answer.body["errors"]
        assert error["detail"] == "emergency_calling_service - is invalid"
        assert error["source"]["pointer"] == "/data/attributes/emergency_calling_service_id"


def test_number_that_leaves_the_account_leaves_its_service(account: Account) -> None:
    did = emergency_did(account)
    key = service_of(account, ask(account, did["id"]))["id"]
    account.advance(seconds=2)
    change(account, "dids", did["id"], {"terminated": True})
    account.advance(days=80)
    assert account.get(f"/dids/{did['id']}").status == 404
    assert account.get(f"/emergency_calling_services/{key}/dids").data == []


# --- what reviewers do -------------------------------------------------------------------------------


def test_reviewer_decides_with_reasons_of_his_own(account: Account) -> None:
    account.world.policies.chosen[VERIFICATIONS] = Policy("manual")
    answer = ask(account, emergency_did(account)["id"])
    key = answer.data["id"]
    given = {"verification": key, "reasons": "No such house", "comment": "Look again"}
    assert happen(account, "decide_emergency_verification", **given)["status"] == "rejected"
    shown = account.get(f"/emergency_verifications/{key}").data["attributes"]
    assert (shown["reject_reasons"], shown["reject_comment"]) == (["No such house"], "Look again")
    with pytest.raises(CannotHappen):
        happen(account, "decide_emergency_verification", verification=key)


def test_service_goes_on_wanting_changes_when_it_was_decided_at_once(account: Account) -> None:
    did = emergency_did(account)
    answer = ask(account, did["id"])
    key = service_of(account, answer)["id"]
    happen(account, "decide_emergency_verification", verification=answer.data["id"])
    assert status(account, key) == "changes_required"
    account.advance(hours=1)
    assert status(account, key) == "changes_required"
    again = ask_again(account, key)
    assert again.status == 201
    happen(account, "decide_emergency_verification", verification=again.data["id"], outcome="approved")
    account.advance(hours=1)
    assert status(account, key) == "active"
    assert events(account, f"{SERVICES}/{key}") == [
        "new",
        "new -> changes_required",
        "changes_required -> active",
    ]


def test_reviewer_cannot_activate_what_is_not_paid(account: Account) -> None:
    answer = ask(account, emergency_did(account)["id"])
    account.set_funds(0)
    given = {"verification": answer.data["attributes"]["reference"], "outcome": "approved"}
    with pytest.raises(CannotHappen):
        happen(account, "decide_emergency_verification", **given)
    account.set_funds(10)
    assert happen(account, "decide_emergency_verification", **given)["status"] == "approved"
    assert service_of(account, answer)["attributes"]["status"] == "active"


def test_seed_holds_services_in_states_that_nobody_can_ask_for(account: Account) -> None:
    rows = account.get("/emergency_calling_services").data
    assert {row["attributes"]["status"] for row in rows} == {"active", "canceled", "changes_required"}
    verifications = account.get("/emergency_verifications").data
    rejected = [row for row in verifications if row["attributes"]["status"] == "rejected"]
    assert rejected[0]["attributes"]["reject_reasons"] == ["Address cannot be validated"]
    assert rejected[0]["attributes"]["reject_comment"]


def test_service_has_prices_even_where_the_account_has_no_rate_any_more(account: Account) -> None:
    """Documented: null at the requirement, which only the service leads to; never at a service."""
    key = seeded(account, "canceled")
    body = account.get(f"/emergency_calling_services/{key}?include=emergency_requirement").body
    (requirement,) = body["included"]
    assert requirement["meta"] == {"setup_price": None, "monthly_price": None}
    assert body["data"]["meta"] == {"setup_price": "0.0", "monthly_price": "0.0"}
    assert_refused(
        account.get(f"/emergency_requirements/{requirement['id']}"), "not_found", id=requirement["id"]
    )
    listed = account.get("/emergency_requirements").data
    assert requirement["id"] not in {row["id"] for row in listed}
    assert all(row["meta"]["monthly_price"] for row in listed)


def test_order_of_a_service_reads_as_a_generic_one_in_older_versions(account: Account) -> None:
    """They know no other type that a customer cannot order (assumed)."""
    key = "43052679-0478-4cb6-8aa7-b167bdb74867"
    (new,) = account.get(f"/orders/{key}").data["attributes"]["items"]
    for version in ("2021-04-19", "2021-12-15", "2022-05-10"):
        (old,) = account.as_of(version).get(f"/orders/{key}").data["attributes"]["items"]
        attributes = {k: v for k, v in new["attributes"].items() if k != "emergency_calling_service_id"}
        assert old == {"type": "generic_order_items", "attributes": attributes}
