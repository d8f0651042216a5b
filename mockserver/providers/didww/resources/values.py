"""Values of a request as the rules want them (reference 9.1: read as Rails reads them)."""

from __future__ import annotations

from mockserver.jsonapi.errors import Refusal, invalid
from mockserver.providers.didww.assumptions import INVALID
from mockserver.providers.didww.rules.casting import NotThat, boolean


def text(name: str, value: object) -> str | None:
    """A text or null; numbers and switches become text. Refusal with 422 for lists and objects."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise Refusal(invalid(name, INVALID))


def switch(name: str, value: object) -> bool | None:
    """A switch or null. Refusal with 422 for anything else."""
    if value is None:
        return None
    try:
        return boolean(value)
    except NotThat as problem:
        raise Refusal(invalid(name, problem.message)) from None
