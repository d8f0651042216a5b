"""docs/control.md does what it says: its commands are run, and every effect and check has its word there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mockserver.control.bodies import Assertion, NewEffect
from tests.control.caller import drive
from tests.support import Server

PAGE = (Path(__file__).parents[2] / "docs" / "control.md").read_text()
IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
SECTIONS = [title for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE) if title != "Who may call it"]


def lines(title: str) -> list[tuple[str, int]]:
    """The commands of a section, each with the status it is said to have."""
    section = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    found: list[tuple[str, int]] = []
    for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL):
        for line in block.splitlines():
            command, _, comment = line.rpartition("#")
            found.append((command.strip(), int(comment.split()[0].strip(","))))
    return found


@pytest.mark.parametrize("title", SECTIONS)
def test_commands_are_answered_as_the_page_says(title: str) -> None:
    server = Server()
    server.world()
    commands = lines(title)
    assert commands
    for command, status in commands:
        name, method, target, *body = shlex.split(command)
        content = body[0].encode() if body else b""
        if name == "idt":
            answer = server.request(method, f"/idt/v1/dids{target}", headers=IDT, body=content).status
        else:
            assert name == "mock"
            answer = drive(server, method, f"/_mock{target}", "", content, {}).status
        assert answer == status, command


def test_every_effect_and_check_is_on_the_page() -> None:
    for name in NewEffect.model_fields:
        assert f"| `{name}` |" in PAGE
    for name in set(Assertion.model_fields) - {"provider"}:
        assert f'"{name}"' in PAGE
