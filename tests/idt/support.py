"""A caller of IDT Express for tests, and the facts of `contracts/idt` that they compare with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from mockserver.core.messages import Response
from mockserver.core.world import World
from tests.support import Server

CONTRACTS = Path(__file__).parents[2] / "contracts" / "idt"
HEADERS = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
REQUEST_ID = "00000000-0000-4000-8000-000000000000"  # as in the contract's bodies

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


def contract(name: str) -> Any:
    """One file of the contract, parsed."""
    return orjson.loads((CONTRACTS / name).read_bytes())


def example(name: str) -> Any:
    return contract(f"examples/{name}.json")


def schema_errors(schema: str, body: Any) -> list[str]:
    """What is wrong with a body by the contract's JSON Schema of that name."""
    document = {"schemas": contract("schemas.json"), "$ref": f"#/schemas/{schema}"}
    return [error.message for error in jsonschema_rs.Draft202012Validator(document).iter_errors(body)]


class Idt:
    """The default sandbox of a server as a client of IDT Express sees it, and what it must not see."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def world(self) -> World:
        return self.server.world()

    def call(self, method: str, target: str, **request: Any) -> Response:
        """One request; `target` starts behind `/v1/dids`."""
        headers = {**HEADERS, **request.pop("headers", {})}
        return self.server.request(method, f"/idt/v1/dids{target}", headers=headers, **request)

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
