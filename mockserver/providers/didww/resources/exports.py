"""Exports of call records; the files themselves are in `downloads`."""

from __future__ import annotations

from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.codecs import BELOW_ROOT, INSTANT, words
from mockserver.jsonapi.resource import Incoming, ResourceType, attr, exact, sort
from mockserver.providers.didww.record_rows import Export
from mockserver.providers.didww.resources.billing import CALLBACK_METHOD
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import export_filters, exports
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04

STATUS = words({"pending": "Pending", "processing": "Processing", "completed": "Completed"})


def _order(world: World, incoming: Incoming) -> Export:
    return exports.order(world, incoming.values, incoming.version, incoming.root)


def _update(world: World, row: Any, incoming: Incoming) -> Export:
    return exports.set_reference(world, row, incoming.values)


def _expresses(row: Any, version: str) -> bool:
    """Up to 2021-04-19 exports had no type: they were of inbound calls."""
    return version > V2021_04 or row.export_type == export_filters.CDR_IN


EXPORTS = ResourceType(
    type="exports",
    row=Export,
    former=((V2021_04, "cdr_exports"),),
    attributes=(
        attr("status", STATUS, until=V2022_05),
        attr("status", since=V2026_04),
        attr("created_at", INSTANT),
        attr("url", BELOW_ROOT),
        attr("callback_url", create=True),
        attr("callback_method", CALLBACK_METHOD, create=True, until=V2022_05),
        attr("callback_method", create=True, since=V2026_04),
        attr("export_type", create=True, since=V2021_12),
        attr("filters", create=True, until=V2021_04),
        attr("filters", create=True, read=False, since=V2021_12, until=V2022_05),
        attr("filters", create=True, since=V2026_04),
        attr("external_reference_id", create=True, update=True, since=V2026_04),
    ),
    filters=(exact("external_reference_id", array=False, blank=True, since=V2026_04),),
    sorts=(
        sort("status"),
        sort("created_at"),
        sort("external_reference_id", key=collated, since=V2026_04),
    ),
    operations=("list", "show", "create", "update"),
    operations_since={"update": V2026_04},
    create=_order,
    update=_update,
    expresses=_expresses,
    evidence=dict.fromkeys(("list", "show", "create", "update"), "recorded"),
)

TYPES = (EXPORTS,)
