"""Requests in the journal that match: found, counted, waited for, with near misses when there are none."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from mockserver.control.call import Call, NotYet, provider_named, unknown
from mockserver.control.journal import detail, problems, status_range, summary
from mockserver.control.values import seconds
from mockserver.core.journal import Exchange

_MOST_NEAR = 5
Test = Callable[[Exchange], bool]


def find_requests(call: Call) -> dict[str, Any]:
    """The matching exchanges, newest last; when there are none, those that all but match."""
    tests = _tests(call)
    kept = list(call.world.journal)
    found = [exchange for exchange in kept if all(test(exchange) for test in tests.values())]
    show = detail if call.body.detail else summary
    return {
        "requests": [show(exchange) for exchange in found[-call.body.limit :]],
        "total": len(found),
        "near": [] if found else _near(kept, tests),
    }


def count_requests(call: Call) -> dict[str, Any]:
    tests = _tests(call)
    return {"count": sum(all(test(exchange) for test in tests.values()) for exchange in call.world.journal)}


def wait_for_requests(call: Call) -> dict[str, Any]:
    """As `find`, once so many have come. NotYet until then: whoever called asks again, or gives up."""
    found = find_requests(call)
    if found["total"] < call.body.count:
        raise NotYet(
            f"{found['total']} of {call.body.count} requests came within {seconds(call.body.timeout)}",
            total=found["total"],
            near=found["near"],
        )
    return found


def _tests(call: Call) -> dict[str, Test]:
    """What is asked of an exchange, by the field that asks it. Names that do not exist are refused."""
    body = call.body
    tests: dict[str, Test] = {}
    providers = call.server.providers
    if body.provider is not None:
        provider_named(call, body.provider)
        tests["provider"] = lambda exchange: exchange.provider == body.provider
    if body.operation is not None:
        known = {route.operation for one in providers.values() for route in one.routes()}
        if body.operation not in known:
            raise unknown("operation", body.operation, sorted(known))
        tests["operation"] = lambda exchange: exchange.operation == body.operation
    if body.method is not None:
        tests["method"] = lambda exchange: exchange.method == body.method
    if body.path is not None:
        prefixes = {name: provider.prefix for name, provider in providers.items()}
        tests["path"] = lambda exchange: (
            fnmatchcase(exchange.path, body.path)
            or fnmatchcase(exchange.path.removeprefix(prefixes.get(exchange.provider, "")), body.path)
        )
    if body.status is not None:
        low, high = status_range(str(body.status))
        tests["status"] = lambda exchange: low <= exchange.status <= high
    if body.query is not None:
        tests["query"] = lambda exchange: body.query in exchange.query
    if body.body is not None:
        sought = body.body.encode("utf-8", "replace")
        tests["body"] = lambda exchange: sought in exchange.body
    if body.fault is not None:
        tests["fault"] = lambda exchange: exchange.fault == body.fault
    if body.after is not None:
        tests["after"] = lambda exchange: exchange.number > body.after
    if body.contract is not None:  # the last: it takes longer than the others
        tests["contract"] = lambda exchange: bool(problems(call, exchange)) == (body.contract == "broken")
    return tests


def _near(kept: list[Exchange], tests: dict[str, Test]) -> list[dict[str, Any]]:
    """The newest exchanges that fail just one test of several."""
    near: list[dict[str, Any]] = []
    if len(tests) < 2:
        return near
    for exchange in reversed(kept):
        failed = [name for name, test in tests.items() if not test(exchange)]
        if len(failed) == 1 and failed != ["after"]:
            near.append({"request": summary(exchange), "differs_in": failed[0]})
            if len(near) == _MOST_NEAR:
                break
    return near
