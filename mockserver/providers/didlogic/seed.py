"""What an account at didlogic starts from: `fixtures/didlogic`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockserver.core.data import load_fixture
from mockserver.core.tables import Row
from mockserver.core.transitions import Policy
from mockserver.core.world import AccountSeed, rows_by_key
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.catalogue import Catalogue
from mockserver.providers.didlogic.compliance_seed import compliance_tables, reviews
from mockserver.providers.didlogic.purchases import CODEC
from mockserver.providers.didlogic.renewals import Renew
from mockserver.providers.didlogic.routing_rows import Destination, Routing, SipAccount
from mockserver.providers.didlogic.rows import Identity, PastTransaction, Purchase
from mockserver.providers.didlogic.traffic_seed import traffic_tables


def load_catalogue() -> Catalogue:
    return Catalogue(load_fixture("didlogic/shop.json"))


def load_seed(catalogue: Catalogue) -> AccountSeed:
    """The account around a catalogue. The last past transaction leaves the opening balance."""
    account = load_fixture("didlogic/account.json")
    history = list(_history(account["history"]))
    opening = Decimal(account["opening_balance"])
    if history and history[-1].balance != opening:
        raise ValueError(f"the history ends with {history[-1].balance}, the account opens with {opening}")
    purchases = [_purchase(row) for row in account["purchases"]]
    compliance = compliance_tables()
    tables: list[Iterable[Row]] = [
        catalogue.countries.values(),
        catalogue.regions.values(),
        catalogue.cities.values(),
        purchases,
        [Identity(**row) for row in account["identities"]],
        [_routing(number, rows) for number, rows in account["destinations"].items()],
        [_sip_account(row) for row in account["sipaccounts"]],
        history,
        *compliance,
        *traffic_tables(),
    ]
    named = [rows_by_key(rows) for rows in tables]
    return AccountSeed(
        "didlogic",
        opening,
        {next(iter(rows.values())).table: rows for rows in named if rows},
        catalogue.shelves,
        policies={Purchase.table: Policy("after"), **said.REVIEW_POLICIES, **said.TRAFFIC_POLICIES},
        outcomes={
            Purchase.table: (said.RENEWED, said.LAPSED),
            **said.REVIEW_OUTCOMES,
            **said.TRAFFIC_OUTCOMES,
        },
        options=said.OPTIONS,
        agenda=(*((row.expires_at, Renew(row.number)) for row in purchases), *reviews(compliance[0])),
    )


def _history(rows: Iterable[list[str]]) -> Iterable[PastTransaction]:
    balance = Decimal(0)
    for index, (at, kind, amount, after, comment) in enumerate(rows, start=1):
        balance += Decimal(amount)
        if balance != Decimal(after):
            raise ValueError(f"past transaction {index} leaves {balance}, not {after}")
        yield PastTransaction(index, _instant(at), kind, Decimal(amount), balance, comment, said.SETTLED)


def _purchase(row: Mapping[str, Any]) -> Purchase:
    return Purchase(
        id=row["id"],
        number=row["number"],
        country=row["country"],
        area=row["area"],
        sms_enabled=row["sms_enabled"],
        no_local_cli=False,
        channels=row["channels"],
        free_minutes=0,
        codec=CODEC,
        required=(),
        activation=Decimal(row["activation"]),
        monthly_fee=Decimal(row["monthly_fee"]),
        per_minute=Decimal(row["per_minute"]),
        origination_per_min=Decimal(0),
        purchased_at=_instant(row["purchased_at"]),
        expires_at=_instant(row["expires_at"]),
    )


def _routing(number: str, rows: Iterable[Mapping[str, Any]]) -> Routing:
    return Routing(number, tuple(Destination(**row) for row in rows))


def _sip_account(row: Mapping[str, Any]) -> SipAccount:
    read = {
        "created_at": _instant(row["created_at"]),
        "max_call_cost": Decimal(row.get("max_call_cost", "0")),
        "allowed_ips": tuple(row["allowed_ips"]),
    }
    return SipAccount(**{**row, **read})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
