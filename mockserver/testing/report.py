"""A sandbox's journal as a section of a failing test's report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.testing.connection import ControlError, ServerGone
from mockserver.testing.journal import Exchange
from mockserver.testing.sandbox import Sandbox

_MOST = 50
_MOST_EXPLAINED = 10
_LONGEST = 1500  # characters of a body


def journal_section(sandbox: Sandbox) -> tuple[str, str]:
    """Title and text. Never raises: a report must not hide the failure that it is about."""
    title = f"mockserver journal of sandbox {sandbox.name}"
    try:
        found = sandbox.control.post("/requests/find", {"limit": 1})["total"]
        shown = sandbox.journal.requests(limit=_MOST)
        clock = sandbox.control.get("/clock")
        refused = [one.id for one in shown if one.refused and not one.fault][-_MOST_EXPLAINED:]
        lines = journal_lines(shown, {id: sandbox.journal.explain(id) for id in refused})
        if found > len(shown):
            lines.insert(0, f"... {found - len(shown)} earlier requests")
        if not shown:
            lines = ["no request reached this sandbox", *_strangers(sandbox)]
        lines.append(f"clock: {clock['now']} ({clock['mode']}), next change {clock['next_due'] or 'none'}")
    except (ControlError, ServerGone, KeyError, ValueError) as error:
        return title, f"cannot be read: {error}"
    return title, "\n".join(lines)


def journal_lines(exchanges: Iterable[Exchange], explained: Mapping[int, Mapping[str, str]]) -> list[str]:
    """One line an exchange; what was sent, what was said and why as well where it was refused."""
    lines: list[str] = []
    for one in exchanges:
        status = str(one.status) if one.status else "cut"
        fault = f"  fault {one.fault}" if one.fault else ""
        lines.append(
            f"{one.at:%H:%M:%S}  {one.provider:<8}  {one.method:<6} {one.target}  "
            f"{status}  {one.operation or '-'}{fault}"
        )
        if one.refused:
            lines += _body("sent", one.request.text) + _body("answer", one.answer.text)
            lines += [f"    {name:<9} {value}" for name, value in explained.get(one.id, {}).items() if value]
    return lines


def _body(what: str, text: str) -> list[str]:
    if not text.strip():
        return []
    cut = f"{text[:_LONGEST]} ... ({len(text)} characters)" if len(text) > _LONGEST else text
    first, *rest = cut.strip().splitlines()
    return [f"    {what:<9} {first}", *(f"              {line}" for line in rest)]


def _strangers(sandbox: Sandbox) -> list[str]:
    """Requests whose credentials open nothing are kept in the default sandbox's journal."""
    control = sandbox.control.of("")
    refused = control.post("/requests/find", {"status": "4xx", "limit": 100})["requests"]
    since = [one for one in refused if one["status"] in (401, 403)][-5:]
    if not since:
        return []
    return [
        "the latest requests whose credentials were refused:",
        *(
            f"  {one['at']}  {one['provider']}  {one['method']} {one['path']} {one['status']}"
            for one in since
        ),
    ]
