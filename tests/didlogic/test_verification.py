"""Documents are reviewed, and the numbers of their identity are put into use: on the clock or when told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mockserver.core.transitions import Policy
from mockserver.providers.didlogic.rows import Purchase
from tests.control.caller import Caller
from tests.didlogic.account import FORM, Account, contract, restarted
from tests.didlogic.compliance import (
    BERLIN_OFFICE,
    FORMER_OFFICE,
    NEEDS_ADDRESS,
    PDF,
    PRIMARY,
    File,
    add,
    buy,
    changed,
    standing,
    status_of,
    upload,
)
from tests.support import Server, body_of

COVERS = contract("compliance.json")["covers"]
OTHER_IN_BERLIN = "493023125001"


def subjects(account: Account, kind: str) -> list[str]:
    agenda = [entry.job.subject for entry in account.world.scheduler.agenda()]
    return [subject for subject in agenda if subject.startswith(f"didlogic.{kind}/")]


def changes(account: Account) -> list[tuple[str, str]]:
    return [(event.subject, event.change) for event in account.world.events.since(0)]


def wait(account: Account, seconds: float = 30) -> None:
    account.world.advance(by=timedelta(seconds=seconds))


def add_address(account: Account, **fields: Any) -> int:
    """Upload a proof of address that must be taken."""
    lease = File(PDF, "lease.pdf", "application/pdf")
    chosen = {"doc_type": "address_proof", "frontside": lease, **fields}
    document_id: int = add(account, **chosen)["id"]
    return document_id


# --- the review of a document --------------------------------------------------------------------


def test_document_is_verified_after_a_while(account: Account) -> None:
    document_id = add(account)["id"]
    wait(account, 29)
    assert status_of(account, document_id) == "pending"
    wait(account, 1)
    assert status_of(account, document_id) == "verified"
    assert changes(account)[-1] == (f"didlogic.documents/{document_id}", "pending -> verified")
    assert subjects(account, "documents") == ["didlogic.documents/9004"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "To be rejected"},
        {"name": "REJECTED"},
        {"frontside": File(name="passport-rejected.png")},
        {"backside": File(name="Rejected.PNG")},
    ],
)
def test_document_is_rejected_when_its_name_says_so(account: Account, fields: dict[str, Any]) -> None:
    document_id = add(account, **fields)["id"]
    wait(account)
    assert status_of(account, document_id) == "rejected"
    assert changes(account)[-1] == (f"didlogic.documents/{document_id}", "pending -> rejected")


@pytest.mark.parametrize("outcome", ["verified", "rejected"])
def test_document_ends_as_it_is_told(account: Account, outcome: str) -> None:
    document_id = add(account, name="rejected" if outcome == "verified" else "fine")["id"]
    account.world.fire(f"didlogic.documents/{document_id}", outcome)
    assert status_of(account, document_id) == outcome
    wait(account, 1000)
    assert status_of(account, document_id) == outcome


def test_pending_document_of_the_seed_waits_until_it_is_told(account: Account) -> None:
    wait(account, 10**6)
    assert status_of(account, 9004) == "pending"
    account.world.fire("didlogic.documents/9004")
    assert status_of(account, 9004) == "verified"


def test_review_takes_as_long_as_the_policy_says(account: Account) -> None:
    account.world.policies.chosen["didlogic.documents"] = Policy("immediate")
    assert status_of(account, add(account)["id"]) == "verified"
    account.world.policies.chosen["didlogic.documents"] = Policy("manual", outcome="rejected")
    document_id = add(account)["id"]
    wait(account, 10**6)
    assert status_of(account, document_id) == "pending"
    account.world.fire(f"didlogic.documents/{document_id}")
    assert status_of(account, document_id) == "rejected"


def test_review_is_told_through_the_control_api() -> None:
    call = Caller()
    account = Account(call.server)
    documents = [add(account)["id"] for _ in range(2)]
    path = f"/transitions/didlogic.documents/{documents[0]}"
    assert call("POST", f"{path}/fire", {"outcome": "rejected"}).status == 200
    unknown = call("POST", f"/transitions/didlogic.documents/{documents[1]}/fire", {"outcome": "lost"})
    assert (unknown.status, unknown.json["known"]) == (422, ["verified", "rejected"])
    assert [status_of(account, document_id) for document_id in documents] == ["rejected", "pending"]
    assert call("PUT", "/transitions/didlogic.documents", {"after": "2d"}).status == 200
    late = add(account)["id"]
    assert call("POST", "/clock/advance", {"by": "1d"}).status == 200
    assert [status_of(account, document_id) for document_id in (documents[1], late)] == [
        "verified",
        "pending",
    ]


# --- the numbers of an identity ------------------------------------------------------------------


def test_number_is_active_when_its_document_is_verified(account: Account) -> None:
    buy(account, NEEDS_ADDRESS, identity=PRIMARY)
    document_id = add_address(account)
    assert standing(account) == "pending"
    wait(account)
    assert standing(account) == "active"
    row = account.get("/v1/purchases")["purchases"][0]
    assert (row["number"], row["check_state"], row["status"]) == (NEEDS_ADDRESS, "checked", "active")
    assert changes(account)[-2:] == [
        (f"didlogic.documents/{document_id}", "pending -> verified"),
        (f"didlogic.purchases/{NEEDS_ADDRESS}", "pending -> active"),
    ]
    assert subjects(account, "verifications") == []
    assert account.get("/v1/purchases")["purchases"][0]["number"] == NEEDS_ADDRESS
    account.check_books()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "rejected"},
        {"doc_type": "personal_id"},
        {"identity_id": str(BERLIN_OFFICE)},
    ],
    ids=["rejected", "of another type", "of another identity"],
)
def test_number_waits_on_when_the_document_is_none_of_its_own(
    account: Account, fields: dict[str, Any]
) -> None:
    buy(account, NEEDS_ADDRESS, identity=PRIMARY)
    add_address(account, **fields)
    wait(account)
    assert standing(account) == "pending"
    assert subjects(account, "verifications") == [f"didlogic.verifications/{NEEDS_ADDRESS}"]
    add_address(account)
    wait(account)
    assert standing(account) == "active"


def test_number_of_two_kinds_waits_for_both(account: Account) -> None:
    kinds = {kind for types in ("personal_id", "address_proof") for kind in COVERS[types]}
    assert kinds == {1, 2, 3}
    account.ledger.set_balance(Decimal(500))
    city = account.get(f"/v2/numbers/countries/{account.country('IT')}/cities")["cities"][0]
    number = account.on_sale("IT", city["name"])[0]["number"]
    new = account.send("POST", "/v2/identities", b"identity[name]=Rome", FORM)
    identity = body_of(new)["identity"]["id"]
    buy(account, number, identity=identity)
    for doc_type, status in (("personal_id", "pending"), ("address_proof", "active")):
        add(account, doc_type=doc_type, identity_id=str(identity))
        wait(account)
        assert standing(account, number) == status


def test_number_without_an_identity_waits_for_no_document(account: Account) -> None:
    account.buy(NEEDS_ADDRESS)
    add_address(account)
    wait(account)
    assert standing(account) == "pending"


def test_all_numbers_of_an_identity_follow(account: Account) -> None:
    account.ledger.set_balance(Decimal(500))
    buy(account, NEEDS_ADDRESS, OTHER_IN_BERLIN, identity=PRIMARY)
    add_address(account)
    wait(account)
    assert [standing(account, number) for number in (NEEDS_ADDRESS, OTHER_IN_BERLIN)] == ["active"] * 2


def test_verified_document_counts_where_it_is_moved_to(account: Account) -> None:
    buy(account, NEEDS_ADDRESS, identity=PRIMARY)
    content = orjson.dumps({"document": {"identity_id": PRIMARY}})
    assert account.send("PUT", "/v2/documents/9003", content, "application/json").status == 200
    assert standing(account) == "active"


def test_pending_document_counts_where_it_is_when_it_is_verified(account: Account) -> None:
    buy(account, NEEDS_ADDRESS, identity=PRIMARY)
    document_id = add_address(account, identity_id=str(BERLIN_OFFICE))
    content = orjson.dumps({"document": {"identity_id": PRIMARY}})
    account.send("PUT", f"/v2/documents/{document_id}", content, "application/json")
    assert standing(account) == "pending"
    wait(account)
    assert standing(account) == "active"


@pytest.mark.parametrize("way", ["deleted", "moved", "archived"])
def test_number_in_use_stays_so_when_its_document_goes(account: Account, way: str) -> None:
    buy(account, NEEDS_ADDRESS, identity=BERLIN_OFFICE)
    assert standing(account) == "active"
    if way == "deleted":
        response = account.send("DELETE", "/v2/documents/9003")
    elif way == "moved":
        response = account.send("PUT", "/v2/documents/9003", b"document[identity_id]=6756", FORM)
    else:
        response = account.send("DELETE", "/v2/identities/6757")
    assert response.status == 200
    assert standing(account) == "active"
    if way != "archived":  # the next number has nothing to show
        account.ledger.set_balance(Decimal(500))
        buy(account, OTHER_IN_BERLIN, identity=BERLIN_OFFICE)
        assert standing(account, OTHER_IN_BERLIN) == "pending"


def test_documents_of_an_archived_identity_still_count(account: Account) -> None:
    buy(account, NEEDS_ADDRESS, identity=PRIMARY)
    document_id = add_address(account, identity_id=str(BERLIN_OFFICE))
    account.send("DELETE", f"/v2/identities/{BERLIN_OFFICE}")
    wait(account)
    assert status_of(account, document_id) == "verified"
    # What an archived identity has can be given to another one.
    moved = account.send("PUT", "/v2/documents/9006", b"document[identity_id]=6756", FORM)
    assert moved.status == 200
    assert account.get(f"/v2/identities/{FORMER_OFFICE}")["identity"]["documents_count"] == 0
    assert standing(account) == "active"


# --- a number that is verified without documents -------------------------------------------------


def test_number_is_verified_when_told(account: Account) -> None:
    account.buy(NEEDS_ADDRESS)
    wait(account, 10**5)
    assert standing(account) == "pending"
    account.world.fire(f"didlogic.verifications/{NEEDS_ADDRESS}")
    assert standing(account) == "active"
    assert subjects(account, "verifications") == []


def test_number_is_rejected_and_waits_on(account: Account) -> None:
    account.buy(NEEDS_ADDRESS)
    for _ in range(2):
        account.world.fire(f"didlogic.verifications/{NEEDS_ADDRESS}", "rejected")
        assert standing(account) == "pending"
        assert changes(account)[-1] == (f"didlogic.verifications/{NEEDS_ADDRESS}", "pending -> rejected")
    account.world.fire(f"didlogic.verifications/{NEEDS_ADDRESS}", "verified")
    assert standing(account) == "active"


def test_number_is_verified_on_the_clock_when_the_policy_says_so(account: Account) -> None:
    account.world.policies.chosen["didlogic.verifications"] = Policy("after", timedelta(hours=8))
    account.buy(NEEDS_ADDRESS)
    wait(account, 8 * 3600 - 1)
    assert standing(account) == "pending"
    wait(account, 1)
    assert standing(account) == "active"


def test_number_that_is_verified_is_told_through_the_control_api() -> None:
    call = Caller()
    account = Account(call.server)
    account.buy(NEEDS_ADDRESS)
    pending = [entry["subject"] for entry in call("GET", "/transitions").json["pending"]]
    assert f"didlogic.verifications/{NEEDS_ADDRESS}" in pending
    fired = call("POST", f"/transitions/didlogic.verifications/{NEEDS_ADDRESS}/fire", {})
    assert (fired.status, standing(account)) == (200, "active")


def test_removed_number_waits_no_more(account: Account) -> None:
    for _ in range(2):
        account.buy(NEEDS_ADDRESS)
        assert subjects(account, "verifications") == [f"didlogic.verifications/{NEEDS_ADDRESS}"]
        assert account.remove(NEEDS_ADDRESS).status == 200
        assert subjects(account, "verifications") == []


def test_number_in_use_is_not_waited_for(account: Account) -> None:
    buy(account, NEEDS_ADDRESS, identity=BERLIN_OFFICE)
    account.buy("17806999999")
    assert subjects(account, "verifications") == []


def test_refused_upload_leaves_nothing_to_review(account: Account) -> None:
    before = account.world.scheduler.agenda()
    body = upload(changed(name=None))
    assert account.send("POST", "/v2/documents", body, "multipart/form-data; boundary=x").status == 400
    assert account.world.scheduler.agenda() == before


# --- any order of events -------------------------------------------------------------------------


class Compliance(RuleBasedStateMachine):
    """A number waits exactly until the verified documents of its identity cover it, whatever the order."""

    server = Server()

    def __init__(self) -> None:
        super().__init__()
        self.account = restarted(self.server)
        self.account.ledger.set_balance(Decimal(10_000))
        self.active: set[str] = set()
        self.bought = 0

    @initialize()
    def identities(self) -> None:
        for name in (b"A", b"B"):
            self.account.send("POST", "/v2/identities", b"identity[name]=" + name, FORM)

    @rule(identity=st.sampled_from([PRIMARY, 6801, 6802]))
    def buy_a_number(self, identity: int) -> None:
        if self.bought < 30:
            buy(self.account, str(int(NEEDS_ADDRESS) + self.bought), identity=identity)
            self.bought += 1

    @rule(
        identity=st.sampled_from([PRIMARY, 6801, 6802]),
        doc_type=st.sampled_from(["personal_id", "address_proof"]),
        name=st.sampled_from(["fine", "rejected"]),
    )
    def upload_a_document(self, identity: int, doc_type: str, name: str) -> None:
        add(self.account, identity_id=str(identity), doc_type=doc_type, name=name)

    @rule(seconds=st.sampled_from([10, 30]))
    def time_passes(self, seconds: int) -> None:
        wait(self.account, seconds)

    @rule(place=st.integers(0, 9), identity=st.sampled_from([PRIMARY, 6801, 6802]))
    def move_a_document(self, place: int, identity: int) -> None:
        rows = self.account.get("/v2/documents")["documents"]
        row = rows[place % len(rows)]
        body = b"document[identity_id]=%d" % identity
        assert self.account.send("PUT", f"/v2/documents/{row['id']}", body, FORM).status == 200

    @rule(place=st.integers(0, 9))
    def delete_a_document(self, place: int) -> None:
        rows = self.account.get("/v2/documents")["documents"]
        if len(rows) > 1:
            row = rows[place % len(rows)]
            assert self.account.send("DELETE", f"/v2/documents/{row['id']}").status == 200

    @invariant()
    def numbers_follow_the_documents(self) -> None:
        verified = {
            row["identity_id"]
            for row in self.account.get("/v2/documents", approvement_status="verified")["documents"]
            if row["doc_type"] == "address_proof"
        }
        for row in self.account.world.table(Purchase):
            if row.required and row.identity_id in verified:
                self.active.add(row.number)
        shown = self.account.get("/v2/numbers")["dids"]
        berlin = {row["number"]: row["status"] for row in shown if row["number"].startswith("49")}
        assert {number for number, status in berlin.items() if status == "active"} == self.active
        waiting = {f"didlogic.verifications/{number}" for number in berlin if number not in self.active}
        assert set(subjects(self.account, "verifications")) == waiting

    @invariant()
    def identities_count_their_documents(self) -> None:
        for row in self.account.get("/v2/identities")["identities"]:
            listed = self.account.get("/v2/documents", identity_id=str(row["id"]))["documents"]
            assert row["documents_count"] == len(listed)
            assert row["documents"] == listed[::-1]


TestCompliance = Compliance.TestCase
TestCompliance.settings = settings(max_examples=10, stateful_step_count=20)
