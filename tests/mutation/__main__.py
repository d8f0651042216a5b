"""`python -m tests.mutation`: plant every fault in turn, run the tests of its claims.

All of it in this one process: the tests are collected once and run again for every fault. The result goes to
`contracts/mutations.json`; a run of some faults takes off the survivors that it noticed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from contracts.claims import VERSIONS, Claims, load
from tests.mutation.faults import planted
from tests.mutation.mutants import Mutant, declared, every
from tests.support import StrictJudge

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "contracts" / "mutations.json"
_PATIENCE = 60  # seconds for one test; a fault that makes it hang is noticed, too


class TakesTooLong(BaseException):
    """Not an Exception, so that no test swallows it."""


class Mutation:
    """The plugin: instead of running the tests once, runs some of them for every mutant."""

    def __init__(self, mutants: list[Mutant], claims: Claims) -> None:
        self.mutants = mutants
        self.claims = claims
        self.killed: dict[str, str] = {}
        self.survived: list[Mutant] = []
        self.untested: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # No shrinking of what fails, since it fails on purpose.
        settings.register_profile(
            "mutation",
            deadline=None,
            max_examples=20,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
        )
        settings.load_profile("mutation")
        signal.signal(signal.SIGALRM, _too_long)
        by_function: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            by_function.setdefault(item.nodeid.partition("[")[0], []).append(item)
        began = time.monotonic()
        for number, mutant in enumerate(self.mutants, start=1):
            items = sorted(_items(mutant.tests(self.claims), by_function), key=_is_slow)
            if not items:
                self.untested.append(mutant.id)
                continue
            killer = _first_to_fail(mutant, items)
            if killer is None:
                self.survived.append(mutant)
                _say(f"survived  {mutant.id}")
            else:
                self.killed[mutant.id] = killer
            if number % 50 == 0:
                _say(f"{number} of {len(self.mutants)} in {time.monotonic() - began:.0f} s")
        return True


def _items(tests: Iterable[str], by_function: dict[str, list[pytest.Item]]) -> Iterator[pytest.Item]:
    """The collected tests that claims name, each once."""
    seen: set[str] = set()
    for test in tests:
        for item in by_function.get(test.partition("[")[0], ()):
            # Brackets mean themselves in an id, so the pattern's own are taken out first.
            fits = "[" not in test or fnmatchcase(_plain(item.nodeid), _plain(test))
            if fits and item.nodeid not in seen:
                seen.add(item.nodeid)
                yield item


def _plain(test: str) -> str:
    return test.replace("[", "\x01").replace("]", "\x02")


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def _first_to_fail(mutant: Mutant, items: Iterable[pytest.Item]) -> str | None:
    """The test that notices the fault; what was set up for one mutant is not used for another."""
    item = None
    try:
        # A fault that only the documents would show is noticed by no claim's own test.
        with planted(mutant.fault), patch.object(StrictJudge, "report", lambda *_: None):
            for item in items:
                signal.alarm(_PATIENCE)
                if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
                    return item.nodeid
    except TakesTooLong:
        return f"{item.nodeid if item else ''} (takes too long)"
    finally:
        signal.alarm(0)
    return None


def _too_long(*_: Any) -> None:
    raise TakesTooLong


def _say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


def result(run: Mutation) -> dict[str, Any]:
    """What is committed: how many of each group were noticed, and every one that was not."""
    planted_in, noticed_in = Counter[str](), Counter[str]()
    for mutant in run.mutants:
        planted_in[mutant.group] += 1
        noticed_in[mutant.group] += mutant.id in run.killed
    return {
        "groups": {group: [noticed_in[group], number] for group, number in sorted(planted_in.items())},
        "survivors": [
            {"id": mutant.id, "claims": list(mutant.claims), "fault": dict(mutant.fault)}
            for mutant in run.survived
        ],
    }


def mended(last: dict[str, Any], run: Mutation) -> dict[str, Any]:
    """The last whole result without the survivors that a run of some of the faults has noticed now."""
    groups = {group: list(figures) for group, figures in last["groups"].items()}
    for mutant in run.mutants:
        if mutant.id in run.killed and any(one["id"] == mutant.id for one in last["survivors"]):
            groups[mutant.group][0] += 1
    return {
        "groups": groups,
        "survivors": [one for one in last["survivors"] if one["id"] not in run.killed],
    }


def main() -> int:
    """0 when every fault was noticed or only known ones survive, 2 when one more went unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Plant faults, run tests.")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="mutants by id, `idt.*`")
    parser.add_argument("--declared", action="store_true", help="those of contracts/*/mutants.yaml alone")
    given = parser.parse_args()
    claims = load()
    known_mutants = list(declared()) if given.declared else every(claims)
    mutants = [mutant for mutant in known_mutants if fnmatchcase(mutant.id, given.only)]
    files = sorted({test.partition("::")[0] for mutant in mutants for test in mutant.tests(claims)})
    _say(f"{len(mutants)} faults, {len(files)} files of tests, {len(VERSIONS)} providers")
    run = Mutation(mutants, claims)
    code = pytest.main(
        ["-q", "--no-header", "--no-summary", "-W", "ignore::pytest.PytestAssertRewriteWarning", *files],
        plugins=[run],
    )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.TESTS_FAILED):
        return int(code)
    last = json.loads(RESULT.read_text()) if RESULT.is_file() else {"groups": {}, "survivors": []}
    known = {one["id"] for one in last["survivors"]}
    found = result(run)
    whole = given.only == "*" and not given.declared and not run.untested
    kept = found if whole else mended(last, run)
    RESULT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    for group, (noticed, number) in found["groups"].items():
        _say(f"{group}: {noticed} of {number} noticed")
    for mutant in run.untested:
        _say(f"no test was found for {mutant}")
    new = {mutant.id for mutant in run.survived} - known
    for mutant in sorted(new):
        _say(f"went unnoticed: {mutant}")
    return 2 if new or run.untested else 0


if __name__ == "__main__":
    sys.exit(main())
