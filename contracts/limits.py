"""The page `docs/limits.md`: what is assumed, what is not emulated, and what that costs a user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.claims import VERSIONS, Absent, Claim, Claims

_HEAD = """# Limits

What this server does not know for certain about the providers, and what it does not do. Everything else is
recorded, documented, or follows from public software: `mockserver report --fidelity` counts it, and
`GET /_mock/claims` lists it.

An answer that as a whole rests on an assumption says so: `X-Mock-Evidence: assumed; claim=…` names the claim.
What lies behind an answer, as when something changes or what is charged, is told on this page alone. Many
assumptions are switches (`mockserver options`), for the day that a provider turns out to behave otherwise.

This page is made from the claims, by `make contracts`.
"""
_TITLES = {"didww": "DIDWW API v3", "idt": "IDT Express v1", "didlogic": "didlogic v1 and v2"}


def page(claims: Claims) -> str:
    """The whole page as Markdown."""
    lines = [_HEAD]
    for provider in VERSIONS:
        mine = claims.of(provider)
        assumed = [claim for claim in mine.claims if claim.evidence == "assumed"]
        lines += [f"## {_TITLES[provider]}", "", "### Not emulated", ""]
        lines += _absent(mine.absent) if mine.absent else ["Nothing that is documented."]
        lines += ["", "### Assumed", ""]
        lines += _assumed(assumed) if assumed else ["Nothing."]
        lines.append("")
    return "\n".join(lines)


def _absent(rows: Iterable[Absent]) -> Iterator[str]:
    yield "| what | what that costs |"
    yield "|---|---|"
    for one in rows:
        yield f"| {_cell(one.what)}{_of(one)} | {_cell(one.cost)} |"


def _assumed(claims: Iterable[Claim]) -> Iterator[str]:
    """One row for each assumption, in the order of the claim files."""
    yield "| claim | what the server does | what it costs when the provider does otherwise |"
    yield "|---|---|---|"
    for claim in claims:
        seen = f"{claim.when}: {claim.then}" if claim.when else claim.then
        yield f"| `{claim.id}` | {_cell(seen)}{_of(claim)} | {_cell(claim.cost)} |"


def _of(one: Claim | Absent) -> str:
    """The versions, where it is not about all of them."""
    every = VERSIONS[one.id.partition(".")[0]]
    return "" if set(one.version) == set(every) else f" ({', '.join(one.version)})"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
