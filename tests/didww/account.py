"""A DIDWW account as its owner's program sees it: requests and answers, and a few purchases to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson

from mockserver.core.world import World
from tests.support import Server

MEDIA_TYPE = "application/vnd.api+json"
BASE = "http://127.0.0.1:8080/didww/v3"


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and the bytes."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def data(self) -> Any:
        assert self.status in (200, 201), self.raw.decode("utf-8", "replace")
        return self.body["data"]


@dataclass
class Account:
    """One sandbox of a server, asked with one API version (None leaves the header out)."""

    server: Server
    sandbox: str
    version: str | None = "2026-04-16"
    shop: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def world(self) -> World:
        return self.server.world(self.sandbox)

    def as_of(self, version: str | None) -> Account:
        """The same account, asked with another version."""
        return Account(self.server, self.sandbox, version, self.shop)

    # --- requests --------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """One request to `/v3` + path. A header given as None is left out."""
        self.world  # noqa: B018 - its clock stands still from here on
        content = orjson.dumps(json) if json is not None else body
        sent: dict[str, str | None] = {
            "api-key": f"sandbox-{self.sandbox}",
            "accept": MEDIA_TYPE,
            "x-didww-api-version": self.version,
        }
        if content is not None:
            sent["content-type"] = MEDIA_TYPE
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        kept = {name: value for name, value in sent.items() if value is not None}
        given = self.server.request(method, f"/didww/v3{path}", headers=kept, body=content)
        return Answer(given.status, {name.lower(): value for name, value in given.headers}, given.body)

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.send(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def post(self, path: str, json: Any) -> Answer:
        return self.send("POST", path, json=json)

    def patch(self, path: str, json: Any) -> Answer:
        return self.send("PATCH", path, json=json)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, however many pages it has; `path` may have a query."""
        rows: list[dict[str, Any]] = []
        target: str | None = path
        while target is not None:
            answer = self.get(target)
            rows += answer.data
            following = answer.body.get("links", {}).get("next")
            target = None if following is None else following.removeprefix(BASE)
        return rows

    # --- the shop --------------------------------------------------------------------------------

    @property
    def groups(self) -> list[dict[str, Any]]:
        """All DID groups with `skus` (their stock keeping units) and `country`, as first seen."""
        if "groups" not in self.shop:
            offers: dict[str, Any] = {}
            groups: list[dict[str, Any]] = []
            target: str | None = "/did_groups?include=stock_keeping_units,country&page[size]=1000"
            while target is not None:
                body = self.as_of("2026-04-16").get(target).body
                offers |= {row["id"]: row for row in body["included"]}
                groups += body["data"]
                following = body["links"].get("next")
                target = None if following is None else following.removeprefix(BASE)
            for group in groups:
                links = group["relationships"]["stock_keeping_units"]["data"]
                group["skus"] = [offers[link["id"]] for link in links]
                group["country"] = offers[group["relationships"]["country"]["data"]["id"]]
            self.shop["groups"] = groups
        return self.shop["groups"]  # type: ignore[no-any-return]

    def group(
        self,
        stock: int = 1,
        *,
        most: int = 10**9,
        registration: bool = False,
        browse: bool = True,
        skip: int = 0,
    ) -> dict[str, Any]:
        """A DID group with at least `stock` and at most `most` numbers on sale; `skip` takes a later one."""
        fitting = [
            group
            for group in self.groups
            if stock <= group["meta"]["total_count"] <= most
            and group["meta"]["needs_registration"] is registration
            and group["meta"]["available_dids_enabled"] is browse
        ]
        assert len(fitting) > skip, "the seed has no such DID group"
        return fitting[skip]

    def stock_of(self, group: dict[str, Any]) -> int:
        """How many numbers of a group are on sale now."""
        return self.get(f"/did_groups/{group['id']}").data["meta"]["total_count"]  # type: ignore[no-any-return]

    def available(self, group: dict[str, Any]) -> list[dict[str, Any]]:
        """Some numbers of a group that are on sale."""
        return self.get(f"/available_dids?filter[did_group.id]={group['id']}").data  # type: ignore[no-any-return]

    def dids_of(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """The numbers that an order brought."""
        return self.all(f"/dids?filter[order.id]={order['id']}&page[size]=1000")

    # --- purchases -------------------------------------------------------------------------------

    def order(self, *items: dict[str, Any], **attributes: Any) -> Answer:
        """POST /orders for items as `did_item` makes them."""
        document = {"data": {"type": "orders", "attributes": {**attributes, "items": list(items)}}}
        return self.post("/orders", document)

    def reserve(self, available_did: dict[str, Any], **attributes: Any) -> Answer:
        linkage = {"data": {"type": "available_dids", "id": available_did["id"]}}
        return self.post(
            "/did_reservations",
            {
                "data": {
                    "type": "did_reservations",
                    "attributes": attributes,
                    "relationships": {"available_did": linkage},
                }
            },
        )

    def buy(self, quantity: int = 1, group: dict[str, Any] | None = None, **item: Any) -> dict[str, Any]:
        """An order for numbers of one group, fulfilled; returns the order as it then reads."""
        group = group or self.group(quantity)
        placed = self.order(did_item(group["skus"][0], qty=quantity, **item)).data
        self.advance(seconds=60)
        order = self.get(f"/orders/{placed['id']}").data
        assert order["attributes"]["status"].lower() == "completed"
        return order  # type: ignore[no-any-return]

    def advance(self, **by: float) -> None:
        """Move the sandbox's clock, `advance(seconds=10)`."""
        self.world.advance(by=timedelta(**by))

    # --- money -----------------------------------------------------------------------------------

    @property
    def funds(self) -> Decimal:
        """What there is to spend: `total_balance`."""
        return Decimal(self.get("/balance").data["attributes"]["total_balance"])

    def set_funds(self, amount: Decimal | str) -> None:
        """Let `total_balance` be exactly this."""
        ledger = self.world.ledger("didww")
        credit = self.funds - ledger.balance
        ledger.set_balance(Decimal(amount) - credit)
        self.world.commit()
        assert self.funds == Decimal(amount)


def did_item(sku: dict[str, Any] | str, **attributes: Any) -> dict[str, Any]:
    """An order item for numbers: `qty=`, `available_did_id=` or `did_reservation_id=`."""
    sku_id = sku if isinstance(sku, str) else sku["id"]
    return {"type": "did_order_items", "attributes": {"sku_id": sku_id, **attributes}}


def price_of(sku: dict[str, Any]) -> Decimal:
    """What one number costs at once: setup and the first month."""
    return Decimal(sku["attributes"]["setup_price"]) + Decimal(sku["attributes"]["monthly_price"])
