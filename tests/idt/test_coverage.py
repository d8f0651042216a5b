"""Countries, regions, DID groups and numbers on sale: what is listed, and the order of checks."""

from __future__ import annotations

import pytest

from tests.idt.support import BY_SKU, NO_BROWSE, PLENTY, Idt, error, errors_of, schema_errors

GROUPS = "/coverage/did_groups"


def test_regions_are_there_for_the_usa_and_canada_only(idt: Idt) -> None:
    countries = idt.get("/coverage/countries")["countries"]
    assert [country["iso"] for country in countries if country["has_regions"]] == ["CA", "US"]
    assert len(countries) >= 27
    assert idt.get("/coverage/countries/US/regions")["meta"] == {"total": 51}
    assert idt.get("/coverage/countries/PL/regions") == {"regions": [], "meta": {"total": 0}}


def test_iso_and_region_codes_are_read_without_regard_to_case(idt: Idt) -> None:
    assert idt.get("/coverage/countries/ca/regions") == idt.get("/coverage/countries/CA/regions")
    assert idt.get(f"{GROUPS}?country_iso=us&region_code=us-ak") == idt.get(
        f"{GROUPS}?country_iso=US&region_code=US-AK"
    )


def test_every_region_has_did_groups(idt: Idt) -> None:
    for iso in ("US", "CA"):
        for region in idt.get(f"/coverage/countries/{iso}/regions")["regions"]:
            groups = idt.get(f"{GROUPS}?country_iso={iso}&region_code={region['code']}")["did_groups"]
            assert groups
            assert {group["region"]["code"] for group in groups} == {region["code"]}


def test_every_did_group_is_as_its_schema_says(idt: Idt) -> None:
    count = 0
    for country in idt.get("/coverage/countries")["countries"]:
        if not country["has_regions"]:
            body = idt.get(f"{GROUPS}?country_iso={country['iso']}")
            assert schema_errors("did_groups_response", body) == []
            assert body["did_groups"]
            assert [group["name"] for group in body["did_groups"]] == sorted(
                group["name"] for group in body["did_groups"]
            )
            count += body["meta"]["total"]
    assert count >= 200


def test_toll_free_groups_are_apart_from_geographic_ones(idt: Idt) -> None:
    (toll_free,) = idt.get(f"{GROUPS}?country_iso=US&toll_free=true")["did_groups"]
    assert (toll_free["toll_free"], toll_free["area_code"], toll_free["nxx"]) == (True, "800", None)
    assert "region" not in toll_free
    geographic = idt.get(f"{GROUPS}?country_iso=GB&toll_free=false")
    assert geographic == idt.get(f"{GROUPS}?country_iso=GB")
    assert {group["toll_free"] for group in geographic["did_groups"]} == {False}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [error(1001, "Country iso is required", "country_iso")]),
        ("country_iso=", [error(1001, "Country iso is required", "country_iso")]),
        ("country_iso=XX&region_code=US-AK", [error(4003, "Country is not offered", "country_iso")]),
        ("country_iso=XX&toll_free=true", [error(4003, "Country is not offered", "country_iso")]),
        (
            "country_iso=PL&toll_free=true&region_code=US-AK",
            [error(1002, "Region code must be left out for toll-free numbers", "region_code")],
        ),
        (
            "country_iso=PL&toll_free=true",
            [error(4000, "Toll-free numbers are not offered in this country", "toll_free")],
        ),
        ("country_iso=US", [error(1001, "Region code is required", "region_code")]),
        ("country_iso=CA&toll_free=false", [error(1001, "Region code is required", "region_code")]),
        ("country_iso=US&region_code=CA-AB", [error(4002, "Region is not offered", "region_code")]),
        ("country_iso=CA&region_code=CA-PE", [error(4002, "Region is not offered", "region_code")]),
        ("country_iso=PL&region_code=PL-14", [error(4002, "Region is not offered", "region_code")]),
        ("country_iso=US&toll_free=1", [error(1002, "Toll free must be true or false", "toll_free")]),
        (
            "toll_free=x",
            [
                error(1001, "Country iso is required", "country_iso"),
                error(1002, "Toll free must be true or false", "toll_free"),
            ],
        ),
    ],
)
def test_did_groups_refuse_in_the_documented_order(idt: Idt, query: str, expected: list) -> None:
    response = idt.call("GET", f"{GROUPS}?{query}")
    assert (response.status, errors_of(response)) == (422, expected)


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/coverage/countries/XX/regions", 404, error(4003, "Country is not offered", "country_iso")),
        (f"{GROUPS}/1/browse_numbers", 404, error(1003, "DID Group not found", "did_group_id")),
        (f"{GROUPS}/x/browse_numbers", 404, error(1003, "DID Group not found", "did_group_id")),
        (f"{GROUPS}/-1/browse_numbers", 404, error(1003, "DID Group not found", "did_group_id")),
        (f"{GROUPS}/²/browse_numbers", 404, error(1003, "DID Group not found", "did_group_id")),
        (
            f"{GROUPS}/{NO_BROWSE}/browse_numbers",
            422,
            error(1002, "Did group id does not support browsing", "did_group_id"),
        ),
    ],
)
def test_paths_that_name_nothing_are_refused(idt: Idt, path: str, status: int, expected: dict) -> None:
    response = idt.call("GET", path)
    assert (response.status, errors_of(response)) == (status, [expected])


def test_quantity_and_browse_follow_the_stock(idt: Idt) -> None:
    def quantity() -> int:
        groups = idt.get(f"{GROUPS}?country_iso=BR")["did_groups"]
        return next(group["quantity"] for group in groups if group["id"] == PLENTY)

    before = quantity()
    idt.order(PLENTY, 3)
    assert quantity() == before  # stock goes down when numbers are assigned
    idt.pass_time(2)
    assert quantity() == before - 3
    numbers = idt.get(f"{GROUPS}/{PLENTY}/browse_numbers")["numbers"]
    assert len(numbers) == before - 3
    assert len({entry["sku"] for entry in numbers}) == before - 3


def test_browse_shows_a_hundred_at_most(idt: Idt) -> None:
    groups = idt.get(f"{GROUPS}?country_iso=FR")["did_groups"]
    group = max(groups, key=lambda group: group["quantity"])
    body = idt.get(f"{GROUPS}/{group['id']}/browse_numbers")
    assert group["quantity"] > 100
    assert len(body["numbers"]) == 100
    assert schema_errors("browse_numbers_response", body) == []


def test_coverage_is_refused_when_the_account_may_not_buy(idt: Idt) -> None:
    idt.world.options["idt"]["dids_enabled"] = False
    expected = [error(3000, "DIDs feature is not enabled for this account")]
    for path in (
        "/coverage/countries",
        "/coverage/countries/US/regions",
        f"{GROUPS}?country_iso=PL",
        f"{GROUPS}/{BY_SKU}/browse_numbers",
    ):
        response = idt.call("GET", path)
        assert (response.status, errors_of(response)) == (403, expected)
    assert idt.get("/numbers")["meta"]["total"] == 7
