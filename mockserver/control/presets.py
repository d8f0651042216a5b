"""Variants of the seed: listed, and found by name for a reset or a new sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.control.call import Call, Refused, unknown
from mockserver.core.provider import Preset


def list_presets(call: Call) -> dict[str, Any]:
    return {
        "presets": [
            {"preset": one.name, "provider": provider.name, "summary": one.summary}
            for provider in call.server.providers.values()
            for one in provider.presets()
        ]
    }


def named(call: Call, name: str, field: str, others: Iterable[str] = ()) -> Preset:
    """The preset of that name; Refused when no provider has it.

    field   of the body, which named it
    others  what else might have been named there
    """
    known = {one.name: one for provider in call.server.providers.values() for one in provider.presets()}
    if name not in known:
        content = unknown("preset", name, [*others, *known]).content
        reason = content.pop("error")
        raise Refused(422, f"{field}: {reason}", fields={field: reason}, **content)
    return known[name]
