"""`mockserver snapshots`: whole states kept by name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from mockserver.cli import DIFFERENCES
from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, table, write


@click.group(cls=Commands, invoke_without_command=True)
@remote
def snapshots(server: Remote) -> None:
    """Whole states kept by name. Without a command: list them.

    A snapshot belongs to the server: every sandbox can be put into it.

    \b
    Examples:
      mockserver snapshots save bought
      mockserver snapshots restore bought --sandbox ci-7
      mockserver snapshots show bought --out bought.json
      mockserver snapshots load bought bought.json
      mockserver snapshots diff bought
    """
    if is_listing():
        _list(server)


@snapshots.command("list")
@remote
def list_(server: Remote) -> None:
    """The snapshots that the server keeps."""
    _list(server)


@snapshots.command()
@click.argument("name")
@remote
def save(server: Remote, name: str) -> None:
    """Keep the sandbox's state under NAME."""
    answer = server.call("PUT", _path(name), {})
    server.show(answer, f"kept {name}, {answer['hash']}")


@snapshots.command()
@click.argument("name")
@remote
def restore(server: Remote, name: str) -> None:
    """Put the sandbox into the state kept under NAME."""
    answer = server.call("POST", f"{_path(name)}/restore", {})
    server.show(answer, f"sandbox {answer['sandbox']} is as {name}, {answer['hash']}")


@snapshots.command()
@click.argument("name")
@flag("--out", env="SNAPSHOTS_OUT", type=click.Path(path_type=Path), help="A file instead of the output.")
@remote
def show(server: Remote, name: str, out: Path | None) -> None:
    """A snapshot as one JSON document, secrets masked."""
    write(json.dumps(server.call("GET", _path(name)), indent=2), out)


@snapshots.command()
@click.argument("name")
@click.argument("file", type=click.File("r", "utf-8"))
@remote
def load(server: Remote, name: str, file: Any) -> None:
    """Keep the state of a document (FILE, or - for the input) under NAME."""
    try:
        document = json.load(file)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{file.name} holds no JSON: {error}") from None
    answer = server.call("PUT", _path(name), document)
    server.show(answer, f"kept {name}, {answer['hash']}")


@snapshots.command()
@click.argument("name")
@flag(
    "--with",
    "other",
    env="SNAPSHOTS_WITH",
    default="now",
    show_default=True,
    metavar="now|seed|NAME",
    help="What it is compared with.",
)
@remote
def diff(server: Remote, name: str, other: str) -> None:
    """What is different now, in the seed, or in another snapshot. Ends with code 2 if anything is."""
    answer = server.call("GET", f"{_path(name)}/diff?with={quote(other, safe='')}")
    lines = [
        f"{one['at']}: {_short(one['before'])} -> {_short(one['after'])}" for one in answer["differences"]
    ]
    if answer["total"] > len(lines):
        lines.append(f"... {answer['total'] - len(lines)} more")
    server.show(answer, "\n".join(lines) or "no difference")
    if answer["total"]:
        sys.exit(DIFFERENCES)


@snapshots.command()
@click.argument("name")
@remote
def remove(server: Remote, name: str) -> None:
    """Forget a snapshot."""
    server.show(server.call("DELETE", _path(name)), f"removed {name}")


def _list(server: Remote) -> None:
    answer = server.call("GET", "/snapshots")
    rows = [
        (one["name"], one["now"], one["hash"][:16], f"{sum(one['rows'].values())} rows")
        for one in answer["snapshots"]
    ]
    server.show(answer, table(rows) or "no snapshots")


def _path(name: str) -> str:
    return f"/snapshots/{quote(name, safe='')}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + " ..."
