"""A fresh account for every test."""

from __future__ import annotations

import pytest

from mockserver.core.world import World
from tests.didww_rules.shop import new_world


@pytest.fixture
def world() -> World:
    return new_world()
