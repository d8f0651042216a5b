"""`mockserver journal`: what a sandbox was asked and what it answered."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, write

_PAUSE = 0.25  # seconds between two looks


def _listing(command: Any) -> Any:
    """The options of a list of requests."""
    for option in (
        flag("--follow", "-f", env="JOURNAL_FOLLOW", is_flag=True, help="Go on with what comes in."),
        flag(
            "--limit",
            env="JOURNAL_LIMIT",
            type=click.IntRange(1, 10_000),
            default=100,
            show_default=True,
            help="How many at most, counted from the newest.",
        ),
        flag("--status", env="JOURNAL_STATUS", help="Only this status (404) or class (4xx)."),
        flag("--provider", env="JOURNAL_PROVIDER", help="Only requests to didww, idt or didlogic."),
    ):
        command = option(command)
    return command


@click.group(cls=Commands, invoke_without_command=True)
@_listing
@remote
def journal(server: Remote, **chosen: Any) -> None:
    """What a sandbox was asked, credentials masked. Without a command: list it.

    \b
    Examples:
      mockserver journal --follow
      mockserver journal --status 4xx --provider idt
      mockserver journal show 17
      mockserver journal har --out session.har
    """
    if is_listing():
        _list(server, **chosen)


@journal.command("list")
@_listing
@remote
def list_(server: Remote, **chosen: Any) -> None:
    """The requests, newest last."""
    _list(server, **chosen)


@journal.command()
@click.argument("number", metavar="ID")
@remote
def show(server: Remote, number: str) -> None:
    """One exchange with headers and bodies, and why it was refused if it was."""
    answer = server.call("GET", f"/requests/{quote(number, safe='')}")
    server.show(answer, _whole(answer))


@journal.command()
@flag("--out", env="JOURNAL_OUT", type=click.Path(path_type=Path), help="A file instead of the output.")
@remote
def har(server: Remote, out: Path | None) -> None:
    """The whole journal as an HTTP Archive, for browsers and other viewers."""
    write(json.dumps(server.call("GET", "/requests/har"), indent=2), out)


@journal.command()
@remote
def clear(server: Remote) -> None:
    """Forget all requests."""
    answer = server.call("DELETE", "/requests")
    server.show(answer, f"cleared {answer['cleared']}")


def _list(server: Remote, provider: str | None, status: str | None, limit: int, follow: bool) -> None:
    chosen = {"provider": provider, "status": status}
    given = {name: value for name, value in chosen.items() if value is not None}
    answer = server.call("GET", f"/requests?{urlencode({**given, 'limit': limit})}")
    if not follow:
        server.show(answer, "\n".join(map(_line, answer["requests"])) or "no requests")
        return
    last = 0
    body: dict[str, Any] = {**given, "limit": 10_000}
    new = answer["requests"]
    try:
        while True:
            for one in new:
                click.echo(json.dumps(one) if server.as_json else _line(one))
                last = one["id"]
            time.sleep(_PAUSE)
            new = server.call("POST", "/requests/find", {**body, "after": last})["requests"]
    except KeyboardInterrupt:  # the way to end it
        return


def _line(one: dict[str, Any]) -> str:
    target = f"{one['path']}?{one['query']}" if one["query"] else one["path"]
    fault = f"  fault {one['fault']}" if one["fault"] else ""
    return (
        f"{one['id']:>5}  {one['at'][11:23]}  {one['provider']:<8}  {one['method']:<6} {target}  "
        f"{one['status'] or 'cut'}  {one['operation'] or '-'}{fault}"
    )


def _whole(one: dict[str, Any]) -> str:
    parts = [_line(one).strip(), f"evidence: {one['evidence'] or 'none'}"]
    if one["explanation"] is not None:
        parts += [f"{name}: {value}" for name, value in one["explanation"].items() if value]
    for problem in one["contract"]:
        parts.append(f"contract: {problem['place']} {problem['problem']} ({problem['fate']})")
    for title, side in (("request", one["request"]), ("answer", one["answer"])):
        parts += ["", f"{title}, {side['size']} bytes{', cut' if side['cut'] else ''}"]
        parts += [f"  {name}: {value}" for name, value in side["headers"]]
        if side["body"]:
            parts += ["", _indented(side["body"])]
    return "\n".join(parts)


def _indented(body: str) -> str:
    """A body, JSON spread over lines."""
    try:
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        pass
    return "\n".join(f"  {line}" for line in body.splitlines())
