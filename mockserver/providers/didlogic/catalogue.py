"""What the shop holds: countries, regions, cities and the ranges of numbers in them. Read-only, shared.

All numbers of a city have the same price and features, so that a number costs nothing until it is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from mockserver.core.stock import Shelf, Shelves
from mockserver.core.tables import Row
from mockserver.providers.didlogic.assumptions import DOCUMENT_KINDS
from mockserver.providers.didlogic.wire import json_bytes


@dataclass(frozen=True, slots=True)
class Country(Row):
    """`short_name` is the ISO code. With `has_provinces_or_states` the cities are grouped in regions too."""

    table: ClassVar[str] = "didlogic.countries"

    id: int
    name: str
    short_name: str
    has_provinces_or_states: bool


@dataclass(frozen=True, slots=True)
class Region(Row):
    table: ClassVar[str] = "didlogic.regions"

    id: int
    country_id: int
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class City(Row):
    """A city with what all of its numbers share. Amounts are USD; `per_minute` is for incoming calls.

    kind      local, mobile, national or tollfree
    required  kinds of documents that a buyer must have (1 any ID, 2 proof of address, 3 of local address)
    ranges    (first number, how many, inventory id of the first) in the order they are listed
    """

    table: ClassVar[str] = "didlogic.cities"

    id: int
    country_id: int
    region_id: int | None
    name: str
    area_code: str
    kind: str
    sms_enabled: bool
    no_local_cli: bool
    channels: int
    free_minutes: int
    activation: Decimal
    monthly: Decimal
    per_minute: Decimal
    origination_per_min: Decimal | None
    required: tuple[int, ...]
    ranges: tuple[tuple[int, int, int], ...]
    shelf: str  # the key of its shelf in the stock

    @property
    def size(self) -> int:
        """How many numbers there are, sold or not."""
        return sum(count for _, count, _ in self.ranges)

    @property
    def price(self) -> Decimal:
        """What buying a number takes at once."""
        return self.activation + self.monthly


class Span:
    """One range of a city. Its numbers are encoded at the first look and kept: they never change.

    country_name, city_name    folded, to be searched in
    width                      how many digits its numbers have
    lead                       the digits that all of them begin with
    """

    __slots__ = (
        "_encoded",
        "city",
        "city_name",
        "count",
        "country",
        "country_name",
        "first",
        "first_id",
        "lead",
        "region",
        "width",
    )

    def __init__(
        self, city: City, country: Country, region: Region | None, first: int, count: int, first_id: int
    ) -> None:
        self.city, self.country, self.region = city, country, region
        self.first, self.count, self.first_id = first, count, first_id
        self.country_name, self.city_name = country.name.casefold(), city.name.casefold()
        low, high = str(first), str(first + count - 1)
        same = next((place for place, digit in enumerate(low) if digit != high[place]), len(low))
        self.width, self.lead = len(low), low[:same]
        self._encoded: list[bytes] | None = None

    def encoded(self) -> list[bytes]:
        """The JSON of each number as the shop shows it, in number order."""
        if self._encoded is None:
            shared = self._shared()
            self._encoded = [
                b'{"id":%d,%s,"number":"%d"}' % (self.first_id + place, shared, self.first + place)
                for place in range(self.count)
            ]
        return self._encoded

    def _shared(self) -> bytes:
        """What stands between id and number: the same for the whole city."""
        city = self.city
        shared = {
            "country": self.country.name,
            "city": city.name,
            "sms_enabled": city.sms_enabled,
            "no_local_cli": city.no_local_cli,
            "channels": city.channels,
            "free_min": city.free_minutes,
            "cnam": None,
            "activation": city.activation,
            "monthly": city.monthly,
            "per_minute": city.per_minute,
            "origination_per_min": city.origination_per_min,
            "required_documents": [{"type": kind, "name": DOCUMENT_KINDS[kind]} for kind in city.required],
            "state": None if self.region is None else self.region.name,
            "country_short_name": self.country.short_name,
        }
        return json_bytes(shared)[1:-1]


class Catalogue:
    """Everything on offer, with the indices that requests need."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        """`content` is `fixtures/didlogic/shop.json`."""
        self.countries = {row["id"]: Country(**row) for row in content["countries"]}
        self.regions = {row["id"]: Region(**row) for row in content["regions"]}
        self.cities = {row["id"]: _city(row) for row in content["cities"]}
        self.cities_of: dict[int, list[City]] = {id_: [] for id_ in self.countries}
        self.regions_of: dict[int, list[Region]] = {id_: [] for id_ in self.countries}
        for region in self.regions.values():
            self.regions_of[region.country_id].append(region)
        for city in self.cities.values():
            self.cities_of[city.country_id].append(city)
        self.sms_countries = [
            country
            for country in self.countries.values()
            if any(city.sms_enabled for city in self.cities_of[country.id])
        ]
        self.spans_of: dict[int, list[Span]] = {
            city.id: [self._span(city, *numbers) for numbers in city.ranges] for city in self.cities.values()
        }
        self.spans = sorted(
            (span for spans in self.spans_of.values() for span in spans), key=lambda span: span.first
        )
        self._firsts = [span.first for span in self.spans]
        self._by_id = sorted(self.spans, key=lambda span: span.first_id)
        self._first_ids = [span.first_id for span in self._by_id]
        for one, other in pairwise(self._by_id):
            if one.first_id + one.count > other.first_id:
                raise ValueError(f"inventory id {other.first_id} is given twice")
        self.shelves = Shelves(
            Shelf(city.shelf, tuple((first, count) for first, count, _ in city.ranges))
            for city in self.cities.values()
        )

    def span_of_number(self, number: int) -> Span | None:
        """Where a number belongs, sold or not; None when it was never on offer."""
        place = bisect_right(self._firsts, number) - 1
        if place < 0:
            return None
        span = self.spans[place]
        return span if number < span.first + span.count else None

    def number_of_id(self, inventory_id: int) -> int | None:
        """The number behind an id of the shop, sold or not."""
        place = bisect_right(self._first_ids, inventory_id) - 1
        if place < 0:
            return None
        span = self._by_id[place]
        offset = inventory_id - span.first_id
        return span.first + offset if offset < span.count else None

    def _span(self, city: City, first: int, count: int, first_id: int) -> Span:
        region = None if city.region_id is None else self.regions[city.region_id]
        return Span(city, self.countries[city.country_id], region, first, count, first_id)


def _city(row: Mapping[str, Any]) -> City:
    origination = row["origination_per_min"]
    return City(
        id=row["id"],
        country_id=row["country_id"],
        region_id=row["region_id"],
        name=row["name"],
        area_code=row["area_code"],
        kind=row["kind"],
        sms_enabled=row["sms_enabled"],
        no_local_cli=row["no_local_cli"],
        channels=row["channels"],
        free_minutes=row["free_minutes"],
        activation=Decimal(row["activation"]),
        monthly=Decimal(row["monthly"]),
        per_minute=Decimal(row["per_minute"]),
        origination_per_min=None if origination is None else Decimal(origination),
        required=tuple(row["required"]),
        ranges=tuple((first, count, first_id) for first, count, first_id in row["ranges"]),
        shelf=str(row["id"]),
    )
