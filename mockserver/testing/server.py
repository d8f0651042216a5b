"""A mock server for tests: one of its own in a process beside this one, or one that runs already."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha1
from typing import IO, Any

from mockserver.testing.connection import Connection, Control, HTTPConnections
from mockserver.testing.sandbox import Sandbox
from mockserver.testing.values import Instant, part

_SLUG = re.compile(r"[^A-Za-z0-9_]+")


class MockServer:
    """A server to make sandboxes in. `start` makes one, `connect` takes one that is there."""

    def __init__(
        self, connection: Connection, *, process: Process | None = None, admin_token: str | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {admin_token}"} if admin_token else {}
        self.control = Control(connection, headers=headers)
        self._connection = connection
        self._process = process
        self._made = 0

    def __repr__(self) -> str:
        return f"<mockserver at {self.url}>"

    def __enter__(self) -> MockServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return self._connection.url

    @classmethod
    def start(cls, **settings: Any) -> MockServer:
        """A server on a free port of this machine, with these settings; it ends with this process.

        The settings are those of `mockserver serve`, by name; MOCKSERVER_* variables and the config file
        hold for what is not given. RuntimeError with the server's own words when it does not start.
        """
        process = Process(settings)
        connections = HTTPConnections(process.url, process.ended)
        return cls(connections, process=process, admin_token=process.admin_token)

    @classmethod
    def connect(cls, url: str, *, admin_token: str | None = None) -> MockServer:
        """The server that runs at this address. ServerGone when none does."""
        server = cls(HTTPConnections(url), admin_token=admin_token)
        try:
            server.control.get("/ready")
        except BaseException:
            server.stop()
            raise
        return server

    def stop(self) -> None:
        """End the server when it is one of our own; let go of the connections."""
        self._connection.close()
        if self._process is not None:
            self._process.stop()

    def sandbox(
        self,
        name: str | None = None,
        *,
        clock: Instant | None = None,
        options: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        snapshot: str | None = None,
        empty: bool = False,
    ) -> Sandbox:
        """A fresh sandbox. The same name, settings and requests get the same ids each time.

        clock     an instant at which its clock stands, until it is moved
        options   switches of its accounts: {"idt.quota": 5}
        limits    request limits by provider: {"didww": None} lifts one
        snapshot  the name of a state to start from; `empty`: accounts that own nothing
        """
        if name is None:
            self._made += 1
            name = f"box-{self._made}"
        status, state = self.control.ask("POST", "/sandboxes", {"name": name})
        if status >= 400:
            state = self.control.post("/sandboxes", {"name": name})  # raises with the server's words
        sandbox = Sandbox(self.control.of(f"/sandboxes/{part(name)}"), state)
        try:
            if status == 200:  # left behind by somebody
                sandbox.reset()
            sandbox.prepare(clock=clock, options=options, limits=limits, snapshot=snapshot, empty=empty)
        except BaseException:
            sandbox.drop()
            raise
        return sandbox

    @property
    def default(self) -> Sandbox:
        """The sandbox that the demo credentials open. It is shared by everybody and never dropped."""
        self.control.get("/clock")  # it is made at its first use
        return Sandbox(self.control.of(""), self.control.get("/sandboxes/default"))

    def errors(self) -> str:
        """What a server of our own wrote to standard error: warnings, and tracebacks of its defects."""
        return "" if self._process is None else self._process.errors()

    def coverage(self) -> dict[str, Any]:
        """What was exercised in all sandboxes, as `mockserver report --format json` prints it."""
        report: dict[str, Any] = self.control.get("/coverage")
        return report


class Process:
    """A server in a process of its own, that ends when the pipe to it closes: at the latest with us.

    Not a thread: a test that stops the time of its process, or is stopped in a debugger, would stop the
    server with it.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        self._said = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mockserver.cli.child", json.dumps(dict(settings), default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the mock server did not start:\n{self.errors()}")
        started = json.loads(line)
        self.url: str = started["url"]
        self.admin_token: str | None = started["admin_token"]

    def errors(self) -> str:
        """The end of what it wrote to standard error."""
        if not self._errors.closed:
            self._errors.seek(0)
            self._said = self._errors.read()[-10_000:].decode("utf-8", "replace").strip()
        return self._said

    def ended(self) -> str:
        """How it ended, with its last words; empty while it runs."""
        if self._process.poll() is None:
            return ""
        return f"the server ended with code {self._process.returncode}. {self.errors()}".rstrip()

    def stop(self) -> None:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self.errors()
        self._errors.close()


def sandbox_name(text: str, start: str = "") -> str:
    """A name for a sandbox from any text, such as a test's id: readable, and another one for another text."""
    digest = sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:8]
    readable = _SLUG.sub("-", text.rpartition("::")[2] or text).strip("-")[: 54 - len(start)].rstrip("-")
    return f"{start}{readable}-{digest}"
