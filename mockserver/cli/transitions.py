"""`mockserver transitions`: how and when things change by themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, table


@click.group(cls=Commands, invoke_without_command=True)
@remote
def transitions(server: Remote) -> None:
    """How and when things change by themselves. Without a command: list it.

    A SUBJECT is a type (idt.orders) or one thing (idt.orders/17).

    \b
    Examples:
      mockserver transitions set idt.orders --after 2h
      mockserver transitions set didww.orders --mode manual
      mockserver transitions fire didww.orders/17 --outcome canceled
    """
    if is_listing():
        _list(server)


@transitions.command("list")
@remote
def list_(server: Remote) -> None:
    """Policies by type, and what is pending."""
    _list(server)


@transitions.command("set")
@click.argument("subject")
@flag(
    "--mode", env="TRANSITIONS_MODE", metavar="immediate|after|manual", help="When: at once, later, if fired."
)
@flag("--after", env="TRANSITIONS_AFTER", help="How long after, 90s or 2d.")
@flag("--outcome", env="TRANSITIONS_OUTCOME", help="How it ends; an empty text leaves it to the rules.")
@remote
def set_(server: Remote, subject: str, mode: str | None, after: str | None, outcome: str | None) -> None:
    """Choose how and when, for what begins from now on. What is left out stays."""
    chosen = {"mode": mode, "after": after, "outcome": outcome}
    body = {name: value for name, value in chosen.items() if value is not None}
    answer = server.call("PUT", _path(subject), body)
    server.show(answer, "  ".join(filter(None, _row(answer))))


@transitions.command()
@click.argument("subject")
@remote
def restore(server: Remote, subject: str) -> None:
    """Back to the policy of the type, or to the provider's default."""
    answer = server.call("DELETE", _path(subject))
    server.show(answer, "  ".join(filter(None, _row(answer))))


@transitions.command()
@click.argument("subject")
@flag("--outcome", env="TRANSITIONS_OUTCOME", help="How it ends; its policy says when left out.")
@remote
def fire(server: Remote, subject: str, outcome: str | None) -> None:
    """Make what is pending about one thing happen now."""
    answer = server.call("POST", f"{_path(subject)}/fire", {"outcome": outcome})
    lines = [f"{answer['total']} changes"]
    lines += [f"  {one['at']}  {one['subject']}  {one['change']}" for one in answer["events"]]
    server.show(answer, "\n".join(lines))


@transitions.command()
@click.argument("subject")
@remote
def cancel(server: Remote, subject: str) -> None:
    """Take what is pending about one thing off the agenda: it will not happen."""
    answer = server.call("POST", f"{_path(subject)}/cancel", {})
    server.show(answer, f"cancelled {answer['cancelled']}")


def _list(server: Remote) -> None:
    answer = server.call("GET", "/transitions")
    pending = [(one["due"] or "when fired", one["kind"], one["subject"]) for one in answer["pending"]]
    text = table([_row(one) for one in answer["policies"]])
    if pending:
        text += "\n\npending\n" + table(pending, indent="  ")
    server.show(answer, text)


def _path(subject: str) -> str:
    kind, slash, identifier = subject.partition("/")
    return f"/transitions/{quote(kind, safe='')}" + (f"/{quote(identifier, safe='')}" if slash else "")


def _row(policy: dict[str, Any]) -> tuple[str, ...]:
    when = f"after {policy['after']}" if policy["mode"] == "after" else policy["mode"]
    ends = f"ends {policy['outcome']}" if policy["outcome"] else ""
    could = f"could end {', '.join(policy['outcomes'])}" if policy["outcomes"] else ""
    return policy["subject"], when, "chosen" if policy["chosen"] else "", ends, could
