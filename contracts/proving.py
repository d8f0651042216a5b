"""Whether claims and tests belong together: no claim without a test, no behaviour test without a claim.

Knows nothing of pytest: tests are their ids, `tests/idt/test_orders.py::test_order_is_billed[v1]`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from contracts.claims import Claims

# The folders whose tests are about a provider's behaviour.
FOLDERS = ("tests/idt", "tests/didlogic", "tests/didww", "tests/didww_rules", "tests/jsonapi", "tests/sdk")


def behaviour(file: str) -> bool:
    """Whether the tests of a file must be named by claims."""
    return any(file.startswith(f"{folder}/") for folder in FOLDERS)


def problems(claims: Claims, tests: Iterable[str], files: Collection[str]) -> Iterator[str]:
    """Everything that does not fit, each in one line; only as far as the tests of `files` are concerned.

    `tests` are all tests of those files, also those that will not run.
    """
    of_function: dict[str, list[str]] = {}
    for test in tests:
        of_function.setdefault(_function(test), []).append(test)
    named: set[str] = set()
    for claim in claims.claims:
        for version in claim.version:
            for reference in claim.tests_of(version):
                named.add(_function(reference))
                if _file(reference) in files and not _found(reference, of_function):
                    yield f"{claim.id} ({version}): there is no test {reference}"
        if not any(_is_test(test) for test in claim.tests):
            yield f"{claim.id}: no test proves it"
    for function in of_function:
        file = _file(function)
        if not behaviour(file) or function in named:
            continue
        if function not in claims.apart and file not in claims.apart:
            yield f"{function}: no claim names it"
    for place in claims.apart:
        if _file(place) in files:
            if "::" in place and place not in of_function:
                yield f"{place}: set apart from the claims, but there is no such test"
            elif place in named:
                yield f"{place}: set apart from the claims, but a claim names it"


def _found(reference: str, of_function: dict[str, list[str]]) -> bool:
    known = of_function.get(_function(reference), [])
    if "[" not in reference:
        return bool(known)
    if "*" not in reference:
        return reference in known
    pattern = re.compile(".*".join(map(re.escape, reference.split("*"))))
    return any(pattern.fullmatch(test) for test in known)


def _function(test: str) -> str:
    return test.partition("[")[0]


def _file(test: str) -> str:
    return test.partition("::")[0]


def _is_test(reference: str) -> bool:
    return "::test_" in reference
