"""Countries, regions, cities: the catalogue's map."""

from __future__ import annotations

from mockserver.core.world import World
from mockserver.jsonapi.resource import (
    Paging,
    ResourceType,
    attr,
    boolean,
    exact,
    many,
    one,
    related,
    sort,
)
from mockserver.providers.didww.regulation_rows import Area
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rows import City, Country, DidGroup, Region
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05


def _covered(world: World) -> frozenset[str]:
    """Ids of countries and cities with a number in stock."""
    covered: frozenset[str] | None = world.derived.get(_covered)
    if covered is None:
        found: set[str] = set()
        for group in world.table(DidGroup):
            if availability.is_available(world, group.id):
                found.add(group.country_id)
                if group.city_id is not None:
                    found.add(group.city_id)
        covered = world.derived[_covered] = frozenset(found)
    return covered


def _is_available(world: World, row: Country | City) -> bool:
    return row.id in _covered(world)


# Names are compared without regard to case since 2022-05-10 (reference 1.4).
_NAME = (
    exact("name", blank=True, until=V2021_12),
    exact("name", blank=True, fold=True, since=V2022_05),
)

COUNTRIES = ResourceType(
    type="countries",
    row=Country,
    attributes=(attr("name"), attr("prefix"), attr("iso")),
    relationships=(many("regions", "regions", field="region_ids"),),
    filters=(
        *_NAME,
        exact("iso", blank=True),
        exact("prefix", blank=True),
        boolean("is_available", value=_is_available),
    ),
    sorts=(sort("name", key=collated), sort("iso"), sort("prefix")),
    order=("name",),
    paging=None,
    evidence={"list": "recorded", "show": "recorded"},
)

REGIONS = ResourceType(
    type="regions",
    row=Region,
    attributes=(attr("name"), attr("iso")),
    relationships=(one("country", "countries"),),
    filters=(*_NAME, exact("iso"), related("country.id", blank=True)),
    sorts=(sort("name", key=collated), sort("iso")),
    order=("name",),
    paging=None,
    evidence={"list": "recorded", "show": "recorded"},
)

CITIES = ResourceType(
    type="cities",
    row=City,
    attributes=(attr("name"),),
    relationships=(one("country", "countries"), one("region", "regions"), one("area", "areas")),
    filters=(
        *_NAME,
        related("country.id", blank=True),
        related("region.id", blank=True),
        related("area.id"),
        boolean("is_available", value=_is_available),
    ),
    sorts=(sort("name", key=collated),),
    order=("name",),
    paging=Paging(size=1000),
    evidence={"list": "recorded", "show": "recorded"},
)

AREAS = ResourceType(
    type="areas",
    row=Area,
    since=V2021_04,
    attributes=(attr("name"),),
    relationships=(one("country", "countries"),),
    filters=(*_NAME, related("country.id", blank=True)),
    sorts=(sort("name", key=collated),),
    order=("name",),
    paging=Paging(size=1000),
    evidence={"list": "recorded", "show": "recorded"},
)

TYPES = (COUNTRIES, REGIONS, CITIES, AREAS)
