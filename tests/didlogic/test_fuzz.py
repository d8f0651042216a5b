"""What schemathesis makes up from the OpenAPI documents: no 5xx, and every answer as they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from schemathesis import Case

from contracts.build_didlogic import document, places
from mockserver.core.world import World
from tests.contracts.fuzzing import Fuzzer, few
from tests.didlogic.account import BEARER, operations
from tests.support import NOON, Server, state_of

SERVER = Server()
KNOWN = {
    "purchase_id": ["18565999999", "441172999999", "728001"],
    "name": ["12345", "54321", "Berlin office"],
    "country_id": [8669, 8680],
    "region_id": [1],
    "city_id": [118557, 118068],
    "id": [1234455, 1234401, 9001, 6756, 6757, 501, "4f6d2c1e-9a57-4b0e-8c3d-5e1f7a2b9c04"],
    "role": ["frontside", "backside"],
    "ip": ["10.0.0.1", "1.2.3.4", "10.0.0.0/8"],
    "did_numbers": ["17806999999", "18565999999", "493023125000"],
    "did_numbers[]": ["17806999999", "27120190767", "493023125000"],
    "id_in": [112370, 112371],
    "id_in[]": [112370, 112371],
    "identities[][id]": [6756, 6757],
    "source": ["18565999999", "441172999999"],
    "destination": ["12025550142", "12345", "sip:1@example.com"],
    "destination[destination]": ["12025550142", "12345", "sip:1@example.com"],
    "a": ["12025550142", "12345"],
    "b": ["12025550142"],
    "identity_id": [6756, 6757],
    "document[identity_id]": [6756, 6757],
    "numbers": ["12025550142", "12025550198"],
    "numbers[]": ["12025550142", "12025550198"],
    "country_name_contains": ["Canada", "united"],
    "begins_with": ["1780", "44"],
    "start_date": ["2025-01-01"],
    "from": ["2024-11-20"],
}
FEW = few(3)
FUZZERS = {version: Fuzzer(document(version), SERVER, "/didlogic", BEARER, KNOWN) for version in ("v1", "v2")}
# One place of each operation: aliases and other methods lead to the same handlers.
OPERATIONS = [(row["version"], next(places(row))[0]) for row in operations()]
# Their parameters are texts or take what they cannot read for absent: nothing is wrong with any of them.
WITHOUT_WRONG = {"get_balance", "list_sipaccounts"}


def fresh() -> World:
    world = SERVER.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return world


@pytest.mark.parametrize(("version", "operation"), OPERATIONS)
def test_valid_requests_are_answered_as_described(version: str, operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=FUZZERS[version].cases(operation, valid=True))
    def run(case: Case) -> None:
        world.ledger("didlogic").set_balance(world.ledger("didlogic").opening)
        world.commit()
        FUZZERS[version].judge(case)
        world.advance()

    run()


@pytest.mark.parametrize(("version", "operation"), [one for one in OPERATIONS if one[1] not in WITHOUT_WRONG])
def test_invalid_requests_are_answered_as_described_and_change_nothing(version: str, operation: str) -> None:
    world = fresh()

    @FEW
    @given(case=FUZZERS[version].cases(operation, valid=False))
    def run(case: Case) -> None:
        before = state_of(world)
        if FUZZERS[version].judge(case) >= 400:
            assert state_of(world) == before

    run()
