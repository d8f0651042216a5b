"""Changes a customer makes to a number (reference 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Did, Order
from mockserver.providers.didww.rules import did_links, history, lifecycle, money, registration
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import next_month, now
from mockserver.providers.didww.rules.casting import NotThat, boolean, integer
from mockserver.providers.didww.rules.reading import DESCRIPTION

LINKS = (
    "voice_in_trunk",
    "voice_in_trunk_group",
    "capacity_pool",
    "shared_capacity_group",
    "address_verification",
    "emergency_calling_service",
)
MOST_CAPACITY = 32767  # recorded


def update_did(world: World, did: Did, changes: Mapping[str, Any], version: str) -> Did:
    """Apply a PATCH and return the number as it is then, though it may have left the account (see below).

    `changes` holds attributes by name as parsed JSON and to-one relationships as `<name>_id`, None to clear.
    Ending a number whose order is pending, or that waits for its registration, removes and refunds it.
    Refusal: 403 for a read-only account, 422 for values that will not do, 400 when a renewal costs too much.
    """
    require_write_access(world)
    errors: list[ApiError] = []
    values = {name: _read(world, name, value, version, errors) for name, value in changes.items()}
    values |= did_links.settle_links(world, did, changes, values, version, errors)
    registration.check_links(world, did, values, errors)
    if errors:
        raise Refusal(errors, Evidence("documented", "didww.error.did_update"))
    changed = _apply(world, did, values, version)
    if did.id in world.table(Did):
        history.tell_count(world, did, changed)
    did_links.settle_pools(world, did, changed)
    return changed


def _apply(world: World, did: Did, values: dict[str, Any], version: str) -> Did:
    terminated = values.pop("terminated", None)
    did = replace(registration.link_all(world, did, values), **values)
    if terminated is True and not did.terminated:
        return _terminate(world, did)
    if terminated is False and (did.terminated or lifecycle.expired(world, did)):
        return _restore(world, did, version, values.get("billing_cycles_count"))
    return world.table(Did).put(did)


def _read(world: World, name: str, value: Any, version: str, errors: list[ApiError]) -> Any:
    """The value to store; what is wrong with it goes to `errors`."""
    try:
        if name == "terminated":
            return boolean(value)
        if name == "description":
            return DESCRIPTION(value)
        if name == "billing_cycles_count":
            return _within(integer(value), 0, 999)
        if name == "capacity_limit":
            return _within(integer(value), assumed.LEAST_CAPACITY_LIMIT, MOST_CAPACITY)
        if name == "dedicated_channels_count":
            return _dedicated(integer(value))
    except NotThat as problem:
        errors.append(invalid(name, problem.message))
        return None
    if name not in {f"{link}_id" for link in LINKS}:
        raise KeyError(name)  # the wire side lets only documented names through
    if name in did_links.TARGETS:
        return did_links.read_link(world, name, value, version, errors)
    return value


def _within(value: int | None, least: int, most: int) -> int | None:
    if value is not None and value < least:
        raise NotThat(assumed.at_least(least))
    if value is not None and value > most:
        raise NotThat(assumed.at_most(most))
    return value


def _dedicated(value: int | None) -> int:
    if value is None:
        raise NotThat(assumed.BLANK)
    if value < 0:
        raise NotThat(assumed.at_least(0))
    return value


def _terminate(world: World, did: Did) -> Did:
    ended = replace(did, terminated=True, blocked=True, billing_cycles_count=0)  # recorded
    order = world.table(Order).get(did.order_id)
    pending = order is not None and order.status == "pending"
    if pending or did.awaiting_registration:
        world.scheduler.cancel(lifecycle.subject_of(did.id))
        lifecycle.remove(world, did, "removed")
        if not pending:
            history.tell(world, did.number, "removed")
        price = money.paid_for(world, did)
        money.refund(world, price, lifecycle.subject_of(did.id), did.number)
        return ended
    history.tell(world, did.number, "canceled")
    world.announce(lifecycle.subject_of(did.id), "active -> terminated")
    return world.table(Did).put(ended)


def _restore(world: World, did: Did, version: str, count: int | None) -> Did:
    """Free while the paid time runs, else for the price of a new month from now.

    It is renewed for ever then (documented), or `count` times if the request says so as well (assumed).
    """
    subject = lifecycle.subject_of(did.id)
    restored = replace(did, terminated=False, blocked=did.awaiting_registration, billing_cycles_count=count)
    if not lifecycle.expired(world, did):
        history.tell(world, did.number, "restored")
        world.announce(subject, "terminated -> active")
        return world.table(Did).put(restored)
    cost = money.month_of_one(world, did.sku_id)
    money.require(world, cost, version)
    money.charge(world, cost, "renewal", subject, did.number)
    world.scheduler.cancel(subject)
    history.tell(world, did.number, "renewed")
    world.announce(subject, "expired -> active")
    return lifecycle.start_month(world, replace(restored, expires_at=next_month(now(world))))
