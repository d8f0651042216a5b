"""The faults do what they say while they are planted, and leave nothing behind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.claims import Claim, Claims, load
from tests.mutation.faults import planted
from tests.mutation.mutants import declared, derived, every
from tests.support import Server, body_of

KEY = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
GROUPS = "/idt/v1/dids/coverage/did_groups?country_iso=US&region_code=US-AK"


def ask(server: Server, target: str = GROUPS) -> Any:
    return server.request("GET", target, headers=KEY)


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ({"answer": {"claim": "idt.get_did_groups"}, "do": "status"}, True),
        ({"answer": {"operation": "get_did_groups"}, "do": "no_member"}, True),
        ({"answer": {}, "do": "word", "word": "usa"}, True),
        ({"answer": {}, "do": "no_header", "header": "content-type"}, True),
        ({"query": ["region_code"]}, True),
        ({"answer": {"claim": "idt.get_orders"}, "do": "status"}, False),
        ({"answer": {"operation": "get_orders"}, "do": "status"}, False),
        ({"answer": {"least": 400}, "do": "status"}, False),
        ({"query": ["page"]}, False),
    ],
)
def test_answer_differs_while_a_fault_that_fits_is_planted(fault: dict[str, Any], changes: bool) -> None:
    def seen(answer: Any) -> Any:
        return answer.status, answer.body, [pair for pair in answer.headers if pair[0] != "X-Request-Id"]

    genuine, other = ask(Server(contracts=False)), Server(contracts=False)
    with planted(fault):
        assert (seen(ask(other)) != seen(genuine)) is changes
    assert seen(ask(Server(contracts=False))) == seen(genuine)


def test_error_has_another_code() -> None:
    server = Server(contracts=False)
    with planted({"answer": {"least": 400}, "do": "code"}):
        refused = body_of(ask(server, "/idt/v1/dids/orders/1"))
    assert (
        refused["errors"][0]["code"] == body_of(ask(server, "/idt/v1/dids/orders/1"))["errors"][0]["code"] + 1
    )


def test_charges_are_not_made_and_money_in_is() -> None:
    ledger = Server().world().ledger("idt")
    before = ledger.balance
    with planted({"free": "idt."}):
        ledger.post(Decimal(-5), "order", "idt.orders/1")
        ledger.post(Decimal(2), "topup", "idt.orders/1")
    assert ledger.balance == before + 2


def test_fault_of_no_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such fault"), planted({"bogus": 1}):
        pass


def test_mutants_follow_from_claims_of_tables() -> None:
    claim = Claim("idt.error.1001", "error", ("*",), ("v1",), "", "x", "documented", "y", ("a::test_b",))
    (mutant,) = derived([claim])
    assert (mutant.id, mutant.group, mutant.claims) == ("idt.error.1001:code", "idt error", (claim.id,))
    assert mutant.tests(Claims((claim,))) == ("a::test_b",)


def test_every_mutant_has_an_id_of_its_own_and_tests_to_notice_it() -> None:
    claims = load()
    mutants = every(claims)
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    assert [mutant.id for mutant in mutants if not mutant.tests(claims)] == []


def test_every_declared_fault_is_of_a_known_kind() -> None:
    for mutant in declared():
        with planted(mutant.fault):
            pass
