"""One server for the whole folder, and for each test an account of its own on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.lists import Lists
from tests.didww.stocking import stock
from tests.support import Server, state_of

_numbers = count(1)


@pytest.fixture(scope="session")
def shared_server() -> Server:
    """A server without rate limits, so that a test under a frozen clock may ask as often as it likes."""
    return Server(rate_limits=False, journal_entries=0)


@pytest.fixture(scope="session")
def shop() -> dict[str, Any]:
    """The catalogue as the first test that wanted it saw it: it is the same in every account."""
    return {}


@pytest.fixture(scope="session")
def stocked(shared_server: Server, shop: dict[str, Any]) -> Iterator[Lists]:
    """The lists of an account that has some of everything. It is shared: a test may only read."""
    account = stock(Account(shared_server, "didww-stocked", shop=shop))
    before = state_of(account.world)
    yield Lists(account, {})
    assert state_of(account.world) == before, "a test changed what others look at"
    shared_server.gateway.sandboxes.drop("didww-stocked")


@pytest.fixture
def account(shared_server: Server, shop: dict[str, Any]) -> Iterator[Account]:
    """A fresh account at 2026-04-16, its clock standing at noon."""
    name = f"didww-{next(_numbers)}"
    yield Account(shared_server, name, shop=shop)
    shared_server.gateway.sandboxes.drop(name)


@pytest.fixture
def old_account(account: Account) -> Account:
    """The same account, asked with 2022-05-10."""
    return account.as_of("2022-05-10")


@pytest.fixture
def owner(account: Account) -> Account:
    """An account with one DID, one order and one reservation."""
    account.buy(1, account.group(3))
    account.reserve(account.available(account.group(3))[0])
    return account
