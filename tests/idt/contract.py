"""The tables of `contracts/idt`, read for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson

CONTRACTS = Path(__file__).parents[2] / "contracts" / "idt"
REQUEST_ID = "00000000-0000-4000-8000-000000000000"  # as in the contract's bodies


@cache
def _read(name: str) -> bytes:
    return (CONTRACTS / name).read_bytes()


def contract(name: str) -> Any:
    """One file of the contract, parsed anew, so that a test may change it."""
    return orjson.loads(_read(name))


def example(name: str) -> Any:
    return contract(f"examples/{name}.json")
