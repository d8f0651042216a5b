"""Fixtures for every test. The server itself is in `tests.support`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import Server


@pytest.fixture
def server() -> Server:
    """A server with the seed, nothing bought, the default sandbox's clock frozen at noon."""
    made = Server()
    made.world()
    return made


@pytest.fixture
def make_server() -> Callable[..., Server]:
    """Servers with other settings."""
    return Server
