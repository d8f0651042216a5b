"""Claims that follow from a table: one per operation, error, filter, sort key, include, engine case.

A handwritten claim of the same id takes the place of a derived one. Each provider has a module
`contracts.derived_<provider>` with a function `derived()` that yields its claims.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib import import_module
from importlib.util import find_spec

from contracts.claims import VERSIONS, Claim


def derived(written: Collection[str]) -> Iterator[Claim]:
    """Every derived claim that is not written by hand."""
    for provider in VERSIONS:
        name = f"contracts.derived_{provider}"
        if find_spec(name) is None:
            continue
        for claim in import_module(name).derived():
            if claim.id not in written:
                yield claim
