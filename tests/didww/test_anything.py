"""Random input of every kind: never a 5xx but the honest 501, and nothing changes when it is refused."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.didww.account import Account
from tests.support import Server, state_of


@cache
def account() -> Account:
    """One account for all examples: what some of them buy is there for the next."""
    return Account(Server(rate_limits=False, journal_entries=0), "anything")


KINDS = ["countries", "regions", "cities", "did_group_types", "did_groups", "available_dids"]
KINDS += ["did_reservations", "orders", "dids", "balance", "stock_keeping_units", "bogus", ""]
WORDS = ["id", "type", "attributes", "relationships", "data", "items", "qty", "sku_id", "available_did_id"]
WORDS += ["did_reservation_id", "available_did", "description", "did_order_items", "orders", "dids", "meta"]
WORDS += ["did_reservations", "available_dids", "billing_cycles_count", "callback_url", "terminated", ""]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)
documents = st.one_of(
    json_values,
    st.fixed_dictionaries({"data": json_values}),
    st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries(
                {"type": st.sampled_from(["orders", "dids", "did_reservations"])},
                optional={
                    "id": scalars,
                    "attributes": st.dictionaries(st.sampled_from(WORDS), json_values, max_size=4),
                    "relationships": st.dictionaries(st.sampled_from(WORDS), json_values, max_size=3),
                },
            )
        }
    ),
)
bodies = st.one_of(st.binary(max_size=60), documents.map(orjson.dumps))
parts = st.one_of(st.sampled_from(["filter", "sort", "include", "page", "fields", "x"]), st.text(max_size=5))
names = st.one_of(
    st.sampled_from(["id", "name", "number", "size", "country.id", "", "dids"]), st.text(max_size=6)
)
pairs = st.tuples(parts, st.lists(names, max_size=3), st.one_of(names, st.text(max_size=12)))


def query(given_pairs: list[tuple[str, list[str], str]], quoted: bool) -> str:
    """A query with brackets, percent-encoded or raw."""
    write = (lambda text: quote(text, safe="")) if quoted else (lambda text: text.replace("#", ""))
    return "&".join(
        write(part) + "".join(f"[{write(name)}]" for name in inner) + "=" + write(value)
        for part, inner, value in given_pairs
    )


def assert_served(method: str, path: str, **sent: Any) -> None:
    before = state_of(account().world)
    answer = account().send(method, path, **sent)
    assert answer.status < 500 or (answer.status == 501 and "x-mock-unimplemented" in answer.headers), (
        method,
        path,
        sent,
        answer.status,
        answer.raw[:300],
    )
    if answer.status >= 400:
        assert state_of(account().world) == before


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]),
    kind=st.sampled_from(KINDS),
    tail=st.sampled_from(["", "/x", "/relationships/order", "/x/relationships/did_group", "/a/b/c/d"]),
    body=bodies,
)
def test_any_body_is_answered(method: str, kind: str, tail: str, body: bytes) -> None:
    assert_served(method, f"/{kind}{tail}", body=body)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), given_pairs=st.lists(pairs, max_size=4), quoted=st.booleans())
def test_any_query_is_answered(
    kind: str, given_pairs: list[tuple[str, list[str], str]], quoted: bool
) -> None:
    assert_served("GET", f"/{kind}?{query(given_pairs, quoted)}")


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "DELETE", "OPTIONS", "BREW"]),
    segments=st.lists(st.one_of(st.sampled_from(KINDS), st.text(max_size=8)), max_size=5),
    quoted=st.booleans(),
)
def test_any_path_is_answered(method: str, segments: list[str], quoted: bool) -> None:
    path = "/".join(quote(part, safe="") if quoted else part.replace("?", "") for part in segments)
    assert_served(method, f"/{path}")


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    accept=st.one_of(st.none(), st.text(max_size=20)),
    kind=st.one_of(st.none(), st.text(max_size=20)),
    key=st.one_of(st.none(), st.text(max_size=20), st.just("sandbox-anything")),
    version=st.one_of(st.none(), st.text(max_size=12)),
)
def test_any_header_is_answered(
    accept: str | None, kind: str | None, key: str | None, version: str | None
) -> None:
    headers = {"accept": accept, "content-type": kind, "api-key": key, "x-didww-api-version": version}
    assert_served("POST", "/orders", body=b"{}", headers=headers)
