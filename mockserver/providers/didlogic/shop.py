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
from mockserver.providers.didlogic.wire import joined, json_bytes, json_encoded

# Pages kept per selection; a page of 100 is 32 KB.
_MOST_PAGES = 4
_LARGEST_PAGE = 40_000
_LONGEST_NUMBER = 15  # E.164
_SEPARATORS = str.maketrans("", "", " -_")


def list_countries(call: Call) -> Response:
    """GET /v2/numbers/countries."""
    sms_only = boolean(call.params, "sms_enabled") is True
    countries = call.catalogue.sms_countries if sms_only else call.catalogue.countries.values()
    return joined(b'{"countries":[', map(_country, countries), b"]}")


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
    response = _cities(call, (city for city in cities if city.area_code.startswith(prefix)), b"locations")
    response.evidence = said.assumed("G25")
    return response


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
    params = call.params
    begins = digits(text(params, "begins_with"))
    ends = digits(text(params, "ends_width") or text(params, "ends_with"))
    contains = {digits(text(params, "number_contains")), digits(text(params, "pattern"))} - {""}
    for value in (begins, ends, *contains):
        if value and not (value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER):
            return None
    wanted = Filter(
        text(params, "country_name_contains").casefold(),
        text(params, "city_name_contains").casefold(),
        text(params, "number_type").casefold().translate(_SEPARATORS),
        boolean(params, "sms_enabled") is True,
        begins,
        ends,
        tuple(sorted(contains)),
    )
    cheapest_first = boolean(call.params, "cheap_sorting") is True
    return None if wanted == Filter() else wanted._replace(cheapest_first=cheapest_first)


def _numbers(call: Call, selection: Selection) -> Response:
    stock = call.world.stock("didlogic")
    wanted = page, size = paging(call.params)
    shared = selection.untouched(stock)
    known = selection.pages.get(wanted) if shared else None
    if known is not None:
        return json_encoded(known)
    total, encoded = selection.page(stock, page, size)
    before = b'{"dids":{"pagination":{"total":%d,"total_pages":%d,"current_page":%d},"dids":['
    response = joined(before % (total, pages(total, size), page), encoded, b"]}}")
    if shared and len(selection.pages) < _MOST_PAGES and len(response.body) <= _LARGEST_PAGE:
        selection.pages[wanted] = response.body
    return response


def _cities(call: Call, cities: Iterable[City], key: bytes) -> Response:
    stock = call.world.stock("didlogic")
    gone = stock.gone()
    sms_only = boolean(call.params, "sms_enabled") is True
    return joined(
        b'{"%s":[' % key,
        [
            _city(city, stock.available(city.shelf)) if city.shelf in gone else _full_city(city)
            for city in cities
            if not sms_only or city.sms_enabled
        ],
        b"]}",
    )


def _full_city(city: City) -> bytes:
    """A city of which nothing is sold, as it is in most sandboxes."""
    known = city.wire.get("full")
    return known if known is not None else city.remember("full", _city(city, city.size))


def _city(city: City, count: int) -> bytes:
    return json_bytes({"id": city.id, "name": city.name, "area_code": city.area_code, "count": count})


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
