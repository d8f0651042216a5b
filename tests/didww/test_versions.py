"""Which version answers, and how the same records read in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.didww.account import Account, did_item
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused
from tests.didww.forms import assert_document
from tests.support import Server


def served(account: Account) -> Any:
    return account.get("/balance").body["meta"]["api_version"]


def test_newest_version_answers_when_none_is_asked_for(account: Account) -> None:
    assert served(account.as_of(None)) == NEW


@pytest.mark.parametrize(
    "asked", ["", "latest", "2026-4-16", "1999-01-01", "2099-01-01", "2026-04-16 ", "\x00"]
)
def test_unknown_version_is_ignored(asked: str, account: Account) -> None:
    """Documented: no error, the default serves."""
    answer = account.as_of(asked).get("/balance")
    assert (answer.status, answer.body["meta"]["api_version"]) == (200, NEW)


@pytest.mark.parametrize("version", VERSIONS)
def test_version_asked_for_answers(version: str, account: Account) -> None:
    assert served(account.as_of(version)) == version


def test_version_of_one_request_does_not_stay(account: Account) -> None:
    assert [served(account.as_of(version)) for version in (OLD, None, OLD, NEW)] == [OLD, NEW, OLD, NEW]


def test_default_version_is_a_setting(make_server: Callable[..., Server]) -> None:
    account = Account(make_server(didww_version=OLD), "one", version=None)
    assert served(account) == OLD
    assert served(account.as_of(NEW)) == NEW
    assert served(account.as_of("bogus")) == OLD


def test_older_version_is_ignored_when_the_default_is_pinned(make_server: Callable[..., Server]) -> None:
    """Documented for accounts: a value older than the account's own is ignored, without error."""
    account = Account(make_server(didww_version=NEW, didww_pinned=True), "one", version=OLD)
    answer = account.get("/balance")
    assert (answer.status, answer.body["meta"]["api_version"]) == (200, NEW)


def test_newer_version_is_served_when_an_older_default_is_pinned(make_server: Callable[..., Server]) -> None:
    account = Account(make_server(didww_version=OLD, didww_pinned=True), "one", version=NEW)
    assert served(account) == NEW
    assert served(account.as_of(OLD)) == served(account.as_of(None)) == OLD


@pytest.mark.parametrize("version", VERSIONS)
def test_version_stands_in_every_document_and_in_no_error(version: str, account: Account) -> None:
    account = account.as_of(version)
    for path in ("/countries", "/orders", "/dids", "/did_reservations", "/available_dids", "/balance"):
        assert account.get(path).body["meta"]["api_version"] == version
    assert list(account.get("/orders/x").body) == ["errors"]


# --- the same records under both -----------------------------------------------------------------


def test_order_statuses_are_title_case_before_2026(account: Account) -> None:
    old = account.as_of(OLD)
    sku = account.group(3)["skus"][0]
    first = old.order(did_item(sku, qty=1))
    assert_document(first.body, OLD)
    order = first.data
    assert order["attributes"]["status"] == "Pending"
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "pending"
    account.advance(seconds=60)
    assert old.get(f"/orders/{order['id']}").data["attributes"]["status"] == "Completed"
    assert account.get(f"/orders/{order['id']}").data["attributes"]["status"] == "completed"
    other = account.order(did_item(sku, qty=1)).data
    account.delete(f"/orders/{other['id']}")
    assert old.get(f"/orders/{other['id']}").data["attributes"]["status"] == "Canceled"
    assert account.get(f"/orders/{other['id']}").data["attributes"]["status"] == "canceled"


def test_status_filter_takes_the_spelling_of_its_version(account: Account) -> None:
    order = account.buy()
    for version, word in ((OLD, "Completed"), (NEW, "completed")):
        rows = account.as_of(version).get(f"/orders?filter[status]={word}").data
        assert order["id"] in {row["id"] for row in rows}
        assert {row["attributes"]["status"] for row in rows} == {word}


def test_callback_method_is_upper_case_before_2026(account: Account) -> None:
    item = did_item(account.group()["skus"][0], qty=1)
    old = account.as_of(OLD)
    order = old.order(item, callback_url="http://127.0.0.1:9/", callback_method="POST").data
    assert order["attributes"]["callback_method"] == "POST"
    assert account.get(f"/orders/{order['id']}").data["attributes"]["callback_method"] == "post"
    order = account.order(item, callback_url="http://127.0.0.1:9/", callback_method="get").data
    assert old.get(f"/orders/{order['id']}").data["attributes"]["callback_method"] == "GET"


def test_reservation_ends_under_two_names(account: Account) -> None:
    old = account.as_of(OLD)
    reserved = old.reserve(account.available(account.group())[0], description="x").data
    assert list(reserved["attributes"]) == ["expire_at", "created_at", "description"]
    same = account.get(f"/did_reservations/{reserved['id']}").data
    assert list(same["attributes"]) == ["expires_at", "created_at", "description"]
    assert same["attributes"]["expires_at"] == reserved["attributes"]["expire_at"]


def test_requirement_has_two_names(account: Account) -> None:
    group = account.group()
    old = account.as_of(OLD).get(f"/did_groups/{group['id']}").data["relationships"]
    assert "requirement" in old
    assert "address_requirement" not in old
    new = account.get(f"/did_groups/{group['id']}").data["relationships"]
    assert "address_requirement" in new
    assert "requirement" not in new


def test_members_of_2026_are_unknown_before(account: Account) -> None:
    old = account.as_of(OLD)
    bought = account.buy()
    (did,) = old.dids_of(bought)
    assert "emergency_enabled" not in did["attributes"]
    assert (
        not {"identity", "emergency_calling_service", "emergency_verification"} & did["relationships"].keys()
    )
    order = old.get(f"/orders/{bought['id']}").data
    assert "external_reference_id" not in order["attributes"]
    item = did_item(account.group()["skus"][0], qty=1)
    answer = old.order(item, external_reference_id="x")
    assert_refused(answer, "member_not_allowed", name="external_reference_id")
    group = old.get(f"/did_groups/{account.group()['id']}").data
    assert "service_restrictions" not in group["attributes"]


def test_orders_cannot_be_changed_before_2026(account: Account) -> None:
    """The method came with external_reference_id; before, the path knows no PATCH."""
    order = account.buy()
    body = {"data": {"type": "orders", "id": order["id"], "attributes": {"external_reference_id": "x"}}}
    assert account.as_of(OLD).patch(f"/orders/{order['id']}", body).status == 404
    assert account.patch(f"/orders/{order['id']}", body).data["attributes"]["external_reference_id"] == "x"


def test_same_record_has_the_same_values_in_both(account: Account) -> None:
    """All that is neither renamed nor recased reads alike."""
    account.buy(2)
    account.reserve(account.available(account.group())[0])
    old = account.as_of(OLD)
    for path in ("/dids", "/countries", "/regions", "/did_group_types", "/balance", "/cities?page[size]=5"):
        new_rows, old_rows = account.get(path).data, old.get(path).data
        many = isinstance(new_rows, list)
        for new_row, old_row in zip(
            new_rows if many else [new_rows], old_rows if many else [old_rows], strict=True
        ):
            assert new_row["id"] == old_row["id"]
            assert old_row["attributes"] == {
                name: value for name, value in new_row["attributes"].items() if name in old_row["attributes"]
            }


def test_names_are_found_whatever_their_case(account: Account) -> None:
    """From 2022-05-10 on (documented)."""
    name = account.group()["country"]["attributes"]["name"]
    for version in VERSIONS:
        for form in (name, name.upper(), name.lower()):
            rows = account.as_of(version).get(f"/countries?filter[name]={form.replace(' ', '+')}").data
            assert [row["attributes"]["name"] for row in rows] == [name]
