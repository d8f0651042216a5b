"""Refusals: one exception, one table of constructors, one envelope for v1 and v2 (reference: gaps G02, G03).

{"error": "TEXT"}                           one reason
{"errors": {"FIELD": ["TEXT", ...]}}        fields that cannot be accepted, always with 422
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.core.messages import Evidence, HeaderBlock, Response
from mockserver.providers.didlogic import assumptions as said

JSON_HEADER = HeaderBlock(("Content-Type", "application/json; charset=utf-8"))


class Refusal(Exception):
    """A request that is not carried out. `claim` names the row of `contracts/didlogic/errors.json`."""

    def __init__(self, status: int, content: Mapping[str, Any], level: str, claim: str) -> None:
        super().__init__(status, content)
        self.status = status
        self.content = content
        self.evidence = Evidence(level, f"didlogic.error.{claim}")

    def response(self, operation: str = "") -> Response:
        return Response(
            self.status,
            orjson.dumps(self.content),
            JSON_HEADER,
            operation=operation,
            evidence=self.evidence,
        )


def wrong_token(version: int) -> Refusal:
    """No token (G04), or one that opens nothing: 403 at v1, 401 at v2."""
    if version == 1:
        return Refusal(403, {"error": said.WRONG_TOKEN_V1}, "documented", "wrong_token.v1")
    return Refusal(401, {"error": said.WRONG_TOKEN_V2}, "documented", "wrong_token.v2")


def forbidden() -> Refusal:
    """The account may not use this feature."""
    return Refusal(403, {"error": said.FORBIDDEN}, "client", "forbidden")


def not_found() -> Refusal:
    """Unknown path or method (G41), unknown id, or a thing of somebody else."""
    return Refusal(404, {"error": said.NOT_FOUND}, "assumed", "not_found")


def unreadable(reason: str) -> Refusal:
    """The body or query is not what its type says (G41)."""
    return Refusal(400, {"error": reason}, "assumed", "unreadable")


def invalid(**fields: str) -> Refusal:
    """Fields that cannot be accepted, each with its reason."""
    return Refusal(422, {"errors": {name: [text] for name, text in fields.items()}}, "client", "validation")


def default_identity() -> Refusal:
    """The default identity is to be archived; only the sentence is assumed (G34)."""
    return Refusal(422, {"error": said.DEFAULT_IDENTITY}, "documented", "default_identity")


def a_type_unsupported() -> Refusal:
    """The first leg of a click2call is of a kind that this account does not have; the code is a client's."""
    return Refusal(422, {"error": said.A_TYPE_UNSUPPORTED}, "client", "a_type_unsupported")


def low_balance() -> Refusal:
    """The balance does not cover it (G18, G23)."""
    return Refusal(422, {"error": said.LOW_BALANCE}, "assumed", "low_balance")


def full(most: int, things: str) -> Refusal:
    """The account holds as many documents, identities or checks as it can; the limits are ours."""
    reason = said.TOO_MANY_KEPT.format(most=most, things=things)
    return Refusal(422, {"error": reason}, "assumed", "full")


def invalid_as(gap: str, fields: Mapping[str, list[str]]) -> Refusal:
    """Fields that cannot be accepted by a rule that nothing proves, with its open point: `G20`."""
    refusal = Refusal(422, {"errors": dict(fields)}, "assumed", "validation")
    refusal.evidence = said.assumed(gap)
    return refusal


def too_large() -> Refusal:
    return Refusal(413, {"error": said.TOO_LARGE}, "assumed", "too_large")


def throttled() -> Refusal:
    return Refusal(429, {"error": said.THROTTLED}, "assumed", "throttled")


def crashed() -> Refusal:
    return Refusal(500, {"error": said.CRASHED}, "assumed", "crashed")


def unavailable() -> Refusal:
    return Refusal(503, {"error": said.UNAVAILABLE}, "assumed", "unavailable")


def unimplemented() -> Refusal:
    """An operation that didlogic has and we do not."""
    return Refusal(501, {"error": said.UNIMPLEMENTED}, "assumed", "unimplemented")
