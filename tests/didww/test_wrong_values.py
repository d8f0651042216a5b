"""Values made up against the tables of writes: each is refused where it stands, and nothing changes.

The other tests of writes try the values one thinks of; here a kind says what it is not,
attribute by attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.didww import test_item_writes, test_record_writes, test_regulation_writes, voice
from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, known_in, read
from tests.didww.refusals import unchanged
from tests.support import Server

# Method, path and a document that is accepted, by table; a place in it and what it takes.
Case = tuple[str, str, str, str, dict[str, Any]]
TABLES = {"record": test_record_writes.WRITES, "regulation": test_regulation_writes.WRITES}
_KEPT: dict[str, Any] = {}

SWITCHES = ("t", "f", "true", "false")

texts = st.text(max_size=12)
objects = st.dictionaries(texts, st.none() | texts, max_size=2)
lists_of_objects = st.lists(objects, min_size=1, max_size=2)
fractions = st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer())
wordy = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)


def whole(facts: dict[str, Any]) -> SearchStrategy[Any]:
    """No number between the bounds, however it is written. (No text of digits: those are cast.)"""
    outside = st.integers(-(2**53), facts["least"] - 1) | st.integers(facts["most"] + 1, 2**53)
    return st.booleans() | fractions | wordy | outside | outside.map(str)


def words(facts: dict[str, Any]) -> SearchStrategy[Any]:
    known = {str(word).lower() for word in facts["words"]}
    return texts.filter(lambda text: text.strip().lower() not in known and bool(text)) | st.integers(2, 99)


WRONG: dict[str, Callable[[dict[str, Any]], SearchStrategy[Any]]] = {
    "int": whole,
    "word": words,
    "bool": lambda facts: (
        wordy.filter(lambda word: word.lower() not in ("t", "f", "true", "false")) | st.integers(2, 99)
    ),
    "reference": lambda facts: st.text("abc ", min_size=101, max_size=120),
    "required": lambda facts: st.text(" \t", max_size=3),
    "digits": lambda facts: wordy,
    "amount": lambda facts: wordy | st.floats(100_001, 1e9) | st.floats(-1e9, -1),
    "code": lambda facts: wordy | st.integers(2000, 10**6),
    "codes": lambda facts: wordy | st.lists(wordy, min_size=1, max_size=2),
    "ips": lambda facts: wordy | st.lists(wordy, min_size=1, max_size=2),
    "id": lambda facts: texts | st.integers(-(2**53), 2**53) | st.booleans(),
    "url": lambda facts: wordy,
    "date": lambda facts: wordy,
    "email": lambda facts: wordy,
}


def wrong(facts: dict[str, Any]) -> SearchStrategy[Any]:
    """Values that are none of a kind. Objects are nothing anywhere."""
    kind = WRONG.get(facts["kind"])
    found = objects | lists_of_objects
    return found if kind is None else found | kind(facts)


def cases() -> list[Case]:
    """(table, write, version, name, facts) of every attribute in the tables."""
    found: list[Case] = []
    for version in (OLD, NEW):
        for table, tabled in TABLES.items():
            found += [
                (table, which, version, name, facts)
                for which, write in tabled.items()
                if known_in(write, version)
                for name, facts in write["attributes"].items()
                if known_in(facts, version) and facts["kind"] != "filters"
            ]
        for kind in read("voice_writes.yaml"):
            if voice.writes(kind).get("made", True):
                found += [
                    ("voice", kind, version, name, facts)
                    for name, facts in voice.writes(kind)["attributes"].items()
                    if known_in(facts, version)
                ]
        found += [
            ("item", kind, version, name, facts)
            for kind, write in test_item_writes.ITEMS.items()
            for name, facts in write["members"].items()
            if known_in(facts, version) and not facts.get("alone")
        ]
    return found


def asked(account: Account, case: Case, value: Any) -> tuple[str, str, dict[str, Any], str]:
    """A request with one wrong value, and the place that its refusal must name."""
    table, which, version, name, _ = case
    if table == "item":
        attributes = {**test_item_writes.good(account, which), name: value}
        items = [{"type": which, "attributes": attributes}]
        document = {"data": {"type": "orders", "attributes": {"items": items}}}
        return "POST", "/orders", document, f"/data/attributes/items/0/{name}"
    if table == "voice":
        document = {"data": voice.good(which, version)}
        document["data"]["attributes"][name] = value
        return "POST", f"/{which}", document, f"/data/attributes/{name}"
    module = test_record_writes if table == "record" else test_regulation_writes
    method, path, document = module.good(account, which)
    document = deepcopy(document)
    document["data"]["attributes"][name] = value
    return method, path, document, f"/data/attributes/{name}"


def fresh() -> Account:
    """One account for all examples, every time as it was at first."""
    if not _KEPT:
        account = _KEPT["account"] = Account(Server(rate_limits=False, journal_entries=0), "wrong")
        account.world.options["didww"]["prorated_billing"] = True
        _KEPT["start"] = account.world.capture()
    made: Account = _KEPT["account"]
    made.world.restore(_KEPT["start"])
    return made


@pytest.mark.parametrize("case", [pytest.param(case, id="-".join(case[1:4])) for case in cases()])
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wrong_value_is_refused_where_it_stands_and_changes_nothing(case: Case, data: Any) -> None:
    account = fresh().as_of(case[2])
    value = data.draw(wrong(case[4]))
    method, path, document, place = asked(account, case, value)
    with unchanged(account):
        answer = account.send(method, path, json=document)
    assert answer.status == 422, (case[:4], value, answer.raw[:300])
    pointers = {error["source"]["pointer"] for error in answer.body["errors"]}
    assert pointers == {place}, (case[:4], value)
