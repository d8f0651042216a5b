"""docs/verify.md does what it says: its commands are run, its options are all there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver.cli.commands import cli
from mockserver.cli.verify import verify as command
from mockserver.verify.probes import PROVIDERS, load_suite
from mockserver.verify.runner import OUTCOMES
from tests.verify.serving import new_server, serving

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
COMMANDS = [
    (line.rpartition("#")[0].strip(), int(line.rpartition("#")[2]))
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("mockserver verify")
]


def run(line: str, address: str) -> tuple[int, str]:
    """A command of the page, with this address instead of the server's and of the provider's.

    Where it asks everything, a part is asked here: `test_this_server` asks the rest.
    """
    line = line.replace("http://127.0.0.1:8080", address)
    line = line.replace("https://sandbox-api.didww.com", f"{address}/didww")
    environment = {
        "MOCKSERVER_VERIFY_KEY": "demo-didww-key",
        "MOCKSERVER_VERIFY_RATE": "0",
        "MOCKSERVER_VERIFY_CLAIM": "*list*",
    }
    result = CliRunner().invoke(cli, shlex.split(line)[1:], env=environment)
    return result.exit_code, result.output


def test_commands_end_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 6
    with serving(new_server()) as address:
        for line, code in COMMANDS:
            ended, said = run(line, address)
            assert ended == code, (line, said)
    assert "<testsuite " in (tmp_path / "verify.xml").read_text()


def test_the_output_shown_is_that_of_the_command() -> None:
    shown = re.search(r"```text\n(DIDWW API v3 at .*?)```", PAGE, re.DOTALL)
    assert shown is not None
    with serving(new_server()) as address:
        _, said = run(COMMANDS[2][0], address)
    assert said.replace(address, "http://127.0.0.1:8080") == shown[1]


def test_every_option_is_on_the_page() -> None:
    rows = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `--"))
    for option in command.params:
        assert f"`{option.opts[0]}`" in rows
        assert f"`{option.envvar}`" in rows


def test_the_page_names_rates_hosts_and_outcomes_as_they_are() -> None:
    for outcome in OUTCOMES:
        assert f"| `{outcome}` |" in PAGE
    rates = {provider: load_suite(provider).facts["rate"] for provider in PROVIDERS}
    assert rates == {"didww": 15, "idt": 5, "didlogic": 5}
    for host in (
        "sandbox-api.didww.com",
        "sandbox-api.idtexpress.com",
        "api.didww.com",
        "api.idtexpress.com",
    ):
        assert host in PAGE
