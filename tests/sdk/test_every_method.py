"""DIDWW's own Python client, unchanged: every method of every resource it has, found in the client itself.

Whether a method leads anywhere is what the list of operations in `contracts/didww` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from didww.client import DidwwClient
from didww.exceptions import DidwwApiError
from didww.query_params import QueryParams
from didww.resources.available_did import AvailableDid
from didww.resources.base import Repository, SingletonRepository
from didww.resources.did_reservation import DidReservation
from didww.resources.export import Export
from jsonapi_requests.orm.fields import AttributeField

from tests.didww.contract import read
from tests.support import Server

NOBODY = "00000000-0000-4000-8000-000000000000"
SERVED = {(row["method"], row["path"]) for row in read("operations.yaml")["operations"]}


def _resources() -> dict[str, Any]:
    """The client's repositories by the name of the method that gives them."""
    client = DidwwClient("none", base_url="http://127.0.0.1:9")
    found: dict[str, Any] = {}
    for name, method in vars(DidwwClient).items():
        if name.startswith("_") or not callable(method) or method.__code__.co_argcount != 1:
            continue
        found[name] = method(client)
    return found


RESOURCES = _resources()
LISTS = sorted(name for name, one in RESOURCES.items() if not isinstance(one, SingletonRepository))
# What a customer is not asked to make: the client can send it and the API has no such operation.
CHANGES = sorted(
    (name, method, path)
    for name, one in RESOURCES.items()
    for method, verb, path in (
        ("create", "POST", f"/{one._path}"),
        ("update", "PATCH", f"/{one._path}/{{id}}"),
        ("delete", "DELETE", f"/{one._path}/{{id}}"),
    )
    if hasattr(one, method) and (verb, path) not in SERVED
)


@pytest.fixture(scope="module")
def client(sdk_server: Server, address: str) -> Iterator[Any]:
    """The client with a sandbox of its own that has one of everything."""
    world = sdk_server.world("sdk-every-method")
    made = DidwwClient(api_key="sandbox-sdk-every-method", base_url=f"{address}/didww/v3")
    reservation = DidReservation()
    reservation.available_did = AvailableDid.build(made.available_dids().list().data[0].id)
    made.did_reservations().create(reservation)
    export = Export()
    export.export_type = "cdr_in"
    export.filters = {"from": "2026-02-01 00:00:00", "to": "2026-02-02 00:00:00"}
    made.exports().create(export)
    world.advance(by=timedelta(seconds=5))
    yield made
    made._session.close()


def read_all(record: Any) -> None:
    """Let the client make instants, enums and objects of every attribute and meta of a record."""
    for name, field in vars(type(record)).items():
        if isinstance(field, AttributeField):
            getattr(record, name)


def test_client_has_every_resource_that_is_served() -> None:
    """The rest, if a later client has more, is not found: see below."""
    served = {path.split("/")[1] for _, path in SERVED}
    assert served - {one._path for one in RESOURCES.values()} == set()
    assert len(served) == 36


@pytest.mark.parametrize("name", LISTS)
def test_resource_is_listed_and_each_record_found(name: str, client: Any) -> None:
    resource, path = getattr(client, name)(), f"/{RESOURCES[name]._path}"
    if ("GET", path) not in SERVED:
        with pytest.raises(DidwwApiError) as refused:
            resource.list()
        assert refused.value.status_code == 404
        return
    rows = resource.list().data
    assert rows
    assert len({row.id for row in rows}) == len(rows)
    for row in rows[:3]:
        if ("GET", f"{path}/{{id}}") in SERVED:
            found = resource.find(row.id).data
            assert (found.type, found.id) == (row.type, row.id)
            assert dict(found.raw_object.attributes) == dict(row.raw_object.attributes)
            read_all(found)
        else:
            with pytest.raises(DidwwApiError) as refused:
                resource.find(row.id)
            assert refused.value.status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_record_of_nobody_is_not_found(name: str, client: Any) -> None:
    with pytest.raises(DidwwApiError) as refused:
        getattr(client, name)().find(NOBODY)
    assert refused.value.status_code == 404


@pytest.mark.parametrize(("name", "method", "path"), CHANGES)
def test_change_that_the_api_does_not_have_is_refused(name: str, method: str, path: str, client: Any) -> None:
    resource = getattr(client, name)()
    record = resource._resource_class()
    record.id = NOBODY
    with pytest.raises(DidwwApiError) as refused:
        getattr(resource, method)(NOBODY if method == "delete" else record)
    assert refused.value.status_code == 404


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, one in RESOURCES.items()
        if isinstance(one, Repository) and ("PATCH", f"/{one._path}/{{id}}") in SERVED
    ),
)
def test_record_is_named_by_the_customer(name: str, client: Any) -> None:
    """What is set on a loaded record comes back from the update and from the next reading."""
    resource = getattr(client, name)()
    row = resource.list(QueryParams().page(size=1)).data[0]
    field = {"dids": "description", "capacity_pools": "total_channels_count"}.get(
        name, "external_reference_id"
    )
    value = row.total_channels_count - 1 if name == "capacity_pools" else f"mine: {name}"
    setattr(row, field, value)
    assert getattr(resource.update(row).data, field) == value
    assert getattr(resource.find(row.id).data, field) == value
