"""Every operation of IDT Express with its handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mockserver.http.routing import Router
from mockserver.providers.idt import cnam, coverage, numbers, orders, trunks
from mockserver.providers.idt.reading import Call

Handler = Callable[[Call], bytes | None]  # the body of the answer; None for 204


class Operation(NamedTuple):
    """One row of the provider's reference."""

    name: str
    method: str
    path: str
    summary: str
    handler: Handler
    creates: bool = False  # answers with the account option `create_status`


OPERATIONS: tuple[Operation, ...] = (
    Operation("get_countries", "GET", "/v1/dids/coverage/countries", "Get Countries", coverage.get_countries),
    Operation(
        "get_regions",
        "GET",
        "/v1/dids/coverage/countries/{country_iso}/regions",
        "Get Regions",
        coverage.get_regions,
    ),
    Operation(
        "get_did_groups", "GET", "/v1/dids/coverage/did_groups", "Get DID Groups", coverage.get_did_groups
    ),
    Operation(
        "browse_available_numbers",
        "GET",
        "/v1/dids/coverage/did_groups/{did_group_id}/browse_numbers",
        "Browse Available Numbers",
        coverage.browse_numbers,
    ),
    Operation("create_order", "POST", "/v1/dids/orders", "Create Order", orders.create_order, creates=True),
    Operation("get_orders", "GET", "/v1/dids/orders", "Get Orders", orders.get_orders),
    Operation("get_order", "GET", "/v1/dids/orders/{order_id}", "Get Order", orders.get_order),
    Operation("get_numbers", "GET", "/v1/dids/numbers", "Get Numbers", numbers.get_numbers),
    Operation("delete_number", "DELETE", "/v1/dids/numbers/{number}", "Delete Number", numbers.delete_number),
    Operation("set_cnam", "POST", "/v1/dids/numbers/{number}/cnam", "Set CNAM", cnam.set_cnam),
    Operation("delete_cnam", "DELETE", "/v1/dids/numbers/{number}/cnam", "Delete CNAM", cnam.delete_cnam),
    Operation(
        "create_trunk_group",
        "POST",
        "/v1/dids/trunk_groups",
        "Create Trunk Group",
        trunks.create_trunk_group,
        creates=True,
    ),
    Operation(
        "get_trunk_groups", "GET", "/v1/dids/trunk_groups", "Get Trunk Groups", trunks.get_trunk_groups
    ),
    Operation(
        "get_trunk_group",
        "GET",
        "/v1/dids/trunk_groups/{trunk_group_id}",
        "Get Trunk Group",
        trunks.get_trunk_group,
    ),
    Operation(
        "update_trunk_group",
        "PUT",
        "/v1/dids/trunk_groups/{trunk_group_id}",
        "Update Trunk Group",
        trunks.update_trunk_group,
    ),
    Operation(
        "delete_trunk_group",
        "DELETE",
        "/v1/dids/trunk_groups/{trunk_group_id}",
        "Delete Trunk Group",
        trunks.delete_trunk_group,
    ),
    Operation(
        "set_trunk_group", "PUT", "/v1/dids/set_trunk_group", "Set Trunk Group", trunks.set_trunk_group
    ),
)


def build_router() -> Router[Operation]:
    router: Router[Operation] = Router()
    for operation in OPERATIONS:
        router.add(operation.method, operation.path, operation)
    return router
