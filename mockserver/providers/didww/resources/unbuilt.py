"""Collections that DIDWW has and this server does not answer yet: 501 (reference operations.yaml, 1.2)."""

from __future__ import annotations

from mockserver.jsonapi.resource import Unbuilt

UNBUILT: tuple[Unbuilt, ...] = ()
