"""The claims about DIDWW: one for all that its tables document, and for every id of an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from contracts.claims import VERSIONS, Claim, load
from contracts.didww_tables import of_version, source
from mockserver.core.messages import Evidence, Request
from mockserver.core.provider import Failure
from mockserver.providers import didww as package
from mockserver.providers.didww import wire
from mockserver.providers.didww.resources import TYPES
from tests.support import Server

CLAIMS = {claim.id: claim for claim in load().of("didww").claims}
ABSENT = {one.id: one for one in load().of("didww").absent}
SERVER = Server()
PROVIDER = SERVER.gateway.providers["didww"]
REQUEST = Request("GET", "/v3/orders")


def of_kind(kind: str, version: str) -> set[str]:
    """What is claimed or known to be missing of a kind: what the fidelity report counts as documented."""
    every: list[Any] = [*CLAIMS.values(), *ABSENT.values()]
    return {one.id for one in every if one.kind == kind and version in one.version}


def newest(version: str, kind: str) -> str:
    types = of_version(version).types
    name: str = types[kind]["newest"] if kind in types else kind
    return name


@pytest.mark.parametrize("version", VERSIONS["didww"])
def test_every_operation_has_its_claim(version: str) -> None:
    rows = of_version(version).operations.values()
    assert of_kind("operation", version) == {
        f"didww.{newest(version, row['type'])}.{row['verb']}" for row in rows
    }
    assert len(of_kind("operation", version)) == len(rows)


@pytest.mark.parametrize("part", ["filter", "sort", "include"])
@pytest.mark.parametrize("version", VERSIONS["didww"])
def test_everything_that_a_list_takes_has_its_claim(version: str, part: str) -> None:
    tables = getattr(of_version(version), f"{part}s")
    documented = [
        f"didww.{part}.{newest(version, kind)}.{name}" for kind, table in tables.items() for name in table
    ]
    assert of_kind(part, version) == {*documented}
    assert len(documented) == len({*documented}) > 40


@pytest.mark.parametrize("version", VERSIONS["didww"])
def test_every_error_has_its_claim_with_the_level_of_its_row(version: str) -> None:
    """A row of the tables, or a code of the engine."""
    rows = of_version(version).errors
    claimed = of_kind("error", version)
    assert {name for name in claimed if not name[-1].isdigit()} == {f"didww.error.{name}" for name in rows}
    levels = {name: CLAIMS[f"didww.error.{name}"].evidence for name in rows}
    assert levels == {name: row["evidence"] for name, row in rows.items()}


def test_every_code_of_the_tables_has_its_claim() -> None:
    codes = {
        error["code"]
        for version in VERSIONS["didww"]
        for row in of_version(version).errors.values()
        for error in row.get("errors", [row.get("like", {})])
        if "code" in error
    }
    codes |= {
        error["code"]
        for case in source("engine-cases.yaml")["cases"]
        for error in case["expect"].get("errors", ())
    }
    claimed = {name.rpartition(".")[2] for name in of_kind("error", VERSIONS["didww"][0])}
    assert {name for name in claimed if name.isdigit()} == codes - {"409"}  # its row alone has it


# The words of every progression, and the first version that has it.
STATUSES = {
    "orders": ("2021-04-19", {"pending", "completed", "canceled"}),
    "exports": ("2021-04-19", {"pending", "processing", "completed"}),
    "address_verifications": ("2021-04-19", {"pending", "approved", "rejected"}),
    "voice_out_trunks": ("2021-12-15", {"active", "blocked"}),
    "emergency_verifications": ("2026-04-16", {"pending", "approved", "rejected"}),
    "emergency_calling_services": (
        "2026-04-16",
        {"new", "in_process", "active", "changes_required", "pending_update", "canceled"},
    ),
}


@pytest.mark.parametrize("version", VERSIONS["didww"])
def test_every_status_has_its_claim(version: str) -> None:
    """As many as the filters of the version list, and more where a list has no such filter."""
    words = {kind: words for kind, (since, words) in STATUSES.items() if since <= version}
    documented = {f"didww.status.{kind}.{word}" for kind in words for word in words[kind]}
    assert of_kind("status", version) == documented
    for kind, table in of_version(version).filters.items():
        if "enum" in table.get("status", {}):
            assert {word.lower() for word in table["status"]["enum"]} == words[kind], kind


def test_every_engine_case_has_its_claim() -> None:
    names = {f"didww.engine.{case['name']}" for case in source("engine-cases.yaml")["cases"]}
    assert names == {name for name in CLAIMS if name.startswith("didww.engine.")}
    assert len(names) == 322


def test_every_recording_that_can_be_held_has_its_claim() -> None:
    held = set()
    for index in ("index", "regulation"):
        for entry in source(f"recordings/{index}.yaml")["recordings"]:
            if "cannot" not in entry and "instead" not in entry:
                name = entry["file"].removesuffix(".yaml").partition("/")[2].replace("/", ".")
                held |= {(name, version) for version in entry["versions"]}
    claimed = {
        (re.sub(r"\.(client|recorded)$", "", name.removeprefix("didww.recording.")), version)
        for name, claim in CLAIMS.items()
        if name.startswith("didww.recording.")
        for version in claim.version
    }
    assert held == claimed


# --- what the server says of its answers ----------------------------------------------------------------


def told(evidence: Evidence | None) -> Claim:
    """The claim that an answer names, with the level it says."""
    assert evidence is not None
    claim = CLAIMS[evidence.claim]
    assert evidence.level == claim.evidence, evidence
    return claim


def test_every_operation_of_the_server_names_its_claim() -> None:
    """Reading and changing links is assumed as a whole."""
    for resource in TYPES:
        for verb in resource.operations:
            level: Any = resource.evidence.get(verb, "documented")
            assert told(Evidence(level, f"didww.{resource.type}.{verb}")).kind == "operation"
    names = {route.operation for route in PROVIDER.routes()}
    assert {f"didww.{name}" for name in names} <= CLAIMS.keys()


def test_every_claim_that_the_code_names_is_there_with_its_level() -> None:
    named: set[tuple[str, str]] = set()
    for path in Path(package.__path__[0]).rglob("*.py"):
        text = path.read_text()
        named |= set(re.findall(r'Evidence\(\s*"(\w+)",\s*"(didww\.[\w.]+)"', text))
        named |= {("documented", f"didww.error.{name}") for name in re.findall(r'Checks\("(\w+)"\)', text)}
        named |= {("assumed", name) for name in re.findall(r'forbidden\("(didww[\w.]+)"\)', text)}
        named |= {("documented", f"didww.{name}") for name in re.findall(r'claim = "(error\.\w+)"', text)}
    assert len(named) > 30
    named.discard(("assumed", "didww.unimplemented"))  # what the real service has and this one has not
    for level, name in named:
        told(Evidence(level, name))  # type: ignore[arg-type]


def test_every_code_is_answered_with_the_level_of_its_claim() -> None:
    codes = {name.rpartition(".")[2] for name in of_kind("error", VERSIONS["didww"][0])}
    for code in {code for code in codes if code.isdigit()} | wire._LEVELS.keys():
        level: Any = wire._LEVELS.get(code, "assumed")
        assert told(Evidence(level, f"didww.error.{code}")).kind == "error"


@pytest.mark.parametrize("failure", get_args(Failure))
@pytest.mark.parametrize("known", [True, False], ids=["account", "stranger"])
def test_every_failure_of_the_server_names_a_claim(failure: Failure, known: bool) -> None:
    world = SERVER.world() if known else None
    told(PROVIDER.failed(failure, world, REQUEST).evidence)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 422, 429, 500, 502, 503, 599])
def test_every_injected_status_names_a_claim(status: int) -> None:
    response = PROVIDER.faulted(status, "", SERVER.world(), REQUEST)
    told(response.evidence)
    assert response.status == status


def test_every_error_that_can_be_asked_for_names_a_claim() -> None:
    for error in PROVIDER.errors():
        told(PROVIDER.faulted(0, error.code, SERVER.world(), REQUEST).evidence)


def test_claim_files_are_short_enough_to_read() -> None:
    folder = Path(__file__).parents[2] / "contracts" / "didww"
    for path in folder.glob("claims*.yaml"):
        assert len(path.read_text().splitlines()) <= 400, path.name
        assert yaml.safe_load(path.read_bytes()), path.name
