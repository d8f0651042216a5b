"""What is on sale: DID groups with their offers, single numbers, reservations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import DECIMAL, INSTANT, Codec, known_words
from mockserver.jsonapi.query import Query
from mockserver.jsonapi.resource import (
    Filter,
    Incoming,
    ResourceType,
    Source,
    attr,
    boolean,
    bound,
    contains,
    exact,
    many,
    one,
    overlap,
    related,
    sort,
)
from mockserver.providers.didww.record_rows import NanpaPrefix
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rows import (
    AvailableDid,
    DidGroup,
    DidGroupType,
    DidReservation,
    StockKeepingUnit,
)
from mockserver.providers.didww.rules import availability, reservations
from mockserver.providers.didww.rules.access import require_available_dids
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04

FEATURES = frozenset(("voice_in", "voice_out", "t38", "sms_in", "p2p", "a2p", "emergency", "cnam_out"))
FORMER_FEATURES = frozenset(("voice_in", "voice_out", "sms_in", "sms_out", "t38"))
# Up to 2021-04-19 two of them had other names.
_OLDEST = {"voice_in": "voice", "voice_out": "voice_out", "sms_in": "sms", "sms_out": "sms_out", "t38": "t38"}

DID_GROUP_TYPES = ResourceType(
    type="did_group_types",
    row=DidGroupType,
    attributes=(attr("name"),),
    filters=(exact("name", blank=False),),
    sorts=(sort("name", key=collated),),
    order=("name",),
    evidence={"list": "recorded", "show": "recorded"},
)

STOCK_KEEPING_UNITS = ResourceType(
    type="stock_keeping_units",
    row=StockKeepingUnit,
    attributes=(
        attr("setup_price", DECIMAL),
        attr("monthly_price", DECIMAL),
        attr("channels_included_count"),
    ),
    operations=(),
)


# --- groups --------------------------------------------------------------------------------------


def _group_meta(world: World, group: DidGroup) -> Mapping[str, Any]:
    count = availability.total_count(world, group.id)
    return {
        "available_dids_enabled": group.available_dids_enabled,
        "needs_registration": group.needs_registration,
        "is_available": count > 0,
        "total_count": count,
    }


def _oldest_features(features: Iterable[str]) -> list[str]:
    return [_OLDEST[word] for word in features if word in _OLDEST]


def _oldest_of(_: World, row: Any) -> list[str]:
    return _oldest_features(row.features)


def _in_stock(world: World, group: DidGroup) -> bool:
    return availability.is_available(world, group.id)


def _count(world: World, group: DidGroup) -> int:
    return availability.total_count(world, group.id)


def _prefixes(_: World, row: Any) -> tuple[str | None, ...]:
    """The ids of the NANPA prefixes of a group; None for a group of another numbering plan."""
    return row.nanpa_prefix_ids or (None,)


def _npanxx(world: World, row: Any) -> tuple[str | None, ...]:
    found = [world.table(NanpaPrefix)[prefix_id] for prefix_id in row.nanpa_prefix_ids]
    return tuple(f"{prefix.npa}{prefix.nxx}" for prefix in found) or (None,)


DID_GROUPS = ResourceType(
    type="did_groups",
    row=DidGroup,
    attributes=(
        attr("prefix"),
        attr("local_prefix", Codec(lambda _: ""), field="prefix", until=V2021_12),
        attr("features", Codec(_oldest_features), until=V2021_04),
        attr("features", known_words(FORMER_FEATURES), since=V2021_12, until=V2022_05),
        attr("features", known_words(FEATURES), since=V2026_04),
        attr("is_metered"),
        attr("area_name"),
        attr("allow_additional_channels"),
        attr("service_restrictions", since=V2026_04),
    ),
    relationships=(
        one("country", "countries"),
        one("city", "cities"),
        one("did_group_type", "did_group_types"),
        one("region", "regions"),
        many("stock_keeping_units", "stock_keeping_units", field="stock_keeping_unit_ids"),
        one("requirement", "address_requirements", field="address_requirement_id", until=V2022_05),
        one("address_requirement", "address_requirements", since=V2026_04),
    ),
    filters=(
        exact("prefix", blank=True),
        exact("area_name", blank=True, until=V2021_12),
        exact("area_name", blank=True, fold=True, since=V2022_05),
        overlap("features", "features", _OLDEST.values(), value=_oldest_of, until=V2021_04),
        overlap("features", "features", FORMER_FEATURES, since=V2021_12, until=V2022_05),
        overlap("features", "features", FEATURES, since=V2026_04),
        boolean("is_metered"),
        boolean("allow_additional_channels"),
        boolean("needs_registration"),
        boolean("available_dids_enabled"),
        boolean("is_available", value=_in_stock),
        bound("meta.total_count_gteq", "", "integer", value=_count),
        related("country.id", blank=True),
        related("city.id", blank=True),
        related("region.id", blank=True),
        related("did_group_type.id", blank=True),
        Filter("nanpa_prefix.id", "", "overlap", blank=True, value=_prefixes, since=V2022_05),
        Filter("nanpa_prefix.npanxx", "", "overlap", blank=True, value=_npanxx, since=V2022_05),
    ),
    sorts=(
        sort("area_name", key=collated),
        sort("prefix"),
        sort("is_metered"),
        sort("allow_additional_channels"),
        sort("service_restrictions", key=collated, since=V2026_04),
        sort("country.name", key=collated),
        sort("did_group_type.name", key=collated),
    ),
    meta=_group_meta,
    evidence={"list": "recorded", "show": "recorded"},
)


# --- single numbers ------------------------------------------------------------------------------


class OnSale(Source):
    """Numbers on sale are not stored; rows are made from the number."""

    def find(self, world: World, identifier: str) -> Row | None:
        require_available_dids(world)
        return availability.find(world, identifier)

    def linked(self, world: World, identifier: str) -> Row | None:
        return availability.describe(world, identifier)

    def every(self, world: World) -> Iterable[Row]:
        return availability.every(world)


def _sample(world: World, query: Query) -> tuple[list[AvailableDid], int]:
    given = query.given
    registration = given.get("did_group.needs_registration")
    part = given.get("number_contains")
    wanted = availability.Search(
        ids=_texts(given.get("id")),
        country_ids=_texts(given.get("country.id")),
        region_ids=_texts(given.get("region.id")),
        city_ids=_texts(given.get("city.id")),
        did_group_ids=_texts(given.get("did_group.id")),
        did_group_type_ids=_texts(given.get("did_group_type.id")),
        nanpa_prefix_ids=_texts(given.get("nanpa_prefix.id")),
        features=_texts(given.get("did_group.features")),
        needs_registration=None if registration is None else registration[0] == "true",
        number_contains=None if part is None else part[0],
    )
    return availability.search(world, wanted)


def _texts(values: list[str | None] | None) -> list[str] | None:
    return None if values is None else [value for value in values if value is not None]


AVAILABLE_DIDS = ResourceType(
    type="available_dids",
    row=AvailableDid,
    attributes=(attr("number"),),
    relationships=(
        one("did_group", "did_groups"),
        one("nanpa_prefix", "nanpa_prefixes", since=V2022_05),
    ),
    filters=(
        related("did_group.id", blank=False),
        related("did_group_type.id", "did_group.did_group_type_id", blank=False),
        related("country.id", "did_group.country_id", blank=False),
        related("region.id", "did_group.region_id", blank=False),
        related("city.id", "did_group.city_id", blank=False),
        boolean("did_group.needs_registration"),
        overlap("did_group.features", "did_group.features", FORMER_FEATURES, since=V2021_12, until=V2022_05),
        overlap("did_group.features", "did_group.features", FEATURES, since=V2026_04),
        related("nanpa_prefix.id", array=False, blank=False, since=V2022_05),
        contains("number_contains", "number"),
    ),
    sorts=(sort("number"),),
    paging=None,
    source=OnSale(AvailableDid),
    listing=_sample,
    steady=False,
    document_meta=lambda _, operation, total: {"total_count": total} if operation == "list" else {},
    evidence={"list": "recorded", "show": "recorded"},
)


# --- reservations --------------------------------------------------------------------------------


def _reserve(world: World, incoming: Incoming) -> DidReservation:
    values = incoming.values
    return reservations.reserve(world, values.get("available_did_id"), values.get("description"))


DID_RESERVATIONS = ResourceType(
    type="did_reservations",
    row=DidReservation,
    attributes=(
        attr("expire_at", INSTANT, field="expires_at", until=V2022_05),
        attr("expires_at", INSTANT, since=V2026_04),
        attr("created_at", INSTANT),
        attr("description", create=True),
    ),
    relationships=(one("available_did", "available_dids", create=True),),
    filters=(exact("description"),),
    sorts=(
        sort("description", key=collated),
        sort("created_at"),
        sort("expire_at", "expires_at"),
        sort("expires_at", since=V2026_04),
    ),
    operations=("list", "show", "create", "delete"),
    steady=False,  # the account's limit may be changed from outside
    document_meta=lambda world, *_: {"available_count": reservations.available_count(world)},
    create=_reserve,
    delete=reservations.release,
    evidence={"list": "recorded", "show": "recorded", "create": "recorded", "delete": "recorded"},
)

TYPES = (DID_GROUP_TYPES, STOCK_KEEPING_UNITS, DID_GROUPS, AVAILABLE_DIDS, DID_RESERVATIONS)
