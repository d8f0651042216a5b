"""A caller of IDT Express for tests, and the facts of `contracts/idt` that they compare with."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from mockserver.core.messages import Response
from mockserver.core.world import World
from tests.idt.contract import CONTRACTS, REQUEST_ID, contract, example
from tests.idt.openapi import as_in_the_document, deviations
from tests.support import Server

__all__ = ["CONTRACTS", "REQUEST_ID", "contract", "example"]
HEADERS = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}

# Groups of the seed by what an order there leads to (fixtures/build_idt.py).
PLENTY = 16847  # SALVADOR
BY_SKU = 39145  # Brunswick, four numbers
FEW_IN_USA = 30001
ONE_IN_USA = 30002
NONE_IN_USA = 30003
ALL_LATER = 30004
REST_LATER = 30005
TOO_FEW_LATER = 30006
FEW_NO_BACKORDER = 30007
NONE_NO_BACKORDER = 30008
NEVER = 30009
DEAR = 30010
NO_BROWSE = 30011


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"schemas": contract("schemas.json"), "$ref": f"#/schemas/{schema}"}
    )


def schema_errors(schema: str, body: Any) -> list[str]:
    """What is wrong with a body by the contract's JSON Schema of that name."""
    return [error.message for error in _validator(schema).iter_errors(body)]


class Idt:
    """The default sandbox of a server as a client of IDT Express sees it, and what it must not see."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def world(self) -> World:
        return self.server.world()

    def call(self, method: str, target: str, **request: Any) -> Response:
        """One request; `target` starts behind `/v1/dids`. Its answer must be one that the contract knows."""
        headers = {**HEADERS, **request.pop("headers", {})}
        response = self.server.request(method, f"/idt/v1/dids{target}", headers=headers, **request)
        if as_in_the_document(self.world.options["idt"]):
            path = f"/v1/dids{target.partition('?')[0]}"
            assert deviations(method, path, response) == [], response.body
        return response

    def get(self, target: str) -> Any:
        """The body of a GET that must succeed."""
        response = self.call("GET", target)
        assert response.status == 200, response.body
        return orjson.loads(response.body)

    def order(self, group_id: int, quantity: int = 1) -> str:
        """Place an order by quantity; returns its id."""
        return self.place({"did_group_id": group_id, "quantity": quantity})["id"]

    def place(self, item: dict[str, Any], **more: Any) -> Any:
        response = self.call("POST", "/orders", json={"order_items": [item], **more})
        assert response.status == 200, response.body
        return orjson.loads(response.body)["order"]

    def item(self, order_id: str) -> Any:
        return self.get(f"/orders/{order_id}")["order"]["order_items"][0]

    def pass_time(self, seconds: float) -> None:
        self.world.advance(by=timedelta(seconds=seconds))

    def state(self) -> dict[str, Any]:
        """Everything that a refused request must leave as it was."""
        world = self.world
        return {
            "tables": {
                name: dict(table.rows) for name, table in world.tables().items() if name.startswith("idt.")
            },
            "sold": {key: gone for key, gone in world.stock("idt").gone().items() if gone},
            "ledger": list(world.ledger("idt").lines),
            "agenda": world.scheduler.agenda(),
            "events": world.events.count,
        }


def errors_of(response: Response) -> Any:
    """The errors of a refusal, after a check of what stands around them."""
    body = orjson.loads(response.body)
    assert list(body) == ["status", "api_request_id", "errors"]
    assert body["status"] == response.status
    assert schema_errors("error_response", body) == []
    assert response.headers[0] == ("Content-Type", "application/json")
    return body["errors"]


def error(
    code: int, detail: str, field: str | None = None, source: str | None = None
) -> dict[str, int | str]:
    """One error as the contract describes it; its title comes from there."""
    title = next(row["title"] for row in contract("errors.json")["codes"] if row["code"] == code)
    entry: dict[str, int | str] = {"code": code, "title": title, "detail": detail}
    if field is not None:
        entry["field"] = field
    if source is not None:
        entry["source"] = source
    return entry


def text(value: Any) -> str:
    """JSON text with keys in their order, so that a comparison sees the order."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
