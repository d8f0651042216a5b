"""Every parameter of Get Orders, Get Numbers and Get Trunk Groups, proven by what it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.idt.situations import OPERATIONS
from tests.idt.support import ALL_LATER, BY_SKU, FEW_IN_USA, PLENTY, Idt

Row = dict[str, Any]
LISTS = {"get_orders": "orders", "get_numbers": "numbers", "get_trunk_groups": "trunk_groups"}
# What a filter or sort looks at; None for a number without a region.
VALUES: dict[str, Callable[[Row], str | None]] = {
    "country_name": lambda row: row["did_group"]["country"]["name"],
    "region_name": lambda row: row["did_group"].get("region", {}).get("name"),
    "did_group_name": lambda row: row["did_group"]["name"],
    "number": lambda row: row["number"],
    "added_at": lambda row: row["added_at"],
}
# Of each filter a whole value, parts of one in another case, and what nothing holds.
PARTS = {
    "country_name": ["BRAZIL", "us", "Rå"],
    "region_name": ["Arizona", "CONS", "ö"],
    "did_group_name": ["Green Bay (920) 555", "reen", "(", "LiMa", "%"],
    "number": ["17078675309", "0115", "55", "+1"],
}


def parameters(operation: str, prefix: str) -> list[str]:
    """The names behind a prefix of the operation's documented parameters."""
    names = [parameter["name"] for parameter in OPERATIONS[operation]["parameters"]]
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def test_every_documented_parameter_is_tested_here() -> None:
    tested = {
        "get_numbers": {"page", "page_size"}
        | {f"filter_by_{name}" for name in PARTS}
        | {f"order_by_{name}" for name in VALUES},
        "get_orders": {"page", "page_size", "filter_by_status"},
        "get_trunk_groups": {"page", "page_size"},
    }
    documented = {name: {parameter["name"] for parameter in OPERATIONS[name]["parameters"]} for name in LISTS}
    assert tested == documented


@pytest.fixture
def full(idt: Idt) -> Idt:
    """The account with numbers of several regions, some of one group, one removed, and more orders."""
    for group, quantity in ((FEW_IN_USA, 2), (PLENTY, 2), (BY_SKU, 1), (ALL_LATER, 1)):
        idt.order(group, quantity)
        idt.pass_time(3)
    idt.call("DELETE", "/numbers/011557135001540")
    for name in ("b", "A", "c"):
        idt.call("POST", "/trunk_groups", json={"name": name})
    idt.order(PLENTY)
    return idt


def rows_of(idt: Idt, operation: str, query: str = "") -> list[Row]:
    path = OPERATIONS[operation]["path"].removeprefix("/v1/dids")
    rows: list[Row] = idt.get(f"{path}?{query}")[LISTS[operation]]
    return rows


@pytest.mark.parametrize("name", parameters("get_numbers", "filter_by_"))
def test_filter_keeps_the_numbers_that_hold_the_text(full: Idt, name: str) -> None:
    everything, value = rows_of(full, "get_numbers"), VALUES[name]
    kept_some = False
    for part in PARTS[name]:
        expected = [row for row in everything if part.lower() in (value(row) or "").lower()]
        body = full.get(f"/numbers?filter_by_{name}={part.replace('%', '%25').replace('+', '%2B')}")
        assert body["numbers"] == expected
        assert body["meta"] == {"page": 1, "page_size": 100, "total": len(expected)}
        kept_some = kept_some or 0 < len(expected) < len(everything)
    assert kept_some


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("name", parameters("get_numbers", "order_by_"))
def test_sort_puts_the_numbers_in_order(full: Idt, name: str, direction: str) -> None:
    everything, value = rows_of(full, "get_numbers"), VALUES[name]
    some = [row for row in everything if value(row) is not None]
    some.sort(key=lambda row: str(value(row)).lower(), reverse=direction == "desc")
    expected = some + [row for row in everything if value(row) is None]
    for word in (direction, direction.upper()):
        assert rows_of(full, "get_numbers", f"order_by_{name}={word}") == expected
    other = "asc" if direction == "desc" else "desc"
    assert rows_of(full, "get_numbers", f"order_by_{name}={other}") != expected


@pytest.mark.parametrize("second", ["region_name", "number", "added_at"])
@pytest.mark.parametrize("first", ["country_name", "did_group_name"])
def test_several_sorts_apply_in_the_order_of_the_query(full: Idt, first: str, second: str) -> None:
    once = rows_of(full, "get_numbers", f"order_by_{second}=desc")
    expected = sorted(once, key=lambda row: str(VALUES[first](row)).lower())
    assert rows_of(full, "get_numbers", f"order_by_{first}=asc&order_by_{second}=desc") == expected


def test_filters_work_together_and_with_a_sort(full: Idt) -> None:
    query = "filter_by_country_name=usa&filter_by_number=920&order_by_number=desc"
    found = [row["number"] for row in rows_of(full, "get_numbers", query)]
    assert found == sorted(found, reverse=True)
    assert len(found) == 2


def test_numbers_are_listed_by_when_they_were_added(full: Idt) -> None:
    added = [row["added_at"] for row in rows_of(full, "get_numbers")]
    assert added == sorted(added)
    assert "removed" in {row["status"] for row in rows_of(full, "get_numbers")}


def test_orders_are_listed_newest_first(full: Idt) -> None:
    created = [row["created_at"] for row in rows_of(full, "get_orders")]
    assert created == sorted(created, reverse=True)
    assert len(set(created)) > 5


@pytest.mark.parametrize(
    "status", ["Created", "Processing", "Complete", "complete", "PROCESSING", "Preview", "x"]
)
def test_status_filter_keeps_the_orders_in_that_status(full: Idt, status: str) -> None:
    everything = rows_of(full, "get_orders")
    expected = [row for row in everything if row["status"].lower() == status.lower()]
    body = full.get(f"/orders?filter_by_status={status}")
    assert body["orders"] == expected
    assert body["meta"]["total"] == len(expected)
    assert bool(expected) == (status.capitalize() in ("Created", "Processing", "Complete"))


def test_trunk_groups_are_listed_by_name(full: Idt) -> None:
    names = [row["name"] for row in rows_of(full, "get_trunk_groups")]
    assert names == ["A", "b", "c", "Call center", "Head office"]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("operation", LISTS)
def test_pages_put_together_are_the_list(full: Idt, operation: str, size: int) -> None:
    everything = rows_of(full, operation)
    path = OPERATIONS[operation]["path"].removeprefix("/v1/dids")
    together: list[Row] = []
    for number in range(1, len(everything) // size + 3):
        body = full.get(f"{path}?page={number}&page_size={size}")
        assert body["meta"] == {"page": number, "page_size": size, "total": len(everything)}
        assert len(body[LISTS[operation]]) <= size
        together += body[LISTS[operation]]
    assert together == everything
