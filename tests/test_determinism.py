"""The same seed and the same requests give the same bytes, body and headers, in two fresh servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from mockserver.core.messages import Response
from tests.support import Server

Session = Callable[["Caller"], None]


class Caller:
    """Sends the requests of a session to one server and writes down every answer whole."""

    def __init__(self, **settings: Any) -> None:
        self.server = Server(rate_limits=False, **settings)
        self.world = self.server.world()
        self.heard: list[tuple[str, int, list[tuple[str, str]], bytes]] = []

    def call(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        json: Any = None,
        body: bytes | None = None,
    ) -> Any:
        answer: Response = self.server.request(method, target, headers=headers, json=json, body=body)
        self.heard.append((f"{method} {target}", answer.status, answer.headers, answer.body))
        kind = {name.lower(): value for name, value in answer.headers}.get("content-type", "")
        return orjson.loads(answer.body) if "json" in kind and answer.body else answer.body

    def wait(self, **by: float) -> None:
        self.world.advance(by=timedelta(**by))


# --- one buying session at each provider ---------------------------------------------------------


def buy_at_didww(caller: Caller) -> None:
    key = {"api-key": "demo-didww-key", "accept": "application/vnd.api+json"}
    written = {**key, "content-type": "application/vnd.api+json"}

    def get(path: str) -> Any:
        return caller.call("GET", f"/didww/v3{path}", key)

    def post(kind: str, **data: Any) -> Any:
        return caller.call("POST", f"/didww/v3/{kind}", written, {"data": {"type": kind, **data}})

    def order(*items: dict[str, Any]) -> Any:
        filled = [{"type": "did_order_items", "attributes": item} for item in items]
        return post("orders", attributes={"items": filled}).get("data")

    get("/countries")
    get("/regions?include=country")
    groups = get(
        "/did_groups?include=stock_keeping_units&filter[is_available]=true&page[size]=20"
        "&filter[available_dids_enabled]=true&filter[needs_registration]=false"
        "&filter[meta.total_count_gteq]=5"
    )["data"]
    skus = [group["relationships"]["stock_keeping_units"]["data"][0]["id"] for group in groups]
    get("/available_dids")
    get("/available_dids")
    numbers = get(f"/available_dids?filter[did_group.id]={groups[0]['id']}")["data"]
    reserved = post(
        "did_reservations",
        relationships={"available_did": {"data": {"type": "available_dids", "id": numbers[0]["id"]}}},
    )["data"]
    first = order({"sku_id": skus[0], "did_reservation_id": reserved["id"]})
    order({"sku_id": skus[0], "available_did_id": numbers[1]["id"]}, {"sku_id": skus[1], "qty": 2})
    caller.wait(seconds=30)
    get(f"/orders/{first['id']}")
    get("/orders?sort=-created_at")
    get("/dids?include=order,did_group.country")
    canceled = order({"sku_id": skus[1], "qty": 1})
    caller.call("DELETE", f"/didww/v3/orders/{canceled['id']}", key)
    order({"sku_id": skus[1], "qty": 0})
    get("/orders/nothing")
    get("/balance")


def buy_at_idt(caller: Caller) -> None:
    key = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}

    def get(path: str) -> Any:
        return caller.call("GET", f"/idt/v1/dids{path}", key)

    def order(**item: Any) -> Any:
        body = {"order_items": [item]}
        written = {**key, "content-type": "application/json"}
        return caller.call("POST", "/idt/v1/dids/orders", written, body)

    get("/coverage/countries")
    get("/coverage/countries/US/regions")
    get("/coverage/did_groups?country_iso=PE")
    skus = get("/coverage/did_groups/39145/browse_numbers")["numbers"]
    first = order(did_group_id=16847, quantity=3)["order"]
    order(did_group_id=39145, did_skus=[skus[0]["sku"]])
    order(did_group_id=16847, quantity=0)
    get(f"/orders/{first['id']}")
    caller.wait(minutes=5)
    get(f"/orders/{first['id']}")
    caller.wait(days=3)
    get("/orders")
    get("/numbers")
    get("/orders/nothing")


def buy_at_didlogic(caller: Caller) -> None:
    key = {"authorization": "Bearer demo-didlogic-token"}

    def get(path: str) -> Any:
        return caller.call("GET", f"/didlogic{path}", key)

    get("/v1/balance")
    countries = get("/v2/numbers/countries")["countries"]
    for country in countries:
        cities = get(f"/v2/numbers/countries/{country['id']}/cities").get("cities", [])
        if cities:
            break
    dids = get(f"/v2/numbers/countries/{country['id']}/cities/{cities[0]['id']}/dids")["dids"]["dids"]
    form = f"did_numbers[]={dids[0]['number']}&did_numbers[]=nonsense".encode()
    written = {**key, "content-type": "application/x-www-form-urlencoded"}
    caller.call("POST", "/didlogic/v2/numbers/purchase", written, body=form)
    caller.call("POST", "/didlogic/v2/numbers/purchase", written, body=b"")
    caller.wait(hours=1)
    get("/v1/purchases")
    get("/v2/numbers")
    get("/v1/transactions")
    get("/v2/numbers/search?number_contains=1")
    get("/v1/balance")


SESSIONS: dict[str, Session] = {"didww": buy_at_didww, "idt": buy_at_idt, "didlogic": buy_at_didlogic}


def heard(session: Session, **settings: Any) -> Iterator[tuple[str, int, list[tuple[str, str]], bytes]]:
    caller = Caller(**settings)
    session(caller)
    yield from caller.heard


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_two_servers_answer_alike_when_seed_and_requests_are_the_same(session: Session) -> None:
    first, second = list(heard(session)), list(heard(session))
    statuses = [status for _, status, _, _ in first]
    assert statuses.count(200) + statuses.count(201) > len(statuses) // 2, statuses
    assert 501 not in statuses
    for one, other in zip(first, second, strict=True):
        assert one == other


@pytest.mark.parametrize("session", [buy_at_didww, buy_at_idt])
def test_ids_differ_when_the_seed_differs(session: Session) -> None:
    """Else the test above would prove nothing. (didlogic counts its ids.)"""
    first, second = list(heard(session)), list(heard(session, seed="another"))
    assert [(status, body) for _, status, _, body in first] != [
        (status, body) for _, status, _, body in second
    ]


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_server_answers_alike_after_a_reset(session: Session) -> None:
    caller = Caller()
    now = caller.world.clock.now()
    session(caller)
    first, caller.heard = caller.heard, []
    caller.world.reset()
    caller.world.clock.set(mode="frozen", now=now)
    session(caller)
    for one, other in zip(first, caller.heard, strict=True):
        assert one == other


def test_sandboxes_do_not_disturb_each_others_ids() -> None:
    """What one sandbox hears does not depend on what happens in another."""
    alone, busy = Caller(), Caller()
    for name in ("one", "two"):
        busy.server.world(name)
        for _ in range(3):
            busy.server.request("GET", "/didww/v3/available_dids", headers={"api-key": f"sandbox-{name}"})
    buy_at_didww(alone)
    buy_at_didww(busy)
    for one, other in zip(alone.heard, busy.heard, strict=True):
        assert one == other
