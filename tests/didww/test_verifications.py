"""Address verifications: sent, looked at, approved or rejected; what becomes of the numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockserver.core.happenings import CannotHappen
from mockserver.core.transitions import Policy
from mockserver.providers.didww.happenings import HAPPENINGS
from mockserver.providers.didww.rows import Did
from tests.didww.account import Account, did_item
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.didww.refusals import unchanged
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    NOBODY,
    WAITING,
    address,
    change,
    create,
    identity,
    link,
    links,
    proof,
    verify,
    waiting_dids,
)
from tests.didww.test_requirements import assert_unmet
from tests.didww.uploading import uploaded

KIND = "didww.address_verifications"
REASONS = ["Address cannot be validated", "Proof of address should be not older than of 6 months"]


def did(account: Account, key: str) -> dict[str, Any]:
    found: dict[str, Any] = account.get(f"/dids/{key}").data["attributes"]
    return found


def events(account: Account, subject: str) -> list[str]:
    return [event.change for event in account.world.events.since(0) if event.subject == subject]


@pytest.mark.parametrize("version", VERSIONS)
def test_approval_makes_the_numbers_work(version: str, account: Account) -> None:
    """Recorded: approved within a second, the month begins with the approval."""
    account = account.as_of(version)
    dids = [row["id"] for row in waiting_dids(account, "SG", quantity=2)]
    account.advance(days=3)
    answer = verify(account, dids, CHICAGO)
    assert_document(answer.body, version)
    key, attributes = answer.data["id"], answer.data["attributes"]
    pending = "Pending" if version <= OLD else "pending"
    assert (attributes["status"], attributes["reject_reasons"]) == (pending, None)
    assert attributes["created_at"].startswith("2026-03-04T12:00:")
    assert did(account, dids[0])["awaiting_registration"]
    account.advance(seconds=1)
    shown = account.get(f"/address_verifications/{key}?include=dids,address.identity").body
    approved = "Approved" if version <= OLD else "approved"
    assert shown["data"]["attributes"] == {**attributes, "status": approved}
    for one in dids:
        row = did(account, one)
        assert (row["awaiting_registration"], row["blocked"], row["terminated"]) == (False, False, False)
        assert row["expires_at"].startswith("2026-04-04T12:00:")
        linked = account.get(f"/dids/{one}/address_verification").data
        assert linked["id"] == key
    records = {row["type"]: row for row in shown["included"]}
    assert records["addresses"]["attributes"]["verified"] is True
    assert records["identities"]["attributes"]["verified"] is True
    assert account.as_of(NEW).get(f"/dids/{dids[0]}/identity").data["id"] == JOHN
    assert events(account, f"{KIND}/{key}") == ["pending", "pending -> approved"]
    found = account.get(f"/dids?filter[address_verification.id]={key}").data
    assert {row["id"] for row in found} == set(dids)


def test_month_of_a_registered_number_is_renewed_from_the_approval(account: Account) -> None:
    (row,) = waiting_dids(account, "SG")
    account.advance(days=10)
    verify(account, [row["id"]], CHICAGO)
    account.advance(seconds=2)
    funds = account.funds
    account.advance(days=22)  # past the month that began with the order
    assert account.funds == funds
    assert did(account, row["id"])["expires_at"].startswith("2026-04-11")
    account.advance(days=10)
    assert account.funds < funds
    assert did(account, row["id"])["expires_at"].startswith("2026-05-11")


@pytest.mark.parametrize("version", VERSIONS)
def test_rejection_says_why_and_the_numbers_go_on_waiting(version: str, account: Account) -> None:
    account = account.as_of(version)
    (row,) = waiting_dids(account, "SG")
    account.world.policies.chosen[KIND] = Policy("after", outcome="rejected")
    key = verify(account, [row["id"]], CHICAGO, callback_url="http://127.0.0.1:9/cb").data["id"]
    account.advance(seconds=1)
    shown = account.get(f"/address_verifications/{key}").data["attributes"]
    assert shown["status"] == ("Rejected" if version <= OLD else "rejected")
    assert shown["reject_reasons"] == ("; ".join(REASONS) if version <= OLD else REASONS)
    assert shown["callback_url"] == "http://127.0.0.1:9/cb"
    assert did(account, row["id"])["awaiting_registration"] is True
    assert account.get(f"/dids/{row['id']}/address_verification").data is None
    assert events(account, f"{KIND}/{key}") == ["pending", "pending -> rejected"]
    account.world.policies.chosen.clear()
    again = verify(account, [row["id"]], CHICAGO).data["id"]
    account.advance(seconds=1)
    assert again != key
    assert did(account, row["id"])["awaiting_registration"] is False
    assert account.get(f"/address_verifications/{key}").data["attributes"] == shown


def test_outcome_is_held_until_it_is_fired(account: Account) -> None:
    (row,) = waiting_dids(account, "SG")
    account.world.policies.chosen[KIND] = Policy("manual")
    key = verify(account, [row["id"]], CHICAGO).data["id"]
    account.advance(days=5)
    assert account.get(f"/address_verifications/{key}").data["attributes"]["status"] == "pending"
    account.world.fire(f"{KIND}/{key}", "rejected")
    assert account.get(f"/address_verifications/{key}").data["attributes"]["status"] == "rejected"


def test_pending_verification_of_the_seed_waits_for_its_outcome(account: Account) -> None:
    key = "aaf2180a-3f2b-4427-888f-3d00f872014e"
    account.advance(days=30)
    assert account.get(f"/address_verifications/{key}").data["attributes"]["status"] == "pending"
    account.world.fire(f"{KIND}/{key}")
    assert account.get(f"/address_verifications/{key}").data["attributes"]["status"] == "approved"
    assert did(account, WAITING)["awaiting_registration"] is False


def test_approval_lets_proofs_run_for_a_year(account: Account) -> None:
    """Recorded."""
    owner = identity(account, "AU")
    home = address(account, owner, "AU", "Sydney")
    papers = [
        proof(account, "identities", owner, "Passport", "Personal"),
        proof(account, "addresses", home, "Utility Bill", "Address"),
    ]
    (row,) = waiting_dids(account, "AU", "Mobile")
    answer = verify(account, [row["id"]], home, service_description="Calls of our shop")
    assert answer.data["attributes"]["service_description"] == "Calls of our shop"
    account.advance(seconds=1)
    ends = {account.get(f"/proofs/{paper}").data["attributes"]["expires_at"][:10] for paper in papers}
    assert ends == {"2027-03-01"}


# --- what is refused ---------------------------------------------------------------------------------


def test_verification_lacks_what_its_requirement_asks_for(account: Account) -> None:
    """createAddressVerification.422.2: proofs and the form."""
    owner = identity(account, "DE")
    home = address(account, owner, "DE", "Berlin")
    (row,) = waiting_dids(account, "DE", "Mobile")
    with unchanged(account):
        answer = verify(account, [row["id"]], home)
    assert_unmet(
        answer,
        "1 Identity Proof(s) (National ID, Passport) required",
        "Following Supporting Document(s) required (Germany Registration Form)",
        "1 Address Proof(s) (Copy of Phone Bill, Utility Bill, Rental Receipt, Other) required",
    )


def test_what_is_not_needed_is_refused(account: Account) -> None:
    """createAddressVerification.422.1: both, in this order."""
    with unchanged(account):
        file = uploaded(account)
        answer = create(
            account,
            "address_verifications",
            {"service_description": "x"},
            address=link("addresses", CHICAGO),
            dids=links("dids", WAITING),
            onetime_files=links("encrypted_files", file),
        )
        assert_unmet(answer, "one-time document is not needed", "service description is not needed")
        assert account.delete(f"/encrypted_files/{file}").status == 204


def test_onetime_form_is_needed_and_used_up(account: Account) -> None:
    (row,) = waiting_dids(account, "TR")
    missing = "Following Supporting Document(s) required (Turkey Letter of Authorization)"
    assert_unmet(verify(account, [row["id"]], CHICAGO), missing)
    file = uploaded(account)
    sent = {
        "address": link("addresses", CHICAGO),
        "dids": links("dids", row["id"]),
        "onetime_files": links("encrypted_files", file),
    }
    answer = create(account, "address_verifications", **sent)
    assert list(answer.data["relationships"]) == ["dids", "address"]
    assert account.get(f"/encrypted_files/{file}").status == 404
    again = create(account, "address_verifications", **sent)
    assert_refused(again, "is_invalid", name="onetime_files", part="relationships")


def test_description_is_needed_where_the_requirement_wants_it(account: Account) -> None:
    (row,) = waiting_dids(account, "BR")
    owner = identity(account, "BR")
    home = address(account, owner, "BR", "São Paulo")
    proof(account, "identities", owner, "Passport", "Personal")
    with unchanged(account):
        for given in ({}, {"service_description": None}, {"service_description": "  "}):
            answer = verify(account, [row["id"]], home, **given)
            assert_refused(answer, "cannot_be_blank", name="service_description", part="attributes")
    assert verify(account, [row["id"]], home, service_description="calls").status == 201


def test_numbers_must_wait_and_share_one_requirement(account: Account) -> None:
    (german,) = waiting_dids(account, "DE")
    (asian,) = waiting_dids(account, "SG")
    active = account.dids_of(account.buy(1, account.group(3)))[0]
    with unchanged(account):
        for ids in ([german["id"], asian["id"]], [active["id"]], [german["id"], active["id"]]):
            assert_refused(verify(account, ids, CHICAGO), "is_invalid", name="dids", part="relationships")
        for ids in ([NOBODY], [german["id"], NOBODY]):
            assert_refused(verify(account, ids, CHICAGO), "are_invalid", name="dids", part="relationships")
    twice = verify(account, [german["id"], german["id"]], CHICAGO)
    assert twice.status == 201
    linked = account.get(f"/address_verifications/{twice.data['id']}/dids").data
    assert [row["id"] for row in linked] == [german["id"]]
    account.advance(seconds=2)  # it is registered now and waits no longer
    with unchanged(account):
        answer = verify(account, [german["id"]], CHICAGO)
        assert_refused(answer, "is_invalid", name="dids", part="relationships")


def test_address_must_lie_in_the_city_of_the_number(account: Account) -> None:
    """Only checked with numbers at stake (documented); the text is made after that for countries."""
    (row,) = waiting_dids(account, "ZA")
    group = account.get(f"/dids/{row['id']}?include=did_group.city").body["included"]
    city = next(one["attributes"]["name"] for one in group if one["type"] == "cities")
    owner = identity(account)
    elsewhere, there = address(account, owner, "ZA", "Elsewhere"), address(account, owner, "ZA", city.upper())
    assert_unmet(verify(account, [row["id"]], elsewhere), f"Address in {city} required")
    assert verify(account, [row["id"]], there).status == 201
    account.advance(seconds=1)
    placed = account.get(f"/addresses/{there}?include=city").body["included"]
    assert [one["attributes"]["name"] for one in placed] == [city]


def test_address_must_lie_in_the_area_of_the_number(account: Account) -> None:
    (row,) = waiting_dids(account, "FR")
    included = account.get(f"/dids/{row['id']}?include=did_group.city.area").body["included"]
    names = {one["type"]: one["attributes"].get("name") for one in included}
    owner = identity(account, "FR")
    proof(account, "identities", owner, "Passport", "Personal")
    other = "Paris" if names["areas"] != "Île-de-France" else "Lyon"
    for city, status in ((other, 422), (names["cities"], 201), ("A village", 201)):
        home = address(account, owner, "FR", city)
        proof(account, "addresses", home, "Utility Bill", "Address")
        answer = verify(account, [row["id"]], home)
        assert answer.status == status, city
        if status == 422:
            assert_unmet(answer, f"Address in {names['areas']} required")


# --- changes afterwards ------------------------------------------------------------------------------


def test_only_the_reference_can_be_changed(account: Account) -> None:
    key = "c8e004b0-87ec-4987-b4fb-ee89db099f0e"
    changed = change(account, "address_verifications", key, {"external_reference_id": "mine"})
    assert changed.data["attributes"]["external_reference_id"] == "mine"
    assert account.delete(f"/address_verifications/{key}").status == 404
    old = account.as_of(OLD)
    assert change(old, "address_verifications", key, {}).status == 404
    assert "external_reference_id" not in old.get(f"/address_verifications/{key}").data["attributes"]


def test_number_can_be_put_under_an_approved_verification(account: Account) -> None:
    first, second = (row["id"] for row in waiting_dids(account, "SG", quantity=2))
    key = verify(account, [first], CHICAGO).data["id"]
    to = link("address_verifications", key)
    pending = change(account, "dids", second, {}, address_verification=to)
    form = {"title": "is invalid", "detail": "address_verification - is invalid", "code": "100"}
    pointer = {"source": {"pointer": "/data/attributes/address_verification_id"}, "status": "422"}
    assert pending.body == {"errors": [{**form, **pointer}]}
    account.advance(seconds=1)
    assert change(account, "dids", second, {}, address_verification=to).status == 200
    assert did(account, second)["awaiting_registration"] is False
    linked = account.get(f"/address_verifications/{key}/dids").data
    assert [row["id"] for row in linked] == [first, second]
    elsewhere = account.dids_of(account.buy(1, account.group(3)))[0]["id"]
    assert change(account, "dids", elsewhere, {}, address_verification=to).status == 422
    cleared = link("address_verifications", None)
    assert change(account, "dids", second, {}, address_verification=cleared).status == 200
    assert [row["id"] for row in account.get(f"/address_verifications/{key}/dids").data] == [first]
    assert account.get(f"/dids/{second}/identity").data is None
    assert did(account, second)["blocked"] is False


def test_number_of_another_city_is_not_put_under_an_approved_verification(account: Account) -> None:
    """The requirement binds the address to the city of each number (documented for verifications)."""

    def bought(area: str) -> str:
        query = f"filter[area_name]={area}&filter[needs_registration]=true&include=stock_keeping_units"
        (group,) = account.get(f"/did_groups?{query}").data
        sku = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
        (row,) = account.dids_of(account.order(did_item(sku, qty=1)).data)
        return row["id"]  # type: ignore[no-any-return]

    first, same, other = bought("Durban"), bought("Durban"), bought("Pretoria")
    key = verify(account, [first], address(account, identity(account), "ZA", "Durban")).data["id"]
    account.advance(seconds=1)
    to = link("address_verifications", key)
    with unchanged(account):
        answer = change(account, "dids", other, {}, address_verification=to)
    assert answer.body["errors"][0]["detail"] == "address_verification - is invalid"
    assert change(account, "dids", same, {}, address_verification=to).status == 200


def test_number_that_leaves_the_account_leaves_its_verification(account: Account) -> None:
    (row,) = waiting_dids(account, "SG")
    account.world.policies.chosen[KIND] = Policy("manual")
    key = verify(account, [row["id"]], CHICAGO).data["id"]
    change(account, "dids", row["id"], {"terminated": True})  # while it waits: removed and paid back
    shown = account.get(f"/address_verifications/{key}?include=dids").body
    assert shown["data"]["relationships"]["dids"]["data"] == []
    assert "included" not in shown
    account.world.fire(f"{KIND}/{key}")
    assert account.get(f"/address_verifications/{key}").data["attributes"]["status"] == "approved"


def test_terminated_number_is_registered_and_stays_blocked(account: Account) -> None:
    world = account.world
    world.table(Did).put(replace(world.table(Did)[WAITING], terminated=True))
    world.commit()
    world.fire(f"{KIND}/aaf2180a-3f2b-4427-888f-3d00f872014e")
    row = did(account, WAITING)
    assert (row["awaiting_registration"], row["terminated"], row["blocked"]) == (False, True, True)


def test_number_whose_month_ended_is_registered_and_has_to_be_paid(account: Account) -> None:
    (waiting,) = waiting_dids(account, "SG")
    key = waiting["id"]
    account.set_funds(0)
    account.advance(days=32)
    end = did(account, key)["expires_at"]
    assert verify(account, [key], CHICAGO).status == 201
    account.advance(seconds=1)
    row = did(account, key)
    assert (row["awaiting_registration"], row["blocked"], row["expires_at"]) == (False, True, end)
    again = change(account, "dids", key, {"terminated": False})
    assert again.status == 400
    account.set_funds(100)
    assert change(account, "dids", key, {"terminated": False}).status == 200
    row = did(account, key)
    assert (row["blocked"], row["expires_at"] > end) == (False, True)
    assert account.funds < 100


# --- what reviewers do -------------------------------------------------------------------------------


def happen(account: Account, name: str, **fields: Any) -> dict[str, Any]:
    """One of the happenings, as the control API makes it happen."""
    (happening,) = (one for one in HAPPENINGS if one.name == name)
    given = {key: rule.default for key, rule in happening.fields.items()} | fields
    read = {key: happening.fields[key].read(value) for key, value in given.items()}
    try:
        done = happening.happen(account.world, read)
    except CannotHappen:
        account.world.rollback()
        raise
    account.world.commit()
    return done


def test_reviewer_rejects_with_reasons_of_his_own(account: Account) -> None:
    key = "aaf2180a-3f2b-4427-888f-3d00f872014e"
    done = happen(
        account,
        "decide_address_verification",
        verification="KJN-204417",
        reasons="Too dark; ;Torn",
        comment="Sorry",
    )
    assert done == {"verification": key, "status": "rejected"}
    shown = account.get(f"/address_verifications/{key}").data["attributes"]
    assert (shown["reject_reasons"], shown["reject_comment"]) == (["Too dark", "Torn"], "Sorry")
    assert "reject_comment" not in account.as_of(OLD).get(f"/address_verifications/{key}").data["attributes"]
    with pytest.raises(CannotHappen) as decided:
        happen(account, "decide_address_verification", verification=key)
    assert decided.value.conflict
    with pytest.raises(CannotHappen) as unknown:
        happen(account, "decide_address_verification", verification="bogus")
    assert unknown.value.field == "verification"
    assert f"{KIND}/{key}" not in {entry.job.subject for entry in account.world.scheduler.agenda()}


def test_reviewer_approves(account: Account) -> None:
    key = "aaf2180a-3f2b-4427-888f-3d00f872014e"
    done = happen(account, "decide_address_verification", verification=key, outcome="approved")
    assert done["status"] == "approved"
    assert did(account, WAITING)["awaiting_registration"] is False


def test_order_and_verification_together_end_well(account: Account) -> None:
    """Verified while the order is still pending: the number is charged for one month, not for two."""
    account.set_funds(1000)
    group = next(
        row
        for row in account.groups
        if row["meta"]["needs_registration"] and row["country"]["attributes"]["iso"] == "SG"
    )
    order = account.order(did_item(group["skus"][0], qty=1)).data
    (row,) = account.dids_of(order)
    verify(account, [row["id"]], CHICAGO)
    account.advance(seconds=1)
    assert did(account, row["id"])["awaiting_registration"] is False
    account.advance(seconds=30)
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "completed"
    funds = account.funds
    account.advance(days=32)
    lines = [line for line in account.world.ledger("didww").lines if line.kind == "renewal"]
    assert len(lines) == 1
    assert account.funds < funds
