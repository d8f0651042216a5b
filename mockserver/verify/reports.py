"""The forms of a report: for people, as JSON, as JUnit. What is written here is masked already."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from mockserver.verify.masking import MASK, Masking, is_secret
from mockserver.verify.runner import DIFFERS, FAILED, HELD, OUTCOMES, SKIPPED, Result
from mockserver.verify.values import Difference

UNTRIED = "untried"  # no probe asks about it
_TELLING = (DIFFERS, HELD, FAILED, SKIPPED)
LEVELS = ("recorded", "documented", "client", "assumed")
_JSON = dict[str, Any]


class Report(NamedTuple):
    """A whole run.

    about        what was asked where
    left_behind  what could not be removed again
    claims       the claims that it is about, those without a probe included
    """

    about: _JSON
    results: list[Result]
    left_behind: list[str]
    claims: list[str]

    def counts(self) -> dict[str, int]:
        """How often each outcome came."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def of_claims(self) -> dict[str, list[str]]:
        """The claims by what came of them: of several probes about one, the outcome that says most."""
        best: dict[str, str] = {}
        for result in self.results:
            for claim in result.probe.claims:
                best[claim] = min(best.get(claim, result.outcome), result.outcome, key=_TELLING.index)
        return {
            outcome: [claim for claim in self.claims if best.get(claim, UNTRIED) == outcome]
            for outcome in (*_TELLING, UNTRIED)
        }


def masked(
    results: Iterable[Result],
    left_behind: Iterable[str],
    about: _JSON,
    masking: Masking,
    claims: Iterable[str] = (),
) -> Report:
    """A report that shows no secret, neither the run's own nor one that an answer held."""

    def without(found: tuple[str, Difference]) -> tuple[str, Difference]:
        request, (path, expected, value) = found
        if any(map(is_secret, path.split("."))) and value != "nothing":
            value = MASK
        return masking.text(request), Difference(*map(masking.text, (path, expected, value)))

    return Report(
        masking.value(about),
        [result.masked(masking.text, without) for result in results],
        [masking.text(one) for one in left_behind],
        list(claims),
    )


def as_text(report: Report) -> str:
    """Every difference and failure with its request, why probes were skipped, and a table by evidence."""
    about, lines = report.about, []
    asked = f"{about['title']}, {about['version']}," if about["version"] else about["title"]
    lines.append(
        f"{asked} at {about['base_url']}: {len(report.results)} probes, {about['requests']} requests"
    )
    for result in report.results:
        if result.outcome == DIFFERS:
            lines += ["", f"differs  {result.probe.id}  ({result.probe.evidence}, {result.version})"]
            lines += [f"    {request}" for request in dict(result.differences)]
            lines += [f"      {difference}" for _, difference in result.differences]
    failed = [result for result in report.results if result.outcome == FAILED]
    lines += [""] * bool(failed)
    lines += [f"failed   {result.probe.id}  {result.reason}" for result in failed]
    reasons = Counter(result.reason for result in report.results if result.outcome == SKIPPED)
    lines += [""] * bool(reasons)
    lines += [f"skipped  {times} x  {reason}" for reason, times in reasons.most_common()]
    lines += [""] * bool(report.left_behind)
    lines += [f"not removed again: {one}" for one in report.left_behind]
    return "\n".join(map(printable, [*lines, "", *_table(report), "", _claims(report)]))


def as_json(report: Report) -> str:
    """Everything: outcome, reason, differences, requests and seconds of each probe."""
    content = {
        **report.about,
        "counts": report.counts(),
        "evidence": _by_evidence(report),
        "claims": report.of_claims(),
        "left_behind": report.left_behind,
        "probes": [_probe(result) for result in report.results],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def as_junit(report: Report) -> str:
    """A case per probe: what differs is a failure, what could not be asked an error."""
    counts, about = report.counts(), report.about
    seconds = sum(result.seconds for result in report.results)
    name = quoteattr(_plain(f"mockserver.verify.{about['provider']}"))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<testsuites name="mockserver verify">',
            f'  <testsuite name={name} tests="{len(report.results)}" failures="{counts[DIFFERS]}" '
            f'errors="{counts[FAILED]}" skipped="{counts[SKIPPED]}" time="{seconds:.3f}">',
            *map(_case, report.results),
            "  </testsuite>",
            "</testsuites>",
        ]
    )


FORMATS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "junit": as_junit}


def _by_evidence(report: Report) -> dict[str, dict[str, int]]:
    found = Counter((result.probe.evidence, result.outcome) for result in report.results)
    return {level: {outcome: found[level, outcome] for outcome in OUTCOMES} for level in LEVELS}


def _table(report: Report) -> list[str]:
    rows = [
        *((level, counts) for level, counts in _by_evidence(report).items() if any(counts.values())),
        ("all", report.counts()),
    ]
    head = f"{'evidence':<12}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES)
    return [
        head,
        *(
            f"{level:<12}" + "".join(f"{counts[outcome]:>9}" for outcome in OUTCOMES)
            for level, counts in rows
        ),
    ]


def _claims(report: Report) -> str:
    """How much of what is claimed was asked about at all."""
    told = ", ".join(f"{outcome} {len(claims)}" for outcome, claims in report.of_claims().items() if claims)
    why = " (no probe asks about them)" if UNTRIED in told and not report.about["interrupted"] else ""
    return f"claims: {told}{why}"


def _probe(result: Result) -> _JSON:
    return {
        "id": result.probe.id,
        "claims": list(result.probe.claims),
        "evidence": result.probe.evidence,
        "version": result.version,
        "outcome": result.outcome,
        "reason": result.reason,
        "requests": list(result.requests),
        "differences": [
            {"request": request, "path": one.path, "expected": one.expected, "found": one.found}
            for request, one in result.differences
        ],
        "seconds": round(result.seconds, 3),
    }


def _case(result: Result) -> str:
    kind = quoteattr(f"{result.version}.{result.probe.evidence}")
    start = f'    <testcase classname={kind} name={quoteattr(result.probe.id)} time="{result.seconds:.3f}"'
    if result.outcome == DIFFERS:
        first = quoteattr(_plain(str(result.differences[0][1])))
        told = "\n".join(f"{request}\n  {one}" for request, one in result.differences)
        return f"{start}><failure message={first}>{escape(_plain(told))}</failure></testcase>"
    if result.outcome == FAILED:
        return f"{start}><error message={quoteattr(_plain(result.reason))}/></testcase>"
    if result.outcome == SKIPPED:
        return f"{start}><skipped message={quoteattr(_plain(result.reason))}/></testcase>"
    return f"{start}/>"


def printable(line: str) -> str:
    """Without what a terminal would obey."""
    return "".join("?" if unicodedata.category(c)[0] == "C" else c for c in line)


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold; a server may have sent any."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") else "?"
        for c in text
    )
