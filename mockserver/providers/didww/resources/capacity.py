"""Capacity pools, their prices, and the groups that share channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import DECIMAL, INSTANT, Codec, day
from mockserver.jsonapi.resource import (
    Filter,
    Incoming,
    ResourceType,
    Source,
    attr,
    boolean,
    exact,
    many,
    one,
    related,
    sort,
)
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import capacity
from mockserver.providers.didww.versions import V2026_04
from mockserver.providers.didww.voice_rows import CapacityPool, QtyBasedPricing, SharedCapacityGroup

DAY = Codec(day)

QTY_BASED_PRICINGS = ResourceType(
    type="qty_based_pricings",
    row=QtyBasedPricing,
    attributes=(attr("qty"), attr("monthly_price", DECIMAL), attr("setup_price", DECIMAL)),
    operations=(),
)


# --- pools ---------------------------------------------------------------------------------------


class Pools(Source):
    """The pools, with the next renewal as the clock has it."""

    def find(self, world: World, identifier: str) -> Row | None:
        pool = world.table(CapacityPool).get(identifier)
        return None if pool is None else capacity.described(world, pool)

    def every(self, world: World) -> Iterable[Row]:
        return [capacity.described(world, pool) for pool in world.table(CapacityPool)]


def _has_unassigned(_: World, pool: Any) -> bool:
    return capacity.unassigned(pool) > 0


def _update_pool(world: World, row: Any, incoming: Incoming) -> CapacityPool:
    return capacity.update_pool(world, row, incoming.values)


CAPACITY_POOLS = ResourceType(
    type="capacity_pools",
    row=CapacityPool,
    attributes=(
        attr("name"),
        attr("renew_date", DAY),
        attr("total_channels_count", update=True),
        attr("assigned_channels_count"),
        attr("minimum_limit"),
        attr("minimum_qty_per_order"),
        attr("setup_price", DECIMAL),
        attr("monthly_price", DECIMAL),
        attr("metered_rate", DECIMAL),
    ),
    relationships=(
        many("countries", "countries", field="country_ids"),
        many(
            "shared_capacity_groups",
            "shared_capacity_groups",
            field="shared_capacity_group_ids",
            inverse="capacity_pool_id",
        ),
        many("qty_based_pricings", "qty_based_pricings", field="qty_based_pricing_ids"),
    ),
    filters=(
        exact("name"),
        Filter("country.id", "country_ids", match="overlap"),
        boolean("has_unassigned_channels", value=_has_unassigned),
    ),
    sorts=(
        sort("name", key=collated),
        sort("renew_date"),
        sort("total_channels_count"),
        sort("assigned_channels_count"),
        sort("minimum_limit"),
        sort("minimum_qty_per_order"),
        sort("setup_price"),
        sort("monthly_price"),
        sort("metered_rate"),
    ),
    operations=("list", "show", "update"),
    source=Pools(CapacityPool),
    steady=False,  # the renewal is another day's when the clock goes on
    update=_update_pool,
    evidence=dict.fromkeys(("list", "show", "update"), "recorded"),
)


# --- groups --------------------------------------------------------------------------------------


def _create_group(world: World, incoming: Incoming) -> SharedCapacityGroup:
    return capacity.create_group(world, incoming.values)


def _update_group(world: World, row: Any, incoming: Incoming) -> SharedCapacityGroup:
    return capacity.update_group(world, cast(SharedCapacityGroup, row), incoming.values)


SHARED_CAPACITY_GROUPS = ResourceType(
    type="shared_capacity_groups",
    row=SharedCapacityGroup,
    attributes=(
        attr("name", create=True, update=True),
        attr("shared_channels_count", create=True, update=True),
        attr("created_at", INSTANT),
        attr("metered_channels_count", create=True, update=True),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    relationships=(
        one("capacity_pool", "capacity_pools", create=True, update=True),
        many(
            "dids",
            "dids",
            field="did_ids",
            inverse="shared_capacity_group_id",
            create=True,
            update=True,
        ),
    ),
    filters=(
        exact("name", blank=True),
        related("capacity_pool.id", blank=True),
        exact("external_reference_id", array=False, blank=True, since=V2026_04),
    ),
    sorts=(
        sort("created_at"),
        sort("name", key=collated),
        sort("shared_channels_count"),
        sort("metered_channels_count"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update", "delete"),
    create=_create_group,
    update=_update_group,
    delete=capacity.delete_group,
    evidence=dict.fromkeys(("list", "show", "create", "update", "delete"), "recorded"),
)

TYPES = (QTY_BASED_PRICINGS, CAPACITY_POOLS, SHARED_CAPACITY_GROUPS)
