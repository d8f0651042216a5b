"""Numbers and the reviews that they hang on: registered, taken into emergency calling, let go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, invalid
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    AddressRequirement,
    AddressVerification,
    EmergencyCallingService,
    EmergencyRequirement,
    Identity,
    Proof,
)
from mockserver.providers.didww.rows import Did, DidGroup
from mockserver.providers.didww.rules import lifecycle
from mockserver.providers.didww.rules.calendar import next_month, now
from mockserver.providers.didww.rules.identities import proofs_of
from mockserver.providers.didww.rules.requirements import misplaced

OPEN_SERVICES = ("new", "in_process", "changes_required", "active", "pending_update")


def groups_of(world: World, dids: list[Did]) -> list[DidGroup]:
    return [world.table(DidGroup)[did.did_group_id] for did in dids]


def register(world: World, did: Did, verification: AddressVerification) -> Did:
    """Put a number under an approved verification; one that waited for it begins its month (recorded).

    One whose paid month ended meanwhile waits no longer, and stays blocked until it is renewed (assumed).
    """
    address = world.table(Address).get(verification.address_id)
    did = replace(
        did,
        address_verification_id=verification.id,
        identity_id=did.identity_id if address is None else address.identity_id,
    )
    if not did.awaiting_registration:
        return world.table(Did).put(did)
    if lifecycle.expired(world, did):
        world.announce(lifecycle.subject_of(did.id), "awaiting registration -> expired")
        return world.table(Did).put(replace(did, awaiting_registration=False))
    world.scheduler.cancel(lifecycle.subject_of(did.id))
    did = replace(did, awaiting_registration=False, blocked=did.terminated, expires_at=next_month(now(world)))
    world.announce(lifecycle.subject_of(did.id), "awaiting registration -> active")
    return lifecycle.start_month(world, did)


def accept(world: World, address: Address) -> None:
    """Address, identity and their proofs were looked at and are good; proofs hold for a year (recorded)."""
    world.table(Address).put(replace(address, verified=True))
    identity = world.table(Identity).get(address.identity_id)
    if identity is not None:
        world.table(Identity).put(replace(identity, verified=True))
    end = next_year(now(world))
    for proof in (*proofs_of(world, address.id), *proofs_of(world, address.identity_id)):
        if proof.expires_at is None:
            world.table(Proof).put(replace(proof, expires_at=end))


def next_year(instant: datetime) -> datetime:
    """The same day a year later; 29 February -> 28."""
    try:
        return instant.replace(year=instant.year + 1)
    except ValueError:
        return instant.replace(year=instant.year + 1, day=28)


def active(did: Did) -> bool:
    """Whether a number works: supplied, neither blocked nor ended nor waiting (reference 4.4)."""
    return did.expires_at is not None and not (did.blocked or did.terminated or did.awaiting_registration)


# --- links that a customer changes on a number -------------------------------------------------------

LINKS = ("address_verification", "emergency_calling_service")


def check_links(world: World, did: Did, values: Mapping[str, Any], errors: list[ApiError]) -> None:
    """What a request names must be there and fit the number; pointer as recorded for other links."""
    for name in LINKS:
        key = values.get(f"{name}_id")
        if key is not None and not may_link(world, did, name, key):
            errors.append(invalid(name, assumed.INVALID, pointer=f"/data/attributes/{name}_id"))


def link_all(world: World, did: Did, values: dict[str, Any]) -> Did:
    """Carry out the links among `values`, which loses them. Returns the number, stored if it changed."""
    for name in LINKS:
        if f"{name}_id" in values:
            key = values.pop(f"{name}_id")
            if key != getattr(did, f"{name}_id"):
                did = link(world, did, name, key)
    return did


def may_link(world: World, did: Did, link: str, key: str) -> bool:
    """Whether a number may be put under a verification or into a service that already stands."""
    group = world.table(DidGroup)[did.did_group_id]
    if link == "address_verification":
        verification = world.table(AddressVerification).get(key)
        return (
            verification is not None
            and verification.status == "approved"
            and _lies_right(world, AddressRequirement, group.address_requirement_id, verification, group)
            and any(
                world.table(DidGroup)[other.did_group_id].address_requirement_id
                == group.address_requirement_id
                for other in map(world.table(Did).get, verification.did_ids)
                if other is not None
            )
        )
    service = world.table(EmergencyCallingService).get(key)
    return (
        service is not None
        and service.status in OPEN_SERVICES
        and "emergency" in group.features
        and (group.country_id, group.did_group_type_id) == (service.country_id, service.did_group_type_id)
        and _lies_right(world, EmergencyRequirement, service.emergency_requirement_id, service, group)
        and active(did)
        and did.emergency_calling_service_id in (None, key)
    )


def _lies_right(
    world: World,
    kind: type[AddressRequirement | EmergencyRequirement],
    key: str | None,
    registered: AddressVerification | EmergencyCallingService,
    group: DidGroup,
) -> bool:
    """Whether the address that was accepted is where a requirement wants it for the numbers of a group."""
    requirement = None if key is None else world.table(kind)[key]
    address = world.table(Address).get(registered.address_id)
    return (
        requirement is not None
        and address is not None
        and not any(misplaced(world, requirement, address, (group,)))
    )


def link(world: World, did: Did, name: str, key: str | None) -> Did:
    """Carry out what `may_link` allowed, or let go for None. Returns the number, stored."""
    if name == "address_verification":
        return _under(world, did, key)
    if key is None:
        return world.table(Did).put(
            replace(
                did,
                emergency_calling_service_id=None,
                emergency_verification_id=None,
                emergency_enabled=False,
            )
        )
    service = world.table(EmergencyCallingService)[key]
    return world.table(Did).put(
        replace(
            did,
            emergency_calling_service_id=key,
            emergency_verification_id=service.emergency_verification_id,
            emergency_enabled=service.status in ("active", "pending_update"),
        )
    )


def _under(world: World, did: Did, key: str | None) -> Did:
    before = world.table(AddressVerification).get(did.address_verification_id or "")
    if before is not None and before.id != key:
        kept = tuple(did_id for did_id in before.did_ids if did_id != did.id)
        world.table(AddressVerification).put(replace(before, did_ids=kept))
    if key is None:
        return world.table(Did).put(replace(did, address_verification_id=None, identity_id=None))
    verification = world.table(AddressVerification)[key]
    if did.id not in verification.did_ids:
        verification = replace(verification, did_ids=(*verification.did_ids, did.id))
        world.table(AddressVerification).put(verification)
    return register(world, did, verification)
