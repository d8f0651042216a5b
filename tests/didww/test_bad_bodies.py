"""Bodies that must be refused: with the documented words, nothing changed, and never with a 5xx."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.didww.account import Account
from tests.didww.contract import assert_refused
from tests.didww.refusals import NOBODY, WRITES, unchanged, write
from tests.support import state_of


@pytest.mark.parametrize("which", WRITES)
def test_good_body_is_accepted(which: str, owner: Account) -> None:
    """What the refusals below start from."""
    method, path, document = write(owner, which)
    assert owner.send(method, path, json=document).status in (200, 201)


# --- bodies that are no JSON:API document ----------------------------------------------------------


UNPARSABLE = {
    "trailing comma": b'{"data":{"type":"orders",}}',
    "cut off": b'{"data":{"type":"ord',
    "invalid UTF-8": b'{"data":{"type":"\xff\xfe"}}',
    "byte order mark": b'\xef\xbb\xbf{"data":{}}',
    "blanks": b"   \n ",
    "two documents": b'{"data":{}} {"data":{}}',
    "not a number": b'{"data":NaN}',
    "a megabyte of nesting": b"[" * (1 << 20),
    "a megabyte of nested objects": b'{"data":' * (1 << 17),
    "single quotes": b"{'data':{}}",
    "XML": b"<data/>",
}


@pytest.mark.parametrize("body", UNPARSABLE.values(), ids=UNPARSABLE)
@pytest.mark.parametrize("which", WRITES)
def test_body_is_refused_when_it_is_not_json(which: str, body: bytes, owner: Account) -> None:
    method, path, _ = write(owner, which)
    with unchanged(owner):
        assert_refused(owner.send(method, path, body=body), "not_json")


@pytest.mark.parametrize("body", [b"[]", b'[{"data":{}}]', b'"text"', b"1", b"null", b"true"])
@pytest.mark.parametrize("which", WRITES)
def test_body_is_refused_when_it_is_not_an_object(which: str, body: bytes, owner: Account) -> None:
    method, path, _ = write(owner, which)
    with unchanged(owner):
        assert_refused(owner.send(method, path, body=body), "not_an_object")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"meta":{}}', b'{"data":null}', b'{"data":{}}', b'{"data":[]}']
)
@pytest.mark.parametrize("which", WRITES)
def test_body_is_refused_when_it_has_no_data(which: str, body: bytes, owner: Account) -> None:
    method, path, _ = write(owner, which)
    with unchanged(owner):
        assert_refused(owner.send(method, path, body=body), "missing", name="data")


@pytest.mark.parametrize("data", [[{"type": "orders"}], "text", 7, True, False])
@pytest.mark.parametrize("which", WRITES)
def test_body_is_refused_when_data_is_not_an_object(which: str, data: Any, owner: Account) -> None:
    method, path, _ = write(owner, which)
    with unchanged(owner):
        assert_refused(owner.send(method, path, json={"data": data}), "data_not_an_object")


@pytest.mark.parametrize("which", WRITES)
def test_deep_nesting_inside_a_good_body_is_no_trouble(which: str, owner: Account) -> None:
    """In a place that is read and in one that is not; a hundred levels are the most that the parser takes."""
    method, path, document = write(owner, which)
    text = orjson.dumps(document)
    for depth, error in ((90, "member_not_allowed"), (5000, "not_json")):
        deep = b"[" * depth + b"]" * depth
        assert owner.send(method, path, body=text.replace(b'"x"', deep).replace(b'"mine"', deep)).status < 500
        with unchanged(owner):
            answer = owner.send(method, path, body=text[:-2] + b',"bogus":' + deep + b"}}")
        assert_refused(answer, error, name="bogus")


# --- documents with a wrong member -----------------------------------------------------------------


@pytest.mark.parametrize("which", WRITES)
def test_type_is_refused_when_it_is_missing_or_another(which: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        for wrong in ("countries", "order", "Orders", "dids " if path.startswith("/dids") else "dids_", ""):
            document["data"]["type"] = wrong
            assert_refused(owner.send(method, path, json=document), "wrong_type", type=wrong)
        document["data"]["type"] = None
        assert_refused(owner.send(method, path, json=document), "missing", name="type")
        del document["data"]["type"]
        assert_refused(owner.send(method, path, json=document), "missing", name="type")


@pytest.mark.parametrize("which", WRITES)
@pytest.mark.parametrize("member", ["meta", "links", "lid", "bogus"])
def test_unknown_member_of_data_is_refused(which: str, member: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    document["data"][member] = {}
    with unchanged(owner):
        assert_refused(owner.send(method, path, json=document), "member_not_allowed", name=member)


@pytest.mark.parametrize("which", WRITES)
def test_unknown_and_read_only_attributes_are_refused(which: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        for name in ("bogus", "created_at", "id", "capacity_pools_id"):
            changed = orjson.loads(orjson.dumps(document))
            changed["data"].setdefault("attributes", {})[name] = 1
            assert_refused(owner.send(method, path, json=changed), "member_not_allowed", name=name)
        changed = orjson.loads(orjson.dumps(document))
        changed["data"].setdefault("relationships", {})["bogus"] = {"data": None}
        assert_refused(owner.send(method, path, json=changed), "member_not_allowed", name="bogus")


@pytest.mark.parametrize(
    ("which", "name"),
    [
        ("POST /orders", "amount"),
        ("POST /orders", "status"),
        ("POST /orders", "reference"),
        ("PATCH /orders/{orders}", "items"),
        ("PATCH /orders/{orders}", "allow_back_ordering"),
        ("PATCH /orders/{orders}", "callback_url"),
        ("POST /did_reservations", "expires_at"),
        ("PATCH /dids/{dids}", "number"),
        ("PATCH /dids/{dids}", "blocked"),
        ("PATCH /dids/{dids}", "expires_at"),
    ],
)
def test_attribute_that_only_the_service_sets_is_refused(which: str, name: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    document["data"]["attributes"][name] = "x"
    with unchanged(owner):
        assert_refused(owner.send(method, path, json=document), "member_not_allowed", name=name)


@pytest.mark.parametrize("which", [which for which in WRITES if which.startswith("POST")])
def test_id_is_refused_when_something_is_made(which: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        for given in (NOBODY, None, 1):
            document["data"]["id"] = given
            assert_refused(owner.send(method, path, json=document), "member_not_allowed", name="id")


@pytest.mark.parametrize("which", [which for which in WRITES if which.startswith("PATCH")])
def test_id_is_refused_when_it_is_missing_or_not_the_one_of_the_url(which: str, owner: Account) -> None:
    method, path, document = write(owner, which)
    with unchanged(owner):
        for given in (NOBODY, ""):
            document["data"]["id"] = given
            assert_refused(owner.send(method, path, json=document), "key_not_in_url", id=given)
        document["data"]["id"] = None
        assert_refused(owner.send(method, path, json=document), "no_key")
        del document["data"]["id"]
        assert_refused(owner.send(method, path, json=document), "no_key")


@pytest.mark.parametrize("which", WRITES)
@pytest.mark.parametrize("part", ["attributes", "relationships"])
@pytest.mark.parametrize("value", [None, "text", 1, [1], [], True])
def test_wrong_json_type_of_a_part_is_no_crash(which: str, part: str, value: Any, owner: Account) -> None:
    """The framework answers 500 to some of these; this server may say 400, and changes nothing either way."""
    method, path, document = write(owner, which)
    if path.startswith(("/orders/", "/dids/")):
        document["data"].pop("attributes")
    document["data"][part] = value
    before = state_of(owner.world)
    answer = owner.send(method, path, json=document)
    assert answer.status < 500
    if answer.status >= 400:
        assert state_of(owner.world) == before
