"""Money from outside the API, over the control API, and how it shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.control.caller import Caller
from tests.didlogic.account import Account, contract, restarted

KINDS = contract("transactions.json")["kinds"]


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.fixture
def funded(caller: Caller) -> Account:
    return restarted(caller.server)


@pytest.mark.parametrize(
    ("happening", "body", "kind", "comment", "amount"),
    [
        ("top_up", {"amount": "50"}, "cc_in", "Top-up by credit card", "50"),
        ("top_up", {"amount": "0.0001", "kind": "cc_in"}, "cc_in", "Top-up by credit card", "0.0001"),
        ("top_up", {"amount": 25.5, "kind": "stripe_in"}, "stripe_in", "Top-up by Stripe", "25.5"),
        ("top_up", {"amount": 10, "kind": "paypal_in"}, "paypal_in", "Top-up by PayPal", "10"),
        ("adjustment", {"amount": "1.25"}, "adjustment", "Adjustment", "1.25"),
        ("adjustment", {"amount": "-40", "comment": 'Fraud, "reported"'}, "adjustment", None, "-40"),
        (
            "porting_fee",
            {"number": "+44 1172 999999", "amount": "15"},
            "porting",
            "Porting fee for 441172999999",
            "-15",
        ),
    ],
)
def test_money_moves_and_is_on_the_bill(
    caller: Caller,
    funded: Account,
    happening: str,
    body: dict[str, Any],
    kind: str,
    comment: str,
    amount: str,
) -> None:
    reply = caller("POST", f"/world/didlogic/{happening}", body)
    after = Decimal("35.22") + Decimal(amount)
    comment = comment or body["comment"]
    assert (reply.status, reply.json["transaction"]) == (
        200,
        {
            "type": kind,
            "date": "2026-03-01T12:00:00Z",
            "details": comment,
            "amount": reply.json["transaction"]["amount"],
            "balance_after": reply.json["balance"],
        },
    )
    assert (Decimal(reply.json["transaction"]["amount"]), Decimal(reply.json["balance"])) == (
        Decimal(amount),
        after,
    )
    listed = funded.send("GET", f"/v1/transactions?type={kind}").body.decode().splitlines()[1:]
    quoted = f'"{comment.replace(chr(34), chr(34) * 2)}"' if "," in comment else comment
    assert listed == [
        f"03/01/26,12:00 pm,{KINDS[kind]['label']},{quoted},${Decimal(amount):.4f},${after:.4f},Committed"
    ]
    if "," not in comment:
        funded.check_books()


@pytest.mark.parametrize(
    ("happening", "body", "status", "fields"),
    [
        ("top_up", {}, 422, ["amount"]),
        ("top_up", {"amount": 0}, 422, ["amount"]),
        ("top_up", {"amount": "-1"}, 422, ["amount"]),
        ("top_up", {"amount": "1.00001"}, 422, ["amount"]),
        ("top_up", {"amount": "ten"}, 422, ["amount"]),
        ("top_up", {"amount": 1, "kind": "wire"}, 422, ["kind"]),
        ("top_up", {"amount": "1000000000"}, 409, ["amount"]),
        ("top_up", {"amount": 1, "card": "4111"}, 422, ["card"]),
        ("adjustment", {"amount": 0}, 422, ["amount"]),
        ("adjustment", {"amount": 1, "comment": "a\nb"}, 422, ["comment"]),
        ("adjustment", {"amount": 1, "comment": "x" * 201}, 422, ["comment"]),
        ("porting_fee", {"number": "441172999999", "amount": 0}, 422, ["amount"]),
        ("porting_fee", {"number": "Bristol", "amount": 1}, 422, ["number"]),
        ("porting_fee", {"amount": 1}, 422, ["number"]),
    ],
)
def test_money_that_cannot_move_changes_nothing(
    caller: Caller, funded: Account, happening: str, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    before = funded.state()
    reply = caller("POST", f"/world/didlogic/{happening}", body)
    assert (reply.status, list(reply.json["fields"])) == (status, fields)
    assert funded.state() == before


def test_happenings_are_listed(caller: Caller) -> None:
    listed = {one["happening"]: one for one in caller("GET", "/world").json["didlogic"]}
    assert listed["top_up"]["required"] == ["amount"]
    assert listed["top_up"]["fields"]["kind"]["enum"] == ["cc_in", "stripe_in", "paypal_in"]
    assert {"adjustment", "porting_fee"} <= set(listed)
