"""Fixtures for every test. The server itself is in `tests.support`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from contracts.claims import BadClaims, load
from contracts.proving import problems
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


@pytest.hookimpl(tryfirst=True)  # before -k and -m take tests away
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """`slow` for what `make coverage` leaves out; claims and tests that belong together, or nothing runs."""
    for item in items:
        if SLOW.search(item.path.as_posix().rpartition("/tests/")[2]):
            item.add_marker(pytest.mark.slow)
    whole = _whole_files(config, items)
    try:
        wrong = list(problems(load(), [item.nodeid for item in items if _file(item) in whole], whole))
    except BadClaims as error:
        wrong = str(error).splitlines()
    if not wrong:
        return
    if not hasattr(config, "workerinput"):
        raise pytest.UsageError(_complaint(wrong))
    items[:] = [Unproven.from_parent(session, name="claims", wrong=wrong)]


def _complaint(wrong: list[str]) -> str:
    return "\n  ".join(["claims and tests do not belong together:", *wrong])


class Unproven(pytest.Item):
    """Stands in place of all tests of a worker of xdist, which can report nothing but tests."""

    def __init__(self, *, wrong: list[str], **more: Any) -> None:
        super().__init__(**more)
        self.wrong = wrong

    def runtest(self) -> None:
        pytest.fail(_complaint(self.wrong), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, "claims"


def _whole_files(config: pytest.Config, items: list[pytest.Item]) -> set[str]:
    """The files whose tests are all collected: those that were not asked for by the name of a test."""
    partly = {argument.partition("::")[0] for argument in config.args if "::" in argument}
    asked = [Path(argument).resolve() for argument in config.args if "::" not in argument]
    return {
        _file(item)
        for item in items
        if _file(item) not in partly and any(item.path.is_relative_to(place) for place in asked)
    }


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


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
