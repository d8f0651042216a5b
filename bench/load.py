"""A load client for one server on loopback: keep-alive connections, prepared bytes, bounded counts."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of requests cost. `cpu` is the server's own processor time per request."""

    requests: int
    seconds: float
    cpu: float
    p50: float
    p99: float
    statuses: dict[int, int]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, to the nanosecond, from /proc; 0.0 where there is none."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return 0.0


def resident_mib(pid: int) -> float:
    """Resident memory of a process in MiB; 0.0 where /proc is missing."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def request_bytes(
    method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """One HTTP/1.1 request, ready to be written."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last one is complete."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done
        self._buffer = bytearray()
        self._missing = -1
        self._began = 0.0
        self.times: list[float] = []
        self.statuses: dict[int, int] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            status = int(head[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
            place = head.find(b"content-length: ")
            length = 0 if place < 0 else int(head[place + 16 :].split(b"\r\n", 1)[0])
            self._missing = length - (len(self._buffer) - end - 4)
            self._buffer.clear()
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            self.times.append(time.perf_counter() - self._began)
            self._missing = -1
            self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))


async def _run(port: int, requests: list[bytes], connections: int) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    iterator, waits, clients = iter(requests), [], []
    for _ in range(connections):
        done = loop.create_future()
        client = _Connection(iterator, done)
        clients.append(client)
        waits.append(done)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(*waits), timeout=300)
    return clients


def run(port: int, pid: int, requests: list[bytes], connections: int = 4) -> Result:
    """Send the requests over a few connections, each waiting for its answer before the next."""
    cpu_before, began = cpu_seconds(pid), time.perf_counter()
    clients = asyncio.run(_run(port, requests, connections))
    seconds, cpu = time.perf_counter() - began, cpu_seconds(pid) - cpu_before
    times = sorted(one for client in clients for one in client.times)
    statuses: dict[int, int] = {}
    for client in clients:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return Result(
        requests=len(requests),
        seconds=seconds,
        cpu=cpu / len(requests),
        p50=statistics.median(times),
        p99=times[int(len(times) * 0.99)],
        statuses=statuses,
    )
