"""Failures on demand, in the words of IDT Express (reference: errors.yaml; 5xx are not described there)."""

from __future__ import annotations

from http import HTTPStatus

from mockserver.core.provider import KnownError
from mockserver.core.world import World
from mockserver.providers.idt import errors
from mockserver.providers.idt.errors import TITLES, IdtError, Problem

_STATUSES = {1003: 404, 2000: 403, 2001: 429, 2002: 429, 3000: 403}
ERRORS = tuple(KnownError(str(code), _STATUSES.get(code, 422), title) for code, title in TITLES.items())
_BY_CODE = {error.code: error for error in ERRORS}
_CODES = {403: 2000, 404: 1003, 429: 2002}  # the code that a status alone means; 1000 fits all others


def failure(status: int, error: str, world: World) -> IdtError:
    """The refusal of that code, with another status if one is given; or the one that a status means."""
    if error:
        known = _BY_CODE[error]
        if known.code == "3001":
            balance = world.ledger("idt").balance
            refusal = errors.insufficient_funds(balance + 1, balance)
            return IdtError(status or 422, *refusal.problems)
        return IdtError(status or known.status, Problem(int(known.code), known.title))
    code = _CODES.get(status, 1000)
    return IdtError(status, Problem(code, _phrase(status)))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
