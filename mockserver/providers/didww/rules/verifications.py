"""Address verifications: submitted, reviewed, approved or rejected (reference 6.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressRequirement,
    AddressVerification,
    Identity,
)
from mockserver.providers.didww.rows import City, Did, DidGroup
from mockserver.providers.didww.rules import callbacks, registration
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.checks import Checks, Text, own_reference
from mockserver.providers.didww.rules.documents import attach, check_files
from mockserver.providers.didww.rules.requirements import document_required, onetime_document, unmet
from mockserver.providers.didww.versions import V2026_04

OUTCOMES = {AddressVerification.table: ("approved", "rejected")}
POLICIES = {AddressVerification.table: Policy("after", assumed.REVIEW_DELAY)}
NO_DOCUMENT = "one-time document is not needed"  # documented
NO_DESCRIPTION = "service description is not needed"  # documented


@dataclass(frozen=True, slots=True)
class ReviewAddress(Job):
    """Somebody looks at a verification. The policy's outcome `rejected` refuses it."""

    kind: ClassVar[str] = "didww.review_address"
    verification_id: str

    @property
    def subject(self) -> str:
        return f"{AddressVerification.table}/{self.verification_id}"

    def run(self, world: World) -> None:
        verification = world.table(AddressVerification).get(self.verification_id)
        if verification is None or verification.status != "pending":
            return
        if world.policies.of(self.subject).outcome == "rejected":
            reject(world, verification, assumed.REJECT_REASONS, assumed.REJECT_COMMENT)
        else:
            approve(world, verification)


def submit(world: World, values: Mapping[str, Any], version: str) -> AddressVerification:
    """Ask for numbers to be registered at an address, in an API version.

    Refusal: 403 for a read-only account; 422 for records that are not there or do not go together, and for
    what their requirement lacks.
    """
    require_write_access(world)
    checks = Checks("address_verification")
    description = checks.text("service_description", values.get("service_description"), Text())
    url, method = checks.callback(values.get("callback_url"), values.get("callback_method"))
    reference = checks.reference(values.get("external_reference_id"))
    address = checks.linked(world, "address", Address, values.get("address_id"), required=True)
    dids, requirement = _numbers(world, checks, values.get("did_ids", ()))
    files = check_files(
        world, checks, values.get("onetime_file_ids", ()), required=False, name="onetime_files"
    )
    checks.settle()
    assert address is not None and requirement is not None
    identity = world.table(Identity)[address.identity_id]
    groups = registration.groups_of(world, dids)
    for missing in unmet(world, requirement, identity, address, groups):
        checks.record(missing)
    form = onetime_document(requirement, identity)
    if form is None and files:
        checks.record(NO_DOCUMENT)
    elif form is not None and not files:
        checks.record(document_required(world, form))
    if description and not requirement.service_description_required:
        checks.record(NO_DESCRIPTION)
    elif requirement.service_description_required and not (description or "").strip():
        checks.attribute("service_description", assumed.BLANK)
    checks.settle()
    verification = AddressVerification(
        id=world.ids.uuid(),
        reference=own_reference(world),
        status="pending",
        created_at=now(world),
        address_id=address.id,
        did_ids=tuple(did.id for did in dids),
        service_description=description,
        callback_url=url,
        callback_method=method,
        external_reference_id=reference,
        file_ids=files,
        version=version,
    )
    job = ReviewAddress(verification.id)
    attach(world, files, job.subject)
    world.table(AddressVerification).put(verification)
    world.announce(job.subject, "pending")
    world.later(job)
    return verification


def _numbers(world: World, checks: Checks, ids: Sequence[str]) -> tuple[list[Did], AddressRequirement | None]:
    """The numbers to be registered and the one requirement that they share."""
    if not ids:
        checks.relationship("dids", assumed.BLANK)
        return [], None
    dids = [world.table(Did).get(did_id) for did_id in dict.fromkeys(ids)]
    found = [did for did in dids if did is not None]
    if len(found) < len(dids):
        checks.relationship("dids", assumed.ARE_INVALID)
        return [], None
    keys = {group.address_requirement_id for group in registration.groups_of(world, found)}
    key = keys.pop()
    requirement = None if keys or key is None else world.table(AddressRequirement)[key]
    if requirement is None or any(not did.awaiting_registration for did in found):
        checks.relationship("dids", assumed.INVALID)
    return found, requirement


def set_reference(world: World, row: AddressVerification, values: Mapping[str, Any]) -> AddressVerification:
    """The one thing that can be changed. Refusal with 403, or 422 when it is too long."""
    require_write_access(world)
    checks = Checks("external_reference_id")
    reference = checks.reference(values.get("external_reference_id"))
    checks.settle()
    return world.table(AddressVerification).put(replace(row, external_reference_id=reference))


def approve(world: World, verification: AddressVerification) -> AddressVerification:
    """The address is good: its numbers work from now on, for a month (recorded)."""
    address = world.table(Address).get(verification.address_id)
    dids = [did for did in map(world.table(Did).get, verification.did_ids) if did is not None]
    if address is not None:
        registration.accept(world, _placed(world, address, dids))
    approved = world.table(AddressVerification).put(replace(verification, status="approved"))
    for did in dids:
        registration.register(world, did, approved)
    world.announce(f"{AddressVerification.table}/{approved.id}", "pending -> approved")
    _tell(world, approved)
    return approved


def _placed(world: World, address: Address, dids: Sequence[Did]) -> Address:
    """The address with the city and area that its numbers ask for; customers cannot set them (assumed)."""
    for did in dids:
        group = world.table(DidGroup)[did.did_group_id]
        requirement = world.table(AddressRequirement).get(group.address_requirement_id or "")
        if requirement is None or group.city_id is None:
            continue
        city = world.table(City)[group.city_id]
        if requirement.address_area_level == "city":
            return replace(address, city_id=city.id, area_id=city.area_id)
        if requirement.address_area_level == "area":
            return replace(address, area_id=city.area_id)
    return address


def reject(
    world: World, verification: AddressVerification, reasons: Sequence[str], comment: str | None = None
) -> AddressVerification:
    """The address will not do: its numbers go on waiting, another verification may be sent."""
    world.announce(f"{AddressVerification.table}/{verification.id}", "pending -> rejected")
    rejected = world.table(AddressVerification).put(
        replace(verification, status="rejected", reject_reasons=tuple(reasons), reject_comment=comment)
    )
    _tell(world, rejected)
    return rejected


def _tell(world: World, decided: AddressVerification) -> None:
    """The callback, reference 3.1: `reject_reason` always, `reject_comment` with a rejection since 2026."""
    extra = {"reject_reason": callbacks.reasons_in_one(decided.reject_reasons)}
    if decided.status == "rejected" and decided.version >= V2026_04:
        extra["reject_comment"] = decided.reject_comment or ""
    url, method = decided.callback_url, decided.callback_method
    callbacks.notify(world, "address_verifications", decided.id, decided.status, url, method, extra)
