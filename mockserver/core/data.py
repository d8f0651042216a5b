"""Where the seed data and the contracts are: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson


@cache
def data_root() -> Path:
    """The folder that holds `fixtures` and `contracts`."""
    package = Path(__file__).parent.parent
    packed = package / "_data"
    return packed if packed.is_dir() else package.parent


def load_fixture(name: str) -> Any:
    """The content of one JSON fixture, `didww/groups.json`."""
    return orjson.loads((data_root() / "fixtures" / name).read_bytes())


def load_contract(name: str) -> Any:
    """One JSON file of the contracts, `idt/openapi.json`: to check with and to show, never to answer."""
    return orjson.loads((data_root() / "contracts" / name).read_bytes())
