"""The recorded examples, as they stand: same path, same body, same answer where the seed holds the record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didlogic.account import BOUNDARY, FORM, Account, example, form, multipart
from tests.support import body_of


def test_balance_is_the_recorded_one(account: Account) -> None:
    assert account.send("GET", "/v1/balance").body == b'{"balance":35.22}'
    assert account.get("/v1/balance") == example("get_balance.response.200.json")


def test_countries_hold_the_recorded_one(account: Account) -> None:
    recorded = example("list_countries.response.200.json")
    answer = account.get("/v2/buy/countries")
    assert list(answer) == ["countries"]
    assert recorded["countries"][0] in answer["countries"]
    assert [list(row) for row in answer["countries"]] == [
        ["id", "name", "short_name", "has_provinces_or_states"]
    ] * len(answer["countries"])


def test_regions_hold_the_recorded_one(account: Account) -> None:
    answer = account.get(f"/v2/buy/countries/{account.country('CA')}/regions")
    assert answer["regions"][0] == example("list_regions.response.200.json")["regions"][0]
    assert list(answer["regions"][0]) == ["id", "name", "short_name"]


def test_cities_hold_the_recorded_one(account: Account) -> None:
    recorded = example("list_cities.response.200.json")["cities"][0]
    country = account.country("CA")
    regions = account.get(f"/v2/buy/countries/{country}/regions")["regions"]
    ontario = next(row["id"] for row in regions if row["short_name"] == "ON")
    assert recorded in account.get(f"/v2/buy/countries/{country}/cities")["cities"]
    in_region = account.get(f"/v2/buy/countries/{country}/regions/{ontario}/cities")["cities"]
    assert recorded in in_region
    assert all(list(row) == list(recorded) for row in in_region)


def test_city_numbers_are_the_recorded_page(account: Account) -> None:
    recorded = example("list_city_dids.response.200.json")
    path = f"/v2/buy/countries/{account.country('CA')}/cities/{account.city('CA', 'Edmonton, AB')['id']}/dids"
    answer = account.get(path)
    assert answer["dids"]["pagination"] == recorded["dids"]["pagination"]
    assert answer["dids"]["dids"][0] == recorded["dids"]["dids"][0]
    assert _shape(answer["dids"]["dids"][0]) == _shape(recorded["dids"]["dids"][0])
    assert list(answer["dids"]) == list(recorded["dids"])


def test_search_takes_the_recorded_query(account: Account) -> None:
    query = example("search_numbers.request.json")
    recorded = example("search_numbers.response.200.json")["dids"]
    answer = account.get("/v2/numbers/search", **query)["dids"]
    assert _shape(answer["pagination"]) == _shape(recorded["pagination"])
    assert len(answer["dids"]) == int(query["per_page"])
    assert {row["country"] for row in answer["dids"]} == {query["country_name_contains"]}
    assert all(list(row) == list(recorded["dids"][0]) for row in answer["dids"])


def test_search_finds_the_recorded_number(account: Account) -> None:
    recorded = example("search_numbers.response.200.json")["dids"]["dids"][0]
    answer = account.get("/v2/numbers/search", number_contains=recorded["number"])["dids"]
    assert answer == {"pagination": {"total": 1, "total_pages": 1, "current_page": 1}, "dids": [recorded]}


def test_purchase_of_the_recorded_number_gives_the_recorded_answer(account: Account) -> None:
    fields = example("purchase_numbers.request.by_number.legacy.json")
    response = account.send("POST", "/v2/buy/purchase", form(fields), FORM)
    assert response.status == 200
    assert body_of(response) == example("purchase_numbers.response.200.json")
    assert _order(body_of(response)) == _order(example("purchase_numbers.response.200.json"))
    response = account.send("DELETE", "/v2/buy/purchase", form(example("remove_numbers.request.json")), FORM)
    assert response.status == 200
    assert body_of(response) == example("remove_numbers.response.200.json")
    assert _order(body_of(response)) == _order(example("remove_numbers.response.200.json"))


def test_purchase_by_id_with_identity_takes_the_recorded_body(account: Account) -> None:
    fields = example("purchase_numbers.request.by_id_with_identity.json")
    response = account.send("POST", "/v2/numbers/purchase", form(fields), FORM)
    assert body_of(response) == example("purchase_numbers.response.200.json")


def test_purchase_by_number_takes_the_recorded_multipart_body(account: Account) -> None:
    fields = example("purchase_numbers.request.by_number.json")
    response = account.send(
        "POST", "/v2/numbers/purchase", multipart(fields), f"multipart/form-data; boundary={BOUNDARY}"
    )
    purchase = body_of(response)["purchase"]
    assert purchase["errors"] == {}
    assert [row["number"] for row in purchase["purchases"]] == fields["did_numbers[]"]
    recorded = example("purchase_numbers.response.200.json")["purchase"]["purchases"][0]
    assert _shape(purchase["purchases"][0]) == _shape(recorded)


def test_purchases_begin_with_the_recorded_one(account: Account) -> None:
    recorded = example("list_purchases.response.200.json")
    answer = account.get("/v1/purchases")
    first = answer["purchases"][0]
    assert {name: first[name] for name in recorded["purchases"][0]} == recorded["purchases"][0]
    assert list(first)[: len(recorded["purchases"][0])] == list(recorded["purchases"][0])
    pagination = answer["pagination"]
    assert list(pagination)[:4] == list(recorded["pagination"])
    assert pagination == {"pages": 1, "page": 1, "per_page": 100, "total_records": 2, "total_pages": 1}


def test_transactions_of_january_are_the_recorded_csv(account: Account) -> None:
    response = account.send("GET", "/v1/transactions?type=month&start_date=2025-01-01&end_date=2025-01-31")
    recorded = example("list_transactions.response.200.csv.json")
    assert response.status == 200
    assert response.headers[:2] == [
        ("Content-Type", "text/csv; charset=utf-8"),
        ("Content-Disposition", "attachment; filename=transactions.csv"),
    ]
    assert response.body.decode().splitlines() == recorded["lines"]


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("suffix", ["", ".json", "/"])
def test_every_spelling_of_a_path_leads_to_the_same_answer(
    account: Account, prefix: str, suffix: str
) -> None:
    for path in ("/v1/balance", "/v1/purchases", "/v2/numbers/countries", "/v2/buy/countries"):
        plain = account.send("GET", path)
        other = account.send("GET", prefix + path + suffix)
        assert (other.status, other.body) == (200, plain.body)


def _shape(value: Any) -> Any:
    """Names in order with kinds of values; null goes with anything."""
    return [(name, type(item).__name__) for name, item in value.items() if item is not None]


def _order(value: Any) -> Any:
    """The names of all objects, in order."""
    if isinstance(value, dict):
        return [(name, _order(item)) for name, item in value.items()]
    return [_order(item) for item in value] if isinstance(value, list) else None
