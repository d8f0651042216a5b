"""Snapshots: exact, cheap to keep, the same after a trip through JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core.codec import BadValue, decode_fields, decode_some, encode_fields
from mockserver.core.faults import Effect, Fault
from mockserver.core.limits import Limit
from mockserver.core.snapshots import (
    TooNew,
    canonical,
    comparable,
    differences,
    export,
    load,
    row_classes,
)
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from tests.support import NOON, Server, body_of, state_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}


def order(server: Server, quantity: int = 2) -> Any:
    body = {"order_items": [{"did_group_id": 16847, "quantity": quantity}]}
    return body_of(server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=body))


def busy(server: Server) -> World:
    """A sandbox where something of everything has happened."""
    world = server.world()
    order(server)
    world.advance(by=timedelta(seconds=1))
    search = "/didlogic/v2/numbers/search?country_name_contains=United&per_page=2"
    found = body_of(server.request("GET", search, headers=DIDLOGIC))["dids"]["dids"]
    numbers = {"did_numbers": [one["number"] for one in found]}
    server.request("POST", "/didlogic/v2/numbers/purchase", headers=DIDLOGIC, json=numbers)
    server.request("DELETE", "/idt/v1/dids/numbers/12074063052", headers=IDT)
    world.policies.chosen["idt.orders"] = Policy("manual", outcome="backordered")
    world.faults.put(Fault("f", Effect(latency=timedelta(seconds=1)), probability=0.5))
    world.faults.strike("idt", "", "GET", "/", NOON)
    world.options["idt"]["quota"] = 99
    world.set_limit("idt", Limit(5, 1.0))
    return world


@pytest.fixture(scope="module")
def shared_server() -> Server:
    return Server()


@pytest.fixture
def fresh(shared_server: Server) -> Server:
    """A server whose default sandbox is as the seed has it, at noon."""
    world = shared_server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return shared_server


def test_restored_state_is_the_one_captured(fresh: Server) -> None:
    world = busy(fresh)
    kept = world.capture()
    state, digest = state_of(world), kept.hash
    order(fresh, 1)
    world.advance(by=timedelta(days=400))
    world.options["idt"]["quota"] = None
    world.policies.chosen.clear()
    world.faults.clear()
    assert world.capture().hash != digest
    world.restore(kept)
    assert state_of(world) == state
    assert world.capture().hash == digest
    assert world.capture() == kept


def test_the_same_requests_have_the_same_answers_after_a_restore(fresh: Server) -> None:
    world = busy(fresh)
    kept = world.capture()
    first = [order(fresh), order(fresh, 3)]
    world.restore(kept)
    assert [order(fresh), order(fresh, 3)] == first


def test_snapshot_stays_as_it_was_whatever_happens_later(fresh: Server) -> None:
    world = busy(fresh)
    kept = world.capture()
    before = canonical(export(kept))
    order(fresh)
    world.advance(by=timedelta(days=40))
    assert canonical(export(kept)) == before


def test_snapshot_opens_in_another_sandbox(fresh: Server) -> None:
    kept = busy(fresh).capture()
    other = fresh.world("other")
    other.reset()
    other.restore(kept)
    assert state_of(other) == state_of(fresh.world())
    assert other.capture().hash == kept.hash


def test_trip_through_json_keeps_the_state(fresh: Server) -> None:
    world = busy(fresh)
    kept = world.capture()
    document = export(kept, with_hash=True)
    assert document["hash"] == kept.hash
    loaded = load(json.loads(canonical(document)), world.capture())
    assert export(loaded) == export(kept)
    world.reset()
    world.restore(loaded)
    assert world.capture().hash == kept.hash


def test_every_row_of_the_seed_makes_the_trip(fresh: Server) -> None:
    kinds = row_classes()
    for name, table in fresh.world().tables().items():
        for row in table:
            assert type(row) is kinds[name]
            encoded = encode_fields(row)
            decoded = decode_fields(kinds[name], json.loads(canonical(encoded)))
            assert encode_fields(decoded) == encoded, name
            if "***" not in json.dumps(encoded):
                assert decoded == row, name


def test_bad_ledger_is_refused_and_changes_nothing(fresh: Server) -> None:
    world = busy(fresh)
    state = state_of(world)
    document = export(world.capture())
    document["accounts"]["didlogic"]["lines"][0]["amount"] = "-0.01"
    with pytest.raises(ValueError, match="line 1 of the ledger does not add up"):
        world.restore(load(document, world.capture()))
    assert state_of(world) == state


def test_bad_document_is_refused_with_the_place(fresh: Server) -> None:
    like = busy(fresh).capture()
    bad: list[tuple[list[str], Any, str]] = [
        (["format"], "1", "format"),
        (["accounts"], [], "accounts"),
        (["accounts", "twilio"], {}, "accounts.twilio"),
        (["accounts", "idt", "opening"], "much", "accounts.idt.opening"),
        (["accounts", "idt", "tables", "didww.orders"], [], "accounts.idt.tables.didww.orders"),
        (["accounts", "idt", "gone"], {"16847": ["1"]}, "accounts.idt.gone.16847[0]"),
        (["agenda"], [{"kind": ["idt.party"]}], "agenda[0].kind"),
        (["policies"], {"idt.orders": {"mode": "soon"}}, "policies.idt.orders.mode"),
        (["faults"], [{}], "faults[0].fault"),
        (["ids", "state"], [1], "ids.state"),
        (["clock", "mode"], "slow", "clock.mode"),
        (["clock", "now"], "2026-03-01T12:00:00", "clock.now"),
    ]
    for way, value, where in bad:
        document = json.loads(canonical(export(like)))
        inner = document
        for step in way[:-1]:
            inner = inner[step]
        inner[way[-1]] = value
        with pytest.raises(BadValue) as refused:
            load(document, like)
        assert refused.value.path == where


_JUNK = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just([{}])


@pytest.fixture(scope="module")
def undamaged(shared_server: Server) -> bytes:
    """A document in which something of everything has happened."""
    world = shared_server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    document = canonical(export(busy(shared_server).capture()))
    world.reset()
    return document


@settings(max_examples=50)
@given(st.data())
def test_damaged_document_is_refused_or_read_and_never_crashes(
    shared_server: Server, undamaged: bytes, data: Any
) -> None:
    world = shared_server.world()
    document = json.loads(undamaged)
    inner: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if not inner[key] or not isinstance(inner[key], dict | list) or data.draw(st.booleans()):
            inner[key] = data.draw(_JUNK)
            break
        inner = inner[key]
    state = state_of(world)
    try:
        world.restore(load(document, world.capture()))
    except ValueError:
        assert state_of(world) == state
    finally:
        world.reset()


def test_later_format_is_refused(fresh: Server) -> None:
    document = export(fresh.world().capture()) | {"format": 2}
    with pytest.raises(TooNew, match="format 2, this server reads formats up to 1"):
        load(document, fresh.world().capture())


def test_differences_name_what_changed(fresh: Server) -> None:
    world = fresh.world()
    before = world.capture()
    made = order(fresh)
    after = world.capture()
    tables = ["idt.orders", "idt.numbers"]
    found = list(
        differences(comparable(before, tables, world.seed_rows), comparable(after, tables, world.seed_rows))
    )
    identifier = made["order"]["id"]
    assert [one["at"] for one in found] == [
        f"accounts.idt.tables.idt.orders.{identifier}",
        f"agenda.{after.entries}",
    ]
    assert found[0]["before"] is None
    assert found[0]["after"]["item"]["quantity"] == 2


@dataclass(frozen=True)
class Inner:
    a: int
    b: str | None = None


@dataclass(frozen=True)
class Other:
    c: bool


@dataclass(frozen=True)
class Everything:
    amount: Decimal
    at: datetime
    day: date | None
    length: timedelta
    names: tuple[str, ...]
    pair: tuple[int, str]
    places: frozenset[int]
    mode: Literal["x", "y"]
    inner: Inner
    either: Inner | Other | None
    data: bytes
    sip_password: str
    number: float = 0.5


_WHOLE = st.integers(-(2**63), 2**63 - 1)
_INNER = st.builds(Inner, _WHOLE, st.none() | st.text())
_ALL = st.builds(
    Everything,
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    at=st.datetimes(timezones=st.just(UTC)),
    day=st.none() | st.dates(),
    length=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1000)).map(
        lambda length: timedelta(seconds=length.total_seconds())
    ),
    names=st.lists(st.text()).map(tuple),
    pair=st.tuples(_WHOLE, st.text()),
    places=st.frozensets(_WHOLE),
    mode=st.sampled_from(("x", "y")),
    inner=_INNER,
    either=st.none() | _INNER | st.builds(Other, st.booleans()),
    data=st.binary(),
    sip_password=st.sampled_from(("", "***")),
    number=st.floats(allow_nan=False, allow_infinity=False),
)


@given(_ALL)
def test_codec_gives_back_what_it_was_given(record: Everything) -> None:
    assert decode_fields(Everything, json.loads(canonical(encode_fields(record)))) == record


def test_secrets_do_not_leave() -> None:
    record = Everything(
        Decimal(1), NOON, None, timedelta(), (), (1, ""), frozenset(), "x", Inner(1), None, b"", "hush"
    )
    assert encode_fields(record)["sip_password"] == "***"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_codec_refuses_whatever_is_not_the_record(value: Any) -> None:
    with pytest.raises(BadValue):
        decode_fields(Everything, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", 10**400),
        ("at", "0001-01-01T00:00:00+01:00"),
        ("names", ["\ud800"]),
        ("pair", [2**63, ""]),
    ],
)
def test_codec_refuses_what_no_answer_can_hold(field: str, value: Any) -> None:
    with pytest.raises(BadValue) as refused:
        decode_some(Everything, {field: value})
    assert refused.value.path.partition("[")[0] == field


def test_codec_reads_instants_of_any_zone() -> None:
    read = decode_some(Everything, {"at": "2026-03-01T13:00:00+01:00"})
    assert (read["at"], read["at"].tzinfo) == (datetime(2026, 3, 1, 12, 0, tzinfo=UTC), UTC)
