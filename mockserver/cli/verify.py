"""`mockserver verify`: whether a server does what is claimed of a provider."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli import DIFFERENCES, ERROR
from mockserver.cli.commands import flag
from mockserver.cli.remote import write

if TYPE_CHECKING:
    from mockserver.verify.asking import Address
    from mockserver.verify.masking import Masking
    from mockserver.verify.probes import Suite
    from mockserver.verify.runner import Result, Runner


@click.command()
@flag(
    "--provider",
    env="VERIFY_PROVIDER",
    type=click.Choice(["didww", "idt", "didlogic"]),
    required=True,
    help="Whose claims.",
)
@flag("--base-url", env="VERIFY_BASE_URL", required=True, metavar="URL", help="Where the API starts.")
@flag("--key", env="VERIFY_KEY", help="Api-Key, x-api-key or token. Better in the environment.")
@flag("--secret", env="VERIFY_SECRET", help="x-api-secret of IDT Express. Better in the environment.")
@flag("--version", env="VERIFY_VERSION", help="Of the provider's API, instead of the newest.")
@flag(
    "--allow-writes",
    env="VERIFY_ALLOW_WRITES",
    is_flag=True,
    help="Order, change and delete as well: for sandboxes only.",
)
@flag("--claim", env="VERIFY_CLAIM", metavar="PATTERN", help="Only these claims or probes; * for anything.")
@flag(
    "--format",
    "form",
    env="VERIFY_FORMAT",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="For people, everything as JSON, or JUnit XML.",
)
@flag("--out", env="VERIFY_OUT", type=click.Path(path_type=Path), help="A file instead of the output.")
@flag(
    "--timeout",
    env="VERIFY_TIMEOUT",
    type=click.FloatRange(min=0, min_open=True),
    default=15.0,
    show_default=True,
    metavar="SECONDS",
    help="That an answer may take.",
)
@flag(
    "--rate",
    env="VERIFY_RATE",
    type=click.FloatRange(min=0),
    metavar="REQUESTS",
    help="A second; 0 for no limit. Less than the provider allows when left out.",
)
def verify(
    provider: str,
    base_url: str,
    key: str | None,
    secret: str | None,
    version: str | None,
    allow_writes: bool,
    claim: str | None,
    form: str,
    out: Path | None,
    timeout: float,
    rate: float | None,
) -> None:
    """Ask a server what the claims about a provider say, and compare: this server, or the provider's sandbox.

    Only reads, unless writes are allowed. The key is shown nowhere. Ends with code 2 when an answer differs,
    with 1 when something could not be asked.

    \b
    Examples:
      MOCKSERVER_VERIFY_KEY=... mockserver verify --provider didww --base-url https://sandbox-api.didww.com
      mockserver verify --provider didlogic --base-url http://localhost:8080/didlogic --claim '*.list_*'
      mockserver verify --provider idt --base-url URL --claim 'idt.error.*' --format junit --out verify.xml
    """
    from mockserver.verify.asking import Asker
    from mockserver.verify.masking import Masking
    from mockserver.verify.probes import claims_of, load_suite
    from mockserver.verify.reports import FORMATS, masked
    from mockserver.verify.runner import Runner, outcomes

    suite = load_suite(provider)
    credentials = _credentials(suite, key, secret)
    masking = Masking(credentials.values())
    address = _address(suite, base_url, allow_writes)
    if version is not None and version not in suite.versions:
        raise click.BadParameter(f"there are {', '.join(suite.versions)}", param_hint="--version")
    chosen = suite.chosen(version, claim)
    if out is not None and not out.parent.is_dir():  # known before anything is asked
        raise click.ClickException(f"cannot write {out}: there is no folder {out.parent}")
    if not chosen:
        raise click.BadParameter(f"no claim is like {masking.text(claim or '')!r}", param_hint="--claim")
    asker = Asker(address, timeout, suite.facts["rate"] if rate is None else rate)
    runner = Runner(
        suite,
        asker.ask,
        credentials,
        allow_writes=allow_writes,
        base_path=address.path,
        run=f"{time.time_ns() // 1_000_000_000:x}-",
    )
    results: list[Result] = []
    interrupted = False
    try:
        _knock(runner, chosen[0][1], str(address), masking)
        for result in outcomes(runner, chosen, _Progress(len(chosen))):
            results.append(result)
    except KeyboardInterrupt:  # what was made is removed already
        interrupted = True
    finally:
        asker.close()
    about = {
        "provider": provider,
        "title": suite.facts["title"],
        "version": version or "",
        "base_url": str(address),
        "allow_writes": allow_writes,
        "requests": asker.sent,
        "interrupted": interrupted,
    }
    report = masked(results, runner.left_behind, about, masking, claims_of(suite, chosen, claim))
    write(FORMATS[form](report), out)
    counts = report.counts()
    if out is not None:
        click.echo(", ".join(f"{outcome} {times}" for outcome, times in counts.items()), err=True)
    if interrupted:
        raise click.ClickException(f"interrupted: {len(results)} of {len(chosen)} probes were asked")
    if counts["differs"]:
        sys.exit(DIFFERENCES)
    if counts["failed"]:
        sys.exit(ERROR)


def _credentials(suite: Suite, key: str | None, secret: str | None) -> dict[str, str]:
    """The key and, where the provider has one, the secret."""
    needed = {"key": key, "secret": secret} if suite.facts["needs_secret"] else {"key": key}
    for name, value in needed.items():
        if not value:
            raise click.UsageError(
                f"{suite.facts['title']} needs a {name}: set MOCKSERVER_VERIFY_{name.upper()}"
            )
        if not value.isascii() or any(c <= " " or c == "\x7f" for c in value):
            raise click.BadParameter("it holds characters that a header cannot hold", param_hint=f"--{name}")
    return {name: str(value) for name, value in needed.items()}


def _address(suite: Suite, base_url: str, allow_writes: bool) -> Address:
    """Where to ask. Writes go to no host where numbers are real, keys to no provider unencrypted."""
    from mockserver.verify.asking import Address, BadAddress

    try:
        address = Address.of(base_url, tuple(suite.facts["strip"]))
    except BadAddress as error:
        raise click.BadParameter(str(error), param_hint="--base-url") from None
    hosts = suite.facts["hosts"]
    host = address.host.rstrip(".").lower()
    if allow_writes and host in hosts["live"]:
        raise click.UsageError(f"{host} is no sandbox: writes there would buy real numbers")
    if address.scheme == "http" and host in (*hosts["live"], *hosts["sandbox"]):
        raise click.BadParameter(f"{host} is asked over https only", param_hint="--base-url")
    return address


def _knock(runner: Runner, version: str, address: str, masking: Masking) -> None:
    """One read before all others: whether anybody answers there, and takes the key."""
    from mockserver.verify.asking import NoAnswer
    from mockserver.verify.reports import printable

    where = masking.text(address)
    try:
        answer = runner.knock(version)
    except NoAnswer as error:
        raise click.ClickException(f"nothing to verify at {where}: {masking.text(str(error))}") from None
    if answer.status in (401, 403):
        raise click.ClickException(f"{where} does not take these credentials ({answer.status})")
    if 300 <= answer.status < 400:
        told = printable(masking.text(answer.told))
        raise click.ClickException(f"{where} answers {told}; a key is not sent along with a redirect")
    if answer.status != 200:
        first = runner.suite.facts["first"]
        click.echo(f"GET {first} answers {answer.status}: does the API start at {where}?", err=True)


class _Progress:
    """How far it is, on a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._shown = sys.stderr.isatty()

    def __call__(self, result: Result) -> None:
        self._done += 1
        if self._shown:
            end = "\r" if self._done < self._total else "\r" + " " * 60 + "\r"
            click.echo(f"\r{self._done}/{self._total} {result.probe.id[:45]:<45}{end}", err=True, nl=False)
