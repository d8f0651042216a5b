"""What can be bought: countries, regions, DID groups, single numbers (reference: behaviour.md §4)."""

from __future__ import annotations

from itertools import islice

import orjson

from mockserver.providers.idt import errors
from mockserver.providers.idt.errors import Problem
from mockserver.providers.idt.formats import number_text, sku_of
from mockserver.providers.idt.reading import Call, path_id
from mockserver.providers.idt.rows import Country

_TRUTH = {"true": True, "false": False}


def get_countries(call: Call) -> bytes:
    """All countries, by name."""
    _require_feature(call)
    return call.catalogue.countries_answer


def get_regions(call: Call) -> bytes:
    """The regions of a country that is offered; none for most. 4003 for another country."""
    _require_feature(call)
    country = _country(call, call.values[0], in_path=True)
    if not country.has_regions:
        call.assumed = "no_regions"
    return call.catalogue.regions_answer(country.iso)


def get_did_groups(call: Call) -> bytes:
    """The groups of a country or region, geographic or toll-free, with their stock."""
    _require_feature(call)
    country, region_code, toll_free = _place(call)
    stock = call.world.stock("idt")
    # The USA knows no backorder: what is sold out there is not listed.
    all_listed = country.iso != "US" or call.world.options["idt"]["list_sold_out"]
    shown: list[bytes] = []
    for group in call.catalogue.groups_of(country.iso, region_code, toll_free):
        quantity = stock.available(group.shelf)
        if quantity or all_listed:
            before, after = call.catalogue.encoded_group(group)
            shown.append(b"%b%d%b" % (before, quantity, after))
    return b'{"did_groups":[%b],"meta":{"total":%d}}' % (b",".join(shown), len(shown))


def _place(call: Call) -> tuple[Country, str | None, bool]:
    """Country, region and toll-free as asked for, checked in the order of behaviour.md §4."""
    iso, region_code = call.parameter("country_iso"), call.parameter("region_code")
    wish = call.parameter("toll_free")
    problems: list[Problem] = []
    if not iso:
        problems.append(errors.required("country_iso"))
    if wish is not None and wish.lower() not in _TRUTH:
        problems.append(errors.invalid("toll_free", "must be true or false"))
    if problems:
        raise errors.refused(problems)
    toll_free = wish is not None and _TRUTH[wish.lower()]
    country = _country(call, iso or "", in_path=False)
    if toll_free:
        if region_code:
            complaint = "must be left out for toll-free numbers"
            claim = "refusal.get_did_groups.region_with_toll_free.shape"
            raise errors.refused([errors.invalid("region_code", complaint, assumed=claim)])
        if not country.supports_toll_free:
            raise errors.toll_free_not_offered()
        return country, None, True
    if not region_code:
        if country.has_regions:
            raise errors.refused([errors.required("region_code")])
        return country, None, False
    region = call.catalogue.regions.get(_code(region_code))
    if region is None or region.country_iso != country.iso:
        raise errors.region_not_offered()
    return country, region.code, False


def browse_numbers(call: Call) -> bytes:
    """The first numbers of a group on sale with their SKUs; for groups that support it."""
    _require_feature(call)
    group_id = path_id(call.values[0])
    group = None if group_id is None else call.catalogue.groups.get(group_id)
    if group is None:
        raise errors.not_found("DID Group", "did_group_id", assumed="reading.path")
    if not group.supports_browse:
        claim = "refusal.browse_available_numbers.browse_unsupported.shape"
        raise errors.refused([errors.invalid("did_group_id", "does not support browsing", assumed=claim)])
    stock, rows = call.world.stock("idt"), call.world.options["idt"]["browse_rows"]
    sold = stock.gone().get(group.shelf)
    known = call.catalogue.browsed.get((group.id, rows))
    if known is not None and known[0] is sold:
        return known[1]
    shown = [
        {"number": number_text(number, group.calling_code), "sku": sku_of(group, number)}
        for number in islice(stock.numbers(group.shelf), rows)
    ]
    body = orjson.dumps({"numbers": shown})
    call.catalogue.remember_browsed((group.id, rows), sold, body)
    return body


def _country(call: Call, iso: str, *, in_path: bool) -> Country:
    country = call.catalogue.countries.get(_code(iso))
    if country is None:
        raise errors.country_not_offered(in_path=in_path)
    return country


def _code(text: str) -> str:
    """An ISO or region code without regard to case; letters that only become ASCII in capitals are none."""
    return text.upper() if text.isascii() else text


def _require_feature(call: Call) -> None:
    if not call.world.options["idt"]["dids_enabled"]:
        raise errors.dids_not_enabled()
