"""What became of numbers: who wrote what, when it is told, what may be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from mockserver.core.happenings import CannotHappen
from tests.didww.account import Account, did_item
from tests.didww.contract import OLD, assert_refused, read
from tests.didww.refusals import unchanged
from tests.didww.test_exports import happen

ACTIONS = read("queries.yaml")["did_history"]["filters"]["action"]["enum"]
METHODS = read("queries.yaml")["did_history"]["filters"]["method"]["enum"]


def told(account: Account, number: str) -> list[tuple[Any, ...]]:
    """Action, method and meta of what is told of a number, oldest first."""
    rows = account.all(f"/did_history?filter[did_number]={number}&sort=created_at")
    return [
        (
            row["attributes"]["action"],
            row["attributes"]["method"],
            *(row["meta"].values() if "meta" in row else ()),
        )
        for row in rows
    ]


def patch(account: Account, did: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    body = {"data": {"type": "dids", "id": did["id"], "attributes": attributes}}
    answer = account.patch(f"/dids/{did['id']}", body)
    assert answer.status == 200, answer.raw
    return answer.data  # type: ignore[no-any-return]


def bought(account: Account, **item: Any) -> tuple[dict[str, Any], str]:
    """A number that was bought, and its digits."""
    (did,) = account.dids_of(account.buy(**item))
    return did, did["attributes"]["number"]


def test_seed_tells_of_every_action_by_every_method(account: Account) -> None:
    rows = account.all("/did_history")
    assert {row["attributes"]["action"] for row in rows} == set(ACTIONS)
    assert {row["attributes"]["method"] for row in rows} == set(METHODS)


def test_there_is_history_whenever_the_server_is_started(account: Account) -> None:
    ids = {row["id"] for row in account.all("/did_history")}
    account.advance(days=365 * 4)
    rows = account.all("/did_history")
    assert {row["attributes"]["action"] for row in rows} == set(ACTIONS)
    assert not ids & {row["id"] for row in rows}


def test_newest_entry_comes_first(account: Account) -> None:
    """Documented."""
    times = [row["attributes"]["created_at"] for row in account.all("/did_history")]
    assert times == sorted(times, reverse=True)
    assert len(times) > 20


def test_newest_entry_of_one_instant_comes_first(account: Account) -> None:
    """The clock stands still: what was written last is still the newest."""
    did, number = bought(account)
    patch(account, did, terminated=True)
    patch(account, did, terminated=False)
    wanted = [("canceled", "restored"), ("restored", "canceled")]
    for sort, order in zip(("created_at", "-created_at"), wanted, strict=True):
        rows = account.all(f"/did_history?filter[did_number]={number}&sort={sort}")
        actions = [row["attributes"]["action"] for row in rows]
        assert [action for action in actions if action in order] == list(order)
    actions = [
        one["attributes"]["action"] for one in account.all(f"/did_history?filter[did_number]={number}")
    ]
    assert [action for action in actions if action in wanted[1]] == list(wanted[1])


def test_entry_is_found_under_its_id_for_90_days(account: Account) -> None:
    rows = account.all("/did_history")
    for row in rows:
        assert account.get(f"/did_history/{row['id']}").data == row
    _, number = bought(account)
    (own,) = account.get(f"/did_history?filter[did_number]={number}").data
    assert account.get(f"/did_history/{own['id']}").data == own
    account.world.advance(to=datetime.fromisoformat(own["attributes"]["created_at"]) + timedelta(days=90))
    assert account.get(f"/did_history/{own['id']}").data == own
    account.advance(seconds=1)
    for row in (rows[0], own):
        assert_refused(account.get(f"/did_history/{row['id']}"), "not_found", id=row["id"])
    assert (own["id"] in {row["id"] for row in account.all("/did_history")}) is False


def test_number_is_assigned_when_its_order_is_completed(account: Account) -> None:
    placed = account.order(did_item(account.group()["skus"][0], qty=1)).data
    (did,) = account.dids_of(placed)
    number = did["attributes"]["number"]
    assert told(account, number) == []
    account.advance(seconds=10)
    assert told(account, number) == [("assigned", "api3")]


def test_canceled_order_leaves_no_trace(account: Account) -> None:
    placed = account.order(did_item(account.group()["skus"][0], qty=2)).data
    first, second = account.dids_of(placed)
    patch(account, first, terminated=True)
    account.delete(f"/orders/{placed['id']}")
    for did in (first, second):
        assert told(account, did["attributes"]["number"]) == []


def test_customer_cancels_and_restores(account: Account) -> None:
    did, number = bought(account)
    patch(account, did, terminated=True)
    account.advance(seconds=1)
    patch(account, did, terminated=False)
    assert sorted(told(account, number)[1:]) == sorted(
        [
            ("canceled", "api3"),
            ("billing_cycles_count_changed", "api3", "empty", "0"),
            ("restored", "api3"),
            ("billing_cycles_count_changed", "api3", "0", "empty"),
        ]
    )


def test_changed_count_is_told_with_both_values(account: Account) -> None:
    did, number = bought(account)
    patch(account, did, billing_cycles_count=5)
    account.advance(seconds=1)
    patch(account, did, billing_cycles_count=5, description="x")
    patch(account, did, billing_cycles_count=None)
    assert told(account, number)[1:] == [
        ("billing_cycles_count_changed", "api3", "empty", "5"),
        ("billing_cycles_count_changed", "api3", "5", "empty"),
    ]
    (row, *_) = account.get("/did_history?filter[action]=billing_cycles_count_changed").data
    assert list(row) == ["id", "type", "attributes", "meta"]
    assert list(row["meta"]) == ["from", "to"]
    (other, *_) = account.get("/did_history?filter[action]=assigned").data
    assert list(other) == ["id", "type", "attributes"]


def test_renewal_and_end_are_the_systems(account: Account) -> None:
    """With one cycle left: renewed once, then canceled for want of another, removed after 35 days."""
    did, number = bought(account, billing_cycles_count=1)
    account.advance(days=32)
    assert told(account, number)[1:] == [
        ("renewed", "system"),
        ("billing_cycles_count_changed", "system", "1", "0"),
    ]
    account.advance(days=31)
    shown = account.get(f"/dids/{did['id']}").data["attributes"]
    assert (shown["blocked"], shown["terminated"], shown["billing_cycles_count"]) == (True, False, 0)
    assert told(account, number)[-1] == ("canceled", "system")
    account.advance(days=36)
    assert account.get(f"/dids/{did['id']}").status == 404
    assert told(account, number)[-1] == ("removed", "system")


def test_expired_number_that_is_paid_again_is_renewed(account: Account) -> None:
    did, number = bought(account, billing_cycles_count=0)
    account.advance(days=32)
    funds = account.funds
    patch(account, did, terminated=False)
    assert account.funds < funds
    assert ("renewed", "api3") in told(account, number)
    assert account.get(f"/dids/{did['id']}").data["attributes"]["blocked"] is False


def test_number_that_waits_for_its_registration_is_removed_when_it_is_ended(account: Account) -> None:
    (did,) = account.dids_of(account.buy(1, account.group(registration=True)))
    funds = account.funds
    patch(account, did, terminated=True)
    assert account.get(f"/dids/{did['id']}").status == 404
    assert account.funds > funds
    assert told(account, did["attributes"]["number"])[-1] == ("removed", "api3")


def test_refused_change_is_not_told(account: Account) -> None:
    did, number = bought(account)
    before = told(account, number)
    attributes = {"billing_cycles_count": 3, "capacity_limit": -1}
    body = {"data": {"type": "dids", "id": did["id"], "attributes": attributes}}
    assert account.patch(f"/dids/{did['id']}", body).status == 422
    assert told(account, number) == before


@pytest.mark.parametrize("bound", ["created_at_gteq", "created_at_lteq"])
def test_bound_before_the_last_90_days_is_refused(bound: str, account: Account) -> None:
    """Documented."""
    for day in ("2025-01-01T00:00:00Z", "2025-01-01", "2025-12-01T11:59:58Z"):
        assert_refused(account.get(f"/did_history?filter[{bound}]={day}"), "history_too_old")
    for day in ("2025-12-01T12:00:00Z", "2026-02-01", "2026-03-01T12:00:00.000Z"):
        assert account.get(f"/did_history?filter[{bound}]={day}").status == 200


def test_bounds_narrow_the_history(account: Account) -> None:
    rows = account.all("/did_history")
    middle = rows[len(rows) // 2]["attributes"]["created_at"]
    later = account.all(f"/did_history?filter[created_at_gteq]={middle}")
    earlier = account.all(f"/did_history?filter[created_at_lteq]={middle}")
    assert [row["id"] for row in later] == [
        row["id"] for row in rows if row["attributes"]["created_at"] >= middle
    ]
    assert [row["id"] for row in earlier] == [
        row["id"] for row in rows if row["attributes"]["created_at"] <= middle
    ]


@pytest.mark.parametrize("name", ["action", "method"])
def test_word_that_there_is_not_is_refused(name: str, account: Account) -> None:
    for value in ("bogus", "", "assigned,renewed", "Assigned"):
        answer = account.get(f"/did_history?filter[{name}]={value}")
        assert answer.status == 400
        assert answer.body["errors"][0]["code"] == "107"


def test_history_is_not_there_before_2026(account: Account) -> None:
    for version in ("2021-04-19", "2021-12-15", OLD):
        assert account.as_of(version).get("/did_history").status == 404


def test_history_cannot_be_written(account: Account) -> None:
    (row, *_) = account.get("/did_history").data
    assert account.post("/did_history", {"data": {"type": "did_history"}}).status == 404
    assert account.delete(f"/did_history/{row['id']}").status == 404


# --- what happens from outside -----------------------------------------------------------------------------


def test_month_of_a_number_can_be_made_to_end_soon(account: Account) -> None:
    did, number = bought(account)
    result = happen(account, "near_expiry", did=number, **{"in": "2h"})
    assert result["expires_at"] == "2026-03-01T14:01:00.000Z"
    assert account.get(f"/dids/{did['id']}").data["attributes"]["expires_at"] == result["expires_at"]
    account.advance(hours=1)
    assert told(account, number)[1:] == []
    account.advance(hours=2)
    assert told(account, number)[1:] == [("renewed", "system")]
    shown = account.get(f"/dids/{did['id']}").data["attributes"]["expires_at"]
    assert shown == "2026-04-01T14:01:00.000Z"


def test_number_can_be_blocked_and_unblocked(account: Account) -> None:
    did, number = bought(account)
    for blocked in (True, False):
        happen(account, "block_did", did=number, blocked=blocked)
        assert account.get(f"/dids/{did['id']}").data["attributes"]["blocked"] is blocked


def test_number_that_ended_or_waits_cannot_be_unblocked(account: Account) -> None:
    (ended,) = account.get("/dids?filter[terminated]=true").data
    (waiting,) = account.get("/dids?filter[awaiting_registration]=true").data
    did, number = bought(account)
    change = {"data": {"type": "dids", "id": did["id"], "attributes": {"billing_cycles_count": 0}}}
    assert account.patch(f"/dids/{did['id']}", change).status == 200
    account.advance(days=32)
    for one in (ended["id"], waiting["id"], number):
        with unchanged(account), pytest.raises(CannotHappen, match="is blocked because"):
            happen(account, "block_did", did=one, blocked=False)


def test_number_can_be_canceled_elsewhere(account: Account) -> None:
    did, number = bought(account)
    happen(account, "cancel_did", did=did["id"], method="staff")
    assert account.get(f"/dids/{did['id']}").data["attributes"]["terminated"] is True
    assert told(account, number)[1:] == [
        ("canceled", "staff"),
        ("billing_cycles_count_changed", "staff", "empty", "0"),
    ]


def test_seed_has_a_blocked_number_and_one_with_a_last_renewal(account: Account) -> None:
    (ended,) = account.get("/dids?filter[terminated]=true").data
    attributes = ended["attributes"]
    assert (attributes["blocked"], attributes["billing_cycles_count"]) == (True, 0)
    (last,) = account.get("/dids?filter[billing_cycles_count]=1").data
    assert last["attributes"]["blocked"] is False
    (waiting,) = account.get("/dids?filter[awaiting_registration]=true").data
    assert waiting["attributes"]["blocked"] is True
    kinds = {item["type"] for order in account.get("/orders").data for item in order["attributes"]["items"]}
    assert kinds == {"did_order_items", "generic_order_items", "emergency_order_items"}
