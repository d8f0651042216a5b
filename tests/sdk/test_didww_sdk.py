"""DIDWW's own Python client, unchanged but for its base URL, buys numbers and reads them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from didww.client import DidwwClient
from didww.enums import CallbackMethod, OrderStatus
from didww.exceptions import DidwwApiError
from didww.query_params import QueryParams
from didww.resources.available_did import AvailableDid
from didww.resources.did_reservation import DidReservation
from didww.resources.order import Order
from didww.resources.order_item.available_did_order_item import AvailableDidOrderItem
from didww.resources.order_item.did_order_item import DidOrderItem
from didww.resources.order_item.reservation_did_order_item import ReservationDidOrderItem

from mockserver.core.world import World
from tests.support import Server
from tests.support_http import running

_numbers = count(1)


class Shopper:
    """The client with a sandbox of its own."""

    def __init__(self, server: Server, address: str, name: str) -> None:
        self.client = DidwwClient(api_key=f"sandbox-{name}", base_url=f"{address}/didww/v3")
        self.world: World = server.world(name)

    def group(self, *, browse: bool = True, skip: int = 0) -> Any:
        """A DID group with stock and its SKUs."""
        query = (
            QueryParams()
            .include("stock_keeping_units", "country")
            .filter("is_available", "true")
            .filter("needs_registration", "false")
            .filter("available_dids_enabled", str(browse).lower())
            .filter("meta.total_count_gteq", "5")
        )
        return self.client.did_groups().list(query).data[skip]

    def fulfil(self) -> None:
        self.world.advance(by=timedelta(minutes=1))


@pytest.fixture
def shopper(sdk_server: Server, address: str) -> Iterator[Shopper]:
    made = Shopper(sdk_server, address, f"sdk-{next(_numbers)}")
    yield made
    made.client._session.close()


def test_countries_are_listed_with_their_regions(shopper: Shopper) -> None:
    countries = shopper.client.countries()
    everyone = countries.list().data
    assert len(everyone) >= 40
    (germany,) = countries.list(QueryParams().filter("iso", "DE")).data
    assert (germany.name, germany.prefix, germany.iso) == ("Germany", "49", "DE")
    united_states = countries.list(QueryParams().filter("iso", "US").include("regions")).data[0]
    names = [region.name for region in united_states.regions]
    assert "California" in names


def test_groups_are_listed_with_what_they_cost(shopper: Shopper) -> None:
    group = shopper.group()
    assert group.area_name
    assert group.country.iso
    sku = group.stock_keeping_units[0]
    assert Decimal(sku.monthly_price) > 0
    assert shopper.client.did_groups().find(group.id).data.prefix == group.prefix
    page = shopper.client.did_groups().list(QueryParams().page(number=2, size=3))
    assert len(page.data) == 3
    assert page.meta["total_records"] > 6


def test_order_by_quantity_is_read_back_with_its_dids(shopper: Shopper) -> None:
    client = shopper.client
    before = Decimal(client.balance().find().data.total_balance)
    sku = shopper.group().stock_keeping_units[0]
    item = DidOrderItem()
    item.sku_id, item.qty = sku.id, 2
    order = Order()
    order.items = [item]
    order.allow_back_ordering = True
    order.callback_url = "http://127.0.0.1:9/hook"
    order.callback_method = CallbackMethod.POST
    order.external_reference_id = "crm-1"
    created = client.orders().create(order).data
    assert created.is_pending
    assert created.created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert created.callback_method is CallbackMethod.POST
    cost = 2 * (Decimal(sku.setup_price) + Decimal(sku.monthly_price))
    assert Decimal(created.amount) == cost
    assert Decimal(client.balance().find().data.total_balance) == before - cost

    shopper.fulfil()
    found = client.orders().find(created.id).data
    assert found.status is OrderStatus.COMPLETED
    assert isinstance(found.items[0], DidOrderItem)
    assert (found.items[0].qty, found.items[0].nrc) == (2, sku.setup_price)
    query = QueryParams().filter("order.id", created.id).include("order", "did_group").sort("number")
    dids = client.dids().list(query).data
    assert [did.order.reference for did in dids] == [found.reference] * 2
    assert [did.number for did in dids] == sorted(did.number for did in dids)
    assert not dids[0].blocked
    assert dids[0].expires_at > datetime(2026, 3, 31, tzinfo=UTC)


def test_order_by_available_did(shopper: Shopper) -> None:
    group = shopper.group()
    query = QueryParams().filter("did_group.id", group.id).include("did_group.stock_keeping_units")
    number = shopper.client.available_dids().list(query).data[0]
    item = AvailableDidOrderItem()
    item.sku_id = number.did_group.stock_keeping_units[0].id
    item.available_did_id = number.id
    order = Order()
    order.items = [item]
    created = shopper.client.orders().create(order).data
    shopper.fulfil()
    (did,) = shopper.client.dids().list(QueryParams().filter("order.id", created.id)).data
    assert did.number == number.number


def test_reservation_is_made_found_ordered_and_gone(shopper: Shopper) -> None:
    client, group = shopper.client, shopper.group()
    number = client.available_dids().list(QueryParams().filter("did_group.id", group.id)).data[0]
    reservation = DidReservation()
    reservation.description = "DIDWW"
    reservation.available_did = AvailableDid.build(number.id)
    made = client.did_reservations().create(reservation).data
    assert made.description == "DIDWW"
    assert timedelta(minutes=9) < made.expires_at - made.created_at <= timedelta(minutes=10)
    query = QueryParams().include("available_did.did_group.stock_keeping_units")
    found = client.did_reservations().find(made.id, query)
    assert found.data.available_did.number == number.number
    assert found.meta["available_count"] == 9

    item = ReservationDidOrderItem()
    item.sku_id = found.data.available_did.did_group.stock_keeping_units[0].id
    item.did_reservation_id = made.id
    order = Order()
    order.items = [item]
    created = client.orders().create(order).data
    shopper.fulfil()
    (did,) = client.dids().list(QueryParams().filter("order.id", created.id)).data
    assert did.number == number.number
    assert client.did_reservations().list().data == []


def test_reservation_is_deleted(shopper: Shopper) -> None:
    client, group = shopper.client, shopper.group()
    number = client.available_dids().list(QueryParams().filter("did_group.id", group.id)).data[0]
    reservation = DidReservation()
    reservation.available_did = AvailableDid.build(number.id)
    made = client.did_reservations().create(reservation).data
    client.did_reservations().delete(made.id)
    client.did_reservations().delete(made.id)  # the client swallows the 404 of a second delete
    assert client.did_reservations().list().meta["available_count"] == 10


def test_did_is_patched_through_a_loaded_record(shopper: Shopper) -> None:
    client = shopper.client
    item = DidOrderItem()
    item.sku_id, item.qty = shopper.group().stock_keeping_units[0].id, 1
    order = Order()
    order.items = [item]
    created = client.orders().create(order).data
    shopper.fulfil()
    (did,) = client.dids().list(QueryParams().filter("order.id", created.id)).data
    did.description = "front desk"
    assert client.dids().update(did).data.description == "front desk"
    assert client.dids().find(did.id).data.description == "front desk"
    did = client.dids().find(did.id).data
    did.description = None
    assert client.dids().update(did).data.description is None


def test_order_is_cancelled_and_renamed(shopper: Shopper) -> None:
    client = shopper.client
    item = DidOrderItem()
    item.sku_id, item.qty = shopper.group().stock_keeping_units[0].id, 1
    order = Order()
    order.items = [item]
    before = client.balance().find().data.total_balance
    created = client.orders().create(order).data
    created.external_reference_id = "crm-2"
    assert client.orders().update(created).data.external_reference_id == "crm-2"
    client.orders().delete(created.id)
    assert client.orders().find(created.id).data.is_canceled
    assert client.balance().find().data.total_balance == before


def test_refusals_arrive_as_the_clients_own_exception(shopper: Shopper, address: str) -> None:
    client = shopper.client
    with pytest.raises(DidwwApiError) as not_found:
        client.orders().find("00000000-0000-4000-8000-000000000000")
    assert not_found.value.status_code == 404
    assert not_found.value.errors[0]["title"] == "Record not found"

    with pytest.raises(DidwwApiError) as bad_filter:
        client.countries().list(QueryParams().filter("bogus", "1"))
    assert (bad_filter.value.status_code, bad_filter.value.errors[0]["code"]) == (400, "102")

    item = DidOrderItem()
    item.sku_id, item.qty = "00000000-0000-4000-8000-000000000000", 1
    order = Order()
    order.items = [item]
    with pytest.raises(DidwwApiError) as bad_order:
        client.orders().create(order)
    assert bad_order.value.status_code == 422
    assert bad_order.value.errors[0]["source"] == {"pointer": "/data/attributes/items/0/sku_id"}

    ledger = shopper.world.ledger("didww")
    shown = client.balance().find().data
    ledger.set_balance(ledger.balance - Decimal(shown.total_balance))
    shopper.world.commit()
    item.sku_id = shopper.group().stock_keeping_units[0].id
    order = Order()
    order.items = [item]
    with pytest.raises(DidwwApiError) as no_money:
        client.orders().create(order)
    assert no_money.value.status_code == 400
    assert no_money.value.errors[0]["title"] == "Insufficient balance"
    assert no_money.value.errors[0]["meta"]["available_balance"] == "0.0"

    stranger = DidwwClient(api_key="a-real-looking-key", base_url=f"{address}/didww/v3")
    with pytest.raises(DidwwApiError) as refused:
        stranger.balance().find()
    assert refused.value.status_code == 401
    stranger._session.close()


def test_throttling_arrives_as_the_clients_own_exception() -> None:
    server = Server()
    with running(server) as address:
        shopper = Shopper(server, address, "throttled")
        for _ in range(20):
            shopper.client.balance().find()
        with pytest.raises(DidwwApiError) as throttled:
            shopper.client.balance().find()
        shopper.client._session.close()
    assert throttled.value.status_code == 429
    assert throttled.value.errors == [{"status": "429", "detail": "Too Many Requests"}]
