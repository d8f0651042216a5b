"""Voice and capacity of the seed: as recorded, complete, and readable by the versions not served yet."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.core.messages import Request
from mockserver.core.world import World
from mockserver.jsonapi.engine import Engine
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.faults import MEDIA_TYPE
from mockserver.jsonapi.routes import Match, find
from mockserver.jsonapi.schema import Registry
from mockserver.providers.didww.resources import TYPES
from mockserver.providers.didww.resources.unbuilt import UNBUILT
from mockserver.providers.didww.rows import Country, Did, DidGroup
from mockserver.providers.didww.rules import capacity
from mockserver.providers.didww.rules.configurations import KINDS, type_of
from mockserver.providers.didww.versions import V2021_04, V2021_12, V2022_05, V2026_04
from mockserver.providers.didww.voice_rows import (
    CapacityPool,
    CredentialsAndIp,
    IpOnly,
    Pop,
    QtyBasedPricing,
    SharedCapacityGroup,
    Twilio,
    VoiceInTrunk,
    VoiceInTrunkGroup,
    VoiceOutTrunk,
)
from tests.didww_rules.test_seed import recorded


def test_pools_have_in_use_what_their_groups_take(world: World) -> None:
    """The recorded counts of pools and of groups agree, and so do ours."""
    before = dict(world.table(CapacityPool).rows)
    assert [pool.assigned_channels_count for pool in before.values()] == [24, 1, 0]
    capacity.settle(world, before)
    assert dict(world.table(CapacityPool).rows) == before


def test_pools_are_the_recorded_ones(world: World) -> None:
    for row in recorded("capacity_pools/list.yaml")["data"]:
        pool = world.table(CapacityPool)[row["id"]]
        for name in ("name", "total_channels_count", "minimum_limit", "minimum_qty_per_order"):
            assert getattr(pool, name) == row["attributes"][name]
    shown = recorded("capacity_pools/show.yaml")["data"]["relationships"]
    standard = world.table(CapacityPool)["f288d07c-e2fc-4ae6-9837-b18fb469c324"]
    assert list(standard.country_ids) == [link["id"] for link in shown["countries"]["data"]]
    assert [world.table(QtyBasedPricing)[key].qty for key in standard.qty_based_pricing_ids] == [30, 300, 990]


def test_recorded_trunks_are_there(world: World) -> None:
    """All that recordings list or include, with the recorded configuration."""
    rows = [*recorded("voice_in_trunks/list.yaml")["data"]]
    rows += recorded("voice_in_trunk_groups/list.yaml")["included"]
    rows += recorded("voice_in_trunk_groups/create.yaml")["included"]
    assert len(rows) == 6
    for row in rows:
        trunk = world.table(VoiceInTrunk)[row["id"]]
        configuration = row["attributes"].pop("configuration")
        assert type_of(trunk.configuration) == configuration["type"]
        for name, value in configuration["attributes"].items():
            found = getattr(trunk.configuration, name)
            assert (list(found) if isinstance(found, tuple) else found) == value, name
        row["attributes"].pop("created_at")
        for name, value in row["attributes"].items():
            assert getattr(trunk, name) == value, name


def test_there_is_one_of_every_kind(world: World) -> None:
    assert {type_of(trunk.configuration) for trunk in world.table(VoiceInTrunk)} == set(KINDS)
    methods = {type(trunk.authentication_method) for trunk in world.table(VoiceOutTrunk)}
    assert methods == {CredentialsAndIp, IpOnly, Twilio}
    assert {trunk.status for trunk in world.table(VoiceOutTrunk)} == {"active", "blocked"}


def test_nothing_leads_to_what_is_not_there(world: World) -> None:
    links: list[tuple[type[Any], str | None]] = []
    for trunk in world.table(VoiceInTrunk):
        links += [(VoiceInTrunkGroup, trunk.voice_in_trunk_group_id), (Pop, trunk.pop_id)]
    for caller in world.table(VoiceOutTrunk):
        links += [(Did, key) for key in (*caller.did_ids, *caller.emergency_did_ids, caller.default_did_id)]
    for pool in world.table(CapacityPool):
        links += [(Country, key) for key in pool.country_ids]
        links += [(QtyBasedPricing, key) for key in pool.qty_based_pricing_ids]
    for group in world.table(SharedCapacityGroup):
        links.append((CapacityPool, group.capacity_pool_id))
    for did in world.table(Did):
        links += [(DidGroup, did.did_group_id), (SharedCapacityGroup, did.shared_capacity_group_id)]
    assert [link for link in links if link[1] is not None and link[1] not in world.table(link[0])] == []


# --- versions not served yet -----------------------------------------------------------------------

REGISTRY = Registry((V2021_04, V2021_12, V2022_05, V2026_04), TYPES, UNBUILT)


def ask(world: World, version: str, method: str, path: str, query: str = "", data: Any = None) -> Any:
    match = find(REGISTRY.schemas[version], method, path.strip("/").split("/"))
    assert isinstance(match, Match), f"{method} {path} is not routed in {version}"
    body = b"" if data is None else orjson.dumps({"data": data})
    request = Request(method, path, query, {"content-type": MEDIA_TYPE}, body)
    world.begin()
    try:
        outcome = Engine("/v3").run(world, request, match)
    except Refusal:
        world.end(False)
        raise
    world.end(True)
    return orjson.loads(outcome.body)["data"] if outcome.body else None


def test_trunks_had_other_names_in_2021_04(world: World) -> None:
    rows = ask(world, V2021_04, "GET", "/trunks", "include=trunk_group,pop")
    assert {row["type"] for row in rows} == {"trunks"}
    assert len(rows) == len(world.table(VoiceInTrunk))
    assert list(rows[2]["relationships"]) == ["trunk_group", "pop"]
    group = rows[2]["relationships"]["trunk_group"]["data"]
    assert group["type"] == "trunk_groups"
    shown = ask(world, V2021_04, "GET", f"/trunk_groups/{group['id']}", "include=trunks")
    assert {link["type"] for link in shown["relationships"]["trunks"]["data"]} == {"trunks"}
    did = next(iter(world.table(Did)))
    link = {"trunk": {"data": {"type": "trunks", "id": rows[0]["id"]}}}
    changed = {"type": "dids", "id": did.id, "relationships": link}
    ask(world, V2021_04, "PATCH", f"/dids/{did.id}", data=changed)
    assert world.table(Did)[did.id].voice_in_trunk_id == rows[0]["id"]


def test_members_came_version_by_version(world: World) -> None:
    counts = {}
    for version, path in ((V2021_04, "trunks"), *((v, "voice_in_trunks") for v in REGISTRY.versions[1:])):
        sip = next(
            row["attributes"]["configuration"]
            for row in ask(world, version, "GET", f"/{path}")
            if row["attributes"]["configuration"]["type"] == "sip_configurations"
        )
        counts[version] = len(sip["attributes"])
    assert counts == {V2021_04: 28, V2021_12: 31, V2022_05: 31, V2026_04: 39}


@pytest.mark.parametrize("version", [V2021_04, V2021_12])
def test_trunk_is_made_and_refused_in_older_versions(world: World, version: str) -> None:
    path, group = (
        ("trunks", "trunk_group") if version == V2021_04 else ("voice_in_trunks", "voice_in_trunk_group")
    )
    h323 = {"type": "h323_configurations", "attributes": {"dst": "{DID}", "host": "a.test"}}
    data: dict[str, Any] = {"type": path, "attributes": {"name": "old", "configuration": h323}}
    made = ask(world, version, "POST", f"/{path}", data=data)
    assert made["attributes"]["configuration"]["attributes"]["codec_ids"] == [9, 10, 8, 7, 6]
    data["attributes"]["name"] = "other"
    data["relationships"] = {group: {"data": {"type": f"{group}s", "id": "nothing"}}}
    with pytest.raises(Refusal) as caught:
        ask(world, version, "POST", f"/{path}", data=data)
    assert [error.pointer for error in caught.value.errors] == [f"/data/relationships/{group}"]


def test_outbound_trunks_began_in_2021_12(world: World) -> None:
    assert find(REGISTRY.schemas[V2021_04], "GET", ["voice_out_trunks"]) is None
    (row, *_) = ask(world, V2021_12, "GET", "/voice_out_trunks")
    assert list(row["relationships"]) == ["default_did", "dids"]
    assert "allowed_sip_ips" in row["attributes"]
    assert "authentication_method" not in row["attributes"]
