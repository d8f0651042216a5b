"""What happens to a DIDWW account from outside its API: somebody at DIDWW decides a verification."""

from __future__ import annotations

from typing import Any, TypeVar

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.providers.didww import record_happenings, voice_happenings
from mockserver.providers.didww.assumptions import REJECT_REASONS
from mockserver.providers.didww.regulation_rows import AddressVerification, EmergencyVerification
from mockserver.providers.didww.rules import emergency_review, verifications

V = TypeVar("V", AddressVerification, EmergencyVerification)

_FIELDS = {
    "verification": Rule("text", "The id or the reference.", least=1, most=100, required=True),
    "outcome": Rule("text", "How it ends.", choices=("approved", "rejected"), default="rejected"),
    "reasons": Rule(
        "text",
        "Why it is rejected; a semicolon between reasons.",
        most=2000,
        default="; ".join(REJECT_REASONS),
    ),
    "comment": Rule("text", "What the reviewer adds to a rejection.", most=2000, default=None, empty=True),
}


def _pending(world: World, kind: type[V], name: str) -> V:
    rows = world.table(kind)
    found = rows.get(name) or next((row for row in rows if row.reference == name), None)
    if found is None:
        pending = [row.id for row in rows if row.status == "pending"]
        raise CannotHappen(f"there is no verification {name!r}", field="verification", known=pending)
    if found.status != "pending":
        reason = f"the verification is {found.status}, only a pending one is decided"
        raise CannotHappen(reason, field="verification", conflict=True)
    return found


def _reasons(fields: dict[str, Any]) -> tuple[str, ...]:
    return tuple(part.strip() for part in fields["reasons"].split(";") if part.strip())


def _decide_address(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    verification = _pending(world, AddressVerification, fields["verification"])
    world.scheduler.cancel(f"{AddressVerification.table}/{verification.id}")
    if fields["outcome"] == "approved":
        verification = verifications.approve(world, verification)
    else:
        verification = verifications.reject(world, verification, _reasons(fields), fields["comment"])
    return {"verification": verification.id, "status": verification.status}


def _decide_emergency(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    verification = _pending(world, EmergencyVerification, fields["verification"])
    if fields["outcome"] != "approved":
        emergency_review.reject(world, verification, _reasons(fields), fields["comment"])
    elif not emergency_review.approve(world, verification):
        raise CannotHappen("there is not enough money to activate the service", conflict=True)
    world.scheduler.cancel(f"{EmergencyVerification.table}/{verification.id}")
    return {"verification": verification.id, "status": fields["outcome"]}


HAPPENINGS: tuple[Happening, ...] = (
    Happening(
        "decide_address_verification",
        "A pending address verification is approved, or rejected with reasons.",
        _decide_address,
        _FIELDS,
    ),
    Happening(
        "decide_emergency_verification",
        "A pending emergency verification is approved, or rejected with reasons.",
        _decide_emergency,
        _FIELDS,
    ),
    *voice_happenings.HAPPENINGS,
    *record_happenings.HAPPENINGS,
)
