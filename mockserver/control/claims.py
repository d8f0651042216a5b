"""What is known of the providers and how well: the claims that `X-Mock-Evidence` names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mockserver.control.call import Call, provider_named, unknown
from mockserver.core.data import load_contract

_LEVELS = ("recorded", "documented", "client", "assumed")


def list_claims(call: Call) -> dict[str, Any]:
    """The claims that fit the query, in the order of the claim files, and what is known and not served.

    A claim's `tests` are those of the project's own suite that prove it.
    """
    wanted = dict(call.query)
    if "provider" in wanted:
        provider_named(call, wanted["provider"])
    if wanted.get("evidence", _LEVELS[0]) not in _LEVELS:
        raise unknown("level of evidence", wanted["evidence"], _LEVELS)
    known = _known()
    of_provider = [one for one in known["claims"] if one["id"].startswith(wanted.get("provider", ""))]
    for name, words in (
        ("kind", dict.fromkeys(one["kind"] for one in known["claims"])),
        ("version", dict.fromkeys(version for one in of_provider for version in one["version"])),
    ):
        if name in wanted and wanted[name] not in words:
            raise unknown(name, wanted[name], tuple(words))
    claims = [claim for claim in known["claims"] if _fits(claim, wanted)]
    if "claim" in wanted and not claims:
        every = [claim["id"] for claim in known["claims"]]
        start = wanted["claim"].partition(".")[0] + "."
        raise unknown("claim", wanted["claim"], [one for one in every if one.startswith(start)] or every)
    absent = [] if wanted.keys() - {"provider", "version"} else known["not_emulated"]
    return {
        "total": len(claims),
        "claims": claims,
        "not_emulated": [one for one in absent if _fits(one, wanted)],
    }


@cache
def _known() -> dict[str, Any]:
    """The file of the wheel, read when somebody asks."""
    found: dict[str, Any] = load_contract("claims.json")
    return found


def _fits(one: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(_holds(one, name, value) for name, value in wanted.items())


def _holds(one: Mapping[str, Any], name: str, value: str) -> bool:
    if name == "claim":
        return bool(one["id"] == value)
    if name == "provider":
        return str(one["id"]).startswith(value + ".")
    if name == "version":
        return value in one["version"]
    if name == "operation":
        return value in one["operation"] or "*" in one["operation"]
    return bool(one[name] == value)
