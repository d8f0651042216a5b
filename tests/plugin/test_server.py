"""A server of one's own: how it starts, serves many threads, ends; and one in this process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from mockserver.http.gateway import Gateway
from mockserver.testing import ControlError, MockServer, Sandbox, ServerGone
from mockserver.testing.connection import HTTPConnections
from mockserver.testing.guard import Guard, ProductionHost
from mockserver.testing.server import sandbox_name
from tests.cli.running import environment
from tests.plugin.asking import ORDER, ask


def test_server_takes_settings_and_ends_with_the_block() -> None:
    with MockServer.start(clock="frozen", clock_start="2026-03-01T12:00:00Z", rate_limits=False) as server:
        assert server.default.clock.now().isoformat() == "2026-03-01T12:00:00+00:00"
        with server.sandbox() as sandbox:
            assert (sandbox.name, sandbox.clock.mode()) == ("box-1", "frozen")
            assert set(sandbox.limits.all().values()) == {None}
    with pytest.raises(ServerGone, match=f"no answer from {server.url}: "):
        server.control.get("/health")


def test_server_with_tls_is_trusted_on_this_machine(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with MockServer.start(tls=True, tls_ca=ca) as server, server.sandbox() as sandbox:
        assert server.url.startswith("https://127.0.0.1:")
        with httpx2.Client(verify=ssl.create_default_context(cafile=ca)) as client:
            answer = client.get(sandbox.idt.url("/v1/dids/coverage/countries"), headers=sandbox.idt.headers)
        assert answer.status_code == 200


def test_server_that_cannot_start_says_why() -> None:
    with pytest.raises(
        RuntimeError, match="the mock server did not start:\nerror: options: there is no switch"
    ):
        MockServer.start(options="idt.quotta=1")


def test_server_ends_with_the_process_that_started_it() -> None:
    code = """
import time
from mockserver.testing import MockServer
server = MockServer.start()
print(server.url, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    with MockServer.connect(url) as server:
        os.kill(parent.pid, signal.SIGKILL)
        parent.communicate()
        with pytest.raises(ServerGone):
            for _ in range(200):  # it notices within moments
                server.control.get("/health")
                time.sleep(0.05)


def test_connection_that_the_server_closed_is_made_anew(mockserver: MockServer) -> None:
    connections = HTTPConnections(mockserver.url)
    connections.send("GET", "/_mock/health", {}, None, 10)
    idle = connections._idle[0]
    assert idle.sock is not None
    idle.sock.shutdown(socket.SHUT_RDWR)
    assert connections.send("GET", "/_mock/health", {}, None, 10)[0] == 200
    connections.close()


def test_threads_may_ask_at_the_same_time(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as threads:
        times = list(threads.map(lambda _: sandbox.clock.now(), range(64)))
    assert len(times) == 64


def test_what_answers_must_be_a_mockserver() -> None:
    with pytest.raises(ValueError, match="is not the address of a server"):
        MockServer.connect("127.0.0.1:8080")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with ThreadPoolExecutor(1) as threads:

            def answer() -> None:
                client, _ = listener.accept()
                with client:
                    client.recv(1000)
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

            answering = threads.submit(answer)
            with pytest.raises(ServerGone, match="is not a mockserver"):
                MockServer.connect(url)
            answering.result()


def test_names_are_readable_short_and_different() -> None:
    names = [
        sandbox_name(text)
        for text in ("tests/a.py::test[x y/ü]", "tests/b.py::test[x y/ü]", "a::" + "x" * 300, "::")
    ]
    assert names[0].startswith("test-x-y-")
    assert len(set(names)) == 4
    assert all(len(sandbox_name(name, "gw12-12345678-")) <= 64 for name in names)


# --- in this process -------------------------------------------------------------------------------


@pytest.mark.mockserver(clock="2026-03-01T12:00:00Z")
def test_asgi_client_needs_no_socket(mockserver_app: Gateway, app_sandbox: Sandbox) -> None:
    async def buy() -> str:
        transport = httpx2.ASGITransport(app=mockserver_app)
        access = app_sandbox.idt
        async with httpx2.AsyncClient(
            transport=transport, base_url=access.base_url, headers=access.headers
        ) as client:
            answer = await client.post("/v1/dids/orders", json=ORDER)
            assert app_sandbox.clock.advance("1m").total >= 1  # inside the loop
            assert app_sandbox.journal.one(operation="create_order").status == 200
            found = await asyncio.to_thread(app_sandbox.journal.wait, 1, operation="create_order")
            assert len(found) == 1
            number: str = answer.json()["order"]["id"]
            shown = await client.get(f"/v1/dids/orders/{number}")
            assert shown.json()["order"]["status"] == "Complete"
            return number

    number = asyncio.run(buy())
    assert app_sandbox.state.row("idt", "orders", number)
    assert app_sandbox.idt.base_url == "http://mockserver/idt"
    with pytest.raises(ControlError, match="answered 408"):
        app_sandbox.journal.wait(9, timeout=0.05)


def test_providers_own_addresses_work_in_process(mockserver_app: Gateway, app_sandbox: Sandbox) -> None:
    async def ask() -> int:
        transport = httpx2.ASGITransport(app=mockserver_app)
        async with httpx2.AsyncClient(transport=transport, headers=app_sandbox.didww.headers) as client:
            return (await client.get("https://api.didww.com/v3/balance")).status_code

    assert asyncio.run(ask()) == 200


@pytest.mark.mockserver(guard=False)
def test_guard_restores_what_it_replaced() -> None:
    before = (socket.getaddrinfo, socket.create_connection, socket.socket.connect)
    guard = Guard(["Example"])
    guard.install()
    guard.install()
    try:
        for host in ("api.didww.com", "example", "www.example."):
            with pytest.raises(ProductionHost, match=host):
                socket.getaddrinfo(host, 443)
        socket.getaddrinfo("localhost", 1)
        assert len(guard.attempts) == 3
    finally:
        guard.remove()
    assert (socket.getaddrinfo, socket.create_connection, socket.socket.connect) == before
    assert "forbids" in guard.advice()


def test_order_goes_through_over_the_socket_too(sandbox: Sandbox) -> None:
    assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 200


def test_server_that_ended_by_itself_leaves_its_last_words() -> None:
    server = MockServer.start()
    assert server.errors() == ""
    process = server._process
    assert process is not None
    process._errors.write(b"Traceback: a defect\n")
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    with pytest.raises(ServerGone, match=r"the server ended with code -9\. Traceback: a defect"):
        server.control.get("/health")
    server.stop()
    assert server.errors() == "Traceback: a defect"
