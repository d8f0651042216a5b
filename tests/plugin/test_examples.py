"""The examples of the README and of docs/ run as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from mockserver.settings import DEFAULTS, RULES, load_settings
from mockserver.testing import MockServer
from tests.cli.running import environment
from tests.plugin.running import pytest_run

ROOT = Path(__file__).parents[2]
TESTING = (ROOT / "docs/testing.md").read_text()
SETTINGS = (ROOT / "docs/settings.md").read_text()


def code_of(text: str, title: str, language: str = "python") -> list[str]:
    """The code blocks of one section."""
    section = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def test_the_test_file_of_the_readme_passes(tmp_path: Path) -> None:
    (content,) = code_of((ROOT / "README.md").read_text(), "Tests in Python")
    ran = pytest_run(tmp_path, {"test_shop.py": content})
    assert (ran.code, ran.outcomes()) == (0, {"passed": 4}), ran.output


def test_the_pieces_of_the_manual_pass(tmp_path: Path) -> None:
    fixture, *_ = code_of(TESTING, "Fixtures")
    marker, prepared = code_of(TESTING, "Markers")
    in_process, app = code_of(TESTING, "Without a socket")
    (report,) = code_of(TESTING, "What was never tested")
    marked = marker.replace('snapshot="bought"', "snapshot=None")
    files = {
        "conftest.py": fixture + report.replace("import pytest", ""),
        "test_marked.py": f"import pytest\n\n{marked}def test_marked(sandbox): ...\n",
        "test_prepared.py": "import pytest\n\n" + prepared,
        "test_in_process.py": in_process,
        "test_app.py": "def test():\n" + "".join(f"    {line}\n" for line in app.splitlines()),
    }
    ran = pytest_run(tmp_path, files, "-s")
    assert (ran.code, ran.outcomes()) == (0, {"passed": 4}), ran.output
    assert "'create_order'" in ran.output  # printed at the end: nothing touched it


def test_the_manual_names_what_there_is(mockserver: MockServer) -> None:
    with mockserver.sandbox() as sandbox:
        for name, methods in re.findall(r"^\| `(\w+)` \| (`\w+\(.*) \|$", TESTING, re.MULTILINE):
            part = getattr(sandbox, name)
            for method in re.findall(r"`(\w+)(?:\(|`)", methods):
                assert callable(getattr(part, method)), (name, method)
        for method in re.findall(r"`(assert_\w+|reset)\(", TESTING):
            assert callable(getattr(sandbox, method))


def test_the_other_runners_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = code_of(TESTING, "Other test runners")
    exec(compile(code, "docs/testing.md", "exec"), {})
    assert "/idt/v1/dids/orders {'x-api-key': 'sandbox-box-1'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("program", "file", "tests"), [("node", "client.mjs", 4), ("curl", "client.sh", 4)], ids=["node", "shell"]
)
def test_example_in_another_language_passes(
    mockserver: MockServer, program: str, file: str, tests: int
) -> None:
    found = shutil.which(program)
    if found is None:  # neither is needed to build or test the server itself
        pytest.skip(f"there is no {program} on this machine")
    command = [found] if program == "node" else ["sh"]
    done = subprocess.run(
        [*command, str(ROOT / "docs/examples" / file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(MOCKSERVER_URL=mockserver.url),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") == tests
    left = [one["name"] for one in mockserver.control.get("/sandboxes")["sandboxes"]]
    assert [name for name in left if name.startswith(("shell-", "box-"))] == []


def test_example_fails_when_a_test_of_it_fails(mockserver: MockServer, tmp_path: Path) -> None:
    script = (ROOT / "docs/examples/client.sh").read_text().replace("Created", "Crated")
    done = subprocess.run(
        ["sh"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(MOCKSERVER_URL=mockserver.url),
    )
    assert done.returncode == 1
    assert "FAILED  an order is created: 'Created' is not 'Crated'" in done.stdout


def test_every_setting_is_in_the_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \| .*\. \|$", SETTINGS, re.MULTILINE))
    shown = {name: cell.strip("` ") for name, cell in rows.items()}
    for name in RULES:
        default = DEFAULTS[name]
        text = str(default).lower() if isinstance(default, bool) else str(default or "")
        assert shown.get(name) == text, f"docs/settings.md needs the row `{name}`"


def test_the_config_file_of_the_page_is_one(tmp_path: Path) -> None:
    (content,) = code_of(SETTINGS, "Settings of the server", "toml")
    file = tmp_path / "mock.toml"
    file.write_text(content)
    settings = load_settings(config=file)
    assert (settings.port, settings.clock, settings.rate_limits) == (9000, "frozen", False)
    assert str(settings.clock_start) == "2026-03-01 12:00:00+00:00"
    assert set(tomllib.loads(content)) <= set(RULES)


def test_every_command_is_in_the_table() -> None:
    from mockserver.cli.commands import COMMANDS

    for name in COMMANDS:
        assert f"\n| `{name}` | " in SETTINGS
