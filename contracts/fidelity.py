"""How faithful the server is, as figures: what is proven of what is documented, per provider and version.

Nothing is summed over providers or versions. A claim counts as proven when its tests pass, which the test
run sees to, and when no planted fault of its group went unnoticed (`contracts/mutations.json`).

    parts     operations, errors, statuses, filters, sorts, includes, rules: [proven, documented]
    evidence  recorded, documented, client, assumed: [proven, claimed]

What is known and not served (`not_emulated` of the claim files) is documented and not proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from contracts.claims import LEVELS, VERSIONS, Claims, Drop

PARTS = {
    "operation": "operations",
    "error": "errors",
    "status": "statuses",
    "filter": "filters",
    "sort": "sorts",
    "include": "includes",
    "rule": "rules",
}
Vector = dict[str, dict[str, list[int]]]
Figures = dict[str, dict[str, Vector]]


def figures(claims: Claims, survived: Iterable[Mapping[str, Any]] = ()) -> Figures:
    """The vector of every version of every provider; parts of which nothing is documented are left out."""
    doubted = doubtful(claims, survived)
    return {
        provider: {version: vector(claims.of(provider), version, doubted) for version in versions}
        for provider, versions in VERSIONS.items()
    }


def vector(claims: Claims, version: str, doubted: frozenset[str] = frozenset()) -> Vector:
    """The figures of one version, by the claims of its provider; `doubted` are ids that are not proven."""
    parts = {name: [0, 0] for name in PARTS.values()}
    levels = {level: [0, 0] for level in LEVELS}
    for claim in claims.claims:
        if version in claim.version:
            proven = claim.id not in doubted
            for pair in (parts[PARTS[claim.kind]], levels[claim.evidence]):
                pair[0] += proven
                pair[1] += 1
    for one in claims.absent:
        if version in one.version:
            parts[PARTS[one.kind]][1] += 1
    return {
        "parts": {name: pair for name, pair in parts.items() if pair[1]},
        "evidence": {level: pair for level, pair in levels.items() if pair[1]},
    }


def doubtful(claims: Claims, survived: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the claims about which a planted fault survived: no test turned red."""
    patterns = [pattern for mutant in survived for pattern in mutant["claims"]]
    return frozenset(
        claim.id for claim in claims.claims if any(fnmatchcase(claim.id, pattern) for pattern in patterns)
    )


def fallen(before: Figures, after: Figures, drops: Sequence[Drop]) -> list[str]:
    """Every figure that is lower than before, as far as no claim file says why; each in one line.

    Of the levels of evidence it counts what is known at least that well, so that a claim may get better
    known. A drop is named by its figure, `didww/2022-05-10/filters` or `idt/v1/documented`.
    """
    allowed = {drop.figure: drop.to for drop in drops}
    now = _flat(after)
    lines = []
    for figure, was in _flat(before).items():
        value = now.get(figure, 0)
        if value < min(was, allowed.get(figure, was)):
            lines.append(f"{figure}: {value} proven, it was {was}")
    return lines


def _flat(every: Figures) -> dict[str, int]:
    flat: dict[str, int] = {}
    for provider, versions in every.items():
        for version, one in versions.items():
            place = f"{provider}/{version}"
            flat.update({f"{place}/{name}": proven for name, (proven, _) in one["parts"].items()})
            so_far = 0
            for level in LEVELS:
                so_far += one["evidence"].get(level, [0, 0])[0]
                flat[f"{place}/{level}"] = so_far
    return flat
