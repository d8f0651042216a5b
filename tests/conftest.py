"""Fixtures for every test. The server itself is in `tests.support`."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import settings

from tests.support import Server

# How long an example takes says nothing about what it shows, and a busy machine is no failure.
# In CI the examples are the same each time; on a developer's machine they are new ones.
settings.register_profile("mockserver", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("mockserver")


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
