"""The outbox: what is sent when, what is tried again, what chaos does; and none of it is left to chance."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core import outbox as module
from mockserver.core.chaos import MISHAPS, Chaos, spoilt
from mockserver.core.clock import Clock
from mockserver.core.outbox import AttemptCallback, Callback, Outbox, Result
from mockserver.core.snapshots import canonical, export, load
from mockserver.core.stock import Shelves
from mockserver.core.transitions import Policy
from mockserver.core.world import AccountSeed, World
from tests.support import NOON, state_of

SEED = AccountSeed(
    "didww",
    Decimal(1000),
    {},
    Shelves([]),
    policies={"didww.callbacks": Policy("immediate")},
    secret_of=lambda sandbox: f"key of {sandbox}",
)
MINUTE = timedelta(minutes=1)
HEADERS = (("Content-Type", "text/plain"), ("X-Signature", "0af3"))
GOOD, BAD = Result("delivered", 200), Result("failed", 500, "answered with 500")


def new_world(name: str = "default") -> World:
    return World(name, {"didww": SEED}, clock=Clock(start=NOON, mode="frozen"))


@pytest.fixture
def world() -> World:
    return new_world()


def post(world: World, subject: str = "didww.orders/1", **more: Any) -> Callback:
    """A callback on its way, kept as an accepted request would."""
    given: dict[str, Any] = {"method": "POST", "url": "http://127.0.0.1:9/", "headers": HEADERS, **more}
    callback = world.outbox.post("didww", subject, "completed", signature="X-Signature", **given)
    world.commit()
    return callback


def deliver(world: World, result: Result = GOOD) -> list[str]:
    """What whoever delivers does: send what is open, until there is no more. The ids in their order."""
    sent = []
    while world.outbox.sending:
        for callback in world.outbox.sending:
            sent.append(callback.id)
            world.outbox.record(callback, result)
            world.commit()
        world.advance(by=timedelta())
    return sent


def advance(world: World, result: Result = GOOD, **by: float) -> list[str]:
    world.advance(by=timedelta(**by))
    return deliver(world, result)


def kept(world: World, identifier: str) -> Callback:
    found = world.outbox.find(identifier)
    assert found is not None
    return found


# --- posting and attempts ------------------------------------------------------------------------


def test_callback_is_sent_at_once_and_delivered(world: World) -> None:
    posted = post(world, body=b"id=1")
    assert (posted.id, posted.key, posted.state) == ("callback-1", "didww.callbacks/callback-1", "pending")
    assert (posted.created_at, posted.under_way, world.outbox.sending) == (NOON, False, [])
    world.begin()  # the next request, or the courier's look
    world.end(True)
    (open_,) = world.outbox.sending
    assert (open_.id, open_.under_way, open_.attempts[0].at) == ("callback-1", True, NOON)
    assert deliver(world) == ["callback-1"]
    done = kept(world, "callback-1")
    assert (done.state, done.attempts[0].outcome, done.attempts[0].status) == ("delivered", "delivered", 200)
    assert world.scheduler.agenda() == []
    assert advance(world, days=30) == []


def test_refused_request_leaves_no_callback(world: World) -> None:
    post(world)
    before = state_of(world)
    world.begin()
    world.end(True)
    opened = state_of(world)
    world.begin()
    world.outbox.chaos = Chaos(duplicate=1)
    world.outbox.post("didww", "didww.orders/2", "completed", method="GET", url="http://a/", headers=())
    world.outbox.record(kept(world, "callback-1"), BAD)
    world.outbox.redeliver(kept(world, "callback-1"))
    world.outbox.clear()
    world.outbox.chaos = Chaos()
    world.end(False)
    assert state_of(world) == opened != before
    assert [callback.id for callback in world.outbox.sending] == ["callback-1"]
    assert post(world).id == "callback-2"


def test_failed_attempts_follow_the_waits_and_then_it_has_failed(world: World) -> None:
    waits = (MINUTE, 10 * MINUTE, timedelta(days=2))
    post(world, waits=waits)
    advance(world, BAD)
    assert [entry.due for entry in world.scheduler.agenda()] == [NOON + MINUTE]
    assert advance(world, BAD, seconds=59) == []
    assert advance(world, BAD, seconds=1) == ["callback-1"]
    assert kept(world, "callback-1").state == "pending"
    advance(world, BAD, days=3)  # two attempts in one go, each at its own instant
    failed = kept(world, "callback-1")
    assert [attempt.at - NOON for attempt in failed.attempts] == [
        timedelta(),
        MINUTE,
        11 * MINUTE,
        11 * MINUTE + timedelta(days=2),
    ]
    assert (failed.state, failed.tried, failed.attempts[-1].detail) == ("failed", 3, "answered with 500")
    assert world.scheduler.agenda() == []


def test_one_long_step_tries_as_often_as_many_short_ones() -> None:
    def tried(steps: list[float]) -> tuple[Any, ...]:
        world = new_world()
        post(world, waits=(MINUTE, 10 * MINUTE, 30 * MINUTE))
        for minutes in steps:
            advance(world, BAD, minutes=minutes)
        return kept(world, "callback-1").attempts

    assert tried([60]) == tried([1] * 60) == tried([0, 0.5, 45, 14.5])


def test_success_ends_the_tries(world: World) -> None:
    post(world, waits=(MINUTE, MINUTE))
    advance(world, BAD)
    assert advance(world, minutes=5) == ["callback-1"]
    assert kept(world, "callback-1").state == "delivered"
    assert len(kept(world, "callback-1").attempts) == 2


def test_blocked_callback_says_why_and_is_not_tried_again(world: World) -> None:
    post(world, waits=(MINUTE,))
    advance(world, Result("blocked", detail="far away"))
    assert (kept(world, "callback-1").state, kept(world, "callback-1").reason) == ("blocked", "far away")
    assert world.scheduler.agenda() == []


def test_policy_delays_or_holds(world: World) -> None:
    world.policies.chosen["didww.callbacks"] = Policy("after", MINUTE)
    post(world)
    assert advance(world, seconds=59) == []
    assert advance(world, seconds=1) == ["callback-1"]
    world.policies.chosen["didww.callbacks"] = Policy("manual")
    held = post(world)
    assert (held.state, held.reason) == ("held", module.HELD)
    assert advance(world, days=30) == []
    world.fire("didww.callbacks/callback-2")
    assert (kept(world, "callback-2").state, kept(world, "callback-2").reason) == ("pending", "")
    assert deliver(world) == ["callback-2"]


@pytest.mark.parametrize("before", [GOOD, BAD, Result("blocked", detail="far away"), None])
def test_redelivery_sends_now_and_counts_anew(world: World, before: Result | None) -> None:
    if before is None:
        world.outbox.chaos = Chaos(drop=1)
    post(world, waits=(MINUTE,))
    if before is not None:
        advance(world, before)
    world.outbox.redeliver(kept(world, "callback-1"))
    world.commit()
    assert deliver(world, BAD) == ["callback-1"]
    assert [entry.due for entry in world.scheduler.agenda()] == [
        NOON + MINUTE
    ]  # the one planned before is gone
    assert advance(world, BAD, minutes=1) == ["callback-1"]
    assert kept(world, "callback-1").state == "failed"


def test_attempts_take_their_turns(world: World) -> None:
    for _ in range(3):
        post(world, waits=(MINUTE,))
    assert advance(world, BAD) == ["callback-1", "callback-2", "callback-3"]
    world.outbox.redeliver(kept(world, "callback-3"))
    world.commit()
    world.advance(by=MINUTE)
    assert deliver(world) == ["callback-3", "callback-1", "callback-2"]


def test_result_of_what_is_no_more_is_ignored(world: World) -> None:
    post(world)
    world.advance(by=timedelta())
    (sent,) = world.outbox.sending
    assert world.outbox.clear() == 1
    assert world.outbox.record(sent, GOOD) is None
    world.reset()
    post(world)
    world.advance(by=timedelta())
    (again,) = world.outbox.sending
    assert again == sent  # the same id and content after a reset, and yet another one
    assert world.outbox.record(sent, GOOD) is None
    assert world.outbox.record(again, GOOD) is not None
    assert world.outbox.record(again, GOOD) is None


def test_clear_takes_what_was_planned_off_the_agenda(world: World) -> None:
    post(world, waits=(MINUTE,))
    advance(world, BAD)
    world.outbox.clear()
    world.commit()
    assert (len(world.outbox), world.scheduler.agenda()) == (0, [])
    assert post(world).id == "callback-2"


def test_job_of_a_callback_that_is_gone_does_nothing(world: World) -> None:
    world.at(NOON, AttemptCallback("didww", "callback-7"))
    world.commit()
    assert advance(world) == []


def small(world: World, **bounds: int) -> Outbox:
    world.outbox = Outbox(
        world.clock, world.scheduler, world.policies, world._undo, world.outbox.chance, **bounds
    )
    return world.outbox


def test_finished_callbacks_are_forgotten_first(world: World) -> None:
    outbox = small(world, most=3)
    post(world)
    world.policies.chosen["didww.callbacks"] = Policy("manual")
    for _ in range(2):
        post(world)
    advance(world)
    post(world)
    assert [callback.id for callback in outbox] == ["callback-2", "callback-3", "callback-4"]
    post(world)
    assert [callback.id for callback in outbox] == ["callback-3", "callback-4", "callback-5"]
    assert [entry.job.subject for entry in world.scheduler.agenda()] == [one.key for one in outbox]


def test_memory_is_bounded_and_the_latest_stays(world: World) -> None:
    outbox = small(world, most_bytes=5000)
    for _ in range(5):
        post(world, body=bytes(900))
    assert [callback.id for callback in outbox] == ["callback-4", "callback-5"]
    post(world, body=bytes(9000))
    assert [callback.id for callback in outbox] == ["callback-6"]


def test_attempts_that_are_kept_are_bounded(world: World) -> None:
    post(world)
    advance(world)
    for _ in range(60):
        world.outbox.redeliver(kept(world, "callback-1"))
        deliver(world)
    attempts = kept(world, "callback-1").attempts
    assert (len(attempts), attempts[-1].turn) == (50, 61)


def test_secret_is_the_seeds(world: World) -> None:
    assert world.callback_secret("didww") == "key of default"
    assert "key of" not in json.dumps(export(world.capture()))


# --- chaos ---------------------------------------------------------------------------------------


def test_dropped_callback_is_held_until_it_is_redelivered(world: World) -> None:
    world.outbox.chaos = Chaos(drop=1, duplicate=1)
    dropped = post(world)
    assert (dropped.state, dropped.reason) == ("held", module.DROPPED)
    assert advance(world, days=9) == []
    world.outbox.redeliver(dropped)
    assert deliver(world) == ["callback-1"]


def test_duplicate_is_another_callback_just_like_it(world: World) -> None:
    world.outbox.chaos = Chaos(duplicate=1)
    post(world, body=b"id=1")
    first, second = world.outbox
    assert replace(second, id="callback-1", number=1, duplicate_of="") == first
    assert second.duplicate_of == "callback-1"
    assert advance(world) == ["callback-1", "callback-2"]


def test_reordered_callback_goes_after_the_next(world: World) -> None:
    world.outbox.chaos = Chaos(reorder=1)
    kept_back = post(world)
    assert (kept_back.state, kept_back.reason) == ("pending", module.KEPT_BACK)
    assert advance(world, seconds=30) == []
    post(world)
    assert advance(world) == ["callback-2", "callback-1"]
    post(world)
    post(world)
    assert advance(world) == ["callback-4", "callback-3"]


def test_reordered_callback_does_not_wait_forever(world: World) -> None:
    world.outbox.chaos = Chaos(reorder=1, reorder_within=timedelta(hours=1))
    post(world)
    assert advance(world, minutes=59) == []
    assert advance(world, minutes=1) == ["callback-1"]


def test_reordered_callback_goes_after_the_next_whatever_the_policy_is_by_then(world: World) -> None:
    world.outbox.chaos = Chaos(reorder=1)
    post(world)
    world.outbox.chaos = Chaos()
    post(world)
    assert advance(world) == ["callback-2", "callback-1"]


def test_delayed_callback_is_late(world: World) -> None:
    world.outbox.chaos = Chaos(delay=1, delay_by=timedelta(hours=2))
    world.policies.chosen["didww.callbacks"] = Policy("after", MINUTE)
    post(world)
    assert advance(world, hours=2) == []
    assert advance(world, minutes=1) == ["callback-1"]


def test_bad_signature_is_wrong_and_looks_the_same(world: World) -> None:
    world.outbox.chaos = Chaos(bad_signature=1)
    callback = post(world)
    assert callback.headers == (("Content-Type", "text/plain"), ("X-Signature", "f50c"))
    assert spoilt("0123456789abcdef") == "fedcba9876543210"


def test_times_bounds_how_many_are_struck(world: World) -> None:
    world.outbox.chaos = Chaos(drop=1, times=2)
    assert [post(world).state for _ in range(4)] == ["held", "held", "pending", "pending"]
    assert world.outbox.struck == 2


_LIKELY = st.sampled_from((0.0, 0.2, 0.5, 1.0))
_CHAOS = st.builds(
    Chaos,
    **dict.fromkeys(MISHAPS, _LIKELY),
    times=st.none() | st.integers(1, 5),
)
_RESULTS = st.sampled_from((GOOD, BAD, Result("blocked", detail="far away")))
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.just(0)),
        st.tuples(st.just("advance"), st.integers(0, 5000)),
        st.tuples(st.just("chaos"), _CHAOS),
        st.tuples(st.just("policy"), st.sampled_from((Policy("manual"), Policy("after", MINUTE), Policy()))),
        st.tuples(st.just("redeliver"), st.integers(0, 5)),
        st.tuples(st.just("refused"), st.just(0)),
        st.tuples(st.just("snapshot"), st.just(0)),
    ),
    max_size=25,
)


def walk(world: World, steps: list[Any], result: Callable[[Callback], Result]) -> list[Any]:
    """Take the steps; everything that came over the wire, in order."""
    wire: list[Any] = []
    for what, how in steps:
        if what == "post":
            post(world, waits=(MINUTE, 10 * MINUTE))
        elif what == "advance":
            world.advance(by=timedelta(seconds=how))
        elif what == "chaos":
            world.outbox.chaos = how
        elif what == "policy":
            world.policies.chosen["didww.callbacks"] = how
        elif what == "redeliver":
            callback = world.outbox.find(f"callback-{how}")
            if callback is not None and not callback.under_way:
                world.outbox.redeliver(callback)
                world.commit()
        elif what == "refused":
            world.begin()
            state, struck = state_of(world), world.outbox.struck
            world.outbox.post("didww", "a/1", "b", method="GET", url="http://a/", headers=())
            world.end(False)
            assert (state_of(world), world.outbox.struck) == (state, struck)
        elif what == "snapshot":
            kept_state = world.capture()
            world.restore(load(json.loads(canonical(export(kept_state))), kept_state))
        for callback in list(world.outbox.sending):
            wire.append((callback.id, callback.headers, callback.attempts[-1].at))
            world.outbox.record(callback, result(callback))
            world.commit()
    return wire


@given(_STEPS, st.lists(_RESULTS, min_size=1, max_size=7))
@settings(max_examples=60)
def test_the_same_steps_have_the_same_mishaps(steps: list[Any], results: list[Result]) -> None:
    def result(callback: Callback) -> Result:
        return results[callback.attempts[-1].turn % len(results)]

    one, two = new_world(), new_world()
    assert walk(one, steps, result) == walk(two, [step for step in steps if step[0] != "snapshot"], result)
    assert one.outbox.state() == two.outbox.state()
    planned = [entry.job.subject for entry in one.scheduler.agenda()]
    assert len(planned) == len(set(planned))
    for callback in one.outbox:
        waits = callback.state == "pending" or callback.reason == module.HELD
        assert waits == (callback.key in planned), callback
        assert callback.state in ("pending", "held") or callback.attempts[-1].outcome
        assert (callback.state == "blocked") == (callback.reason == "far away")


@given(st.sampled_from(MISHAPS), st.floats(0.1, 0.9), _CHAOS)
@settings(max_examples=30)
def test_one_mishap_more_likely_moves_no_other(which: str, likely: float, chaos: Chaos) -> None:
    chaos = replace(chaos, times=None, duplicate=0.5, reorder=0.0)
    other = replace(chaos, **{which: likely})
    seen: list[list[set[str]]] = []
    for policy in (chaos, other):
        world = new_world()
        world.outbox.chaos = policy
        for _ in range(20):
            post(world)
        seen.append([set(one.chaos) - {which, "reorder"} for one in world.outbox if not one.duplicate_of])
    assert seen[0] == seen[1]


# --- snapshots -----------------------------------------------------------------------------------


def busy() -> World:
    """Something of everything, one of them under way."""
    world = new_world()
    for result in (GOOD, Result("blocked", detail="far away"), BAD):
        post(world, waits=(MINUTE,))
        advance(world, result)
    world.outbox.chaos = Chaos(drop=0.5, bad_signature=0.5)
    for _ in range(4):
        post(world)
    world.advance(by=timedelta())
    assert len(world.outbox.sending) >= 1
    return world


def test_snapshot_holds_the_outbox(world: World) -> None:
    state = busy()
    kept_state = state.capture()
    post(state)
    state.outbox.clear()
    state.commit()
    state.restore(kept_state)
    assert state.capture() == kept_state
    world.restore(load(json.loads(canonical(export(kept_state))), world.capture()))
    assert export(world.capture()) == export(kept_state)
    assert [one.id for one in world.outbox.sending] == [one.id for one in state.outbox.sending]
    assert [post(world).chaos for _ in range(9)] == [post(state).chaos for _ in range(9)]


def test_attempt_under_way_ends_in_the_state_that_was_put_back() -> None:
    world = busy()
    sent = world.outbox.sending[0]
    world.restore(world.capture())
    assert world.outbox.record(sent, GOOD) is not None


def test_outbox_is_no_part_of_the_states_digest(world: World) -> None:
    digest = world.capture().hash
    post(world, waits=(MINUTE,))
    assert world.capture().hash == digest
    advance(world, BAD)
    assert world.capture().hash == digest


def test_bad_callbacks_in_a_snapshot_are_refused(world: World) -> None:
    post(world)
    document = json.loads(canonical(export(world.capture())))
    like = world.capture()
    document["outbox"]["callbacks"] *= 2
    with pytest.raises(ValueError, match="two callbacks share an id"):
        load(document, like)
    document["outbox"]["callbacks"] = [{}]
    with pytest.raises(ValueError, match=r"outbox.callbacks\[0\].id: is missing"):
        load(document, like)
