"""Channels: pools, what is taken out of them, groups that share them, renewal (reference 5.4, 5.5, 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from mockserver.core.messages import Evidence
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rows import Did, DidGroup
from mockserver.providers.didww.rules import money
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.reading import NAME, REFERENCE, Reader, check_name, read_all, whole
from mockserver.providers.didww.voice_rows import CapacityPool, QtyBasedPricing, SharedCapacityGroup

MOST_METERED = 1000  # documented
UNFIT = "cannot be applied to shared capacity group"  # documented
IN_USE = "The capacity group cannot be removed while active numbers are assigned to it"  # documented
GROUP: Mapping[str, Reader] = {
    "name": NAME,
    "shared_channels_count": whole(0),
    "metered_channels_count": whole(0, MOST_METERED, null=True),
    "external_reference_id": REFERENCE,
}
_KNOWN = Evidence("documented", "didww.error.shared_capacity_group")
_POOL_KNOWN = Evidence("documented", "didww.error.capacity_pool")
_TOTAL = whole(0)


# --- pools ---------------------------------------------------------------------------------------


def described(world: World, pool: CapacityPool) -> CapacityPool:
    """A pool with the day of its next renewal."""
    return replace(pool, renew_date=renewal_after(world.clock.now().date(), pool.renew_day))


def renewal_after(today: date, day: int) -> date:
    """The first date after `today` that has this day of the month (1 to 28)."""
    if today.day < day:
        return today.replace(day=day)
    return _next(today.replace(day=day))


def settle(world: World, pool_ids: Iterable[str | None]) -> None:
    """Count anew what groups and numbers take out of these pools; called after every change of that."""
    table = world.table(CapacityPool)
    for pool_id in dict.fromkeys(pool_ids):
        pool = None if pool_id is None else table.get(pool_id)
        if pool is None:
            continue
        shared = sum(
            group.shared_channels_count
            for group in world.table(SharedCapacityGroup)
            if group.capacity_pool_id == pool_id
        )
        dedicated = sum(
            did.dedicated_channels_count for did in world.table(Did) if did.capacity_pool_id == pool_id
        )
        if pool.assigned_channels_count != shared + dedicated:
            table.put(replace(pool, assigned_channels_count=shared + dedicated))


def unassigned(pool: CapacityPool) -> int:
    return pool.total_channels_count - pool.assigned_channels_count


def update_pool(world: World, pool: CapacityPool, values: Mapping[str, Any]) -> CapacityPool:
    """Give channels back. Refusal: 403, 422 for more than there are or fewer than are needed."""
    require_write_access(world)
    stored = world.table(CapacityPool)[pool.id]
    errors: list[ApiError] = []
    read = read_all({"total_channels_count": _TOTAL}, values, errors)
    total: int = read.get("total_channels_count", stored.total_channels_count)
    floor = max(stored.assigned_channels_count, stored.minimum_limit)
    if not errors and total != stored.total_channels_count:
        if total < floor:
            errors.append(invalid("total_channels_count", assumed.should_be_at_least(floor)))
        elif total > stored.total_channels_count:
            most = assumed.at_most(stored.total_channels_count)
            errors.append(invalid("total_channels_count", most))
    if errors:
        raise Refusal(errors, _POOL_KNOWN)
    renewing = max(0, stored.renewing - (stored.total_channels_count - total))
    changed = replace(stored, total_channels_count=total, renewing=renewing)
    return described(world, world.table(CapacityPool).put(changed))


def covers(world: World, pool: CapacityPool, did: Did) -> bool:
    """Whether a pool's channels work for the country of a number."""
    return world.table(DidGroup)[did.did_group_id].country_id in pool.country_ids


def expandable(world: World, did: Did) -> bool:
    """Whether channels can be added to a number at all."""
    return world.table(DidGroup)[did.did_group_id].allow_additional_channels


# --- buying --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What channels cost now: `nrc` and `mrc` for one, the month cut at the pool's renewal."""

    nrc: Decimal
    mrc: Decimal
    prorated: bool
    billed_from: date
    billed_to: date


def price_of(world: World, pool: CapacityPool, qty: int) -> tuple[Decimal, Decimal]:
    """Setup and month of one channel when `qty` are bought: the last break that the quantity reaches."""
    breaks = [world.table(QtyBasedPricing)[key] for key in pool.qty_based_pricing_ids]
    reached = [row for row in breaks if row.qty <= qty]
    if not reached:
        return pool.setup_price, pool.monthly_price
    best = max(reached, key=lambda row: row.qty)
    return best.setup_price, best.monthly_price


def offer(world: World, pool: CapacityPool, qty: int) -> Offer:
    """The first charge runs to the day before the renewal (recorded: 24 of 31 days of 25 are 19.35)."""
    setup, month = price_of(world, pool, qty)
    today = world.clock.now().date()
    renewal = renewal_after(today, pool.renew_day)
    days, whole_month = (renewal - today).days, (renewal - _previous(renewal)).days
    part = (month * days / whole_month).quantize(Decimal("0.01"), ROUND_HALF_UP)
    full = days == whole_month
    last = date.fromordinal(renewal.toordinal() - 1)
    mrc = money.gross(world, month if full else part)
    return Offer(money.gross(world, setup), mrc, not full, today, last)


def add_channels(world: World, pool_id: str, qty: int) -> None:
    """Channels that were bought are there at once, and cost every month from the next renewal on."""
    pool = world.table(CapacityPool)[pool_id]
    if not pool.renewing:
        _await_renewal(world, pool)
    world.table(CapacityPool).put(
        replace(pool, total_channels_count=pool.total_channels_count + qty, renewing=pool.renewing + qty)
    )


@dataclass(frozen=True, slots=True)
class RenewPool(Job):
    """The channels that orders brought are paid for another month, or go as far as nobody uses them."""

    kind: ClassVar[str] = "didww.renew_pool"
    routine: ClassVar[bool] = True
    pool_id: str

    @property
    def subject(self) -> str:
        return f"{CapacityPool.table}/{self.pool_id}"

    def run(self, world: World) -> None:
        pool = world.table(CapacityPool).get(self.pool_id)
        if pool is None or not pool.renewing:
            return
        cost = pool.renewing * money.gross(world, price_of(world, pool, pool.renewing)[1])
        if cost <= money.available(world):
            money.charge(world, cost, "renewal", self.subject, pool.name)
            world.announce(self.subject, "renewed")
        else:
            free = pool.total_channels_count - max(pool.assigned_channels_count, pool.minimum_limit)
            lost = max(0, min(pool.renewing, free))
            pool = replace(
                pool,
                total_channels_count=pool.total_channels_count - lost,
                renewing=pool.renewing - lost,
            )
            world.table(CapacityPool).put(pool)
            world.announce(self.subject, "not renewed")
        if pool.renewing:
            _await_renewal(world, pool)


def _await_renewal(world: World, pool: CapacityPool) -> None:
    due = renewal_after(world.clock.now().date(), pool.renew_day)
    world.at(datetime.combine(due, time(), UTC), RenewPool(pool.id))


def _next(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _previous(day: date) -> date:
    return day.replace(year=day.year - (day.month == 1), month=(day.month - 2) % 12 + 1)


# --- groups --------------------------------------------------------------------------------------


def create_group(world: World, values: Mapping[str, Any]) -> SharedCapacityGroup:
    """A new group with channels of its pool; numbers that are named move into it. Refusal: 403, 422."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = {"shared_channels_count": 0, "metered_channels_count": None}
    read |= read_all(GROUP, {"name": None, **values}, errors)
    pool = _pool(world, values.get("capacity_pool_id"), errors)
    check_name(world, read.get("name"), (SharedCapacityGroup,), errors)  # type: ignore[arg-type]
    _check_counts(pool, None, read, errors)
    _check_numbers(world, pool, values.get("did_ids"), errors)
    if errors or pool is None:
        raise Refusal(errors, _KNOWN)
    group = SharedCapacityGroup(
        **read,  # type: ignore[arg-type]
        id=world.ids.uuid(),
        created_at=now(world),
        capacity_pool_id=pool.id,
    )
    world.table(SharedCapacityGroup).put(group)
    _fill(world, group, values.get("did_ids"))
    settle(world, (pool.id,))
    return group


def update_group(world: World, group: SharedCapacityGroup, values: Mapping[str, Any]) -> SharedCapacityGroup:
    """Change a group; numbers that are named become its only ones. Refusal: 403, 422."""
    require_write_access(world)
    errors: list[ApiError] = []
    read = read_all(GROUP, values, errors)
    pool = _pool(world, values.get("capacity_pool_id", group.capacity_pool_id), errors)
    if pool is not None and pool.id != group.capacity_pool_id:  # assumed: the pool is for ever
        errors.append(invalid("capacity_pool", assumed.INVALID, relationship=True))
    check_name(world, read.get("name"), (SharedCapacityGroup,), errors, group.id)
    _check_counts(pool, group, read, errors)
    _check_numbers(world, pool, values.get("did_ids"), errors)
    if errors:
        raise Refusal(errors, _KNOWN)
    changed = world.table(SharedCapacityGroup).put(replace(group, **read))
    _fill(world, changed, values.get("did_ids"))
    settle(world, (group.capacity_pool_id,))
    return changed


def delete_group(world: World, group: SharedCapacityGroup) -> None:
    """Its channels go back to the pool. Refusal with 422 while it has numbers that are not terminated."""
    require_write_access(world)
    members = [did for did in world.table(Did) if did.shared_capacity_group_id == group.id]
    if any(not did.terminated for did in members):
        raise Refusal(invalid_record(IN_USE), Evidence("documented", "didww.error.capacity_group_in_use"))
    _fill(world, group, ())
    world.table(SharedCapacityGroup).remove(group.id)
    settle(world, (group.capacity_pool_id,))


def _pool(world: World, pool_id: str | None, errors: list[ApiError]) -> CapacityPool | None:
    pool = None if pool_id is None else world.table(CapacityPool).get(pool_id)
    if pool is None:
        message = assumed.BLANK if pool_id is None else assumed.INVALID
        errors.append(invalid("capacity_pool", message, relationship=True))
    return pool


def _check_counts(
    pool: CapacityPool | None,
    group: SharedCapacityGroup | None,
    read: Mapping[str, Any],
    errors: list[ApiError],
) -> None:
    """At least one channel of either kind, and no more shared ones than the pool has left (documented)."""
    held = 0 if group is None else group.shared_channels_count
    shared = read.get("shared_channels_count", held)
    metered = read.get("metered_channels_count", None if group is None else group.metered_channels_count)
    if not shared and not metered and not errors:
        errors.append(invalid("shared_channels_count", assumed.AT_LEAST_ONE))
    if pool is not None and shared > held and shared - held > unassigned(pool):
        errors.append(invalid("shared_channels_count", assumed.at_most(held + unassigned(pool))))


def _check_numbers(
    world: World, pool: CapacityPool | None, did_ids: Iterable[str] | None, errors: list[ApiError]
) -> None:
    """Documented: one error for each number that cannot use the pool, at its place in the list."""
    if did_ids is None or pool is None:
        return
    for place, key in enumerate(did_ids):
        did = world.table(Did).get(key)
        if did is None or not fits(world, pool, did):
            errors.append(invalid(f"dids/{place}", UNFIT, relationship=True))


def fits(world: World, pool: CapacityPool, did: Did) -> bool:
    """Whether a number may use shared channels of a pool: country, kind of number, and no other pool."""
    own = did.capacity_pool_id
    return covers(world, pool, did) and expandable(world, did) and own in (None, pool.id)


def _fill(world: World, group: SharedCapacityGroup, did_ids: Iterable[str] | None) -> None:
    """Let these numbers, and no others, belong to a group; None leaves it as it is."""
    if did_ids is None:
        return
    wanted = set(did_ids)
    table = world.table(Did)
    for did in list(table):
        if did.id in wanted:
            if did.shared_capacity_group_id != group.id:
                table.put(replace(did, shared_capacity_group_id=group.id))
        elif did.shared_capacity_group_id == group.id:
            table.put(replace(did, shared_capacity_group_id=None))
