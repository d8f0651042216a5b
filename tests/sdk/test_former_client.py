"""DIDWW's Python client of the line 2.x, which asks with 2022-05-10, goes through every resource it has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mockserver.core.transitions import Policy
from tests.support import Server

HERE = Path(__file__).parent
# Where the Makefile puts it: it has the name of the line 3.x, so both cannot stand in one place.
PLACE = Path(sys.prefix) / "former"


def test_former_client_drives_every_resource_it_has(sdk_server: Server, address: str) -> None:
    world = sdk_server.world("former-client")
    for kind in ("didww.orders", "didww.exports"):
        world.policies.chosen[kind] = Policy("immediate")
    done = subprocess.run(
        [sys.executable, str(HERE / "former_client.py"), address, "sandbox-former-client"],
        env={**os.environ, "PYTHONPATH": str(PLACE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    source = (PLACE / "didww" / "client.py").read_text()
    resources = set(re.findall(r"^    def ([a-z]\w*)\(self\):", source, re.MULTILINE))
    assert len(resources) == 31
    assert resources <= set(done.stdout.split())
