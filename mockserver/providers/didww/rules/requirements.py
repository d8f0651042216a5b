"""Whether an identity and an address are what a requirement asks for (reference 6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressRequirement,
    Area,
    EmergencyRequirement,
    Identity,
    ProofType,
    SupportingDocumentTemplate,
    Validation,
)
from mockserver.providers.didww.rows import City, Country, DidGroup
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.checks import Checks
from mockserver.providers.didww.rules.identities import documents_of, proofs_of

Requirement = AddressRequirement | EmergencyRequirement

# What a label of a mandatory field stands for (recorded; the fields behind them are our reading).
FIELDS: Mapping[str, str] = {
    "Birth Date": "birth_date",
    "Place of Birth": "birth_country_id",
    "Country": "country_id",
    "Personal Tax ID": "personal_tax_id",
    "Representative Tax ID": "personal_tax_id",
    "Proof of ID": "id_number",
    "VAT Number / TAX Code": "vat_id",
    "Company ID": "company_reg_number",
    "Contact email": "contact_email",
    "City": "city_name",
    "Postal Code": "postal_code",
}


def validate(world: World, name: str, values: Mapping[str, Any]) -> Validation:
    """A dry run: nothing is stored. `name` is the relationship that names the requirement.

    Refusal with 422: a record that is not there, or what is missing, one error each.
    """
    require_write_access(world)
    row = AddressRequirement if name != "emergency_requirement" else EmergencyRequirement
    checks = Checks("requirement_not_met")
    field = "address_requirement_id" if row is AddressRequirement else "emergency_requirement_id"
    requirement: Any = checks.linked(world, name, row, values.get(field), required=True)
    if isinstance(requirement, EmergencyRequirement) and requirement.monthly_price is None:
        checks.relationship(name, assumed.INVALID)  # the account has no rate for it: it is not there
    identity = checks.linked(world, "identity", Identity, values.get("identity_id"))
    address = checks.linked(world, "address", Address, values.get("address_id"))
    if not checks.errors and identity is None and address is None:
        checks.relationship("identity", assumed.BLANK)
        checks.relationship("address", assumed.BLANK)
    if identity is not None and address is not None and address.identity_id != identity.id:
        checks.relationship("address", assumed.INVALID)
    checks.settle()
    assert requirement is not None
    for missing in unmet(world, requirement, identity, address):
        checks.record(missing)
    checks.settle()
    return Validation(requirement.id)


def unmet(
    world: World,
    requirement: Requirement,
    identity: Identity | None,
    address: Address | None,
    groups: Iterable[DidGroup] = (),
) -> Iterator[str]:
    """What is missing, in the order of the recorded refusals. `groups` are those of the numbers at stake:
    an address can only be held against the place of a number when there is one."""
    country = world.table(Country)[requirement.country_id].name
    if identity is not None:
        yield from _identity(world, requirement, identity, country)
    if address is not None:
        if isinstance(requirement, AddressRequirement):
            yield from _proofs(
                world,
                "Address",
                requirement.address_proof_qty,
                requirement.address_proof_type_ids,
                address.id,
            )
        if requirement.address_area_level != "world_wide" and address.country_id != requirement.country_id:
            yield f"Address in {country} required"
        else:
            yield from misplaced(world, requirement, address, groups)
    if identity is not None:
        named: Any = getattr(requirement, f"{identity.identity_type}_mandatory_fields")
        kind = identity.identity_type.capitalize()
        for label in named or ():
            if _blank(identity, label):
                yield f"{label} is required for {kind} Identity"
    if address is not None and isinstance(requirement, EmergencyRequirement):
        for label in requirement.address_mandatory_fields:
            if _blank(address, label):
                yield f"{label} is required for Address"


def _identity(world: World, requirement: Requirement, identity: Identity, country: str) -> Iterator[str]:
    kind = identity.identity_type
    level: str | None = getattr(requirement, f"{kind}_area_level")
    if level is None or requirement.identity_type not in ("any", kind):
        other = "Business" if kind == "personal" else "Personal"
        yield f"Identity type must be {other}"  # assumed
        return
    if level == "country" and identity.country_id != requirement.country_id:
        yield f"Identity Place of Birth must be {country}"
    if isinstance(requirement, AddressRequirement):
        count: int = getattr(requirement, f"{kind}_proof_qty")
        yield from _proofs(
            world, "Identity", count, getattr(requirement, f"{kind}_proof_type_ids"), identity.id
        )
        wanted: str | None = getattr(requirement, f"{kind}_permanent_document_id")
        if wanted is not None and all(
            document.template_id != wanted for document in documents_of(world, identity.id)
        ):
            yield document_required(world, wanted)


def document_required(world: World, template_id: str) -> str:
    """The sentence for a form that is missing."""
    name = world.table(SupportingDocumentTemplate)[template_id].name
    return f"Following Supporting Document(s) required ({name})"


def onetime_document(requirement: AddressRequirement, identity: Identity) -> str | None:
    """The form that has to come with each verification, if any."""
    found: str | None = getattr(requirement, f"{identity.identity_type}_onetime_document_id")
    return found


def _proofs(world: World, what: str, count: int, type_ids: tuple[str, ...], entity_id: str) -> Iterator[str]:
    instant = world.clock.now()
    valid = [
        proof
        for proof in proofs_of(world, entity_id)
        if proof.proof_type_id in type_ids and (proof.expires_at is None or proof.expires_at > instant)
    ]
    if len(valid) < count:
        names = ", ".join(world.table(ProofType)[key].name for key in type_ids)
        yield f"{count} {what} Proof(s) ({names}) required"


def misplaced(
    world: World, requirement: Requirement, address: Address, groups: Iterable[DidGroup]
) -> Iterator[str]:
    """Whether the address lies where the numbers are; the sentence is made after that for countries."""
    level = requirement.address_area_level
    if level not in ("area", "city"):
        return
    for city_id in dict.fromkeys(group.city_id for group in groups if group.city_id is not None):
        city = world.table(City)[city_id]
        if level == "city" and address.city_name.casefold() != city.name.casefold():
            yield f"Address in {city.name} required"
        elif level == "area" and city.area_id is not None:
            yield from _area(world, address, city.area_id)


def _area(world: World, address: Address, area_id: str) -> Iterator[str]:
    """An address without an area of its own is judged by its city, as far as we know that city."""
    own = {address.area_id}
    if address.area_id is None:
        name = address.city_name.casefold()
        own = {
            city.area_id
            for city in world.table(City)
            if city.country_id == address.country_id and city.name.casefold() == name
        }
    if own and area_id not in own:
        yield f"Address in {world.table(Area)[area_id].name} required"


def _blank(row: Identity | Address, label: str) -> bool:
    """Whether a mandatory field is empty. A label that says nothing to us is taken as fulfilled."""
    return getattr(row, FIELDS.get(label, label), True) in (None, "")
