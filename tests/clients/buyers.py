"""A buyer for each provider: tries again when an answer fails, and looks before it does.

A failed answer leaves open whether the number was bought. None of the three providers takes an idempotency
key, so each buyer finds out in the way that its provider allows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import httpx2

_TRIES = 5
TRY_AGAIN = frozenset((429, 500, 502, 503, 504))


class Gone(Exception):
    """The number is not to be had any more."""


class Unsure(Exception):
    """The last answer failed: it may have been bought, or not."""


class Buyer(ABC):
    """Buys one number. `posted` counts the purchases that were sent."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        self.http = httpx2.Client(base_url=base_url, headers=headers, timeout=5)
        self.posted = 0

    def buy(self, reference: str, wanted: Any = None) -> str:
        """Buy what was chosen, or the first on sale; its number. Gone when somebody else was faster."""
        wanted = wanted or self.patiently(self.choose)
        for _ in range(_TRIES):
            try:
                self.posted += 1
                return self.order(wanted, reference)
            except Unsure:
                bought = self.patiently(lambda: self.bought(wanted, reference))
                if bought is not None:
                    return str(bought)
        raise Unsure(f"no answer in {_TRIES} tries")

    def patiently(self, ask: Any) -> Any:
        """Reading is harmless: ask until there is an answer."""
        for _ in range(_TRIES):
            try:
                return ask()
            except Unsure:
                continue
        raise Unsure(f"no answer in {_TRIES} tries")

    def call(self, method: str, path: str, **content: Any) -> tuple[int, Any]:
        """Status and JSON of an answer; Unsure when there is none that can be trusted."""
        try:
            answer = self.http.request(method, path, **content)
            body = answer.json() if answer.content else None
        except (httpx2.TransportError, ValueError):
            raise Unsure from None
        if answer.status_code in TRY_AGAIN:
            raise Unsure
        return answer.status_code, body

    @abstractmethod
    def choose(self) -> Any:
        """What to buy."""

    @abstractmethod
    def order(self, wanted: Any, reference: str) -> str:
        """Send the purchase; its number. Unsure or Gone."""

    @abstractmethod
    def bought(self, wanted: Any, reference: str) -> str | None:
        """The number if an earlier try went through."""


class IdtBuyer(Buyer):
    """IDT Express: an order by SKU names the number, so an order for it tells that it was bought."""

    group = 16847

    def choose(self) -> Any:
        _, body = self.call("GET", f"/v1/dids/coverage/did_groups/{self.group}/browse_numbers")
        return body["numbers"][0]

    def order(self, wanted: Any, reference: str) -> str:
        item = {"did_group_id": self.group, "did_skus": [wanted["sku"]]}
        status, _ = self.call("POST", "/v1/dids/orders", json={"order_items": [item]})
        if status != 200:
            raise Gone(wanted["number"])
        return str(wanted["number"])

    def bought(self, wanted: Any, reference: str) -> str | None:
        _, body = self.call("GET", "/v1/dids/orders?page_size=5")
        for row in body["orders"]:
            _, whole = self.call("GET", f"/v1/dids/orders/{row['id']}")
            for item in whole["order"]["order_items"]:
                if any(one["sku"] == wanted["sku"] for one in item["ordered"].get("numbers", [])):
                    return str(wanted["number"])
        return None


class DidwwBuyer(Buyer):
    """DIDWW: the order carries a reference of ours, by which it is found again."""

    def choose(self) -> Any:
        _, body = self.call("GET", "/v3/available_dids?include=did_group.stock_keeping_units")
        one = body["data"][0]
        group = one["relationships"]["did_group"]["data"]["id"]
        skus = [
            each["id"]
            for each in body["included"]
            if each["type"] == "stock_keeping_units" and self._is_of(each, body, group)
        ]
        return {"id": one["id"], "number": one["attributes"]["number"], "sku": skus[0]}

    def _is_of(self, sku: Any, body: Any, group: str) -> bool:
        groups = [each for each in body["included"] if each["type"] == "did_groups" and each["id"] == group]
        linked = groups[0]["relationships"]["stock_keeping_units"]["data"]
        return any(each["id"] == sku["id"] for each in linked)

    def order(self, wanted: Any, reference: str) -> str:
        item = {
            "type": "did_order_items",
            "attributes": {"available_did_id": wanted["id"], "sku_id": wanted["sku"]},
        }
        attributes = {"external_reference_id": reference, "items": [item]}
        status, _ = self.call(
            "POST",
            "/v3/orders",
            json={"data": {"type": "orders", "attributes": attributes}},
            headers={"content-type": "application/vnd.api+json"},
        )
        if status != 201:
            raise Gone(wanted["number"])
        return str(wanted["number"])

    def bought(self, wanted: Any, reference: str) -> str | None:
        _, body = self.call("GET", f"/v3/orders?filter[external_reference_id]={reference}")
        return str(wanted["number"]) if body["data"] else None


class DidlogicBuyer(Buyer):
    """didlogic: a number that was bought is in the inventory."""

    def choose(self) -> Any:
        _, body = self.call("GET", "/v2/numbers/search?country_name_contains=United&per_page=1")
        return body["dids"]["dids"][0]["number"]

    def order(self, wanted: Any, reference: str) -> str:
        _, body = self.call("POST", "/v2/numbers/purchase", json={"did_numbers": [wanted]})
        if body["purchase"]["errors"]:
            raise Gone(wanted)
        return str(wanted)

    def bought(self, wanted: Any, reference: str) -> str | None:
        _, body = self.call("GET", "/v2/numbers")
        return str(wanted) if any(row["number"] == wanted for row in body["dids"]) else None
