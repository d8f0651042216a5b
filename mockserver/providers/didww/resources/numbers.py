"""The numbers an account owns."""

from __future__ import annotations

from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT
from mockserver.jsonapi.resource import (
    Incoming,
    ResourceType,
    attr,
    boolean,
    exact,
    one,
    overlap,
    related,
    sort,
)
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.resources.inventory import FEATURES, FORMER_FEATURES
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import dids
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04


def _pending_removal(_: World, row: Did) -> bool:
    """Not renewed any more; the attribute of that name ended with 2017-09-18 (reference 1.3)."""
    return row.billing_cycles_count == 0


def _update(world: World, row: Any, incoming: Incoming) -> Did:
    return dids.update_did(world, row, incoming.values, incoming.version)


DIDS = ResourceType(
    type="dids",
    row=Did,
    attributes=(
        attr("blocked"),
        attr("capacity_limit", update=True),
        attr("description", update=True),
        attr("terminated", update=True),
        attr("awaiting_registration"),
        attr("created_at", INSTANT),
        attr("billing_cycles_count", update=True),
        attr("number"),
        attr("expires_at", INSTANT),
        attr("channels_included_count"),
        attr("dedicated_channels_count", update=True),
        attr("emergency_enabled", since=V2026_04),
    ),
    relationships=(
        one("did_group", "did_groups"),
        one("order", "orders"),
        one("capacity_pool", "capacity_pools", update=True),
        one("shared_capacity_group", "shared_capacity_groups", update=True),
        one("address_verification", "address_verifications", update=True),
        one("trunk", "voice_in_trunks", field="voice_in_trunk_id", update=True, until=V2021_04),
        one(
            "trunk_group",
            "voice_in_trunk_groups",
            field="voice_in_trunk_group_id",
            update=True,
            until=V2021_04,
        ),
        one("voice_in_trunk", "voice_in_trunks", update=True, since=V2021_12),
        one("voice_in_trunk_group", "voice_in_trunk_groups", update=True, since=V2021_12),
        one("emergency_calling_service", "emergency_calling_services", update=True, since=V2026_04),
        one("emergency_verification", "emergency_verifications", since=V2026_04),
        one("identity", "identities", since=V2026_04),
    ),
    filters=(
        exact("number", blank=True),
        exact("description", blank=True),
        boolean("terminated"),
        boolean("awaiting_registration"),
        boolean("pending_removal", value=_pending_removal),
        boolean("blocked"),
        boolean("emergency_enabled", since=V2026_04),
        exact("billing_cycles_count", array=False, blank=True),
        related("did_group.id", blank=True),
        related("country.id", "did_group.country_id", blank=True),
        related("region.id", "did_group.region_id", blank=True),
        related("city.id", "did_group.city_id", blank=True),
        overlap("did_group.features", "did_group.features", FORMER_FEATURES, since=V2021_12, until=V2022_05),
        overlap("did_group.features", "did_group.features", FEATURES, since=V2026_04),
        related("order.id", blank=True),
        exact("order.reference", blank=False),
        related("voice_in_trunk.id", blank=True, since=V2021_12),
        related("voice_in_trunk_group.id", blank=True, since=V2021_12),
        # The document of 2026-04-16 still lists the names of 2021-04-19.
        related("trunk.id", "voice_in_trunk_id", blank=True, until=V2021_04),
        related("trunk_group.id", "voice_in_trunk_group_id", blank=True, until=V2021_04),
        # Renamed with 2021-12-15; the document of 2026-04-16 has the former names again.
        related("trunk.id", "voice_in_trunk_id", blank=True, since=V2026_04),
        related("trunk_group.id", "voice_in_trunk_group_id", blank=True, since=V2026_04),
        related("capacity_pool.id", blank=True),
        related("shared_capacity_group.id", blank=True),
        related("address_verification.id", blank=True),
        related("emergency_calling_service.id", blank=False, since=V2026_04),
    ),
    sorts=(
        sort("blocked"),
        sort("awaiting_registration"),
        sort("terminated"),
        sort("capacity_limit"),
        sort("billing_cycles_count"),
        sort("description", key=collated),
        sort("number"),
        sort("expires_at"),
        sort("channels_included_count"),
        sort("dedicated_channels_count"),
        sort("created_at"),
    ),
    operations=("list", "show", "update"),
    update=_update,
    evidence={"list": "recorded", "show": "recorded", "update": "recorded"},
)

TYPES = (DIDS,)
