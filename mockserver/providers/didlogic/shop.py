"""The number shop: countries, regions, cities, numbers, search (reference: behaviour 5)."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.core.messages import Response
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.catalogue import City, Country
from mockserver.providers.didlogic.errors import not_found
from mockserver.providers.didlogic.fields import boolean, digits, pages, paging, text, whole
from mockserver.providers.didlogic.search import Filter, by_city
from mockserver.providers.didlogic.selection import Selection
from mockserver.providers.didlogic.wire import joined, json_bytes

_LONGEST_NUMBER = 15  # E.164
_SEPARATORS = str.maketrans("", "", " -_")


def list_countries(call: Call) -> Response:
    """GET /v2/numbers/countries."""
    sms_only = boolean(call.params, "sms_enabled") is True
    cities_of = call.catalogue.cities_of
    return joined(
        b'{"countries":[',
        (
            _country(row)
            for row in call.catalogue.countries.values()
            if not sms_only or any(city.sms_enabled for city in cities_of[row.id])
        ),
        b"]}",
    )


def list_regions(call: Call) -> Response:
    """GET /v2/numbers/countries/{country_id}/regions; empty for a country without regions (G25)."""
    country = _find_country(call)
    sms_only = boolean(call.params, "sms_enabled") is True
    regions = call.catalogue.regions_of[country.id]
    if sms_only:
        covered = {city.region_id for city in call.catalogue.cities_of[country.id] if city.sms_enabled}
        regions = [region for region in regions if region.id in covered]
    return joined(
        b'{"regions":[',
        (
            json_bytes({"id": region.id, "name": region.name, "short_name": region.short_name})
            for region in regions
        ),
        b"]}",
    )


def list_cities(call: Call) -> Response:
    """GET /v2/numbers/countries/{country_id}/cities; `count` is what is on sale now."""
    country = _find_country(call)
    return _cities(call, call.catalogue.cities_of[country.id], b"cities")


def list_cities_in_region(call: Call) -> Response:
    """GET /v2/numbers/countries/{country_id}/regions/{region_id}/cities."""
    country = _find_country(call)
    region = call.catalogue.regions.get(whole(call.path[1]) or 0)
    if region is None or region.country_id != country.id:
        raise not_found()
    cities = call.catalogue.cities_of[country.id]
    return _cities(call, (city for city in cities if city.region_id == region.id), b"cities")


def list_locations(call: Call) -> Response:
    """GET /v2/numbers/countries/{country_id}/locations: cities whose area code starts with `prefix` (G25)."""
    country = _find_country(call)
    prefix = digits(text(call.params, "prefix"))
    cities = call.catalogue.cities_of[country.id]
    return _cities(call, (city for city in cities if city.area_code.startswith(prefix)), b"locations")


def list_city_dids(call: Call) -> Response:
    """GET /v2/numbers/countries/{country_id}/cities/{city_id}/dids."""
    country = _find_country(call)
    city = call.catalogue.cities.get(whole(call.path[1]) or 0)
    if city is None or city.country_id != country.id:
        raise not_found()
    if boolean(call.params, "sms_enabled") is True and not city.sms_enabled:
        return _numbers(call, Selection(()))
    return _numbers(call, by_city(call.catalogue, city))


def search_numbers(call: Call) -> Response:
    """GET /v2/numbers/search. Without any filter that didlogic knows the page is empty (G26)."""
    wanted = _filter(call)
    if wanted is None:
        response = _numbers(call, Selection(()))
        response.evidence = said.assumed("G26")
        return response
    return _numbers(call, call.search.find(wanted))


def _filter(call: Call) -> Filter | None:
    """The filter of a search; None when it has none, or one that no number can match."""
    given = {name: text(call.params, name) for name in said.SEARCH_FILTERS if name in call.params}
    ends = given.get("ends_width") or given.get("ends_with") or ""
    parts = (given.get("number_contains", ""), given.get("pattern", ""))
    begins, ends, *parts_digits = (digits(value) for value in (given.get("begins_with", ""), ends, *parts))
    for value in (begins, ends, *parts_digits):
        if value and not (value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER):
            return None
    wanted = Filter(
        country=given.get("country_name_contains", "").casefold(),
        city=given.get("city_name_contains", "").casefold(),
        kind=given.get("number_type", "").casefold().translate(_SEPARATORS),
        sms_enabled=boolean(call.params, "sms_enabled") is True,
        begins=begins,
        ends=ends,
        contains=tuple(sorted({part for part in parts_digits if part})),
    )
    cheapest_first = boolean(call.params, "cheap_sorting") is True
    return None if wanted == Filter() else wanted._replace(cheapest_first=cheapest_first)


def _numbers(call: Call, selection: Selection) -> Response:
    page, size = paging(call.params)
    total, encoded = selection.page(call.world.stock("didlogic"), page, size)
    before = b'{"dids":{"pagination":{"total":%d,"total_pages":%d,"current_page":%d},"dids":['
    return joined(before % (total, pages(total, size), page), encoded, b"]}}")


def _cities(call: Call, cities: Iterable[City], key: bytes) -> Response:
    stock = call.world.stock("didlogic")
    sms_only = boolean(call.params, "sms_enabled") is True
    return joined(
        b'{"%s":[' % key,
        (
            b"%s%d}" % (_city(city), stock.available(city.shelf))
            for city in cities
            if not sms_only or city.sms_enabled
        ),
        b"]}",
    )


def _city(city: City) -> bytes:
    """A city up to its count."""
    known = city.wire.get("shop")
    if known is not None:
        return known
    encoded = json_bytes({"id": city.id, "name": city.name, "area_code": city.area_code})
    return city.remember("shop", encoded[:-1] + b',"count":')


def _country(country: Country) -> bytes:
    known = country.wire.get("shop")
    if known is not None:
        return known
    return country.remember(
        "shop",
        json_bytes(
            {
                "id": country.id,
                "name": country.name,
                "short_name": country.short_name,
                "has_provinces_or_states": country.has_provinces_or_states,
            }
        ),
    )


def _find_country(call: Call) -> Country:
    country = call.catalogue.countries.get(whole(call.path[0]) or 0)
    if country is None:
        raise not_found()
    return country
