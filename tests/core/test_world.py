"""Worlds: writes that can be taken back, time that only moves forward, reset to the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from mockserver.core.clock import Clock
from mockserver.core.limits import Limit
from mockserver.core.scheduler import Job
from mockserver.core.stock import Shelf, Shelves
from mockserver.core.tables import Row
from mockserver.core.transitions import Policy
from mockserver.core.world import AccountSeed, World, rows_by_key

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Note(Row):
    table: ClassVar[str] = "demo.notes"
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rename(Job):
    kind: ClassVar[str] = "demo.rename"
    note: str
    text: str

    @property
    def subject(self) -> str:
        return f"demo.notes/{self.note}"

    def run(self, world: World) -> None:
        row = world.table(Note).get(self.note)
        if row is not None:
            world.table(Note).put(replace(row, text=f"{self.text} at {world.clock.now():%H:%M:%S}"))
            world.announce(self.subject, f"renamed to {self.text}")


@dataclass(frozen=True, slots=True)
class Tick(Job):
    """Charges a dollar and comes back a day later: a renewal in its simplest form."""

    kind: ClassVar[str] = "demo.tick"

    @property
    def subject(self) -> str:
        return "demo.account/1"

    def run(self, world: World) -> None:
        world.ledger("demo").post(Decimal("-1"), "tick")
        world.at(world.clock.now() + timedelta(days=1), Tick())


@dataclass(frozen=True, slots=True)
class Explode(Job):
    kind: ClassVar[str] = "demo.explode"

    @property
    def subject(self) -> str:
        return "demo.notes/a"

    def run(self, world: World) -> None:
        world.table(Note).remove("a")
        raise RuntimeError("a defect in a job")


SEED = AccountSeed(
    "demo",
    Decimal("10.00"),
    {"demo.notes": rows_by_key([Note("a", "first"), Note("b", "second")])},
    Shelves([Shelf("us", ((12025550100, 5), (12025550150, 3))), Shelf("gb", ((442079460000, 2),))]),
    limit=Limit(2, 1),
    policies={"demo.notes": Policy("after", timedelta(seconds=10))},
)


def make_world(name: str = "default") -> World:
    world = World(name, {"demo": SEED})
    world.clock.set(mode="frozen", now=START)
    return world


def test_rollback_restores_rows_stock_money_and_agenda_when_a_request_is_refused() -> None:
    world = make_world()
    world.begin()
    notes, stock, ledger = world.table(Note), world.stock("demo"), world.ledger("demo")
    notes.put(Note("c", "third"))
    notes.put(Note("a", "changed"))
    notes.remove("b")
    notes.put(Note("d", "fourth"))
    assert stock.take_first("us", 3) == [12025550100, 12025550101, 12025550102]
    assert stock.take(12025550150)
    assert stock.put_back(12025550101)
    ledger.post(Decimal("-4"), "order")
    world.later(Rename("a", "x"))
    world.announce("demo.notes/a", "changed")
    world.end(accepted=False)
    assert list(notes.rows.items()) == [("a", Note("a", "first")), ("b", Note("b", "second"))]
    assert stock.available("us") == 8
    assert stock.on_sale(12025550100)
    assert (ledger.balance, ledger.lines) == (Decimal("10.00"), [])
    assert world.scheduler.agenda() == []
    assert world.events.since(0) == []


def test_rollback_keeps_what_an_earlier_request_did() -> None:
    world = make_world()
    world.begin()
    world.table(Note).put(Note("c", "third"))
    world.end(accepted=True)
    world.begin()
    world.table(Note).remove("a")
    world.table(Note).put(Note("c", "gone wrong"))
    world.end(accepted=False)
    assert [note.text for note in world.table(Note)] == ["first", "second", "third"]


def test_cancelled_jobs_come_back_when_the_request_is_refused() -> None:
    world = make_world()
    world.begin()
    world.later(Rename("a", "x"))
    world.end(accepted=True)
    world.begin()
    assert world.scheduler.cancel("demo.notes/a") == 1
    world.end(accepted=False)
    assert [entry.job for entry in world.scheduler.agenda()] == [Rename("a", "x")]
    world.advance(by=timedelta(seconds=10))
    assert world.table(Note)["a"].text == "x at 12:00:10"


def test_two_worlds_share_the_seed_and_nothing_else() -> None:
    one, other = make_world("one"), make_world("other")
    one.table(Note).put(Note("a", "changed"))
    one.stock("demo").take(12025550100)
    assert other.table(Note)["a"].text == "first"
    assert other.stock("demo").available("us") == 8
    assert one.ids.uuid() != other.ids.uuid()


def test_ids_are_the_same_for_the_same_seed_and_name() -> None:
    assert make_world("one").ids.uuid() == make_world("one").ids.uuid()


def test_reset_restores_everything_the_seed_says() -> None:
    world = make_world()
    first_id = world.ids.uuid()
    world.table(Note).remove("a")
    world.stock("demo").take_first("us", 8)
    world.ledger("demo").post(Decimal("-1"), "order")
    world.later(Rename("b", "x"))
    world.policies.chosen["demo.notes"] = Policy("manual")
    world.set_limit("demo", None)
    world.reset()
    assert [note.id for note in world.table(Note)] == ["a", "b"]
    assert world.stock("demo").available("us") == 8
    assert world.ledger("demo").balance == Decimal("10.00")
    assert world.scheduler.agenda() == []
    assert world.policies.of("demo.notes/a").mode == "after"
    assert world.limiter("demo") is not None
    assert world.clock.mode == "real"
    assert world.ids.uuid() == first_id


def test_jobs_run_at_their_own_instant_in_order_when_the_clock_is_advanced() -> None:
    world = make_world()
    world.at(START + timedelta(seconds=5), Rename("a", "late"))
    world.at(START + timedelta(seconds=3), Rename("a", "early"))
    world.at(START + timedelta(seconds=5), Rename("b", "tie"))
    result = world.advance(by=timedelta(seconds=60))
    assert [(entry.job, entry.due) for entry in result.fired] == [
        (Rename("a", "early"), START + timedelta(seconds=3)),
        (Rename("a", "late"), START + timedelta(seconds=5)),
        (Rename("b", "tie"), START + timedelta(seconds=5)),
    ]
    assert [note.text for note in world.table(Note)] == ["late at 12:00:05", "tie at 12:00:05"]
    assert [(event.subject, event.change) for event in result.events] == [
        ("demo.notes/a", "renamed to early"),
        ("demo.notes/a", "renamed to late"),
        ("demo.notes/b", "renamed to tie"),
    ]
    assert world.clock.now() == START + timedelta(seconds=60)


def test_manual_jobs_wait_when_the_policy_says_so() -> None:
    world = make_world()
    world.policies.chosen["demo.notes/a"] = Policy("manual")
    world.later(Rename("a", "held"))
    assert world.advance(by=timedelta(days=400)).fired == []
    assert [entry.due for entry in world.scheduler.agenda()] == [None]


def test_thirty_one_days_are_the_same_when_taken_one_by_one() -> None:
    at_once, in_steps = make_world(), make_world()
    for world in (at_once, in_steps):
        world.at(START + timedelta(hours=1), Tick())
    at_once.advance(by=timedelta(days=31))
    for _ in range(31):
        in_steps.advance(by=timedelta(days=1))
    assert at_once.ledger("demo").lines == in_steps.ledger("demo").lines
    assert len(at_once.ledger("demo").lines) == 31
    assert at_once.ledger("demo").balance == Decimal("-21.00")


def test_a_failing_job_is_undone_and_does_not_come_back() -> None:
    world = make_world()
    world.at(START + timedelta(seconds=1), Explode())
    with pytest.raises(RuntimeError, match="a defect in a job"):
        world.advance(by=timedelta(seconds=2))
    assert "a" in world.table(Note)
    assert world.scheduler.agenda() == []


@pytest.mark.parametrize(
    "move",
    [
        {"by": timedelta(seconds=-1)},
        {"to": START - timedelta(days=1)},
        {"by": timedelta.max},
        {"to": datetime(9999, 1, 1, tzinfo=UTC)},
    ],
)
def test_advance_refuses_a_way_back_and_a_way_out_of_range(move: dict[str, object]) -> None:
    world = make_world()
    with pytest.raises(ValueError, match=r"cannot"):
        world.advance(**move)  # type: ignore[arg-type]
    assert world.clock.now() == START


def test_the_clock_stands_still_during_a_request() -> None:
    ticks = iter(START + timedelta(seconds=n) for n in range(100))
    world = World("default", {"demo": SEED}, clock=Clock(lambda: next(ticks)))
    world.begin()
    assert world.clock.now() == world.clock.now()
    world.end(accepted=True)
    assert world.clock.now() < world.clock.now()


def test_a_scaled_clock_runs_faster() -> None:
    now = [START]
    world = World("default", {"demo": SEED}, clock=Clock(lambda: now[0]))
    world.clock.set(mode="scaled", rate=60)
    now[0] += timedelta(seconds=10)
    assert world.clock.now() == START + timedelta(minutes=10)
    world.clock.set(mode="frozen")
    now[0] += timedelta(seconds=10)
    assert world.clock.now() == START + timedelta(minutes=10)
    world.clock.set(mode="real")
    now[0] += timedelta(seconds=10)
    assert world.clock.now() == START + timedelta(minutes=10, seconds=10)


def test_due_jobs_run_before_the_next_request_when_real_time_passes() -> None:
    now = [START]
    world = World("default", {"demo": SEED}, clock=Clock(lambda: now[0]))
    world.later(Rename("a", "x"))
    now[0] += timedelta(seconds=30)
    world.begin()
    assert world.table(Note)["a"].text == "x at 12:00:10"
    assert world.clock.now() == START + timedelta(seconds=30)
    world.end(accepted=True)


def test_the_limit_admits_two_in_any_second() -> None:
    world = make_world()
    assert [world.admit("demo") for _ in range(4)] == [True, True, False, False]
    world.advance(by=timedelta(milliseconds=999))
    assert world.admit("demo") is False
    world.advance(by=timedelta(milliseconds=1))
    assert [world.admit("demo") for _ in range(3)] == [True, True, False]
    world.clock.set(now=START - timedelta(days=1))
    assert world.admit("demo") is True
    world.set_limit("demo", None)
    assert all(world.admit("demo") for _ in range(100))
