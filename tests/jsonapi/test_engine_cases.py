"""The engine's cases against the whole server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.core.messages import Response
from tests.jsonapi.cases import Runner, cases
from tests.support import Server


@pytest.fixture(scope="module")
def runner() -> Runner:
    server = Server(rate_limits=False)
    server.world()

    def send(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        target = f"/didww{path}?{query}" if query else f"/didww{path}"
        answer = server.request(method, target, headers={"accept": "", **headers}, body=body)
        if method == "HEAD":  # cut where the socket would be
            answer.body = b""
        return answer

    runner = Runner(send, server.settings.didww_key)
    runner.set_up()
    return runner


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_case(runner: Runner, case: dict[str, Any]) -> None:
    runner.run(case)
