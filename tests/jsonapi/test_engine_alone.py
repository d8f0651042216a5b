"""Every case of the engine, with the types that the cases write to declared by the test."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jsonapi.cases import Runner, cases
from tests.jsonapi.trunks import WithTrunks


@pytest.fixture(scope="module")
def runner() -> Runner:
    runner = Runner(WithTrunks().send, "key")
    runner.set_up()
    return runner


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_case(runner: Runner, case: dict[str, Any]) -> None:
    runner.run(case)
