"""Identities and their addresses (reference 6.2, 6.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressVerification,
    EmergencyCallingService,
    EmergencyVerification,
    Identity,
    PermanentSupportingDocument,
    Proof,
)
from mockserver.providers.didww.rows import Country, Did
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.checks import Checks, Text

IDENTITY_TYPES = ("personal", "business")
_DIGITS = re.compile(r"[0-9]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_FREE = Text()
# In the order of the recorded record. Telephone numbers are digits since 2022-05-10 (reference 1.4).
IDENTITY_TEXTS: Mapping[str, Text] = {
    "first_name": Text(required=True),
    "last_name": Text(required=True),
    "phone_number": Text(required=True, pattern=_DIGITS, since="2022-05-10"),
    "id_number": _FREE,
    "company_name": _FREE,
    "company_reg_number": _FREE,
    "vat_id": _FREE,
    "description": _FREE,
    "personal_tax_id": _FREE,
    "external_reference_id": Text(most=100),
    "contact_email": Text(pattern=_EMAIL),
}
ADDRESS_TEXTS: Mapping[str, Text] = {
    "city_name": Text(required=True),
    "postal_code": Text(required=True),
    "address": Text(required=True),
    "description": _FREE,
    "external_reference_id": Text(most=100),
}


# --- identities --------------------------------------------------------------------------------------


def create_identity(world: World, values: Mapping[str, Any], version: str) -> Identity:
    """Store a new identity. `values` by stored field, as parsed JSON. Refusal with 403 or 422."""
    require_write_access(world)
    checks = Checks("identity")
    identity_type = checks.word("identity_type", values.get("identity_type"), IDENTITY_TYPES, required=True)
    read = _identity(world, checks, {"identity_type": identity_type, **_without(values)}, version)
    checks.settle()
    return world.table(Identity).put(
        Identity(id=world.ids.uuid(), identity_type=identity_type, created_at=now(world), **read)
    )


def update_identity(world: World, row: Identity, values: Mapping[str, Any], version: str) -> Identity:
    """Change an identity; what is not in `values` stays. Refusal as for a new one."""
    require_write_access(world)
    checks = Checks("identity")
    merged = {item.name: getattr(row, item.name) for item in fields(row)} | dict(values)
    read = _identity(world, checks, merged, version)
    checks.settle()
    return world.table(Identity).put(replace(row, **read))


def _without(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "identity_type"}


def _identity(world: World, checks: Checks, values: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The fields to store; what is wrong goes to `checks`."""
    business = values.get("identity_type") == "business"
    read: dict[str, Any] = {}
    for name, rule in IDENTITY_TEXTS.items():
        if name == "company_name" and business:
            rule = replace(rule, required=True)
        read[name] = checks.text(name, values.get(name), rule, version)
    read["birth_date"] = checks.day("birth_date", values.get("birth_date"))
    for name in ("country", "birth_country"):
        required = business and name == "country"
        found = checks.linked(world, name, Country, values.get(f"{name}_id"), required=required)
        read[f"{name}_id"] = None if found is None else found.id
    return read


def delete_identity(world: World, identity: Identity) -> None:
    """Remove an identity with its addresses and documents. Refusal with 409 while one is in use."""
    require_write_access(world)
    addresses = addresses_of(world, identity.id)
    if any(_in_use(world, address) for address in addresses) or any(
        did.identity_id == identity.id for did in world.table(Did)
    ):
        raise _conflict(assumed.IDENTITY_IN_USE, "identity_in_use")
    for address in addresses:
        _remove_address(world, address)
    _remove_proofs(world, identity.id)
    for document in list(documents_of(world, identity.id)):
        world.table(PermanentSupportingDocument).remove(document.id)
    world.table(Identity).remove(identity.id)


# --- addresses ---------------------------------------------------------------------------------------


def create_address(world: World, values: Mapping[str, Any], version: str) -> Address:
    """Store a new address of an identity. Refusal with 403 or 422."""
    require_write_access(world)
    checks = Checks("address")
    read = {name: checks.text(name, values.get(name), rule, version) for name, rule in ADDRESS_TEXTS.items()}
    identity = checks.linked(world, "identity", Identity, values.get("identity_id"), required=True)
    country = checks.linked(world, "country", Country, values.get("country_id"), required=True)
    checks.settle()
    assert identity is not None and country is not None
    made: dict[str, Any] = {**read, "identity_id": identity.id, "country_id": country.id}
    return world.table(Address).put(Address(id=world.ids.uuid(), created_at=now(world), **made))


def update_address(world: World, row: Address, values: Mapping[str, Any], version: str) -> Address:
    """Change the texts of an address; identity and country stay. Refusal with 403 or 422."""
    require_write_access(world)
    checks = Checks("address")
    read: dict[str, Any] = {
        name: checks.text(name, values.get(name, getattr(row, name)), rule, version)
        for name, rule in ADDRESS_TEXTS.items()
    }
    checks.settle()
    return world.table(Address).put(replace(row, **read))


def delete_address(world: World, address: Address) -> None:
    """Remove an address with its proofs. Refusal with 409 while it is in use."""
    require_write_access(world)
    if _in_use(world, address):
        raise _conflict(assumed.ADDRESS_IN_USE, "address_in_use")
    _remove_address(world, address)


# --- what belongs together ---------------------------------------------------------------------------


def addresses_of(world: World, identity_id: str) -> list[Address]:
    return [address for address in world.table(Address) if address.identity_id == identity_id]


def documents_of(world: World, identity_id: str) -> Iterator[PermanentSupportingDocument]:
    """The permanent documents of an identity."""
    return (row for row in world.table(PermanentSupportingDocument) if row.identity_id == identity_id)


def proofs_of(world: World, entity_id: str) -> list[Proof]:
    """The proofs of an identity or an address."""
    return [proof for proof in world.table(Proof) if proof.entity_id == entity_id]


def _in_use(world: World, address: Address) -> bool:
    """A number is registered there, or a review is under way (reference 6.2)."""
    for verification in world.table(AddressVerification):
        if verification.address_id == address.id and (
            verification.status == "pending"
            or any(did.address_verification_id == verification.id for did in world.table(Did))
        ):
            return True
    return any(
        service.address_id == address.id and service.status != "canceled"
        for service in world.table(EmergencyCallingService)
    ) or any(
        verification.address_id == address.id and verification.status == "pending"
        for verification in world.table(EmergencyVerification)
    )


def _remove_address(world: World, address: Address) -> None:
    _remove_proofs(world, address.id)
    world.table(Address).remove(address.id)


def _remove_proofs(world: World, entity_id: str) -> None:
    for proof in proofs_of(world, entity_id):
        world.table(Proof).remove(proof.id)


def _conflict(detail: str, claim: str) -> Refusal:
    return Refusal(ApiError(409, "409", "Conflict", detail), Evidence("assumed", f"didww.error.{claim}"))
