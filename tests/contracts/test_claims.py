"""The rule itself: claim files that are wrong are refused, and claims and tests must belong together."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.claims import VERSIONS, Absent, BadClaims, Claim, Claims, Drop, Found, compiled, load
from contracts.derived import derived
from contracts.proving import FOLDERS, behaviour, problems
from tests import conftest

FILE = "tests/idt/test_orders.py"
CLAIM = Claim(
    id="idt.create_order",
    kind="operation",
    operation=("create_order",),
    version=("v1",),
    when="",
    then="An order is placed.",
    evidence="documented",
    source="reference documentation",
    tests=(f"{FILE}::test_order",),
)


def read(text: str) -> Claims:
    found = Found()
    found.read("contracts/idt/claims.yaml", dedent(text).encode())
    return found.finished()


def wrong(text: str) -> list[str]:
    """What is said of a file that is refused."""
    with pytest.raises(BadClaims) as refusal:
        read(text)
    return str(refusal.value).splitlines()


def row(**fields: str) -> str:
    """A file with one claim that would be right but for these fields; one that is empty is left out."""
    shown = {
        "id": "idt.x",
        "then": "It is so.",
        "evidence": "documented",
        "source": "somewhere",
        "tests": f"{FILE}::test_x",
        **fields,
    }
    inner = ", ".join(f"{name}: {value}" for name, value in shown.items() if value)
    return f"claims: [{{{inner}}}]"


# --- files -----------------------------------------------------------------------------------------------


def test_file_is_read_whole() -> None:
    text = """
        common: {source: the reference, evidence: documented, operation: [get_order, get_orders]}
        claims:
          - {id: idt.one, then: It is so., tests: a.py::test_a}
          - id: idt.two
            kind: status
            operation: get_order
            version: [v1]
            when: Asked
            then: It is not.
            evidence: assumed
            cost: A minute.
            tests: [a.py::test_a, a.py::test_b]
        not_emulated:
          - {id: didww.fax, what: Faxes, source: the manual, cost: Paper.}
        drops:
          - {figure: idt/v1/rules, to: 3, why: One was two.}
        apart: {a.py: ours}
    """
    one = Claim(
        id="idt.one",
        kind="rule",
        operation=("get_order", "get_orders"),
        version=("v1",),
        when="",
        then="It is so.",
        evidence="documented",
        source="the reference",
        tests=("a.py::test_a",),
    )
    two = Claim(
        id="idt.two",
        kind="status",
        operation=("get_order",),
        version=("v1",),
        when="Asked",
        then="It is not.",
        evidence="assumed",
        source="the reference",
        tests=("a.py::test_a", "a.py::test_b"),
        cost="A minute.",
    )
    absent = Absent("didww.fax", "rule", VERSIONS["didww"], "Faxes", "the manual", "Paper.")
    drop = Drop("idt/v1/rules", 3, "One was two.")
    assert read(text) == Claims((one, two), (absent,), (drop,), {"a.py": "ours"})
    assert read(text).of("idt") == Claims((one, two))
    assert read(text).of("didww") == Claims((), (absent,))


def test_empty_file_says_nothing() -> None:
    assert read("") == Claims()


def test_version_star_is_every_version_of_the_provider() -> None:
    (claim,) = read(row(id="didww.x")).claims
    assert claim.version == VERSIONS["didww"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("claim: []", ["contracts/idt/claims.yaml: there is no part 'claim'"]),
        (row(test="x"), ["contracts/idt/claims.yaml: idt.x: there is no field 'test'"]),
        (row(then=""), ["contracts/idt/claims.yaml: idt.x: then is missing"]),
        (
            row(id="", tests=""),
            [
                "contracts/idt/claims.yaml: a row without id: id is missing",
                "contracts/idt/claims.yaml: a row without id: tests is missing",
            ],
        ),
        (
            "not_emulated: [{id: idt.x, tests: x}]",
            [
                "contracts/idt/claims.yaml: idt.x: there is no field 'tests'",
                "contracts/idt/claims.yaml: idt.x: what is missing",
                "contracts/idt/claims.yaml: idt.x: source is missing",
                "contracts/idt/claims.yaml: idt.x: cost is missing",
            ],
        ),
        ("claims: [x]", ["contracts/idt/claims.yaml: 'x' in claims is no mapping"]),
        (
            row(then="5", when="null"),
            [
                "contracts/idt/claims.yaml: idt.x: when is no text",
                "contracts/idt/claims.yaml: idt.x: then is no text",
            ],
        ),
        ("drops: [{figure: a/b/c, to: 1}]", ["contracts/idt/claims.yaml: a/b/c: why is missing"]),
        (
            row(kind="guess"),
            [f"idt.x: kind is guess, not one of {'operation, error, status, filter, sort, include, rule'}"],
        ),
        (
            row(evidence="known"),
            ["idt.x: evidence is known, not one of recorded, documented, client, assumed"],
        ),
        (row(version="v2"), ["idt.x: idt has no version v2"]),
        (row(tests="[]"), ["idt.x: no test proves it"]),
        (row(then="' '", source="' '"), ["idt.x: then is empty", "idt.x: source is empty"]),
        (row(cost="Much."), ["idt.x: an assumed claim says what it costs when it is wrong, no other does"]),
        (
            row(evidence="assumed"),
            ["idt.x: an assumed claim says what it costs when it is wrong, no other does"],
        ),
        *(
            (row(id=bad), [f"{bad}: an id begins with the provider and holds letters, digits and dots"])
            for bad in ("twilio.x", "idt", "idt.a..b", "'idt.a b'".strip("'"), "idt.é")
        ),
        (
            "not_emulated: [{id: didlogic.x, kind: y, version: v3, what: a, source: b, cost: c}]",
            [
                "didlogic.x: kind is y, not one of operation, error, status, filter, sort, include, rule",
                "didlogic.x: didlogic has no version v3",
            ],
        ),
    ],
)
def test_file_that_is_wrong_is_refused_with_every_problem_named(text: str, expected: list[str]) -> None:
    assert wrong(text) == expected


def test_file_that_is_no_yaml_is_told_with_its_place() -> None:
    (line,) = wrong("claims: [{id: idt.x")
    assert line.startswith("contracts/idt/claims.yaml: ")
    assert "line 1" in line


def test_problems_of_several_rows_are_told_together() -> None:
    text = """
        common: {then: So., evidence: documented, source: x, tests: a.py::test_a}
        claims: [{id: idt.x}, {id: idt.x}, {id: idt.y, kind: z}, {id: idt.z, more: 1}]
        not_emulated: [{id: idt.y, what: a, source: b, cost: c}]
        other: 1
    """
    assert wrong(text) == [
        "contracts/idt/claims.yaml: there is no part 'other'",
        "contracts/idt/claims.yaml: idt.z: there is no field 'more'",
        "idt.x: there are two of that id",
        "idt.y: kind is z, not one of operation, error, status, filter, sort, include, rule",
        "idt.y: there are two of that id",
    ]


# --- claims from tables ----------------------------------------------------------------------------------


def test_claim_written_by_hand_takes_the_place_of_a_derived_one() -> None:
    every = {claim.id for claim in derived(())}
    assert "idt.create_order" in every
    assert {claim.id for claim in derived({"idt.create_order"})} == every - {"idt.create_order"}


@pytest.mark.parametrize("provider", VERSIONS)
def test_derived_claims_come_from_the_module_of_their_provider(provider: str) -> None:
    name = f"contracts.derived_{provider}"
    made = list(import_module(name).derived()) if find_spec(name) else []
    assert [claim for claim in derived(()) if claim.provider == provider] == made


# --- claims and tests ------------------------------------------------------------------------------------


def fitting(*claims: Claim, tests: list[str], apart: dict[str, str] | None = None) -> list[str]:
    """What does not fit, of claims and of all tests of some files."""
    files = {test.partition("::")[0] for test in tests}
    return list(problems(Claims(claims, apart=apart or {}), tests, files))


def proven_by(*tests: str, **changes: object) -> Claim:
    return replace(CLAIM, tests=tests, **changes)  # type: ignore[arg-type]


def test_claims_and_tests_that_belong_together_are_accepted() -> None:
    claims = (CLAIM, replace(CLAIM, id="idt.again"))
    assert fitting(*claims, tests=[f"{FILE}::test_order[a]", f"{FILE}::test_order[b]"]) == []


def test_claim_without_a_test_is_told() -> None:
    for claim in (proven_by(), proven_by(FILE), proven_by(f"{FILE}::Test::runTest")):
        assert "idt.create_order: no test proves it" in fitting(claim, tests=[f"{FILE}::Test::runTest"])


def test_test_that_is_not_there_is_told_for_each_version() -> None:
    claim = proven_by("tests/didlogic/test_a.py::test_b", id="didlogic.x", version=("v1", "v2"))
    there = ["tests/didlogic/test_a.py::test_c"]
    assert fitting(claim, tests=there, apart={"tests/didlogic/test_a.py": "ours"}) == [
        "didlogic.x (v1): there is no test tests/didlogic/test_a.py::test_b",
        "didlogic.x (v2): there is no test tests/didlogic/test_a.py::test_b",
    ]


def test_tests_of_files_that_are_not_collected_are_not_missed() -> None:
    assert (
        fitting(CLAIM, tests=["tests/idt/test_other.py::test_a"], apart={"tests/idt/test_other.py": "x"})
        == []
    )


@pytest.mark.parametrize("folder", [*FOLDERS, "tests/core", "tests/idt/more"])
def test_behaviour_test_without_a_claim_is_told(folder: str) -> None:
    file = f"{folder}/test_a.py"
    assert behaviour(file) == (folder != "tests/core")
    expected = [f"{file}::test_b: no claim names it"] if folder != "tests/core" else []
    assert fitting(tests=[f"{file}::test_b[1]", f"{file}::test_b[2]"]) == expected


def test_test_may_be_apart_by_itself_or_with_its_file() -> None:
    tests = [f"{FILE}::test_a[1]", f"{FILE}::test_b"]
    reason = "it is about our page"
    assert fitting(tests=tests, apart={FILE: reason}) == []
    assert fitting(tests=tests, apart={f"{FILE}::test_a": reason, f"{FILE}::test_b": reason}) == []
    assert fitting(tests=tests, apart={f"{FILE}::test_a": reason}) == [f"{FILE}::test_b: no claim names it"]


def test_what_is_apart_must_be_there_and_must_not_be_claimed() -> None:
    apart = {
        f"{FILE}::test_order": "ours",
        f"{FILE}::test_gone": "ours",
        "tests/idt/test_c.py::test_d": "ours",
    }
    assert fitting(CLAIM, tests=[f"{FILE}::test_order"], apart=apart) == [
        f"{FILE}::test_order: set apart from the claims, but a claim names it",
        f"{FILE}::test_gone: set apart from the claims, but there is no such test",
    ]


TESTS = [
    f"{FILE}::test_order[v1-a]",
    f"{FILE}::test_order[v1-b[0].c]",
    f"{FILE}::test_order[v1-2 + (2)]",
    f"{FILE}::test_order[v2-a]",
]


@pytest.mark.parametrize(
    "reference",
    [
        "test_order",
        "test_order[*]",
        "test_order[v1-a]",
        "test_order[v1-*]",
        "test_order[*-a]",
        "test_order[{version}-a]",
        "test_order[{version}-*]",
        "test_order[v1-b[0].c]",
        "test_order[*b[0].*]",
        "test_order[v1-2 + (2)]",
    ],
)
def test_reference_finds_its_test(reference: str) -> None:
    assert fitting(proven_by(f"{FILE}::{reference}"), tests=TESTS) == []


@pytest.mark.parametrize(
    "reference",
    [
        "test_order[a]",
        "test_order[v1]",
        "test_order[v3-*]",
        "test_order[v1-?]",
        "test_order[v1-b.0..c]",
        "test_order[*-a",
        "test_orders",
        "test_ord*",
        "test_order[{version}-c]",
    ],
)
def test_reference_to_no_test_is_told(reference: str) -> None:
    claim = proven_by(f"{FILE}::{reference}")
    shown = reference.replace("{version}", "v1")
    message = f"idt.create_order (v1): there is no test {FILE}::{shown}"
    assert fitting(claim, tests=TESTS, apart={FILE: "counted elsewhere"}) == [message]


def test_each_version_has_its_own_test() -> None:
    claim = proven_by(f"{FILE}::test_order[{{version}}-b*]", id="didlogic.x", version=("v1", "v2"))
    assert fitting(claim, tests=TESTS) == [f"didlogic.x (v2): there is no test {FILE}::test_order[v2-b*]"]
    assert claim.tests_of("v2") == (f"{FILE}::test_order[v2-b*]",)


# --- at collection ---------------------------------------------------------------------------------------

ROOT = Path(conftest.__file__).parents[1]


def collected(file: str, arguments: list[str]) -> Any:
    """Whether the tests of a file count as whole when pytest is started with these arguments at the root."""
    item = SimpleNamespace(nodeid=f"{file}::test_a", path=ROOT / file)
    return conftest._whole_files(SimpleNamespace(args=arguments), [item]) == {file}  # type: ignore[arg-type]


def test_only_files_that_are_collected_whole_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert collected(FILE, ["tests"])
    assert collected(FILE, ["tests/idt"])
    assert collected(FILE, ["tests/didww", FILE])
    assert not collected(FILE, [f"{FILE}::test_a"])
    assert not collected(FILE, ["tests/didww", f"{FILE}::test_a[1]"])


def test_what_does_not_fit_stands_in_place_of_the_tests(request: pytest.FixtureRequest) -> None:
    unproven = conftest.Unproven.from_parent(request.session, name="claims", wrong=["one", "two"])
    with pytest.raises(pytest.fail.Exception) as failure:
        unproven.runtest()
    assert failure.value.msg == "claims and tests do not belong together:\n  one\n  two"


# --- what there is ---------------------------------------------------------------------------------------


def test_all_claims_are_right_and_are_shown_as_they_are() -> None:
    shown = compiled()
    assert [one["id"] for one in shown["claims"]] == [claim.id for claim in load().claims]
    assert [one["id"] for one in shown["not_emulated"]] == [one.id for one in load().absent]
    assert CLAIM.record() == {
        "id": "idt.create_order",
        "kind": "operation",
        "operation": ["create_order"],
        "version": ["v1"],
        "then": "An order is placed.",
        "evidence": "documented",
        "source": "reference documentation",
        "tests": [f"{FILE}::test_order"],
    }
