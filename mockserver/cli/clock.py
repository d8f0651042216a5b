"""`mockserver clock`: time of a sandbox from the command line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from mockserver.cli.commands import Commands
from mockserver.cli.remote import Remote, is_listing, remote, table
from mockserver.core.values import duration

# A way longer than this is gone in steps, so that somebody who waits sees that it goes on.
_STEP = timedelta(days=61)
_MOST_SHOWN = 500


@click.group(cls=Commands, invoke_without_command=True)
@remote
def clock(server: Remote) -> None:
    """Show, advance or freeze a sandbox's clock. Without a command: show it.

    \b
    Examples:
      mockserver clock freeze 2026-03-01T12:00:00Z
      mockserver clock advance 2d
      mockserver clock agenda
    """
    if is_listing():
        _show(server, server.call("GET", "/clock"))


@clock.command()
@remote
def show(server: Remote) -> None:
    """Mode, instant and what is due next."""
    _show(server, server.call("GET", "/clock"))


@clock.command()
@click.argument("how_far", metavar="DURATION|INSTANT")
@remote
def advance(server: Remote, how_far: str) -> None:
    """Move the clock forward: 90s, 2h30m, 2d, PT1H, or to 2026-03-01T12:00:00Z."""
    answer = _advanced(server, how_far)
    lines = [f"{answer['before']} -> {answer['now']}, {answer['total']} changes"]
    lines += [f"  {event['at']}  {event['subject']}  {event['change']}" for event in answer["events"]]
    server.show(answer, "\n".join(lines))


@clock.command()
@click.argument("at", required=False)
@remote
def freeze(server: Remote, at: str | None) -> None:
    """Stop the clock where it stands, or AT an instant."""
    body = {"mode": "frozen"} if at is None else {"mode": "frozen", "now": at}
    _show(server, server.call("PUT", "/clock", body))


@clock.command()
@remote
def run(server: Remote) -> None:
    """Let the clock run with the machine again, from where it stands."""
    _show(server, server.call("PUT", "/clock", {"mode": "real"}))


@clock.command()
@click.argument("rate", type=float)
@remote
def scale(server: Remote, rate: float) -> None:
    """Let the clock run RATE times as fast as the machine."""
    _show(server, server.call("PUT", "/clock", {"mode": "scaled", "rate": rate}))


@clock.command()
@remote
def agenda(server: Remote) -> None:
    """What is to come, in order; what is held until it is fired comes last."""
    answer = server.call("GET", "/clock/agenda")
    rows = [(one["due"] or "when fired", one["kind"], one["subject"]) for one in answer["agenda"]]
    server.show(answer, table(rows) or "nothing is to come")


def _advanced(server: Remote, how_far: str) -> dict[str, Any]:
    """The answer to the whole way. Steps lead to the same state as one leap."""
    to = "T" in how_far.upper() and how_far[:4].isdigit()
    body = {"to" if to else "by": how_far}
    try:
        target = datetime.fromisoformat(how_far) if to else None
        way = duration(how_far) if target is None else _STEP
    except ValueError:  # the server says what is wrong with it
        return server.call("POST", "/clock/advance", body)
    if way < _STEP:
        return server.call("POST", "/clock/advance", body)
    start = datetime.fromisoformat(server.call("GET", "/clock")["now"])
    try:
        target = target.astimezone(UTC) if target is not None else start + way
    except OverflowError:
        return server.call("POST", "/clock/advance", body)
    if target - start < _STEP or target.year >= 9000:
        return server.call("POST", "/clock/advance", body)
    return _in_steps(server, start, target)


def _in_steps(server: Remote, start: datetime, target: datetime) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    steps = (target - start) // _STEP
    # On standard error: what is meant for a person must not get into a pipe.
    with click.progressbar(length=(target - start).days, label="advancing", file=sys.stderr) as bar:
        for number in range(1, steps + 2):
            to = min(start + number * _STEP, target)
            answer = server.call("POST", "/clock/advance", {"to": to.isoformat()})
            whole = {
                "before": whole.get("before", answer["before"]),
                "now": answer["now"],
                "fired": [*whole.get("fired", ()), *answer["fired"]][:_MOST_SHOWN],
                "total": whole.get("total", 0) + answer["total"],
                "events": [*whole.get("events", ()), *answer["events"]],
            }
            bar.update(_STEP.days)
    return whole


def _show(server: Remote, answer: dict[str, Any]) -> None:
    rate = f" x{answer['rate']:g}" if answer["mode"] == "scaled" else ""
    server.show(
        answer, f"{answer['now']} ({answer['mode']}{rate}), next change: {answer['next_due'] or 'none'}"
    )
