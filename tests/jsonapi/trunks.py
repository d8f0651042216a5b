"""Inbound trunks, their groups and POPs as the engine's cases want them, declared for the tests alone.

The engine's cases write to trunks. These declarations are as small as the cases allow; they stand in for
DIDWW's own, which have rules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from mockserver.core.clock import Clock
from mockserver.core.messages import Request, Response
from mockserver.core.tables import Row
from mockserver.core.world import World, rows_by_key
from mockserver.jsonapi.codecs import INSTANT
from mockserver.jsonapi.errors import ApiError, Refusal, invalid
from mockserver.jsonapi.resource import Incoming, ResourceType, attr, exact, many, one, sort
from mockserver.jsonapi.schema import Registry
from mockserver.providers.didww import Didww
from mockserver.providers.didww.resources import TYPES, UNBUILT
from mockserver.providers.didww.versions import SERVED, V2026_04

ALL = ("list", "show", "create", "update", "delete")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pop(Row):
    table: ClassVar[str] = "didww.alone_pops"
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Trunk(Row):
    table: ClassVar[str] = "didww.alone_trunks"
    id: str
    name: str = ""
    description: str | None = None
    configuration: Any = None
    created_at: datetime = NOON
    voice_in_trunk_group_id: str | None = None
    pop_id: str | None = None


@dataclass(frozen=True, slots=True)
class TrunkGroup(Row):
    table: ClassVar[str] = "didww.alone_trunk_groups"
    id: str
    name: str = ""
    external_reference_id: str | None = None
    created_at: datetime = NOON
    voice_in_trunk_ids: tuple[str, ...] = ()


def _check(world: World, row: Any) -> None:
    """The few rules that the cases touch."""
    errors: list[ApiError] = []
    if not row.name:
        errors.append(invalid("name", "can't be blank"))
    elif any(other.name == row.name and other.id != row.id for other in world.table(type(row))):
        errors.append(invalid("name", "has already been taken"))
    if isinstance(row, Trunk) and row.pop_id is not None and row.pop_id not in world.table(Pop):
        errors.append(invalid("pop", "is invalid", relationship=True))
    if isinstance(row, TrunkGroup) and len(row.external_reference_id or "") > 100:
        errors.append(invalid("external_reference_id", "is too long (maximum is 100 characters)"))
    if errors:
        raise Refusal(errors)


def _put(world: World, row: Any) -> Any:
    _check(world, row)
    return world.table(type(row)).put(row)


def _create_trunk(world: World, incoming: Incoming) -> Trunk:
    trunk: Trunk = _put(world, Trunk(world.ids.uuid(), **incoming.values))
    groups = world.table(TrunkGroup)
    group = groups.get(trunk.voice_in_trunk_group_id or "")
    if group is not None:
        groups.put(replace(group, voice_in_trunk_ids=(*group.voice_in_trunk_ids, trunk.id)))
    return trunk


def _create_group(world: World, incoming: Incoming) -> TrunkGroup:
    return _put(world, TrunkGroup(world.ids.uuid(), **incoming.values))  # type: ignore[no-any-return]


def _update(world: World, row: Any, incoming: Incoming) -> Any:
    return _put(world, replace(row, **incoming.values))


def _delete(world: World, row: Any) -> None:
    world.table(type(row)).remove(row.id)


POPS = ResourceType(
    type="pops", row=Pop, attributes=(attr("name"),), paging=None, counted=True, operations=("list",)
)
TRUNKS = ResourceType(
    type="voice_in_trunks",
    row=Trunk,
    attributes=(
        attr("name", create=True, update=True),
        attr("description", create=True, update=True),
        attr("configuration", create=True, update=True),
        attr("created_at", INSTANT),
    ),
    relationships=(
        one("voice_in_trunk_group", "voice_in_trunk_groups", create=True, update=True),
        one("pop", "pops", create=True, update=True),
    ),
    filters=(exact("name"),),
    sorts=(sort("name"), sort("created_at")),
    operations=ALL,
    create=_create_trunk,
    update=_update,
    delete=_delete,
)
GROUPS = ResourceType(
    type="voice_in_trunk_groups",
    row=TrunkGroup,
    attributes=(
        attr("name", create=True, update=True),
        attr("external_reference_id", create=True, update=True),
        attr("created_at", INSTANT),
    ),
    relationships=(
        many("voice_in_trunks", "voice_in_trunks", field="voice_in_trunk_ids", create=True, update=True),
    ),
    filters=(exact("name"),),
    operations=ALL,
    create=_create_group,
    update=_update,
    delete=_delete,
)
DECLARED = (POPS, TRUNKS, GROUPS)


class WithTrunks:
    """The DIDWW provider with these types beside its own, and one world; no gateway in front."""

    def __init__(self) -> None:
        built = {declared.type for declared in DECLARED}
        types = (*(t for t in TYPES if t.type not in built), *DECLARED)
        unbuilt = tuple(u for u in UNBUILT if u.type not in built)
        self.provider = Didww(key="key", version=V2026_04, pinned=False)
        self.provider._registry = Registry(SERVED, types, unbuilt)
        seed = self.provider.seed()
        pops = rows_by_key([Pop("29dbdddf-3026-4e82-a2d6-5d8b3b2e0ad9", "New York, NY, USA")])
        seed = replace(seed, tables={**seed.tables, Pop.table: pops})
        self.world = World("default", {"didww": seed}, clock=Clock(lambda: NOON), rate_limits=False)

    def send(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        request = Request(
            "GET" if method == "HEAD" else method, path, query, headers, body or b"", "http://127.0.0.1"
        )
        world = None if self.provider.sandbox_of(request) is None else self.world
        self.world.begin()
        answer = self.provider.respond(world, request)
        self.world.end(answer.status < 400)
        self.provider.finish(answer, world, request)
        if method == "HEAD":
            answer.body = b""
        return answer
