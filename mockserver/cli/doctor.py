"""`mockserver doctor`: what is installed, what is set and from where, which ports are free, what answers."""

from __future__ import annotations

import errno
import json
import platform
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from mockserver.cli import ERROR, NOT_READY
from mockserver.cli.client import Unreachable, ask
from mockserver.cli.commands import own_url
from mockserver.cli.remote import Remote, remote, table
from mockserver.settings import (
    DEFAULTS,
    RULES,
    BadSettings,
    Settings,
    misspelt_variables,
    settings_from,
    sources,
)
from mockserver.version import VERSION

_PACKAGES = (
    "click",
    "httptools",
    "orjson",
    "pydantic",
    "python-multipart",
    "starlette",
    "uvicorn",
    "uvloop",
    "trustme",
    "pytest",
)
_OPTIONAL = {"uvloop": "the standard loop is used", "trustme": "needed by --tls", "pytest": "no plugin"}


@click.command()
@remote
def doctor(server: Remote) -> None:
    """Say what is installed, what is set and from where, which ports are free, and what answers.

    Ends with code 1 when a setting cannot be used or a package is missing, and with 3 when an address was
    given and no server answers there.

    \b
    Examples:
      mockserver doctor
      mockserver doctor --url http://ci-host:8080 --json
    """
    found: dict[str, Any] = {
        "version": VERSION,
        "python": {"version": platform.python_version(), "program": sys.executable},
        "packages": {name: _version(name) for name in _PACKAGES},
        "settings": {},
        "problems": [
            f"{name} is no setting; did you mean {meant}?" for name, meant in misspelt_variables().items()
        ],
    }
    missing = [name for name, there in found["packages"].items() if there is None and name not in _OPTIONAL]
    found["problems"] += [f"the package {name} is missing" for name in missing]
    settings = _settings(found)
    found["ports"] = _ports(settings)
    found["server"] = _server(server)
    server.show(found, _report(found))
    if found["problems"]:
        sys.exit(ERROR)
    if server.given["url"] and not found["server"]["answers"]:
        sys.exit(NOT_READY)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _settings(found: dict[str, Any]) -> Settings:
    """The settings in force, filled into what was found; the defaults when they will not do."""
    chosen: dict[str, tuple[Any, str]] = {}
    settings = Settings()
    try:
        chosen = sources()
        settings = settings_from(chosen)
    except BadSettings as bad:
        found["problems"] += bad.problems
    for name in RULES:
        value, source = chosen.get(name, (DEFAULTS[name], "default"))
        if name in chosen and not [one for one in found["problems"] if one.startswith(f"{name} (")]:
            value = getattr(settings, name)
        found["settings"][name] = {"value": _shown(name, value), "from": source}
    return settings


def _shown(name: str, value: Any) -> Any:
    """A value for people to see. Keys and secrets of their own are for nobody else's eyes."""
    if name.endswith(("_key", "_secret", "_token")) and value is not None and value != DEFAULTS[name]:
        return "(set)"
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _ports(settings: Settings) -> list[dict[str, Any]]:
    """Each port that `serve` would listen on: free, or taken and by whom, as far as can be known."""
    ports = []
    for name in ("port", *(name for name in RULES if name.endswith("_port"))):
        port = getattr(settings, name)
        if port is None:
            continue
        state = "any free one" if port == 0 else _taken(settings.host, port)
        ports.append({"setting": name, "port": port, "state": state})
    return ports


def _taken(host: str, port: int) -> str:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.create_server((host, port), family=family):
            return "free"
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return f"cannot be used: {error.strerror or error}"
    try:
        status, answer = ask(own_url(host, port), "GET", "/version", timeout=2.0)
        if status == 200 and answer.get("server") == "mockserver":
            return f"taken by mockserver {answer['version']}{_process(port)}"
    except Unreachable:
        pass
    return f"taken by something else{_process(port)}"


def _process(port: int) -> str:
    """`, process 17 (python)`, read from /proc; empty where that cannot be known."""
    inodes = set()
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(file).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:  # 0A: it listens
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        try:
            for link in (process / "fd").iterdir():
                if str(link.readlink()) in inodes:
                    return f", process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return ""


def _server(server: Remote) -> dict[str, Any]:
    """Whether a server answers at the address that the other commands would use."""
    try:
        url = server.url
    except click.ClickException as error:
        return {"url": None, "answers": False, "reason": error.message}
    try:
        status, answer = ask(url, "GET", "/version", timeout=3.0)
    except Unreachable as error:
        return {"url": url, "answers": False, "reason": str(error)}
    if status != 200:
        return {"url": url, "answers": False, "reason": f"it answers {status}: {answer.get('error')}"}
    return {"url": url, "answers": True, "version": answer.get("version")}


def _report(found: dict[str, Any]) -> str:
    python, there = found["python"], found["server"]
    lines = [
        f"mockserver {found['version']}, Python {python['version']} ({python['program']})",
        "",
        "packages",
    ]
    lines.append(
        table(
            [
                (name, installed or f"not installed, {_OPTIONAL.get(name, 'needed')}")
                for name, installed in found["packages"].items()
            ],
            indent="  ",
        )
    )
    rows = [
        (name, "none" if one["value"] is None else json.dumps(one["value"], ensure_ascii=False), one["from"])
        for name, one in found["settings"].items()
    ]
    lines += ["", "settings", table(rows, indent="  "), "", "ports"]
    lines.append(
        table([(one["setting"], str(one["port"]), one["state"]) for one in found["ports"]], indent="  ")
    )
    answers = f"mockserver {there['version']} answers" if there["answers"] else there["reason"]
    lines += ["", "server", f"  {there['url'] or '-'}  {answers}"]
    if found["problems"]:
        lines += ["", "problems", *(f"  {problem}" for problem in found["problems"])]
    return "\n".join(lines)
