"""Single rules that no other test here is about."""

from __future__ import annotations

import re

from mockserver.core.limits import Limit
from tests.idt.support import BY_SKU, PLENTY, Idt, error, errors_of


def test_limits_are_told_in_no_header(idt: Idt) -> None:
    accepted = {name for name, _ in idt.call("GET", "/orders").headers}
    idt.world.set_limit("idt", Limit(0, 60.0))
    throttled = idt.call("GET", "/orders")
    assert (throttled.status, errors_of(throttled)) == (429, [error(2002, "Request limit exceeded")])
    idt.world.set_limit("idt", None)
    idt.world.options["idt"]["quota"] = 0
    refused = idt.call("GET", "/orders")
    assert (refused.status, errors_of(refused)) == (429, [error(2001, "Quota exceeded")])
    for response in (throttled, refused):
        more = {name for name, _ in response.headers} - accepted
        assert all(name.startswith("X-Mock") for name in more), more


def test_orders_and_items_have_ids_of_their_own(idt: Idt) -> None:
    placed = [idt.place({"did_group_id": PLENTY, "quantity": 1}) for _ in range(20)]
    placed.append(idt.place({"did_group_id": BY_SKU, "did_skus": ["BW-US-2074063052"]}))
    listed = [row["id"] for row in idt.get("/orders")["orders"]]
    assert len(set(listed)) == len(listed) == len(placed) + 4
    assert all(re.fullmatch(r"[0-9a-f]{3}-[0-9a-f]{3}-[0-9a-f]{4}", order_id) for order_id in listed)
    items = [idt.item(order_id)["id"] for order_id in listed]
    assert len(set(items)) == len(items)
