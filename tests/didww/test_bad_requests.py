"""Ids, queries and headers that must be refused, in the words of the contract."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.didww.account import Account
from tests.didww.contract import assert_refused
from tests.didww.refusals import NOBODY, WRITES, unchanged, write

# --- records that are not there --------------------------------------------------------------------


STRANGE_IDS = [NOBODY, "not-a-uuid", "5265f3a0-0446-46f1-ae1a-f09946e80", "0", "-1", "a b", "é", "%", "null"]


@pytest.mark.parametrize("given", STRANGE_IDS)
@pytest.mark.parametrize(
    "kind",
    [
        "countries",
        "regions",
        "cities",
        "did_group_types",
        "did_groups",
        "available_dids",
        "did_reservations",
        "orders",
        "dids",
    ],
)
def test_unknown_and_malformed_ids_are_not_found(kind: str, given: str, account: Account) -> None:

    assert_refused(account.get(f"/{kind}/{quote(given, safe='')}"), "not_found", id=given)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_id_with_a_comma_is_refused(method: str, account: Account) -> None:
    assert_refused(account.send(method, "/orders/a,b"), "id_with_comma", id="a,b")


@pytest.mark.parametrize("given", [NOBODY, "not-a-uuid"])
@pytest.mark.parametrize("kind", ["orders", "did_reservations"])
def test_deleting_what_is_not_there_is_not_found(kind: str, given: str, owner: Account) -> None:
    with unchanged(owner):
        assert_refused(owner.delete(f"/{kind}/{given}"), "not_found", id=given)


@pytest.mark.parametrize("kind", ["orders", "dids"])
def test_changing_what_is_not_there_is_not_found(kind: str, owner: Account) -> None:
    attributes = {"orders": {"external_reference_id": "x"}, "dids": {"description": "x"}}[kind]
    with unchanged(owner):
        document = {"data": {"type": kind, "id": NOBODY, "attributes": attributes}}
        assert_refused(owner.patch(f"/{kind}/{NOBODY}", document), "not_found", id=NOBODY)


def test_unknown_attribute_comes_before_unknown_record(owner: Account) -> None:
    document = {"data": {"type": "dids", "id": NOBODY, "attributes": {"bogus": 1}}}
    assert_refused(owner.patch(f"/dids/{NOBODY}", document), "member_not_allowed", name="bogus")


# --- queries ---------------------------------------------------------------------------------------


LOW = [("0", "0"), ("-1", "-1"), ("x", "0"), ("", "0"), ("-7abc", "-7")]


@pytest.mark.parametrize(("value", "shown"), LOW)
def test_page_number_below_one_is_refused(value: str, shown: str, account: Account) -> None:
    assert_refused(account.get(f"/did_groups?page[number]={value}"), "page_number", value=shown)


@pytest.mark.parametrize(("value", "shown"), LOW)
def test_page_size_below_one_is_refused(value: str, shown: str, account: Account) -> None:
    assert_refused(account.get(f"/did_groups?page[size]={value}"), "page_size", value=shown)


def test_page_size_over_the_maximum_is_refused(account: Account) -> None:
    assert_refused(account.get("/did_groups?page[size]=1001"), "page_size_maximum", max=1000)
    assert account.get("/did_groups?page[size]=1000").status == 200


def test_number_contains_needs_three_digits_or_a_place(account: Account) -> None:
    """Documented, without the words."""
    assert account.get("/available_dids?filter[number_contains]=12").status == 400
    assert account.get("/available_dids?filter[number_contains]=120").status == 200
    country = account.group()["country"]["id"]
    path = f"/available_dids?filter[number_contains]=12&filter[country.id]={country}"
    assert account.get(path).status == 200


@pytest.mark.parametrize(
    "path", ["/orders?page[number]=%FF", "/orders?filter[id]=%C3%28", "/orders/%FF", "/%FF"]
)
def test_invalid_utf8_in_the_target_is_refused(path: str, account: Account) -> None:
    answer = account.get(path)
    assert answer.status == 400
    assert [error["status"] for error in answer.body["errors"]] == ["400"]


# --- headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "wrong", "sandbox-", "Sandbox-x", "sandbox-a b"])
@pytest.mark.parametrize("path", ["/countries", f"/orders/{NOBODY}", "/balance"])
def test_wrong_or_missing_key_is_unauthorized(key: str | None, path: str, account: Account) -> None:
    assert_refused(account.get(path, api_key=key), "unauthorized")


@pytest.mark.parametrize("which", WRITES)
def test_write_without_a_key_changes_nothing(which: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        answer = owner.send(method, path, json=document, headers={"api-key": None})
        assert_refused(answer, "unauthorized")


@pytest.mark.parametrize(
    "accept", ["application/json", "application/vnd.api+json; charset=utf-8", "text/html", "application/*"]
)
def test_accept_that_cannot_be_served_is_refused(accept: str, account: Account) -> None:
    assert_refused(account.get("/countries", accept=accept), "not_acceptable", accept=accept)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/vnd.api+json; charset=utf-8", "text/plain", ""]
)
@pytest.mark.parametrize("which", WRITES)
def test_other_content_types_are_refused(which: str, kind: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        answer = owner.send(method, path, json=document, headers={"content-type": kind})
        assert_refused(answer, "unsupported_media_type", type=kind)
