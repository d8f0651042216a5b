"""Buying several numbers, with what goes wrong for single ones; giving back; documents; the inventory."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import orjson
import pytest

from tests.didlogic.account import (
    BEARER,
    BOUNDARY,
    FORM,
    JSON,
    Account,
    contract,
    form,
    multipart,
    restarted,
)
from tests.support import NOON, Server, body_of

REASONS = {row["claim"]: row["text"] for row in contract("purchase_errors.json")}
BERLIN = "493023125000"  # asks for a proof of local address


def test_several_are_bought_at_once_and_failures_stand_beside_them(account: Account) -> None:
    account.buy("17805550100")
    purchase = account.buy("17806999999", "17805550100", "15550000000", "27120190767")
    assert [row["number"] for row in purchase["purchases"]] == ["17806999999", "27120190767"]
    assert purchase["errors"] == {
        "17805550100": [REASONS["already_owned"]],
        "15550000000": [REASONS["not_on_sale"]],
    }
    assert [row["id"] for row in purchase["purchases"]] == [728071, 728072]
    account.check_books()


def test_bought_number_is_owned_and_off_the_shop(account: Account) -> None:
    before = account.city("CA", "Edmonton, AB")
    bought = account.buy("17806999999")["purchases"][0]
    assert account.city("CA", "Edmonton, AB") == {**before, "count": before["count"] - 1}
    assert "17806999999" not in [row["number"] for row in account.on_sale("CA", "Edmonton, AB")]
    found = account.get("/v2/numbers/search", number_contains="17806999999")
    assert found["dids"]["pagination"]["total"] == 0
    first = account.get("/v1/purchases")["purchases"][0]
    assert first == {
        "number": "17806999999",
        "channels": 4,
        "country": "Canada",
        "area": "Edmonton, AB",
        "codec": "G711",
        "activation": 1.0,
        "monthly_fee": 1.0,
        "per_minute": 0.01,
        "check_state": "checked",
        "free_minutes": 0,
        "id": bought["id"],
        "status": "active",
        "sms_enabled": False,
        "voice_enabled": True,
        "purchase_date": "2026-03-01T12:00:00Z",
        "expiration_date": "2026-04-01T12:00:00Z",
    }
    assert account.get("/v2/numbers")["dids"][0] == {
        "id": bought["id"],
        "number": "17806999999",
        "country": "Canada",
        "area": "Edmonton, AB",
        "channels": 4,
        "activation": 1.0,
        "monthly_fee": 1.0,
        "per_minute": 0.01,
        "services": ["voice"],
        "status": "active",
        "destination_count": 0,
    }


def test_last_number_of_a_city_can_be_bought_once(account: Account) -> None:
    (last,) = account.on_sale("CA", "Iqaluit, NU")
    assert account.buy(last["number"])["errors"] == {}
    assert account.city("CA", "Iqaluit, NU")["count"] == 0
    other = account.server.request(
        "POST",
        "/didlogic/v2/numbers/purchase",
        headers={"authorization": "Bearer sandbox-other", "content-type": FORM},
        body=f"did_numbers={last['number']}",
    )
    assert body_of(other)["purchase"]["errors"] == {}
    again = account.buy(last["number"])
    assert (again["purchases"], again["errors"]) == ([], {last["number"]: [REASONS["already_owned"]]})


def test_number_another_buyer_took_is_not_on_sale(account: Account) -> None:
    account.stock.take(17806999999)
    before = account.state()
    assert account.buy("17806999999") == {
        "errors": {"17806999999": [REASONS["not_on_sale"]]},
        "purchases": [],
    }
    assert account.state() == before


@pytest.mark.parametrize("short", ["0.01", "0.0001", "1.99"])
def test_number_is_not_sold_when_the_balance_is_short(account: Account, short: str) -> None:
    account.ledger.set_balance(Decimal("2.00") - Decimal(short))
    before = account.state()
    assert account.buy("17806999999") == {
        "errors": {"17806999999": [REASONS["low_balance"]]},
        "purchases": [],
    }
    assert account.state() == before
    account.ledger.set_balance(Decimal("2.00"))
    assert account.buy("17806999999")["errors"] == {}
    assert account.get("/v1/balance") == {"balance": 0.0}
    account.check_books()


def test_cheaper_number_is_sold_when_the_dear_one_is_not(account: Account) -> None:
    dear = account.on_sale("AE", "Dubai")[0]
    assert dear["activation"] + dear["monthly"] > 35.22
    purchase = account.buy(dear["number"], "17806999999")
    assert purchase["errors"] == {dear["number"]: [REASONS["low_balance"]]}
    assert [row["number"] for row in purchase["purchases"]] == ["17806999999"]


@pytest.mark.parametrize("spelling", ["17806999999", "+17806999999", "+1 780 699 9999", " 17806999999 "])
def test_number_named_twice_is_bought_once(account: Account, spelling: str) -> None:
    body = form({"did_numbers[]": ["17806999999", spelling], "id_in[]": ["112370", "112370"]})
    purchase = body_of(account.send("POST", "/v2/numbers/purchase", body, FORM))["purchase"]
    assert (len(purchase["purchases"]), purchase["errors"]) == (1, {})
    assert [line.amount for line in account.ledger.lines] == [Decimal("-1.00"), Decimal("-1.00")]


def test_ids_that_are_unknown_are_explained_by_id(account: Account) -> None:
    body = form({"id_in[]": ["112370", "1", "-5", "x", "999999999999999999999999"]})
    purchase = body_of(account.send("POST", "/v2/numbers/purchase", body, FORM))["purchase"]
    assert [row["number"] for row in purchase["purchases"]] == ["17806999999"]
    unknown = ["1", "-5", "x", "999999999999999999999999"]
    assert purchase["errors"] == {key: [REASONS["not_on_sale"]] for key in unknown}


def test_every_kind_of_body_buys_the_same(shared_server: Server) -> None:
    fields = {
        "did_numbers[]": ["17806999999", "17805550100"],
        "id_in[]": ["112371"],
        "identities[][id]": "6756",
    }
    nested = {
        "did_numbers": ["17806999999", 17805550100],
        "id_in": [112371],
        "identities": [{"id": 6756}],
    }
    bodies = [
        (form(fields), FORM),
        (form(fields), f"{FORM}; charset=utf-8"),
        (multipart(fields), f"multipart/form-data; boundary={BOUNDARY}"),
        (orjson.dumps(nested), "application/json"),
        (orjson.dumps(nested), "application/vnd.api+json"),
        (orjson.dumps(nested), None),
        (form(fields), None),
    ]
    answers = set()
    for family in ("numbers", "buy"):
        for body, content_type in bodies:
            account = restarted(shared_server)
            answers.add(account.send("POST", f"/api/v2/{family}/purchase.json", body, content_type).body)
    (answer,) = answers
    assert [row["number"] for row in orjson.loads(answer)["purchase"]["purchases"]] == [
        "17806999999",
        "17805550100",
        "27120190767",
    ]


# --- documents -----------------------------------------------------------------------------------


def test_number_with_document_duty_waits_when_no_identity_is_given(account: Account) -> None:
    purchase = account.buy(BERLIN)
    assert purchase["errors"] == {}
    assert purchase["purchases"][0]["require_docs"] == "3"
    owned = account.get("/v1/purchases")["purchases"][0]
    assert (owned["number"], owned["check_state"], owned["status"]) == (BERLIN, "unchecked", "pending")
    assert account.get("/v2/numbers")["dids"][0]["status"] == "pending"
    account.check_books()


@pytest.mark.parametrize(
    ("identity", "status"),
    [("6756", "pending"), ("6757", "active")],
)
@pytest.mark.parametrize("form_of_identities", ["keys", "json text"])
def test_number_with_document_duty_depends_on_the_documents_of_its_identity(
    account: Account, identity: str, status: str, form_of_identities: str
) -> None:
    fields = {"did_numbers[]": BERLIN, "identities[][id]": identity, "identities[][did_numbers][]": BERLIN}
    if form_of_identities == "json text":
        item = orjson.dumps({"id": int(identity), "did_numbers": [BERLIN]}).decode()
        fields = {"did_numbers[]": BERLIN, "identities[]": item}
    response = account.send("POST", "/v2/numbers/purchase", form(fields), FORM)
    assert body_of(response)["purchase"]["errors"] == {}
    assert account.get("/v2/numbers")["dids"][0]["status"] == status


def test_each_identity_covers_its_own_numbers(account: Account) -> None:
    other = str(int(BERLIN) + 1)
    (other_id,) = (row["id"] for row in account.on_sale("DE", "Berlin") if row["number"] == other)
    fields = [
        ("did_numbers[]", BERLIN),
        ("did_numbers[]", other),
        ("identities[][id]", "6756"),
        ("identities[][did_numbers][]", BERLIN),
        ("identities[][id]", "6757"),
        ("identities[][did_ids][]", str(other_id)),
    ]
    body = "&".join(f"{name}={value}" for name, value in fields)
    account.ledger.set_balance(Decimal(500))
    account.send("POST", "/v2/numbers/purchase", body, FORM)
    statuses = {row["number"]: row["status"] for row in account.get("/v2/numbers")["dids"]}
    assert (statuses[BERLIN], statuses[other]) == ("pending", "active")


def test_strict_account_refuses_numbers_whose_documents_are_missing(account: Account) -> None:
    account.world.options["didlogic"]["strict_documents"] = True
    before = account.state()
    purchase = account.buy(BERLIN)
    assert purchase == {"errors": {BERLIN: [REASONS["documents_missing"]]}, "purchases": []}
    assert account.state() == before
    assert account.buy("17806999999")["errors"] == {}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_shop_names_the_documents_it_asks_for(account: Account, number: int) -> None:
    iso = {1: "ES", 2: "FR", 3: "DE"}[number]
    city = account.get(f"/v2/numbers/countries/{account.country(iso)}/cities")["cities"][0]["name"]
    row = account.on_sale(iso, city)[0]
    names = {1: "Any form of ID", 2: "Proof of address", 3: "Proof of local address"}
    assert row["required_documents"] == [{"type": number, "name": names[number]}]
    assert account.buy(row["number"])["purchases"][0]["require_docs"] == str(number)


# --- giving back ---------------------------------------------------------------------------------


def test_removed_number_is_on_sale_again_and_costs_anew(account: Account) -> None:
    account.buy("17806999999")
    spent = account.ledger.balance
    assert account.remove("+17806999999").status == 200
    assert account.ledger.balance == spent
    assert account.city("CA", "Edmonton, AB")["count"] == 52
    assert "17806999999" not in [row["number"] for row in account.get("/v2/numbers")["dids"]]
    again = account.buy("17806999999")["purchases"][0]
    assert again["id"] == 728071
    assert account.ledger.balance == spent - 2
    account.check_books()


@pytest.mark.parametrize("way", ["query", "json", "form"])
def test_numbers_to_remove_may_come_in_query_or_body(account: Account, way: str) -> None:
    bought = account.buy("17806999999")["purchases"]
    path, body, content_type = {
        "query": ("/v2/buy/purchase?did_numbers=17806999999", None, None),
        "json": ("/v2/buy/purchase", b'{"did_numbers": ["17806999999"]}', "application/json"),
        "form": ("/v2/buy/purchase", b"did_numbers=17806999999", FORM),
    }[way]
    response = account.send("DELETE", path, body, content_type)
    assert (response.status, body_of(response)) == (200, {"dids": bought})


def test_mixed_removal_takes_the_owned_ones(account: Account) -> None:
    account.buy("17806999999", "17805550100")
    response = account.remove("15550000000", "17805550100", "17805550100", "17806999999")
    assert [row["number"] for row in body_of(response)["dids"]] == ["17805550100", "17806999999"]


def test_seeded_number_can_be_removed(account: Account) -> None:
    assert account.remove("441172999999").status == 200
    assert [row["number"] for row in account.get("/v1/purchases")["purchases"]] == ["18565999999"]


@pytest.mark.parametrize("number", ["15550000000", "x", "17806999999"])
def test_removal_is_not_found_when_the_number_is_not_owned(account: Account, number: str) -> None:
    before = account.state()
    response = account.remove(number)
    assert (response.status, body_of(response)) == (404, {"error": "Not found"})
    assert account.state() == before


# --- inventory -----------------------------------------------------------------------------------


def test_inventory_is_newest_first_in_both_versions(account: Account) -> None:
    account.buy("17806999999", "17805550100")
    account.world.advance(to=NOON.replace(day=2))
    account.buy("27120190767")
    numbers = ["27120190767", "17805550100", "17806999999", "441172999999", "18565999999"]
    assert [row["number"] for row in account.get("/v1/purchases")["purchases"]] == numbers
    assert [row["number"] for row in account.get("/v2/numbers")["dids"]] == numbers
    page = account.get("/v1/purchases", page="2", per_page="2")
    assert [row["number"] for row in page["purchases"]] == numbers[2:4]
    assert page["pagination"] == {"pages": 3, "page": 2, "per_page": 2, "total_records": 5, "total_pages": 3}
    assert [row["number"] for row in account.get("/v2/numbers", page="3", per_page="2")["dids"]] == numbers[
        4:
    ]
    account.ledger.set_balance(Decimal(1000))
    shop = account.get("/v2/numbers/search", country_name_contains="Canada", per_page="101")["dids"]["dids"]
    account.buy(*(row["number"] for row in shop))
    owned = len(account.get("/v1/purchases", per_page="1000")["purchases"])
    assert len(account.get("/v2/numbers")["dids"]) == owned > 100, "whole unless a page is asked for"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/v1/purchases.csv", "*/*"),
        ("/v1/purchases", "text/csv"),
        ("/v1/purchases", "text/csv;q=1, application/json;q=0.5"),
    ],
)
def test_purchases_come_as_csv_when_asked_for(account: Account, path: str, accept: str) -> None:
    response = account.send("GET", path, headers={**BEARER, "accept": accept})
    assert response.headers[0] == ("Content-Type", "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(response.body.decode())))
    records: list[dict[str, Any]] = account.get("/v1/purchases")["purchases"]
    assert [list(row) for row in rows] == [list(row) for row in records]
    assert rows[0]["number"] == "441172999999"
    assert (rows[0]["sms_enabled"], rows[0]["monthly_fee"]) == ("false", "0.99")


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "", "text/html", "application/json, text/csv;q=0.9", ";;q=,"]
)
def test_purchases_come_as_json_otherwise(account: Account, accept: str) -> None:
    response = account.send("GET", "/v1/purchases", headers={**BEARER, "accept": accept})
    assert response.headers[0] == ("Content-Type", JSON)
