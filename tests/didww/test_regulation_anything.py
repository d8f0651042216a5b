"""Random bodies, queries and forms for regulation: never a 5xx, and nothing changes when they are refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.didww.account import Account
from tests.didww.contract import VERSIONS, read
from tests.didww.regulation import CHICAGO, JOHN, LISTS, WAITING
from tests.didww.uploading import BOUNDARY, form_of
from tests.support import Server, state_of

WRITES: dict[str, Any] = read("regulation/writes.yaml")["writes"]
KINDS = sorted(
    {*LISTS, *(which.partition(" /")[2] for which in WRITES), "requirements", "requirement_validations"}
)
NAMES = sorted(
    {name for write in WRITES.values() for part in ("attributes", "relationships") for name in write[part]}
)
IDS = [CHICAGO, JOHN, WAITING, "aea92b24-a044-4864-9740-89d3e15b65c7", "x", "", "a,b"]
TARGETS = ["identities", "addresses", "dids", "countries", "encrypted_files", "proof_types", "ghosts", ""]
TARGETS += ["address_requirements", "emergency_requirements", "emergency_calling_services"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=8),
    st.sampled_from(["personal", "business", "post", "1990-01-01", "a@b", "12", *IDS]),
)
values = st.one_of(
    scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from(NAMES), scalars, max_size=2)
)
identifiers = st.fixed_dictionaries({"type": st.sampled_from(TARGETS), "id": st.sampled_from(IDS)})
linkages = st.one_of(
    st.fixed_dictionaries({"data": st.one_of(identifiers, st.lists(identifiers, max_size=2), values)}), values
)


@cache
def account() -> Account:
    return Account(Server(rate_limits=False, journal_entries=0), "anything-regulated")


def assert_served(version: str, method: str, path: str, **sent: Any) -> None:
    asking = account().as_of(version)
    before = state_of(asking.world)
    answer = asking.send(method, path, **sent)
    assert answer.status < 500, (method, path, sent, answer.raw[:300])
    if answer.status >= 400:
        assert state_of(asking.world) == before
        assert answer.body["errors"]


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    version=st.sampled_from(VERSIONS),
    kind=st.sampled_from(KINDS),
    attributes=st.dictionaries(st.sampled_from(NAMES), values, max_size=6),
    relationships=st.dictionaries(st.sampled_from(NAMES), linkages, max_size=5),
    patched=st.booleans(),
    key=st.sampled_from(IDS),
)
def test_any_document_is_answered(
    version: str, kind: str, attributes: Any, relationships: Any, patched: bool, key: str
) -> None:
    data: dict[str, Any] = {"type": kind, "attributes": attributes, "relationships": relationships}
    if patched:
        rows = account().get(f"/{kind}")
        if rows.status == 200 and rows.data:
            key = rows.data[0]["id"]
        data["id"] = key
    path = f"/{kind}/{key}" if patched else f"/{kind}"
    assert_served(version, "PATCH" if patched else "POST", path, json={"data": data})


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    version=st.sampled_from(VERSIONS),
    kind=st.sampled_from(KINDS),
    part=st.sampled_from(["filter", "sort", "include", "fields"]),
    name=st.sampled_from([*NAMES, *(name for facts in LISTS.values() for name in facts["filters"])]),
    value=st.one_of(
        st.sampled_from([*NAMES, *IDS, "entity.proofs", "-created_at"]), st.text("ab,.\"'-", max_size=6)
    ),
)
def test_any_query_is_answered(version: str, kind: str, part: str, name: str, value: str) -> None:
    bracket = f"[{name}]" if part == "filter" else f"[{kind}]" if part == "fields" else ""
    assert_served(version, "GET", f"/{kind}?{part}{bracket}={value}")


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    version=st.sampled_from(VERSIONS),
    kind=st.sampled_from(KINDS),
    key=st.sampled_from(IDS),
    name=st.sampled_from([*NAMES, "proofs", "addresses"]),
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    linkage=linkages,
)
def test_any_linkage_is_answered(
    version: str, kind: str, key: str, name: str, method: str, linkage: Any
) -> None:
    body = None if method == "GET" else orjson.dumps(linkage)
    assert_served(version, method, f"/{kind}/{key}/relationships/{name}", body=body)


parts = st.tuples(
    st.sampled_from(
        [
            "encrypted_files[file]",
            "encrypted_files[encryption_fingerprint]",
            "encrypted_files[items][][file]",
            "x",
            "",
        ]
    ),
    st.one_of(st.none(), st.text('ab"é', max_size=4)),
    st.binary(max_size=40),
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    version=st.sampled_from(VERSIONS),
    body=st.one_of(st.binary(max_size=200), st.lists(parts, max_size=5).map(lambda many: form_of(*many))),
    cut=st.integers(0, 60),
)
def test_any_form_is_answered(version: str, body: bytes, cut: int) -> None:
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert_served(version, "POST", "/encrypted_files", body=body[: len(body) - cut], headers=headers)
