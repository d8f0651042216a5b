"""Polymorphic to-one relationships (engine.md 7.2, 9, 11), and types that answer in ways of their own."""

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
from mockserver.jsonapi.engine import Engine
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.outcome import Outcome
from mockserver.jsonapi.resource import Incoming, ResourceType, Unbuilt, attr, many, one, one_of
from mockserver.jsonapi.routes import Match, find
from mockserver.jsonapi.schema import Registry, plural

OLD, NEW = "2020-01-01", "2021-01-01"


@dataclass(frozen=True, slots=True)
class Person(Row):
    table: ClassVar[str] = "test.people"
    id: str
    name: str
    home_id: str | None = None


@dataclass(frozen=True, slots=True)
class House(Row):
    table: ClassVar[str] = "test.houses"
    id: str
    street: str
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Paper(Row):
    """A paper about a person or a house."""

    table: ClassVar[str] = "test.papers"
    id: str
    entity_id: str | None = None
    entity_type: str | None = None


given: list[dict[str, Any]] = []  # what the rules got, request by request


def _create(world: World, incoming: Incoming) -> Paper:
    given.append(incoming.values)
    return world.table(Paper).put(Paper(world.ids.uuid(), **incoming.values))


def _update(world: World, row: Any, incoming: Incoming) -> Paper:
    given.append(incoming.values)
    return world.table(Paper).put(replace(row, **incoming.values))


def _weigh(world: World, request: Request, version: str) -> Outcome:
    return Outcome(
        201, request.body, "papers.weigh", "assumed", kind="text/plain", headers=[("X-Kilo", version)]
    )


PEOPLE = ResourceType(
    type="people",
    former=((OLD, "persons"),),
    row=Person,
    attributes=(attr("name"),),
    relationships=(
        one("home", "houses", quiet=True),
        many("papers", "papers", field="paper_ids", inverse="entity_id"),
    ),
)
HOUSES = ResourceType(
    type="houses",
    row=House,
    attributes=(attr("street"),),
    relationships=(one("owner", "people"), many("papers", "papers", field="paper_ids", inverse="entity_id")),
)
PAPERS = ResourceType(
    type="papers",
    row=Paper,
    attributes=(),
    relationships=(one_of("entity", "people", "houses", create=True, update=True),),
    operations=("list", "show", "create", "update"),
    create=_create,
    update=_update,
    absent={"show": "papers - gone"},
)
SCALES = ResourceType(
    type="scales", row=Paper, attributes=(), operations=("create",), handlers={"create": _weigh}
)
SIGNS = ResourceType(
    type="signs", row=House, attributes=(attr("street"),), paging=None, operations=("list",), bare=True
)
REGISTRY = Registry([OLD, NEW], [PEOPLE, HOUSES, PAPERS, SCALES, SIGNS], [Unbuilt("cars")])


class Office:
    """A world of papers, and the engine in front of it."""

    def __init__(self) -> None:
        self.world = World("office", {"test": AccountSeed("test", Decimal(0), {}, Shelves([]))})
        self.engine = Engine("/v1")
        rows = (Person("ann", "Ann", "hill"), House("hill", "Hill Street", "ann"), House("moor", "Moor Lane"))
        papers = (Paper("p1", "ann", "people"), Paper("p2", "hill", "houses"), Paper("p3"))
        for row in (*rows, *papers):
            self.world.table(type(row)).put(row)
        self.world.commit()
        given.clear()

    def outcome(
        self, method: str, path: str, query: str = "", data: Any = None, version: str = NEW
    ) -> Outcome:
        schema = REGISTRY.schemas[version]
        match = find(schema, method, [part for part in path.split("/") if part])
        assert isinstance(match, Match), path
        body = b"" if data is None and method == "GET" else orjson.dumps({"data": data})
        headers = {"content-type": "application/vnd.api+json"} if body else {}
        request = Request(method, path, query, headers, body, "http://x")
        return self.engine.run(self.world, request, match)

    def ask(self, method: str, path: str, query: str = "", data: Any = None, version: str = NEW) -> Any:
        body = self.outcome(method, path, query, data, version).body
        return orjson.loads(body) if body else None

    def refused(self, method: str, path: str, query: str = "", data: Any = None) -> dict[str, Any]:
        with pytest.raises(Refusal) as caught:
            self.ask(method, path, query, data)
        (error,) = caught.value.errors
        return error.wire()


@pytest.fixture
def office() -> Office:
    return Office()


def paper(entity: Any) -> dict[str, Any]:
    return {"type": "papers", "relationships": {"entity": {"data": entity}}}


# --- reading -----------------------------------------------------------------------------------------


def test_linkage_names_the_type_of_the_record(office: Office) -> None:
    rows = office.ask("GET", "/papers", "include=entity")
    assert [row["relationships"]["entity"]["data"] for row in rows["data"]] == [
        {"type": "people", "id": "ann"},
        {"type": "houses", "id": "hill"},
        None,
    ]
    assert [(row["type"], row["id"]) for row in rows["included"]] == [("people", "ann"), ("houses", "hill")]


def test_linkage_has_the_name_that_the_version_gives_a_type(office: Office) -> None:
    found = office.ask("GET", "/papers/p1", "include=entity", version=OLD)
    assert found["data"]["relationships"]["entity"]["data"] == {"type": "persons", "id": "ann"}
    assert found["included"][0]["type"] == "persons"


def test_plain_records_have_links_alone(office: Office) -> None:
    links = office.ask("GET", "/papers/p1")["data"]["relationships"]["entity"]
    assert links == {
        "links": {
            "self": "http://x/v1/papers/p1/relationships/entity",
            "related": "http://x/v1/papers/p1/entity",
        }
    }


@pytest.mark.parametrize(
    ("path", "data"),
    [("p1", {"type": "people", "id": "ann"}), ("p2", {"type": "houses", "id": "hill"}), ("p3", None)],
)
def test_linkage_and_related_record_can_be_asked_for(office: Office, path: str, data: Any) -> None:
    assert office.ask("GET", f"/papers/{path}/relationships/entity")["data"] == data
    related = office.ask("GET", f"/papers/{path}/entity")["data"]
    assert related == data or {name: related[name] for name in ("type", "id")} == data


def test_query_of_a_related_record_is_that_of_its_own_type(office: Office) -> None:
    found = office.ask("GET", "/papers/p2/entity", "include=owner&fields[houses]=street,owner")
    assert found["included"][0]["id"] == "ann"
    assert office.refused("GET", "/papers/p1/entity", "include=owner")["detail"] == (
        "owner is not a valid relationship of people"
    )


def test_include_goes_on_behind_it_where_the_record_has_such_a_relationship(office: Office) -> None:
    """The engine cannot tell beforehand which type stands there: any of them may know the next name."""
    found = office.ask("GET", "/papers", "include=entity.owner,entity.home")
    included = {(row["type"], row["id"]): row.get("relationships", {}) for row in found["included"]}
    assert set(included) == {("people", "ann"), ("houses", "hill")}
    assert included["houses", "hill"]["owner"]["data"] == {"type": "people", "id": "ann"}
    assert included["people", "ann"]["home"]["data"] == {"type": "houses", "id": "hill"}
    assert "owner" not in included["people", "ann"]


def test_include_of_nothing_behind_it_is_refused_under_the_relationship_s_name(office: Office) -> None:
    error = office.refused("GET", "/papers", "include=entity.bogus")
    assert error["detail"] == "bogus is not a valid relationship of entities"
    assert (error["code"], error["status"]) == ("112", "400")


def test_other_end_finds_the_papers_of_its_own(office: Office) -> None:
    assert [row["id"] for row in office.ask("GET", "/people/ann/papers")["data"]] == ["p1"]
    assert [row["id"] for row in office.ask("GET", "/houses/hill/papers")["data"]] == ["p2"]


# --- writing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["people", "houses"])
def test_rules_are_given_id_and_declared_type(office: Office, kind: str) -> None:
    made = office.ask("POST", "/papers", "include=entity", paper({"type": kind, "id": "hill"}))
    assert given[-1] == {"entity_id": "hill", "entity_type": kind}
    linked = {"type": kind, "id": "hill"} if kind == "houses" else None
    assert made["data"]["relationships"]["entity"]["data"] == linked


def test_type_is_read_by_the_name_of_the_version(office: Office) -> None:
    office.ask("POST", "/papers", data=paper({"type": "persons", "id": "ann"}), version=OLD)
    assert given[-1] == {"entity_id": "ann", "entity_type": "people"}
    assert office.refused("POST", "/papers", data=paper({"type": "persons", "id": "ann"}))["code"] == "400"


@pytest.mark.parametrize("kind", ["papers", "cars"])
def test_known_but_unsuitable_type_reaches_the_rules(office: Office, kind: str) -> None:
    """engine.md 7.2; also of a type that is not built."""
    schema = REGISTRY.schemas[NEW]
    assert schema.canonical(kind) == kind
    linkage = {"type": "papers", "id": "p3", **paper({"type": kind, "id": "x"})}
    office.engine.run(
        office.world,
        Request(
            "PATCH", "/papers/p3", "fields[papers]=id",
            {"content-type": "application/vnd.api+json"}, orjson.dumps({"data": linkage}),
        ),
        find(schema, "PATCH", ["papers", "p3"]),  # type: ignore[arg-type]
    )  # fmt: skip
    assert given[-1] == {"entity_id": "x", "entity_type": kind}


def test_type_that_does_not_exist_is_400(office: Office) -> None:
    """The engine answers 500; this server says 400 (engine.md 14)."""
    error = office.refused("POST", "/papers", data=paper({"type": "ghosts", "id": "x"}))
    assert (error["status"], error["code"]) == ("400", "400")
    assert given == []


@pytest.mark.parametrize(
    "entity", [{"type": "people"}, {"id": "x"}, [], "x", {}, {"type": "people", "id": "1", "a": 1}]
)
def test_malformed_linkage_is_115(office: Office, entity: Any) -> None:
    assert office.refused("POST", "/papers", data=paper(entity))["code"] == "115"


def test_id_with_a_comma_is_103(office: Office) -> None:
    assert office.refused("POST", "/papers", data=paper({"type": "people", "id": "a,b"}))["code"] == "103"


@pytest.mark.parametrize("value", [{"data": None}, {}, None, {"data": {"type": "people", "id": None}}])
def test_null_clears_id_and_type(office: Office, value: Any) -> None:
    data = {"type": "papers", "id": "p1", "relationships": {"entity": value}}
    office.ask("PATCH", "/papers/p1", data=data)
    assert given[-1] == {"entity_id": None, "entity_type": None}


def test_linkage_endpoint_changes_both(office: Office) -> None:
    office.ask("PATCH", "/papers/p1/relationships/entity", data={"type": "houses", "id": "moor"})
    assert given[-1] == {"entity_id": "moor", "entity_type": "houses"}
    office.ask("DELETE", "/papers/p1/relationships/entity")
    assert given[-1] == {"entity_id": None, "entity_type": None}
    assert office.ask("GET", "/papers/p1/relationships/entity")["data"] is None


def test_linkage_endpoint_refuses_null(office: Office) -> None:
    """engine.md 11: 500 in the engine, 400 here."""
    assert office.refused("PATCH", "/papers/p1/relationships/entity")["code"] == "400"


# --- the rest ----------------------------------------------------------------------------------------


def test_quiet_relationship_is_shown_when_it_is_asked_for(office: Office) -> None:
    assert list(office.ask("GET", "/people/ann")["data"]["relationships"]) == ["papers"]
    assert list(office.ask("GET", "/people/ann", "include=home")["data"]["relationships"]) == [
        "home",
        "papers",
    ]
    assert list(office.ask("GET", "/people/ann", "fields[people]=home")["data"]["relationships"]) == ["home"]
    assert office.ask("GET", "/people/ann/home")["data"]["id"] == "hill"


def test_record_that_is_not_there_is_refused_in_the_type_s_own_words(office: Office) -> None:
    assert office.refused("GET", "/papers/none")["detail"] == "papers - gone"
    assert (
        office.refused("GET", "/people/none")["detail"] == "The record identified by none could not be found."
    )


def test_handler_answers_in_place_of_the_engine(office: Office) -> None:
    match = find(REGISTRY.schemas[NEW], "POST", ["scales"])
    assert isinstance(match, Match)
    outcome = office.engine.run(office.world, Request("POST", "/scales", body=b"not json"), match)
    assert (outcome.status, outcome.body, outcome.kind) == (201, b"not json", "text/plain")
    assert outcome.headers == [("X-Kilo", NEW)]


def test_bare_list_is_data_alone(office: Office) -> None:
    assert list(office.ask("GET", "/signs")) == ["data"]


def test_declaration_is_refused_when_the_row_has_no_field_for_the_type() -> None:
    with pytest.raises(TypeError, match="has no maker_id"):
        ResourceType(type="papers", row=Paper, attributes=(), relationships=(one_of("maker", "people"),))


def test_registry_is_refused_when_one_of_the_types_is_not_there() -> None:
    with pytest.raises(TypeError, match="leads to houses"):
        Registry([NEW], [PAPERS, replace(PEOPLE, relationships=())])


def test_plural_of_a_relationship_s_name() -> None:
    assert [plural(name) for name in ("entity", "class", "owner")] == ["entities", "classes", "owners"]
