"""DIDWW's own Python client, unchanged: exports and their files, history, NANPA prefixes, generic items."""

from __future__ import annotations

import csv
import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from didww.client import DidwwClient
from didww.enums import CallbackMethod, ExportStatus, ExportType, OrderStatus
from didww.exceptions import DidwwApiError
from didww.query_params import QueryParams
from didww.resources.export import Export
from didww.resources.order import Order
from didww.resources.order_item.did_order_item import DidOrderItem
from didww.resources.order_item.generic_order_item import GenericOrderItem

from mockserver.core.world import World
from tests.support import Server

_numbers = count(1)
FEBRUARY = {"from": "2026-02-01 00:00:00", "to": "2026-02-28 23:59:59"}


class Reader:
    """The client with a sandbox of its own."""

    def __init__(self, server: Server, address: str, name: str) -> None:
        self.client = DidwwClient(api_key=f"sandbox-{name}", base_url=f"{address}/didww/v3")
        self.world: World = server.world(name)

    def order(self, kind: ExportType, **more: Any) -> Any:
        export = Export()
        export.export_type, export.filters = kind, FEBRUARY
        for name, value in more.items():
            setattr(export, name, value)
        return self.client.exports().create(export).data

    def wait(self, **by: float) -> None:
        self.world.advance(by=timedelta(**by))


@pytest.fixture
def reader(sdk_server: Server, address: str) -> Iterator[Reader]:
    made = Reader(sdk_server, address, f"sdk-records-{next(_numbers)}")
    yield made
    made.client._session.close()


@pytest.mark.parametrize("kind", [ExportType.CDR_IN, ExportType.CDR_OUT])
def test_export_is_ordered_fetched_and_unpacked(kind: ExportType, reader: Reader, tmp_path: Path) -> None:
    made = reader.order(kind, external_reference_id="monthly", callback_url="http://127.0.0.1:9/x")
    assert (made.status, made.is_pending, made.url) == (ExportStatus.PENDING, True, None)
    assert made.created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    reader.wait(seconds=1)
    assert reader.client.exports().find(made.id).data.is_processing
    reader.wait(seconds=1)
    found = reader.client.exports().find(made.id).data
    assert (found.is_completed, found.filters, found.export_type) == (True, FEBRUARY, kind)
    file = tmp_path / "calls.csv"
    reader.client.download_and_decompress_export(found.url, str(file))
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 20
    assert ("Voice IN Trunk" in rows[0]) is (kind is ExportType.CDR_IN)
    packed = tmp_path / "calls.csv.gz"
    reader.client.download_export(found.url, str(packed))
    assert packed.read_bytes()[:2] == b"\x1f\x8b"


def test_export_is_renamed_and_listed(reader: Reader) -> None:
    made = reader.order(ExportType.CDR_IN, callback_method=CallbackMethod.POST)
    made.external_reference_id = "renamed"
    assert reader.client.exports().update(made).data.external_reference_id == "renamed"
    query = QueryParams().filter("external_reference_id", "renamed").sort("-created_at")
    assert [row.id for row in reader.client.exports().list(query).data] == [made.id]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_file_is_refused_without_the_right_key(reader: Reader, tmp_path: Path) -> None:
    made = reader.order(ExportType.CDR_IN)
    reader.wait(seconds=5)
    url = reader.client.exports().find(made.id).data.url
    reader.client.api_key = "wrong"
    with pytest.raises(DidwwApiError) as refused:
        reader.client.download_export(url, str(tmp_path / "x"))
    assert refused.value.status_code == 401
    del refused
    gc.collect()  # the client leaves the answer of a refused download open


def test_export_of_long_ago_is_refused(reader: Reader) -> None:
    with pytest.raises(DidwwApiError) as refused:
        reader.order(ExportType.CDR_IN, filters={**FEBRUARY, "from": "2019-01-01 00:00:00"})
    (error,) = refused.value.errors
    assert error["title"] == "from must be within the current and 2 previous months"


def test_history_tells_what_became_of_a_number(reader: Reader) -> None:
    client = reader.client
    group = (
        client.did_groups()
        .list(QueryParams().include("stock_keeping_units").filter("needs_registration", "false"))
        .data[0]
    )
    item = DidOrderItem()
    item.sku_id, item.qty = group.stock_keeping_units[0].id, 1
    order = Order()
    order.items = [item]
    created = client.orders().create(order).data
    reader.wait(seconds=30)
    (did,) = client.dids().list(QueryParams().filter("order.id", created.id)).data
    did.billing_cycles_count = 4
    client.dids().update(did)
    query = QueryParams().filter("did_number", did.number).sort("created_at")
    assigned, changed = client.did_history().list(query).data
    assert (assigned.action, assigned.method) == ("assigned", "api3")
    assert changed.action == "billing_cycles_count_changed"
    assert client.did_history().find(changed.id).data.created_at == changed.created_at


def test_number_of_a_prefix_is_ordered(reader: Reader) -> None:
    client = reader.client
    (prefix,) = client.nanpa_prefixes().list(QueryParams().filter("npanxx", "201555").include("region")).data
    assert (prefix.npa, prefix.nxx, prefix.region.name) == ("201", "555", "New Jersey")
    query = QueryParams().filter("nanpa_prefix.id", prefix.id).include("stock_keeping_units")
    (group,) = client.did_groups().list(query).data
    item = DidOrderItem()
    item.sku_id, item.qty, item.nanpa_prefix_id = group.stock_keeping_units[0].id, 1, prefix.id
    order = Order()
    order.items = [item]
    created = client.orders().create(order).data
    reader.wait(seconds=30)
    (did,) = client.dids().list(QueryParams().filter("order.id", created.id)).data
    assert did.number.startswith("1201555")


def test_generic_item_is_read(reader: Reader) -> None:
    query = QueryParams().filter("status", "completed")
    orders = reader.client.orders().list(query).data
    (fee,) = [order for order in orders if isinstance(order.items[0], GenericOrderItem)]
    assert (fee.status, fee.description, fee.amount) == (
        OrderStatus.COMPLETED,
        "Payment processing fee",
        "25.07",
    )
