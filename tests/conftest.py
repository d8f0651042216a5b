"""Fixtures for every test. The server itself is in `tests.support`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from hypothesis import settings

from tests.support import Server

# How long an example takes says nothing about what it shows, and a busy machine is no failure.
# In CI the examples are the same each time; on a developer's machine they are new ones.
settings.register_profile("mockserver", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("mockserver")


# Folders and modules that the coverage run leaves out, since it would double their time: they drive the
# server with thousands of requests, or from another process, where there is nothing to measure.
SLOW = re.compile(
    r"(packaging|plugin|property|clients|fixtures)/"
    r"|test_(.*anything|.*machine|fuzz|declared|.*_writes|regulation_lists|bad_input|bad_bodies|routing_any)\.py"
    r"|test_(languages|judge_mcp|shop|parallel|former_client|isolation|serve|serve_own|determinism)\.py"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`slow` for what `make coverage` leaves out."""
    for item in items:
        if SLOW.search(item.path.as_posix().rpartition("/tests/")[2]):
            item.add_marker(pytest.mark.slow)


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
