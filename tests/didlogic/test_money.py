"""Balance and transactions: formats, periods, kinds, and that they always agree with the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mockserver.providers.didlogic.wire import csv_amount, csv_time
from tests.didlogic.account import BEARER, Account, contract
from tests.support import NOON, body_of

FACTS = contract("transactions.json")


@pytest.mark.parametrize(
    ("balance", "json", "text"),
    [
        ("35.22", b"35.22", b"35.22"),
        ("0", b"0.0", b"0.00"),
        ("-1.5", b"-1.5", b"-1.50"),
        ("2.0050", b"2.01", b"2.01"),
    ],
)
def test_balance_has_two_decimals(account: Account, balance: str, json: bytes, text: bytes) -> None:
    account.ledger.set_balance(Decimal(balance))
    assert account.send("GET", "/v1/balance").body == b'{"balance":%s}' % json
    response = account.send("GET", "/v1/balance", headers={**BEARER, "accept": "text/plain"})
    assert (response.status, response.body) == (200, text)
    assert response.headers[0] == ("Content-Type", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "", "application/json, text/plain, */*", "text/html"]
)
def test_balance_is_json_unless_text_is_wanted_more(account: Account, accept: str) -> None:
    response = account.send("GET", "/v1/balance", headers={**BEARER, "accept": accept})
    assert body_of(response) == {"balance": 35.22}


def test_purchase_is_on_the_bill_with_its_running_balance(account: Account) -> None:
    account.world.clock.set(now=datetime(2026, 3, 1, 0, 5, tzinfo=UTC))
    account.buy("17806999999")
    assert account.send("GET", "/v1/transactions").body.decode() == (
        "Date,Time,Transaction type,Comment,Amount,Balance,Status\n"
        "03/01/26,12:05 am,Activation fees,Activation fee for 17806999999,$-1.0000,$34.2200,Committed\n"
        "03/01/26,12:05 am,Monthly fees,Monthly fee for 17806999999,$-1.0000,$33.2200,Committed\n"
    )
    assert [line.kind for line in account.ledger.lines] == ["activation", "month"]
    account.check_books()


def test_no_activation_line_when_there_is_no_fee(account: Account) -> None:
    number = account.on_sale("GB", "London")[0]["number"]
    account.buy(number)
    assert [row[2] for row in account.csv("start_date=2026-01-01")] == ["Monthly fees"]


@pytest.mark.parametrize("kind", list(FACTS["kinds"]))
def test_kinds_are_filtered_and_labelled(account: Account, kind: str) -> None:
    label = FACTS["kinds"][kind]["label"]
    line = account.ledger.post(Decimal("-0.5"), kind, note='a "note", with a comma')
    response = account.send("GET", f"/v1/transactions?type={kind}")
    assert response.body.decode().splitlines() == [
        ",".join(FACTS["columns"]),
        f'03/01/26,12:00 pm,{label},"a ""note"", with a comma",$-0.5000,$34.7200,Committed',
    ]
    assert line.balance == Decimal("34.72")
    others = account.csv(f"type={'sms' if kind != 'sms' else 'call'}")
    assert others == []


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        ("", []),
        ("start_date=2025-02-01&end_date=2025-02-10", ["02/03/25", "02/10/25"]),
        ("start_date=2025-02-10", ["02/10/25", "02/11/25", "02/11/25", "02/11/25"]),
        ("end_date=2025-01-02", ["12/05/24", "01/02/25"]),
        ("start_date=2025-03-01&end_date=2025-01-01", []),
        ("start_date=&end_date=&type=", []),
        ("start_date=0001-01-01&end_date=9999-12-31&type=month", ["01/05/25", "02/10/25"]),
    ],
)
def test_days_are_inclusive_and_the_current_month_is_the_default(
    account: Account, query: str, dates: list[str]
) -> None:
    assert [row[0] for row in account.csv(query)] == dates


def test_transactions_after_the_month_turned_are_not_shown_by_default(account: Account) -> None:
    account.buy("17806999999")
    account.world.advance(to=NOON.replace(day=31))
    assert [row[0] for row in account.csv("")] == ["03/01/26"] * 2
    account.world.advance(to=NOON.replace(month=4, hour=0))
    assert account.csv("") == []
    assert len(account.csv("start_date=2026-03-01&end_date=2026-03-01")) == 2


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("type=monthly", {"type": ["is not included in the list"]}),
        ("type[]=month", {"type": ["is invalid"]}),
        ("start_date=01/05/25", {"start_date": ["is invalid"]}),
        ("start_date=2025-02-30", {"start_date": ["is invalid"]}),
        ("start_date=20250101", {"start_date": ["is invalid"]}),
        ("start_date=2025-W01-1", {"start_date": ["is invalid"]}),
        ("end_date=today", {"end_date": ["is invalid"]}),
        ("end_date[a]=2025-01-01", {"end_date": ["is invalid"]}),
    ],
)
def test_transactions_are_refused_when_type_or_date_is_wrong(
    account: Account, query: str, errors: dict[str, list[str]]
) -> None:
    before = account.state()
    response = account.send("GET", f"/v1/transactions?{query}")
    assert (response.status, body_of(response)) == (422, {"errors": errors})
    assert account.state() == before


@pytest.mark.parametrize(
    ("path", "accept"), [("/v1/transactions.json", "*/*"), ("/v1/transactions", "application/json")]
)
def test_transactions_come_as_json_only_when_asked_for(account: Account, path: str, accept: str) -> None:
    response = account.send(
        "GET",
        f"{path}?start_date=2025-01-01&end_date=2025-01-31&type=month",
        headers={**BEARER, "accept": accept},
    )
    assert body_of(response) == {
        "transactions": [
            {
                "id": 3,
                "type": "month",
                "date": "2025-01-05T06:00:00Z",
                "details": "Monthly fee for 18565999999",
                "amount": -0.99,
                "balance_after": 16.1273,
                "status": "Committed",
            }
        ]
    }
    assert str(response.evidence) == "assumed; claim=didlogic.G17"


def test_books_agree_after_buying_removing_and_adjusting(account: Account) -> None:
    account.check_books()
    account.buy("17806999999", "27120190767")
    account.check_books()
    account.remove("17806999999")
    account.ledger.set_balance(Decimal("0.3333"))
    account.check_books()
    account.buy("17806999999")
    account.check_books()


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:00 am"), (6, "06:00 am"), (12, "12:00 pm"), (13, "01:00 pm"), (23, "11:00 pm")]
)
def test_times_are_on_twelve_hours(hour: int, text: str) -> None:
    assert csv_time(NOON.replace(hour=hour)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("-0.99", "$-0.9900"), ("16.1273", "$16.1273"), ("0", "$0.0000"), ("1e3", "$1000.0000")],
)
def test_amounts_have_four_decimals_behind_the_dollar(amount: str, text: str) -> None:
    assert csv_amount(Decimal(amount)) == text
