"""The forms of a coverage report. Each takes the answer of `GET /_mock/coverage` and gives a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mockserver.cli.remote import table

_PARTS = ("operations", "errors")
_CONTRACTS = {
    "requests that are not as their contract says": "requests",
    "answers that are not as their contract says": "violations",
}
Report = dict[str, Any]


def as_json(report: Report) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False)


def as_text(report: Report) -> str:
    blocks = []
    for name, one in report["providers"].items():
        lines = [name]
        for part in _PARTS:
            lines.append(f"  {part}: {one[part]['covered']} of {one[part]['known']}")
            rows = [(f"{times}x", done) for done, times in one[part]["exercised"].items()]
            lines += [table(rows, indent="    ")] if rows else []
            lines += [f"    never  {never}" for never in one[part]["untouched"]]
        moved = one["transitions"]
        lines.append(f"  transitions: {len(moved['exercised'])}")
        rows = [(f"{times}x", change) for change, times in moved["exercised"].items()]
        lines += [table(rows, indent="    ")] if rows else []
        lines += [f"    never  {kind}" for kind in moved["untouched"]]
        if one["ignored"]:
            lines.append("  sent, and read by nothing:")
            lines += [f"    {operation}: {fields}" for operation, fields in _ignored(one)]
        for title, key in _CONTRACTS.items():
            if one[key]:
                lines += [f"  {title}:", table(list(_broken(one[key])), indent="    ")]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, *_uncounted(report)])


def as_markdown(report: Report) -> str:
    lines = [
        "# What was exercised",
        "",
        "| provider | operations | errors | transitions |",
        "|---|---|---|---|",
    ]
    for name, one in report["providers"].items():
        shares = " | ".join(f"{one[part]['covered']} of {one[part]['known']}" for part in _PARTS)
        lines.append(f"| {name} | {shares} | {len(one['transitions']['exercised'])} |")
    for name, one in report["providers"].items():
        lines += ["", f"## {name}"]
        for part in _PARTS:
            lines += ["", f"### {part.capitalize()}", "", "| name | times |", "|---|---|"]
            lines += [f"| `{done}` | {times} |" for done, times in one[part]["exercised"].items()]
            lines += [f"| `{never}` | never |" for never in one[part]["untouched"]]
        moved = one["transitions"]
        lines += ["", "### Transitions", "", "| change | times |", "|---|---|"]
        lines += [f"| {change} | {times} |" for change, times in moved["exercised"].items()]
        lines += [f"| {kind} | never |" for kind in moved["untouched"]]
        if one["ignored"]:
            lines += ["", "### Sent, and read by nothing", "", "| operation | fields |", "|---|---|"]
            lines += [f"| `{operation}` | {_cell(fields)} |" for operation, fields in _ignored(one)]
        for title, key in _CONTRACTS.items():
            if one[key]:
                lines += ["", f"### {title[0].upper()}{title[1:]}", ""]
                lines += ["| times | fate | operation | problem | first |", "|---|---|---|---|---|"]
                lines += [f"| {' | '.join(map(_cell, row))} |" for row in _broken(one[key])]
    return "\n".join([*lines, *(f"\n{line}" for line in _uncounted(report))])


def as_junit(report: Report) -> str:
    """A suite per provider, a case per operation, error and type; what was never touched is skipped."""
    suites = []
    for name, one in report["providers"].items():
        cases: list[tuple[str, str, str]] = []
        for part in _PARTS:
            cases += [(part, done, f"{times} times") for done, times in one[part]["exercised"].items()]
            cases += [(part, never, "") for never in one[part]["untouched"]]
        moved = one["transitions"]
        cases += [("transitions", done, f"{times} times") for done, times in moved["exercised"].items()]
        cases += [("transitions", never, "") for never in moved["untouched"]]
        skipped = sum(not done for _, _, done in cases)
        suites.append(
            f'  <testsuite name={_attribute(f"mockserver.{name}")} tests="{len(cases)}" failures="0" '
            f'errors="0" skipped="{skipped}" time="0">'
        )
        suites += [_case(name, *case) for case in cases]
        wrong = [f"{operation}: {fields}" for operation, fields in _ignored(one)]
        wrong = ["sent, and read by nothing:", *wrong] if wrong else []
        for title, key in _CONTRACTS.items():
            if one[key]:
                wrong += [f"{title}:", table(list(_broken(one[key])))]
        if wrong:
            suites.append(f"    <system-err>{escape(_plain(chr(10).join(wrong)))}</system-err>")
        suites.append("  </testsuite>")
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="mockserver">', *suites, "</testsuites>"]
    )


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "md": as_markdown,
    "json": as_json,
    "junit": as_junit,
}


def _case(provider: str, part: str, name: str, done: str) -> str:
    start = f'    <testcase classname={_attribute(f"{provider}.{part}")} name={_attribute(name)} time="0"'
    if done:
        return f"{start}><system-out>{escape(done)}</system-out></testcase>"
    return f'{start}><skipped message="never exercised"/></testcase>'


def _ignored(one: Report) -> Iterator[tuple[str, str]]:
    for operation, fields in one["ignored"].items():
        yield operation or "-", ", ".join(f"{field} ({times}x)" for field, times in fields.items())


def _broken(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """How often, what becomes of it, where, what is wrong, and the first of them in the journal."""
    for row in rows:
        first = f"{row['sandbox']}/{row['request']}" if "request" in row else ""
        what = f"{row['place']} {row['problem']}"
        yield f"{row['times']}x", row.get("fate", ""), row["operation"] or "-", what, first


def _uncounted(report: Report) -> list[str]:
    lost, unchecked = report["uncounted"], report["unchecked"]
    lines = [f"{lost} more were too many to be told apart"] if lost else []
    if unchecked:
        lines.append(
            f"{unchecked} requests had left the journal before they were held against their contract; "
            "MOCKSERVER_JOURNAL_ENTRIES and MOCKSERVER_JOURNAL_BYTES let it keep more"
        )
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold; a client may have sent any."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") else "?"
        for c in text
    )
