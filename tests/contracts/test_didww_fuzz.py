"""What schemathesis makes up from DIDWW's OpenAPI documents: no 5xx, and every answer as they say."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from schemathesis import Case

from contracts.build_didww import document
from contracts.checking import operations
from contracts.didww_tables import VERSIONS
from mockserver.core.world import World
from tests.contracts.fuzzing import ASKED, few
from tests.contracts.fuzzing_didww import DidwwFuzzer
from tests.support import NOON, Server, state_of

NEWEST, *FORMER = reversed(VERSIONS)
SERVER = Server(rate_limits=False, journal_entries=0)
SANDBOX = "fuzz"
# Reads and deletions of one record differ little from each other.
MANY, ONE = few(2), few(1)


@cache
def fuzzer(version: str) -> DidwwFuzzer:
    fresh()
    return DidwwFuzzer(version, SERVER, SANDBOX)


def cases() -> list[Any]:
    """Every operation of the newest version. Of the others, and of those about relationships, which one
    engine serves for all types, a few; all when the environment asks for many examples."""
    found: list[Any] = []
    for version in (NEWEST, *FORMER):
        for place, (_, path, operation) in enumerate(operations(document(version))):
            step = 15 if "/{id}/" in path else 1 if version == NEWEST else 12
            if ASKED or place % step == 0:
                name = operation["operationId"]
                examples = ONE if "{id}" in path and "requestBody" not in operation else MANY
                found.append(pytest.param(version, name, examples, id=f"{version}-{name}"))
    return found


def fresh() -> World:
    world = SERVER.world(SANDBOX)
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return world


@pytest.mark.parametrize(("version", "operation", "examples"), cases())
def test_valid_requests_are_answered_as_described(version: str, operation: str, examples: settings) -> None:
    world = fresh()

    @examples
    @given(case=fuzzer(version).cases(operation, valid=True))
    def run(case: Case) -> None:
        world.ledger("didww").set_balance(world.ledger("didww").opening)
        world.commit()
        fuzzer(version).judge(case)
        world.advance()

    run()


@pytest.mark.parametrize(("version", "operation", "examples"), cases())
def test_invalid_requests_are_answered_as_described_and_change_nothing(
    version: str, operation: str, examples: settings
) -> None:
    world = fresh()

    @examples
    @given(case=fuzzer(version).cases(operation, valid=False))
    def run(case: Case) -> None:
        before = state_of(world)
        if fuzzer(version).judge(case) >= 400:
            assert state_of(world) == before

    run()
