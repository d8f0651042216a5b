"""What is made from the claims: the list that the server shows, the figures, the page of limits, the badge.

The figures never fall by themselves: `problems` tells what is lower than the committed figures, unless a
claim file says why (`drops`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from contracts.claims import compiled, load
from contracts.fidelity import Figures, fallen, figures
from contracts.limits import page
from mockserver.cli.fidelity import as_badge, as_markdown

ROOT = Path(__file__).parent
README = ROOT.parent / "README.md"
_SECTION = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def files() -> dict[str, str]:
    """The text of every file by its path below `contracts/`."""
    now = current()
    return {
        "claims.json": _lines(compiled()),
        "fidelity.json": json.dumps(now, indent=1) + "\n",
        "../docs/limits.md": page(load()),
        "../docs/fidelity.svg": as_badge(now) + "\n",
        "../README.md": with_figures(README.read_text(), now),
    }


def problems() -> list[str]:
    """Every figure that has fallen, in a line of its own."""
    committed = ROOT / "fidelity.json"
    if not committed.is_file():
        return []
    return fallen(json.loads(committed.read_text()), current(), load().drops)


@cache
def current() -> Figures:
    """The figures of the claims as they are, and of the last mutation check."""
    last = ROOT / "mutations.json"
    survived: Iterable[Any] = json.loads(last.read_text())["survivors"] if last.is_file() else ()
    return figures(load(), survived)


def with_figures(readme: str, now: Figures) -> str:
    """The README with the figures between its two marks. ValueError when it has no such place."""
    table = as_markdown(now)
    made, times = _SECTION.subn(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", readme)
    if times != 1:
        raise ValueError("README.md has no place for the figures")
    return made


def _lines(content: dict[str, list[Any]]) -> str:
    """JSON with a line for every entry, so that a change of one is a change of one line."""
    parts = [
        f' "{name}": [\n' + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n ]"
        for name, rows in content.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"
