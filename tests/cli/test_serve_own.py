"""HTTPS with an authority of the run, and a port of its own for each provider."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.app import build_providers
from mockserver.cli import tls
from mockserver.settings import Settings
from tests.cli.running import Running, environment, serving

OWN = ("--didww-port", "0", "--idt-port", "0")


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    ca = tmp_path_factory.mktemp("tls") / "ca.pem"
    with serving("--tls", "--tls-ca", str(ca), *OWN, "--log-format", "off") as server:
        yield server, ca


def base_urls(banner: str) -> dict[str, str]:
    """Where each provider is, from what a start prints."""
    titles = {one.title: one.name for one in build_providers(Settings())}
    found = re.findall(r"^(\S.*)\n  at    (\S+)$", banner, re.MULTILINE)
    return {titles[title]: url for title, url in found}


def get(url: str, context: ssl.SSLContext | None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = (
        http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        if context is None
        else http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10, context=context)
    )
    try:
        connection.request(
            "GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers or {}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_who_trusts_the_authority_of_the_run_is_served(secure: tuple[Running, Path]) -> None:
    server, ca = secure
    trusting = ssl.create_default_context(cafile=ca)
    assert server.url.startswith("https://127.0.0.1:")
    assert get(f"{server.url}/_mock/ready", trusting)[0] == 200
    assert get(server.url.replace("127.0.0.1", "localhost") + "/_mock/ready", trusting)[0] == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        get(f"{server.url}/_mock/ready", ssl.create_default_context())
    with pytest.raises((OSError, http.client.HTTPException)):
        get(server.url.replace("https", "http"), None)
    assert f"The certificate's authority is at {server.url}/_mock/ca.pem\n" in server.banner


def test_authority_is_served_and_written(secure: tuple[Running, Path]) -> None:
    server, ca = secure
    trusting = ssl.create_default_context(cafile=ca)
    status, pem = get(f"{server.url}/_mock/ca.pem", trusting)
    assert (status, pem) == (200, ca.read_bytes())
    assert pem.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in pem


def test_provider_on_its_own_port_needs_no_prefix_and_links_lead_there(secure: tuple[Running, Path]) -> None:
    server, ca = secure
    trusting = ssl.create_default_context(cafile=ca)
    urls = base_urls(server.banner)
    assert urls["didlogic"] == f"{server.url}/didlogic"
    assert len({urlsplit(url).port for url in urls.values()}) == 3
    key = {"Api-Key": "demo-didww-key"}
    status, body = get(f"{urls['didww']}/v3/countries?page%5Bsize%5D=1", trusting, key)
    content = json.loads(body)
    assert status == 200
    link = content["data"][0]["relationships"]["regions"]["links"]["related"]
    assert link == f"{urls['didww']}/v3/countries/{content['data'][0]['id']}/regions"
    assert get(f"{urls['didww']}/didww/v3/countries", trusting, key)[0] == 404
    assert get(f"{server.url}/didww/v3/countries", trusting, key)[0] == 200
    idt = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
    assert get(f"{urls['idt']}/v1/dids/coverage/countries", trusting, idt)[0] == 200
    assert get(f"{urls['idt']}/_mock/ready", trusting)[0] == 200


def test_own_host_does_not_outdo_the_port(secure: tuple[Running, Path]) -> None:
    server, ca = secure
    urls = base_urls(server.banner)
    headers = {"Host": "api.didww.com", "Api-Key": "demo-didww-key"}
    status, body = get(f"{urls['idt']}/v3/countries", ssl.create_default_context(cafile=ca), headers)
    assert (status, json.loads(body)["errors"][0]["code"]) == (403, 2000)  # IDT's refusal of credentials


def test_commands_speak_to_a_server_with_tls(secure: tuple[Running, Path]) -> None:
    server, _ = secure
    variables: dict[str, Any] = {"MOCKSERVER_TLS": "true", "MOCKSERVER_PORT": str(server.port)}
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "wait", "--timeout", "5"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(**variables),
    )
    assert (done.returncode, done.stdout) == (0, f"ready: {server.url}\n")


def test_plain_server_has_no_authority() -> None:
    with serving("--log-format", "off") as server:
        assert server.get("/_mock/ca.pem")[0] == 422


def test_certificate_is_for_every_name_of_the_server_and_the_providers() -> None:
    settings = Settings(host="192.0.2.7", public_url="https://mock.example.com/x")
    names = tls.names(settings, build_providers(settings))
    assert {"localhost", "127.0.0.1", "::1", "192.0.2.7", "mock.example.com", "api.didww.com"} <= set(names)
    assert "0.0.0.0" not in tls.names(Settings(host="0.0.0.0"), [])


def test_authority_that_cannot_be_written_ends_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--tls", "--tls-ca", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: cannot write {tmp_path}: Is a directory\n"


def test_port_of_a_provider_in_use_is_said(secure: tuple[Running, Path]) -> None:
    server, _ = secure
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--idt-port", str(server.port)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 1
    assert done.stderr.endswith("give another with --idt-port, or --idt-port 0 for a free one\n")


def test_env_knows_the_ports_of_the_providers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "env", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(MOCKSERVER_IDT_PORT="8082", MOCKSERVER_TLS="1"),
    )
    found = json.loads(done.stdout)
    assert found["IDT_URL"] == "https://127.0.0.1:8082"
    assert found["DIDWW_URL"] == "https://127.0.0.1:8080/didww"
