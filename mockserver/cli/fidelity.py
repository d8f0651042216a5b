"""The forms of the fidelity report. Each takes the figures of `contracts/fidelity.json` and gives a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from mockserver.cli.remote import table

Figures = dict[str, Any]

_PARTS = ("operations", "errors", "statuses", "filters", "sorts", "includes", "rules")
_LEVELS = ("recorded", "documented", "client", "assumed")
_MEANING = (
    "Proven of what is documented. A claim is proven when its tests pass and no fault that was planted into "
    "what it is about went unnoticed."
)
_GREEN, _YELLOW, _RED = "#3c8c3c", "#b8860b", "#b03030"
_CHARACTER = 6.6  # the width of one at 11 px, on average


def as_json(figures: Figures) -> str:
    return json.dumps(figures, indent=2)


def as_text(figures: Figures) -> str:
    blocks = [_MEANING]
    for name, version, one in _versions(figures):
        rows = [(part, *_pair(one["parts"].get(part))) for part in _PARTS if part in one["parts"]]
        rows += [(f"  {level}", *_pair(one["evidence"].get(level))) for level in _LEVELS]
        lines = [
            (what, f"{proven} of {known}" if known else "none", _share(proven, known))
            for what, proven, known in rows
        ]
        split = len(rows) - len(_LEVELS)
        lines.insert(split, ("claims, by evidence", "", ""))
        blocks.append(f"{name} {version}\n{table(lines, indent='  ')}")
    return "\n\n".join(blocks)


def as_markdown(figures: Figures) -> str:
    heads = ["API", *_PARTS, *_LEVELS]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, version, one in _versions(figures):
        cells = [_cell(one["parts"].get(part)) for part in _PARTS]
        cells += [_cell(one["evidence"].get(level)) for level in _LEVELS]
        lines.append(f"| {name} {version} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", _MEANING])


def as_badge(figures: Figures) -> str:
    """An SVG picture: the operations of every version, side by side; which is which stands in the title."""
    label, pairs = "operations proven", {name: _operations(versions) for name, versions in figures.items()}
    shares = {
        name: {v: f"{one[0]}/{one[1]}" for v, one in versions.items()} for name, versions in pairs.items()
    }
    message = " · ".join(f"{name} {' '.join(each.values())}" for name, each in shares.items())
    title = f"{label}: " + " · ".join(
        f"{name} {', '.join(f'{version} {share}' for version, share in each.items())}"
        for name, each in shares.items()
    )
    worst = min(
        (a / b if b else 0.0 for versions in pairs.values() for a, b in versions.values()), default=0.0
    )
    color = _GREEN if worst == 1 else _YELLOW if worst >= 0.9 else _RED
    left, right = (round(len(text) * _CHARACTER) + 12 for text in (label, message))
    words = "".join(
        f'<text x="{x}" y="14" textLength="{width - 12}">{escape(text)}</text>'
        for text, x, width in ((label, 6, left), (message, left + 6, right))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="{color}"/>'
        f'<path d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#444"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{words}</g></svg>'
    )


FORMATS: dict[str, Callable[[Figures], str]] = {
    "text": as_text,
    "md": as_markdown,
    "json": as_json,
    "badge": as_badge,
}


def _versions(figures: Figures) -> Iterator[tuple[str, str, Any]]:
    for name, versions in figures.items():
        for version, one in versions.items():
            yield name, version, one


def _operations(versions: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {version: _pair(one["parts"].get("operations")) for version, one in versions.items()}


def _pair(pair: list[int] | None) -> tuple[int, int]:
    return (pair[0], pair[1]) if pair else (0, 0)


def _share(proven: int, known: int) -> str:
    return f"{100 * proven / known:.1f} %" if known else ""


def _cell(pair: list[int] | None) -> str:
    proven, known = _pair(pair)
    return f"{proven} of {known}" if known else ""
