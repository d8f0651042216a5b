"""`mockserver faults`: requests that fail on demand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from mockserver.cli.commands import Commands, flag
from mockserver.cli.remote import Remote, is_listing, remote, table

_MATCH = ("provider", "operation", "method", "path")
_WHEN = ("nth", "every", "times", "probability")


@click.group(cls=Commands, invoke_without_command=True)
@remote
def faults(server: Remote) -> None:
    """Make requests fail on demand. Without a command: list the faults.

    \b
    Examples:
      mockserver faults add --provider didww --operation orders.create --times 1 --commit-then-drop
      mockserver faults add --provider idt --error 3001 --probability 0.2
      mockserver faults add --path '/v2/numbers*' --latency 2s --ttl 10m
      mockserver faults outage didlogic --for 30s
      mockserver faults clear
    """
    if is_listing():
        _list(server)


@faults.command("list")
@remote
def list_(server: Remote) -> None:
    """All faults, in the order in which they are asked."""
    _list(server)


@faults.command()
@flag("--id", "identifier", env="FAULTS_ID", help="Its name, to be removed by; made up when left out.")
@flag("--provider", env="FAULTS_PROVIDER", help="Only requests to didww, idt or didlogic.")
@flag("--operation", env="FAULTS_OPERATION", help="Only this operation, as `mockserver routes` names it.")
@flag("--method", env="FAULTS_METHOD", help="Only this HTTP method.")
@flag("--path", env="FAULTS_PATH", help="Only this path at the provider; * and ? are wildcards.")
@flag("--nth", env="FAULTS_NTH", type=int, help="Only the nth matching request.")
@flag("--every", env="FAULTS_EVERY", type=int, help="Every so many matching requests.")
@flag("--times", env="FAULTS_TIMES", type=int, help="So many times at most.")
@flag("--probability", env="FAULTS_PROBABILITY", type=float, help="The chance of each, above 0 up to 1.")
@flag("--ttl", env="FAULTS_TTL", help="How long it lasts on the sandbox's clock, 10m.")
@flag("--status", env="FAULTS_STATUS", type=int, help="Answer with this status in the provider's words.")
@flag("--error", env="FAULTS_ERROR", help="Answer with this error of the provider's, by its code.")
@flag("--latency", env="FAULTS_LATENCY", help="Answer that much later in real time, 500ms.")
@flag("--cut", env="FAULTS_CUT", is_flag=True, help="Close the connection; nothing is done.")
@flag("--body", env="FAULTS_BODY", metavar="truncated|malformed", help="Spoil the body of the answer.")
@flag("--commit-then-drop", env="FAULTS_COMMIT_THEN_DROP", is_flag=True, help="Do it, then close.")
@flag("--commit-then-status", env="FAULTS_COMMIT_THEN_STATUS", type=int, help="Do it, then answer this.")
@flag("--rival", env="FAULTS_RIVAL", help="Another buyer first takes this number, DID group or city.")
@remote
def add(server: Remote, identifier: str | None, **given: Any) -> None:
    """Make matching requests fail: what is matched, when it strikes, and one effect."""
    rule = {name: given[name] for name in (*_MATCH, *_WHEN, "ttl") if given[name] is not None}
    effect = {
        name: value
        for name, value in given.items()
        if name not in (*_MATCH, *_WHEN, "ttl") and value not in (None, False)
    }
    if identifier is not None:
        rule["id"] = identifier
    if "method" in rule:
        rule["method"] = rule["method"].upper()
    answer = server.call("POST", "/faults", {**rule, "effect": effect})
    server.show(answer, _line(answer))


@faults.command()
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True)
@remote
def remove(server: Remote, identifiers: tuple[str, ...]) -> None:
    """Remove faults by their ids."""
    for identifier in identifiers:
        answer = server.call("DELETE", f"/faults/{quote(identifier, safe='')}")
        server.show(answer, f"removed {identifier}")


@faults.command()
@remote
def clear(server: Remote) -> None:
    """Remove all faults, outages too."""
    answer = server.call("DELETE", "/faults")
    server.show(answer, f"removed {answer['removed']}")


@faults.command()
@click.argument("provider")
@flag(
    "--for", "length", env="FAULTS_FOR", help="How long, on the sandbox's clock; until removed if left out."
)
@flag("--status", env="FAULTS_STATUS", type=int, default=503, show_default=True, help="What it answers.")
@flag("--cut", env="FAULTS_CUT", is_flag=True, help="Close every connection instead of answering.")
@remote
def outage(server: Remote, provider: str, length: str | None, status: int, cut: bool) -> None:
    """Let a PROVIDER be down: didww, idt or didlogic."""
    body: dict[str, Any] = {"provider": provider, "status": None if cut else status}
    if length is not None:
        body["length"] = length
    answer = server.call("POST", "/world/outages", body)
    server.show(answer, _line(answer))


def _list(server: Remote) -> None:
    answer = server.call("GET", "/faults")
    server.show(answer, table([_row(one) for one in answer["faults"]]) or "no faults")


def _line(fault: dict[str, Any]) -> str:
    return "  ".join(part for part in _row(fault) if part)


def _row(fault: dict[str, Any]) -> tuple[str, ...]:
    effects = [
        name.replace("_", "-") if value is True else f"{name.replace('_', '-')} {value}"
        for name, value in fault["effect"].items()
        if value
    ]
    about = " ".join(fault[name] for name in _MATCH if fault[name]) or "every request"
    when = " ".join(f"{name} {fault[name]}" for name in _WHEN if fault[name] is not None)
    until = f"until {fault['until']}" if fault["until"] else ""
    spent = ", spent" if fault["spent"] else ""
    hits = f"{fault['hits']} hits{spent}"
    return fault["id"], about, " ".join(filter(None, (when, until))), ", ".join(effects), hits
