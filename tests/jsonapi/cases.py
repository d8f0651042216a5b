"""The cases of `contracts/didww/engine-cases.yaml`, run against a server in this process.

`python -m contracts.build` compiles them; they are compared by the code of `mockserver verify`, which runs
the same cases over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from contracts.probes_didww import ENGINE, engine_placeholders
from mockserver.core.messages import Response
from mockserver.verify.asking import Answer
from mockserver.verify.placeholders import Missing, Unlearnt
from mockserver.verify.probes import Probe, Suite, load_suite
from mockserver.verify.runner import HELD
from mockserver.verify.runner import Runner as ProbeRunner

VERSION = "2026-04-16"
# The real engine fails on these; this server answers 400, code 400, as engine.md 14 allows.
INSTEAD_OF_500 = {"code": "400", "title": "Bad Request", "detail": "Bad Request", "status": "400"}

Send = Callable[[str, str, str, Mapping[str, str], bytes | None], Response]


@cache
def _suite() -> Suite:
    return load_suite("didww")


def cases() -> list[dict[str, Any]]:
    """Every case with its name and its probe."""
    return [
        {"name": probe.id.removeprefix(ENGINE), "probe": _exact(probe)}
        for probe in _suite().probes
        if probe.id.startswith(ENGINE)
    ]


def _exact(probe: Probe) -> Probe:
    """The probe with what this server answers where the real engine fails."""
    (step,) = probe.steps
    if 500 not in (step["expect"]["status"] if isinstance(step["expect"]["status"], list) else []):
        return probe
    expect = {"status": 400, "errors": [INSTEAD_OF_500]}
    return Probe(probe.id, probe.claims, probe.evidence, probe.versions, ({**step, "expect": expect},))


class Runner:
    """One server with the values of the placeholders."""

    def __init__(self, send: Send, key: str) -> None:
        def answer(
            method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
        ) -> Answer:
            sent = {name.lower(): value for name, value in headers.items()}
            if body is not None:
                sent["content-length"] = str(len(body))
            response = send(method, path, query, sent, body)
            return Answer(response.status, tuple(response.headers), response.body)

        self._runner = ProbeRunner(_suite(), answer, {"key": key}, allow_writes=True, base_path="/didww")

    def set_up(self) -> None:
        """Make every record that the cases need, and see that each placeholder has a value."""
        self._runner.set_up(VERSION)
        for name in engine_placeholders():
            try:
                self._runner.placeholders(VERSION).value(name)
            except (Missing, Unlearnt) as error:
                raise AssertionError(str(error)) from None

    def run(self, case: Mapping[str, Any]) -> None:
        """Send one case and compare; AssertionError when the answer is another."""
        result = self._runner.run(case["probe"], VERSION)
        assert result.outcome == HELD, result.reason or "\n".join(str(one) for _, one in result.differences)
