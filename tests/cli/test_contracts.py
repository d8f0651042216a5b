"""`mockserver contracts`: the documents without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver.cli.commands import cli
from mockserver.core.data import load_contract


def test_documents_are_listed() -> None:
    done = CliRunner().invoke(cli, ["contracts"])
    assert done.exit_code == 0
    assert {"control", "didlogic/v1", "didlogic/v2", "idt"} <= {
        line.split()[0] for line in done.output.splitlines()
    }


@pytest.mark.parametrize(
    ("name", "address", "server"),
    [
        ("idt", [], "http://127.0.0.1:8080/idt"),
        ("didlogic/v2/openapi.json", ["--url", "http://mock:9/"], "http://mock:9/didlogic"),
        ("control", [], "http://127.0.0.1:8080"),
    ],
)
def test_document_has_the_server_first(name: str, address: list[str], server: str, tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    done = CliRunner().invoke(cli, ["contracts", name, "--out", str(file), *address])
    assert (done.exit_code, done.output) == (0, "")
    printed = json.loads(file.read_text())
    assert printed.pop("servers")[0]["url"] == server
    packaged = load_contract(f"{name.removesuffix('/openapi.json')}/openapi.json")
    packaged.pop("servers")
    assert printed == packaged


def test_document_that_does_not_exist_is_refused() -> None:
    done = CliRunner().invoke(cli, ["contracts", "idt/v2"])
    assert done.exit_code == 1
    assert "there are control, didlogic/v1, didlogic/v2" in done.output
