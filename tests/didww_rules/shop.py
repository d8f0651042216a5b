"""A DIDWW account without a server around it, and what one does in a shop."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from mockserver.core.world import AccountSeed, World
from mockserver.jsonapi.errors import Refusal
from mockserver.providers.didww.rows import Did, DidGroup, DidReservation, Order, StockKeepingUnit
from mockserver.providers.didww.rules import availability
from mockserver.providers.didww.rules.ordering import OrderRequest, place_order
from mockserver.providers.didww.seed import build_seed
from tests.support import NOON

CONTRACTS = Path(__file__).parents[2] / "contracts" / "didww"
RECORDINGS = CONTRACTS / "recordings" / "v3.0.0"
NEW, OLD = "2026-04-16", "2022-05-10"
# Two SKUs of recorded orders (recordings/v3.0.0/orders/create.yaml) with their recorded groups.
HONOLULU_SKU = "acc46374-0b34-4912-9f67-8340339db1e5"
HONOLULU = "7156eea4-09af-4f82-a43e-3b572f9927d8"
DEAR_SKU = "f36d2812-2195-4385-85e8-e59c3484a8bc"


@cache
def seed() -> AccountSeed:
    return build_seed()


def new_world(name: str = "test") -> World:
    """A fresh account; its clock stands at noon."""
    world = World(name, {"didww": seed()})
    world.clock.set(mode="frozen", now=NOON)
    return world


@cache
def error_table() -> dict[str, Any]:
    text = (CONTRACTS / "errors.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["errors"]  # type: ignore[no-any-return]


def documented(situation: str, **values: object) -> list[dict[str, Any]]:
    """The errors that the contract gives for a situation, `{x}` filled in."""
    text = orjson.dumps(error_table()[situation]["errors"]).decode()
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return orjson.loads(text)  # type: ignore[no-any-return]


def refused(call: Callable[[], object]) -> list[dict[str, Any]]:
    """The errors of a call that must be refused."""
    with pytest.raises(Refusal) as caught:
        call()
    return [error.wire() for error in caught.value.errors]


def group_of(area_name: str, world: World) -> DidGroup:
    return next(group for group in world.table(DidGroup) if group.area_name == area_name)


def sku_of(group: DidGroup, channels: int = 0) -> str:
    return group.stock_keeping_unit_ids[0 if channels == 0 else 1]


def item(sku_id: str, qty: object = None, **more: object) -> dict[str, Any]:
    """One item of an order body."""
    attributes: dict[str, object] = {"sku_id": sku_id, **more}
    if qty is not None:
        attributes["qty"] = qty
    return {"type": "did_order_items", "attributes": attributes}


def request(*items: object, version: str = NEW, **more: Any) -> OrderRequest:
    return OrderRequest(items=list(items), version=version, **more)


def buy(world: World, *items: object, version: str = NEW, **more: Any) -> Order:
    """Place an order as a request does, from begin to end; what is refused is taken back."""
    world.begin()
    try:
        order = place_order(world, request(*items, version=version, **more))
    except Refusal:
        world.end(False)
        raise
    world.end(True)
    return order


def accepted(world: World, call: Callable[[], Any]) -> Any:
    """Run a call as a request that is accepted."""
    world.begin()
    try:
        return call()
    finally:
        world.end(True)


def dids_of(world: World, order: Order) -> list[Did]:
    return [did for did in world.table(Did) if did.order_id == order.id]


def pass_time(world: World, **span: float) -> None:
    world.advance(by=timedelta(**span))


def picture(world: World) -> dict[str, Any]:
    """Everything that a refused request must leave alone."""
    ledger = world.ledger("didww")
    return {
        "orders": dict(world.table(Order).rows),
        "dids": dict(world.table(Did).rows),
        "reservations": dict(world.table(DidReservation).rows),
        "gone": {key: gone for key, gone in deepcopy(dict(world.stock("didww").gone())).items() if gone},
        "lines": list(ledger.lines),
        "balance": ledger.balance,
        "agenda": world.scheduler.agenda(),
    }


def month_price(world: World, sku_id: str) -> Any:
    return world.table(StockKeepingUnit)[sku_id].monthly_price


def available_dids(world: World, group_id: str, count: int) -> list[str]:
    """Ids of numbers of a group that are on sale."""
    numbers = list(world.stock("didww").numbers(group_id))[:count]
    return [availability.id_of(world, number) for number in numbers]
