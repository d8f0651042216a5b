"""Why a request failed: the provider's own rule, or what was done to it here."""

from __future__ import annotations

from typing import Any

from mockserver.control.call import Call
from mockserver.core.explanations import Explanation
from mockserver.core.journal import Exchange


def explanation(call: Call, exchange: Exchange) -> dict[str, Any] | None:
    """For an answer of 400 and more, or none at all; None for a success and for what nobody can explain."""
    found = _explained(call, exchange)
    if found is None:
        return None
    evidence = exchange.evidence
    return {
        "rule": found.rule,
        "evidence": "" if evidence is None else str(evidence),
        "reference": found.reference,
        "field": found.field,
        "change": found.change,
    }


def _explained(call: Call, exchange: Exchange) -> Explanation | None:
    if exchange.fault:
        return Explanation(
            f"the fault {exchange.fault!r} struck this request",
            f"remove it with DELETE /_mock/faults/{exchange.fault}",
            reference=f"GET /_mock/faults/{exchange.fault}",
        )
    if exchange.status < 400:
        return None
    if exchange.status == 501:
        return Explanation(
            "the provider has this operation and this server has not",
            "use another operation; `mockserver routes` tells what is served",
            reference="GET /_mock/routes",
        )
    if exchange.status == 500:
        return Explanation("the server failed; this is a defect of ours", "its log has the traceback")
    provider = call.server.providers.get(exchange.provider)
    return None if provider is None else provider.explain(call.world, exchange)
