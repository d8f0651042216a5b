"""Whatever is sent: no crash, no change by what is refused; and the same requests get the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.idt.support import BY_SKU, PLENTY, REST_LATER, Idt, errors_of
from tests.support import NOON, Server

PATHS = [
    "/coverage/countries",
    "/coverage/countries/{}/regions",
    "/coverage/did_groups",
    "/coverage/did_groups/{}/browse_numbers",
    "/orders",
    "/orders/{}",
    "/numbers",
    "/numbers/{}",
    "/numbers/{}/cnam",
    "/trunk_groups",
    "/trunk_groups/{}",
    "/set_trunk_group",
    "/{}",
]
KNOWN = ["US", "PL", "39145", "16847", "9c2-2e2-4b6f", "17078675309", "268476", "10897"]
NAMES = [
    "order_items",
    "did_group_id",
    "quantity",
    "did_skus",
    "preview",
    "name",
    "type",
    "display",
    "ring_type",
    "pop",
    "is_default",
    "switches",
    "ip",
    "port",
    "trunk_group_id",
    "numbers",
]
PARAMETERS = [
    "page",
    "page_size",
    "filter_by_status",
    "country_iso",
    "region_code",
    "toll_free",
    "filter_by_number",
    "filter_by_region_name",
    "order_by_number",
    "order_by_region_name",
    "order_by_added_at",
]
WORDS = ["US", "US-AK", "true", "asc", "desc", "1", "Complete", "BW-US-2074063052", "10.0.0.1", ""]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.sampled_from([1, 2, 5060, PLENTY, BY_SKU, 268476])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(WORDS + KNOWN)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
orders = st.fixed_dictionaries(
    {
        "order_items": st.lists(
            st.fixed_dictionaries({"did_group_id": scalars, "quantity": scalars}), max_size=2
        )
    },
    optional={"preview": scalars},
)
bodies = (values | orders).map(orjson.dumps) | st.binary(max_size=60)
segments = st.sampled_from(KNOWN) | st.text(
    st.characters(codec="latin-1", exclude_characters="/?#"), min_size=1, max_size=12
)
queries = st.lists(
    st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(WORDS) | st.text(st.characters(codec="latin-1"))),
    max_size=4,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)) | st.text(
    st.characters(codec="latin-1"), max_size=30
)
targets = st.builds(str.format, st.sampled_from(PATHS), segments)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    target=targets,
    query=queries,
    body=bodies,
)
def test_any_request_is_answered_and_a_refused_one_changes_nothing(
    idt: Idt, method: str, target: str, query: str, body: bytes
) -> None:
    before = idt.state()
    response = idt.call(method, f"{target}?{query}" if query else target, body=body)
    assert response.status in (200, 204, 404, 422), response.body
    if response.status >= 400:
        errors_of(response)
        assert idt.state() == before
    if response.status == 200:
        orjson.loads(response.body)


def story(server: Server) -> list[Any]:
    """A scenario that touches most of the account; every answer whole."""
    idt = Idt(server)
    server.world()
    answers = []

    def send(method: str, target: str, json: Any = None) -> bytes:
        response = idt.call(method, target, json=json)
        answers.append((response.status, response.headers, response.body))
        return response.body

    for item in (
        {"did_group_id": PLENTY, "quantity": 3},
        {"did_group_id": BY_SKU, "did_skus": ["BW-US-2074063052"]},
        {"did_group_id": REST_LATER, "quantity": 5},
        {"did_group_id": PLENTY, "quantity": 0},
    ):
        body = orjson.loads(send("POST", "/orders", {"order_items": [item]}))
        if "order" in body:
            idt.pass_time(1.5)
            send("GET", f"/orders/{body['order']['id']}")
    send("POST", "/trunk_groups", {"name": "x"})
    send("PUT", "/set_trunk_group", {"trunk_group_id": 268477, "numbers": ["17078675309"]})
    send("POST", "/numbers/17078675309/cnam", {"name": "x"})
    idt.pass_time(100)
    for target in ("/orders", "/numbers?order_by_number=desc", "/coverage/did_groups?country_iso=BR", "/x"):
        send("GET", target)
    send("DELETE", "/numbers/17078675309")
    return [*answers, list(server.world().ledger("idt").lines)]


def test_two_fresh_servers_give_the_same_bytes(make_server: Callable[..., Server]) -> None:
    assert story(make_server()) == story(make_server())


def test_reset_gives_the_same_bytes_again(make_server: Callable[..., Server]) -> None:
    server = make_server()
    first = story(server)
    server.world().reset()
    server.world().clock.set(mode="frozen", now=NOON)
    assert story(server) == first
