"""`mockserver report --fidelity`: the figures of the release in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from mockserver.cli import ERROR
from mockserver.cli.commands import cli
from mockserver.cli.fidelity import as_badge, as_json, as_markdown, as_text
from mockserver.core.data import load_contract

FIGURES = {
    "didww": {
        "2026-04-16": {
            "parts": {"operations": [3, 4], "filters": [2, 2]},
            "evidence": {"recorded": [2, 2], "assumed": [3, 3]},
        },
        "2022-05-10": {"parts": {"operations": [1, 1]}, "evidence": {"client": [1, 1]}},
    },
    "idt": {"v1": {"parts": {"operations": [17, 17]}, "evidence": {}}},
}


def test_text_has_a_block_for_every_version() -> None:
    _, first, second, third = as_text(FIGURES).split("\n\n")
    assert first.splitlines() == [
        "didww 2026-04-16",
        "  operations           3 of 4  75.0 %",
        "  filters              2 of 2  100.0 %",
        "  claims, by evidence          ",
        "    recorded           2 of 2  100.0 %",
        "    documented         none    ",
        "    client             none    ",
        "    assumed            3 of 3  100.0 %",
    ]
    assert second.startswith("didww 2022-05-10\n")
    assert third.startswith("idt v1\n  operations           17 of 17  100.0 %\n")


def test_markdown_is_a_table_with_a_row_for_every_version() -> None:
    assert as_markdown(FIGURES).splitlines()[:5] == [
        "| API | operations | errors | statuses | filters | sorts | includes | rules "
        "| recorded | documented | client | assumed |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        "| didww 2026-04-16 | 3 of 4 |  |  | 2 of 2 |  |  |  | 2 of 2 |  |  | 3 of 3 |",
        "| didww 2022-05-10 | 1 of 1 |  |  |  |  |  |  |  |  | 1 of 1 |  |",
        "| idt v1 | 17 of 17 |  |  |  |  |  |  |  |  |  |  |",
    ]


def test_json_is_the_figures() -> None:
    assert json.loads(as_json(FIGURES)) == FIGURES


@pytest.mark.parametrize(
    ("figures", "message", "title", "color"),
    [
        ({"idt": FIGURES["idt"]}, "idt 17/17", "idt v1 17/17", "#3c8c3c"),
        (
            FIGURES,
            "didww 3/4 1/1 · idt 17/17",
            "didww 2026-04-16 3/4, 2022-05-10 1/1 · idt v1 17/17",
            "#b03030",
        ),
    ],
)
def test_badge_is_a_picture_of_every_version(
    figures: dict[str, Any], message: str, title: str, color: str
) -> None:
    picture = ElementTree.fromstring(as_badge(figures))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.attrib["aria-label"] == picture[0].text == f"operations proven: {title}"
    assert picture[1].attrib["fill"] == color
    assert [text.text for text in picture[3]] == ["operations proven", message]
    assert int(picture.attrib["width"]) > 100


def test_command_needs_no_server_and_prints_the_figures_of_the_release(tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["report", "--fidelity", "--format", "json"])
    assert run.exit_code == 0
    assert json.loads(run.output) == load_contract("fidelity.json")
    out = tmp_path / "badge.svg"
    run = CliRunner().invoke(cli, ["report", "--fidelity", "--format", "badge", "--out", str(out)])
    assert (run.exit_code, run.output) == (0, "")
    assert out.read_text() == as_badge(load_contract("fidelity.json")) + "\n"


def test_command_shows_one_provider() -> None:
    run = CliRunner().invoke(cli, ["report", "--fidelity", "--provider", "idt"])
    assert run.output == as_text({"idt": load_contract("fidelity.json")["idt"]}) + "\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fidelity", "--provider", "twilio"], "there are didww, idt, didlogic"),
        (["--fidelity", "--format", "junit"], "of the fidelity there is text, md, json, badge"),
        (["--format", "badge"], "there is a badge of --fidelity only"),
    ],
)
def test_command_refuses_what_there_is_not(arguments: list[str], said: str) -> None:
    run = CliRunner().invoke(cli, ["report", *arguments])
    assert run.exit_code == ERROR
    assert said in run.output
