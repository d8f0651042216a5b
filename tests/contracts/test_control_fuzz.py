"""What schemathesis makes up from the control API's document: no 500, every answer as it says, one call after
another, and nothing without the token. Nothing waits: without an event loop an answer comes as it stands."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from schemathesis import Case

from contracts.checking import operations
from tests.contracts.fuzzing import ASKED, few
from tests.contracts.fuzzing_control import DOCUMENT, ControlFuzzer, ControlServer

SERVER = ControlServer(journal_entries=50)
NAMES = {operation["operationId"]: (path, operation) for _, path, operation in operations(DOCUMENT)}
# The same handlers serve a sandbox that the path names.
OF_SANDBOX = [name for name in NAMES if name.endswith("_of_sandbox")]
CHOSEN = [name for name in NAMES if name not in OF_SANDBOX] + (OF_SANDBOX if ASKED else OF_SANDBOX[::6])
OPEN = ("show_health", "show_ready")


@cache
def fuzzer() -> ControlFuzzer:
    return ControlFuzzer(SERVER)


def examples(name: str) -> settings:
    """More where there is a body; one where there is nothing to make up."""
    path, operation = NAMES[name]
    if "requestBody" in operation:
        return few(8)
    return few(3) if operation["parameters"] else few(1)


@pytest.mark.parametrize("name", CHOSEN)
def test_valid_calls_are_answered_as_described(name: str) -> None:
    @examples(name)
    @given(case=fuzzer().cases(name, valid=True))
    def run(case: Case) -> None:
        SERVER.fresh()
        before = SERVER.everything()
        if fuzzer().judge(case) >= 400:
            assert SERVER.everything() == before

    run()


def with_wrong() -> list[str]:
    """The names in paths are any text: there is none that their schemas forbid."""
    found = []
    for name in CHOSEN:
        operation = NAMES[name][1]
        queried = any(
            one["in"] == "query" and set(one["schema"]) != {"type"} for one in operation["parameters"]
        )
        if queried or "requestBody" in operation:
            found.append(name)
    return found


@pytest.mark.parametrize("name", with_wrong())
def test_invalid_calls_are_answered_as_described_and_change_nothing(name: str) -> None:
    @examples(name)
    @given(case=fuzzer().cases(name, valid=False))
    def run(case: Case) -> None:
        SERVER.fresh()
        before = SERVER.everything()
        if fuzzer().judge(case) >= 400:
            assert SERVER.everything() == before

    run()
