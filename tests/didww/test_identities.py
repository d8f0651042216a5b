"""Identities and addresses from the day they are made to the day they go."""

from __future__ import annotations

import pytest

from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.didww.refusals import unchanged
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    address,
    change,
    country,
    create,
    identity,
    link,
    proof,
    verify,
    waiting_dids,
)


@pytest.mark.parametrize("version", VERSIONS)
def test_identity_is_read_as_it_was_made(version: str, account: Account) -> None:
    account = account.as_of(version)
    word = "Personal" if version <= OLD else "personal"
    given = {
        "first_name": "Ann",
        "last_name": "Lee",
        "phone_number": "441632960000",
        "identity_type": word,
        "birth_date": "1990-02-28",
        "description": "of the test",
    }
    answer = create(account, "identities", given, country=link("countries", country(account, "GB")))
    assert_document(answer.body, version)
    assert answer.data["attributes"] == {
        **given,
        **dict.fromkeys(("id_number", "company_name", "company_reg_number", "vat_id", "personal_tax_id")),
        "external_reference_id": None,
        "contact_email": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "verified": False,
    }
    assert account.get(f"/identities/{answer.data['id']}").data == answer.data
    assert account.get("/identities").data[-1] == answer.data


def test_identity_is_the_same_record_in_both_versions(account: Account) -> None:
    old, made = account.as_of(OLD), identity(account)
    assert old.get(f"/identities/{made}").data["attributes"]["identity_type"] == "Personal"
    other = identity(old)
    assert account.get(f"/identities/{other}").data["attributes"]["identity_type"] == "personal"
    listed = [row["id"] for row in old.get("/identities?filter[identity_type]=Personal").data]
    assert made in listed and other in listed
    assert old.get("/identities?filter[identity_type]=personal").data == []


def test_company_needs_its_name_and_a_country(account: Account) -> None:
    given = {"identity_type": "business", "first_name": "A", "last_name": "B", "phone_number": "1"}
    with unchanged(account):
        answer = create(account, "identities", given)
    pointers = [error["source"]["pointer"] for error in answer.body["errors"]]
    assert pointers == ["/data/attributes/company_name", "/data/relationships/country"]
    assert {error["title"] for error in answer.body["errors"]} == {"can't be blank"}
    made = create(
        account,
        "identities",
        {**given, "company_name": "C"},
        country=link("countries", country(account, "US")),
    ).data
    answer = change(account, "identities", made["id"], {"company_name": None})
    assert_refused(answer, "cannot_be_blank", name="company_name", part="attributes")
    assert create(account, "identities", {**given, "identity_type": "personal"}).status == 201


def test_kind_of_an_identity_never_changes(account: Account) -> None:
    answer = change(account, "identities", JOHN, {"identity_type": "business"})
    assert_refused(answer, "member_not_allowed", name="identity_type")


def test_identity_changes_only_where_it_is_told_to(account: Account) -> None:
    before = account.get(f"/identities/{JOHN}?include=country").data
    changed = change(
        account,
        "identities",
        JOHN,
        {"last_name": "Roe"},
        birth_country=link("countries", country(account, "CA")),
    ).data
    expected = {**before["attributes"], "last_name": "Roe"}
    assert changed["attributes"] == expected
    after = account.get(f"/identities/{JOHN}?include=country,birth_country").data["relationships"]
    assert after["country"]["data"] == before["relationships"]["country"]["data"]
    assert after["birth_country"]["data"]["id"] == country(account, "CA")
    change(account, "identities", JOHN, {}, birth_country=link("countries", None))
    assert account.get(f"/identities/{JOHN}/birth_country").data is None


def test_address_stands_with_its_identity(account: Account) -> None:
    owner = identity(account)
    assert account.get(f"/identities/{owner}/addresses").data == []
    made = address(account, owner)
    assert [row["id"] for row in account.get(f"/identities/{owner}/addresses").data] == [made]
    shown = account.get(f"/addresses/{made}?include=identity,country,area,city,proofs").data
    assert shown["relationships"]["identity"]["data"] == {"type": "identities", "id": owner}
    assert shown["relationships"]["area"]["data"] is None
    assert shown["relationships"]["city"]["data"] is None
    assert shown["relationships"]["proofs"]["data"] == []
    assert shown["attributes"]["verified"] is False


def test_deleting_an_identity_takes_all_that_is_its_own(account: Account) -> None:
    owner = identity(account)
    home = address(account, owner)
    papers = [
        proof(account, "identities", owner, "Passport", "Personal"),
        proof(account, "addresses", home, "Utility Bill", "Address"),
    ]
    others = {kind: len(account.get(f"/{kind}").data) for kind in ("identities", "addresses", "proofs")}
    assert account.delete(f"/identities/{owner}").status == 204
    assert_refused(account.get(f"/identities/{owner}"), "not_found", id=owner)
    assert_refused(account.get(f"/addresses/{home}"), "not_found", id=home)
    for paper in papers:
        assert_refused(account.get(f"/proofs/{paper}"), "record_not_found_of", type="proofs")
    assert len(account.get("/proofs").data) == others["proofs"] - 2
    assert len(account.get("/addresses").data) == others["addresses"] - 1
    assert_refused(account.delete(f"/identities/{owner}"), "not_found", id=owner)


def test_address_goes_with_its_proofs(account: Account) -> None:
    home = address(account, identity(account))
    paper = proof(account, "addresses", home, "Utility Bill", "Address")
    assert account.delete(f"/addresses/{home}").status == 204
    assert account.get(f"/proofs/{paper}").status == 404


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_goes_while_a_review_or_a_number_depends_on_it(version: str, account: Account) -> None:
    account = account.as_of(version)
    owner = identity(account)
    home = address(account, owner)
    account.world.policies.chosen.clear()
    (did,) = waiting_dids(account, "SG")
    pending = verify(account, [did["id"]], home).data
    for path in (f"/identities/{owner}", f"/addresses/{home}"):
        with unchanged(account):
            assert_refused(account.delete(path), "in_use")
    account.advance(seconds=5)
    assert account.get(f"/address_verifications/{pending['id']}").data["attributes"]["status"] in (
        "approved",
        "Approved",
    )
    for path in (f"/identities/{owner}", f"/addresses/{home}"):
        with unchanged(account):
            assert_refused(account.delete(path), "in_use")
    change(account, "dids", did["id"], {}, address_verification=link("address_verifications", None))
    assert account.delete(f"/identities/{owner}").status == 204
    shown = account.get(f"/address_verifications/{pending['id']}?include=address,dids").data
    assert shown["relationships"]["address"]["data"] is None
    assert shown["relationships"]["dids"]["data"] == []


def test_emergency_address_of_the_seed_cannot_go(account: Account) -> None:
    assert_refused(account.delete(f"/addresses/{CHICAGO}"), "in_use")
    assert_refused(account.delete(f"/identities/{JOHN}"), "in_use")


def test_telephone_number_is_digits_from_2022_on(account: Account) -> None:
    for version in (OLD, NEW):
        answer = change(account.as_of(version), "identities", JOHN, {"phone_number": "+1 23"})
        assert_refused(answer, "is_invalid", name="phone_number", part="attributes")
