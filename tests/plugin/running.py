"""pytest as a process of its own, on files made for the purpose: what a user's suite would see."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.cli.running import environment

PLUGIN = "mockserver.pytest_plugin"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of pytest ended."""

    code: int
    output: str
    errors: str

    def outcomes(self) -> dict[str, int]:
        """`{"passed": 3, "failed": 1}` from the last line."""
        last = self.output.strip().splitlines()[-1]
        return {
            word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", last)
        }


def pytest_run(folder: Path, files: dict[str, str], *arguments: str, **variables: str) -> Ran:
    """Write the files and run pytest on them, without the plugins of others: they take seconds to import."""
    variables.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    inherited = environment(**variables)
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    for name, content in files.items():
        (folder / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", PLUGIN, "-q", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=inherited,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
