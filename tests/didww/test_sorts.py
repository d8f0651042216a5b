"""Every sort key of every list in every version orders it, both ways; others are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.didww_tables import VERSIONS
from tests.didww.contract import assert_refused
from tests.didww.lists import Lists, Row, collated, each, each_list

DECIMALS = {"amount", "setup_price", "monthly_price", "metered_rate"}
# Compared character by character; other texts as names are.
CODES = {
    "number", "prefix", "reference", "status", "cli_format", "cli_prefix", "renew_date", "phone_number",
    "key", "entity_type", "birth_date",
}  # fmt: skip


def compared(lists: Lists, kind: str, name: str) -> Any:
    """A function to what rows are ordered by."""
    facts = lists.tables.sorts[kind][name]
    value = lists.value(kind, facts.get("attribute", name))

    def key(row: Row) -> Any:
        found = value(row)
        if found is None or not isinstance(found, str):
            return found
        if name in DECIMALS:
            return Decimal(found)
        return found if name in CODES or name.endswith("_at") else collated(found)

    return key


@pytest.mark.parametrize(("version", "kind", "name"), each("sorts"))
def test_sort_orders_the_list_both_ways(version: str, kind: str, name: str, stocked: Lists) -> None:
    """Rows without a value lie together at the end that comes last in ascending order (assumed)."""
    lists = stocked.as_of(version)
    if kind == "available_dids":
        assert_sort_of_numbers(lists)
        return
    key = compared(lists, kind, name)
    usual = [row["id"] for row in lists.rows(kind)]
    orders = []
    for sign in ("", "-"):
        answer = lists.ask(kind, sort=sign + name)
        assert answer.status == 200, answer.raw
        ids = [row["id"] for row in answer.data]
        assert len(set(ids)) == len(ids) == min(1000, len(usual))
        values = [key(lists.by_id(kind)[one]) for one in ids]
        filled = [value for value in values if value is not None]
        assert filled == sorted(filled, reverse=bool(sign)), sign
        if len(ids) == len(usual):
            empty = [None] * (len(values) - len(filled))
            assert values == (empty + filled if sign else filled + empty)
        orders.append(ids)
    assert orders[0] != orders[1], "all rows are alike"
    assert any(order != usual[:1000] for order in orders)


def assert_sort_of_numbers(lists: Lists) -> None:
    """A sample of a group of more numbers than are shown at once."""
    group = {"filter[did_group.id]": lists.account.group(12)["id"]}
    for sign in ("", "-"):
        rows = lists.ask("available_dids", sort=f"{sign}number", **group).data
        numbers = [row["attributes"]["number"] for row in rows]
        assert numbers == sorted(numbers, reverse=bool(sign))
        assert len(set(numbers)) == 10


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_sort_key_of_no_table_is_refused(version: str, kind: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    facts = lists.tables.types[kind]
    names = {"bogus", "id", "expires_at", "local_prefix", "external_reference_id", "contact_email"}
    for name in {*names, *facts["attributes"], *facts["relationships"]} - lists.tables.sorts[kind].keys():
        for sign in ("", "-"):
            answer = lists.account.get(f"/{kind}?sort={sign}{name}")
            assert_refused(answer, "sort_not_allowed", name=name, type=kind)


@pytest.mark.parametrize(("version", "kind"), each_list())
def test_list_has_its_usual_order_when_nothing_is_asked(version: str, kind: str, stocked: Lists) -> None:
    """Places by name, what an account makes oldest first (recorded for some), history newest first.

    Shared groups are recorded in no such order.
    """
    lists = stocked.as_of(version)
    if kind == "available_dids":
        return
    rows = lists.rows(kind)
    if kind in ("countries", "regions", "cities", "areas", "did_group_types"):
        names = [collated(row["attributes"]["name"]) for row in rows]
        assert names == sorted(names)
    elif kind != "shared_capacity_groups" and "created_at" in lists.tables.types[kind]["attributes"]:
        created = [row["attributes"]["created_at"] for row in rows]
        assert created == sorted(created, reverse=kind == "did_history")
    again = lists.account.get(f"/{kind}").data
    assert [row["id"] for row in again] == [row["id"] for row in rows[: len(again)]]


@pytest.mark.parametrize("version", VERSIONS)
def test_second_key_orders_what_the_first_leaves_alike(version: str, stocked: Lists) -> None:
    lists = stocked.as_of(version)
    by_id = lists.by_id("did_groups")
    rows = [by_id[row["id"]] for row in lists.ask("did_groups", sort="is_metered,-prefix").data]
    keys = [(row["attributes"]["is_metered"], row["attributes"]["prefix"]) for row in rows]
    for metered in (False, True):
        prefixes = [prefix for found, prefix in keys if found is metered]
        assert prefixes == sorted(prefixes, reverse=True)
    assert [found for found, _ in keys] == sorted(found for found, _ in keys)
