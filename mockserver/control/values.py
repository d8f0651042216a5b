"""Values as control answers show them, in the form in which they are given."""

from __future__ import annotations

from datetime import timedelta


def seconds(length: timedelta) -> str:
    """A duration: `90s`, `0.5s`."""
    return f"{length.total_seconds():.3f}".rstrip("0").rstrip(".") + "s"
