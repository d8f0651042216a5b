"""What becomes of an emergency calling service: reviewed, active and charged, renewed (reference 6.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.transitions import Policy
from mockserver.core.world import World
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.regulation_rows import (
    Address,
    EmergencyCallingService,
    EmergencyRequirement,
    EmergencyVerification,
)
from mockserver.providers.didww.rows import Did, Order, OrderItem
from mockserver.providers.didww.rules import callbacks, money, registration
from mockserver.providers.didww.rules.calendar import billing_period, next_month, now
from mockserver.providers.didww.rules.checks import own_reference

OUTCOMES = {EmergencyVerification.table: ("approved", "rejected")}
POLICIES = {
    EmergencyCallingService.table: Policy("after", assumed.REVIEW_DELAY),
    EmergencyVerification.table: Policy("after", 2 * assumed.REVIEW_DELAY),
}


def _subject(service_id: str) -> str:
    return f"{EmergencyCallingService.table}/{service_id}"


@dataclass(frozen=True, slots=True)
class StartReview(Job):
    """A service with a fresh verification is being looked at, unless that was decided before."""

    kind: ClassVar[str] = "didww.start_emergency_review"
    service_id: str

    @property
    def subject(self) -> str:
        return _subject(self.service_id)

    def run(self, world: World) -> None:
        service = world.table(EmergencyCallingService).get(self.service_id)
        if service is None or service.status not in ("new", "changes_required"):
            return
        verification = world.table(EmergencyVerification).get(service.emergency_verification_id or "")
        if verification is not None and verification.status == "pending":
            _change(world, service, "in_process")


@dataclass(frozen=True, slots=True)
class ReviewEmergency(Job):
    """A verification is decided. The policy's outcome `rejected` refuses it."""

    kind: ClassVar[str] = "didww.review_emergency"
    verification_id: str

    @property
    def subject(self) -> str:
        return f"{EmergencyVerification.table}/{self.verification_id}"

    def run(self, world: World) -> None:
        verification = world.table(EmergencyVerification).get(self.verification_id)
        if verification is None or verification.status != "pending":
            return
        if world.policies.of(self.subject).outcome == "rejected":
            reject(world, verification, assumed.REJECT_REASONS, assumed.REJECT_COMMENT)
        elif not approve(world, verification):
            world.at(world.clock.now() + assumed.EMERGENCY_RETRY, self)


@dataclass(frozen=True, slots=True)
class RenewService(Job):
    """The end of a paid month of a service: another one is charged, or it ends for want of money."""

    kind: ClassVar[str] = "didww.renew_emergency_service"
    service_id: str

    @property
    def subject(self) -> str:
        return _subject(self.service_id)

    def run(self, world: World) -> None:
        service = world.table(EmergencyCallingService).get(self.service_id)
        if service is None or service.renew_date is None or service.renew_date > world.clock.now().date():
            return
        _, month = prices(world, service)
        if month > money.available(world):
            for did in [d for d in world.table(Did) if d.emergency_calling_service_id == service.id]:
                registration.link(world, did, "emergency_calling_service", None)
            _change(world, replace(service, canceled_at=now(world), renew_date=None), "canceled")
            return
        money.charge(world, month, "renewal", self.subject, service.reference)
        _renewing(world, replace(service, renew_date=next_month(service.renew_date)))
        world.announce(self.subject, "renewed")


def prices(world: World, service: EmergencyCallingService) -> tuple[Decimal, Decimal]:
    """Setup and month; nothing where the account has no rate any more."""
    requirement = world.table(EmergencyRequirement)[service.emergency_requirement_id]
    net = requirement.setup_price or Decimal(0), requirement.monthly_price or Decimal(0)
    return money.gross(world, net[0]), money.gross(world, net[1])


def approve(world: World, verification: EmergencyVerification) -> bool:
    """The address is good: a new service is charged for and active. False: there is not enough money."""
    service = world.table(EmergencyCallingService)[verification.emergency_calling_service_id]
    address = world.table(Address).get(verification.address_id)
    first = service.activated_at is None and service.status != "canceled"
    if first and sum(prices(world, service)) > money.available(world):
        return False
    if address is not None:
        world.table(Address).put(replace(address, verified=True))
    if service.status != "canceled":
        service = replace(service, address_id=verification.address_id)
        if first:
            service = _activate(world, service)
            assert service.order_id is not None
            url, method = verification.callback_url, verification.callback_method
            callbacks.notify(world, "orders", service.order_id, "completed", url, method)
        _change(world, service, "active")
        for did in [d for d in world.table(Did) if d.emergency_calling_service_id == service.id]:
            world.table(Did).put(replace(did, emergency_enabled=True))
    approved = world.table(EmergencyVerification).put(replace(verification, status="approved"))
    world.announce(f"{EmergencyVerification.table}/{verification.id}", "pending -> approved")
    _tell(world, approved)
    return True


def reject(
    world: World, verification: EmergencyVerification, reasons: Sequence[str], comment: str | None = None
) -> None:
    """The address will not do. A service that was active goes on with its old address (assumed)."""
    service = world.table(EmergencyCallingService)[verification.emergency_calling_service_id]
    if service.status == "pending_update":
        _change(world, service, "active")
    elif service.status in ("new", "in_process"):
        _change(world, service, "changes_required")
    rejected = world.table(EmergencyVerification).put(
        replace(verification, status="rejected", reject_reasons=tuple(reasons), reject_comment=comment)
    )
    world.announce(f"{EmergencyVerification.table}/{verification.id}", "pending -> rejected")
    _tell(world, rejected)


def _tell(world: World, decided: EmergencyVerification) -> None:
    """The callback, reference 3.1."""
    extra = {
        "reject_reasons": callbacks.reasons_in_one(decided.reject_reasons),
        "reject_comment": decided.reject_comment or "",
        "emergency_calling_service_id": decided.emergency_calling_service_id,
    }
    url, method = decided.callback_url, decided.callback_method
    callbacks.notify(world, "emergency_verifications", decided.id, decided.status, url, method, extra)


def _activate(world: World, service: EmergencyCallingService) -> EmergencyCallingService:
    """Charge setup and the first month; the service gets its order and its first day of renewal."""
    setup, month = prices(world, service)
    instant = now(world)
    billed_from, billed_to = billing_period(instant.date())
    item = OrderItem(
        type="emergency_order_items",
        qty=1,
        nrc=setup,
        mrc=month,
        billed_from=billed_from,
        billed_to=billed_to,
        emergency_calling_service_id=service.id,
    )
    order = Order(
        id=world.ids.uuid(),
        reference=own_reference(world),
        amount=setup + month,
        status="completed",
        created_at=instant,
        description="Emergency",
        items=(item,),
    )
    world.table(Order).put(order)
    money.charge(world, order.amount, "order", f"{Order.table}/{order.id}", order.reference)
    world.announce(f"{Order.table}/{order.id}", "completed")
    service = replace(service, activated_at=instant, renew_date=next_month(instant.date()), order_id=order.id)
    return _renewing(world, service)


def _renewing(world: World, service: EmergencyCallingService) -> EmergencyCallingService:
    """Store a service whose `renew_date` is new, with that day on the agenda."""
    assert service.renew_date is not None
    world.at(datetime.combine(service.renew_date, time(), UTC), RenewService(service.id))
    return world.table(EmergencyCallingService).put(service)


def _change(world: World, service: EmergencyCallingService, status: str) -> EmergencyCallingService:
    if status != service.status:
        world.announce(_subject(service.id), f"{service.status} -> {status}")
    return world.table(EmergencyCallingService).put(replace(service, status=status))
