"""For every documented refusal one situation that leads to it: a request, and what must have happened before.

Keys are `operation.id` with the ids of the rows in `contracts/idt/operations.json`; the common rows stand for
every operation and are made from its own sample request.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from mockserver.core.limits import Limit
from tests.idt.contract import CONTRACTS, contract
from tests.idt.support import BY_SKU, NO_BROWSE, PLENTY, Idt

TABLES = contract("operations.json")
OPERATIONS: dict[str, dict[str, Any]] = TABLES["operations"]
COMMON = {row["id"]: row for row in TABLES["common_errors"]}


class Situation(NamedTuple):
    """`target` starts behind /v1/dids. `index` fills `{i}` in the documented source, `facts` the detail."""

    target: str
    json: Any = None
    prepare: Callable[[Idt], object] = lambda idt: None
    index: int = 0
    facts: dict[str, str] = {}
    body: bytes | None = None
    headers: dict[str, str] = {}
    method: str = ""  # of the operation, if empty


class Sample(NamedTuple):
    """A request of the reference: its own URL and body."""

    operation: str
    target: str
    body: bytes


def _samples() -> list[Sample]:
    names = {operation["title"]: name for name, operation in OPERATIONS.items()}
    return [
        Sample(
            names[entry["operation"]],
            entry["sample_url"].removeprefix("https://api.idtexpress.com/v1/dids"),
            (CONTRACTS / "examples" / entry["file"]).read_bytes() if entry["file"] else b"",
        )
        for entry in contract("examples/index.json")
        if entry["kind"] == "request"
    ]


SAMPLES = _samples()

LIMA, BOUSE, JENNY = "0115117304800", "19288516549", "17078675309"  # no CNAM, one pending, none set
SKU, OTHER_SKU, UNKNOWN_SKU = "BW-US-2074063052", "BW-US-2074063062", "BW-US-2074063053"


def order(**item: Any) -> dict[str, Any]:
    """An order that would be accepted but for what is changed in its item."""
    return {"order_items": [{"did_group_id": PLENTY, "quantity": 1, **item}]}


def by_sku(*skus: Any, **item: Any) -> dict[str, Any]:
    return {"order_items": [{"did_group_id": BY_SKU, "did_skus": list(skus), **item}]}


def trunk(**fields: Any) -> dict[str, Any]:
    return {"name": "x", **fields}


def _no_feature(idt: Idt) -> None:
    idt.world.options["idt"]["dids_enabled"] = False


def _balance(amount: str) -> Callable[[Idt], None]:
    def set_balance(idt: Idt) -> None:
        idt.world.ledger("idt").set_balance(Decimal(amount))
        idt.world.commit()

    return set_balance


def _quota(idt: Idt) -> None:
    idt.world.options["idt"]["quota"] = 0


def _throttle(idt: Idt) -> None:
    idt.world.set_limit("idt", Limit(1, 60.0))
    idt.call("GET", "/orders")


def _remove(number: str) -> Callable[[Idt], object]:
    return lambda idt: idt.call("DELETE", f"/numbers/{number}")


def _sell_sku(idt: Idt) -> None:
    idt.place(by_sku(OTHER_SKU)["order_items"][0])
    idt.pass_time(2)


_TRUNK_BODIES: dict[str, tuple[Any, int]] = {
    "name_missing": ({"pop": "US"}, 0),
    "name_not_text": (trunk(name=1), 0),
    "name_empty": (trunk(name="  "), 0),
    "name_too_long": (trunk(name="x" * 51), 0),
    "name_taken": (trunk(name=" HEAD office"), 0),
    "ring_type_unknown": (trunk(ring_type="random"), 0),
    "pop_unknown": (trunk(pop="us"), 0),
    "is_default_not_boolean": (trunk(is_default="true"), 0),
    "switches_no_list": (trunk(switches={}), 0),
    "switch_no_object": (trunk(switches=["10.0.0.1"]), 0),
    "ip_missing": (trunk(switches=[{"ip": "10.0.0.1"}, {"port": 5060}]), 1),
    "ip_not_ipv4": (trunk(switches=[{"ip": "10.0.0.1"}, {"ip": "::1"}]), 1),
    "ip_with_mask": (trunk(switches=[{"ip": "10.0.0.0/24"}]), 0),
    "port_not_integer": (trunk(switches=[{"ip": "10.0.0.1", "port": "5060"}]), 0),
    "port_out_of_range": (trunk(switches=[{"ip": "10.0.0.1"}, {"ip": "10.0.0.2", "port": 1023}]), 1),
}
_GROUPS = "/coverage/did_groups"
_FEATURE = Situation("", prepare=_no_feature)  # with the sample's own request

SITUATIONS: dict[str, Situation] = {
    "get_countries.feature_off": _FEATURE,
    "get_regions.feature_off": _FEATURE,
    "get_regions.country_not_offered": Situation("/coverage/countries/XX/regions"),
    "get_did_groups.feature_off": _FEATURE,
    "get_did_groups.country_missing": Situation(f"{_GROUPS}?region_code=US-AK"),
    "get_did_groups.region_missing": Situation(f"{_GROUPS}?country_iso=US&toll_free=false"),
    "get_did_groups.region_with_toll_free": Situation(
        f"{_GROUPS}?country_iso=US&region_code=US-AK&toll_free=true"
    ),
    "get_did_groups.toll_free_unreadable": Situation(f"{_GROUPS}?country_iso=US&toll_free=1"),
    "get_did_groups.country_not_offered": Situation(f"{_GROUPS}?country_iso=XX"),
    "get_did_groups.region_not_offered": Situation(f"{_GROUPS}?country_iso=US&region_code=US-XX"),
    "get_did_groups.region_of_another_country": Situation(f"{_GROUPS}?country_iso=US&region_code=CA-AB"),
    "get_did_groups.region_where_there_are_none": Situation(f"{_GROUPS}?country_iso=PL&region_code=PL-14"),
    "get_did_groups.toll_free_not_offered": Situation(f"{_GROUPS}?country_iso=PL&toll_free=true"),
    "browse_available_numbers.feature_off": _FEATURE,
    "browse_available_numbers.did_group_unknown": Situation(f"{_GROUPS}/1/browse_numbers"),
    "browse_available_numbers.browse_unsupported": Situation(f"{_GROUPS}/{NO_BROWSE}/browse_numbers"),
    "create_order.items_missing": Situation("/orders", {"preview": False}),
    "create_order.items_no_list": Situation("/orders", {"order_items": order()["order_items"][0]}),
    "create_order.items_empty": Situation("/orders", {"order_items": []}),
    "create_order.items_several": Situation("/orders", {"order_items": order()["order_items"] * 2}),
    "create_order.item_no_object": Situation("/orders", {"order_items": [PLENTY]}),
    "create_order.did_group_missing": Situation("/orders", {"order_items": [{"quantity": 1}]}),
    "create_order.did_group_not_integer": Situation("/orders", order(did_group_id=str(PLENTY))),
    "create_order.quantity_missing": Situation("/orders", {"order_items": [{"did_group_id": PLENTY}]}),
    "create_order.quantity_not_positive": Situation("/orders", order(quantity=0)),
    "create_order.quantity_too_large": Situation("/orders", order(quantity=101)),
    "create_order.quantity_not_integer": Situation("/orders", order(quantity="1")),
    "create_order.skus_no_list": Situation("/orders", by_sku(1)),
    "create_order.skus_empty": Situation("/orders", by_sku()),
    "create_order.skus_repeated": Situation("/orders", by_sku(SKU, SKU)),
    "create_order.skus_too_many": Situation("/orders", by_sku(*(f"BW-US-{n:010}" for n in range(101)))),
    "create_order.sku_unknown": Situation("/orders", by_sku(SKU, UNKNOWN_SKU), index=1),
    "create_order.sku_gone": Situation("/orders", by_sku(SKU, OTHER_SKU), _sell_sku, index=1),
    "create_order.sku_of_another_group": Situation("/orders", by_sku(SKU, did_group_id=PLENTY)),
    "create_order.quantity_and_skus_disagree": Situation("/orders", by_sku(SKU, quantity=2)),
    "create_order.preview_not_boolean": Situation("/orders", {**order(), "preview": "true"}),
    "create_order.feature_off": _FEATURE,
    "create_order.did_group_unknown": Situation("/orders", order(did_group_id=1)),
    "create_order.funds": Situation(
        "/orders", order(quantity=3), _balance("8.99"), facts={"cost": "9.00", "balance": "8.99"}
    ),
    "create_order.funds_preview": Situation(
        "/orders",
        {**order(quantity=100), "preview": True},
        _balance("-0.50"),
        facts={"cost": "300.00", "balance": "-0.50"},
    ),
    "get_order.order_unknown": Situation("/orders/000-000-0000"),
    "get_orders.page_invalid": Situation("/orders?page=0&page_size=10"),
    "get_orders.page_size_invalid": Situation("/orders?page=1&page_size=ten"),
    **{
        f"get_numbers.order_by_{key}_invalid": Situation(f"/numbers?order_by_{key}=up")
        for key in ("country_name", "region_name", "did_group_name", "number", "added_at")
    },
    "get_numbers.page_invalid": Situation("/numbers?page=-1"),
    "get_numbers.page_size_invalid": Situation("/numbers?page_size=1.5"),
    "delete_number.number_unknown": Situation("/numbers/12025550100"),
    "delete_number.number_removed": Situation(f"/numbers/{JENNY}", prepare=_remove(JENNY)),
    "set_cnam.number_unknown": Situation("/numbers/12025550100/cnam", {"name": "x"}),
    "set_cnam.number_removed": Situation(f"/numbers/{JENNY}/cnam", {"name": "x"}, _remove(JENNY)),
    "set_cnam.cnam_unsupported": Situation(f"/numbers/{LIMA}/cnam", {"name": "x"}),
    "set_cnam.cnam_pending": Situation(f"/numbers/{BOUSE}/cnam", {"name": "x"}),
    "set_cnam.name_missing": Situation(f"/numbers/{JENNY}/cnam", {"type": "business"}),
    "set_cnam.name_not_text": Situation(f"/numbers/{JENNY}/cnam", {"name": 1}),
    "set_cnam.name_empty": Situation(f"/numbers/{JENNY}/cnam", {"name": ""}),
    "set_cnam.name_too_long": Situation(f"/numbers/{JENNY}/cnam", {"name": "x" * 16}),
    "set_cnam.type_unknown": Situation(f"/numbers/{JENNY}/cnam", {"name": "x", "type": "x"}),
    "set_cnam.display_unknown": Situation(f"/numbers/{JENNY}/cnam", {"name": "x", "display": True}),
    "set_cnam.funds": Situation(
        f"/numbers/{JENNY}/cnam",
        {"name": "x"},
        _balance("0.09"),
        facts={"cost": "0.10", "balance": "0.09"},
    ),
    "delete_cnam.number_unknown": Situation("/numbers/12025550100/cnam"),
    "delete_cnam.number_removed": Situation(f"/numbers/{BOUSE}/cnam", prepare=_remove(BOUSE)),
    "delete_cnam.cnam_absent": Situation(f"/numbers/{JENNY}/cnam"),
    "delete_cnam.cnam_unsupported": Situation(f"/numbers/{LIMA}/cnam"),
    "delete_cnam.cnam_pending": Situation(f"/numbers/{BOUSE}/cnam"),
    **{
        f"create_trunk_group.{case}": Situation("/trunk_groups", body, index=index)
        for case, (body, index) in _TRUNK_BODIES.items()
    },
    "get_trunk_group.trunk_group_unknown": Situation("/trunk_groups/1"),
    "get_trunk_groups.page_invalid": Situation("/trunk_groups?page=x"),
    "get_trunk_groups.page_size_invalid": Situation("/trunk_groups?page_size="),
    "update_trunk_group.trunk_group_unknown": Situation("/trunk_groups/1", trunk()),
    **{
        f"update_trunk_group.{case}": Situation("/trunk_groups/268476", body, index=index)
        for case, (body, index) in _TRUNK_BODIES.items()
    },
    "delete_trunk_group.trunk_group_unknown": Situation("/trunk_groups/1"),
    "delete_trunk_group.default_group": Situation("/trunk_groups/10897"),
    "set_trunk_group.trunk_group_missing": Situation("/set_trunk_group", {"numbers": [JENNY]}),
    "set_trunk_group.trunk_group_not_integer": Situation(
        "/set_trunk_group", {"trunk_group_id": "268476", "numbers": [JENNY]}
    ),
    "set_trunk_group.trunk_group_unknown": Situation(
        "/set_trunk_group", {"trunk_group_id": 1, "numbers": [JENNY]}
    ),
    "set_trunk_group.numbers_missing": Situation("/set_trunk_group", {"trunk_group_id": None}),
    "set_trunk_group.numbers_no_list": Situation(
        "/set_trunk_group", {"trunk_group_id": None, "numbers": JENNY}
    ),
    "set_trunk_group.numbers_empty": Situation("/set_trunk_group", {"trunk_group_id": None, "numbers": []}),
    "set_trunk_group.numbers_not_text": Situation(
        "/set_trunk_group", {"trunk_group_id": None, "numbers": [JENNY, 17078675309]}
    ),
    "set_trunk_group.number_unknown": Situation(
        "/set_trunk_group", {"trunk_group_id": None, "numbers": [JENNY, "12025550100"]}, index=1
    ),
    "set_trunk_group.number_removed": Situation(
        "/set_trunk_group", {"trunk_group_id": 268476, "numbers": [LIMA, JENNY]}, _remove(JENNY), index=1
    ),
}

_OF_ALL: dict[str, Situation] = {
    "access_denied": Situation("", headers={"x-api-secret": "wrong"}),
    "endpoint_unknown": Situation("", method="PATCH"),
    "quota_used_up": Situation("", prepare=_quota),
    "throttled": Situation("", prepare=_throttle),
    "body_not_json": Situation("", body=b'{"name": '),
    "body_no_object": Situation("", body=b"[]"),
}


def claims() -> dict[str, tuple[dict[str, Any], Situation]]:
    """`operation.id` -> the documented row and its situation. KeyError for a row without one, and for a
    situation of no row, so that nothing is collected while table and situations disagree."""
    first = {sample.operation: sample for sample in reversed(SAMPLES)}
    found: dict[str, tuple[dict[str, Any], Situation]] = {}
    for name, operation in OPERATIONS.items():
        common = [row for row in COMMON.values() if row["applies_to"] == "all" or operation["request_body"]]
        for row in (*common, *operation["errors"]):
            key = f"{name}.{row['id']}"
            situation = _OF_ALL[row["id"]] if row in common else SITUATIONS[key]
            if not situation.target:
                body = situation.body if situation.body is not None else first[name].body
                situation = situation._replace(target=first[name].target, body=body)
            found[key] = (row, situation._replace(method=situation.method or operation["method"]))
    if unknown := SITUATIONS.keys() - found.keys():
        raise KeyError(f"situations of no documented refusal: {sorted(unknown)}")
    return found
