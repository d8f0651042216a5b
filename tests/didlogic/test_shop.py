"""The shop: its tree, its filters, its counters."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.didlogic.account import Account, contract, restarted
from tests.support import Server, body_of

NOTHING = {"pagination": {"total": 0, "total_pages": 0, "current_page": 1}, "dids": []}


@pytest.fixture(scope="module")
def shop() -> Account:
    """An account that these tests only read from."""
    return Account(Server())


@pytest.fixture(scope="module")
def everything(shop: Account) -> list[dict[str, Any]]:
    """Every number of the shop, by walking the tree of countries and cities."""
    found = []
    for country in shop.get("/v2/numbers/countries")["countries"]:
        base = f"/v2/numbers/countries/{country['id']}"
        cities = shop.get(f"{base}/cities")["cities"]
        regions = shop.get(f"{base}/regions")["regions"]
        assert bool(regions) == country["has_provinces_or_states"]
        in_regions = [
            city["id"]
            for region in regions
            for city in shop.get(f"{base}/regions/{region['id']}/cities")["cities"]
        ]
        assert set(in_regions) <= {city["id"] for city in cities}
        assert len(in_regions) == len(set(in_regions)), "a city lies in one region"
        for city in cities:
            page = shop.get(f"{base}/cities/{city['id']}/dids", per_page="1000")["dids"]
            assert city["count"] == page["pagination"]["total"] == len(page["dids"])
            assert {row["city"] for row in page["dids"]} <= {city["name"]}
            found += page["dids"]
    return found


@pytest.fixture(scope="module")
def till() -> Server:
    """A server to buy from, reset before each purchase."""
    return Server()


def numbers(page: dict[str, Any]) -> list[str]:
    return [row["number"] for row in page["dids"]]


def test_seed_is_as_large_as_promised(shop: Account, everything: list[dict[str, Any]]) -> None:
    countries = shop.get("/v2/numbers/countries")["countries"]
    assert len(countries) >= 40
    assert len(everything) >= 8000
    assert (
        len({row["id"] for row in everything})
        == len({row["number"] for row in everything})
        == len(everything)
    )
    kinds = {tuple(kind["type"] for kind in row["required_documents"]) for row in everything}
    assert {(), (1,), (2,), (3,)} <= kinds
    assert {row["sms_enabled"] for row in everything} == {True, False}


def test_numbers_of_the_shop_are_valid(everything: list[dict[str, Any]]) -> None:
    import phonenumbers

    first_of_city = {row["city"] + row["country"]: row["number"] for row in everything}
    for number in first_of_city.values():
        assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}")), number


def test_search_pages_through_everything_when_every_country_matches(
    shop: Account, everything: list[dict[str, Any]]
) -> None:
    wanted = sorted(
        (row for row in everything if "an" in row["country"].lower()), key=lambda row: int(row["number"])
    )
    found: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = shop.get("/v2/numbers/search", country_name_contains="AN", page=str(page), per_page="1000")[
            "dids"
        ]
        assert answer["pagination"] == {
            "total": len(wanted),
            "total_pages": -(-len(wanted) // 1000),
            "current_page": page,
        }
        if not answer["dids"]:
            break
        found += answer["dids"]
        page += 1
    assert found == wanted


digits = st.sampled_from(
    ["0", "1", "5", "44", "17", "555", "01", "1780555", "99", "6999999", "00", "+44", "1 780", "010"]
)
FILTERS = {
    "number_contains": digits,
    "begins_with": digits,
    "ends_width": digits,
    "ends_with": digits,
    "pattern": digits,
    "city_name_contains": st.sampled_from(["a", "AB", "lon", "Edmonton", "São", "é"]),
    "country_name_contains": st.sampled_from(["united", "Canada", "AN", "ü", "CA"]),
    "sms_enabled": st.sampled_from(["1", "0", "true", "false"]),
    "cheap_sorting": st.sampled_from(["1", "true", "0"]),
}


@settings(max_examples=40, deadline=None)
@given(query=st.fixed_dictionaries({}, optional=FILTERS))
def test_search_finds_what_a_plain_look_through_the_shop_finds(
    shop: Account, everything: list[dict[str, Any]], query: dict[str, str]
) -> None:
    wanted = _plainly(everything, query)
    answer = shop.get("/v2/numbers/search", per_page="1000", **query)["dids"]
    assert answer["pagination"]["total"] == len(wanted)
    assert answer["dids"] == wanted[:1000]


def _plainly(rows: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    def part(name: str) -> str:
        return query.get(name, "").replace("+", "").replace(" ", "")

    tests = []
    if "number_contains" in query:
        tests.append(lambda row: part("number_contains") in row["number"])
    if "pattern" in query:
        tests.append(lambda row: part("pattern") in row["number"])
    if "begins_with" in query:
        tests.append(lambda row: row["number"].startswith(part("begins_with")))
    if "ends_width" in query or "ends_with" in query:
        end = part("ends_width") or part("ends_with")
        tests.append(lambda row: row["number"].endswith(end))
    if "city_name_contains" in query:
        tests.append(lambda row: query["city_name_contains"].lower() in row["city"].lower())
    if "country_name_contains" in query:
        tests.append(lambda row: query["country_name_contains"].lower() in row["country"].lower())
    if query.get("sms_enabled") in ("1", "true"):
        tests.append(operator.itemgetter("sms_enabled"))
    if not tests:
        return []
    found = sorted(
        (row for row in rows if all(test(row) for test in tests)), key=lambda row: int(row["number"])
    )
    if query.get("cheap_sorting") in ("1", "true"):
        found.sort(key=lambda row: round(row["activation"] + row["monthly"], 4))
    return found


@settings(max_examples=30, deadline=None)
@given(sold=st.sets(st.integers(0, 51)), size=st.integers(1, 60))
def test_pages_skip_what_is_sold(till: Server, sold: set[int], size: int) -> None:
    account = restarted(till)
    account.ledger.set_balance(account.ledger.balance + 1000)
    edmonton = [row["number"] for row in account.on_sale("CA", "Edmonton, AB")]
    if sold:
        account.buy(*(edmonton[place] for place in sorted(sold)))
    left = sorted((number for place, number in enumerate(edmonton) if place not in sold), key=int)
    found: list[str] = []
    for page in range(1, -(-len(left) // size) + 2):
        answer = account.get(
            "/v2/numbers/search", city_name_contains="edmonton", page=str(page), per_page=str(size)
        )["dids"]
        assert answer["pagination"]["total"] == len(left)
        found += numbers(answer)
    assert found == left
    assert account.city("CA", "Edmonton, AB")["count"] == len(left)


def test_number_type_narrows_when_it_is_given(shop: Account) -> None:
    for spelling in ("tollfree", "Toll-free", "toll_free"):
        found = shop.get("/v2/numbers/search", number_type=spelling)["dids"]
        assert found["pagination"]["total"] > 0
        assert {row["city"] for row in found["dids"]} == {"Toll Free"}
    assert shop.get("/v2/numbers/search", number_type="imaginary")["dids"] == NOTHING


@pytest.mark.parametrize(
    "name", ["country", "country_id", "country_iso", "prefix", "city_id", "region_id", "features"]
)
def test_search_is_empty_when_it_knows_no_filter(shop: Account, name: str) -> None:
    response = shop.send("GET", f"/v2/numbers/search?{name}=1&page=1&cheap_sorting=true")
    assert (response.status, body_of(response)) == (200, {"dids": NOTHING})
    assert list(response.ignored) == [name]


def test_search_ignores_an_unknown_filter_beside_a_known_one(shop: Account) -> None:
    known = shop.get("/v2/numbers/search", city_name_contains="Edmonton")
    assert shop.get("/v2/numbers/search", city_name_contains="Edmonton", country_iso="DE") == known
    assert known["dids"]["pagination"]["total"] == 52


@pytest.mark.parametrize("value", ["", " ", "%20"])
def test_search_is_empty_when_its_filter_is_blank(shop: Account, value: str) -> None:
    answer = body_of(shop.send("GET", f"/v2/numbers/search?number_contains={value}"))
    assert answer == {"dids": NOTHING}


@pytest.mark.parametrize(
    "path", ["countries", "countries/{US}/cities", "countries/{US}/regions", "countries/{CA}/cities"]
)
def test_sms_enabled_narrows_each_level(shop: Account, path: str) -> None:
    some_have_none = path in ("countries", "countries/{CA}/cities")
    path = path.replace("{US}", str(shop.country("US"))).replace("{CA}", str(shop.country("CA")))
    ((key, plain),) = shop.get(f"/v2/numbers/{path}").items()
    for word in ("1", "true"):
        ((_, narrowed),) = shop.get(f"/v2/numbers/{path}", sms_enabled=word).items()
        assert all(row in plain for row in narrowed)
    for word in ("0", "false", ""):
        assert shop.get(f"/v2/numbers/{path}", sms_enabled=word) == {key: plain}
    if some_have_none:
        assert 0 < len(narrowed) < len(plain)


def test_sms_enabled_narrows_the_cities_of_a_region(shop: Account) -> None:
    path = f"/v2/numbers/countries/{shop.country('CA')}/regions/1/cities"
    plain, narrowed = (shop.get(path, sms_enabled=word)["cities"] for word in ("0", "1"))
    assert "Edmonton, AB" in [row["name"] for row in plain]
    assert "Edmonton, AB" not in [row["name"] for row in narrowed]
    assert all(row in plain for row in narrowed)


def test_city_shows_nothing_when_sms_is_asked_for_and_it_has_none(shop: Account) -> None:
    path = f"/v2/buy/countries/{shop.country('CA')}/cities/{shop.city('CA', 'Edmonton, AB')['id']}/dids"
    assert shop.get(path, sms_enabled="1")["dids"] == NOTHING


def test_city_that_is_sold_out_stays_listed(shop: Account) -> None:
    assert shop.city("CA", "Whitehorse, YT")["count"] == 0
    assert shop.on_sale("CA", "Whitehorse, YT") == []


def test_locations_are_cities_by_area_code(shop: Account) -> None:
    path = f"/v2/numbers/countries/{shop.country('CA')}/locations"
    found = shop.get(path, prefix="613")["locations"]
    assert found == [contract("examples/list_cities.response.200.json")["cities"][0]]
    assert shop.get(path)["locations"] == shop.get(path.replace("locations", "cities"))["cities"]
    assert shop.get(path, prefix="13")["locations"] == []  # not anywhere in it


@pytest.mark.parametrize("family", ["numbers", "buy"])
@pytest.mark.parametrize(
    "path",
    [
        "countries/1/cities",
        "countries/0/regions",
        "countries/-1/regions",
        "countries/x/regions",
        "countries/99999999999999999999999/cities",
        "countries/{CA}/cities/1/dids",
        "countries/{US}/cities/118557/dids",
        "countries/{US}/regions/1/cities",
        "countries/{CA}/regions/x/cities",
        "countries/1/cities/118557/dids",
    ],
)
def test_unknown_place_is_not_found(shop: Account, family: str, path: str) -> None:
    for iso in ("CA", "US"):
        path = path.replace(f"{{{iso}}}", str(shop.country(iso)))
    response = shop.send("GET", f"/v2/{family}/{path}")
    assert (response.status, body_of(response)) == (404, {"error": "Not found"})


@pytest.mark.parametrize(
    ("query", "page", "size"),
    [
        ("", 1, 100),
        ("page=0", 1, 100),
        ("page=-1", 1, 100),
        ("page=x", 1, 100),
        ("page=1.5", 1, 100),
        ("page=", 1, 100),
        ("page=99999999999999999999999999", 1, 100),
        ("per_page=0", 1, 100),
        ("per_page=-1", 1, 100),
        ("per_page=x", 1, 100),
        ("per_page=7&page=2", 2, 7),
        ("per_page=5000", 1, 1000),
        ("page=1000000", 1000000, 100),
        ("page[]=2", 1, 100),
    ],
)
def test_paging_is_lenient(shop: Account, query: str, page: int, size: int) -> None:
    full = [
        row["number"]
        for row in shop.get("/v2/numbers/search", country_name_contains="United", per_page="1000")["dids"][
            "dids"
        ]
    ]
    answer = body_of(shop.send("GET", f"/v2/numbers/search?country_name_contains=United&{query}"))["dids"]
    total = answer["pagination"]["total"]
    assert answer["pagination"] == {
        "total": total,
        "total_pages": -(-total // size),
        "current_page": page,
    }
    assert numbers(answer) == full[(page - 1) * size : page * size]
    owned = body_of(shop.send("GET", f"/v1/purchases?{query}"))["pagination"]
    assert owned == {"pages": 1, "page": page, "per_page": size, "total_records": 2, "total_pages": 1}


@pytest.mark.parametrize("name", ["sms_enabled", "cheap_sorting"])
@pytest.mark.parametrize("value", ["maybe", "2", "[]=1"])
def test_search_refuses_what_is_no_boolean(shop: Account, name: str, value: str) -> None:
    given_value = f"{name}{value}" if value.startswith("[") else f"{name}={value}"
    response = shop.send("GET", f"/v2/numbers/search?begins_with=1&{given_value}")
    assert (response.status, body_of(response)) == (422, {"errors": {name: ["is invalid"]}})


@pytest.mark.parametrize("value", ["abc", "12a", "1" * 16, "١٢"])
def test_search_finds_nothing_for_what_no_number_holds(shop: Account, value: str) -> None:
    for name in ("number_contains", "begins_with", "ends_width", "pattern"):
        assert shop.get("/v2/numbers/search", **{name: value})["dids"] == NOTHING


@pytest.mark.parametrize(
    "query",
    [
        {"begins_with": "1780", "number_contains": "5550", "ends_width": "5", "city_name_contains": "AB"},
        {"number_contains": "012", "pattern": "120"},
        {"number_contains": "13", "ends_with": "3"},
        {"number_contains": "5550117"},
        {"number_contains": "0"},
        {"pattern": "9"},
        {"begins_with": "1780555010", "number_contains": "03"},
        {"begins_with": "17805550090", "number_contains": "12"},  # just below a range
        {"begins_with": "17805550199", "number_contains": "12"},  # just above it
        {"begins_with": "17805550109", "ends_with": "9"},
        {"begins_with": "178055501000", "ends_with": "9"},
        {"ends_width": "17806999999"},
        {"ends_width": "017806999999"},
        {"begins_with": "017"},
        {"sms_enabled": "1", "cheap_sorting": "1"},
    ],
)
def test_number_filters_agree_with_a_plain_look(
    shop: Account, everything: list[dict[str, Any]], query: dict[str, str]
) -> None:
    wanted = _plainly(everything, query)
    found = shop.get("/v2/numbers/search", per_page="1000", **query)["dids"]
    assert found["pagination"]["total"] == len(wanted)
    assert found["dids"] == wanted[:1000]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number_contains", "5550117"),
        ("begins_with", "1780"),
        ("ends_width", "6999999"),
        ("ends_with", "6999999"),
        ("pattern", "5550117"),
        ("city_name_contains", "edmonton"),
        ("country_name_contains", "canad"),
        ("sms_enabled", "1"),
    ],
)
def test_each_filter_narrows_alone(
    shop: Account, everything: list[dict[str, Any]], name: str, value: str
) -> None:
    wanted = _plainly(everything, {name: value})
    assert 0 < len(wanted) < len(everything)
    found = shop.get("/v2/numbers/search", per_page="1000", **{name: value})["dids"]
    assert found["pagination"]["total"] == len(wanted)
    assert found["dids"] == wanted[:1000]


def test_cheapest_come_first_when_asked_for(shop: Account) -> None:
    query = {"country_name_contains": "Germany", "per_page": "1000"}
    plain, cheap, dear = (
        shop.get("/v2/numbers/search", **query, **more)["dids"]["dids"]
        for more in ({}, {"cheap_sorting": "true"}, {"cheap_sorting": "0"})
    )
    prices = [round(row["activation"] + row["monthly"], 4) for row in cheap]
    assert prices == sorted(prices)
    assert plain == dear == sorted(plain, key=lambda row: int(row["number"]))
    assert cheap != plain
    assert sorted(row["number"] for row in cheap) == sorted(row["number"] for row in plain)


def test_searches_are_forgotten_when_there_are_too_many(shop: Account) -> None:
    first = shop.get("/v2/numbers/search", ends_with="0")
    for number in range(300):
        shop.get("/v2/numbers/search", begins_with="1", ends_with=f"{number:03d}", per_page="1")
    assert shop.get("/v2/numbers/search", ends_with="0") == first
