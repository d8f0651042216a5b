"""A server behind a socket for the official clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Server
from tests.support_http import running


@pytest.fixture(scope="session")
def sdk_server() -> Server:
    return Server(rate_limits=False)


@pytest.fixture(scope="session")
def address(sdk_server: Server) -> Iterator[str]:
    """Where it listens: `http://127.0.0.1:PORT`."""
    with running(sdk_server) as address:
        yield address
