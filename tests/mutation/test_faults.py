"""The faults do what they say while they are planted, and leave nothing behind."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.claims import Claim, Claims, load
from mockserver.providers.didww import crypto
from mockserver.providers.didww.rules import calendar, lifecycle
from tests.mutation.__main__ import Mutation, mended
from tests.mutation.faults import planted
from tests.mutation.mutants import Mutant, declared, derived, every
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


def test_function_reads_otherwise_for_whoever_has_it() -> None:
    start = date(2026, 1, 31)
    with planted({"code": "didww.rules.calendar:next_month", "old": "day.month + 1", "new": "day.month + 2"}):
        assert calendar.next_month(start) == lifecycle.next_month(start) == date(2026, 3, 31)
    assert lifecycle.next_month(start) == date(2026, 2, 28)


def test_property_reads_otherwise() -> None:
    pair = crypto.KeyPair("A", "AAAA", (3, 5))
    with planted(
        {"code": "didww.crypto:KeyPair.fingerprint", "old": ".hexdigest()", "new": ".hexdigest()[:1]"}
    ):
        assert len(pair.fingerprint) == 1
    assert len(pair.fingerprint) == 40


@pytest.mark.parametrize("old", ["no such text", "day"])
def test_text_that_is_not_there_once_is_an_error(old: str) -> None:
    fault = {"code": "didww.rules.calendar:next_month", "old": old, "new": ""}
    with pytest.raises(ValueError, match="times in mockserver"), planted(fault):
        pass


def test_fault_of_no_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such fault"), planted({"bogus": 1}):
        pass


@pytest.mark.parametrize(("then", "fault"), [("422 with code 1001.", "code"), ("It is refused.", "status")])
def test_mutants_follow_from_claims_of_tables(then: str, fault: str) -> None:
    claim = Claim("idt.error.1001", "error", ("*",), ("v1",), "", then, "documented", "y", ("a::test_b",))
    (mutant,) = derived([claim])
    assert (mutant.id, mutant.group, mutant.claims) == (f"{claim.id}:{fault}", "idt error", (claim.id,))
    assert mutant.tests(Claims((claim,))) == ("a::test_b",)


def test_every_mutant_has_an_id_of_its_own_and_tests_to_notice_it() -> None:
    claims = load()
    mutants = every(claims)
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    assert [mutant.id for mutant in mutants if not mutant.tests(claims)] == []


def group_of(claim: str) -> str:
    """What a rule is about, `didww.orders`; the open points of didlogic are one group."""
    provider, about = claim.split(".")[:2]
    return f"{provider}.{re.sub('^G[0-9]+$', 'G', about)}"


def test_every_group_of_rules_has_a_fault_that_its_tests_must_notice() -> None:
    claims = load()
    groups = {group_of(claim.id) for claim in claims.claims if claim.kind == "rule"}
    faulty = {group_of(pattern) for mutant in every(claims) for pattern in mutant.claims}
    assert groups - faulty == set()


def test_every_declared_fault_is_of_a_known_kind() -> None:
    for mutant in declared():
        with planted(mutant.fault):
            pass


@pytest.mark.parametrize("fault", [one.fault for one in declared() if "option" in one.fault], ids=str)
def test_account_can_begin_with_the_option_of_a_fault(fault: dict[str, Any]) -> None:
    """Otherwise no server starts, every test fails, and the fault counts as noticed."""
    with planted(fault):
        assert Server().world()


def test_partial_run_takes_off_the_survivors_that_it_noticed() -> None:
    mutants = [Mutant(name, "idt rule", (name,), {}) for name in ("idt.a", "idt.b", "idt.c")]
    run = Mutation(mutants, Claims())
    run.killed = {"idt.a": "a test", "idt.c": "another"}
    last = {"groups": {"idt rule": [1, 3]}, "survivors": [{"id": "idt.a"}, {"id": "idt.b"}]}
    assert mended(last, run) == {"groups": {"idt rule": [2, 3]}, "survivors": [{"id": "idt.b"}]}
