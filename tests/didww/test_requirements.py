"""What a requirement asks for: every gap in its own words, in the documented order; nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account, Answer
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused, filled, read
from tests.didww.refusals import unchanged
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    NOBODY,
    address,
    change,
    country,
    create,
    identity,
    link,
    links,
    proof,
)
from tests.didww.uploading import uploaded

BUSINESS = {"identity_type": "business", "company_name": "Lee Ltd"}
PERSONAL_PROOFS = "Drivers License, National ID, Passport, Residence Permit, Visa, Other"
ADDRESS_PROOFS = "Utility Bill, Rental Receipt, Other, Copy of Phone Bill"
BUSINESS_PROOFS = (
    "Business Registration Certificate / Incorporation Certificate, Trade License, "
    "Excerpt from the commercial register, Other, Passport, National ID, Drivers License"
)


def requirement(account: Account, iso: str, kind: str = "Local") -> dict[str, Any]:
    types = {row["attributes"]["name"]: row["id"] for row in account.get("/did_group_types").data}
    name = "requirements" if (account.version or NEW) <= OLD else "address_requirements"
    query = f"filter[country.id]={country(account, iso)}&filter[did_group_type.id]={types[kind]}"
    (row,) = account.get(f"/{name}?{query}").data
    return row  # type: ignore[no-any-return]


def validate(account: Account, key: str, who: str | None = None, where: str | None = None) -> Answer:
    name = "requirement" if (account.version or NEW) <= OLD else "address_requirement"
    relations = {name: link(f"{name}s", key)}
    if who is not None:
        relations["identity"] = link("identities", who)
    if where is not None:
        relations["address"] = link("addresses", where)
    return create(account, f"{name}_validations", **relations)


def assert_unmet(answer: Answer, *texts: str) -> None:
    """Exactly these gaps, each as the recordings write one."""
    assert answer.status == 422, answer.raw
    (form,) = read("errors.yaml")["errors"]["not_met"]["errors"]
    assert answer.body == {"errors": [filled(form, {"text": text}) for text in texts]}


@pytest.mark.parametrize("version", VERSIONS)
def test_fulfilled_requirement_answers_with_its_own_id(version: str, account: Account) -> None:
    account = account.as_of(version)
    key = requirement(account, "SG")["id"]
    with unchanged(account):
        answer = validate(account, key, JOHN, CHICAGO)
    kind = "requirement_validations" if version <= OLD else "address_requirement_validations"
    assert answer.status == 201
    assert answer.body == {"data": {"id": key, "type": kind}, "meta": {"api_version": version}}
    assert account.get(f"/{kind}").status == account.get(f"/{kind}/{key}").status == 404


def test_every_gap_has_its_words_in_the_documented_order(account: Account) -> None:
    """The three published refusals for Germany, put together from one requirement."""
    key = requirement(account, "DE", "Mobile")["id"]
    proofs = "1 Identity Proof(s) (National ID, Passport) required"
    form = "Following Supporting Document(s) required (Germany Registration Form)"
    bills = "1 Address Proof(s) (Copy of Phone Bill, Utility Bill, Rental Receipt, Other) required"
    birth, place = "Identity Place of Birth must be Germany", "Address in Germany required"
    with unchanged(account):
        assert_unmet(validate(account, key, JOHN, CHICAGO), birth, proofs, form, bills, place)
        assert_unmet(validate(account, key, JOHN), birth, proofs, form)
        assert_unmet(validate(account, key, None, CHICAGO), bills, place)
    owner = identity(account, "DE")
    home = address(account, owner, "DE", "Berlin")
    assert_unmet(validate(account, key, owner, home), proofs, form, bills)
    proof(account, "identities", owner, "Visa", "Personal")  # not one of the two
    assert_unmet(validate(account, key, owner, home), proofs, form, bills)
    proof(account, "identities", owner, "Passport", "Personal")
    assert_unmet(validate(account, key, owner, home), form, bills)
    keep_form(account, owner, "Germany Registration Form")
    assert_unmet(validate(account, key, owner, home), bills)
    proof(account, "addresses", home, "Other", "Address")
    assert validate(account, key, owner, home).status == 201


def keep_form(account: Account, owner: str, name: str) -> None:
    (form,) = account.get(f"/supporting_document_templates?filter[name]={name.replace(' ', '+')}").data
    answer = create(
        account,
        "permanent_supporting_documents",
        template=link("supporting_document_templates", form["id"]),
        identity=link("identities", owner),
        files=links("encrypted_files", uploaded(account)),
    )
    assert answer.status == 201


def test_number_of_proofs_counts(account: Account) -> None:
    key = requirement(account, "CH")["id"]
    owner = identity(account, "CH")
    text = f"2 Identity Proof(s) ({PERSONAL_PROOFS}) required"
    assert_unmet(validate(account, key, owner), text)
    first = proof(account, "identities", owner, "Passport", "Personal")
    assert_unmet(validate(account, key, owner), text)
    proof(account, "identities", owner, "Visa", "Personal")
    assert validate(account, key, owner).status == 201
    account.delete(f"/proofs/{first}")
    assert_unmet(validate(account, key, owner), text)


def test_proof_that_has_run_out_does_not_count(account: Account) -> None:
    """Proofs of the seed: one ran out in 2025, one runs until February 2027."""
    key = requirement(account, "FR", "Mobile")["id"]
    acme, algiers = "17ebf057-db8d-4de0-b95c-52a2b940c7b8", "fafaca6b-40e5-4a9c-9a30-f2fac3ee8957"
    birth = "Identity Place of Birth must be France"
    assert_unmet(validate(account, key, acme, algiers), birth)
    assert_unmet(
        validate(account, key, "e96ae7d1-11d5-42bc-a5c5-211f3c3788ae"),
        birth,
        f"1 Identity Proof(s) ({BUSINESS_PROOFS}) required",
    )
    account.advance(days=400)
    assert_unmet(
        validate(account, key, acme, algiers),
        birth,
        f"1 Identity Proof(s) ({BUSINESS_PROOFS}) required",
        f"1 Address Proof(s) ({ADDRESS_PROOFS}) required",
    )


def test_mandatory_fields_are_named_by_their_labels(account: Account) -> None:
    key = requirement(account, "ES")["id"]
    owner = identity(account, "ES")
    proof(account, "identities", owner, "Drivers License", "Personal")
    keep_form(account, owner, "Belgium Registration Form")
    missing = [f"{label} is required for Personal Identity" for label in ("Birth Date", "Personal Tax ID")]
    assert_unmet(validate(account, key, owner), *missing)
    change(account, "identities", owner, {"birth_date": "1990-01-01", "personal_tax_id": "1"})
    assert validate(account, key, owner).status == 201
    company = identity(account, "ES", **BUSINESS)
    proof(account, "identities", company, "Trade License", "Business")
    keep_form(account, company, "Belgium Registration Form")
    labels = ["Proof of ID", "VAT Number / TAX Code", "Company ID", "Representative Tax ID"]
    assert_unmet(
        validate(account, key, company), *(f"{one} is required for Business Identity" for one in labels)
    )
    fields = {"id_number": "1", "vat_id": "2", "company_reg_number": "3", "personal_tax_id": "4"}
    change(account, "identities", company, fields)
    assert validate(account, key, company).status == 201


def test_identity_of_the_wrong_kind_is_refused(account: Account) -> None:
    company, person = identity(account, "US", **BUSINESS), identity(account, "US")
    assert_unmet(
        validate(account, requirement(account, "HK")["id"], person), "Identity type must be Business"
    )
    assert validate(account, requirement(account, "HK")["id"], company).status == 201
    assert_unmet(
        validate(account, requirement(account, "IN")["id"], company), "Identity type must be Personal"
    )
    assert validate(account, requirement(account, "IN")["id"], person).status == 201


def test_country_level_binds_and_world_wide_does_not(account: Account) -> None:
    owner = identity(account, "US")
    home = address(account, owner, "CA", "Toronto")
    brazil = requirement(account, "BR", "Mobile")
    assert brazil["attributes"]["address_area_level"] == "country"
    answer = validate(account, brazil["id"], None, home)
    assert "Address in Brazil required" in [error["title"] for error in answer.body["errors"]]
    assert validate(account, requirement(account, "SG")["id"], owner, home).status == 201


def test_both_records_must_belong_together(account: Account) -> None:
    key = requirement(account, "SG")["id"]
    answer = validate(account, key, identity(account), CHICAGO)
    assert_refused(answer, "is_invalid", name="address", part="relationships")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_of_identity_and_address_is_needed(version: str, account: Account) -> None:
    account = account.as_of(version)
    answer = validate(account, requirement(account, "SG")["id"])
    titles = [(error["detail"], error["source"]["pointer"]) for error in answer.body["errors"]]
    assert titles == [
        ("identity - can't be blank", "/data/relationships/identity"),
        ("address - can't be blank", "/data/relationships/address"),
    ]
    unknown = validate(account, NOBODY, JOHN)
    name = "requirement" if version <= OLD else "address_requirement"
    assert_refused(unknown, "is_invalid", name=name, part="relationships")


def test_old_name_of_the_relationship_is_unknown_in_2026(account: Account) -> None:
    key = requirement(account, "SG")["id"]
    answer = create(account, "address_requirement_validations", requirement=link("requirements", key))
    assert_refused(answer, "member_not_allowed", name="requirement")


# --- the group's requirement -------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_group_leads_to_its_requirement_when_it_needs_registration(version: str, account: Account) -> None:
    account = account.as_of(version)
    name = "requirement" if version <= OLD else "address_requirement"
    query = f"include={name},{name}.country,country,did_group_type&page[size]=1000"
    body = account.get(f"/did_groups?{query}").body
    included = {row["id"]: row for row in body["included"]}
    for group in body["data"]:
        linkage = group["relationships"][name]["data"]
        assert (linkage is not None) is group["meta"]["needs_registration"]
        if linkage is None:
            continue
        assert linkage["type"] == f"{name}s"
        asked = included[linkage["id"]]["relationships"]["country"]["data"]
        assert asked == group["relationships"]["country"]["data"]
    group = next(row for row in body["data"] if row["meta"]["needs_registration"])
    related = account.get(f"/did_groups/{group['id']}/{name}")
    assert related.data["id"] == group["relationships"][name]["data"]["id"]


def test_country_and_type_have_one_requirement(account: Account) -> None:
    rows = account.get("/address_requirements?include=country,did_group_type").data
    keys = [
        (row["relationships"]["country"]["data"]["id"], row["relationships"]["did_group_type"]["data"]["id"])
        for row in rows
    ]
    assert len(set(keys)) == len(keys)


# --- emergency ---------------------------------------------------------------------------------------


def emergency(account: Account, iso: str, who: str | None = None, where: str | None = None) -> Answer:
    (row,) = account.get(f"/emergency_requirements?filter[country.id]={country(account, iso)}").data
    relations = {"emergency_requirement": link("emergency_requirements", row["id"])}
    if who is not None:
        relations["identity"] = link("identities", who)
    if where is not None:
        relations["address"] = link("addresses", where)
    return create(account, "emergency_requirement_validations", **relations)


def test_emergency_requirement_is_checked_as_published(account: Account) -> None:
    """Address first, then the field (createEmergencyRequirementValidation.422.1)."""
    owner = identity(account)
    home = address(account, owner, "CA", "Toronto")
    with unchanged(account):
        answer = emergency(account, "US", owner, home)
    gaps = ["Address in United States required", "Birth Date is required for Personal Identity"]
    assert_unmet(answer, *gaps)
    answer = emergency(account, "US", JOHN, CHICAGO)
    assert answer.status == 201
    assert list(answer.data) == ["id", "type"]
    assert answer.data["type"] == "emergency_requirement_validations"


def test_emergency_requirement_without_a_rate_is_not_there(account: Account) -> None:
    """Only what the account has a price for (documented)."""
    wanted = country(account, "CA")
    assert account.get(f"/emergency_requirements?filter[country.id]={wanted}").data == []
    (service,) = account.get(
        "/emergency_calling_services?filter[name]=Canada&include=emergency_requirement"
    ).data
    key = service["relationships"]["emergency_requirement"]["data"]["id"]
    assert_refused(account.get(f"/emergency_requirements/{key}"), "not_found", id=key)
    checked = create(
        account,
        "emergency_requirement_validations",
        emergency_requirement=link("emergency_requirements", key),
        identity=link("identities", JOHN),
    )
    (error,) = checked.body["errors"]
    assert error["detail"] == "emergency_requirement - is invalid"
    assert error["source"]["pointer"] == "/data/relationships/emergency_requirement"
    related = account.get(f"/emergency_calling_services/{service['id']}/emergency_requirement").data
    assert related["meta"] == {"setup_price": None, "monthly_price": None}
    assert service["meta"] == {"setup_price": "0.0", "monthly_price": "0.0"}
    for row in account.get("/emergency_requirements").data:
        assert row["meta"]["setup_price"] == "0.0"
        assert float(row["meta"]["monthly_price"]) > 0
