"""Switches of the account that close doors."""

from __future__ import annotations

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.providers.didww.assumptions import FORBIDDEN


def forbidden(claim: str) -> Refusal:
    """403 with the body of reference 8.3."""
    return Refusal(ApiError(403, "403", FORBIDDEN, FORBIDDEN), Evidence("assumed", claim))


def require_write_access(world: World) -> None:
    """Refusal with 403 while the account's option `read_only` is on."""
    if world.options["didww"]["read_only"]:
        raise forbidden("didww.error.read_only")


def require_available_dids(world: World) -> None:
    """Refusal with 403 while the account's option `available_dids` is off (reference 4.2)."""
    if not world.options["didww"]["available_dids"]:
        raise forbidden("didww.error.available_dids_disabled")


def require_outbound(world: World) -> None:
    """Refusal with 403 while the account's option `voice_out` is off (reference 5.3)."""
    if not world.options["didww"]["voice_out"]:
        raise forbidden("didww.error.voice_out_disabled")
