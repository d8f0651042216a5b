"""A state machine over the whole account: buying, routing, renewals, removal, messages, calls, funds, time.

Whatever the order: the ledger adds up to the balance and to the last row of the CSV, a number is in the shop
or on the account, destinations and renewals belong to owned numbers, no counter is negative.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockserver.core.happenings import CannotHappen
from mockserver.providers.didlogic.routing_rows import Routing, SipAccount
from mockserver.providers.didlogic.traffic_rows import OUTBOUND, Message
from tests.didlogic.account import FORM, Account, form, restarted
from tests.support import Server, body_of

SEEDED = ["18565999999", "441172999999"]
# With SMS, without, with documents to bring, the last one of its city, and one that nobody sells.
FOR_SALE = ["17806999999", "17805550100", "27120190767", "493023125000", "18675550134", "12025550000"]
NUMBERS = st.sampled_from([*SEEDED, *FOR_SALE])
WORDS = st.sampled_from(["", "Hello", "x" * 161, "ü☃"])
TARGETS = st.sampled_from(["sip:1@pbx.example.com", "12015550123", "12345", "54321", "nowhere at all"])
# Only these may leave the account below zero: what was used, what is owed, what is corrected.
ON_CREDIT = {"month", "call", "call_fix_fee", "inbound_sms", "adjustment", "porting"}
SERVER = Server(rate_limits=False)
HAPPENINGS = {one.name: one for one in SERVER.gateway.providers["didlogic"].happenings()}


class Life(RuleBasedStateMachine):
    """One account, driven over HTTP and by what happens to it from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.account: Account = restarted(SERVER)
        self.world = self.account.world

    def send(self, method: str, path: str, **fields: Any) -> Any:
        """The content of any answer that is not a failure of the server; bracketed names have `__`."""
        named = {name.replace("__", "[") + "]" * name.count("__"): value for name, value in fields.items()}
        body = form(named) if named else None
        before = self.account.state()
        response = self.account.send(method, path, body, FORM if named else None)
        assert response.status < 500, response.body
        if response.status >= 400:
            assert self.account.state() == before
        return body_of(response)

    def happen(self, name: str, **fields: Any) -> None:
        happening = HAPPENINGS[name]
        values = {key: rule.default for key, rule in happening.fields.items()} | fields
        try:
            happening.happen(self.world, values)
        except CannotHappen:
            self.world.rollback()
        else:
            self.world.commit()

    # --- what clients do -------------------------------------------------------------------------

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=3))
    def buy(self, numbers: list[str]) -> None:
        before = self.account.ledger.balance
        purchase = self.send("POST", "/v2/buy/purchase", did_numbers__=numbers)["purchase"]
        spent = sum(Decimal(str(row["activation"] + row["monthly_fee"])) for row in purchase["purchases"])
        assert self.account.ledger.balance == before - spent
        assert {row["number"] for row in purchase["purchases"]} | set(purchase["errors"]) == set(numbers)

    @rule(number=NUMBERS)
    def remove(self, number: str) -> None:
        before = self.account.ledger.balance
        self.send("DELETE", "/v2/numbers/purchase", did_numbers=number)
        assert self.account.ledger.balance == before

    @rule(number=NUMBERS, where=TARGETS, active=st.booleans())
    def route(self, number: str, where: str, active: bool) -> None:
        fields = {"destination__destination": where, "destination__active": str(int(active))}
        self.send("POST", f"/v1/purchases/{number}/destinations", **fields)

    @rule(number=NUMBERS, place=st.integers(0, 3), active=st.booleans(), gone=st.booleans())
    def reroute(self, number: str, place: int, active: bool, gone: bool) -> None:
        listed = self.send("GET", f"/v1/purchases/{number}/destinations").get("destination", [])
        found = listed[place]["id"] if place < len(listed) else 1
        path = f"/v1/purchases/{number}/destinations/{found}"
        if gone:
            self.send("DELETE", path)
        else:
            self.send("PATCH", path, destination__active=str(int(active)))

    @rule(source=NUMBERS, text=WORDS, destination=st.sampled_from(["12025550142", "447700900123", "x"]))
    def write(self, source: str, text: str, destination: str) -> None:
        self.send("POST", "/v1/sms", source=source, destination=destination, text=text)

    @rule(name=st.sampled_from(["12345", "54321", "00000"]))
    def give_up_sip_account(self, name: str) -> None:
        self.send("DELETE", f"/v1/sipaccounts/{name}")

    # --- what happens to it ----------------------------------------------------------------------

    @rule(
        amount=st.sampled_from(["0.5000", "5.0000", "25.0000"]), kind=st.sampled_from(["cc_in", "paypal_in"])
    )
    def top_up(self, amount: str, kind: str) -> None:
        self.happen("top_up", amount=Decimal(amount), kind=kind)

    @rule(amount=st.sampled_from(["-50.0000", "-7.1234", "0.0001"]))
    def correct(self, amount: str) -> None:
        self.happen("adjustment", amount=Decimal(amount))

    @rule(number=NUMBERS, duration=st.sampled_from([1, 61, 36000]))
    def somebody_calls(self, number: str, duration: int) -> None:
        self.happen("incoming_call", to=number, duration=duration)

    @rule(number=NUMBERS)
    def somebody_writes(self, number: str) -> None:
        self.happen("inbound_sms", to=number, text="Hello")

    @rule(to=st.sampled_from(["12025550142", "447700900123"]), duration=st.sampled_from([0, 30, 36000]))
    def somebody_calls_out(self, to: str, duration: int) -> None:
        self.happen("outgoing_call", to=to, duration=duration)

    @rule(days=st.sampled_from([0, 1, 10, 31, 40]), seconds=st.sampled_from([1, 5, 3600]))
    def time_passes(self, days: int, seconds: int) -> None:
        self.world.advance(by=timedelta(days=days, seconds=seconds))

    @rule(number=NUMBERS)
    def month_ends_early(self, number: str) -> None:
        self.world.fire(f"didlogic.purchases/{number}")

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def books_agree(self) -> None:
        self.account.check_books()
        lines = self.account.ledger.lines
        assert {line.kind for line in lines if line.balance < 0 and line.amount < 0} <= ON_CREDIT

    @invariant()
    def number_is_in_one_place(self) -> None:
        owned = [row["number"] for row in self.account.get("/v2/numbers")["dids"]]
        assert sorted(owned) == sorted(
            row["number"] for row in self.account.get("/v1/purchases")["purchases"]
        )
        assert len(set(owned)) == len(owned)
        for number in FOR_SALE[:-1]:
            found = self.account.get("/v2/numbers/search", number_contains=number)["dids"]
            assert found["pagination"]["total"] == (number not in owned), number
        assert FOR_SALE[-1] not in owned

    @invariant()
    def only_owned_numbers_have_destinations_and_renewals(self) -> None:
        shown = {row["number"]: row for row in self.account.get("/v2/numbers")["dids"]}
        assert {row.number for row in self.world.table(Routing)} <= set(shown)
        for number, row in shown.items():
            listed = self.account.get(f"/v1/purchases/{number}/destinations")["destination"]
            assert row["destination_count"] == len(listed)
            assert len({one["id"] for one in listed}) == len(listed)
        renewed = [
            entry.job.subject.partition("/")[2]
            for entry in self.world.scheduler.agenda()
            if entry.job.kind == "didlogic.renew"
        ]
        assert sorted(renewed) == sorted(shown)

    @invariant()
    def numbers_stand_as_the_balance_does(self) -> None:
        for row in self.account.get("/v1/purchases")["purchases"]:
            assert row["status"] in ("active", "pending", "inactive")
            if row["status"] == "inactive":
                assert self.account.ledger.balance < 0
            assert row["expiration_date"] > row["purchase_date"]

    @invariant()
    def nothing_is_negative(self) -> None:
        cities = self.account.get(f"/v2/numbers/countries/{self.canada}/cities")["cities"]
        assert all(row["count"] >= 0 for row in cities)
        for row in self.world.table(SipAccount):
            shown = self.account.get(f"/v1/sipaccounts/{row.name}")["sipaccount"]
            assert shown["talk_time"] >= 0 and Decimal(shown["charge"]) >= 0
        calls = self.account.get("/v1/calls", per_page="1000")["calls"]
        assert all(call["amount"] >= 0 and call["duration"] >= 0 for call in calls)

    @invariant()
    def messages_are_paid_for(self) -> None:
        seeded = {"b81e03d7-2c64-4f19-a5d8-0c9e6b47f213", "4f6d2c1e-9a57-4b0e-8c3d-5e1f7a2b9c04"}
        sent = [row for row in self.world.table(Message) if row.submitted_at.year > 2025]
        assert not {row.id for row in sent} & seeded
        paid = {"sms": Decimal(0), "inbound_sms": Decimal(0)}
        for line in self.account.ledger.lines:
            if line.kind in paid:
                paid[line.kind] -= line.amount
        out = sum((row.charge for row in sent if row.direction == OUTBOUND), Decimal(0))
        assert paid["sms"] == out
        assert paid["inbound_sms"] == sum((row.charge for row in sent), Decimal(0)) - out

    @property
    def canada(self) -> int:
        if not hasattr(self, "_canada"):
            self._canada = self.account.country("CA")
        return self._canada


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=25)
