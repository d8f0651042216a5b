"""Media types (engine.md 5)."""

from __future__ import annotations

import re

from mockserver.core.messages import Request
from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.faults import MEDIA_TYPE

_SERVED = frozenset(("", "*/*", MEDIA_TYPE))
_ITEM = re.compile(r'(?:[^,"]|"[^"]*"?)+')


def check_accept(request: Request) -> None:
    """Refusal with 406 unless one accepted type is ours without parameters, or anything goes."""
    accept = request.headers.get("accept", "")
    if accept in _SERVED:
        return
    for item in _ITEM.findall(accept):
        kind = item.strip()
        if kind == MEDIA_TYPE or kind.startswith("*/*"):
            return
    raise Refusal(faults.not_acceptable(accept))


def check_content_type(request: Request) -> None:
    """Refusal with 415 unless the body's type is exactly ours."""
    content_type = request.headers.get("content-type", "")
    if content_type != MEDIA_TYPE:
        raise Refusal(faults.unsupported_media_type(content_type))
