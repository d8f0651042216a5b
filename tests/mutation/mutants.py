"""The mutants: which fault is planted for which claims.

One follows from every claim about an operation, an error, a status, a filter, a sort key, an include. Those
of rules are declared by hand in `contracts/<provider>/mutants.yaml`, each for the claims that its patterns
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from contracts.claims import VERSIONS, Claim, Claims

# Rules with one claim for every row of a table, by the second word of their ids: what is done to answers.
_FAMILIES = {
    **dict.fromkeys(("refusal", "error", "write", "link"), "code"),
    **dict.fromkeys(("example", "recording"), "no_member"),
    "engine": "status",
}
CONTRACTS = Path(__file__).parents[2] / "contracts"


@dataclass(frozen=True)
class Mutant:
    """A planted fault, and the claims whose tests must notice it.

    claims  patterns of ids
    fault   as `tests.mutation.faults` reads it
    """

    id: str
    group: str
    claims: tuple[str, ...]
    fault: Mapping[str, Any]

    def about(self, claims: Claims) -> list[Claim]:
        """The claims that its patterns name."""
        wild = [pattern for pattern in self.claims if "*" in pattern]
        return [
            claim
            for claim in claims.claims
            if claim.id in self.claims or any(fnmatchcase(claim.id, pattern) for pattern in wild)
        ]

    def tests(self, claims: Claims) -> tuple[str, ...]:
        """The tests of its claims, as the claims name them."""
        return tuple(
            {test: None for claim in self.about(claims) for v in claim.version for test in claim.tests_of(v)}
        )


def every(claims: Claims) -> list[Mutant]:
    """All mutants, those that follow from claims first."""
    return [*derived(claims.claims), *declared()]


def derived(claims: Iterable[Claim]) -> Iterator[Mutant]:
    for claim in claims:
        for name, fault in _faults(claim):
            group = f"{claim.provider} {claim.kind}"
            yield Mutant(f"{claim.id}:{name}", group, (claim.id,), fault)


def _faults(claim: Claim) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What can be wrong about a claim of a kind that a table has."""
    word = claim.id.split(".", 3)[-1]  # didww.filter.dids.order.id
    if claim.kind == "operation":
        # By operation: an answer may name a claim of its own that says more.
        done = {"operation": claim.operation[0], "most": 399}
        yield "status", {"answer": done, "do": "status"}
        yield "no_member", {"answer": done, "do": "no_member"}
    elif claim.kind == "error":
        yield _refused_otherwise(claim)
    elif claim.kind == "status":
        yield "word", {"answer": {}, "do": "word", "word": word}
    elif claim.kind == "filter":
        yield "ignored", {"query": [f"filter[{word}]", f"filter_by_{word}", word]}
    elif claim.kind in ("sort", "include"):
        yield "ignored", {"query": [claim.kind, f"order_by_{word}", word]}
    else:
        family = claim.id.split(".")[1]
        change = _FAMILIES.get(family, "")
        if change == "code":
            yield _refused_otherwise(claim)
        elif change:
            # Recordings lack what has come since, and that stands in front.
            last = {"last": True} if family == "recording" else {}
            yield change, {"answer": {}, "do": change, **last}


def _refused_otherwise(claim: Claim) -> tuple[str, Mapping[str, Any]]:
    """Another code in a refusal, or another status where the claim knows of no code."""
    change = "code" if "code" in claim.then else "status"
    return change, {"answer": {"least": 400}, "do": change}


def declared() -> Iterator[Mutant]:
    """The mutants of the files. ValueError for one that is not understood."""
    for provider in VERSIONS:
        path = CONTRACTS / provider / "mutants.yaml"
        if not path.is_file():
            continue
        for row in yaml.safe_load(path.read_bytes())["mutants"]:
            if row.keys() != {"id", "claims", "fault"}:
                raise ValueError(f"{path.name}: a mutant has id, claims and fault, not {sorted(row)}")
            patterns = [row["claims"]] if isinstance(row["claims"], str) else row["claims"]
            yield Mutant(row["id"], f"{provider} rule", tuple(patterns), row["fault"])
