"""A `mockserver serve` of its own, as a process, on a free port."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What no serving process may import before it needs it.
HEAVY = {
    "faker",
    "hypothesis",
    "jsonschema",
    "httpx",
    "httpx2",
    "yaml",
    "phonenumbers",
    "cryptography",
    "pycountry",
    "requests",
}


class Running:
    """A started server. `banner` is all it printed until it was ready."""

    def __init__(self, process: subprocess.Popen[str], banner: str, url: str) -> None:
        self.process = process
        self.banner = banner
        self.url = url

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON of an answer; the bytes when it is not JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            content = answer.read()
            is_json = answer.getheader("content-type", "").startswith("application/json")
            return answer.status, json.loads(content) if is_json else content
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """End it with a signal: exit code, the rest of its output, its errors."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=15)
        return self.process.returncode, output, errors


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of its own, plus `variables`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    return {**inherited, **variables}


@contextmanager
def serving(
    *arguments: str,
    command: list[str] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[Running]:
    """A server that is stopped at the end, whatever happens."""
    process = subprocess.Popen(
        [*(command or [sys.executable, "-m", "mockserver"]), "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() if env is None else dict(env),
        cwd=cwd,
    )
    try:
        lines: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.startswith(("Ctrl-C", "{")):
                break
        banner = "".join(lines)
        found = re.search(r"https?://[0-9.]+:(\d+)", banner)
        if found is None:
            process.kill()
            raise AssertionError(f"the server did not start: {banner} {process.communicate()[1]}")
        yield Running(process, banner, found[0])
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
