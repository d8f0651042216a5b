"""What stands around a body: the provider's own headers, and ours that say how well the answer is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.didww.account import MEDIA_TYPE, Account, Answer, did_item
from tests.didww.contract import read
from tests.didww.forms import UUID
from tests.support import Server

FACTS = read("headers.yaml")


def answers(account: Account) -> dict[str, Answer]:
    """One answer of every kind."""
    order = account.order(did_item(account.group()["skus"][0], qty=1))
    return {
        "list": account.get("/countries"),
        "show": account.get(f"/did_groups/{account.group()['id']}"),
        "orders": account.get("/orders"),
        "created": order,
        "reserved": account.reserve(account.available(account.group())[0]),
        "gone": account.delete(f"/orders/{order.data['id']}"),
        "refused": account.order(did_item("x", qty=1)),
        "bad query": account.get("/countries?sort=bogus"),
        "not found": account.get("/orders/x"),
        "unauthorized": account.get("/orders", api_key="wrong"),
    }


def test_every_answer_has_the_recorded_headers(account: Account) -> None:
    seen = answers(account)
    for name, answer in seen.items():
        for header, value in FACTS["always"].items():
            assert answer.headers.get(header.lower()) == value, (name, header)
        assert re.fullmatch(UUID, answer.headers["x-request-id"]), name
        assert re.fullmatch(r"\d+\.\d{6}", answer.headers["x-runtime"]), name
        assert answer.headers.get("content-type") == (MEDIA_TYPE if answer.raw else None), name
        for header in FACTS["never"]:
            assert header.lower() not in answer.headers, (name, header)
    assert len({answer.headers["x-request-id"] for answer in seen.values()}) == len(seen)


def test_etag_is_the_hash_of_the_body_where_there_is_one(account: Account) -> None:
    for name, answer in answers(account).items():
        tagged = answer.status in FACTS["etag"]["statuses"] and name not in ("orders", "created")
        assert ("etag" in answer.headers) is tagged, name
        rule = "with_it" if tagged else "without_it"
        assert answer.headers["cache-control"] == FACTS["etag"][rule]["Cache-Control"], name
        if tagged:
            assert answer.headers["etag"] == f'W/"{sha256(answer.raw).hexdigest()[:32]}"', name


def test_unchanged_record_is_304_when_its_etag_is_sent(account: Account) -> None:
    did = account.dids_of(account.buy())[0]
    path = f"/dids/{did['id']}"
    tag = account.get(path).headers["etag"]
    again = account.get(path, if_none_match=tag)
    assert (again.status, again.raw) == (304, b"")
    body = {"data": {"type": "dids", "id": did["id"], "attributes": {"description": "new"}}}
    assert account.patch(path, body).status == 200
    changed = account.get(path, if_none_match=tag)
    assert (changed.status, changed.data["attributes"]["description"]) == (200, "new")


def test_head_has_the_headers_of_get(account: Account) -> None:
    got, headed = account.get("/did_group_types"), account.send("HEAD", "/did_group_types")
    assert headed.status == 200
    for name in ("content-type", "etag", "cache-control"):
        assert headed.headers[name] == got.headers[name]


# --- ours ----------------------------------------------------------------------------------------


def test_every_answer_says_how_well_it_is_known(account: Account) -> None:
    for name, answer in answers(account).items():
        found = re.fullmatch(
            r"(recorded|documented|client|assumed); claim=(didww\.\S+)", answer.headers["x-mock-evidence"]
        )
        assert found, name
        assert answer.headers["x-mock"], name


def test_our_headers_can_be_switched_off(make_server: Callable[..., Server]) -> None:
    account = Account(make_server(mock_headers=False, rate_limits=False), "one")
    for name, answer in answers(account).items():
        assert not {"x-mock", "x-mock-evidence", "x-mock-ignored"} & answer.headers.keys(), name


@pytest.mark.parametrize(
    ("query", "ignored"),
    [("foo=bar", "foo"), ("page[size]=2", "page"), ("include=regions", None), ("", None)],
)
def test_parameters_that_nothing_read_are_named(query: str, ignored: str | None, account: Account) -> None:
    """Countries are not paginated, so their page is not read (documented)."""
    found = account.get(f"/countries?{query}").headers.get("x-mock-ignored")
    if ignored is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith(ignored)
