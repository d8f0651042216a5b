"""Which requests a fault strikes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.faults import Effect, Fault, Faults
from mockserver.core.ids import Ids
from tests.support import NOON

DOWN = Effect(status=503)


def hits(fault: Fault, requests: int, seed: str = "s") -> list[int]:
    """The places, from 1, of the requests that a fault strikes among equal ones."""
    faults = Faults(Ids(seed))
    faults.put(fault)
    return [
        place
        for place in range(1, requests + 1)
        if faults.strike("idt", "create_order", "POST", "/v1/dids/orders", NOON) is not None
    ]


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault("f", DOWN), [1, 2, 3, 4, 5, 6]),
        (Fault("f", DOWN, times=2), [1, 2]),
        (Fault("f", DOWN, nth=3), [3]),
        (Fault("f", DOWN, every=2), [2, 4, 6]),
        (Fault("f", DOWN, every=2, times=2), [2, 4]),
        (Fault("f", DOWN, every=2, nth=3), []),
        (Fault("f", DOWN, probability=1.0), [1, 2, 3, 4, 5, 6]),
    ],
)
def test_fault_strikes_as_often_as_it_says(fault: Fault, struck: list[int]) -> None:
    assert hits(fault, 6) == struck


@pytest.mark.parametrize(
    ("fault", "matches"),
    [
        (Fault("f", DOWN, provider="idt"), True),
        (Fault("f", DOWN, provider="didww"), False),
        (Fault("f", DOWN, operation="create_order"), True),
        (Fault("f", DOWN, operation="get_order"), False),
        (Fault("f", DOWN, method="POST"), True),
        (Fault("f", DOWN, method="GET"), False),
        (Fault("f", DOWN, path="/v1/dids/orders"), True),
        (Fault("f", DOWN, path="/v1/*"), True),
        (Fault("f", DOWN, path="/v1/dids/order?"), True),
        (Fault("f", DOWN, path="/V1/*"), False),
        (Fault("f", DOWN, path="/v1/dids"), False),
        (Fault("f", DOWN, provider="idt", method="GET"), False),
    ],
)
def test_fault_is_about_the_requests_it_names(fault: Fault, matches: bool) -> None:
    assert bool(hits(fault, 1)) is matches


def test_fault_ends_after_its_last_instant() -> None:
    faults = Faults(Ids("s"))
    faults.put(Fault("f", DOWN, until=NOON))
    assert faults.strike("idt", "", "GET", "/", NOON) is not None
    assert faults.strike("idt", "", "GET", "/", NOON + timedelta(microseconds=1)) is None


def test_first_fault_that_strikes_wins_and_later_ones_are_not_asked() -> None:
    faults = Faults(Ids("s"))
    second_only = faults.put(Fault("a", DOWN, nth=2))
    always = faults.put(Fault("b", DOWN))
    order = [faults.strike("idt", "", "GET", "/", NOON) for _ in range(3)]
    assert [fault.id for fault in order if fault is not None] == ["b", "a", "b"]
    assert (second_only.seen, second_only.hits, always.seen, always.hits) == (3, 1, 2, 2)


def test_replaced_fault_keeps_its_place_and_counts_anew() -> None:
    faults = Faults(Ids("s"))
    faults.put(Fault("a", DOWN))
    faults.put(Fault("b", DOWN))
    faults.strike("idt", "", "GET", "/", NOON)
    faults.put(Fault("a", Effect(cut=True)))
    assert [(one.fault.id, one.seen, one.hits) for one in faults] == [("a", 0, 0), ("b", 0, 0)]
    faults.put(Fault("b", DOWN), first=True)
    assert [one.fault.id for one in faults] == ["b", "a"]


@given(st.floats(min_value=0.01, max_value=0.99), st.text(min_size=1, max_size=5))
def test_chance_is_the_same_for_the_same_seed(probability: float, seed: str) -> None:
    fault = Fault("f", DOWN, probability=probability)
    assert hits(fault, 40, seed) == hits(fault, 40, seed)


def test_chance_is_about_what_it_says() -> None:
    struck = len(hits(Fault("f", DOWN, probability=0.25), 4000))
    assert 850 < struck < 1150
