"""The resource types of DIDWW: what is built, and what is not yet."""

from __future__ import annotations

from mockserver.jsonapi.resource import ResourceType
from mockserver.jsonapi.schema import Registry
from mockserver.providers.didww.resources import (
    billing,
    capacity,
    documents,
    emergency,
    exports,
    geography,
    history,
    identities,
    inventory,
    nanpa,
    numbers,
    requirements,
    verifications,
    voice_in,
    voice_out,
)
from mockserver.providers.didww.resources.unbuilt import UNBUILT
from mockserver.providers.didww.versions import SERVED

TYPES: tuple[ResourceType, ...] = (
    *geography.TYPES,
    *inventory.TYPES,
    *nanpa.TYPES,
    *numbers.TYPES,
    *history.TYPES,
    *exports.TYPES,
    *billing.TYPES,
    *voice_in.TYPES,
    *voice_out.TYPES,
    *capacity.TYPES,
    *identities.TYPES,
    *documents.TYPES,
    *requirements.TYPES,
    *verifications.TYPES,
    *emergency.TYPES,
)


def build_registry() -> Registry:
    """Every type in every served version; one for a server."""
    return Registry(SERVED, TYPES, UNBUILT)
