"""The control API: everything of ours that is not a provider's."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette

from mockserver.core.provider import Provider
from mockserver.core.sandboxes import Sandboxes


def build_control(
    sandboxes: Sandboxes, providers: Iterable[Provider], *, version: str, public_url: str | None
) -> Starlette:
    """The ASGI application behind `/_mock`; it knows worlds and providers only through their records."""
    return Starlette(routes=[])
