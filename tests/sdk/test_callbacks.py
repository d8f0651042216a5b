"""What a customer does with DIDWW's client: places an order, receives the callback, checks its signature."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from didww.callback.request_validator import RequestValidator
from didww.client import DidwwClient
from didww.enums import CallbackMethod
from didww.query_params import QueryParams
from didww.resources.order import Order
from didww.resources.order_item.did_order_item import DidOrderItem

from tests.receivers import Got, Receiver, answer
from tests.support import Server

_numbers = count(1)


class Customer:
    """The client with a sandbox of its own, whose time it can move."""

    def __init__(self, server: Server, address: str, name: str) -> None:
        server.world(name)  # its clock stands still
        self.key = f"sandbox-{name}"
        self.client = DidwwClient(api_key=self.key, base_url=f"{address}/didww/v3")
        self.mock = httpx2.Client(base_url=f"{address}/_mock/sandboxes/{name}", timeout=60)

    def close(self) -> None:
        self.client._session.close()
        self.mock.close()

    def order(self, url: str, method: CallbackMethod | None) -> Any:
        query = QueryParams().include("stock_keeping_units").filter("needs_registration", "false")
        group = self.client.did_groups().list(query.filter("meta.total_count_gteq", "5")).data[0]
        item = DidOrderItem()
        item.sku_id, item.qty = group.stock_keeping_units[0].id, 1
        order = Order()
        order.items, order.callback_url = [item], url
        if method is not None:
            order.callback_method = method
        return self.client.orders().create(order).data

    def later(self, **by: float) -> list[dict[str, Any]]:
        """Time goes on; the callbacks that were sent meanwhile."""
        return self.mock.post("/clock/advance", json=by).json()["callbacks"]  # type: ignore[no-any-return]

    def accepts(self, got: Got, user: str = "", fragment: str = "") -> dict[str, str]:
        """The payload of a request whose signature the client accepts, checked as a web framework would."""
        url = f"http://{user}{got.headers['host']}{got.target}{fragment}"
        sent = got.body.decode() if got.method == "POST" else got.target.partition("?")[2]
        payload = dict(parse_qsl(sent, keep_blank_values=True))
        own = {name: value for name, value in payload.items() if name in ("id", "type", "status")}
        validator = RequestValidator(self.key)
        assert validator.validate(url, own, got.headers["x-didww-signature"])
        assert not validator.validate(url, {**own, "status": "forged"}, got.headers["x-didww-signature"])
        return own


@pytest.fixture
def customer(sdk_server: Server, address: str) -> Iterator[Customer]:
    made = Customer(sdk_server, address, f"hooks-{next(_numbers)}")
    yield made
    made.close()


@pytest.mark.parametrize("method", [CallbackMethod.POST, CallbackMethod.GET, None])
@pytest.mark.parametrize(
    ("path", "user", "fragment"),
    [("/", "", ""), ("/a%20b/%2F?x=1&y", "", ""), ("/hook", "me:pass@", ""), ("/hook?x=1", "", "#here")],
)
def test_client_accepts_the_callback_of_an_order(
    customer: Customer, method: CallbackMethod | None, path: str, user: str, fragment: str
) -> None:
    with Receiver() as receiver:
        url = receiver.url(path).replace("//", f"//{user}", 1) + fragment
        order = customer.order(url, method)
        (told,) = customer.later(seconds=10)
    assert told["state"] == "delivered"
    (got,) = receiver.got
    assert got.method == ("GET" if method is CallbackMethod.GET else "POST")
    assert got.target.startswith(path)
    payload = customer.accepts(got, user, fragment)
    assert payload == {"id": order.id, "type": "orders", "status": "completed"}
    assert customer.client.orders().find(order.id).data.is_completed


def test_client_refuses_what_chaos_has_signed(customer: Customer) -> None:
    customer.mock.put("/callbacks/policy", json={"bad_signature": 1, "times": 1})
    with Receiver() as receiver:
        for _ in range(2):
            customer.order(receiver.url(), CallbackMethod.POST)
        customer.later(seconds=10)
    with pytest.raises(AssertionError):
        customer.accepts(receiver.got[0])
    customer.accepts(receiver.got[1])


def test_customer_who_was_away_gets_the_callback_later(customer: Customer) -> None:
    with Receiver([answer("502 Bad Gateway"), answer("502 Bad Gateway"), answer("200 OK")]) as receiver:
        order = customer.order(receiver.url(), CallbackMethod.POST)
        assert customer.later(seconds=10)[0]["state"] == "pending"
        assert customer.later(minutes=5)[0]["state"] == "pending"
        assert customer.later(minutes=10)[0]["state"] == "delivered"
    assert {customer.accepts(got)["id"] for got in receiver.got} == {order.id}
    assert len(receiver.got) == 3


def test_canceled_order_is_told(customer: Customer) -> None:
    with Receiver() as receiver:
        order = customer.order(receiver.url(), CallbackMethod.GET)
        customer.client.orders().delete(order.id)
        (got,) = receiver.wait(1)
        customer.mock.post("/callbacks/wait", json={"timeout": "20s"}).raise_for_status()
    assert customer.accepts(got) == {"id": order.id, "type": "orders", "status": "canceled"}
