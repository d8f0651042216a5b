"""What schemathesis makes up from DIDWW's OpenAPI documents: no 5xx, and every answer as they say."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from schemathesis import Case

from contracts.build_didww import document
from contracts.checking import operations
from contracts.didww_tables import of_version
from mockserver.core.world import World
from tests.contracts.fuzzing import ASKED, Fuzzer, few
from tests.didww.account import Account
from tests.support import NOON, Server, state_of

OLD, NEW = "2022-05-10", "2026-04-16"
SERVER = Server(rate_limits=False, journal_entries=0)
SANDBOX = "fuzz"
FEW = few(2)
# Members of items that name a record, and its type.
NAMED = {
    "sku_id": "stock_keeping_units",
    "available_did_id": "available_dids",
    "did_reservation_id": "did_reservations",
    "nanpa_prefix_id": "nanpa_prefixes",
    "capacity_pool_id": "capacity_pools",
}
OFTEN = 0.8


class JsonApiFuzzer(Fuzzer):
    """Puts ids of records that exist where a document only says that an id belongs."""

    def __init__(self, version: str) -> None:
        account = Account(SERVER, SANDBOX, version)
        headers = {"api-key": f"sandbox-{SANDBOX}", "x-didww-api-version": version}
        super().__init__(document(version), SERVER, "/didww", headers, {})
        self._ids = {
            kind: [row["id"] for row in account.get(f"/{kind}?page[size]=5").data[:5]]
            for kind in of_version(version).lists
        }
        groups = account.get("/did_groups?include=stock_keeping_units&page[size]=50").body["included"]
        self._ids["stock_keeping_units"] = [row["id"] for row in groups][:20]

    def _with_known(self, case: Case, chance: Any) -> Case:
        kind = case.path.split("/")[2]
        if "id" in (case.path_parameters or {}) and chance.random() < OFTEN:
            case.path_parameters["id"] = self._one(kind, chance) or case.path_parameters["id"]
        for name in case.query or ():
            target = self._target(name)
            if target and chance.random() < OFTEN:
                case.query[name] = self._one(target, chance) or case.query[name]
        if isinstance(case.body, dict) and isinstance(data := case.body.get("data"), dict):
            if "id" in data and "{id}" in case.path and chance.random() < OFTEN:
                data["id"] = case.path_parameters.get("id")
            for part in ("attributes", "relationships"):
                if part in data:
                    data[part] = self._put(data[part], chance)
        elif isinstance(case.body, dict):
            case.body = self._put(case.body, chance)
        return case

    def _one(self, kind: str, chance: Any) -> str | None:
        known = self._ids.get(kind)
        return chance.choice(known) if known else None

    def _target(self, parameter: str) -> str | None:
        """The type that `filter[country.id]` names."""
        named = parameter.removeprefix("filter[").removesuffix(".id]")
        return next((kind for kind in self._ids if named in (kind[:-1], f"{kind[:-3]}y")), None)

    def _put(self, node: Any, chance: Any) -> Any:
        if isinstance(node, list):
            return [self._put(item, chance) for item in node]
        if not isinstance(node, dict):
            return node
        made = {name: self._put(value, chance) for name, value in node.items()}
        if isinstance(made.get("type"), str) and "id" in made and chance.random() < OFTEN:
            made["id"] = self._one(made["type"], chance) or made["id"]
        for name in made.keys() & NAMED.keys():
            if chance.random() < OFTEN:
                made[name] = self._one(NAMED[name], chance) or made[name]
        return made


@cache
def fuzzer(version: str) -> JsonApiFuzzer:
    fresh()
    return JsonApiFuzzer(version)


def cases() -> list[Any]:
    """Every operation of the newest version. Of the others, and of those about relationships, which one
    engine serves for all types, a few; all when the environment asks for many examples."""
    found: list[Any] = []
    for version in (NEW, OLD):
        for place, (_, path, operation) in enumerate(operations(document(version))):
            step = 15 if "/{id}/" in path else 1 if version == NEW else 8
            if ASKED or place % step == 0:
                name = operation["operationId"]
                found.append(pytest.param(version, name, id=f"{version}-{name}"))
    return found


def fresh() -> World:
    world = SERVER.world(SANDBOX)
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return world


@pytest.mark.parametrize(("version", "operation"), cases())
def test_valid_requests_are_answered_as_described(version: str, operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=fuzzer(version).cases(operation, valid=True))
    def run(case: Case) -> None:
        world.ledger("didww").set_balance(world.ledger("didww").opening)
        world.commit()
        fuzzer(version).judge(case)
        world.advance()

    run()


@pytest.mark.parametrize(("version", "operation"), cases())
def test_invalid_requests_are_answered_as_described_and_change_nothing(version: str, operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=fuzzer(version).cases(operation, valid=False))
    def run(case: Case) -> None:
        before = state_of(world)
        if fuzzer(version).judge(case) >= 400:
            assert state_of(world) == before

    run()
