"""A server whose control API is called."""

from __future__ import annotations

import pytest

from tests.control.caller import Caller


@pytest.fixture(scope="session")
def shared_caller() -> Caller:
    """One server for all tests of the control API: to load the seed takes longer than most of them."""
    return Caller()


@pytest.fixture
def call(shared_caller: Caller) -> Caller:
    """A server without any sandbox but the default one, fresh; its clock stands at noon, 2026-03-01."""
    sandboxes = shared_caller.server.gateway.sandboxes
    for world in sandboxes:
        sandboxes.drop(world.name)
    shared_caller.server.world()
    return shared_caller
