"""Balance, charges and the way amounts are written."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from mockserver.core.messages import Evidence
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.providers.didww.rows import Balance, Did, StockKeepingUnit


def price_text(amount: Decimal) -> str:
    """An amount or a price: no zeros at the end, yet always one decimal, `5.98`, `0.0` (reference 2.1)."""
    text = format(amount.normalize(), "f")
    return text if "." in text else text + ".0"


def balance_of(world: World) -> Balance:
    """The account's balance, credit and the sum of both."""
    stored = next(iter(world.table(Balance)))
    balance = world.ledger("didww").balance
    return replace(stored, balance=balance, total_balance=balance + stored.credit)


def available(world: World) -> Decimal:
    """What may be spent: balance and credit (reference 2.4)."""
    return world.ledger("didww").balance + next(iter(world.table(Balance))).credit


def require(world: World, cost: Decimal, version: str) -> None:
    """Refusal with 400 when `cost` is more than may be spent, worded as the version does (reference 2.4)."""
    means = available(world)
    if cost > means:
        raise insufficient(means, cost, version)


def insufficient(means: Decimal, cost: Decimal, version: str) -> Refusal:
    """The refusal of what costs more than may be spent."""
    if version < "2026-04-16":
        evidence = Evidence("documented", "didww.error.insufficient_funds")
        return Refusal(ApiError(400, "400", "Insufficient funds", "Insufficient funds"), evidence)
    evidence = Evidence("documented", "didww.error.insufficient_balance")
    meta = {"available_balance": price_text(means), "total_cost": price_text(cost)}
    return Refusal(ApiError(400, "400", "Insufficient balance", "Insufficient balance", meta=meta), evidence)


def gross(world: World, net: Decimal) -> Decimal:
    """A price with the account's VAT, half a cent rounded up: SKUs are net, orders gross (documented)."""
    rate: int = world.options["didww"]["vat"]
    return (net * (100 + rate) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP) if rate else net


def price_of_one(world: World, sku_id: str | None) -> Decimal:
    """What one number of a SKU costs when it is bought: setup and the first month."""
    sku = None if sku_id is None else world.table(StockKeepingUnit).get(sku_id)
    return Decimal(0) if sku is None else gross(world, sku.setup_price) + gross(world, sku.monthly_price)


def paid_for(world: World, did: Did) -> Decimal:
    """What a number cost when it was bought: what is returned when its order comes to nothing."""
    return price_of_one(world, did.sku_id) if did.paid is None else did.paid


def month_of_one(world: World, sku_id: str | None) -> Decimal:
    """What one number of a SKU costs for another month."""
    sku = None if sku_id is None else world.table(StockKeepingUnit).get(sku_id)
    return Decimal(0) if sku is None else gross(world, sku.monthly_price)


def charge(world: World, amount: Decimal, kind: str, subject: str, note: str = "") -> None:
    """Take `amount` from the account. Kinds: order, renewal."""
    if amount:
        world.ledger("didww").post(-amount, kind, subject, note)


def refund(world: World, amount: Decimal, subject: str, note: str = "") -> None:
    if amount:
        world.ledger("didww").post(amount, "refund", subject, note)
