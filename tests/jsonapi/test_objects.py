"""Attributes that hold objects, to-many ends that store nothing, write-only relationships, hidden rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

import orjson
import pytest

from mockserver.core.messages import Request
from mockserver.core.stock import Shelves
from mockserver.core.tables import Row
from mockserver.core.world import AccountSeed, World
from mockserver.jsonapi.codecs import DECIMAL
from mockserver.jsonapi.engine import Engine
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.objects import Given, Kind, objects
from mockserver.jsonapi.resource import Incoming, ResourceType, attr, exact, many, one
from mockserver.jsonapi.routes import Match, find
from mockserver.jsonapi.schema import Registry

OLD, NEW = "2020-01-01", "2021-01-01"


@dataclass(frozen=True, slots=True)
class Bulb:
    watts: int = 40
    price: Decimal | None = None
    colour: str = "white"
    serial: str = "made here"


@dataclass(frozen=True, slots=True)
class Candle:
    wax: str = ""


@dataclass(frozen=True, slots=True)
class Lamp(Row):
    table: ClassVar[str] = "test.lamps"
    id: str
    light: Bulb | Candle | None = None
    room_id: str | None = None


@dataclass(frozen=True, slots=True)
class Room(Row):
    table: ClassVar[str] = "test.rooms"
    id: str


BULB = Kind(
    "bulbs",
    Bulb,
    (
        attr("watts", create=True, update=True),
        attr("price", DECIMAL, create=True),
        attr("colour", create=True, update=True, since=NEW),
        attr("serial"),
    ),
)
CANDLE = Kind("candles", Candle, (attr("wax", create=True, update=True),), until=OLD)
sent: list[Incoming] = []  # what the rules of the last request were given


def _create(world: World, incoming: Incoming) -> Row:
    sent.append(incoming)
    given: Given | None = incoming.values.get("light")
    kinds: dict[str, Any] = {"bulbs": Bulb, "candles": Candle}
    light = None if given is None else kinds[given.type](**given.values)
    return world.table(Lamp).put(Lamp(world.ids.uuid(), light, incoming.values.get("room_id")))


def _update(world: World, row: Any, incoming: Incoming) -> Row:
    sent.append(incoming)
    given: Given | None = incoming.values.get("light")
    light = row.light if given is None else replace(row.light, **given.values)
    return world.table(Lamp).put(replace(row, light=light))


def _fill(world: World, row: Any, incoming: Incoming) -> Row:
    """The members of a room as a request names them: the rule moves the lamps."""
    sent.append(incoming)
    for lamp in list(world.table(Lamp)):
        if (lamp.room_id == row.id) is not (lamp.id in incoming.values["lamp_ids"]):
            world.table(Lamp).put(replace(lamp, room_id=None if lamp.room_id == row.id else row.id))
    return row  # type: ignore[no-any-return]


LAMPS = ResourceType(
    type="lamps",
    row=Lamp,
    attributes=(objects("light", BULB, CANDLE, create=True, update=True),),
    relationships=(
        one("room", "rooms", create=True),
        one("switch", "rooms", field="switch_id", create=True, read=False),
    ),
    filters=(
        exact(
            "light.type",
            value=lambda _, row: {Bulb: "bulbs", Candle: "candles"}.get(type(row.light)),
            blank=True,
            words=("bulbs", "candles"),
        ),
    ),
    operations=("list", "show", "create", "update"),
    create=_create,
    update=_update,
    expresses=lambda row, version: version <= OLD or not isinstance(row.light, Candle),
)
ROOMS = ResourceType(
    type="rooms",
    row=Room,
    attributes=(),
    relationships=(many("lamps", "lamps", field="lamp_ids", inverse="room_id", update=True, replace=True),),
    operations=("list", "show", "update"),
    update=_fill,
)
REGISTRY = Registry([OLD, NEW], [LAMPS, ROOMS])


class House:
    """A world of lamps and rooms, and the engine in front of it."""

    def __init__(self) -> None:
        self.world = World("house", {"test": AccountSeed("test", Decimal(0), {}, Shelves([]))})
        self.engine = Engine("/v1")
        self.put(
            Room("hall"), Lamp("l1", Bulb(60, Decimal("1.50")), "hall"), Lamp("l2", Candle("bees"), "hall")
        )
        self.put(Lamp("l3"))

    def put(self, *rows: Row) -> None:
        for row in rows:
            self.world.table(type(row)).put(row)
        self.world.commit()

    def ask(self, method: str, path: str, query: str = "", data: Any = None, version: str = NEW) -> Any:
        match = find(REGISTRY.schemas[version], method, path.strip("/").split("/"))
        assert isinstance(match, Match)
        headers = {"content-type": "application/vnd.api+json"}
        body = b"" if data is None else orjson.dumps({"data": data})
        self.world.begin()
        try:
            outcome = self.engine.run(self.world, Request(method, path, query, headers, body), match)
        except Refusal:
            self.world.end(False)
            raise
        self.world.end(True)
        return orjson.loads(outcome.body)["data"] if outcome.body else None

    def refused(self, light: Any, method: str = "POST", path: str = "/lamps", version: str = NEW) -> Any:
        data = {"type": "lamps", "attributes": {"light": light}}
        if method == "PATCH":
            data["id"] = path.rpartition("/")[2]
        before = list(self.world.table(Lamp))
        with pytest.raises(Refusal) as caught:
            self.ask(method, path, data=data, version=version)
        assert list(self.world.table(Lamp)) == before
        return [(e.status, e.code, e.detail) for e in caught.value.errors]


@pytest.fixture
def house() -> House:
    sent.clear()
    return House()


def bulb(**members: Any) -> dict[str, Any]:
    return {"type": "bulbs", "attributes": members}


def test_object_is_written_with_the_members_that_the_version_has(house: House) -> None:
    new = {"watts": 60, "price": "1.5", "colour": "white", "serial": "made here"}
    assert house.ask("GET", "/lamps/l1")["attributes"]["light"] == bulb(**new)
    old = {name: value for name, value in new.items() if name != "colour"}
    assert house.ask("GET", "/lamps/l1", version=OLD)["attributes"]["light"] == bulb(**old)
    assert house.ask("GET", "/lamps/l3")["attributes"] == {"light": None}


def test_object_reaches_the_rules_unread(house: House) -> None:
    data = {"type": "lamps", "attributes": {"light": bulb(watts=5, price=None)}}
    made = house.ask("POST", "/lamps", data=data)
    assert sent[-1].values == {"light": Given("bulbs", {"watts": 5, "price": None})}
    change = {"type": "lamps", "id": made["id"], "attributes": {"light": bulb(colour="red")}}
    changed = house.ask("PATCH", f"/lamps/{made['id']}", data=change)
    assert sent[-1].values == {"light": Given("bulbs", {"colour": "red"})}
    assert changed["attributes"]["light"]["attributes"]["watts"] == 5
    nothing = {"type": "lamps", "attributes": {"light": None}}
    assert house.ask("POST", "/lamps", data=nothing)["attributes"] == {"light": None}


@pytest.mark.parametrize(
    ("light", "code", "detail"),
    [
        ("text", "103", "text is not a valid value for light."),
        (7, "103", "7 is not a valid value for light."),
        ([], "103", "[] is not a valid value for light."),
        ({}, "106", "The required parameter, type, is missing."),
        ({"type": None, "attributes": {}}, "106", "The required parameter, type, is missing."),
        ({"type": "bulbs"}, "106", "The required parameter, attributes, is missing."),
        ({"type": "bulbs", "attributes": {}, "id": "1"}, "105", "id is not allowed."),
        ({"type": "torches", "attributes": {}}, "103", "torches is not a valid value for type."),
        ({"type": ["bulbs"], "attributes": {}}, "103", '["bulbs"] is not a valid value for type.'),
        ({"type": "bulbs", "attributes": "x"}, "103", "x is not a valid value for attributes."),
        ({"type": "candles", "attributes": {}}, "103", "candles is not a valid value for type."),
        ({"type": "bulbs", "attributes": {"serial": "x"}}, "105", "serial is not allowed."),
        ({"type": "bulbs", "attributes": {"Watts": 1}}, "105", "Watts is not allowed."),
        ({"type": "bulbs", "attributes": {"b": 1, "a": 1}}, "105", "b is not allowed."),
    ],
)
def test_object_is_refused_when_its_shape_is_wrong(house: House, light: Any, code: str, detail: str) -> None:
    assert house.refused(light) == [(400, code, detail)]


def test_members_are_refused_that_an_update_or_an_older_version_does_not_write(house: House) -> None:
    for light, method, path, version in (
        (bulb(price="1.0"), "PATCH", "/lamps/l1", NEW),
        (bulb(colour="red"), "POST", "/lamps", OLD),
    ):
        name = next(iter(light["attributes"]))
        assert house.refused(light, method, path, version) == [(400, "105", f"{name} is not allowed.")]


def test_kind_is_filtered_by_its_words(house: House) -> None:
    rows = house.ask("GET", "/lamps", "filter[light.type]=candles,bulbs", version=OLD)
    assert [row["id"] for row in rows] == ["l1", "l2"]
    assert [row["id"] for row in house.ask("GET", "/lamps", "filter[light.type]=")] == ["l3"]
    with pytest.raises(Refusal, match=r"torches is not a valid value for light\.type"):
        house.ask("GET", "/lamps", "filter[light.type]=torches")


def test_row_is_not_there_when_a_version_has_no_words_for_it(house: House) -> None:
    assert [row["id"] for row in house.ask("GET", "/lamps", version=OLD)] == ["l1", "l2", "l3"]
    assert [row["id"] for row in house.ask("GET", "/lamps")] == ["l1", "l3"]
    with pytest.raises(Refusal, match="l2 could not be found"):
        house.ask("GET", "/lamps/l2")
    assert [row["id"] for row in house.ask("GET", "/rooms/hall/lamps")] == ["l1"]
    assert [row["id"] for row in house.ask("GET", "/rooms/hall/lamps", version=OLD)] == ["l1", "l2"]


def test_other_end_of_a_to_one_is_found_without_being_stored(house: House) -> None:
    hall = house.ask("GET", "/rooms/hall", "include=lamps", version=OLD)
    assert [link["id"] for link in hall["relationships"]["lamps"]["data"]] == ["l1", "l2"]
    lamps = [{"type": "lamps", "id": "l3"}]
    house.ask("POST", "/rooms/hall/relationships/lamps", data=lamps, version=OLD)
    assert sent[-1].values == {"lamp_ids": ("l1", "l2", "l3")}
    house.ask("DELETE", "/rooms/hall/relationships/lamps", data=[{"type": "lamps", "id": "l1"}], version=OLD)
    assert sent[-1].values == {"lamp_ids": ("l2", "l3")}
    house.ask("PATCH", "/rooms/hall/relationships/lamps", data=lamps, version=OLD)
    assert [row["id"] for row in house.ask("GET", "/rooms/hall/relationships/lamps")] == ["l3"]


def test_write_only_relationship_is_taken_and_never_shown(house: House) -> None:
    linkage = {"switch": {"data": {"type": "rooms", "id": "hall"}}}
    made = house.ask("POST", "/lamps", data={"type": "lamps", "relationships": linkage})
    assert sent[-1].values == {"switch_id": "hall"}
    assert list(made["relationships"]) == ["room"]
    assert find(REGISTRY.schemas[NEW], "GET", ["lamps", "l1", "switch"]) is None
    for query, word in (("include=switch", "switch"), ("fields[lamps]=switch", "switch")):
        with pytest.raises(Refusal, match=word):
            house.ask("GET", "/lamps", query)


def test_kind_is_refused_when_its_class_lacks_a_member() -> None:
    with pytest.raises(TypeError, match="Candle has no wick"):
        Kind("candles", Candle, (attr("wick"),))
