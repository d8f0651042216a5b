"""Emergency calling: what it asks for, the services, and their verifications (2026-04-16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.codecs import INSTANT, Codec, day, decimal_text
from mockserver.jsonapi.resource import (
    Incoming,
    ResourceType,
    Source,
    attr,
    contains,
    exact,
    many,
    one,
    related,
    sort,
)
from mockserver.providers.didww.regulation_rows import (
    EmergencyCallingService,
    EmergencyRequirement,
    EmergencyVerification,
    Validation,
)
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import emergency as rules
from mockserver.providers.didww.rules.requirements import validate
from mockserver.providers.didww.versions import V2026_04


class Priced(Source):
    """Requirements that the account has a rate for; the others are only seen through a service."""

    def find(self, world: World, identifier: str) -> Row | None:
        row = world.table(EmergencyRequirement).get(identifier)
        return row if row is not None and row.monthly_price is not None else None

    def linked(self, world: World, identifier: str) -> Row | None:
        return world.table(EmergencyRequirement).get(identifier)

    def every(self, world: World) -> Iterable[Row]:
        return [row for row in world.table(EmergencyRequirement) if row.monthly_price is not None]


def _prices(_: World, row: Any) -> Mapping[str, Any]:
    return {
        name: None if value is None else decimal_text(value)
        for name, value in (("setup_price", row.setup_price), ("monthly_price", row.monthly_price))
    }


def _service_prices(world: World, service: Any) -> Mapping[str, Any]:
    """Never null at a service (documented): nothing where the account has no rate any more (assumed)."""
    found = _prices(world, world.table(EmergencyRequirement)[service.emergency_requirement_id])
    return {name: value or "0.0" for name, value in found.items()}


EMERGENCY_REQUIREMENTS = ResourceType(
    type="emergency_requirements",
    row=EmergencyRequirement,
    since=V2026_04,
    attributes=(
        attr("identity_type"),
        attr("address_area_level"),
        attr("personal_area_level"),
        attr("business_area_level"),
        attr("address_mandatory_fields"),
        attr("personal_mandatory_fields"),
        attr("business_mandatory_fields"),
        attr("estimate_setup_time"),
        attr("requirement_restriction_message"),
    ),
    relationships=(one("country", "countries"), one("did_group_type", "did_group_types")),
    filters=(
        related("country.id", array=False, blank=False),
        related("did_group_type.id", array=False, blank=False),
    ),
    source=Priced(EmergencyRequirement),
    meta=_prices,
)


def _validate(world: World, incoming: Incoming) -> Validation:
    return validate(world, "emergency_requirement", incoming.values)


EMERGENCY_REQUIREMENT_VALIDATIONS = ResourceType(
    type="emergency_requirement_validations",
    row=Validation,
    since=V2026_04,
    attributes=(),
    relationships=(
        one("emergency_requirement", "emergency_requirements", create=True, read=False),
        one("identity", "identities", create=True, read=False),
        one("address", "addresses", create=True, read=False),
    ),
    operations=("create",),
    create=_validate,
)

EMERGENCY_CALLING_SERVICES = ResourceType(
    type="emergency_calling_services",
    row=EmergencyCallingService,
    since=V2026_04,
    attributes=(
        attr("name"),
        attr("reference"),
        attr("status"),
        attr("activated_at", INSTANT),
        attr("canceled_at", INSTANT),
        attr("created_at", INSTANT),
        attr("renew_date", Codec(day)),
    ),
    relationships=(
        one("country", "countries"),
        one("did_group_type", "did_group_types"),
        one("order", "orders"),
        one("emergency_requirement", "emergency_requirements"),
        one("emergency_verification", "emergency_verifications"),
        many("dids", "dids", field="did_ids", inverse="emergency_calling_service_id"),
        # In the official SDK, not in the document (reference 6.9): shown to who asks for it.
        one("address", "addresses", quiet=True),
    ),
    filters=(
        exact("status", array=False, blank=False),
        exact("reference", array=False, blank=True),
        contains("name", "name", blank=True),
        related("country.id", array=False, blank=False),
        related("did_group_type.id", array=False, blank=False),
        related("address.id", array=False, blank=False),
        related("identity.id", "address.identity_id", array=False, blank=False),
    ),
    sorts=(
        sort("name", key=collated),
        sort("status"),
        sort("created_at"),
        sort("renew_date"),
        sort("country.name", key=collated),
    ),
    operations=("list", "show", "delete"),
    meta=_service_prices,
    delete=rules.cancel,
)


def _submit(world: World, incoming: Incoming) -> EmergencyVerification:
    return rules.submit(world, incoming.values)


def _update(world: World, row: Any, incoming: Incoming) -> EmergencyVerification:
    return rules.set_reference(world, row, incoming.values)


EMERGENCY_VERIFICATIONS = ResourceType(
    type="emergency_verifications",
    row=EmergencyVerification,
    since=V2026_04,
    attributes=(
        attr("reference"),
        attr("status"),
        attr("reject_reasons"),
        attr("reject_comment"),
        attr("callback_url", create=True),
        attr("callback_method", create=True),
        attr("external_reference_id", create=True, update=True),
        attr("created_at", INSTANT),
    ),
    relationships=(
        one("address", "addresses", create=True),
        one("emergency_calling_service", "emergency_calling_services", create=True),
        many("dids", "dids", field="did_ids", create=True),
    ),
    filters=(
        exact("status", array=False, blank=False),
        exact("external_reference_id", array=False, blank=True),
        related("emergency_calling_service.id", array=False, blank=False),
    ),
    sorts=(sort("created_at"), sort("external_reference_id", key=collated)),
    operations=("list", "show", "create", "update"),
    create=_submit,
    update=_update,
)

TYPES = (
    EMERGENCY_REQUIREMENTS,
    EMERGENCY_REQUIREMENT_VALIDATIONS,
    EMERGENCY_CALLING_SERVICES,
    EMERGENCY_VERIFICATIONS,
)
