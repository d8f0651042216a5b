"""Money that moves from outside the API: top-ups, corrections, fees for ported numbers (behaviour 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.ledger import Line
from mockserver.core.rules import Rule
from mockserver.core.values import MOST_MONEY
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.fields import digits
from mockserver.providers.didlogic.renewals import settle
from mockserver.providers.didlogic.wire import timestamp


def top_up(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Funds come in; numbers that were inactive for the lack of them work again (G36)."""
    amount, kind = fields["amount"], fields["kind"]
    if amount <= 0:
        raise CannotHappen("must be above zero", field="amount")
    return _post(world, amount, kind, said.COMMENTS_TOP_UP[kind])


def adjustment(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """The vendor's finance team corrects the balance, up or down."""
    if fields["amount"] == 0:
        raise CannotHappen("must not be zero", field="amount")
    return _post(world, fields["amount"], "adjustment", fields["comment"])


def porting_fee(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """A number is brought from another carrier, which costs a fee (G38: the fee is all that shows)."""
    number = digits(fields["number"])
    if not number.isdecimal():
        raise CannotHappen("must be a number such as 441172999999", field="number")
    if fields["amount"] <= 0:
        raise CannotHappen("must be above zero", field="amount")
    return _post(world, -fields["amount"], "porting", said.COMMENT_PORTING.format(number=number))


def _post(world: World, amount: Decimal, kind: str, comment: str) -> dict[str, Any]:
    ledger = world.ledger("didlogic")
    if abs(ledger.balance + amount) > MOST_MONEY:
        raise CannotHappen(f"the balance would leave {MOST_MONEY:,}", field="amount", conflict=True)
    line = ledger.post(amount, kind, note=comment)
    settle(world)
    world.announce("didlogic.balance", f"{kind} {amount:+f}")
    return {"transaction": _transaction(line), "balance": f"{ledger.balance:f}"}


def _transaction(line: Line) -> dict[str, str]:
    return {
        "type": line.kind,
        "date": timestamp(line.at),
        "details": line.note,
        "amount": f"{line.amount:f}",
        "balance_after": f"{line.balance:f}",
    }


_COMMENT = Rule(
    "text",
    "What the transaction says.",
    most=200,
    pattern=r"[^\x00-\x1f\x7f]*",
    default=said.COMMENT_ADJUSTMENT,
)

HAPPENINGS = (
    Happening(
        "top_up",
        "Funds are added.",
        top_up,
        {
            "amount": Rule("money", "USD, above zero.", required=True),
            "kind": Rule("text", "How it was paid.", choices=tuple(said.COMMENTS_TOP_UP), default="cc_in"),
        },
    ),
    Happening(
        "adjustment",
        "The vendor corrects the balance.",
        adjustment,
        {
            "amount": Rule(
                "money", "USD; below zero takes funds away.", least=-int(MOST_MONEY), required=True
            ),
            "comment": _COMMENT,
        },
    ),
    Happening(
        "porting_fee",
        "A number is ported in and paid for.",
        porting_fee,
        {
            "number": Rule("text", "The ported number, digits.", least=1, most=20, required=True),
            "amount": Rule("money", "USD, above zero.", required=True),
        },
    ),
)
