"""Credentials as the service makes them (reference 5.3: ten lower-case letters and digits)."""

from __future__ import annotations

from mockserver.core.world import World

_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 10


def credential(world: World) -> str:
    """A fresh user name or password."""
    drawn, text = world.ids.below(36**_LENGTH), ""
    for _ in range(_LENGTH):
        drawn, place = divmod(drawn, 36)
        text += _CHARACTERS[place]
    return text
