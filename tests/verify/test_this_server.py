"""This server does what is claimed: every probe holds, and a read-only run changes nothing."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from mockserver.core.data import load_contract
from tests.support import Server, state_of
from tests.verify.serving import new_server, serving, verify

# What an account fresh from the seed does not have.
NOTHING_TO_LEARN = {
    "/v3/exports has no data.0.id to take {any_exports_id} from",
    "/v3/cdr_exports has no data.0.id to take {any_cdr_exports_id} from",
    "/v3/did_reservations has no data.0.id to take {any_did_reservations_id} from",
}
# Nor do the rows of the seed have all that a record may have.
NO_VALUE = re.compile(r'/v3/\S+ has no row with "a value" at \S+ to take {some_\w+} from')
LEAST = {"didww": 780, "idt": 50, "didlogic": 60}


def of(result: Any, outcome: str) -> list[dict[str, Any]]:
    return [probe for probe in json.loads(result.stdout)["probes"] if probe["outcome"] == outcome]


def claims_about(provider: str) -> dict[str, set[str]]:
    """The versions that each claim about a provider is of."""
    every = load_contract("claims.json")["claims"]
    return {one["id"]: set(one["version"]) for one in every if one["id"].startswith(f"{provider}.")}


def unlearnt(result: Any) -> set[str]:
    """Why probes were skipped, except for what the seed does not have."""
    reasons = {probe["reason"] for probe in of(result, "skipped")} - NOTHING_TO_LEARN
    values = {reason for reason in reasons if NO_VALUE.fullmatch(reason)}
    assert len(values) < 12, values
    return reasons - values


def methods(server: Server) -> set[str]:
    return {exchange.method for exchange in server.world().journal}


@pytest.mark.parametrize("provider", ["didww", "idt", "didlogic"])
def test_reading_finds_no_difference_and_changes_nothing(provider: str) -> None:
    server = new_server(journal_entries=2000)
    before = state_of(server.world())
    with serving(server) as address:
        result = verify(provider, f"{address}/{provider}", "--format", "json")
    assert state_of(server.world()) == before
    report = json.loads(result.stdout)
    assert report["counts"]["held"] >= LEAST[provider]
    assert (report["counts"]["differs"], report["counts"]["failed"]) == (0, 0)
    assert report["left_behind"] == []
    assert report["claims"]["held"]
    told = [claim for claims in report["claims"].values() for claim in claims]
    versions = {probe["version"] for probe in report["probes"]}
    assert sorted(told) == sorted(one for one, about in claims_about(provider).items() if about & versions)
    assert {request.split()[0] for probe in report["probes"] for request in probe["requests"]} <= {
        "GET",
        "HEAD",
    }
    assert methods(server) <= {"GET", "HEAD"}
    reasons = unlearnt(result)
    assert all(reason.endswith("and writes are not allowed") for reason in reasons), reasons


@pytest.mark.parametrize(
    ("provider", "arguments"),
    [
        ("didww", ()),
        ("didww", ("--version", "2022-05-10")),
        ("idt", ()),
        ("didlogic", ()),
    ],
)
def test_writing_finds_no_difference_and_removes_what_it_made(
    provider: str, arguments: tuple[str, ...]
) -> None:
    server = new_server()
    before = {name: len(table) for name, table in server.world().tables().items()}
    with serving(server) as address:
        result = verify(provider, f"{address}/{provider}", "--allow-writes", "--format", "json", *arguments)
    report = json.loads(result.stdout)
    assert (report["counts"]["differs"], report["counts"]["failed"]) == (0, 0)
    assert report["left_behind"] == []
    assert unlearnt(result) == set()
    assert next(probe for probe in report["probes"] if probe["id"] == f"{provider}.main_job")["requests"]
    made = {
        name: len(table) - before.get(name, 0)
        for name, table in server.world().tables().items()
        if len(table) != before.get(name, 0)
    }
    assert made == BOUGHT[provider]


# An order stays, and so does a number that was given back, while it is listed as terminated or removed.
BOUGHT: dict[str, dict[str, int]] = {
    "didww": {"didww.orders": 1, "didww.dids": 1, "didww.did_history": 3},
    "idt": {"idt.orders": 1, "idt.numbers": 1},
    "didlogic": {"didlogic.identities": 1},  # it is archived
}


@pytest.mark.parametrize("version", ["2021-12-15", "2021-04-19"])
def test_older_versions_of_didww_hold(version: str) -> None:
    with serving(new_server()) as address:
        report = verify("didww", f"{address}/didww/v3", "--version", version, "--format", "json")
    assert json.loads(report.stdout)["counts"]["held"] > 90


def test_reports_say_the_same_in_every_form(tmp_path: Path) -> None:
    with serving(new_server()) as address:
        text = verify("idt", f"{address}/idt", "--claim", "idt.error.*").stdout
        out = tmp_path / "verify.xml"
        told = verify(
            "idt", f"{address}/idt", "--claim", "idt.error.*", "--format", "junit", "--out", str(out)
        )
    (suite,) = ElementTree.parse(out).getroot()
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases["idt.endpoint_unknown"] == []
    assert cases["idt.body_not_json"] == ["skipped"]
    counts = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
    assert counts["tests"] == len(cases)
    assert (counts["failures"], counts["errors"]) == (0, 0)
    held = counts["tests"] - counts["skipped"]
    assert f"held {held}, differs 0, skipped {counts['skipped']}, failed 0" in told.stderr
    *_, total, _, claims = text.splitlines()
    assert total.split() == ["all", str(held), "0", str(counts["skipped"]), "0"]
    assert claims.startswith("claims: held ")
    assert claims.endswith(" (no probe asks about them)")
    assert "sends POST, and writes are not allowed" in text
