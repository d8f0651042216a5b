"""Numbers on the clock: renewed on their monthly day, inactive in debt, lapsed when nobody pays (G36)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mockserver.core.clock import LATEST
from mockserver.core.transitions import Policy
from tests.didlogic.account import Account, restarted
from tests.support import NOON, Server

NUMBER = "17806999999"  # 1.00 activation, 1.00 a month
SUBJECT = f"didlogic.purchases/{NUMBER}"
SEEDED = {"18565999999": "2030-01-05T06:00:00Z", "441172999999": "2030-01-10T06:00:00Z"}


def number(account: Account, wanted: str = NUMBER) -> dict[str, object]:
    rows = account.get("/v1/purchases", per_page="1000")["purchases"]
    found: dict[str, object] = next(row for row in rows if row["number"] == wanted)
    return found


def owned(account: Account) -> list[str]:
    return [row["number"] for row in account.get("/v2/numbers")["dids"]]


def months(account: Account, wanted: str = NUMBER) -> list[str]:
    rows = account.csv("start_date=2026-03-01&type=month")
    return [row[0] for row in rows if row[3] == f"Monthly fee for {wanted}"]


def test_number_is_charged_on_its_monthly_day(account: Account) -> None:
    account.buy(NUMBER)
    account.world.advance(to=NOON.replace(month=4) - timedelta(seconds=1))
    assert months(account) == ["03/01/26"]
    account.world.advance(by=timedelta(seconds=1))
    assert months(account) == ["03/01/26", "04/01/26"]
    assert number(account)["expiration_date"] == "2026-05-01T12:00:00Z"
    assert account.csv("start_date=2026-04-01") == [
        [
            "04/01/26",
            "12:00 pm",
            "Monthly fees",
            f"Monthly fee for {NUMBER}",
            "$-1.0000",
            "$32.2200",
            "Committed",
        ]
    ]
    account.check_books()


def test_monthly_day_comes_back_after_a_short_month(account: Account) -> None:
    account.world.clock.set(now=datetime(2027, 1, 31, 8, 0, tzinfo=UTC))
    account.buy(NUMBER)
    seen = [number(account)["expiration_date"]]
    for _ in range(4):
        account.world.fire(SUBJECT)
        seen.append(number(account)["expiration_date"])
    assert [str(day)[:10] for day in seen] == [
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
        "2027-06-30",
    ]


def test_days_one_by_one_are_the_same_as_all_at_once() -> None:
    def lived(steps: int, days: int) -> tuple[object, ...]:
        account = Account(Server())
        account.buy(NUMBER, "27120190767", "17805550100")
        account.ledger.set_balance(Decimal("5.00"))
        for _ in range(steps):
            account.world.advance(by=timedelta(days=days))
        account.check_books()
        events = [(event.at, event.subject, event.change) for event in account.world.events.since(0)]
        return account.state(), events

    assert lived(124, 1) == lived(4, 31) == lived(1, 124)


def test_seeded_numbers_are_paid_far_ahead(account: Account) -> None:
    agenda = {
        entry.job.subject: entry.due
        for entry in account.world.scheduler.agenda()
        if entry.job.kind == "didlogic.renew"
    }
    assert agenda == {
        f"didlogic.purchases/{name}": datetime.fromisoformat(day) for name, day in SEEDED.items()
    }
    account.world.advance(to=datetime(2030, 1, 4, tzinfo=UTC))
    assert account.ledger.lines == []
    account.world.advance(to=datetime(2030, 2, 1, tzinfo=UTC))
    assert [(line.kind, line.subject[-12:]) for line in account.ledger.lines] == [
        ("month", "/18565999999"),
        ("month", "441172999999"),
    ]
    account.check_books()


def test_renewal_may_leave_the_balance_below_zero_once(account: Account) -> None:
    account.buy(NUMBER)
    account.ledger.set_balance(Decimal("0.40"))
    account.world.advance(to=NOON.replace(month=4))
    assert account.get("/v1/balance") == {"balance": -0.6}
    assert (number(account)["status"], number(account)["check_state"]) == ("inactive", "checked")
    assert account.get("/v2/numbers")["dids"][0]["status"] == "inactive"
    account.check_books()
    account.world.advance(to=NOON.replace(month=5))
    assert NUMBER not in owned(account)
    assert account.get("/v1/balance") == {"balance": -0.6}
    assert NUMBER in [row["number"] for row in account.on_sale("CA", "Edmonton, AB")]
    assert [event.change for event in account.world.events.since(0) if event.subject == SUBJECT] == [
        "on sale -> active",
        "active -> inactive, paid until 2026-05-01",
        "inactive -> lapsed",
    ]
    account.check_books()


def test_each_number_is_charged_once_on_credit(account: Account) -> None:
    account.buy(NUMBER, "17805550100")
    account.ledger.set_balance(Decimal(0))
    account.world.advance(to=NOON.replace(month=4))
    assert account.get("/v1/balance") == {"balance": -2.0}
    assert {row["status"] for row in account.get("/v2/numbers")["dids"][:2]} == {"inactive"}
    account.world.advance(to=NOON.replace(month=5))
    assert owned(account) == list(SEEDED)[::-1]


@pytest.mark.parametrize("way", ["top_up", "adjustment", "control"])
def test_number_works_again_when_the_debt_is_paid(account: Account, way: str) -> None:
    account.buy(NUMBER)
    account.ledger.set_balance(Decimal(0))
    account.world.advance(to=NOON.replace(month=4))
    assert number(account)["status"] == "inactive"
    if way == "control":
        account.ledger.set_balance(Decimal("3.00"))
    else:
        known = {one.name: one for one in account.server.gateway.providers["didlogic"].happenings()}
        defaults = {name: rule.default for name, rule in known[way].fields.items()}
        known[way].happen(account.world, {**defaults, "amount": Decimal("4.00")})
    account.world.commit()
    assert number(account)["status"] == "active"
    account.world.advance(to=NOON.replace(month=5))
    assert number(account)["status"] == "active"
    assert account.get("/v1/balance") == {"balance": 2.0}
    assert months(account) == ["03/01/26", "04/01/26", "05/01/26"]


def test_part_of_the_debt_is_not_enough(account: Account) -> None:
    account.buy(NUMBER)
    account.ledger.set_balance(Decimal(0))
    account.world.advance(to=NOON.replace(month=4))
    account.ledger.set_balance(Decimal("-0.01"))
    assert number(account)["status"] == "inactive"
    account.world.advance(to=NOON.replace(month=5))
    assert NUMBER not in owned(account)


def test_debt_once_paid_does_not_come_back_with_another(account: Account) -> None:
    account.buy(NUMBER)
    account.ledger.set_balance(Decimal(0))
    account.world.advance(to=NOON.replace(month=4))
    account.ledger.set_balance(Decimal("0.50"))  # nobody is told of it
    account.ledger.post(Decimal("-2.00"), "call", note="a long call")
    account.world.commit()
    assert number(account)["status"] == "active"
    account.world.advance(to=NOON.replace(month=5))
    assert number(account)["status"] == "inactive"
    assert account.ledger.balance == Decimal("-2.50")


def test_removed_number_is_not_charged_again(account: Account) -> None:
    account.buy(NUMBER)
    account.remove(NUMBER)
    account.world.advance(by=timedelta(days=100))
    assert months(account) == ["03/01/26"]
    account.buy(NUMBER)
    account.world.advance(by=timedelta(days=32))
    assert months(account) == ["03/01/26", "06/09/26", "07/09/26"]
    account.remove(NUMBER)  # its renewal of 9 August lies ahead, and goes with it
    account.buy(NUMBER)
    account.world.advance(by=timedelta(days=30))
    assert months(account) == ["03/01/26", "06/09/26", "07/09/26", "07/11/26"]


def test_number_bought_and_put_aside_for_documents_pays_too(account: Account) -> None:
    account.buy("493023125000")
    assert number(account, "493023125000")["status"] == "pending"
    account.world.advance(by=timedelta(days=31))
    assert len(months(account, "493023125000")) == 2
    assert number(account, "493023125000")["status"] == "pending"


def test_renewal_is_held_when_the_policy_is_manual(account: Account) -> None:
    account.world.policies.chosen["didlogic.purchases"] = Policy("manual")
    account.buy(NUMBER)
    account.world.advance(by=timedelta(days=400))
    assert months(account) == ["03/01/26"]
    account.world.fire(SUBJECT)
    assert len(months(account)) == 2
    assert number(account)["expiration_date"] == "2026-05-01T12:00:00Z"


def test_renewal_may_be_given_days_of_grace(account: Account) -> None:
    account.world.policies.chosen["didlogic.purchases"] = Policy("after", timedelta(days=3))
    account.buy(NUMBER)
    account.world.advance(to=NOON.replace(month=4, day=4))
    assert months(account) == ["03/01/26", "04/04/26"]
    assert number(account)["expiration_date"] == "2026-05-01T12:00:00Z"


@pytest.mark.parametrize(("outcome", "kept"), [("renewed", True), ("lapsed", False)])
def test_outcome_of_a_renewal_can_be_chosen(account: Account, outcome: str, kept: bool) -> None:
    account.buy(NUMBER)
    account.ledger.set_balance(Decimal(0))
    account.world.fire(SUBJECT)
    account.world.fire(SUBJECT, outcome)
    assert (NUMBER in owned(account)) == kept
    assert account.ledger.balance == (Decimal("-2.00") if kept else Decimal("-1.00"))
    account.check_books()


def test_renewals_end_with_time_itself(account: Account) -> None:
    account.world.advance(to=LATEST - timedelta(days=40))
    assert owned(account) == []  # what the seed holds could not be paid for so long
    account.ledger.set_balance(Decimal(10))
    account.buy(NUMBER)
    account.world.advance(to=LATEST)
    assert number(account)["expiration_date"] == "9000-01-01T00:00:00Z"


def test_number_without_a_monthly_fee_leaves_no_line() -> None:
    from dataclasses import replace

    from mockserver.providers.didlogic.rows import Purchase

    account = restarted(Server())
    numbers = account.world.table(Purchase)
    numbers.put(replace(numbers["18565999999"], monthly_fee=Decimal(0)))
    account.world.commit()
    account.world.fire("didlogic.purchases/18565999999")
    assert account.ledger.lines == []
    assert number(account, "18565999999")["expiration_date"] == "2030-02-05T06:00:00Z"
