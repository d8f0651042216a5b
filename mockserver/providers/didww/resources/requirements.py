"""What countries ask of addresses, and whether an account's records would do."""

from __future__ import annotations

from mockserver.core.world import World
from mockserver.jsonapi.codecs import words
from mockserver.jsonapi.resource import Incoming, ResourceType, attr, many, one, related, sort
from mockserver.providers.didww.regulation_rows import AddressRequirement, Validation
from mockserver.providers.didww.resources.collation import collated
from mockserver.providers.didww.rules import requirements as rules
from mockserver.providers.didww.versions import V2021_04, V2022_05, V2026_04

IDENTITY_TYPE = words({"any": "Any", "personal": "Personal", "business": "Business"})
LEVEL = words({"world_wide": "WorldWide", "country": "Country", "area": "Area", "city": "City"})
_LEVELS = ("personal_area_level", "business_area_level", "address_area_level")

ADDRESS_REQUIREMENTS = ResourceType(
    type="address_requirements",
    former=((V2022_05, "requirements"),),
    row=AddressRequirement,
    since=V2021_04,
    attributes=(
        attr("identity_type", IDENTITY_TYPE, until=V2022_05),
        attr("identity_type", since=V2026_04),
        *(attr(name, LEVEL, until=V2022_05) for name in _LEVELS),
        *(attr(name, since=V2026_04) for name in _LEVELS),
        attr("personal_proof_qty"),
        attr("business_proof_qty"),
        attr("address_proof_qty"),
        attr("personal_mandatory_fields"),
        attr("business_mandatory_fields"),
        attr("service_description_required"),
        attr("restriction_message"),
    ),
    relationships=(
        one("country", "countries"),
        one("did_group_type", "did_group_types"),
        one("personal_permanent_document", "supporting_document_templates"),
        one("business_permanent_document", "supporting_document_templates"),
        one("personal_onetime_document", "supporting_document_templates"),
        one("business_onetime_document", "supporting_document_templates"),
        many("personal_proof_types", "proof_types", field="personal_proof_type_ids"),
        many("business_proof_types", "proof_types", field="business_proof_type_ids"),
        many("address_proof_types", "proof_types", field="address_proof_type_ids"),
    ),
    filters=(related("country.id", blank=True), related("did_group_type.id", blank=True)),
    sorts=(
        sort("personal_proof_qty"),
        sort("business_proof_qty"),
        sort("address_proof_qty"),
        sort("service_description_required"),
        sort("restriction_message", key=collated),
    ),
    evidence={"list": "recorded", "show": "recorded"},
)


def _validate(world: World, incoming: Incoming) -> Validation:
    name = "address_requirement" if incoming.version >= V2026_04 else "requirement"
    return rules.validate(world, name, incoming.values)


ADDRESS_REQUIREMENT_VALIDATIONS = ResourceType(
    type="address_requirement_validations",
    former=((V2022_05, "requirement_validations"),),
    row=Validation,
    since=V2021_04,
    attributes=(),
    relationships=(
        one(
            "requirement",
            "address_requirements",
            field="address_requirement_id",
            create=True,
            read=False,
            until=V2022_05,
        ),
        one("address_requirement", "address_requirements", create=True, read=False, since=V2026_04),
        one("identity", "identities", create=True, read=False),
        one("address", "addresses", create=True, read=False),
    ),
    operations=("create",),
    create=_validate,
    evidence={"create": "recorded"},
)

TYPES = (ADDRESS_REQUIREMENTS, ADDRESS_REQUIREMENT_VALIDATIONS)
