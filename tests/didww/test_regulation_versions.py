"""Regulation in the versions of 2021, from the same declarations (reference 1.2 to 1.4)."""

from __future__ import annotations

import pytest

from tests.didww.account import Account
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    LISTS,
    change,
    create,
    link,
    name_of,
    served,
    verify,
    waiting_dids,
)
from tests.didww.uploading import container, upload

OLDEST, OLDER = "2021-04-19", "2021-12-15"


@pytest.fixture(params=[OLDEST, OLDER])
def old(account: Account, request: pytest.FixtureRequest) -> Account:
    return account.as_of(request.param)


def test_lists_are_those_of_2022(old: Account) -> None:
    for kind in LISTS:
        status = old.get(f"/{name_of(kind, '2022-05-10')}").status
        assert status == (200 if kind in served("2022-05-10") else 404), kind


def test_words_are_spelled_as_then(old: Account) -> None:
    (pending,) = old.get("/address_verifications?filter[status]=Pending").data
    assert pending["attributes"]["callback_method"] == "GET"
    assert "reject_comment" not in pending["attributes"]
    (rejected,) = old.get("/address_verifications?filter[status]=Rejected").data
    assert "; " in rejected["attributes"]["reject_reasons"]
    assert old.get(f"/identities/{JOHN}").data["attributes"]["identity_type"] == "Personal"
    assert old.get("/requirements").data[0]["attributes"]["business_area_level"] == "WorldWide"
    assert "expire_at" in old.get("/encrypted_files").data[0]["attributes"]


def test_members_of_later_versions_are_unknown(old: Account) -> None:
    shown = old.get(f"/identities/{JOHN}").data
    assert "contact_email" not in shown["attributes"]
    assert "birth_country" not in shown["relationships"]
    assert "external_reference_id" in shown["attributes"]
    assert "external_reference_id" not in old.get(f"/addresses/{CHICAGO}").data["attributes"]


def test_telephone_number_may_be_any_text(old: Account) -> None:
    answer = change(old, "identities", JOHN, {"phone_number": "+1 (312) 555-0100"})
    assert answer.data["attributes"]["phone_number"] == "+1 (312) 555-0100"


def test_number_is_registered(account: Account, old: Account) -> None:
    (did,) = waiting_dids(account, "SG")
    files = upload(old, container(account, b"one"), container(account, b"two"))
    assert len(files.body["ids"]) == 2
    requirement = old.get(f"/did_groups/{did_group(account, did['id'])}/requirement").data
    validation = create(
        old,
        "requirement_validations",
        requirement=link("requirements", requirement["id"]),
        address=link("addresses", CHICAGO),
    )
    assert (validation.status, validation.data["type"]) == (201, "requirement_validations")
    made = verify(old, [did["id"]], CHICAGO, callback_method="POST")
    assert made.data["attributes"]["status"] == "Pending"
    account.advance(seconds=1)
    assert old.get(f"/address_verifications/{made.data['id']}").data["attributes"]["status"] == "Approved"
    assert old.get(f"/dids/{did['id']}/address_verification").data["id"] == made.data["id"]


def did_group(account: Account, did: str) -> str:
    return account.get(f"/dids/{did}/did_group").data["id"]  # type: ignore[no-any-return]
