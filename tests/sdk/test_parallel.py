"""Two hundred buyers at once want the last ten numbers, over real sockets: ten get one each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import httpx2
import orjson
import pytest

from mockserver.core.world import World
from tests.didww.account import MEDIA_TYPE, Account, did_item, price_of
from tests.support import Server

BUYERS, LEFT = 200, 10
_numbers = count(1)


class Rush:
    """A sandbox in which one DID group has exactly ten numbers left."""

    def __init__(self, server: Server) -> None:
        self.account = Account(server, f"rush-{next(_numbers)}")
        self.world: World = self.account.world
        self.account.set_funds(1_000_000)
        self.group = self.account.group(LEFT, most=300)
        self.sku = self.group["skus"][0]
        surplus = self.account.stock_of(self.group) - LEFT
        if surplus:
            assert self.account.order(did_item(self.sku, qty=surplus)).status == 201
        self.account.set_funds(1_000)
        assert self.account.stock_of(self.group) == LEFT
        self.lines_before = len(self.world.ledger("didww").lines)
        self.owned_before = self.account.get("/dids").body["meta"]["total_records"]
        self.orders_before = self.account.get("/orders").body["meta"]["total_records"]

    def storm(self, address: str, documents: list[Any]) -> list[httpx2.Response]:
        """Post every document at the same time, each over a connection of its own."""
        headers = {
            "Api-Key": f"sandbox-{self.account.sandbox}",
            "Content-Type": MEDIA_TYPE,
            "Accept": MEDIA_TYPE,
            "X-DIDWW-API-Version": "2026-04-16",
        }

        async def run() -> list[httpx2.Response]:
            limits = httpx2.Limits(max_connections=BUYERS)
            async with httpx2.AsyncClient(headers=headers, limits=limits, timeout=30) as client:
                posts = [
                    client.post(f"{address}/didww/v3/orders", content=orjson.dumps(document))
                    for document in documents
                ]
                return await asyncio.gather(*posts)

        return asyncio.run(run())

    def assert_ten_sold(self, answers: list[httpx2.Response]) -> None:
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {201: LEFT, 422: BUYERS - LEFT}
        winners = [answer.json()["data"]["id"] for answer in answers if answer.status_code == 201]
        assert len(set(winners)) == LEFT
        assert self.account.stock_of(self.group) == 0
        assert self.account.get("/orders").body["meta"]["total_records"] == self.orders_before + LEFT
        owned = self.account.all("/dids?page[size]=1000")
        numbers = [did["attributes"]["number"] for did in owned]
        assert len(numbers) == len(set(numbers)) == self.owned_before + LEFT
        lines = self.world.ledger("didww").lines[self.lines_before :]
        assert [line.amount for line in lines] == [-price_of(self.sku)] * LEFT
        assert self.account.funds == 1_000 - LEFT * price_of(self.sku)


@pytest.fixture
def rush(sdk_server: Server) -> Iterator[Rush]:
    yield Rush(sdk_server)


def order(**attributes: Any) -> dict[str, Any]:
    return {"data": {"type": "orders", "attributes": attributes}}


def test_ten_of_two_hundred_buyers_get_the_last_ten_numbers(rush: Rush, address: str) -> None:
    document = order(items=[did_item(rush.sku, qty=1)], allow_back_ordering=False)
    answers = rush.storm(address, [document] * BUYERS)
    rush.assert_ten_sold(answers)
    refusals = {answer.text for answer in answers if answer.status_code == 422}
    assert len(refusals) == 1
    assert "exceeds available DIDs count" in refusals.pop()


def test_ten_of_two_hundred_buyers_get_the_numbers_they_named(rush: Rush, address: str) -> None:
    numbers = {row["id"]: row for _ in range(30) for row in rush.account.available(rush.group)}
    assert len(numbers) == LEFT
    wanted = [row for _ in range(BUYERS // LEFT) for row in numbers.values()]
    answers = rush.storm(
        address, [order(items=[did_item(rush.sku, available_did_id=row["id"])]) for row in wanted]
    )
    rush.assert_ten_sold(answers)
    won = Counter(row["id"] for row, answer in zip(wanted, answers, strict=True) if answer.status_code == 201)
    assert won == dict.fromkeys(numbers, 1)


def test_money_for_ten_buys_ten_however_many_ask(rush: Rush, address: str) -> None:
    """The other thing that runs out: funds."""
    group = next(
        group
        for group in rush.account.groups
        if group["meta"]["total_count"] >= BUYERS and not group["meta"]["needs_registration"]
    )
    sku = group["skus"][0]
    rush.account.set_funds(LEFT * price_of(sku) + price_of(sku) - Decimal("0.01"))
    answers = rush.storm(address, [order(items=[did_item(sku, qty=1)])] * BUYERS)
    assert Counter(answer.status_code for answer in answers) == {201: LEFT, 400: BUYERS - LEFT}
    assert rush.account.funds == price_of(sku) - Decimal("0.01")
