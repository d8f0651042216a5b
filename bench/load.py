"""A load client for one server on loopback: keep-alive connections, prepared bytes, bounded counts."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 300.0  # seconds


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


class _Connection:
    """Sends the next request as soon as the answer to the last one is complete."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._requests = requests
        self._head = b""
        self._missing = -1
        self._began = 0.0
        self.times: list[float] = []
        self.statuses: dict[int, int] = {}
        self.open = True
        self._next()

    def poll(self) -> None:
        """Read what is there, if anything."""
        try:
            data = self._socket.recv(1 << 20)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionError("the server closed the connection")
        if self._missing < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            status = int(head[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
            place = head.find(b"content-length: ")
            length = 0 if place < 0 else int(head[place + 16 : place + 30].split(b"\r", 1)[0])
            self._missing = length - (len(self._head) - end - 4)
            self._head = b""
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            self.times.append(time.perf_counter() - self._began)
            self._missing = -1
            self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.open = False
            self._socket.close()
            return
        self._began = time.perf_counter()
        self._socket.setblocking(True)
        self._socket.sendall(request)
        self._socket.setblocking(False)


def run(port: int, pid: int, requests: list[bytes], connections: int = 4) -> Result:
    """Send the requests over a few connections, each waiting for its answer before the next.

    The client spins instead of sleeping: on a virtual machine waking a sleeper costs the server more than
    many an answer does, and how often it must depends on who is the slower one. So that figure would say
    more about the client than about the server.
    """
    iterator = iter(requests)
    cpu_before, began = cpu_seconds(pid), time.perf_counter()
    clients = [_Connection(port, iterator) for _ in range(connections)]
    active = [client for client in clients if client.open]
    while active:
        for client in active:
            client.poll()
        if not all(client.open for client in active):
            active = [client for client in active if client.open]
        if time.perf_counter() - began > _PATIENCE:
            raise TimeoutError(f"{len(requests)} requests took more than {_PATIENCE} s")
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
