"""Stock, ids, journal and sandboxes by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clock import Clock
from mockserver.core.ids import Ids, number_of_uuid, uuid_of_number
from mockserver.core.journal import Journal, shown
from mockserver.core.ledger import Ledger
from mockserver.core.masking import mask_body, mask_query
from mockserver.core.messages import Response
from mockserver.core.provider import key_of_sandbox, sandbox_of_key
from mockserver.core.sandboxes import Sandboxes, SandboxesFull
from mockserver.core.stock import Shelf, Shelves, Stock
from mockserver.core.world import World

AT = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.integers(0, 10**15))
def test_a_number_comes_back_out_of_its_uuid(number: int) -> None:
    text = uuid_of_number("didww", number)
    assert number_of_uuid("didww", text) == number
    assert number_of_uuid("other", text) is None
    assert text[14] == "4" and text[19] in "89ab"


@pytest.mark.parametrize(
    "text", ["", "x" * 36, "ac40fb08-ac14-4a6c-8f20-fe650870c266", uuid_of_number("didww", 1).upper() + "0"]
)
def test_a_foreign_uuid_holds_no_number(text: str) -> None:
    assert number_of_uuid("didww", text) is None


def test_an_upper_case_uuid_is_another_one() -> None:
    text = uuid_of_number("didww", 12025550100)
    assert text.upper() != text
    assert number_of_uuid("didww", text.upper()) is None


def test_chance_is_bounded_and_repeatable() -> None:
    one, other = Ids("seed"), Ids("seed")
    drawn = [
        one.uuid(),
        one.hex(3),
        one.letters(3),
        one.below(10),
        one.sample(range(100), 5),
    ]
    assert drawn == [
        other.uuid(),
        other.hex(3),
        other.letters(3),
        other.below(10),
        other.sample(range(100), 5),
    ]
    assert [one.next("orders"), one.next("orders"), one.next("items", 100)] == [1, 2, 100]


def test_stock_is_sold_once_and_can_be_put_back() -> None:
    stock = Stock(Shelves([Shelf("a", ((100, 3), (200, 2)))]), [])
    assert list(stock.numbers("a")) == [100, 101, 102, 200, 201]
    assert stock.take(101)
    assert not stock.take(101)
    assert not stock.take(103)
    assert stock.take_first("a", 2) == [100, 102]
    assert stock.available("a") == 2
    assert stock.take_first("a", 5) == [200, 201]
    assert stock.take_first("a", 1) == []
    assert stock.put_back(200)
    assert not stock.put_back(200)
    assert not stock.put_back(999)
    assert list(stock.numbers("a")) == [200]
    assert (stock.available("b"), list(stock.numbers("b")), stock.take_first("b", 1)) == (0, [], [])


def test_shelves_refuse_overlapping_ranges() -> None:
    with pytest.raises(ValueError, match="two shelves"):
        Shelves([Shelf("a", ((100, 3),)), Shelf("b", ((102, 3),))])


def test_shelves_find_the_shelf_of_a_number() -> None:
    shelves = Shelves([Shelf("a", ((100, 3), (200, 2))), Shelf("b", ((150, 1),))])
    found = [shelves.of_number(number) for number in (99, 100, 102, 103, 150, 201, 202)]
    assert [shelf.key if shelf else None for shelf in found] == [None, "a", "a", None, "b", "a", None]
    assert [shelves.by_key["a"].number(index) for index in range(5)] == [100, 101, 102, 200, 201]
    with pytest.raises(IndexError):
        shelves.by_key["a"].number(5)


def test_the_ledger_adds_up_when_the_balance_is_set() -> None:
    ledger = Ledger(Decimal("10"), Clock(lambda: AT), [])
    ledger.post(Decimal("-2.50"), "order", "demo/1")
    line = ledger.set_balance(Decimal("1.00"))
    assert (line.kind, line.amount, line.balance) == ("adjustment", Decimal("-6.50"), Decimal("1.00"))
    assert ledger.opening + sum(entry.amount for entry in ledger.lines) == ledger.balance == Decimal("1.00")


def keep(journal: Journal, size: int = 0) -> None:
    head = shown("POST", "/didww/x", "", {})
    journal.record(AT, "didww", head, b"x" * size, Response(200, b"y" * size), 0.001)


def test_the_journal_is_bounded_by_count() -> None:
    journal = Journal(3, 1 << 20)
    for _ in range(10):
        keep(journal)
    assert [entry.number for entry in journal] == [8, 9, 10]


def test_the_journal_is_bounded_by_bytes() -> None:
    journal = Journal(1000, 100_000)
    for _ in range(50):
        keep(journal, 10_000)
    assert len(journal) < 6
    assert journal.bytes <= 100_000
    journal.clear()
    assert (journal.bytes, len(journal)) == (0, 0)


def test_the_journal_cuts_long_bodies_and_says_how_long_they_were() -> None:
    journal = Journal(10, 1 << 20)
    keep(journal, 100_000)
    (entry,) = journal
    assert (len(entry.body), entry.body_size, len(entry.answer), entry.answer_size) == (
        32768,
        100_000,
        32768,
        100_000,
    )


def test_the_journal_masks_credentials() -> None:
    journal = Journal(10, 1 << 20)
    secret = "live-key-1234"
    headers = {
        "api-key": secret,
        "x-api-key": secret,
        "x-api-secret": secret,
        "authorization": f"Bearer {secret}",
        "accept": "*/*",
    }
    for query, body in (
        (f"apiid={secret}&page=1", b""),
        ("", f'{{"apiid": "{secret}", "sipaccount": {{"password" : "{secret}\\"x"}}, "n": 1}}'.encode()),
        ("", f"sipaccount[password]={secret}&sipaccount%5Bpassword%5D={secret}&n=1".encode()),
        ("", f'--b\r\nContent-Disposition: form-data; name="apiid"\r\n\r\n{secret}\r\n--b--'.encode()),
    ):
        journal.record(AT, "didlogic", shown("POST", "/x", query, headers), body, Response(200), 0.0)
    assert len(journal) == 4
    for entry in journal:
        assert secret not in repr(entry)
        assert entry.headers["accept"] == "*/*"


def test_masking_leaves_the_rest_alone() -> None:
    assert mask_query("page=1&apiid=abc&x=2") == "page=1&apiid=***&x=2"
    assert mask_body(b'{"number": "1", "password": "p"}') == b'{"number": "1", "password": "***"}'
    assert mask_body(b"number=1&password=p&x=2") == b"number=1&password=***&x=2"


@pytest.mark.parametrize(
    ("key", "sandbox"),
    [
        ("demo", "default"),
        ("sandbox-a", "a"),
        ("sandbox-A.b_c-1", "A.b_c-1"),
        ("sandbox-", None),
        ("sandbox-" + "a" * 65, None),
        ("sandbox-a/b", None),
        ("sandbox-é", None),
        ("live-key", None),
        ("", None),
    ],
)
def test_a_key_opens_one_sandbox(key: str, sandbox: str | None) -> None:
    assert sandbox_of_key(key, "demo") == sandbox
    if sandbox is not None:
        assert key_of_sandbox(sandbox, "demo") == key


def test_the_sandbox_idle_longest_makes_room() -> None:
    sandboxes = Sandboxes(lambda name: World(name, {}), most=3)
    default, first = sandboxes.open("default"), sandboxes.open("first")
    sandboxes.open("second")
    assert sandboxes.open("first") is first
    sandboxes.open("third")
    assert [world.name for world in sandboxes] == ["default", "first", "third"]
    assert sandboxes.open("default") is default


def test_sandboxes_named_through_the_control_api_stay() -> None:
    sandboxes = Sandboxes(lambda name: World(name, {}), most=2)
    sandboxes.open("kept", keep=True)
    sandboxes.open("other")
    sandboxes.open("third")
    assert [world.name for world in sandboxes] == ["kept", "third"]
    sandboxes.open("third", keep=True)
    with pytest.raises(SandboxesFull, match="MOCKSERVER_MAX_SANDBOXES"):
        sandboxes.open("fourth")
    assert sandboxes.drop("kept") is True
    assert sandboxes.drop("kept") is False
    assert sandboxes.open("fourth").name == "fourth"
