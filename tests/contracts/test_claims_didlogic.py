"""The claims about didlogic: one for everything that its tables hold and for every id it is answered by."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.claims import Absent, Claim, load
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Failure
from mockserver.providers import didlogic as package
from mockserver.providers.didlogic import errors
from mockserver.providers.didlogic.errors import Refusal
from mockserver.providers.didlogic.routes import OPERATIONS
from tests.didlogic.account import contract, operations
from tests.support import Server

CLAIMS = {claim.id: claim for claim in load().of("didlogic").claims}
ABSENT = {one.id: one for one in load().of("didlogic").absent}
TABLE = operations()
SERVER = Server()
REQUESTS = {version: Request("GET", f"/{version}/none") for version in ("v1", "v2")}
SOURCES = [path.read_text() for path in Path(package.__path__[0]).glob("*.py")]
# Properties of answers that hold a status, with the name that its claims go by.
STATUSES = {
    ("v1", "Purchase", "status"): "numbers",
    ("v2", "InventoryNumber", "status"): "numbers",
    ("v1", "Purchase", "check_state"): "check_state",
    ("v1", "Sms", "status"): "sms",
    ("v1", "Click2Call", "status"): "click2call",
    ("v1", "Transaction", "status"): "transactions",
    ("v2", "Document", "approvement_status"): "documents",
    ("v2", "Identity", "persistence_status"): "identities",
    ("v2", "RiskCheck", "status"): "risk_checks",
}


def of_kind(kind: str) -> set[str]:
    """What is claimed or known to be missing of a kind: what the fidelity report counts as documented."""
    every: list[Claim | Absent] = [*CLAIMS.values(), *ABSENT.values()]
    return {one.id for one in every if one.kind == kind}


def queries() -> set[tuple[str, str]]:
    """Operation and name of every parameter that narrows or sorts a list."""
    return {
        (row["id"], parameter["name"])
        for row in TABLE
        for parameter in row["parameters"]
        if row["method"] == "GET" and parameter["in"] == "query"
        if parameter["name"] not in ("page", "per_page")
    }


def test_every_operation_has_its_claim_in_its_version() -> None:
    assert of_kind("operation") == {f"didlogic.{row['id']}" for row in TABLE}
    for row in TABLE:
        claim = CLAIMS[f"didlogic.{row['id']}"]
        assert claim.version == (row["version"],)


def test_every_error_has_its_claim() -> None:
    rows = {row["claim"]: row for row in contract("errors.json")}
    ours = {"unimplemented"}  # the provider has no such answer
    assert of_kind("error") == {f"didlogic.error.{name}" for name in rows.keys() - ours}
    for name, row in rows.items():
        claim = CLAIMS[f"didlogic.error.{name}"]
        assert (claim.evidence, claim.version) == (row["level"], tuple(row["apis"]))


def test_every_status_has_its_claim() -> None:
    words: dict[str, set[str]] = {}
    for (version, schema, name), about in STATUSES.items():
        row = contract(f"{version}/schemas.json")[schema]["properties"][name]
        words.setdefault(about, set()).update(word.lower() for word in row["enum"])
    assert of_kind("status") == {f"didlogic.status.{name}.{word}" for name in words for word in words[name]}


def test_every_property_that_holds_a_status_is_known_here() -> None:
    found = {
        (version, schema, name)
        for version in ("v1", "v2")
        for schema, described in contract(f"{version}/schemas.json").items()
        for name, row in described.get("properties", {}).items()
        if "enum" in row and re.search(r"(status|state)$", name)
    }
    assert found == set(STATUSES)


def test_every_filter_and_sort_has_its_claim() -> None:
    sorts = {(operation, name) for operation, name in queries() if name == "cheap_sorting"}
    assert of_kind("sort") == {f"didlogic.sort.{operation}.{name}" for operation, name in sorts}
    assert of_kind("filter") == {
        f"didlogic.filter.{operation}.{name}" for operation, name in queries() - sorts
    }
    assert of_kind("include") == set()


def test_every_open_point_is_claimed_or_not_served() -> None:
    points = {f"didlogic.{number}" for number in contract("gaps.json")}
    claimed = {name for name in CLAIMS if re.fullmatch(r"didlogic\.G\d\d", name)}
    assert points == claimed | {"didlogic.G39"}
    assert "didlogic.G39" in ABSENT
    assert {CLAIMS[name].evidence for name in claimed} == {"assumed"}


def test_every_reason_of_a_purchase_has_its_claim() -> None:
    rows = {f"didlogic.purchase_error.{row['claim']}": row for row in contract("purchase_errors.json")}
    assert rows.keys() == {name for name in CLAIMS if name.startswith("didlogic.purchase_error.")}
    for name, row in rows.items():
        assert row["text"] in CLAIMS[name].then


def test_every_example_has_its_claim() -> None:
    known = {row["id"] for row in TABLE}
    rows = [row for row in contract("examples/index.json")["examples"] if row["operation"] in known]
    files = {f"didlogic.example.{row['file'].removesuffix('.json')}" for row in rows}
    assert {name for name in CLAIMS if name.startswith("didlogic.example.")} == files
    assert len(files) == 30


# --- what the server says of its answers ----------------------------------------------------------------


def told(response: Response) -> Claim:
    """The claim that an answer names, with the level it says."""
    assert response.evidence is not None
    claim = CLAIMS[response.evidence.claim]
    assert response.evidence.level == claim.evidence, response.evidence
    return claim


def test_every_operation_says_the_level_of_its_claim() -> None:
    for operation in OPERATIONS:
        assert CLAIMS[operation.evidence.claim].evidence == operation.evidence.level


def made() -> list[Refusal]:
    """One of each refusal that the code can make."""
    arguments: dict[str, tuple[Any, ...]] = {
        "wrong_token": (1,),
        "unreadable": ("x",),
        "full": (1, "things"),
        "invalid_as": ("G20", {}),
    }
    makers = [
        (name, function)
        for name, function in vars(errors).items()
        if callable(function) and getattr(function, "__module__", "") == errors.__name__ and name.islower()
    ]
    refusals = [function(*arguments.get(name, ())) for name, function in makers]
    return [*refusals, errors.wrong_token(2)]


def test_every_refusal_names_a_claim_with_its_level() -> None:
    named = {told(refusal.response()).id for refusal in made()}
    assert named == {f"didlogic.error.{row['claim']}" for row in contract("errors.json")} | {"didlogic.G20"}


def test_every_open_point_that_the_code_names_is_claimed() -> None:
    """`said.assumed("G17")`, `invalid_as("G32", ...)` and `read_all(..., "G20")` are all there is."""
    named = {number for text in SOURCES for number in re.findall(r'"(G\d\d)"', text)}
    assert len(named) >= 20
    assert {f"didlogic.{number}" for number in named} <= CLAIMS.keys()
    made_elsewhere = [
        text for text in SOURCES if re.search(r"Evidence\((?!level|self\.level|\"assumed\")", text)
    ]
    assert made_elsewhere == []


@pytest.mark.parametrize("version", REQUESTS)
def test_every_error_that_can_be_injected_names_a_claim(version: str) -> None:
    world, provider = SERVER.world(), SERVER.gateway.providers["didlogic"]
    for error in provider.errors():
        response = provider.faulted(0, error.code, world, REQUESTS[version])
        assert told(response).id == f"didlogic.error.{error.code}"
        assert response.status == error.status
    for status in (400, 401, 403, 404, 413, 418, 429, 500, 502, 503, 599):
        assert told(provider.faulted(status, "", world, REQUESTS[version])).id.startswith("didlogic.error.")


@pytest.mark.parametrize("failure", get_args(Failure))
@pytest.mark.parametrize("known", [True, False], ids=["account", "stranger"])
@pytest.mark.parametrize("version", REQUESTS)
def test_every_failure_of_the_server_names_a_claim(failure: Failure, known: bool, version: str) -> None:
    world = SERVER.world() if known else None
    response = SERVER.gateway.providers["didlogic"].failed(failure, world, REQUESTS[version])
    assert told(response).kind == "error"
