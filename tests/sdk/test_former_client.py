"""DIDWW's Python client of the line 2.x, which asks with 2022-05-10, goes through every resource it has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from mockserver.core.transitions import Policy
from tests.support import Server

HERE = Path(__file__).parent
WHEEL = HERE / "clients" / "didww-2.0.0-py3-none-any.whl"


def test_former_client_drives_every_resource_it_has(sdk_server: Server, address: str) -> None:
    world = sdk_server.world("former-client")
    for kind in ("didww.orders", "didww.exports"):
        world.policies.chosen[kind] = Policy("immediate")
    done = subprocess.run(
        [sys.executable, str(HERE / "former_client.py"), address, "sandbox-former-client"],
        env={**os.environ, "PYTHONPATH": str(WHEEL)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with ZipFile(WHEEL) as wheel:
        source = wheel.read("didww/client.py").decode()
    resources = set(re.findall(r"^    def ([a-z]\w*)\(self\):", source, re.MULTILINE))
    assert len(resources) == 31
    assert resources <= set(done.stdout.split())
