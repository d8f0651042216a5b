"""NANPA prefixes."""

from __future__ import annotations

from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.resource import ResourceType, attr, boolean, exact, one, overlap, related, sort
from mockserver.providers.didww.record_rows import NanpaPrefix
from mockserver.providers.didww.resources.inventory import FORMER_FEATURES
from mockserver.providers.didww.rows import DidGroup
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.versions import V2022_05


def _digits(_: World, row: Any) -> str:
    return f"{row.npa}{row.nxx}"


def _features(world: World, row: Any) -> set[str]:
    groups = world.table(DidGroup)
    return {feature for group_id in row.did_group_ids for feature in groups[group_id].features}


def _in_stock(world: World, row: Any) -> bool:
    return any(availability.is_available(world, group_id) for group_id in row.did_group_ids)


NANPA_PREFIXES = ResourceType(
    type="nanpa_prefixes",
    row=NanpaPrefix,
    since=V2022_05,
    attributes=(attr("npa"), attr("nxx")),
    relationships=(one("country", "countries"), one("region", "regions")),
    filters=(
        exact("npa", blank=True),
        exact("nxx", blank=True),
        exact("npanxx", array=False, blank=False, value=_digits),
        related("country.id", blank=True),
        related("region.id", blank=True),
        # The words of 2022-05-10 stand in the document of 2026-04-16 too.
        overlap("did_group.features", "", FORMER_FEATURES, value=_features),
        boolean("did_group.is_available", value=_in_stock),
    ),
    sorts=(sort("npa"), sort("nxx")),
    evidence={"list": "recorded", "show": "recorded"},
)

TYPES = (NANPA_PREFIXES,)
