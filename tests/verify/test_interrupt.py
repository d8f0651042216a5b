"""Ctrl-C: what was made is removed, what may be left is named, and what was found until then is told."""

from __future__ import annotations

import _thread
import threading

from tests.support import state_of
from tests.verify.serving import Sent, new_server, serving, verify


def test_an_interrupted_run_removes_what_it_made_and_names_the_rest() -> None:
    server, done = new_server(), threading.Event()
    groups = len(server.world().tables()["idt.trunk_groups"])

    def interrupt(method: str, target: str, sent: Sent) -> Sent:
        if method == "GET" and "/orders/" in target and not done.is_set():
            done.set()
            _thread.interrupt_main()
        return sent

    with serving(server, interrupt) as address:
        result = verify("idt", f"{address}/idt", "--claim", "idt.main_job", "--allow-writes", code=1)
    assert done.is_set()
    assert "Error: interrupted: 0 of 1 probes were asked" in result.stderr
    assert (
        "not removed again: POST /v1/dids/orders was asked before the end, and may have been carried out"
    ) in result.stdout
    assert len(server.world().tables()["idt.trunk_groups"]) == groups


def test_an_interrupted_run_that_reads_tells_what_it_found() -> None:
    server, asked = new_server(), [0]
    before = state_of(server.world())

    def interrupt(_: str, __: str, sent: Sent) -> Sent:
        asked[0] += 1
        if asked[0] == 9:
            _thread.interrupt_main()
        return sent

    with serving(server, interrupt) as address:
        result = verify("idt", f"{address}/idt", code=1)
    assert "IDT Express v1 at " in result.stdout
    assert "of 118 probes were asked" in result.stderr
    assert "not removed again" not in result.stdout
    assert asked[0] < 15
    assert state_of(server.world()) == before
