"""Numbers held for ten minutes (reference 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from mockserver.core.messages import Evidence
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.providers.didww.assumptions import BLANK, INVALID, RESERVATION_LIMIT_REACHED
from mockserver.providers.didww.rows import DidReservation
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.access import require_write_access
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.reading import DESCRIPTION, read_all

HELD_FOR = timedelta(minutes=10)  # recorded
MOST_LIVE = 10  # documented default; the account's option `reservations` overrides it


@dataclass(frozen=True, slots=True)
class ExpireReservation(Job):
    """The end of the ten minutes: the reservation is gone, the number is on sale again."""

    kind: ClassVar[str] = "didww.expire_reservation"
    routine: ClassVar[bool] = True
    reservation_id: str

    @property
    def subject(self) -> str:
        return f"{DidReservation.table}/{self.reservation_id}"

    def run(self, world: World) -> None:
        reservation = world.table(DidReservation).get(self.reservation_id)
        if reservation is not None:
            _drop(world, reservation, "reserved -> expired")


def available_count(world: World) -> int:
    """How many more reservations may be made: `meta.available_count` of list and show."""
    most: int = world.options["didww"]["reservations"]
    return max(0, most - len(world.table(DidReservation)))


def reserve(world: World, available_did_id: str | None, description: object = None) -> DidReservation:
    """Hold one number. None stands for a request without the relationship; `description` is as it came.

    Refusal: 403 for a read-only account; 422 for no number, one that is not on sale, a description that is
    no text, or one too many.
    """
    require_write_access(world)
    errors: list[ApiError] = []
    evidence: Evidence | None = None
    row = None if available_did_id is None else availability.find(world, available_did_id)
    if available_did_id is None:
        errors.append(invalid("available_did", BLANK, relationship=True))
        evidence = Evidence("assumed", "didww.error.reservation_without_number")
    elif row is None or not world.stock("didww").take(int(row.number)):
        errors.append(invalid("available_did", INVALID, relationship=True))
        evidence = Evidence("documented", "didww.error.reservation_number_taken")
    read = read_all({"description": DESCRIPTION}, {"description": description}, errors)
    if errors or row is None:
        raise Refusal(errors, evidence)
    if available_count(world) < 1:
        raise Refusal(
            invalid_record(RESERVATION_LIMIT_REACHED), Evidence("assumed", "didww.error.reservation_limit")
        )
    instant = now(world)
    reservation = DidReservation(world.ids.uuid(), read["description"], instant, instant + HELD_FOR, row.id)
    world.table(DidReservation).put(reservation)
    world.at(reservation.expires_at, ExpireReservation(reservation.id))
    world.announce(f"{DidReservation.table}/{reservation.id}", "reserved")
    return reservation


def release(world: World, reservation: DidReservation) -> None:
    """Give a number back before its time. Refusal with 403 for a read-only account."""
    require_write_access(world)
    world.scheduler.cancel(f"{DidReservation.table}/{reservation.id}")
    _drop(world, reservation, "reserved -> released")


def consume(world: World, reservation: DidReservation) -> int:
    """Turn a reservation into a sale: it is gone and the number stays off the shelf. Returns the number."""
    number = availability.number_of(world, reservation.available_did_id)
    assert number is not None  # only ids of numbers are ever reserved
    world.scheduler.cancel(f"{DidReservation.table}/{reservation.id}")
    world.table(DidReservation).remove(reservation.id)
    world.announce(f"{DidReservation.table}/{reservation.id}", "reserved -> ordered")
    return number


def _drop(world: World, reservation: DidReservation, change: str) -> None:
    world.table(DidReservation).remove(reservation.id)
    number = availability.number_of(world, reservation.available_did_id)
    if number is not None:
        world.stock("didww").put_back(number)
    world.announce(f"{DidReservation.table}/{reservation.id}", change)
