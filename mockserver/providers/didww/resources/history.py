"""What became of the numbers of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT
from mockserver.jsonapi.document import passing
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.jsonapi.filters import instant_of
from mockserver.jsonapi.query import Query
from mockserver.jsonapi.resource import ResourceType, Source, attr, bound, exact, sort
from mockserver.providers.didww.record_rows import DidHistory
from mockserver.providers.didww.rules import history
from mockserver.providers.didww.versions import V2026_04

TOO_OLD = "Date must be within the last 90 days."  # documented
_BOUNDS = ("created_at_gteq", "created_at_lteq")


class Entries(Source):
    """The entries that are not older than 90 days."""

    def find(self, world: World, identifier: str) -> Row | None:
        return history.find(world, identifier)

    def every(self, world: World) -> Iterable[Row]:
        return history.every(world)


def _listing(world: World, query: Query) -> tuple[list[DidHistory], int]:
    for name in _BOUNDS:
        given = query.given.get(name)
        # A whole second is left, so that the very bound may be written without its fraction.
        if given and given[0] and instant_of(given[0]) < history.earliest(world) - timedelta(seconds=1):
            raise Refusal(
                ApiError(400, "107", "Invalid filter value", TOO_OLD),
                Evidence("documented", "didww.did_history.too_old"),
            )
    rows = history.every(world)
    if query.sorts and not query.sorts[0][1]:  # oldest first, within an instant too
        rows.reverse()
    rows = passing(world, rows, query.tests)
    return rows, len(rows)


def _meta(_: World, row: DidHistory) -> Mapping[str, Any]:
    return {} if row.before is None else {"from": row.before, "to": row.after}


DID_HISTORY = ResourceType(
    type="did_history",
    row=DidHistory,
    since=V2026_04,
    attributes=(attr("did_number"), attr("action"), attr("method"), attr("created_at", INSTANT)),
    filters=(
        exact("did_number", array=False, blank=False),
        exact("action", array=False, blank=False, words=history.ACTIONS),
        exact("method", array=False, blank=False, words=history.METHODS),
        bound("created_at_gteq", "created_at", "instant"),
        bound("created_at_lteq", "created_at", "instant"),
    ),
    sorts=(sort("created_at"),),
    source=Entries(DidHistory),
    listing=_listing,
    steady=False,  # entries go as the clock goes on
    meta=_meta,
    evidence={"list": "recorded", "show": "recorded"},
)

TYPES = (DID_HISTORY,)
