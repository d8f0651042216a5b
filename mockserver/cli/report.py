"""`mockserver report`: what a test suite exercised, and what it never touched."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from mockserver.cli import DIFFERENCES
from mockserver.cli.client import DEFAULT_SANDBOX
from mockserver.cli.commands import flag
from mockserver.cli.remote import Remote, remote, write


@click.command()
@flag(
    "--format",
    "form",
    env="REPORT_FORMAT",
    type=click.Choice(["text", "md", "json", "junit", "badge"]),
    default="text",
    show_default=True,
    help="For people, a Markdown page, the server's own answer, JUnit XML, or (of the fidelity) a picture.",
)
@flag("--out", env="REPORT_OUT", type=click.Path(path_type=Path), help="A file instead of the output.")
@flag("--provider", env="REPORT_PROVIDER", help="Only didww, idt or didlogic.")
@flag(
    "--fail-under",
    env="REPORT_FAIL_UNDER",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with code 2 when a provider had fewer of its operations exercised.",
)
@flag(
    "--fail-on-ignored",
    env="REPORT_FAIL_ON_IGNORED",
    is_flag=True,
    help="End with code 2 when something was sent that nothing read.",
)
@flag(
    "--fail-on-rejected",
    env="REPORT_FAIL_ON_REJECTED",
    is_flag=True,
    help="End with code 2 when a request was sent that its contract does not allow.",
)
@flag(
    "--fidelity",
    env="REPORT_FIDELITY",
    is_flag=True,
    help="How faithful this release is, instead: what is proven, by what evidence. Needs no server.",
)
@remote
def report(
    server: Remote,
    form: str,
    out: Path | None,
    provider: str | None,
    fail_under: float | None,
    fail_on_ignored: bool,
    fail_on_rejected: bool,
    fidelity: bool,
) -> None:
    """What a test suite exercised: operations, errors, transitions; what it sent that nothing read; and its
    requests that a provider would reject, or take and ignore what is wrong with them.

    Of all sandboxes there were, or of the one named with --sandbox. Answers that a fault made do not count.

    \b
    Examples:
      mockserver report
      mockserver report --format junit --out coverage.xml
      mockserver report --provider idt --fail-under 80
      mockserver report --fidelity
      mockserver report --fidelity --format badge --out fidelity.svg
    """
    if fidelity:
        write(_fidelity("json" if server.as_json else form, provider), out)
        return
    if form == "badge":
        raise click.BadParameter("there is a badge of --fidelity only", param_hint="--format")
    from mockserver.cli.reports import FORMATS

    # The default sandbox has a report of its own, but who names none wants that of all.
    named = "" if server.sandbox == DEFAULT_SANDBOX else f"/sandboxes/{quote(server.sandbox, safe='')}"
    answer = server.call("GET", f"{named}/coverage", whole_server=True)
    providers: dict[str, Any] = answer["providers"]
    if provider is not None:
        providers = answer["providers"] = {provider: _known(providers, provider)}
    write(FORMATS["json" if server.as_json else form](answer), out)
    problems = _problems(providers, fail_under, fail_on_ignored)
    if fail_on_rejected:
        problems += _rejected(providers)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(DIFFERENCES)


def _fidelity(form: str, provider: str | None) -> str:
    """The figures that came with this release, in one of their forms."""
    from mockserver.cli.fidelity import FORMATS
    from mockserver.core.data import load_contract

    if form not in FORMATS:
        raise click.BadParameter(f"of the fidelity there is {', '.join(FORMATS)}", param_hint="--format")
    figures: dict[str, Any] = load_contract("fidelity.json")
    if provider is not None:
        figures = {provider: _known(figures, provider)}
    return FORMATS[form](figures)


def _known(providers: dict[str, Any], name: str) -> Any:
    """What is there of one provider; a bad parameter when it is none."""
    if name not in providers:
        raise click.BadParameter(f"there are {', '.join(providers)}", param_hint="--provider")
    return providers[name]


def _rejected(providers: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {one['operation'] or 'a request'} was sent so that the provider would reject it: "
        f"{one['place']} {one['problem']}"
        for name, part in providers.items()
        for one in part["requests"]
        if one["fate"] == "rejected"
    ]


def _problems(providers: dict[str, Any], fail_under: float | None, fail_on_ignored: bool) -> list[str]:
    problems = []
    for name, one in providers.items():
        part = one["operations"]
        share = 100 * part["covered"] / part["known"] if part["known"] else 100.0
        if fail_under is not None and share < fail_under:
            problems.append(
                f"{name}: {share:.1f} % of its operations were exercised, less than {fail_under:g}"
            )
        if fail_on_ignored and one["ignored"]:
            problems.append(f"{name}: something was sent that nothing read: {', '.join(one['ignored'])}")
    return problems
