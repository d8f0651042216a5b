"""The claims: single facts about a provider, each with its evidence and the tests that prove it.

A claim says what is observed under a condition. `contracts/<provider>/claims*.yaml` hold them, one file per
subject:

    common:              what every claim of the file has that does not say otherwise
    claims:              a list of claims, by the fields of `Claim`
    not_emulated:        what is documented and not served, by the fields of `Absent`
    drops:               figures that may be lower than they were, by the fields of `Drop`
    apart:               tests in a behaviour folder that show nothing of the provider: file or test -> why

Claims that follow from a table (one per operation, filter, engine case …) are made by `contracts.derived`.
A test is named as pytest names it, `tests/idt/test_orders.py::test_order_is_billed` with all of its
parameters, or with some: `...::test_filter[{version}-dids-*]`. `{version}` stands for each version of the
claim, `*` for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent
VERSIONS = {
    "didww": ("2026-04-16", "2022-05-10", "2021-12-15", "2021-04-19"),
    "idt": ("v1",),
    "didlogic": ("v1", "v2"),
}
KINDS = ("operation", "error", "status", "filter", "sort", "include", "rule")
LEVELS = ("recorded", "documented", "client", "assumed")
_USUAL = {"kind": "rule", "operation": "*", "version": "*", "when": ""}
_PARTS = {"common", "claims", "not_emulated", "drops", "apart"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ID = re.compile(r"[a-z]+(\.[A-Za-z0-9_:/{}-]+)+")


class BadClaims(Exception):
    """Claim files that cannot be used: every problem in a line of its own."""


@dataclass(frozen=True)
class Claim:
    """One fact.

    id         what `X-Mock-Evidence` names: `idt.error.3001`
    kind       operation, error, status (of a progression), filter, sort, include, rule
    operation  the operations it is seen at; `*` for all
    version    the versions of the provider's API that it holds in
    when       the condition; empty where there is none
    then       what is observed
    evidence   recorded, documented, client, assumed
    source     where that is known from
    tests      the tests that prove it
    cost       of an assumed claim: what it costs a user when the provider does otherwise
    """

    id: str
    kind: str
    operation: tuple[str, ...]
    version: tuple[str, ...]
    when: str
    then: str
    evidence: str
    source: str
    tests: tuple[str, ...]
    cost: str = ""

    @property
    def provider(self) -> str:
        return self.id.partition(".")[0]

    def tests_of(self, version: str) -> tuple[str, ...]:
        """The tests that prove the claim for one version."""
        return tuple(test.replace("{version}", version) for test in self.tests)

    def record(self) -> dict[str, Any]:
        """The claim as the server shows it: lists for tuples, nothing that is empty."""
        plain = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        return {name: value for name, value in plain.items() if value}


@dataclass(frozen=True)
class Absent:
    """Something of a provider that is not served: what, where it is known from, what that costs a user.

    It counts as documented and not proven in the figures of its kind.
    """

    id: str
    kind: str
    version: tuple[str, ...]
    what: str
    source: str
    cost: str


@dataclass(frozen=True)
class Drop:
    """A figure of the fidelity report that may fall: `didww/2022-05-10/filters`, to which value, and why."""

    figure: str
    to: int
    why: str


@dataclass(frozen=True)
class Claims:
    """Everything the claim files of the providers say, in order."""

    claims: tuple[Claim, ...] = ()
    absent: tuple[Absent, ...] = ()
    drops: tuple[Drop, ...] = ()
    apart: Mapping[str, str] = field(default_factory=dict)

    def of(self, provider: str) -> Claims:
        """The claims of one provider, and what it has that is not served."""
        start = f"{provider}."
        return Claims(
            tuple(claim for claim in self.claims if claim.id.startswith(start)),
            tuple(one for one in self.absent if one.id.startswith(start)),
        )


@cache
def load() -> Claims:
    """Every claim. BadClaims names everything that is wrong with them."""
    from contracts.derived import derived  # makes claims itself

    found = Found()
    for provider in VERSIONS:
        for path in sorted((ROOT / provider).glob("claims*.yaml")):
            found.read(f"contracts/{provider}/{path.name}", path.read_bytes())
    found.claims.extend(derived({claim.id for claim in found.claims}))
    return found.finished()


class Found:
    """What was found in claim files so far, and what is wrong with it."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.absent: list[Absent] = []
        self.drops: list[Drop] = []
        self.apart: dict[str, str] = {}
        self.problems: list[str] = []

    def read(self, name: str, text: bytes) -> None:
        """Add what one file holds."""
        try:
            content: dict[str, Any] = yaml.load(text, _LOADER) or {}
        except yaml.YAMLError as error:
            self.problems.append(f"{name}: {' '.join(str(error).split())}")
            return
        self.problems += [f"{name}: there is no part {part!r}" for part in sorted(content.keys() - _PARTS)]
        usual = {**_USUAL, **(content.get("common") or {})}
        for part, kind, before, rows in (
            ("claims", Claim, usual, self.claims),
            ("not_emulated", Absent, {"version": "*", "kind": "rule"}, self.absent),
            ("drops", Drop, {}, self.drops),
        ):
            for row in content.get(part) or ():
                if not isinstance(row, dict):
                    self.problems.append(f"{name}: {row!r} in {part} is no mapping")
                    continue
                made = _made(kind, {**before, **row}, name, self.problems)
                if made is not None:
                    rows.append(made)
        self.apart.update(content.get("apart") or {})

    def finished(self) -> Claims:
        """All of it, or BadClaims."""
        self.problems += _wrong(self.claims, self.absent)
        if self.problems:
            raise BadClaims("\n".join(self.problems))
        return Claims(tuple(self.claims), tuple(self.absent), tuple(self.drops), self.apart)


def _made(kind: type[Any], row: Mapping[str, Any], name: str, problems: list[str]) -> Any:
    """A claim or absence from its row, single words and `*` made lists."""
    known = {one.name for one in fields(kind)}
    place = f"{name}: {row.get('id') or row.get('figure') or 'a row without id'}"
    wrong = [f"{place}: there is no field {extra!r}" for extra in sorted(row.keys() - known)]
    wrong += [
        f"{place}: {one.name} is missing"
        for one in fields(kind)
        if one.name not in row and one.default is MISSING
    ]
    wrong += [
        f"{place}: {one.name} is no text"
        for one in fields(kind)
        if one.type == "str" and not isinstance(row.get(one.name, ""), str)
    ]
    if wrong:
        problems.extend(wrong)
        return None
    values = dict(row)
    for many in known & {"operation", "version", "tests"}:
        values[many] = tuple(_listed(values[many]))
    if values.get("version") == ("*",):
        values["version"] = VERSIONS.get(str(row["id"]).partition(".")[0], ())
    return kind(**values)


def _listed(value: Any) -> Iterable[str]:
    return (str(value),) if not isinstance(value, list) else (str(one) for one in value)


def _wrong(claims: Iterable[Claim], absent: Iterable[Absent]) -> Iterator[str]:
    """What is wrong with the claims as a whole."""
    seen: set[str] = set()
    everything: list[Claim | Absent] = [*claims, *absent]
    for one in everything:
        provider = one.id.partition(".")[0]
        if one.id in seen:
            yield f"{one.id}: there are two of that id"
        seen.add(one.id)
        if not _ID.fullmatch(one.id) or provider not in VERSIONS:
            yield f"{one.id}: an id begins with the provider and holds letters, digits and dots"
            continue
        if one.kind not in KINDS:
            yield f"{one.id}: kind is {one.kind}, not one of {', '.join(KINDS)}"
        for version in one.version:
            if version not in VERSIONS[provider]:
                yield f"{one.id}: {provider} has no version {version}"
        if isinstance(one, Absent):
            continue
        if one.evidence not in LEVELS:
            yield f"{one.id}: evidence is {one.evidence}, not one of {', '.join(LEVELS)}"
        if not one.tests:
            yield f"{one.id}: no test proves it"
        if (one.evidence == "assumed") != bool(one.cost):
            yield f"{one.id}: an assumed claim says what it costs when it is wrong, no other does"
        for name in ("then", "source"):
            if not getattr(one, name).strip():
                yield f"{one.id}: {name} is empty"


def compiled() -> dict[str, Any]:
    """What the server shows at `/_mock/claims`."""
    loaded = load()
    return {
        "claims": [claim.record() for claim in loaded.claims],
        "not_emulated": [{**asdict(one), "version": list(one.version)} for one in loaded.absent],
    }
