"""Operations on a sandbox's journal of provider requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.conformance.problems import Problem
from mockserver.control.call import Call, Refused, instant, provider_named, whole_number
from mockserver.control.explain import explanation
from mockserver.core.journal import Exchange


def list_requests(call: Call) -> dict[str, Any]:
    """The newest exchanges that match, newest last."""
    limit = whole_number(call, "limit", 100, 10_000)
    exchanges: Iterable[Exchange] = call.world.journal
    provider, status = call.query.get("provider"), call.query.get("status")
    if provider is not None:
        provider_named(call, provider)
        exchanges = [exchange for exchange in exchanges if exchange.provider == provider]
    if status is not None:
        low, high = status_range(status)
        exchanges = [exchange for exchange in exchanges if low <= exchange.status <= high]
    contract = call.query.get("contract")
    if contract is not None:
        if contract not in ("broken", "kept"):
            raise Refused(422, "contract must be broken or kept", fields={"contract": "neither"})
        exchanges = [one for one in exchanges if bool(problems(call, one)) == (contract == "broken")]
    found = list(exchanges)
    return {"requests": [summary(exchange) for exchange in found[-limit:]], "total": len(found)}


def clear_requests(call: Call) -> dict[str, Any]:
    cleared = len(call.world.journal)
    call.world.journal.clear()
    return {"cleared": cleared}


def show_request(call: Call) -> dict[str, Any]:
    """One exchange with headers and bodies as they were kept: credentials masked, long bodies cut."""
    text = call.values["id"]
    kept = {str(exchange.number): exchange for exchange in call.world.journal}
    exchange = kept.get(text)
    if exchange is None:
        numbers = list(kept)
        there_are = f"{numbers[0]} to {numbers[-1]} are" if numbers else "none is"
        raise Refused(422, f"there is no request {text[:40]!r} in the journal; {there_are} kept")
    return {
        **detail(exchange),
        "explanation": explanation(call, exchange),
        "contract": [
            {"place": one.place, "problem": one.problem, "fate": one.fate} for one in problems(call, exchange)
        ],
    }


def problems(call: Call, exchange: Exchange) -> list[Problem]:
    """How a request is not as its contract says."""
    inspector = call.server.inspector
    return [] if inspector is None else inspector.problems(call.world, exchange)


def detail(exchange: Exchange) -> dict[str, Any]:
    """An exchange with headers and bodies."""
    return {
        **summary(exchange),
        "request": _side(exchange.headers.items(), exchange.body, exchange.body_size),
        "answer": _side(exchange.answer_headers, exchange.answer, exchange.answer_size),
    }


def status_range(text: str) -> tuple[int, int]:
    """A status (404) or a class of them (4xx) as the lowest and the highest."""
    if text == "0":  # a connection that a fault cut
        return 0, 0
    if len(text) == 3 and text.isascii():
        if text.isdigit() and text[0] in "12345":
            return int(text), int(text)
        if text[0] in "12345" and text[1:].lower() == "xx":
            low = 100 * int(text[0])
            return low, low + 99
    raise Refused(422, "status must be like 404 or 4xx", fields={"status": "not a status"})


def summary(exchange: Exchange) -> dict[str, Any]:
    """An exchange in a line."""
    return {
        "id": exchange.number,
        "at": instant(exchange.at),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": exchange.path,
        "query": exchange.query,
        "status": exchange.status,
        "ms": round(1000 * exchange.seconds, 3),
        "evidence": "" if exchange.evidence is None else str(exchange.evidence),
        "fault": exchange.fault,
    }


def _side(headers: Iterable[tuple[str, str]], body: bytes, size: int) -> dict[str, Any]:
    return {
        "headers": [list(pair) for pair in headers],
        "body": body.decode("utf-8", "replace"),
        "size": size,
        "cut": len(body) < size,
    }
