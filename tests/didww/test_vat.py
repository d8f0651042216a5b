"""VAT: what is charged is with it, what the shop shows without (documented); none unless switched on."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.didww.account import Account, did_item

CENT = Decimal("0.01")


def gross(net: str, rate: int = 21) -> Decimal:
    return (Decimal(net) * (100 + rate) / 100).quantize(CENT, ROUND_HALF_UP)


@pytest.fixture
def taxed(account: Account) -> Account:
    account.world.options["didww"]["vat"] = 21
    return account


def greenville(account: Account) -> dict[str, Any]:
    return next(group for group in account.groups if group["attributes"]["area_name"] == "Greenville")


def test_order_is_charged_with_vat_and_offers_are_shown_without(taxed: Account) -> None:
    group = greenville(taxed)
    sku = group["skus"][0]["attributes"]
    setup, month = gross(sku["setup_price"]), gross(sku["monthly_price"])
    funds = taxed.funds
    order = taxed.order(did_item(group["skus"][0], qty=3)).data["attributes"]
    assert Decimal(order["amount"]) == 3 * (setup + month) == funds - taxed.funds
    item = order["items"][0]["attributes"]
    assert [Decimal(item[name]) for name in ("nrc", "mrc", "setup_price", "monthly_price")] == [
        setup,
        month,
        setup,
        month,
    ]
    assert greenville(taxed)["skus"][0]["attributes"] == sku


def test_everything_is_returned_when_the_order_is_canceled(taxed: Account) -> None:
    funds = taxed.funds
    order = taxed.order(did_item(greenville(taxed)["skus"][0], qty=150)).data
    assert taxed.funds < funds
    assert taxed.delete(f"/orders/{order['id']}").status == 204
    assert taxed.funds == funds


def test_month_is_renewed_with_vat(taxed: Account) -> None:
    group = greenville(taxed)
    taxed.buy(1, group)
    funds = taxed.funds
    taxed.advance(days=31)
    assert funds - taxed.funds == gross(group["skus"][0]["attributes"]["monthly_price"])


def test_channels_are_charged_with_vat(taxed: Account) -> None:
    pool = taxed.get("/capacity_pools").data[0]
    funds = taxed.funds
    attributes = {"capacity_pool_id": pool["id"], "qty": 1}
    order = taxed.order({"type": "capacity_order_items", "attributes": attributes}).data["attributes"]
    item = order["items"][0]["attributes"]
    assert Decimal(item["nrc"]) == gross(pool["attributes"]["setup_price"])
    assert Decimal(order["amount"]) == Decimal(item["nrc"]) + Decimal(item["mrc"]) == funds - taxed.funds


def test_money_has_to_last_for_the_vat_too(taxed: Account) -> None:
    sku = greenville(taxed)["skus"][0]
    net = Decimal(sku["attributes"]["setup_price"]) + Decimal(sku["attributes"]["monthly_price"])
    taxed.set_funds(net)
    answer = taxed.order(did_item(sku, qty=1))
    assert answer.status == 400
    assert answer.body["errors"][0]["meta"] == {"available_balance": "4.0", "total_cost": "4.84"}
