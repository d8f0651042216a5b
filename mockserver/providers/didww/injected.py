"""Failures on demand, as DIDWW words them (reference: errors.yaml, engine.md 4)."""

from __future__ import annotations

from http import HTTPStatus

from mockserver.core.messages import Evidence, Response
from mockserver.core.provider import KnownError
from mockserver.core.world import World
from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal, invalid_record, not_found
from mockserver.providers.didww import wire
from mockserver.providers.didww.assumptions import INVALID
from mockserver.providers.didww.rules import access, money

_THROTTLED = "throttled"
_STATUSES = (
    ("400", 400, "Bad Request"),
    ("401", 401, "Unauthorized"),
    ("403", 403, "Forbidden"),
    ("404", 404, "Record not found"),
    ("100", 422, INVALID),
    ("insufficient_balance", 400, "Insufficient balance"),
    (_THROTTLED, 429, "Too Many Requests"),
    ("500", 500, "Internal Server Error"),
    ("503", 503, "Service Unavailable"),
)
ERRORS = tuple(KnownError(*row) for row in _STATUSES)
_OF_STATUS = {429: _THROTTLED, **{status: code for code, status, _ in _STATUSES if code == str(status)}}


def failure(status: int, error: str, world: World, operation: str, version: str) -> Response:
    """The error of that code, with another status if one is given; or the one that a status means."""
    code = error or _OF_STATUS.get(status, "")
    if code == _THROTTLED:
        response = wire.failure("throttled")
    elif code == "401":
        response = wire.unauthorized()
    elif code == "503":
        response = wire.failure("unavailable")
    else:
        response = wire.refused(_refusal(code, status, world, version), operation)
    response.operation = operation
    response.status = status or response.status
    return response


def _refusal(code: str, status: int, world: World, version: str) -> Refusal:
    if code == "400":
        return Refusal(faults.bad_request())
    if code == "403":
        return access.forbidden("didww.error.403")
    if code == "404":
        return Refusal(not_found(""))
    if code == "100":
        return Refusal(invalid_record(INVALID))
    if code == "insufficient_balance":
        means = money.available(world)
        return money.insufficient(means, means + 1, version)
    if code == "500":
        return Refusal(faults.server_error())
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"Status {status}"
    known = Evidence("assumed", "didww.error.asked_for")
    return Refusal(ApiError(status, str(status), phrase, phrase), known)
