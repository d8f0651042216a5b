"""Failures on demand, in the words of didlogic."""

from __future__ import annotations

from http import HTTPStatus

from mockserver.core.provider import KnownError
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic import errors
from mockserver.providers.didlogic.errors import Refusal

_MADE = {
    "wrong_token.v1": lambda: errors.wrong_token(1),
    "wrong_token.v2": lambda: errors.wrong_token(2),
    "forbidden": errors.forbidden,
    "not_found": errors.not_found,
    "validation": lambda: errors.invalid(base=said.INVALID),
    "too_large": errors.too_large,
    "throttled": errors.throttled,
    "crashed": errors.crashed,
    "unavailable": errors.unavailable,
}
ERRORS = tuple(
    KnownError(name, refusal.status, str(refusal.content.get("error", said.INVALID)))
    for name, refusal in ((name, make()) for name, make in _MADE.items())
)


def failure(status: int, error: str) -> Refusal:
    """The refusal of that name, with another status if one is given; or a plain one with that status."""
    if error:
        refusal = _MADE[error]()
        refusal.status = status or refusal.status
        return refusal
    for name in ("forbidden", "not_found", "too_large", "throttled", "crashed", "unavailable"):
        refusal = _MADE[name]()
        if refusal.status == status:
            return refusal
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"Status {status}"
    return Refusal(status, {"error": phrase}, "assumed", "injected")
