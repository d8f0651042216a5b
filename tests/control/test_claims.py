"""`GET /_mock/claims`: the claims that answers name, and what is known and not served."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.claims import Claims, load
from mockserver.core.data import load_contract
from tests.control.caller import Caller

KEY = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}


@pytest.fixture(scope="module")
def known() -> Claims:
    """What the claim files say; the server shows the compiled list of the wheel."""
    return load()


def ids(answer: Any) -> list[str]:
    return [claim["id"] for claim in answer.json["claims"]]


def test_claim_of_an_answer_is_found(call: Caller, known: Claims) -> None:
    refused = call.server.request("GET", "/idt/v1/dids/orders/1", headers=KEY)
    level, _, claim = dict(refused.headers)["X-Mock-Evidence"].partition("; claim=")
    (listed,) = call("GET", f"/claims?claim={claim}").json["claims"]
    (written,) = (one for one in known.claims if one.id == claim)
    assert listed == written.record()
    assert listed["evidence"] == level


def test_all_claims_are_listed_with_what_is_not_emulated(call: Caller, known: Claims) -> None:
    answer = call("GET", "/claims")
    assert ids(answer) == [claim.id for claim in known.claims]
    assert answer.json["total"] == len(known.claims)
    assert [one["id"] for one in answer.json["not_emulated"]] == [one.id for one in known.absent]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("provider=idt", lambda claim: claim.provider == "idt"),
        (
            "provider=didlogic&version=v1",
            lambda claim: claim.provider == "didlogic" and "v1" in claim.version,
        ),
        ("kind=error", lambda claim: claim.kind == "error"),
        ("evidence=assumed", lambda claim: claim.evidence == "assumed"),
        (
            "provider=idt&operation=create_order",
            lambda claim: (
                claim.provider == "idt" and ("create_order" in claim.operation or "*" in claim.operation)
            ),
        ),
    ],
)
def test_claims_are_chosen_by_the_query(call: Caller, known: Claims, query: str, fits: Any) -> None:
    expected = [claim.id for claim in known.claims if fits(claim)]
    assert expected
    assert ids(call("GET", f"/claims?{query}")) == expected


def test_absences_are_about_a_provider_and_a_version_alone(call: Caller, known: Claims) -> None:
    listed = call("GET", "/claims?provider=idt").json["not_emulated"]
    assert [one["id"] for one in listed] == [one.id for one in known.absent if one.id.startswith("idt.")]
    assert call("GET", "/claims?provider=idt&kind=error").json["not_emulated"] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("provider=twilio", "there is no provider 'twilio'"),
        ("evidence=guessed", "there is no level of evidence 'guessed'"),
        ("claim=idt.error.301", "there is no claim 'idt.error.301'"),
        ("kind=errors", "there is no kind 'errors'"),
        ("version=v9", "there is no version 'v9'"),
        ("provider=didlogic&version=2026-04-16", "there is no version '2026-04-16'"),
    ],
)
def test_what_there_is_not_is_refused_with_the_nearest(call: Caller, query: str, said: str) -> None:
    answer = call("GET", f"/claims?{query}")
    assert answer.status == 422
    assert answer.json["error"] == said
    assert answer.json["known"]


def test_figures_of_the_release_are_those_of_its_claims(known: Claims) -> None:
    for provider, versions in load_contract("fidelity.json").items():
        for version, figures in versions.items():
            claimed = [c for c in known.claims if c.provider == provider and version in c.version]
            assert sum(pair[1] for pair in figures["evidence"].values()) == len(claimed)
