"""Faults on a real connection: cut, truncated, late; and the same in-process."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mockserver.core.faults import Effect, Fault
from tests.control.caller import drive
from tests.support import Server
from tests.support_http import running

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
ORDERS = "/idt/v1/dids/orders"
BODY = '{"order_items": [{"did_group_id": 16847, "quantity": 1}]}'


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, str]]:
    server = Server()
    server.world()
    with running(server) as url:
        yield server, url.partition("://")[2]


@pytest.fixture
def connection(served: tuple[Server, str]) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server whose default sandbox is fresh."""
    served[0].world().reset()
    made = http.client.HTTPConnection(served[1], timeout=10)
    yield made
    made.close()


def orders(served: tuple[Server, str]) -> int:
    """Asked over another connection."""
    other = http.client.HTTPConnection(served[1], timeout=10)
    other.request("GET", "/idt/v1/dids/orders?page_size=1", headers=IDT)
    text = other.getresponse().read().decode()
    other.close()
    return int(text.rpartition(":")[2].strip("}"))


def strike(served: tuple[Server, str], effect: Effect, **about: int) -> None:
    served[0].world().faults.put(Fault("f", effect, operation="create_order", **about))


def test_cut_connection_gives_no_answer(
    served: tuple[Server, str], connection: http.client.HTTPConnection
) -> None:
    strike(served, Effect(cut=True), times=1)
    before = orders(served)
    connection.request("POST", ORDERS, BODY, IDT)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    assert orders(served) == before
    connection.close()
    connection.request("POST", ORDERS, BODY, IDT)
    assert connection.getresponse().status == 200


def test_committed_and_dropped_order_exists(
    served: tuple[Server, str], connection: http.client.HTTPConnection
) -> None:
    strike(served, Effect(cut=True, commit=True))
    before = orders(served)
    connection.request("POST", ORDERS, BODY, IDT)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    assert orders(served) == before + 1


def test_truncated_body_ends_before_its_length(
    served: tuple[Server, str], connection: http.client.HTTPConnection
) -> None:
    strike(served, Effect(body="truncated"))
    connection.request("POST", ORDERS, BODY, IDT)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("X-Mock-Fault")) == (200, "f")
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer.read()
    assert cut.value.partial.startswith(b'{"order":')


def test_malformed_body_has_its_length(
    served: tuple[Server, str], connection: http.client.HTTPConnection
) -> None:
    strike(served, Effect(body="malformed"))
    connection.request("POST", ORDERS, BODY, IDT)
    answer = connection.getresponse()
    assert answer.read().endswith(b'"\x00')
    connection.request("GET", ORDERS, headers=IDT)  # the connection is as good as before
    assert connection.getresponse().status == 200


def test_late_answer_comes_late(served: tuple[Server, str], connection: http.client.HTTPConnection) -> None:
    strike(served, Effect(latency=timedelta(seconds=0.3)))
    began = time.monotonic()
    connection.request("POST", ORDERS, BODY, IDT)
    assert connection.getresponse().status == 200
    assert time.monotonic() - began >= 0.3


def test_late_answer_holds_nobody_up(
    served: tuple[Server, str], connection: http.client.HTTPConnection
) -> None:
    strike(served, Effect(latency=timedelta(minutes=4)))
    before = orders(served)
    connection.request("POST", ORDERS, BODY, IDT)
    # Each look is answered, and would time out if it had to wait.
    assert any(orders(served) == before + 1 for _ in range(1000))


def test_cut_connection_is_an_exception_in_process(served: tuple[Server, str]) -> None:
    served[0].world().reset()
    strike(served, Effect(cut=True))
    with pytest.raises(ConnectionResetError, match="cut by the fault f"):
        drive(served[0], "POST", ORDERS, "", BODY.encode(), IDT)
