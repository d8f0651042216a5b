"""The order of included records; expectations worked out by hand from engine.md 9."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.jsonapi.trunks import Pop, Trunk, TrunkGroup, WithTrunks

HEADERS = {"api-key": "key", "x-didww-api-version": "2026-04-16"}


@pytest.fixture
def server() -> WithTrunks:
    """Three trunks: t1 and t2 in group g1 with pops p2 and p1, t3 in group g2 with pop p1."""
    made = WithTrunks()
    world = made.world
    for name in ("p1", "p2"):
        world.table(Pop).put(Pop(name, name))
    for name, group, pop in (("t1", "g1", "p2"), ("t2", "g1", "p1"), ("t3", "g2", "p1")):
        world.table(Trunk).put(Trunk(name, name, voice_in_trunk_group_id=group, pop_id=pop))
    world.table(TrunkGroup).put(TrunkGroup("g1", "g1", voice_in_trunk_ids=("t1", "t2")))
    world.table(TrunkGroup).put(TrunkGroup("g2", "g2", voice_in_trunk_ids=("t3",)))
    world.commit()
    return made


def ask(server: WithTrunks, path: str, query: str = "") -> Any:
    answer = server.send("GET", path, query, HEADERS, None)
    assert answer.status == 200, answer.body
    return orjson.loads(answer.body)


def names(body: Any) -> list[str]:
    return [row["id"] for row in body["included"]]


def test_types_stand_in_declared_order_and_records_in_order_of_use(server: WithTrunks) -> None:
    body = ask(server, "/v3/voice_in_trunks", "include=pop,voice_in_trunk_group")
    assert names(body) == ["g1", "g2", "p2", "p1"]


def test_nested_record_comes_before_the_one_that_led_to_it_within_a_type(server: WithTrunks) -> None:
    body = ask(server, "/v3/voice_in_trunks/t3", "include=voice_in_trunk_group.voice_in_trunks.pop")
    assert names(body) == ["g2"]  # t3 is primary: the path ends there, before its pop
    body = ask(server, "/v3/voice_in_trunks/t1", "include=voice_in_trunk_group.voice_in_trunks.pop")
    assert names(body) == ["t2", "g1", "p1"]  # the type of the primary record was visited first


def test_path_through_a_primary_record_ends_there(server: WithTrunks) -> None:
    body = ask(server, "/v3/voice_in_trunk_groups/g1", "include=voice_in_trunks.voice_in_trunk_group")
    assert names(body) == ["t1", "t2"]
    back = body["included"][0]["relationships"]["voice_in_trunk_group"]
    assert back["data"] == {"type": "voice_in_trunk_groups", "id": "g1"}


def test_record_reached_twice_is_there_once_with_all_its_linkage(server: WithTrunks) -> None:
    query = "include=voice_in_trunks.pop,voice_in_trunks.voice_in_trunk_group.voice_in_trunks"
    body = ask(server, "/v3/voice_in_trunk_groups/g2", query)
    assert names(body) == ["t3", "p1"]
    assert list(body["included"][0]["relationships"]["pop"]) == ["links", "data"]
    way = "voice_in_trunk_group.voice_in_trunks"
    body = ask(server, "/v3/voice_in_trunks/t1", f"include={way}.pop,{way}.{way}")
    assert names(body) == ["t2", "g1", "p1"]
    t2 = body["included"][0]["relationships"]  # the second time as the end of the path, without more to show
    assert [list(t2[name]) for name in ("pop", "voice_in_trunk_group")] == [["links", "data"]] * 2


def test_included_record_has_no_linkage_of_the_way_back(server: WithTrunks) -> None:
    body = ask(server, "/v3/voice_in_trunk_groups/g2", "include=voice_in_trunks")
    assert [list(r) for r in body["included"][0]["relationships"].values()] == [["links"], ["links"]]


def test_cycle_of_sixty_steps_is_served_and_longer_ones_are_refused(server: WithTrunks) -> None:
    step = "voice_in_trunks.voice_in_trunk_group"
    body = ask(server, "/v3/voice_in_trunk_groups", "include=" + ".".join([step] * 30))
    assert names(body) == ["t1", "t2", "t3"]
    answer = server.send(
        "GET", "/v3/voice_in_trunk_groups", "include=" + ".".join([step] * 300), HEADERS, None
    )
    assert answer.status == 400


def test_fields_of_an_included_type_act_on_it_alone(server: WithTrunks) -> None:
    query = "include=pop&fields[pops]=name&fields[voice_in_trunks]=pop"
    body = ask(server, "/v3/voice_in_trunks/t1", query)
    assert list(body["data"]) == ["id", "type", "relationships"]
    assert body["data"]["relationships"]["pop"]["data"] == {"type": "pops", "id": "p2"}
    assert body["included"] == [{"id": "p2", "type": "pops", "attributes": {"name": "p2"}}]
