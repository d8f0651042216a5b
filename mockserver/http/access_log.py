"""One line per request on standard error, written in batches so that nobody waits for a terminal."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import Literal, TextIO

import orjson

from mockserver.core.journal import Shown
from mockserver.core.messages import Response

LogFormat = Literal["text", "json", "off"]
_WAIT = 0.05
_MOST = 10_000


class AccessLog:
    """Lines for people (`text`), for machines (`json`), or none. Never holds credentials or queries' secrets.

    Lines are flushed 50 ms later at most; when they come faster than they can be written, the surplus is
    counted and said so, since memory is bounded.
    """

    def __init__(self, log_format: LogFormat, stream: TextIO | None = None) -> None:
        self.format: LogFormat = log_format
        self._stream = stream
        self._lines: list[str] = []
        self._dropped = 0
        self._flushing = False

    def write(
        self, at: datetime, provider: str, sandbox: str, head: Shown, response: Response, seconds: float
    ) -> None:
        if self.format == "off":
            return
        if len(self._lines) >= _MOST:
            self._dropped += 1
            return
        if self.format == "text":
            self._lines.append(
                f"{at.hour:02}:{at.minute:02}:{at.second:02} {provider:<8} {sandbox:<12} "
                f"{head.method:<6} {printable(head.path)} {response.status} "
                f"{1000 * seconds:.1f} ms {response.operation}\n"
            )
        else:
            entry = {
                "at": at,
                "provider": provider,
                "sandbox": sandbox,
                "method": head.method,
                "path": printable(head.path),
                "status": response.status,
                "ms": round(1000 * seconds, 2),
                "operation": response.operation,
                "bytes": len(response.body),
            }
            self._lines.append(orjson.dumps(entry, option=orjson.OPT_UTC_Z).decode() + "\n")
        if not self._flushing:
            self._flushing = True
            try:
                asyncio.get_running_loop().call_later(_WAIT, self.flush)
            except RuntimeError:  # in-process use without a loop
                self.flush()

    def flush(self) -> None:
        """Write what has gathered. A closed stream (a pipe nobody reads) ends the log, not the server."""
        self._flushing = False
        lines, self._lines = self._lines, []
        if self._dropped:
            lines.append(f"... {self._dropped} more requests, too fast to log\n")
            self._dropped = 0
        try:
            stream = self._stream or sys.stderr
            stream.write("".join(lines))
            stream.flush()
        except (OSError, ValueError):
            self.format = "off"


def printable(text: str) -> str:
    """Text that cannot disturb a terminal or forge a log line."""
    return text if text.isascii() and text.isprintable() else text.encode("unicode_escape").decode("ascii")
