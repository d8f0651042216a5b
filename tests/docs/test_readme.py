"""The README's tour and its SDK example do what they say, line by line."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver.control.api import ControlAPI
from mockserver.core.messages import Response
from mockserver.settings import RULES
from mockserver.version import VERSION
from tests.control.caller import matches
from tests.support import Server, body_of
from tests.support_http import running

README = (Path(__file__).parents[2] / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8080"


def section(title: str) -> str:
    """One section of the README, without its heading."""
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def curl(server: Server, control: ControlAPI, line: str) -> Response:
    """What curl would send for this line, sent to a server without a socket."""
    words = shlex.split(line)
    assert words.pop(0) == "curl"
    method, headers, body, target = "GET", {"host": "127.0.0.1:8080", "accept": "*/*"}, b"", ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name.lower()] = value
        elif word == "-d":
            body, method = words.pop(0).encode(), "POST"
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        elif word == "-X":
            method = words.pop(0)
        else:
            assert word.startswith(ADDRESS), word
            target = word.removeprefix(ADDRESS)
    path, _, query = target.partition("?")
    if path.startswith("/_mock"):
        return control.handle(method, path, query, headers, body)
    return server.gateway.handle(method, path, query, headers, body)


def test_the_tour_does_what_it_says(server: Server) -> None:
    control = ControlAPI(
        server.gateway.sandboxes, server.gateway.providers.values(), version=VERSION, public_url=None
    )
    lines = [line for line in section("Five minutes").splitlines() if line.startswith("curl ")]
    answers = []
    for line in lines:
        server.world().advance(by=timedelta(seconds=1))  # a person types no faster
        answers.append((line, curl(server, control, line)))
    statuses = [answer.status for _, answer in answers]
    assert statuses == [201, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 400, 200]

    def shown(number: int) -> Any:
        return body_of(answers[number][1])

    assert shown(0)["data"]["attributes"]["status"] == "pending"
    assert shown(2)["data"][0]["attributes"]["status"] == "completed"
    assert {did["attributes"]["expires_at"][:4] for did in shown(3)["data"][:2]} == {"2026"}
    assert shown(4)["data"]["attributes"]["balance"] == "999.62"
    assert shown(5)["order"]["status"] == "Created"
    assert shown(7)["orders"][0]["status"] == "Complete"
    assert len([row for row in shown(8)["numbers"] if row["added_at"].startswith("2026-03-01")]) == 3
    assert shown(9)["dids"]["dids"][0]["number"] == "17806999999"
    assert shown(10)["purchase"]["purchases"][0]["number"] == "17806999999"
    assert b"Monthly fee for 17806999999" in answers[11][1].body
    assert shown(13) == {
        "errors": [
            {
                "title": "Insufficient balance",
                "detail": "Insufficient balance",
                "code": "400",
                "status": "400",
                "meta": {"available_balance": "0.18", "total_cost": "0.19"},
            }
        ]
    }
    assert server.world().ledger("didww").lines == []  # the last line was the reset


def test_the_credentials_of_the_readme_open_the_sandboxes_it_names(server: Server) -> None:
    rows = re.findall(
        r"^\| (DIDWW|IDT Express|didlogic) \| (.+?) \| (.+?) \| (.+?) \|$", README, re.MULTILINE
    )
    assert [row[0] for row in rows] == ["DIDWW", "IDT Express", "didlogic"]
    for provider, (_, names, default, named) in zip(server.gateway.providers.values(), rows, strict=True):
        for sandbox, cell in (("default", default), ("NAME", named)):
            headers = provider.credentials(sandbox)
            shown = [name.removesuffix(": Bearer …").lower() for name in re.findall(r"`(.+?)`", names)]
            assert shown == [name.lower() for name in headers]
            values = [value.removeprefix("Bearer ") for value in headers.values()]
            assert values == re.findall(r"`(.+?)`", cell)


def test_the_sdk_example_runs_as_it_stands(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code = section("Point a client at it").split("```python\n", 1)[1].split("```", 1)[0]
    scope: dict[str, Any] = {}
    with running(server) as address:
        exec(compile(code.replace(ADDRESS, address), "README.md", "exec"), scope)
        scope["client"]._session.close()
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 3
    assert all(re.fullmatch(r"\S.* \d+", line) for line in printed)


def test_every_setting_has_its_sentence() -> None:
    missing = [name for name, rule in RULES.items() if not rule.about.endswith(".")]
    assert missing == []


def test_openapi_names_every_control_call_of_the_readme(server: Server) -> None:
    control = ControlAPI(
        server.gateway.sandboxes, server.gateway.providers.values(), version=VERSION, public_url=None
    )
    paths = orjson.loads(control.handle("GET", "/_mock/openapi.json").body)["paths"]
    calls = re.findall(r"`(GET|PUT|POST) (/_mock/\S+?)`", README)
    assert len(calls) > 15
    for method, path in calls:
        described = [methods for pattern, methods in paths.items() if matches(pattern, path)]
        assert any(method.lower() in methods for methods in described), (method, path)
