"""Refusals of IDT Express explained (contracts/idt/errors.json)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from mockserver.core.explanations import Explanation
from mockserver.core.journal import Exchange
from mockserver.core.world import World
from mockserver.providers.idt.errors import TITLES
from mockserver.providers.idt.rows import Country, DidGroup, Number, Order, TrunkGroup

_MOST = 5


def _some(rows: Iterable[Any], show: Callable[[Any], object]) -> str:
    """A few values that there are."""
    shown = [str(show(row)) for row, _ in zip(rows, range(_MOST), strict=False)]
    return ", ".join(shown) if shown else "there are none"


def _active(world: World) -> Iterable[Number]:
    return (row for row in world.table(Number) if row.status == "active")


_CHANGES: dict[int, Callable[[World, str], str]] = {
    1000: lambda world, field: "send a JSON object in UTF-8 as the body",
    1001: lambda world, field: f"send {field}",
    1002: lambda world, field: f"send another value in {field}, as the detail says",
    1003: lambda world, field: (
        f"use an order that there is: {_some(world.table(Order), lambda row: row.id)}"
        if field == "order_id"
        else f"use a DID Group that there is: {_some(world.table(DidGroup), lambda row: row.id)}"
        if field == "did_group_id"
        else "use a path and a method of `mockserver routes`"
    ),
    2000: lambda world, field: (
        "send x-api-key and x-api-secret of one sandbox, as `mockserver env` shows them; "
        "if they are right, the switch access_withdrawn is on"
    ),
    2001: lambda world, field: "raise or lift the switch quota, or reset the sandbox",
    2002: lambda world, field: "wait, or lift the limit with PUT /_mock/limits",
    3000: lambda world, field: "turn the switch dids_enabled on with PUT /_mock/options",
    3001: lambda world, field: "order fewer numbers, or add funds with POST /_mock/world/balance",
    4000: lambda world, field: (
        "leave toll_free out, or use a country that has toll-free numbers: "
        + _some((row for row in world.table(Country) if row.supports_toll_free), lambda row: row.iso)
    ),
    4001: lambda world, field: (
        f"use an active number of the account: {_some(_active(world), lambda row: row.number)}"
    ),
    4002: lambda world, field: "use a region_code that Get Regions lists for this country",
    4003: lambda world, field: (
        f"use a country that Get Countries lists: {_some(world.table(Country), lambda row: row.iso)}"
    ),
    4004: lambda world, field: (
        f"use a DID Group that is offered: {_some(world.table(DidGroup), lambda row: row.id)}"
    ),
    4005: lambda world, field: (
        f"use a trunk group that there is: {_some(world.table(TrunkGroup), lambda row: row.id)}"
    ),
    4006: lambda world, field: "make another trunk group the default first",
    4007: lambda world, field: (
        "use a geographic number of the USA, and wait until its last change is through: "
        "POST /_mock/transitions/idt.cnam/NUMBER/fire"
    ),
    4008: lambda world, field: (
        "use a number that has a current name and no pending change; "
        "POST /_mock/transitions/idt.cnam/NUMBER/fire makes one current"
    ),
}


def explain(world: World, exchange: Exchange) -> Explanation | None:
    """The first error of the answer; None when the answer holds none."""
    try:
        error = orjson.loads(exchange.answer)["errors"][0]
        code, detail = error["code"], error["detail"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return None
    field = error.get("field", "")
    change = _CHANGES.get(code)
    return Explanation(
        rule=f"{code} {TITLES.get(code, '')}: {detail}",
        change="" if change is None else change(world, field or "it"),
        field=error.get("source", field),
        reference=f"contracts/idt/errors.json, code {code}",
    )
