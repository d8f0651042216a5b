"""Inbound trunks and their groups: made, changed, removed (reference 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.configurations import changed_configuration, new_configuration
from mockserver.providers.didww.rules.reading import (
    DESCRIPTION,
    NAME,
    REFERENCE,
    Reader,
    check_name,
    read_all,
    text,
    whole,
    word,
)
from mockserver.providers.didww.versions import V2021_04
from mockserver.providers.didww.voice_rows import Pop, VoiceInTrunk, VoiceInTrunkGroup

_LIMIT = whole(0, assumed.MOST_ACTIVE_CHANNELS, null=True)
TRUNK: Mapping[str, Reader] = {
    "name": NAME,
    "priority": whole(0, 65535),
    "capacity_limit": _LIMIT,
    "weight": whole(0, 65535),
    "cli_format": word("raw", "e164", "local", null=True),
    "cli_prefix": text(pattern=r"\+?[0-9#]{0,6}"),
    "description": DESCRIPTION,
    "ringing_timeout": whole(1, 32, null=True),
    "external_reference_id": REFERENCE,
}
GROUP: Mapping[str, Reader] = {"name": NAME, "capacity_limit": _LIMIT, "external_reference_id": REFERENCE}
_NAMED = (VoiceInTrunk, VoiceInTrunkGroup)  # they share one name space (documented for a later version)
_GROUP_LINK = {V2021_04: "trunk_group"}  # what the relationship was called
_KNOWN = Evidence("documented", "didww.error.voice_in_trunk")


# --- trunks --------------------------------------------------------------------------------------


def create_trunk(world: World, values: Mapping[str, Any], version: str) -> VoiceInTrunk:
    """A new inbound trunk. Refusal: 400 without a configuration, 403, 422 for values that will not do."""
    require_write_access(world)
    if values.get("configuration") is None:
        raise Refusal(faults.missing("configuration"), _KNOWN)
    errors: list[ApiError] = []
    read = read_all(TRUNK, {"name": None, **values}, errors)
    configuration = new_configuration(world, values["configuration"], errors)
    read |= _links(world, values, version, errors)
    check_name(world, read.get("name"), _NAMED, errors)
    if errors or configuration is None:
        raise Refusal(errors, _KNOWN)
    trunk = VoiceInTrunk(**read, id=world.ids.uuid(), configuration=configuration, created_at=now(world))
    return world.table(VoiceInTrunk).put(trunk)


def update_trunk(world: World, trunk: VoiceInTrunk, values: Mapping[str, Any], version: str) -> VoiceInTrunk:
    """Change a trunk; what is not sent stays, in the configuration too. Refusal as in `create_trunk`."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = read_all(TRUNK, values, errors)
    if "configuration" in values:
        if values["configuration"] is None:
            raise Refusal(faults.missing("configuration"), _KNOWN)
        given = values["configuration"]
        read["configuration"] = changed_configuration(world, trunk.configuration, given, errors)
    read |= _links(world, values, version, errors)
    check_name(world, read.get("name"), _NAMED, errors, trunk.id)
    if errors:
        raise Refusal(errors, _KNOWN)
    return world.table(VoiceInTrunk).put(replace(trunk, **read))


def delete_trunk(world: World, trunk: VoiceInTrunk) -> None:
    """Refusal with 422 while a number is routed to it."""
    require_write_access(world)
    if any(did.voice_in_trunk_id == trunk.id for did in world.table(Did)):
        raise Refusal(invalid_record(assumed.TRUNK_IN_USE), Evidence("assumed", "didww.error.trunk_in_use"))
    world.table(VoiceInTrunk).remove(trunk.id)


def _links(world: World, values: Mapping[str, Any], version: str, errors: list[ApiError]) -> dict[str, Any]:
    """The ids of group and POP that a request names; unknown ones go to `errors`."""
    named = {
        "voice_in_trunk_group_id": (_GROUP_LINK.get(version, "voice_in_trunk_group"), VoiceInTrunkGroup),
        "pop_id": ("pop", Pop),
    }
    read: dict[str, Any] = {}
    for field, (name, table) in named.items():
        if field not in values:
            continue
        read[field] = values[field]
        if values[field] is not None and values[field] not in world.table(table):
            errors.append(invalid(name, assumed.INVALID, relationship=True))
    return read


# --- groups --------------------------------------------------------------------------------------


def create_group(world: World, values: Mapping[str, Any]) -> VoiceInTrunkGroup:
    """A new group; trunks that the request names move into it. Refusal: 403, 422."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = read_all(GROUP, {"name": None, **values}, errors)
    check_name(world, read.get("name"), _NAMED, errors)
    _check_members(world, values.get("voice_in_trunk_ids"), errors)
    if errors:
        raise Refusal(errors, _KNOWN)
    group = VoiceInTrunkGroup(**read, id=world.ids.uuid(), created_at=now(world))
    world.table(VoiceInTrunkGroup).put(group)
    _fill(world, group.id, values.get("voice_in_trunk_ids"))
    return group


def update_group(world: World, group: VoiceInTrunkGroup, values: Mapping[str, Any]) -> VoiceInTrunkGroup:
    """Change a group; trunks that are named become its only members. Refusal: 403, 422."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = read_all(GROUP, values, errors)
    check_name(world, read.get("name"), _NAMED, errors, group.id)
    _check_members(world, values.get("voice_in_trunk_ids"), errors)
    if errors:
        raise Refusal(errors, _KNOWN)
    _fill(world, group.id, values.get("voice_in_trunk_ids"))
    return world.table(VoiceInTrunkGroup).put(replace(group, **read))


def delete_group(world: World, group: VoiceInTrunkGroup) -> None:
    """Its trunks stay, without a group (documented). Refusal with 422 while a number is routed to it."""
    require_write_access(world)
    if any(did.voice_in_trunk_group_id == group.id for did in world.table(Did)):
        raise Refusal(invalid_record(assumed.GROUP_IN_USE), Evidence("assumed", "didww.error.group_in_use"))
    _fill(world, group.id, ())
    world.table(VoiceInTrunkGroup).remove(group.id)


def trunks_count(world: World, group: VoiceInTrunkGroup) -> int:
    return sum(trunk.voice_in_trunk_group_id == group.id for trunk in world.table(VoiceInTrunk))


def _check_members(world: World, trunk_ids: Iterable[str] | None, errors: list[ApiError]) -> None:
    """Documented: one error for all unknown trunks, at the name of DIDWW's own column."""
    if trunk_ids is not None and any(key not in world.table(VoiceInTrunk) for key in trunk_ids):
        errors.append(invalid("trunk_ids", assumed.ARE_INVALID))


def _fill(world: World, group_id: str, trunk_ids: Iterable[str] | None) -> None:
    """Let these trunks, and no others, belong to a group; None leaves it as it is."""
    if trunk_ids is None:
        return
    wanted = set(trunk_ids)
    table = world.table(VoiceInTrunk)
    for trunk in list(table):
        if trunk.id in wanted:
            if trunk.voice_in_trunk_group_id != group_id:
                table.put(replace(trunk, voice_in_trunk_group_id=group_id))
        elif trunk.voice_in_trunk_group_id == group_id:
            table.put(replace(trunk, voice_in_trunk_group_id=None))
