"""Sandboxes on one server never see each other, however their requests are mixed."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx2

from tests.support import Server
from tests.support_http import running

SANDBOXES, ROUNDS = 12, 15


async def live(client: httpx2.AsyncClient, url: str, name: str) -> tuple[list[str], list[str], Any]:
    """One user's life: trunk groups named after the sandbox, orders, time; what the user sees at the end."""
    headers = {"x-api-key": f"sandbox-{name}", "x-api-secret": f"secret-{name}"}
    base, control = f"{url}/idt/v1/dids", f"{url}/_mock/sandboxes/{name}"
    made: list[str] = []
    chance = random.Random(name)
    for number in range(ROUNDS):
        await client.post(f"{base}/trunk_groups", headers=headers, json={"name": f"{name} {number}"})
        body = {"order_items": [{"did_group_id": 16847, "quantity": chance.randint(1, 3)}]}
        order = await client.post(f"{base}/orders", headers=headers, json=body)
        made.append(order.json()["order"]["id"])
        if chance.random() < 0.3:
            await client.post(f"{control}/clock/advance", json={"seconds": 2})
    groups = await client.get(f"{base}/trunk_groups?page_size=1000", headers=headers)
    names = [group["name"] for group in groups.json()["trunk_groups"]]
    orders = await client.get(f"{base}/orders?page_size=1000", headers=headers)
    seen = [order["id"] for order in orders.json()["orders"]]
    asserted = await client.post(f"{control}/assert", json={"balance_equals_ledger": True})
    assert asserted.status_code == 200
    assert set(made) <= set(seen)
    return names, seen, (await client.get(f"{control}/requests?limit=10000")).json()["requests"]


def test_sandboxes_never_see_each_other_when_they_race() -> None:
    server = Server()

    async def race(url: str) -> list[tuple[list[str], list[str], Any]]:
        limits = httpx2.Limits(max_connections=SANDBOXES)
        async with httpx2.AsyncClient(limits=limits, timeout=30) as client:
            return await asyncio.gather(*(live(client, url, f"racer-{n}") for n in range(SANDBOXES)))

    with running(server) as url:
        lives = asyncio.run(race(url))
    own = server.world("nobody")
    seeded = {group.name for group in own.tables()["idt.trunk_groups"]}
    known = set(own.tables()["idt.orders"].rows)
    for number, (names, orders, requests) in enumerate(lives):
        assert sorted(set(names) - seeded) == sorted(f"racer-{number} {n}" for n in range(ROUNDS))
        assert len(set(orders) - known) == ROUNDS
        assert len(requests) == 2 * ROUNDS + 2
    assert len({tuple(orders) for _, orders, _ in lives}) == SANDBOXES  # ids of their own, too
