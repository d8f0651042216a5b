"""Twenty requests a second for each key, then DIDWW's 429 (documented), counted on the sandbox's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.didww.account import Account
from tests.didww.contract import assert_refused
from tests.support import Server

BODY = b'{"errors":[{"status":"429","detail":"Too Many Requests"}]}'


def statuses(account: Account, count: int, path: str = "/balance") -> list[int]:
    return [account.get(path).status for _ in range(count)]


def test_twenty_requests_pass_and_the_next_is_refused(server: Server) -> None:
    account = Account(server, "one")
    assert statuses(account, 20) == [200] * 20
    answer = account.get("/balance")
    assert answer.status == 429
    assert answer.raw == BODY
    assert_refused(answer, "rate_limited")
    assert statuses(account, 5) == [429] * 5


def test_requests_pass_again_when_a_second_has_gone(server: Server) -> None:
    account = Account(server, "one")
    assert statuses(account, 21)[-1] == 429
    account.world.advance(by=timedelta(milliseconds=999))
    assert account.get("/balance").status == 429
    account.world.advance(by=timedelta(milliseconds=1))
    assert statuses(account, 21) == [200] * 20 + [429]


def test_another_key_is_unaffected(server: Server) -> None:
    one, other = Account(server, "one"), Account(server, "other")
    assert statuses(one, 21)[-1] == 429
    assert statuses(other, 20) == [200] * 20


def test_every_kind_of_answer_counts(server: Server) -> None:
    account = Account(server, "one")
    assert statuses(account, 10, "/countries/x") == [404] * 10
    assert statuses(account, 10, "/countries?filter[bogus]=1") == [400] * 10
    assert account.post("/orders", {}).status == 429


def test_refused_keys_are_not_counted(server: Server) -> None:
    account = Account(server, "one")
    for _ in range(30):
        assert account.get("/balance", api_key="wrong").status == 401
    assert account.get("/balance").status == 200


def test_throttled_order_buys_nothing(server: Server) -> None:
    account = Account(server, "one")
    free = Account(Server(rate_limits=False), "free")
    sku = free.group()["skus"][0]["id"]
    statuses(account, 20)
    body = {"type": "did_order_items", "attributes": {"sku_id": sku, "qty": 1}}
    assert account.order(body).raw == BODY
    account.world.advance(by=timedelta(seconds=60))
    assert account.get("/orders").data == free.get("/orders").data
    assert account.world.ledger("didww").lines == []


def test_nothing_is_throttled_when_limits_are_off(make_server: Callable[..., Server]) -> None:
    account = Account(make_server(rate_limits=False), "one")
    assert statuses(account, 100) == [200] * 100
