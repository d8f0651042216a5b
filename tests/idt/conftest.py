"""Fixtures of the IDT Express tests."""

from __future__ import annotations

import pytest

from tests.idt.support import Idt
from tests.support import NOON, Server


@pytest.fixture(scope="session")
def shared_server() -> Server:
    """One server for all tests: making it costs more than most tests."""
    return Server()


@pytest.fixture
def idt(shared_server: Server) -> Idt:
    """A client of a default sandbox that is as the seed says; its clock stands still at NOON."""
    world = shared_server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return Idt(shared_server)
