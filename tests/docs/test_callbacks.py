"""The page about callbacks says what is so: its tables, its commands, its lines of Python."""

from __future__ import annotations

import re
import shlex
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx2

from mockserver.core.chaos import MISHAPS
from mockserver.core.outbox import STATES, Result
from mockserver.http.egress import Egress
from mockserver.providers.didww.rules.callbacks import WAITS
from mockserver.settings import RULES
from tests.control.caller import Caller
from tests.control.test_callbacks import order
from tests.didww.contract import read
from tests.receivers import Receiver
from tests.support import Server
from tests.support_http import running

PAGE = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
FACTS: dict[str, Any] = read("callbacks.yaml")


def test_events_are_those_of_the_contract() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`.+?`) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == list(FACTS["events"])
    for kind, statuses, payload in rows:
        facts = FACTS["events"][kind]
        assert sorted(re.findall(r"`(\w+)`", statuses)) == sorted(facts["fires"])
        assert re.findall(r"`(\w+)`", payload) == facts.get("rejected", facts["fields"])


def test_waits_are_those_of_the_rules() -> None:
    said = PAGE.partition("attempts in all, ")[2].partition(" apart")[0].replace(" and ", ", ").split(", ")
    units = {"min": 1, "h": 60, "d": 24 * 60}
    minutes = [int(number) * units[unit] for number, unit in (one.split() for one in said)]
    assert minutes == [wait.total_seconds() / 60 for wait in WAITS]


def test_states_settings_and_mishaps_are_all_there() -> None:
    table = PAGE.partition("| state |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == STATES
    chaos = PAGE.partition("## Chaos")[2]
    assert [mishap for mishap in MISHAPS if f'"{mishap}"' not in chaos] == []
    named = {name for name in RULES if "callback" in name}
    assert named <= set(re.findall(r"`(\w+)`", PAGE))
    assert RULES["callback_timeout"].read("60") == 60


def test_networks_are_those_that_are_open() -> None:
    said = PAGE.partition("## Where they go")[2].partition(". A name")[0]
    networks = re.findall(r"`([0-9a-f.:/]+)`", said)
    assert len(networks) == 6
    for network in map(ip_network, networks):
        assert Egress().is_own(network[0])
        assert Egress().is_own(network[-1])
        assert not Egress().is_own(ip_address(int(network[-1]) + 1))


def test_commands_answer_as_the_page_says() -> None:
    call = Caller()
    order(call.server)
    call("POST", "/clock/advance", {"seconds": 10})
    call("PUT", "/transitions/didww.callbacks", {"mode": "manual"})
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1:]:
        for line in block.splitlines():
            command, _, said = line.partition("#")
            _, method, path, *body = shlex.split(command)
            if path.endswith("/wait"):
                waits(method, path, body[0], int(said.split()[0]))
                continue
            if path.endswith("/redeliver"):
                call.server.world().outbox.record(*under_way(call))
            reply = call.raw(method, path, body[0].encode() if body else b"")
            assert reply.status == int(re.match(r"\s*(\d+)", said)[1]), line  # type: ignore[index]


def under_way(call: Caller) -> Any:
    """The first callback, and that its attempt is over: nobody delivers here."""
    return call.server.world().outbox.sending[0], Result("delivered", 200)


def waits(method: str, path: str, body: str, status: int) -> None:
    with running(Server()) as address:
        assert httpx2.request(method, f"{address}/_mock{path}", content=body).status_code == status


def test_lines_of_python_accept_a_callback() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    server = Server()
    server.world()
    with Receiver() as receiver, running(server) as address:
        with httpx2.Client(base_url=address + "/_mock") as mock:
            identifier = order(mock, receiver.url("/hook"))
            mock.post("/clock/advance", json={"seconds": 10})
    scope: dict[str, Any] = {
        "url": receiver.url("/hook"),
        "payload": {"id": identifier, "status": "completed", "type": "orders"},
        "headers": {"X-DIDWW-Signature": receiver.got[0].headers["x-didww-signature"]},
    }
    exec(compile(code, "callbacks.md", "exec"), scope)
    assert scope["accepted"] is True
