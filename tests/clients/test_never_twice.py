"""However an answer fails, a buyer that looks before it tries again never buys twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.clients.buyers import Buyer, DidlogicBuyer, DidwwBuyer, Gone, IdtBuyer, Unsure
from tests.support import Server
from tests.support_http import running

BUYERS: dict[str, type[Buyer]] = {"idt": IdtBuyer, "didww": DidwwBuyer, "didlogic": DidlogicBuyer}
PURCHASES = {"idt": "create_order", "didww": "orders.create", "didlogic": "purchase_numbers"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server()
    server.world()
    with running(server) as address:
        yield address


class Shop:
    """A fresh sandbox, its buyer, and the control API about it."""

    def __init__(self, url: str, provider: str) -> None:
        self.provider = provider
        self.http = httpx2.Client(base_url=f"{url}/_mock")
        made = self.control("POST", "/sandboxes", {})
        self.name = made["name"]
        self.buyer = BUYERS[provider](made["base_urls"][provider], made["credentials"][provider])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def own(self, method: str, path: str, body: Any = None) -> Any:
        return self.control(method, f"/sandboxes/{self.name}{path}", body)

    def fault(self, effect: dict[str, Any], **about: Any) -> None:
        operation = {"operation": PURCHASES[self.provider]}
        self.own("POST", "/faults", {"provider": self.provider, "effect": effect, **operation, **about})

    def close(self) -> None:
        self.control("DELETE", f"/sandboxes/{self.name}")
        self.buyer.http.close()
        self.http.close()

    def assert_bought_once(self) -> None:
        self.own("POST", "/clock/advance", {"days": 1})
        self.own("POST", "/assert", {"no_double_purchase": True, "balance_equals_ledger": True})


@pytest.fixture(params=BUYERS)
def shop(url: str, request: pytest.FixtureRequest) -> Iterator[Shop]:
    made = Shop(url, request.param)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("effect", "posts"),
    [
        ({"commit_then_drop": True}, 1),
        ({"commit_then_status": 504}, 1),
        ({"body": "truncated"}, 1),
        ({"body": "malformed"}, 1),
        ({"cut": True}, 2),
        ({"status": 503}, 2),
        ({"status": 429}, 2),
    ],
    ids=lambda value: str(value),
)
def test_buyer_buys_once_whatever_happens_to_the_answer(
    shop: Shop, effect: dict[str, Any], posts: int
) -> None:
    shop.fault(effect, times=1)
    number = shop.buyer.buy("order-1")
    assert number.isdigit()
    assert shop.buyer.posted == posts
    shop.assert_bought_once()


def test_buyer_buys_once_when_looking_fails_as_well(shop: Shop) -> None:
    shop.fault({"commit_then_drop": True}, times=1)
    cut = {"provider": shop.provider, "method": "GET", "every": 2, "times": 3, "effect": {"cut": True}}
    shop.own("POST", "/faults", cut)
    shop.buyer.buy("order-1")
    assert shop.buyer.posted == 1
    shop.assert_bought_once()


def test_buyer_gives_up_when_the_provider_is_down(shop: Shop) -> None:
    shop.own("POST", "/world/outages", {"provider": shop.provider})
    with pytest.raises(Unsure):
        shop.buyer.buy("order-1")
    assert shop.buyer.posted == 0
    shop.own("POST", "/assert", {"max_spend": "0", "provider": shop.provider})


def test_buyer_is_told_when_another_was_faster(shop: Shop) -> None:
    wanted = shop.buyer.choose()
    number = wanted if shop.provider == "didlogic" else wanted["number"]
    shop.fault({"rival": number.removeprefix("011")}, times=1)
    with pytest.raises(Gone):
        shop.buyer.buy("order-1", wanted)
    shop.own("POST", "/assert", {"max_spend": "0", "provider": shop.provider})


def test_careless_buyer_buys_twice_and_is_found_out(url: str) -> None:
    """The assertion can fail: an order by quantity, sent again without a look, is carried out twice."""
    shop = Shop(url, "didww")
    wanted = shop.buyer.choose()
    group = {"type": "did_order_items", "attributes": {"qty": 1, "sku_id": wanted["sku"]}}
    body = {"data": {"type": "orders", "attributes": {"items": [group]}}}
    shop.fault({"commit_then_status": 503}, times=1)
    for _ in range(2):
        shop.buyer.http.post("/v3/orders", json=body, headers={"content-type": "application/vnd.api+json"})
    answer = shop.http.post(f"/sandboxes/{shop.name}/assert", json={"no_double_purchase": True})
    shop.close()
    assert answer.status_code == 409
