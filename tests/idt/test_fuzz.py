"""What schemathesis makes up from the OpenAPI document: no 5xx, and every answer as the document says."""

from __future__ import annotations

import pytest
from hypothesis import given

from mockserver.core.world import World
from tests.contracts.fuzzing import Fuzzer, few
from tests.idt.openapi import DOCUMENT, OPERATIONS
from tests.idt.support import BY_SKU, HEADERS, PLENTY, REST_LATER
from tests.support import NOON, Server, state_of

SERVER = Server()
KNOWN = {
    "country_iso": ["US", "CA", "PL", "BR"],
    "region_code": ["US-AK", "CA-AB"],
    "toll_free": ["true", "false"],
    "did_group_id": [PLENTY, BY_SKU, REST_LATER],
    "did_skus": ["BW-US-2074063052", "BW-US-2074063062"],
    "order_id": ["9c2-2e2-4b6f", "710-1be-a8d7"],
    "number": ["17078675309", "19288516549", "0115117304800"],
    "numbers": ["17078675309", "0115117304800"],
    "trunk_group_id": [10897, 268476],
    "ip": ["10.0.0.1"],
}
FEW = few(10)
FUZZER = Fuzzer(DOCUMENT, SERVER, "/idt", HEADERS, KNOWN)


def fresh() -> World:
    """The account of the seed, after its pending CNAM request has come through."""
    world = SERVER.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    world.fire("idt.cnam/19288516549")
    return world


@pytest.mark.parametrize("operation", OPERATIONS)
def test_valid_requests_are_answered_as_described(operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=FUZZER.cases(operation, valid=True))
    def run(case: object) -> None:
        world.ledger("idt").set_balance(world.ledger("idt").opening)
        world.commit()
        FUZZER.judge(case)
        world.advance()

    run()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_invalid_requests_are_answered_as_described_and_change_nothing(operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=FUZZER.cases(operation, valid=False))
    def run(case: object) -> None:
        before = state_of(world)
        if FUZZER.judge(case) >= 400:
            assert state_of(world) == before

    run()
