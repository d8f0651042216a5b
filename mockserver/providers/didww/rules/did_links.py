"""Where a number's calls go and which channels it may use (reference 4.5, 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, invalid
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import capacity, out_trunks
from mockserver.providers.didww.versions import V2021_04
from mockserver.providers.didww.voice_rows import (
    CapacityPool,
    SharedCapacityGroup,
    VoiceInTrunk,
    VoiceInTrunkGroup,
)

TARGETS: Mapping[str, type[Any]] = {
    "voice_in_trunk_id": VoiceInTrunk,
    "voice_in_trunk_group_id": VoiceInTrunkGroup,
    "capacity_pool_id": CapacityPool,
    "shared_capacity_group_id": SharedCapacityGroup,
}
OTHER_COUNTRY = "is not allowed for DID country"  # documented
_ROUTES = ("voice_in_trunk_id", "voice_in_trunk_group_id")
_FORMER = {"voice_in_trunk_id": "trunk", "voice_in_trunk_group_id": "trunk_group"}  # up to 2021-04-19


def unfit(field: str, version: str) -> ApiError:
    """A link that will not do, by its name in a version. Detail and pointer differ in the name (recorded)."""
    name = field.removesuffix("_id") if version > V2021_04 else _FORMER.get(field, field.removesuffix("_id"))
    return invalid(name, assumed.INVALID, pointer=f"/data/attributes/{name}_id")


def read_link(
    world: World, field: str, value: str | None, version: str, errors: list[ApiError]
) -> str | None:
    """The id to store; one of nothing goes to `errors`."""
    if value is not None and value not in world.table(TARGETS[field]):
        errors.append(unfit(field, version))
        return None
    return value


def settle_links(
    world: World,
    did: Did,
    sent: Mapping[str, Any],
    read: Mapping[str, Any],
    version: str,
    errors: list[ApiError],
) -> dict[str, Any]:
    """What else changes with the links of a request: the other route is dropped.

    `sent` is the request, `read` its values once they are read. What does not fit together goes to `errors`.
    """
    more: dict[str, Any] = {}
    named = [field for field in _ROUTES if sent.get(field) is not None]
    if len(named) == 2:
        errors += [unfit(field, version) for field in named]
    elif named:
        (other,) = (field for field in _ROUTES if field != named[0])
        more[other] = None
    _check_channels(world, did, sent, read, errors)
    return more


def settle_pools(world: World, before: Did, after: Did) -> None:
    """Count the pools anew when a number has taken or returned channels."""
    if (before.capacity_pool_id, before.dedicated_channels_count) != (
        after.capacity_pool_id,
        after.dedicated_channels_count,
    ):
        capacity.settle(world, (before.capacity_pool_id, after.capacity_pool_id))


def forget(world: World, did: Did) -> None:
    """A number has left the account: its channels are free again, no trunk holds it."""
    if did.dedicated_channels_count:
        capacity.settle(world, (did.capacity_pool_id,))
    out_trunks.forget_number(world, did.id)


def _check_channels(
    world: World, did: Did, sent: Mapping[str, Any], read: Mapping[str, Any], errors: list[ApiError]
) -> None:
    """The pool of a number, the group it shares channels in and the channels of its own fit together.

    A number may have channels of its own and share others as well, all of one pool (documented).
    """
    fields = ("capacity_pool_id", "shared_capacity_group_id", "dedicated_channels_count")
    if not any(field in sent for field in fields) or errors:
        return
    pool_id, group_id, dedicated = (read.get(field, getattr(did, field)) for field in fields)
    pool = None if pool_id is None else world.table(CapacityPool)[pool_id]
    group = None if group_id is None else world.table(SharedCapacityGroup)[group_id]
    if "capacity_pool_id" in sent and pool is not None and not capacity.covers(world, pool, did):
        errors.append(invalid("capacity_pool_id", OTHER_COUNTRY))
    if group is not None and ("shared_capacity_group_id" in sent or "capacity_pool_id" in sent):
        shared = world.table(CapacityPool)[group.capacity_pool_id]
        if not capacity.covers(world, shared, did):
            errors.append(invalid("shared_capacity_group_id", OTHER_COUNTRY))
        elif not capacity.expandable(world, did) or pool_id not in (None, shared.id):
            field = "shared_capacity_group_id" if "shared_capacity_group_id" in sent else "capacity_pool_id"
            name = field.removesuffix("_id")
            errors.append(invalid(name, assumed.INVALID, pointer=f"/data/attributes/{field}"))
    if dedicated and not errors:
        _check_dedicated(world, did, pool, dedicated, errors)


def _check_dedicated(
    world: World, did: Did, pool: CapacityPool | None, dedicated: int, errors: list[ApiError]
) -> None:
    """Channels of a number's own come out of its pool (documented)."""
    if pool is None or not capacity.expandable(world, did):
        errors.append(invalid("dedicated_channels_count", assumed.INVALID))
        return
    held = did.dedicated_channels_count if did.capacity_pool_id == pool.id else 0
    left = held + capacity.unassigned(pool)
    if dedicated > left:
        errors.append(invalid("dedicated_channels_count", assumed.at_most(left)))
