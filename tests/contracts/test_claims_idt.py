"""The claims about IDT Express: one for all that its tables document, and for every id of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.claims import Claim, load
from contracts.derived_idt import status_word
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Failure
from mockserver.providers import idt as package
from mockserver.providers.idt.assumptions import OPTIONS
from tests.idt.contract import contract
from tests.idt.support import Idt
from tests.support import Server

CLAIMS = {claim.id: claim for claim in load().of("idt").claims}
ABSENT = {one.id: one for one in load().of("idt").absent}
OPERATIONS: dict[str, dict[str, Any]] = contract("operations.json")["operations"]
SCHEMAS = contract("schemas.json")
SERVER = Server()
REQUEST = Request("GET", "/v1/dids/orders")


def of_kind(kind: str) -> set[str]:
    """What is claimed or known to be missing of a kind: what the fidelity report counts as documented."""
    return {one.id for one in (*CLAIMS.values(), *ABSENT.values()) if one.kind == kind}


def parameters(prefix: str) -> Iterable[tuple[str, str]]:
    """Operation and name of every documented query parameter that is a sort, or that is none and no page."""
    for operation, row in OPERATIONS.items():
        for parameter in row["parameters"]:
            name = parameter["name"]
            sort = name.startswith("order_by_")
            if parameter["in"] == "query" and not name.startswith("page") and sort == (prefix == "order_by_"):
                yield operation.removeprefix("get_"), name.removeprefix(prefix)


def test_every_operation_has_its_claim() -> None:
    assert of_kind("operation") == {f"idt.{name}" for name in OPERATIONS}
    routes = SERVER.gateway.providers["idt"].routes()
    assert of_kind("operation") == {f"idt.{route.operation}" for route in routes}


def test_every_code_has_its_claim() -> None:
    assert of_kind("error") == {f"idt.error.{row['code']}" for row in contract("errors.json")["codes"]}


def test_every_refusal_has_its_claim() -> None:
    rows = {f"idt.refusal.{name}.{row['id']}" for name in OPERATIONS for row in OPERATIONS[name]["errors"]}
    claimed = {name.removesuffix(".shape") for name in CLAIMS if name.startswith("idt.refusal.")}
    assert rows == claimed
    assert len(rows) > 100


def test_every_status_has_its_claim() -> None:
    words = {
        "orders": set(SCHEMAS["order_status"]["enum"]) - {"Preview"},  # which is assumed
        "order_items": SCHEMAS["order_item_status"]["enum"],
        "numbers": SCHEMAS["number"]["properties"]["status"]["enum"],
        "cnam": ["enable", "disable"],
    }
    documented = {f"idt.status.{name}.{status_word(word)}" for name in words for word in words[name]}
    assert of_kind("status") == documented
    assert CLAIMS["idt.create_order.preview"].evidence == "assumed"


def test_every_filter_and_sort_has_its_claim() -> None:
    filters = {(place, name.removeprefix("filter_by_")) for place, name in parameters("filter_by_")}
    assert of_kind("filter") == {f"idt.filter.{place}.{name}" for place, name in filters}
    assert of_kind("sort") == {f"idt.sort.{place}.{name}" for place, name in parameters("order_by_")}
    assert of_kind("include") == set()


def test_every_contradiction_has_its_claim() -> None:
    numbers = {row["id"] for row in contract("contradictions.json")}
    claimed = {name.rpartition(".")[2] for name in CLAIMS if name.startswith("idt.reading.C")}
    assert numbers == claimed


@pytest.mark.parametrize("name", OPTIONS)
def test_every_switch_proves_a_claim(name: str) -> None:
    reference = f"tests/idt/test_assumptions.py::test_switch_is_honoured[{name}=*]"
    assert any(reference in claim.tests for claim in CLAIMS.values())


# --- what the server says of its answers ----------------------------------------------------------------


def told(response: Response) -> Claim:
    """The claim that an answer names, with the level it says."""
    assert response.evidence is not None
    claim = CLAIMS[response.evidence.claim]
    assert response.evidence.level == claim.evidence, response.evidence
    return claim


def test_every_code_is_answered_with_the_level_of_its_claim() -> None:
    world, provider = SERVER.world(), SERVER.gateway.providers["idt"]
    known = provider.errors()
    for error in known:
        response = provider.faulted(0, error.code, world, REQUEST)
        assert told(response).id == f"idt.error.{error.code}"
        assert response.status == error.status
    assert {f"idt.error.{error.code}" for error in known} == of_kind("error")


@pytest.mark.parametrize("failure", get_args(Failure))
@pytest.mark.parametrize("known", [True, False], ids=["account", "stranger"])
def test_every_failure_of_the_server_names_a_claim(failure: Failure, known: bool) -> None:
    world = SERVER.world() if known else None
    response = SERVER.gateway.providers["idt"].failed(failure, world, REQUEST)
    assert told(response).kind == "error"


@pytest.mark.parametrize("status", [400, 403, 404, 418, 422, 429, 500, 502, 599])
def test_every_injected_status_names_a_claim(status: int) -> None:
    response = SERVER.gateway.providers["idt"].faulted(status, "", SERVER.world(), REQUEST)
    assert (told(response).kind, response.status) == ("error", status)


def test_every_assumption_of_an_accepted_answer_is_a_claim() -> None:
    """`call.assumed` is the word behind the operation in the claim of such an answer."""
    sources = [path.read_text() for path in Path(package.__path__[0]).glob("*.py")]
    words = {word for text in sources for word in re.findall(r'\.assumed = "(\w+)"', text)}
    assert words == {"preview", "no_regions"}
    preview = {"order_items": [{"did_group_id": 16847, "quantity": 1}], "preview": True}
    for method, target, body in (
        ("POST", "/orders", preview),
        ("GET", "/coverage/countries/PL/regions", None),
    ):
        assert told(Idt(SERVER).call(method, target, json=body)).evidence == "assumed"
