"""The probes: claims as requests, compiled by `contracts.build_probes` into contracts/probes.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mockserver.core.data import load_contract

PROVIDERS = ("didww", "idt", "didlogic")
READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Probe:
    """What is asked to see whether claims hold.

    id        its own name; also the id of its claim when it proves one alone
    claims    the claims it proves
    evidence  recorded, documented, client, assumed: how well the expectation is known
    versions  the versions of the provider's API that it is for
    steps     the requests in order: method, path, query, headers, body | form | raw_body, expect, take, until
    undo      requests that put back what the steps did, whatever came of them
    """

    id: str
    claims: tuple[str, ...]
    evidence: str
    versions: tuple[str, ...]
    steps: tuple[Mapping[str, Any], ...]
    undo: tuple[Mapping[str, Any], ...] = ()

    @property
    def writes(self) -> bool:
        """Whether a request of its own is more than a read."""
        return any(step["method"] not in READS for step in self.steps)

    def about(self, pattern: str) -> bool:
        """Whether its name or a claim fits a pattern with `*`."""
        return any(fnmatchcase(name, pattern) for name in (self.id, *self.claims))


@dataclass(frozen=True, slots=True)
class Suite:
    """Everything that is asked of one provider, and how one talks to it."""

    provider: str
    facts: Mapping[str, Any]
    probes: tuple[Probe, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(self.facts["versions"])

    @property
    def placeholders(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.facts["placeholders"]
        return found

    def chosen(self, version: str | None, pattern: str | None) -> list[tuple[Probe, str]]:
        """The probes to run, each with the version to run it in: the one asked for, else its newest."""
        found = []
        for probe in self.probes:
            if pattern is not None and not probe.about(pattern):
                continue
            if version is None:
                version_of_probe = next((one for one in self.facts["default"] if one in probe.versions), None)
            else:
                version_of_probe = version if version in probe.versions else None
            if version_of_probe is not None:
                found.append((probe, version_of_probe))
        return found


def claims_of(suite: Suite, chosen: Iterable[tuple[Probe, str]], pattern: str | None) -> list[str]:
    """The claims about these versions, or those like the pattern; the chosen probes show some of them."""
    versions, asked = {version for _, version in chosen}, {one for probe, _ in chosen for one in probe.claims}
    known = [
        claim["id"]
        for claim in load_contract("claims.json")["claims"]
        if claim["id"].partition(".")[0] == suite.provider
        and not versions.isdisjoint(claim["version"])
        and (pattern is None or fnmatchcase(claim["id"], pattern))
    ]
    return [*known, *sorted(asked.difference(known))]


def load_suite(provider: str) -> Suite:
    """The compiled probes of a provider."""
    return suite_of(provider, load_contract("probes.json")[provider])


def suite_of(provider: str, compiled: Mapping[str, Any]) -> Suite:
    """A suite from its part of probes.json."""
    return Suite(provider, compiled, tuple(_probes(compiled["probes"], compiled["versions"])))


def _probes(compiled: Iterable[Mapping[str, Any]], versions: Iterable[str]) -> Iterable[Probe]:
    for one in compiled:
        yield Probe(
            one["id"],
            tuple(one["claims"]),
            one["evidence"],
            tuple(one.get("versions", versions)),
            tuple(one["steps"]),
            tuple(one.get("undo", ())),
        )
