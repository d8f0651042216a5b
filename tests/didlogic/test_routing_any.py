"""Any request about destinations, SIP accounts or addresses: one envelope, never a 5xx, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.didlogic.account import FORM, JSON, Account, contract, form, multipart
from tests.didlogic.routing import FACTS, GB, MULTIPART, US
from tests.support import NOON, Server, state_of

SECRET = "hunter2-hunter2"
TARGETS = st.sampled_from(
    [
        *(
            f"/v1/purchases/{key}/destinations{rest}"
            for key in (GB, US, "728002", "1")
            for rest in ("", "/1234455", "/x")
        ),
        "/v1/sipaccounts",
        "/v1/sipaccounts/12345",
        "/v1/sipaccounts/54321",
        "/v1/sipaccounts/12345/allowed_ips",
        "/v1/sipaccounts/54321/allowed_ips",
        "/v1/sipaccounts/1/allowed_ips",
    ]
)
SETTABLE = {
    field["name"].partition("[")[2].rstrip("]") or field["name"]
    for row in contract("v1/operations.json")
    if row["path"].startswith(("/v1/purchases/{purchase_id}", "/v1/sipaccounts"))
    for field in row.get("request", {}).get("fields", [])
}
FIELDS = [*sorted(SETTABLE), *FACTS["sipaccount"]["not_settable"], "id"]
NAMES = st.sampled_from(FIELDS) | st.text(max_size=6)
WORDS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "1",
            "-1",
            "5",
            "4",
            "6",
            "12345",
            "true",
            "maybe",
            "sip:a@b",
            "wss://h",
            "10.0.0.0/8",
            "1.2.3.4",
        ]
    ),
    st.sampled_from([SECRET, "x" * 300, "9" * 40, "1e9", "0.5", "NaN", "\x00", "☎", "udp"]),
    st.text(max_size=12),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
WRAPPERS = st.sampled_from(["destination", "sipaccount"])


@st.composite
def json_bodies(draw: st.DrawFn) -> tuple[bytes, str]:
    inner = draw(st.dictionaries(NAMES, VALUES, max_size=6))
    content = draw(st.sampled_from([{draw(WRAPPERS): inner}, inner, {draw(WRAPPERS): draw(VALUES)}]))
    if draw(st.booleans()):
        content = {**content, "ip": draw(VALUES)}
    return orjson.dumps(content), "application/json"


@st.composite
def form_bodies(draw: st.DrawFn) -> tuple[bytes, str]:
    wrapper, ends = draw(WRAPPERS), st.sampled_from(["", "[]", "[a]"])
    names = st.builds(lambda name, end: f"{wrapper}[{name}]{end}", st.sampled_from(FIELDS), ends)
    fields = draw(st.dictionaries(names | st.sampled_from(["ip", "ip[]", wrapper]), WORDS, max_size=6))
    if draw(st.booleans()):
        return form(fields), FORM
    return multipart(fields), MULTIPART


BODIES = (
    json_bodies()
    | form_bodies()
    | st.tuples(st.binary(max_size=60), st.sampled_from([FORM, MULTIPART, "application/json"]))
)


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


@settings(max_examples=200)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    target=TARGETS,
    suffix=st.sampled_from(["", ".json", "/", "?ip=1.2.3.4", "?ip[]=1", "?ip=%ff"]),
    body=BODIES,
    voice=st.booleans(),
)
def test_any_request_changes_all_or_nothing(
    anybody: Account, method: str, target: str, suffix: str, body: tuple[bytes, str], voice: bool
) -> None:
    world = anybody.world
    if len(world.events.since(0)) > 200:
        world.reset()
        world.clock.set(mode="frozen", now=NOON)
    world.options["didlogic"]["voice_stream"] = voice
    before = state_of(world)
    response = anybody.send(method, target + suffix, *body)
    content = orjson.loads(response.body)
    assert response.headers[0] == ("Content-Type", JSON)
    if response.status == 200:
        check(content)
    else:
        assert response.status in (400, 404, 422)
        assert state_of(world) == before
        assert list(content) in (["error"], ["errors"])
        if "errors" in content:
            assert response.status == 422
            assert all(
                isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)
                for texts in content["errors"].values()
            )


def check(content: Mapping[str, Any]) -> None:
    """An accepted request answers one of the known shapes, every field with its kind."""
    for name, value in content.items():
        rows = value if isinstance(value, list) else [value]
        if name in ("destination", "did_destination"):
            for row in rows:
                assert list(row) == FACTS["destination"]["fields"]
                kinds = (int, str, int, bool, bool, int)
                assert tuple(map(type, row.values())) == kinds
                assert row["transport"] in (1, 4, 5, 6)
        elif name in ("sipaccount", "sipaccounts"):
            for row in rows:
                assert list(row) == FACTS["sipaccount"]["fields"]
                for field, default in FACTS["sipaccount"]["defaults"].items():
                    assert type(row[field]) is type(default), field
                assert min(row["call_limit"], row["max_channels"], float(row["max_call_cost"])) >= 0
        else:
            assert name == "allowed_ips"
            assert all(isinstance(ip, str) for ip in rows)


def test_passwords_of_any_request_are_masked() -> None:
    """The journal of what the requests above may hold, in each form, with the secret under its own name."""
    account = Account(Server())
    bodies = [
        (orjson.dumps({"sipaccount": {"password": SECRET}}), "application/json"),
        (orjson.dumps({"sipaccount": {"password": [SECRET]}}), "application/json"),
        (orjson.dumps({"sipaccount": {"label": 1, "password": SECRET}}), None),
        (form({"sipaccount[password]": SECRET}), FORM),
        (form({"sipaccount[password][]": SECRET}), FORM),
        (multipart({"sipaccount[password]": SECRET}), MULTIPART),
        (multipart({"sipaccount[label]": "x", "sipaccount[password]": SECRET}), MULTIPART),
    ]
    for body, kind in bodies:
        for method, path in (
            ("POST", "/v1/sipaccounts"),
            ("PUT", "/v1/sipaccounts/12345"),
            ("POST", "/v1/nothing"),
        ):
            account.send(method, path, body, kind)
    assert len(account.world.journal) == 3 * len(bodies)
    assert SECRET not in repr(list(account.world.journal))
