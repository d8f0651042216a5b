"""What a client's tests exercised and what they never touched, by provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.control.call import Call
from mockserver.control.server import named_sandbox
from mockserver.core.coverage import Coverage
from mockserver.core.provider import Provider


def show_coverage(call: Call) -> dict[str, Any]:
    """Of all sandboxes that there are or were."""
    return _report(call, call.server.sandboxes.coverage())


def show_coverage_of_one(call: Call) -> dict[str, Any]:
    return _report(call, named_sandbox(call).coverage)


def clear_coverage(call: Call) -> dict[str, Any]:
    """Count anew, in all sandboxes."""
    cleared = len(call.server.sandboxes.coverage().counts)
    call.server.sandboxes.retired.clear()
    for world in call.server.sandboxes:
        world.coverage.clear()
    return {"cleared": cleared}


def _report(call: Call, coverage: Coverage) -> dict[str, Any]:
    types = [*call.world.policies.defaults, *call.world.policies.outcomes]
    providers = {
        name: _of_provider(provider, coverage, [one for one in types if one.partition(".")[0] == name])
        for name, provider in call.server.providers.items()
    }
    return {"providers": providers, "uncounted": coverage.lost}


def _of_provider(provider: Provider, coverage: Coverage, types: Iterable[str]) -> dict[str, Any]:
    name = provider.name
    operations: dict[str, int] = {}
    errors: dict[str, int] = {}
    start = f"{name}.error."
    for (of, operation, claim), times in coverage.of("answer").items():
        if of != name:
            continue
        if operation:
            operations[operation] = operations.get(operation, 0) + times
        if claim.startswith(start):
            code = claim.removeprefix(start)
            errors[code] = errors.get(code, 0) + times
    changes = {
        f"{kind} {change}": times
        for (kind, change), times in coverage.of("transition").items()
        if kind.partition(".")[0] == name
    }
    ignored: dict[str, dict[str, int]] = {}
    for (of, operation, field), times in coverage.of("ignored").items():
        if of == name:
            ignored.setdefault(operation, {})[field] = times
    served = [route.operation for route in provider.routes() if route.implemented]
    moved = {kind for kind, _ in coverage.of("transition")}
    return {
        "operations": _part(operations, served),
        "errors": _part(errors, [error.code for error in provider.errors()]),
        "transitions": {
            "exercised": changes,
            "untouched": [one for one in dict.fromkeys(types) if one not in moved],
        },
        "ignored": ignored,
    }


def _part(exercised: dict[str, int], known: Iterable[str]) -> dict[str, Any]:
    """How often each was exercised, which never was, and how many of the known ones were."""
    all_known = list(dict.fromkeys(known))
    untouched = [name for name in all_known if name not in exercised]
    return {
        "exercised": dict(sorted(exercised.items())),
        "untouched": untouched,
        "covered": len(all_known) - len(untouched),
        "known": len(all_known),
    }
