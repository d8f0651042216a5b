"""Fixtures of the IDT Express tests."""

from __future__ import annotations

import pytest

from tests.idt.support import Idt
from tests.support import Server


@pytest.fixture
def idt(server: Server) -> Idt:
    """A client of a fresh server whose clock stands still."""
    return Idt(server)
