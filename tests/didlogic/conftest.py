"""The account that most tests work with."""

from __future__ import annotations

import pytest

from tests.didlogic.account import Account, restarted
from tests.support import Server


@pytest.fixture(scope="session")
def shared_server() -> Server:
    """One server for all of these tests; making one takes longer than most of them."""
    return Server()


@pytest.fixture
def account(shared_server: Server) -> Account:
    """An account as the seed says, the clock frozen at noon."""
    return restarted(shared_server)
