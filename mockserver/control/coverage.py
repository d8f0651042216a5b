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
    if call.server.inspector is not None:
        for world in call.server.sandboxes:
            call.server.inspector.look(world)
    return _report(call, call.server.sandboxes.coverage())


def show_coverage_of_one(call: Call) -> dict[str, Any]:
    world = named_sandbox(call)
    if call.server.inspector is not None:
        call.server.inspector.look(world)
    return _report(call, world.coverage)


def clear_coverage(call: Call) -> dict[str, Any]:
    """Count anew, in all sandboxes. Requests that came before are not looked at any more."""
    cleared = len(call.server.sandboxes.coverage().counts)
    call.server.sandboxes.retired.clear()
    for world in call.server.sandboxes:
        world.coverage.clear()
        world.journal.judged = world.journal.count
    return {"cleared": cleared}


def _report(call: Call, coverage: Coverage) -> dict[str, Any]:
    types = [*call.world.policies.defaults, *call.world.policies.outcomes]
    providers = {
        name: _of_provider(provider, coverage, [one for one in types if one.partition(".")[0] == name])
        for name, provider in call.server.providers.items()
    }
    return {"providers": providers, "uncounted": coverage.lost, "unchecked": coverage.unchecked}


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
        "requests": _broken_requests(name, coverage),
        "violations": [
            {"operation": operation, "place": place, "problem": problem, "times": times}
            for (of, operation, place, problem), times in coverage.of("violation").items()
            if of == name
        ],
    }


def _broken_requests(name: str, coverage: Coverage) -> list[dict[str, Any]]:
    """What is wrong with a client's requests, by operation, the most frequent first."""
    found = []
    for (of, operation, place, problem, fate), times in coverage.of("request").items():
        if of == name:
            key = ("request", of, operation, place, problem, fate)
            sandbox, number = coverage.examples[key]
            found.append(
                {
                    "operation": operation,
                    "place": place,
                    "problem": problem,
                    "fate": fate,
                    "times": times,
                    "sandbox": sandbox,
                    "request": number,
                }
            )
    return sorted(found, key=lambda one: (one["operation"], -one["times"], one["place"], one["problem"]))


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
