"""The steps of the Dockerfile without Docker: the wheel is built, installed alone, started and asked.

Needs a package index (or pip's cache of one), as `make` itself does.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.running import environment, serving

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(PIP_DISABLE_PIP_VERSION_CHECK="1"),
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what the Dockerfile copies and nothing else."""
    source = tmp_path_factory.mktemp("source")
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            place = source / target / name if target == "./" else source / target
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=IGNORED)
            else:
                shutil.copy(ROOT / name, place)
    wheels = tmp_path_factory.mktemp("wheels")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ".", cwd=source)
    (built,) = wheels.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for."""
    home = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", home, cwd=home)
    run(home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=home)
    return home / "bin"


def test_wheel_holds_package_fixtures_and_contracts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"mockserver/app.py", "mockserver/cli/__init__.py", "mockserver/control/api.py"} <= names
    for folder in ("fixtures", "contracts"):
        held = {
            f"mockserver/_data/{path.relative_to(ROOT)}"
            for path in (ROOT / folder).rglob("*.json")
            if "__pycache__" not in path.parts
        }
        assert held
        assert held <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or name.endswith(".pyc")]


def test_installed_wheel_serves_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    mockserver = installed / "mockserver"
    assert run(mockserver, "--version", cwd=tmp_path) == "mockserver 0.1.0\n"
    where = run(installed / "python", "-c", "import mockserver; print(mockserver.__file__)", cwd=tmp_path)
    assert str(installed.parent) in where
    figures = run(mockserver, "report", "--fidelity", "--format", "json", cwd=tmp_path)
    assert json.loads(figures) == json.loads((ROOT / "contracts" / "fidelity.json").read_text())
    assert "IDT Express DID API" in run(mockserver, "contracts", cwd=tmp_path)
    with serving("--log-format", "json", command=[str(mockserver)], cwd=tmp_path) as server:
        status, claims = server.get("/_mock/claims?claim=idt.error.4006")
        assert (status, claims["total"]) == (200, 1)
        assert run(mockserver, "wait", "--url", server.url, cwd=tmp_path) == f"ready: {server.url}\n"
        found = json.loads(run(mockserver, "env", "--format", "json", "--url", server.url, cwd=tmp_path))
        listed = json.loads(run(mockserver, "routes", "--json", cwd=tmp_path))
        started = json.loads(server.banner)["providers"]
        for name, provider in started.items():
            assert found[f"{name.upper()}_URL"] == provider["base_url"]
            reads = [
                route["path"]
                for route in listed[name]
                if route["method"] == "GET" and route["implemented"] and "{" not in route["path"]
            ]
            assert reads, f"nothing to read at {name}"
            status, _ = server.get(reads[0], provider["credentials"])
            assert status < 400, reads[0]
        code, _, errors = server.stop()
    assert code == 0
    assert "Traceback" not in errors


def test_dockerfile_starts_what_the_wheel_installs() -> None:
    assert 'ENTRYPOINT ["mockserver"]' in DOCKERFILE
    assert 'CMD ["serve"]' in DOCKERFILE
    assert 'CMD ["mockserver", "wait", "--timeout", "2", "--quiet"]' in DOCKERFILE
    assert "MOCKSERVER_HOST=0.0.0.0" in DOCKERFILE
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users[-1:] == ["10001"]


def test_dockerignore_lets_through_what_the_dockerfile_copies() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        copied.update(line.split()[:-1])
    assert copied == let_through
