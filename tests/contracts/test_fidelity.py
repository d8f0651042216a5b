"""The scoring: what counts as proven, what counts against it, and that a figure cannot fall unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.build_claims import with_figures
from contracts.claims import Absent, Claim, Claims, Drop
from contracts.fidelity import fallen, figures, vector
from contracts.limits import page

CLAIM = Claim(
    id="didlogic.list_countries",
    kind="operation",
    operation=("list_countries",),
    version=("v1", "v2"),
    when="",
    then="200 with a list.",
    evidence="recorded",
    source="somewhere",
    tests=("tests/x.py::test_x",),
)
ERROR = replace(CLAIM, id="didlogic.error.not_found", kind="error", evidence="documented", version=("v2",))
GUESS = replace(CLAIM, id="didlogic.rule.order", kind="rule", evidence="assumed", when="Two", cost="Time.")
ABSENT = Absent("didlogic.port_number", "operation", ("v2",), "Porting", "documentation", "Port by hand.")
FEW = Claims((CLAIM, ERROR, GUESS), (ABSENT,))


def test_claims_count_by_kind_and_evidence_and_what_is_absent_is_not_proven() -> None:
    assert vector(FEW, "v2") == {
        "parts": {"operations": [1, 2], "errors": [1, 1], "rules": [1, 1]},
        "evidence": {"recorded": [1, 1], "documented": [1, 1], "assumed": [1, 1]},
    }


def test_versions_are_counted_for_themselves() -> None:
    assert vector(FEW, "v1") == {
        "parts": {"operations": [1, 1], "rules": [1, 1]},
        "evidence": {"recorded": [1, 1], "assumed": [1, 1]},
    }


def test_claim_is_not_proven_when_a_planted_fault_survived() -> None:
    survived = [{"id": "x", "claims": ["didlogic.error.*"], "fault": {}}]
    found = figures(FEW, survived)
    assert found["didlogic"]["v2"] == {
        "parts": {"operations": [1, 2], "errors": [0, 1], "rules": [1, 1]},
        "evidence": {"recorded": [1, 1], "documented": [0, 1], "assumed": [1, 1]},
    }
    assert found["didlogic"]["v1"] == vector(FEW, "v1")


def test_nothing_known_is_an_empty_vector() -> None:
    assert figures(FEW)["idt"] == {"v1": {"parts": {}, "evidence": {}}}


def test_providers_and_versions_stand_side_by_side() -> None:
    assert {provider: list(versions) for provider, versions in figures(FEW).items()} == {
        "didww": ["2026-04-16", "2022-05-10", "2021-12-15", "2021-04-19"],
        "idt": ["v1"],
        "didlogic": ["v1", "v2"],
    }


def test_lost_claim_is_a_fall_in_its_part_and_its_level() -> None:
    before, after = figures(FEW), figures(replace(FEW, claims=(CLAIM, GUESS)))
    assert fallen(before, after, ()) == [
        "didlogic/v2/errors: 0 proven, it was 1",
        "didlogic/v2/documented: 1 proven, it was 2",
        "didlogic/v2/client: 1 proven, it was 2",
        "didlogic/v2/assumed: 2 proven, it was 3",
    ]


def test_lost_version_is_a_fall() -> None:
    before = figures(FEW)
    after = {**before, "didlogic": {"v2": before["didlogic"]["v2"]}}
    assert fallen(before, after, ()) == [
        "didlogic/v1/operations: 0 proven, it was 1",
        "didlogic/v1/rules: 0 proven, it was 1",
        "didlogic/v1/recorded: 0 proven, it was 1",
        "didlogic/v1/documented: 0 proven, it was 1",
        "didlogic/v1/client: 0 proven, it was 1",
        "didlogic/v1/assumed: 0 proven, it was 2",
    ]


def test_claim_that_gets_better_known_is_no_fall() -> None:
    better = replace(GUESS, evidence="documented", cost="")
    assert fallen(figures(FEW), figures(replace(FEW, claims=(CLAIM, ERROR, better))), ()) == []


def test_claim_that_gets_less_known_is_a_fall() -> None:
    worse = replace(CLAIM, evidence="client")
    assert fallen(figures(FEW), figures(replace(FEW, claims=(worse, ERROR, GUESS))), ()) == [
        "didlogic/v1/recorded: 0 proven, it was 1",
        "didlogic/v1/documented: 0 proven, it was 1",
        "didlogic/v2/recorded: 0 proven, it was 1",
        "didlogic/v2/documented: 1 proven, it was 2",
    ]


@pytest.mark.parametrize(("to", "left"), [(0, []), (1, ["didlogic/v1/rules: 0 proven, it was 1"])])
def test_fall_is_allowed_as_far_as_a_claim_file_says_why(to: int, left: list[str]) -> None:
    before, after = figures(FEW), figures(replace(FEW, claims=(CLAIM, ERROR)))
    other = [Drop(f"didlogic/{where}", 0, "why") for where in ("v2/rules", "v1/assumed", "v2/assumed")]
    assert fallen(before, after, [Drop("didlogic/v1/rules", to, "It was wrong."), *other]) == left


def test_more_is_no_fall() -> None:
    assert fallen(figures(Claims()), figures(FEW), ()) == []


def test_readme_gets_the_table_between_its_marks() -> None:
    readme = with_figures("a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n", figures(FEW))
    before, rest = readme.split("<!-- figures -->\n\n")
    table, after = rest.rsplit("\n\n<!-- end of figures -->", 1)
    assert (before, after) == ("a\n", "\nb\n")
    assert table.splitlines()[0].startswith("| API | operations | errors | statuses |")
    assert "| didlogic v2 | 1 of 2 | 1 of 1 |  |  |  |  | 1 of 1 | 1 of 1 | 1 of 1 |  | 1 of 1 |" in table


def test_readme_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for the figures"):
        with_figures("# mockserver\n", figures(FEW))


def test_page_of_limits_tells_assumptions_and_absences_with_their_costs() -> None:
    text = page(FEW)
    assert "| Porting (v2) | Port by hand. |\n" in text
    assert "| `didlogic.rule.order` | Two: 200 with a list. | Time. |\n" in text
    assert "didlogic.error.not_found" not in text
    assert "## IDT Express v1\n\n### Not emulated\n\nNothing that is documented.\n" in text
