"""One request after another, on every OpenAPI document: links lead somewhere, what was made can be read,
changed and deleted, what is deleted is gone, and without the right key nothing works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import settings

from contracts import build_didlogic, build_didww, build_idt
from contracts.didww_tables import VERSIONS
from mockserver.core.world import World
from tests.contracts.fuzzing import ASKED, Fuzzer, few
from tests.contracts.fuzzing_didww import DidwwFuzzer
from tests.contracts.walking import Api, pointed
from tests.didlogic.account import BEARER
from tests.didlogic.test_fuzz import KNOWN as didlogic_known
from tests.idt.support import HEADERS
from tests.idt.test_fuzz import KNOWN as idt_known
from tests.support import NOON, Server, state_of

SERVER = Server(rate_limits=False, journal_entries=0)
NEWEST, *FORMER = (f"didww-{version}" for version in reversed(VERSIONS))


def _didww(version: str) -> Api:
    return Api(
        build_didww.document(version),
        SERVER,
        "/didww",
        {"api-key": "sandbox-default"},
        {"api-key": "no-such-key"},
        {"x-didww-api-version": version},
    )


APIS = {
    **{f"didww-{version}": _didww(version) for version in VERSIONS},
    "idt": Api(build_idt.document(), SERVER, "/idt", HEADERS, {**HEADERS, "x-api-secret": "wrong"}),
    **{
        f"didlogic-{version}": Api(
            build_didlogic.document(version), SERVER, "/didlogic", BEARER, {"authorization": "Bearer wrong"}
        )
        for version in ("v1", "v2")
    },
}
# What a list cannot do without.
QUERIES = {"get_did_groups": "?country_iso=US&region_code=US-AK"}


@pytest.fixture
def world() -> World:
    world = SERVER.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return world


# --- keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", APIS)
def test_no_operation_works_without_the_right_key(name: str, world: World) -> None:
    api, before = APIS[name], state_of(world)
    for operation, (_, _, described) in api.operations.items():
        for credentials in ({}, api.wrong):
            status = api.ask(operation, credentials=credentials).status
            expected = (200,) if described.get("security") == [] else (401, 403)
            assert status in expected, (operation, credentials, status)
    assert state_of(world) == before


# --- links ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in APIS if not name.startswith("didlogic")])
def test_links_of_lists_lead_to_their_records(name: str, world: World) -> None:
    api, followed = APIS[name], 0
    for source, status, target, parameters in api.links():
        method, path, _ = api.operations[source]
        if method != "get" or status != "200" or "{" in path or api.operations[target][0] != "get":
            continue
        answer = api.ask(source, query=QUERIES.get(source, ""))
        try:
            known = {key: pointed(answer.body, place) for key, place in parameters.items()}
        except IndexError:  # a new account has none
            continue
        assert api.ask(target, known).status == 200, (source, target)
        followed += 1
    assert followed >= (20 if name.startswith("didww") else 3)


# What a way along the links needs: values that exist, and deletions after which a record can still be read.
FUZZERS = {
    **{f"didww-{version}": partial(DidwwFuzzer, version, SERVER, "default") for version in VERSIONS},
    "idt": lambda: Fuzzer(APIS["idt"].document, SERVER, "/idt", HEADERS, idt_known),
    "didlogic-v1": lambda: Fuzzer(APIS["didlogic-v1"].document, SERVER, "/didlogic", BEARER, didlogic_known),
    "didlogic-v2": lambda: Fuzzer(APIS["didlogic-v2"].document, SERVER, "/didlogic", BEARER, didlogic_known),
}
WAYS = [name for name in FUZZERS if ASKED or name not in FORMER]  # it takes seconds to see them
STAY = ("deleteOrder", "deleteEmergencyCallingService", "archive_identity")


@pytest.mark.parametrize("name", WAYS)
def test_ways_along_the_links_are_answered_as_described(name: str, world: World) -> None:
    """Schemathesis goes from one operation to another with what the answers name."""

    def begin() -> None:
        world.reset()
        world.clock.set(mode="frozen", now=NOON)

    machine = FUZZERS[name]().machine(begin, STAY)
    machine.run(settings=settings(few(2), stateful_step_count=8))


# --- from creation to deletion ----------------------------------------------------------------------------

Body = Callable[[Api], Any]


@dataclass(frozen=True)
class Life:
    """What is made and how it is changed; `update` gets the record's path parameters as well.

    stays     a deleted record can still be read
    parents   path parameters of what it belongs to
    """

    create: str
    body: Body
    update: Callable[[Mapping[str, Any]], Any] | None = None
    stays: bool = False
    parents: Mapping[str, Any] = field(default_factory=dict)


def data(kind: str, attributes: Any, **links: Any) -> Any:
    """A JSON:API document; links are (type, id)."""
    relationships = {name: {"data": {"type": to, "id": key}} for name, (to, key) in links.items()}
    return {"data": {"type": kind, "attributes": attributes, "relationships": relationships}}


def first(api: Api, listing: str, query: str = "") -> str:
    identifier: str = api.ask(listing, query=query).body["data"][0]["id"]
    return identifier


def changing(kind: str, **attributes: Any) -> Callable[[Mapping[str, Any]], Any]:
    return lambda key: {"data": {"type": kind, "id": key["id"], "attributes": attributes}}


def sku(api: Api) -> str:
    groups = api.ask("listDidGroups", query="?include=stock_keeping_units&page[size]=200").body
    group = next(
        row
        for row in groups["data"]
        if row["meta"]["total_count"] > 3 and not row["meta"]["needs_registration"]
    )
    found: str = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
    return found


PSTN = {"type": "pstn_configurations", "attributes": {"dst": "442037691880"}}
IPS = ["203.0.113.7"]


def outbound(api: Api) -> Any:
    attributes: dict[str, Any] = {"name": "walk", "on_cli_mismatch_action": "reject_call"}
    if api is APIS[NEWEST]:
        method = {"type": "credentials_and_ip", "attributes": {"allowed_sip_ips": IPS}}
        return data("voice_out_trunks", {**attributes, "authentication_method": method})
    return data("voice_out_trunks", {**attributes, "allowed_sip_ips": IPS})


PERSON = {
    "identity_type": "personal",
    "first_name": "Jane",
    "last_name": "Doe",
    "phone_number": "442037691880",
}
PLACE = {"city_name": "London", "postal_code": "SW1A 2AA", "address": "10 Downing Street"}
DIDWW = [
    Life(
        "createVoiceInTrunk",
        lambda api: data("voice_in_trunks", {"name": "walk", "configuration": PSTN}),
        changing("voice_in_trunks", priority=2),
    ),
    Life(
        "createVoiceInTrunkGroup",
        lambda api: data("voice_in_trunk_groups", {"name": "walk"}),
        changing("voice_in_trunk_groups", capacity_limit=3),
    ),
    Life("createVoiceOutTrunk", outbound, changing("voice_out_trunks", capacity_limit=3)),
    Life(
        "createSharedCapacityGroup",
        lambda api: data(
            "shared_capacity_groups",
            {"name": "walk", "shared_channels_count": 1, "metered_channels_count": 0},
            capacity_pool=("capacity_pools", first(api, "listCapacityPools")),
        ),
        changing("shared_capacity_groups", name="walked"),
    ),
    Life(
        "createDidReservation",
        lambda api: data(
            "did_reservations", {}, available_did=("available_dids", first(api, "listAvailableDids"))
        ),
    ),
    Life(
        "createOrder",
        lambda api: data(
            "orders",
            {"items": [{"type": "did_order_items", "attributes": {"sku_id": sku(api), "qty": 1}}]},
        ),
        stays=True,
    ),
    Life(
        "createIdentity",
        lambda api: data("identities", PERSON, country=("countries", first(api, "listCountries"))),
        changing("identities", first_name="Joan"),
    ),
    Life(
        "createAddress",
        lambda api: data(
            "addresses",
            PLACE,
            country=("countries", first(api, "listCountries")),
            identity=("identities", first(api, "listIdentities")),
        ),
        changing("addresses", description="front door"),
    ),
]
TRUNK_GROUP = {
    "name": "walk",
    "ring_type": "simultaneous",
    "pop": "US",
    "is_default": False,
    "switches": [{"ip": "10.232.12.255", "port": 5060}],
}


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


LIVES = {
    **{name: [life for life in DIDWW if life.create in APIS[name].operations] for name in (NEWEST, *FORMER)},
    "idt": [Life("create_trunk_group", lambda api: TRUNK_GROUP, lambda key: TRUNK_GROUP)],
    "didlogic-v1": [
        Life(
            "create_sipaccount",
            lambda api: form(**{"sipaccount[label]": "walk", "sipaccount[password]": "a long password"}),
            lambda key: form(**{"sipaccount[label]": "walked"}),
        ),
        Life(
            "create_destination",
            lambda api: form(**{"destination[transport]": "5", "destination[destination]": "12345"}),
            lambda key: form(**{"destination[active]": "0"}),
            parents={"purchase_id": "18565999999"},
        ),
    ],
    "didlogic-v2": [
        Life(
            "create_identity",
            lambda api: form(**{"identity[name]": "walk"}),
            lambda key: form(**{"identity[name]": "walked"}),
            stays=True,
        ),
    ],
}


def cases() -> list[Any]:
    return [
        pytest.param(name, life, id=f"{name}-{life.create}")
        for name, lives in LIVES.items()
        for life in lives
    ]


@pytest.mark.parametrize(("name", "life"), cases())
def test_what_is_made_is_read_changed_and_deleted_and_then_gone(name: str, life: Life, world: World) -> None:
    api = APIS[name]
    made = api.ask(life.create, life.parents, life.body(api))
    assert made.status in (200, 201)
    key = {**life.parents, **api.key_of(life.create, made.body)}
    steps: dict[str, list[str]] = {"get": [], "put": [], "patch": [], "delete": []}
    for operation in api.below(life.create):
        steps[api.operations[operation][0]].append(operation)
    changes = [*steps["put"], *steps["patch"]] if life.update is not None else []
    sent = {operation: life.update(key) for operation in changes if life.update is not None}
    assert steps["delete"]
    for operation in steps["get"]:
        assert api.ask(operation, key).status == 200, operation
    for operation in changes:
        assert api.ask(operation, key, sent[operation]).status == 200, operation
    (deletion,) = steps["delete"]
    assert api.ask(deletion, key).status in (200, 204)
    world.advance()
    if life.stays:
        assert all(api.ask(operation, key).status == 200 for operation in steps["get"])
        return
    for operation in (*steps["get"], *changes, deletion):
        assert api.ask(operation, key, sent.get(operation)).status == 404, operation
