"""The account that most tests work with."""

from __future__ import annotations

import pytest

from tests.didlogic.account import Account
from tests.support import Server


@pytest.fixture
def account(server: Server) -> Account:
    return Account(server)
