"""The catalogue as coverage needs it: found by place, encoded once. Rows never change, nor do their bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.core.tables import Key
from mockserver.core.world import World
from mockserver.providers.idt import wire
from mockserver.providers.idt.rows import Country, DidGroup, Region

_MOST_BROWSED = 100
Place = tuple[str, str | None, bool]  # country, region (None: any), toll-free


class Catalogue:
    """Countries, regions and DID groups of one seed; made once, read by all of its sandboxes."""

    def __init__(
        self,
        countries: Mapping[Key, Country],
        regions: Mapping[Key, Region],
        groups: Mapping[Key, DidGroup],
    ) -> None:
        self.countries, self.regions, self.groups = countries, regions, groups
        by_name = sorted(countries.values(), key=lambda country: country.name)
        self.countries_answer = orjson.dumps(
            {
                "countries": [wire.country_in_coverage(country) for country in by_name],
                "meta": {"total": len(by_name)},
            }
        )
        found: dict[str, list[Region]] = defaultdict(list)
        for region in sorted(regions.values(), key=lambda region: region.name):
            found[region.country_iso].append(region)
        self._regions_answers = {
            iso: orjson.dumps(
                {
                    "regions": [wire.region(region) for region in found.get(iso, [])],
                    "meta": {"total": len(found.get(iso, []))},
                }
            )
            for iso in (country.iso for country in by_name)
        }
        places: dict[Place, list[DidGroup]] = defaultdict(list)
        for group in sorted(groups.values(), key=lambda group: (group.name, group.id)):
            places[(group.country_iso, None, group.toll_free)].append(group)
            if group.region_code is not None:
                places[(group.country_iso, group.region_code, group.toll_free)].append(group)
        self._places = dict(places)
        self._encoded: dict[int, tuple[bytes, bytes]] = {}
        # Answers of Browse by group and length, each with the set of sold numbers it was made for: sets are
        # never changed in place, so the same set means the same answer, in whatever sandbox.
        self.browsed: dict[tuple[int, int], tuple[frozenset[int] | None, bytes]] = {}

    def regions_answer(self, iso: str) -> bytes:
        """The whole answer of Get Regions for a country that is offered."""
        return self._regions_answers[iso]

    def groups_of(self, country_iso: str, region_code: str | None, toll_free: bool) -> list[DidGroup]:
        """The groups of a place, by name."""
        return self._places.get((country_iso, region_code, toll_free), [])

    def region_of(self, group: DidGroup) -> Region | None:
        return None if group.region_code is None else self.regions[group.region_code]

    def encoded_group(self, group: DidGroup) -> tuple[bytes, bytes]:
        """The group as coverage shows it, cut where the quantity stands."""
        pair = self._encoded.get(group.id)
        if pair is None:
            country, region = self.countries[group.country_iso], self.region_of(group)
            before, _, after = orjson.dumps(wire.group_in_coverage(group, country, region, 0)).partition(
                b'"quantity":0'
            )
            pair = self._encoded[group.id] = (before + b'"quantity":', after)
        return pair

    def remember_browsed(
        self, group_and_rows: tuple[int, int], sold: frozenset[int] | None, answer: bytes
    ) -> None:
        """Keep an answer of Browse, those of a hundred groups at most."""
        if len(self.browsed) >= _MOST_BROWSED:
            self.browsed.clear()
        self.browsed[group_and_rows] = (sold, answer)

    def order_group(self, group: DidGroup, fees: dict[str, str]) -> dict[str, Any]:
        """The group as orders show it, with the fees of the time of ordering."""
        return wire.group_in_order(group, self.countries[group.country_iso], self.region_of(group), fees)

    def number_group(self, group: DidGroup) -> dict[str, Any]:
        """The group as Get Numbers shows it."""
        return wire.group_in_number(group, self.countries[group.country_iso], self.region_of(group))


class Catalogues:
    """Finds the catalogue of a sandbox: the seed's own for all that have not changed it."""

    def __init__(self) -> None:
        self._latest: Catalogue | None = None

    def of(self, world: World) -> Catalogue:
        countries = world.table(Country).rows
        regions = world.table(Region).rows
        groups = world.table(DidGroup).rows
        latest = self._latest
        if (
            latest is None
            or latest.countries is not countries
            or latest.regions is not regions
            or latest.groups is not groups
        ):
            latest = self._latest = Catalogue(countries, regions, groups)
        return latest
