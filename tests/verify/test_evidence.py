"""The claim that an answer of this server names is one that the probe is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from mockserver.verify.asking import Answer
from mockserver.verify.probes import load_suite
from mockserver.verify.runner import HELD, Runner
from tests.support import Server
from tests.verify.serving import KEYS


def about(named: str, claims: Collection[str]) -> bool:
    """The rest of a refusal, `….shape`, is a claim of its own beside the rule, and so is its answer's."""
    return named in claims or named.removesuffix(".shape") in claims


@pytest.mark.parametrize("provider", list(KEYS))
def test_a_probe_is_about_the_claim_that_the_answer_names(provider: str) -> None:
    server, named = Server(rate_limits=False, contracts=False), [""]
    server.world()

    def send(method: str, path: str, query: str, headers: Any, body: bytes | None) -> Answer:
        target = f"/{provider}{path}" + (f"?{query}" if query else "")
        answer = server.request(method, target, headers=headers, body=body)
        named[0] = dict(answer.headers)["X-Mock-Evidence"].rpartition("=")[2]
        return Answer(answer.status, tuple(answer.headers), answer.body)

    suite = load_suite(provider)
    key, *secret = KEYS[provider].values()
    runner = Runner(suite, send, {"key": key, "secret": "".join(secret)}, base_path=f"/{provider}")
    strange = {}
    for probe, version in suite.chosen(None, None):
        single = len(probe.steps) == 1 and not probe.id.startswith("didww.engine.")
        if single and runner.run(probe, version).outcome == HELD and not about(named[0], probe.claims):
            strange[probe.id] = named[0]
    assert strange == {}
