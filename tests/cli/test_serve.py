"""A server as a process: what it prints, how it ends, the commands that speak to it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mockserver.app import build_providers
from mockserver.settings import Settings
from tests.cli.running import HEAVY, Running, environment, serving


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serving("--log-format", "off") as server:
        yield server


def mockserver(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mockserver", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(**variables),
    )


def test_start_prints_addresses_credentials_and_an_example_for_each_provider(running: Running) -> None:
    assert running.banner.startswith(
        f"mockserver 0.1.0 at {running.url}, control API at {running.url}/_mock\n"
    )
    for provider in build_providers(Settings()):
        base_url = running.url + provider.prefix
        assert provider.title in running.banner
        assert f"  at    {base_url}\n" in running.banner
        assert f"  try   {provider.example(base_url)}\n" in running.banner
        for name, value in provider.credentials("default").items():
            assert f"{name}: {value}" in running.banner


def test_server_answers_over_the_socket(running: Running) -> None:
    assert running.get("/_mock/ready") == (200, {"ready": True})
    status, index = running.get("/")
    assert (status, index["control"]) == (200, running.url + "/_mock")


def test_wait_ends_with_zero_when_the_server_is_ready(running: Running) -> None:
    done = mockserver("wait", "--url", running.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ready: {running.url}\n", "")
    by_variable = mockserver("wait", "--quiet", MOCKSERVER_HOST="0.0.0.0", MOCKSERVER_PORT=str(running.port))
    assert (by_variable.returncode, by_variable.stdout) == (0, "")


def test_wait_ends_with_three_when_nobody_is_ready_in_time() -> None:
    done = mockserver("wait", "--timeout", "0.2", "--url", "http://127.0.0.1:1")
    assert done.returncode == 3
    assert done.stderr.startswith("not ready after 0.2 s: no answer from http://127.0.0.1:1: ")


def test_wait_ends_with_three_when_something_else_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = mockserver("wait", "--timeout", "0.3", "--url", f"http://127.0.0.1:{other.getsockname()[1]}")
    assert done.returncode == 3


def test_reset_and_clock_speak_to_the_server(running: Running) -> None:
    url = f"--url={running.url}"
    frozen = mockserver("clock", url, "freeze", "2026-03-01T12:00:00Z")
    assert frozen.stdout.startswith("2026-03-01T12:00:00.000Z (frozen), next change: ")
    assert mockserver("clock", url).stdout == frozen.stdout
    moved = mockserver("clock", url, "advance", "1h30m")
    assert moved.stdout == "2026-03-01T12:00:00.000Z -> 2026-03-01T13:30:00.000Z, 0 changes\n"
    shown = json.loads(mockserver("clock", url, "--json", "advance", "2026-03-02T00:00:00Z").stdout)
    assert (shown["before"], shown["now"]) == ("2026-03-01T13:30:00.000Z", "2026-03-02T00:00:00.000Z")
    refused = mockserver("clock", url, "advance", "2026-03-01T00:00:00Z")
    assert refused.returncode == 1
    assert "cannot be advanced backwards" in refused.stderr
    assert mockserver("clock", url, "run").stdout.startswith("2026-03-02T00:00:0")
    assert mockserver("reset", url).stdout.startswith("sandbox default is back at the seed")
    unknown = mockserver("reset", url, "--sandbox", "defualt")
    assert (unknown.returncode, unknown.stderr) == (
        1,
        "Error: there is no sandbox 'defualt' (did you mean default?)\n",
    )


def test_port_in_use_is_said_and_ends_with_one(running: Running) -> None:
    done = mockserver("serve", "--port", str(running.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: cannot listen on 127.0.0.1 port {running.port}: Address already in use; "
        "give another with --port, or --port 0 for a free one\n"
    )


def test_host_that_does_not_exist_is_said_and_ends_with_one() -> None:
    done = mockserver("serve", "--port", "0", "--host", "no such host")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot listen on no such host port 0: ")
    assert done.stderr.count("\n") == 1


def test_bad_settings_end_with_one_line_each() -> None:
    done = mockserver("serve", "--port", "70000", "--public-url", "mock", MOCKSERVER_LOG_FORMAT="xml")
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(line.partition(" (")[0] for line in done.stderr.splitlines()) == [
        "error: log_format",
        "error: port",
        "error: public_url",
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_server_cleanly(number: int) -> None:
    with serving() as server:
        headers = {"Connection": "keep-alive"}
        assert server.get("/_mock/health", headers)[0] == 200
        assert server.get("/idt/nowhere")[0] >= 400
        code, output, errors = server.stop(number)
    assert (code, output) == (0, "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d idt +- +GET +/idt/nowhere \d{3} \d+\.\d ms \S*\n", errors)


def test_json_log_is_one_object_a_line() -> None:
    with serving("--log-format", "json", "--public-url", "https://127.0.0.1:1") as server:
        started = json.loads(server.banner)
        code, _, errors = server.stop()
    assert code == 0
    assert errors == ""
    assert (started["event"], started["url"]) == ("started", "https://127.0.0.1:1")
    for provider in build_providers(Settings()):
        assert started["providers"][provider.name] == {
            "base_url": f"https://127.0.0.1:1{provider.prefix}",
            "credentials": provider.credentials("default"),
            "example": provider.example(f"https://127.0.0.1:1{provider.prefix}"),
        }


def test_options_and_variables_reach_the_server() -> None:
    with serving(
        "--no-rate-limits", "--log-format", "off", env=environment(MOCKSERVER_IDT_KEY="own-key")
    ) as server:
        assert "own-key" in server.banner
        assert set(server.get("/_mock/limits")[1].values()) == {None}


def test_switches_and_clock_reach_new_sandboxes() -> None:
    with serving(
        "--options",
        "idt.create_status=201",
        "--clock",
        "frozen",
        "--clock-start",
        "2026-03-01T12:00:00Z",
        env=environment(),
    ) as server:
        assert server.get("/_mock/options")[1]["idt"]["create_status"]["value"] == 201
        clock = server.get("/_mock/clock")[1]
        assert (clock["mode"], clock["now"]) == ("frozen", "2026-03-01T12:00:00.000Z")


def test_warning_is_given_when_other_machines_can_reach_the_server() -> None:
    open_to_all = "warning: other machines can reach this server at 0.0.0.0, with the published demo keys\n"
    control = "warning: so is the control API open to them; MOCKSERVER_ADMIN_TOKEN closes it\n"
    with serving("--host", "0.0.0.0", "--log-format", "off") as server:
        assert server.stop()[2] == open_to_all + control
    closed = environment(MOCKSERVER_ADMIN_TOKEN="a-long-token")
    with serving("--host", "0.0.0.0", "--log-format", "off", env=closed) as server:
        assert server.stop()[2] == open_to_all
    with serving("--log-format", "off") as server:
        assert server.stop()[2] == ""


def test_bad_switch_ends_the_command_with_a_clear_line() -> None:
    ended = mockserver("serve", "--port", "0", "--options", "idt.create_state=201")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "error: options: there is no switch 'idt.create_state'; did you mean idt.create_status?\n"
    )


def test_serving_process_imports_nothing_it_does_not_need() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "mockserver"]
    with serving("--log-format", "off", command=command) as server:
        for path in ("/", "/_mock/ready", "/idt/nowhere", "/didww/nowhere", "/didlogic/nowhere"):
            server.get(path)
        _, _, errors = server.stop()
    names = {line.rpartition("|")[2].strip() for line in errors.splitlines() if line.startswith("import")}
    imported = {name.partition(".")[0] for name in names}
    assert {"uvicorn", "uvloop", "httptools", "mockserver"} <= imported
    assert not imported & (HEAVY | {"pydantic"})
    assert "mockserver.control.bodies" not in names


def test_closed_output_does_not_stop_the_server() -> None:
    """`mockserver serve | head -1` goes on serving."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", str(port), "--log-format", "off"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    process.stdout.close()
    try:
        assert mockserver("wait", "--timeout", "10", "--url", f"http://127.0.0.1:{port}").returncode == 0
    finally:
        process.terminate()
        assert process.wait(15) == 0
        assert process.stderr is not None
        process.stderr.close()
