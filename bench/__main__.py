"""`make bench`: the figures of the README section 'How fast?', with the goals beside them."""

from __future__ import annotations

import argparse
import contextlib
import gc
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import Result, request_bytes, resident_mib, run

DIDWW = {"Api-Key": "demo-didww-key", "Accept": "application/vnd.api+json"}
DIDWW_WRITE = {**DIDWW, "Content-Type": "application/vnd.api+json"}
IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"Authorization": "Bearer demo-didlogic-token"}


Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers, body


@dataclass(frozen=True, slots=True)
class Server:
    """A server of ours in a process of its own."""

    port: int
    process: subprocess.Popen[str]
    seconds_to_ready: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None, content: Any = None
    ) -> tuple[int, bytes]:
        status, _, payload = self.answer(method, target, headers, content)
        return status, payload

    def answer(
        self, method: str, target: str, headers: dict[str, str] | None = None, content: Any = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = None if content is None else json.dumps(content).encode()
        connection.request(method, target, body, {**(headers or {})})
        answer = connection.getresponse()
        payload = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), payload

    def control(self, method: str, path: str, content: Any = None) -> Any:
        headers = {"Content-Type": "application/json"} if content is not None else {}
        status, payload = self.ask(method, f"/_mock{path}", headers, content)
        if status >= 300:
            raise SystemExit(f"{method} /_mock{path} answered {status}: {payload.decode()}")
        return json.loads(payload or b"null")


@contextlib.contextmanager
def ours(*arguments: str) -> Iterator[Server]:
    """Start `mockserver serve` on a free port; ready when `/_mock/ready` says so."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            started = re.search(r" at http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            if started is None:
                raise SystemExit("the server did not start")
            port = int(started[1])
            server = Server(port, process, 0.0)
            while server.ask("GET", "/_mock/ready")[0] != 200:
                time.sleep(0.005)
            yield Server(port, process, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(10)


@contextlib.contextmanager
def raw(answers: dict[str, Answer]) -> Iterator[tuple[int, int]]:
    """Start the yardstick with these answers; gives its port and process id."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        for name, (status, headers, content) in answers.items():
            kept = [(name, value) for name, value in headers if name.lower() != "date"]  # uvicorn's own
            (folder / f"{name}.json").write_text(json.dumps({"status": status, "headers": kept}))
            (folder / f"{name}.body").write_bytes(content)
        with subprocess.Popen(
            [sys.executable, "-m", "bench.raw", str(folder)], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                yield int(process.stdout.readline()), process.pid
            finally:
                process.terminate()
                process.wait(10)
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table: the request, what it should answer, and the goal as a share of raw.

    contents  bodies to be sent in turn; `most` is how many such requests the stock bears, 0 for any number
    """

    name: str
    method: str
    target: str
    headers: dict[str, str]
    status: int
    goal: float
    contents: tuple[Any, ...] = ()
    most: int = 0

    def requests(self, count: int, target: str = "") -> list[bytes]:
        bodies = [json.dumps(content).encode() for content in self.contents] or [b""]
        made = [request_bytes(self.method, target or self.target, self.headers, body) for body in bodies]
        return [made[number % len(made)] for number in range(count)]


def did_order(sku: str, qty: int) -> dict[str, Any]:
    items = [{"type": "did_order_items", "attributes": {"sku_id": sku, "qty": qty}}]
    return {
        "data": {"type": "orders", "attributes": {"allow_back_ordering": True, "items": items}},
    }


def prepare(server: Server) -> list[Case]:
    """Buy fifty DIDs, so that there is something to list; returns the cases."""
    for provider in ("didww", "idt", "didlogic"):
        server.control("POST", "/world/balance", {"provider": provider, "balance": "1000000.00"})
    path = (
        "/didww/v3/did_groups?include=stock_keeping_units&filter%5Bis_available%5D=true&page%5Bsize%5D=1000"
    )
    groups = json.loads(server.ask("GET", path, DIDWW)[1])["data"]
    groups = [group for group in groups if not group["meta"]["needs_registration"]]
    groups.sort(key=lambda group: int(group["meta"]["total_count"]), reverse=True)
    skus = [group["relationships"]["stock_keeping_units"]["data"][0]["id"] for group in groups[:40]]
    least = int(groups[39]["meta"]["total_count"])  # so many numbers has the smallest of the forty
    have = json.loads(server.ask("GET", "/didww/v3/dids", DIDWW)[1])["meta"]["total_records"]
    status, payload = server.ask("POST", "/didww/v3/orders", DIDWW_WRITE, did_order(skus[0], 50 - have))
    assert status == 201, payload
    dids = json.loads(server.ask("GET", "/didww/v3/dids", DIDWW)[1])["data"]
    assert len(dids) == 50, len(dids)
    search = "/didlogic/v2/numbers/search?country_name_contains=United"
    no_key = {**DIDWW, "Api-Key": "nobody"}
    limited = {**DIDWW, "Api-Key": "sandbox-limited"}
    server.ask("GET", "/didww/v3/balance", limited)
    server.control("PUT", "/sandboxes/limited/limits", {"didww": {"requests": 1, "seconds": 3600}})
    server.ask("GET", "/didww/v3/balance", limited)
    return [
        Case("DIDWW list of 50 DIDs", "GET", "/didww/v3/dids", DIDWW, 200, 0.7),
        Case("DIDWW one DID", "GET", f"/didww/v3/dids/{dids[0]['id']}", DIDWW, 200, 0.7),
        Case("DIDWW 401", "GET", "/didww/v3/dids", no_key, 401, 0.7),
        Case("DIDWW 429", "GET", "/didww/v3/dids", limited, 429, 0.7),
        Case("IDT countries", "GET", "/idt/v1/dids/coverage/countries", IDT, 200, 0.7),
        Case("didlogic search", "GET", search, DIDLOGIC, 200, 0.7),
        Case(
            "DIDWW create order",
            "POST",
            "/didww/v3/orders",
            DIDWW_WRITE,
            201,
            0.4,
            tuple(did_order(sku, 1) for sku in skus[1:]),
            most=39 * (least - 1) // 2,
        ),
    ]


def measure(server: Server, cases: list[Case], requests: int) -> list[tuple[Case, Result, Result, int]]:
    """Each case against our server and against raw, in turns; the turn with the least CPU counts."""
    answers = {
        str(number): server.answer(case.method, case.target, case.headers, *case.contents[:1])
        for number, case in enumerate(cases)
    }
    rows = []
    with raw(answers) as (raw_port, raw_pid):
        for number, case in enumerate(cases):
            turns = 2 if case.most else 4
            count = min(requests, case.most // turns) if case.most else requests
            run(raw_port, raw_pid, case.requests(500, f"/{number}"))
            mine, base = [], []
            for _ in range(turns):
                base.append(run(raw_port, raw_pid, case.requests(requests, f"/{number}")))
                mine.append(run(server.port, server.pid, case.requests(count)))
                if set(mine[-1].statuses) != {case.status}:
                    raise SystemExit(f"{case.name}: expected {case.status}, got {mine[-1].statuses}")
            best = min(mine, key=lambda result: result.cpu), min(base, key=lambda result: result.cpu)
            rows.append((case, *best, len(answers[str(number)][2])))
            print(f"  {case.name}: {best[0].per_second:,.0f} per second", file=sys.stderr)
    return rows


def in_process() -> dict[str, float]:
    """Milliseconds for a new sandbox and for a reset after some use, median of 200."""
    from mockserver import Settings, create_app

    gateway = create_app(Settings(log_format="off", rate_limits=False))
    world = gateway.sandboxes.open("default")

    def median(action: Callable[[int], object]) -> float:
        times = []
        for number in range(200):
            began = time.perf_counter()
            action(number)
            times.append(1000 * (time.perf_counter() - began))
        return statistics.median(times)

    headers = {"api-key": "", "host": "localhost"}

    def first_use(number: int) -> None:
        answer = gateway.handle(
            "GET", "/didww/v3/balance", "", {**headers, "api-key": f"sandbox-b{number}"}, b""
        )
        assert answer.status == 200

    def reset(number: int) -> None:
        world.reset()

    gc.freeze()
    return {"new sandbox, first answer": median(first_use), "reset": median(reset)}


def for_tests() -> dict[str, float]:
    """What the pytest plugin costs: seconds until the session's server is ready, milliseconds a sandbox."""
    from mockserver.testing import MockServer

    began = time.perf_counter()
    with MockServer.start() as server:
        ready = time.perf_counter() - began
        plain, frozen = [], []
        for number in range(200):
            began = time.perf_counter()
            server.sandbox(f"plain-{number}").drop()
            plain.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            server.sandbox(f"frozen-{number}", clock="2026-03-01T12:00:00Z").drop()
            frozen.append(1000 * (time.perf_counter() - began))
    return {
        "ready": ready,
        "first": plain[0],
        "plain": statistics.median(plain),
        "frozen": statistics.median(frozen),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--requests", type=int, default=4000, help="requests per case and turn (4000)")
    parser.add_argument(
        "--soak", type=int, default=100_000, help="requests before memory is read again (100000)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()

    print("starting ...", file=sys.stderr)
    starts = []
    for _ in range(5):
        with ours() as server:
            starts.append(server.seconds_to_ready)
    with ours("--no-rate-limits") as server:
        idle = resident_mib(server.pid)
        fresh = run(
            server.port, server.pid, [request_bytes("GET", "/didww/v3/countries", DIDWW)] * 300, connections=1
        )
        cases = prepare(server)
        rows = measure(server, cases, arguments.requests)
        print("soaking ...", file=sys.stderr)
        soak = [case for case in cases if not case.contents]
        mixed = [soak[number % len(soak)].requests(1)[0] for number in range(arguments.soak)]
        half = len(mixed) // 2
        run(server.port, server.pid, mixed[:half])
        at_half = resident_mib(server.pid)
        run(server.port, server.pid, mixed[half:])
        loaded = resident_mib(server.pid)
        resets = []
        for _ in range(2):  # the first one reads the documents that requests are held against
            run(server.port, server.pid, mixed[:100])
            began = time.perf_counter()
            server.control("POST", "/reset", {})
            resets.append(1000 * (time.perf_counter() - began))
    small = in_process()
    tests = for_tests()

    figures: dict[str, Any] = {
        "spawn to ready": (statistics.median(starts), "s", "< 0.5"),
        "first 300 requests of a fresh server": (fresh.seconds, "s", "< 0.2"),
        "memory idle": (idle, "MiB", "< 70"),
        f"memory after {arguments.soak // 2:,} requests": (at_half, "MiB", ""),
        f"memory after {arguments.soak:,} requests": (loaded, "MiB", "no growth beyond the journal"),
        "new sandbox, first answer": (small["new sandbox, first answer"], "ms", "< 2"),
        "reset": (small["reset"], "ms", "< 5"),
        "first reset over HTTP": (resets[0], "ms", ""),
        "reset over HTTP after 100 requests": (resets[1], "ms", ""),
        "pytest plugin: server ready": (tests["ready"], "s", "< 1"),
        "pytest plugin: first sandbox made and dropped": (tests["first"], "ms", ""),
        "pytest plugin: a sandbox made and dropped": (tests["plain"], "ms", "< 5"),
        "pytest plugin: the same, its clock frozen": (tests["frozen"], "ms", "< 5"),
    }
    if arguments.json:
        content = {
            "figures": {name: value for name, (value, _, _) in figures.items()},
            "cases": [
                {
                    "name": case.name,
                    "bytes": size,
                    "per_second": mine.per_second,
                    "cpu_us": 1e6 * mine.cpu,
                    "p50_ms": 1000 * mine.p50,
                    "p99_ms": 1000 * mine.p99,
                    "raw_cpu_us": 1e6 * base.cpu,
                    "share_of_raw": base.cpu / mine.cpu,
                    "goal": case.goal,
                }
                for case, mine, base, size in rows
            ],
        }
        print(json.dumps(content, indent=2))
        return
    print("| what | measured | goal |\n|---|---|---|")
    for name, (value, unit, goal) in figures.items():
        print(f"| {name} | {value:.2f} {unit} | {goal} |")
    print("\n| request | bytes | per second | p50 ms | p99 ms | CPU µs | raw CPU µs | share of raw | goal |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case, mine, base, size in rows:
        print(
            f"| {case.name} | {size:,} | {mine.per_second:,.0f} "
            f"| {1000 * mine.p50:.2f} | {1000 * mine.p99:.2f} "
            f"| {1e6 * mine.cpu:.0f} | {1e6 * base.cpu:.0f} | {base.cpu / mine.cpu:.2f} | ≥ {case.goal} |"
        )


if __name__ == "__main__":
    main()
