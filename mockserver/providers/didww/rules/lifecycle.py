"""A number from the day it is supplied: renewal, expiry, removal (reference 4.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didww.assumptions import RESTORABLE
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import did_links, history, money
from mockserver.providers.didww.rules.calendar import next_month


def subject_of(did_id: str) -> str:
    return f"{Did.table}/{did_id}"


def expired(world: World, did: Did) -> bool:
    """Whether the paid time is over: a number that is still here then can only be renewed or go."""
    return did.expires_at is not None and did.expires_at <= world.clock.now()


@dataclass(frozen=True, slots=True)
class RenewDid(Job):
    """The end of a paid month: the next one is charged, or the number expires."""

    kind: ClassVar[str] = "didww.renew_did"
    routine: ClassVar[bool] = True
    did_id: str

    @property
    def subject(self) -> str:
        return subject_of(self.did_id)

    def run(self, world: World) -> None:
        did = world.table(Did).get(self.did_id)
        if did is None or did.expires_at is None or did.expires_at > world.clock.now():
            return
        cost = money.month_of_one(world, did.sku_id)
        if did.terminated or did.billing_cycles_count == 0 or cost > money.available(world):
            expire(world, did)
        else:
            renew(world, did)


@dataclass(frozen=True, slots=True)
class RemoveDid(Job):
    """An expired number leaves the account for good and goes on sale again."""

    kind: ClassVar[str] = "didww.remove_did"
    routine: ClassVar[bool] = True
    did_id: str

    @property
    def subject(self) -> str:
        return subject_of(self.did_id)

    def run(self, world: World) -> None:
        did = world.table(Did).get(self.did_id)
        if did is not None and did.expires_at is not None:
            if did.expires_at + RESTORABLE <= world.clock.now():
                remove(world, did, "expired -> removed")
                history.tell(world, did.number, "removed", history.SYSTEM)


def renew(world: World, did: Did) -> Did:
    """Charge one more month from the end of the last one; one billing cycle fewer is left."""
    assert did.expires_at is not None  # a number on order has no month to renew
    money.charge(world, money.month_of_one(world, did.sku_id), "renewal", subject_of(did.id), did.number)
    history.tell(world, did.number, "renewed", history.SYSTEM)
    before, left = did, did.billing_cycles_count
    did = replace(
        did,
        expires_at=next_month(did.expires_at),
        billing_cycles_count=None if left is None else left - 1,
    )
    history.tell_count(world, before, did, history.SYSTEM)
    world.announce(subject_of(did.id), "renewed")
    return start_month(world, did)


def start_month(world: World, did: Did) -> Did:
    """Store a number whose `expires_at` is new, with its end on the agenda."""
    assert did.expires_at is not None
    world.at(did.expires_at, RenewDid(did.id))
    return world.table(Did).put(did)


def expire(world: World, did: Did) -> Did:
    """Block a number that is not renewed; it can be restored for a while, then it is removed."""
    assert did.expires_at is not None
    world.at(did.expires_at + RESTORABLE, RemoveDid(did.id))
    world.announce(subject_of(did.id), "active -> expired")
    if not did.terminated:  # assumed: nobody ended it, so the system did
        history.tell(world, did.number, "canceled", history.SYSTEM)
    expired = replace(did, blocked=True, billing_cycles_count=0)
    history.tell_count(world, did, expired, history.SYSTEM)
    return world.table(Did).put(expired)


def remove(world: World, did: Did, change: str) -> None:
    """Take a number out of the account and put it back on its shelf, if it has one."""
    world.table(Did).remove(did.id)
    did_links.forget(world, did)
    world.stock("didww").put_back(int(did.number))
    world.announce(subject_of(did.id), change)
