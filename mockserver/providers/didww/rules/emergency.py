"""Emergency calling: what may be asked for, and what a customer ends (reference 6.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import Refusal, invalid, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    EmergencyCallingService,
    EmergencyRequirement,
    EmergencyVerification,
    Identity,
)
from mockserver.providers.didww.rows import Country, Did, DidGroup
from mockserver.providers.didww.rules import registration
from mockserver.providers.didww.rules.access import forbidden, require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.checks import Checks, own_reference
from mockserver.providers.didww.rules.emergency_review import ReviewEmergency, StartReview
from mockserver.providers.didww.rules.requirements import unmet

NO_RATE = "Emergency Rate not found"
WRONG_STATUS = "Emergency Calling Service should be in NEW, CHANGES_REQUIRED or ACTIVE status"
SAME_TYPE = "should have the same Did Group Type"
WITHOUT_CITY = "should be linked with City ID"
WITHOUT_FEATURE = "does not support Emergency feature"
OTHER_IDENTITY = "can be used only with Identity"
AGAIN = ("new", "changes_required", "active")  # services whose address may be sent anew
CANCELABLE = ("new", "changes_required", "active", "pending_update")


def submit(world: World, values: Mapping[str, Any]) -> EmergencyVerification:
    """Ask for an address to be accepted: for numbers, which makes a new service, or for a service.

    Refusal: 403 for a read-only account and one without an emergency plan, 422 for everything else.
    """
    require_write_access(world)
    if not world.options["didww"]["emergency"]:
        raise forbidden("didww.error.emergency_disabled")
    checks = Checks("emergency_verification")
    url, method = checks.callback(values.get("callback_url"), values.get("callback_method"), both=True)
    reference = checks.reference(values.get("external_reference_id"))
    address = checks.linked(world, "address", Address, values.get("address_id"), required=True)
    service = checks.linked(
        world,
        "emergency_calling_service",
        EmergencyCallingService,
        values.get("emergency_calling_service_id"),
    )
    dids: list[Did] = []
    requirement: EmergencyRequirement | None = None
    if values.get("emergency_calling_service_id") is None:
        dids, requirement = _numbers(world, checks, values.get("did_ids", ()), address)
    elif values.get("did_ids"):
        checks.relationship("dids", assumed.MUST_BE_BLANK)
    elif service is not None:
        if service.status not in AGAIN:
            checks.record(WRONG_STATUS)
        requirement = world.table(EmergencyRequirement)[service.emergency_requirement_id]
        dids = numbers_of(world, service)
    checks.settle()
    assert address is not None and requirement is not None
    identity = world.table(Identity)[address.identity_id]
    for missing in unmet(world, requirement, identity, address, registration.groups_of(world, dids)):
        checks.record(missing)
    checks.settle()
    key = world.ids.uuid()
    if service is None:
        service = _new_service(world, requirement, address, key, dids)
    verification = EmergencyVerification(
        id=key,
        reference=own_reference(world),
        status="pending",
        created_at=now(world),
        address_id=address.id,
        emergency_calling_service_id=service.id,
        did_ids=tuple(did.id for did in dids),
        callback_url=url,
        callback_method=method,
        external_reference_id=reference,
    )
    world.table(EmergencyVerification).put(verification)
    _hang_on(world, service, verification, dids)
    review = ReviewEmergency(verification.id)
    world.announce(review.subject, "pending")
    world.later(StartReview(service.id))
    world.later(review)
    return verification


def _numbers(
    world: World, checks: Checks, ids: Sequence[str], address: Address | None
) -> tuple[list[Did], EmergencyRequirement | None]:
    """The numbers of a new service and what is required of them, faults in the documented order."""
    if not ids:
        checks.relationship("dids", assumed.BLANK)
        return [], None
    dids = [world.table(Did).get(did_id) for did_id in dict.fromkeys(ids)]
    found = [did for did in dids if did is not None]
    if len(found) < len(dids):
        checks.relationship("dids", assumed.ARE_INVALID)
        return [], None
    groups = registration.groups_of(world, found)
    requirement = priced(world, groups[0].country_id, groups[0].did_group_type_id)
    if requirement is None:
        checks.record(NO_RATE)
    if len({group.did_group_type_id for group in groups}) > 1:
        checks.relationship("dids", SAME_TYPE)
    if len({group.country_id for group in groups}) > 1:
        checks.relationship("dids", assumed.SAME_COUNTRY)
    if any(group.city_id is None for group in groups):
        checks.relationship("dids", WITHOUT_CITY)
    for did, group in zip(found, groups, strict=True):
        message = _unfit(world, did, group, address)
        if message:
            at = f"dids/{did.id}"
            checks.errors.append(invalid(at, message, pointer=f"/data/relationships/{at}"))
    return found, requirement


def _unfit(world: World, did: Did, group: DidGroup, address: Address | None) -> str:
    """Why one number cannot be in a new service, "" when it can."""
    if "emergency" not in group.features:
        return WITHOUT_FEATURE
    if not registration.active(did) or did.emergency_calling_service_id is not None:
        return assumed.INVALID
    if did.identity_id is not None and address is not None and did.identity_id != address.identity_id:
        return f"{OTHER_IDENTITY} {_named(world, did.identity_id)}"
    return ""


def _named(world: World, identity_id: str) -> str:
    """An identity as refusals call it: `Business - Example Company Ltd`."""
    identity = world.table(Identity)[identity_id]
    name = identity.company_name if identity.identity_type == "business" else None
    return f"{identity.identity_type.capitalize()} - {name or f'{identity.first_name} {identity.last_name}'}"


def priced(world: World, country_id: str, did_group_type_id: str) -> EmergencyRequirement | None:
    """The requirement of a country and number type that the account has a rate for."""
    return next(
        (
            row
            for row in world.table(EmergencyRequirement)
            if (row.country_id, row.did_group_type_id) == (country_id, did_group_type_id)
            and row.monthly_price is not None
        ),
        None,
    )


def numbers_of(world: World, service: EmergencyCallingService) -> list[Did]:
    return [did for did in world.table(Did) if did.emergency_calling_service_id == service.id]


def _new_service(
    world: World, requirement: EmergencyRequirement, address: Address, key: str, dids: list[Did]
) -> EmergencyCallingService:
    service = EmergencyCallingService(
        id=world.ids.uuid(),
        name=f"{world.table(Country)[requirement.country_id].name} Emergency",
        reference=own_reference(world),
        status="new",
        created_at=now(world),
        country_id=requirement.country_id,
        did_group_type_id=requirement.did_group_type_id,
        emergency_requirement_id=requirement.id,
        emergency_verification_id=key,
        address_id=address.id,
    )
    for did in dids:
        world.table(Did).put(
            replace(did, emergency_calling_service_id=service.id, emergency_verification_id=key)
        )
    world.announce(f"{EmergencyCallingService.table}/{service.id}", "new")
    return world.table(EmergencyCallingService).put(service)


def _hang_on(
    world: World, service: EmergencyCallingService, verification: EmergencyVerification, dids: list[Did]
) -> None:
    """A service goes by its latest verification; an active one is updated."""
    status = "pending_update" if service.status == "active" else service.status
    if status != service.status:
        world.announce(f"{EmergencyCallingService.table}/{service.id}", "active -> pending_update")
    world.table(EmergencyCallingService).put(
        replace(service, status=status, emergency_verification_id=verification.id)
    )
    for did in dids:
        current = world.table(Did)[did.id]
        world.table(Did).put(replace(current, emergency_verification_id=verification.id))


def set_reference(
    world: World, row: EmergencyVerification, values: Mapping[str, Any]
) -> EmergencyVerification:
    """The one thing that can be changed. Refusal with 403, or 422 when it is too long."""
    require_write_access(world)
    checks = Checks("external_reference_id")
    reference = checks.reference(values.get("external_reference_id"))
    checks.settle()
    return world.table(EmergencyVerification).put(replace(row, external_reference_id=reference))


def cancel(world: World, service: EmergencyCallingService) -> None:
    """End a service; the record stays, its numbers are let go. Refusal with 422 while it is looked at."""
    require_write_access(world)
    if service.status not in CANCELABLE:
        raise Refusal(
            invalid_record(assumed.SERVICE_NOT_CANCELABLE),
            Evidence("documented", "didww.error.emergency_not_cancelable"),
        )
    subject = f"{EmergencyCallingService.table}/{service.id}"
    world.scheduler.cancel(subject)
    for did in numbers_of(world, service):
        registration.link(world, did, "emergency_calling_service", None)
    world.table(EmergencyCallingService).put(
        replace(service, status="canceled", canceled_at=now(world), renew_date=None)
    )
    world.announce(subject, f"{service.status} -> canceled")
