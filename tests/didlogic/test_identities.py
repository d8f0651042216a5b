"""Identities: made by name, renamed, archived for good; the default one stays."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.didlogic.account import FORM, JSON, Account, contract, multipart, operations
from tests.didlogic.compliance import (
    BERLIN_OFFICE,
    FORMER_OFFICE,
    MULTIPART,
    NEEDS_ADDRESS,
    PRIMARY,
    TEXTS,
    add,
    refusal,
)
from tests.support import Server, body_of, state_of

FIELDS = contract("compliance.json")["identity"]["fields"]
NOT_FOUND = (404, {"error": "Not found"})


def send(account: Account, method: str, path: str, content: Any = None) -> tuple[int, Any]:
    body = None if content is None else orjson.dumps(content)
    response = account.send(method, path, body, "application/json")
    assert response.headers[0] == ("Content-Type", JSON)
    return response.status, body_of(response)


def identity(account: Account, identity_id: int) -> Any:
    return account.get(f"/v2/identities/{identity_id}")["identity"]


# --- list and get --------------------------------------------------------------------------------


def test_list_has_the_default_identity_and_the_archived_one(account: Account) -> None:
    response = account.send("GET", "/v2/identities")
    rows = body_of(response)["identities"]
    shown = [{name: row[name] for name in FIELDS[:5]} for row in rows]
    assert shown == [
        {
            "id": PRIMARY,
            "name": "Primary",
            "persistence_status": "active",
            "is_default": True,
            "documents_count": 3,
        },
        {
            "id": BERLIN_OFFICE,
            "name": "Berlin office",
            "persistence_status": "active",
            "is_default": False,
            "documents_count": 2,
        },
        {
            "id": FORMER_OFFICE,
            "name": "Former office",
            "persistence_status": "archived",
            "is_default": False,
            "documents_count": 1,
        },
    ]
    assert [list(row) for row in rows] == [FIELDS] * 3
    assert str(response.evidence) == "client; claim=didlogic.list_identities"


def test_identity_holds_its_documents(account: Account) -> None:
    document = add(account, identity_id=str(BERLIN_OFFICE))
    row = identity(account, BERLIN_OFFICE)
    assert row["documents_count"] == 3
    assert [found["id"] for found in row["documents"]] == [9002, 9003, document["id"]]
    assert row["documents"][2] == document
    assert account.get("/v2/identities")["identities"][1] == row


def test_list_comes_in_pages_when_asked(account: Account) -> None:
    def names(**query: str) -> list[str]:
        return [row["name"] for row in account.get("/v2/identities", **query)["identities"]]

    assert names() == ["Primary", "Berlin office", "Former office"]
    assert names(page="1", per_page="2") == ["Primary", "Berlin office"]
    assert names(page="2", per_page="2") == ["Former office"]
    assert names(page="3", per_page="2") == []
    for number in range(40):
        assert send(account, "POST", "/v2/identities", {"identity": {"name": str(number)}})[0] == 200
    assert len(names()) == 43
    assert len(names(page="1")) == 25


@pytest.mark.parametrize("identity_id", ["1", "x", "-6756", "6756.0", "9" * 40])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_identity_is_not_found(account: Account, method: str, identity_id: str) -> None:
    before = state_of(account.world)
    assert send(account, method, f"/v2/identities/{identity_id}", {"identity": {"name": ""}}) == NOT_FOUND
    assert state_of(account.world) == before


def test_identity_of_another_sandbox_is_not_found(account: Account) -> None:
    send(account, "POST", "/v2/identities", {"identity": {"name": "Ours"}})
    other = {"authorization": "Bearer sandbox-other"}
    assert account.send("GET", "/v2/identities/6801").status == 200
    for method in ("GET", "DELETE"):
        response = account.send(method, "/v2/identities/6801", headers=other)
        assert (response.status, body_of(response)) == NOT_FOUND


# --- make and rename -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"identity": {"name": " Paris office "}}', "application/json"),
        (b"identity[name]=Paris+office", FORM),
        (multipart({"identity[name]": "Paris office"}), MULTIPART),
    ],
)
def test_new_identity_needs_a_name_only(account: Account, body: bytes, content_type: str) -> None:
    response = account.send("POST", "/v2/identities", body, content_type)
    made = {
        "id": 6801,
        "name": "Paris office",
        "persistence_status": "active",
        "is_default": False,
        "documents_count": 0,
        "documents": [],
    }
    assert (response.status, body_of(response)) == (200, {"identity": made})
    assert str(response.evidence) == "assumed; claim=didlogic.G34"
    assert identity(account, 6801) == made
    assert add(account, identity_id="6801")["identity_id"] == 6801


def test_fields_that_nothing_reads_are_named(account: Account) -> None:
    content = b'{"identity": {"name": "A", "is_default": true}, "other": 1}'
    response = account.send("POST", "/v2/identities", content[:-13] + b"}", "application/json")
    assert body_of(response)["identity"]["is_default"] is False
    assert response.ignored == ["identity[is_default]"]


def test_identity_is_renamed(account: Account) -> None:
    before = identity(account, BERLIN_OFFICE)
    renamed = {"identity": {**before, "name": "Hamburg office"}}
    assert send(account, "PUT", "/v2/identities/6757", {"identity": {"name": "Hamburg office"}}) == (
        200,
        renamed,
    )
    assert account.get("/v2/identities/6757") == renamed
    # Its own name is not taken, and none at all changes nothing.
    assert send(account, "PUT", "/v2/identities/6757", renamed) == (200, renamed)
    assert send(account, "PUT", "/v2/identities/6757", {"identity": {"name": None, "x": 1}}) == (200, renamed)


BAD: list[tuple[Any, tuple[int, Any]]] = [
    ({"identity": {"name": ""}}, refusal(name=TEXTS["blank"])),
    ({"identity": {"name": "  "}}, refusal(name=TEXTS["blank"])),
    ({"identity": {"name": "Former office"}}, refusal(name=TEXTS["taken"])),
    ({"identity": {"name": "x" * 256}}, refusal(name=TEXTS["long"])),
    ({"identity": {"name": ["x"]}}, refusal(name=TEXTS["invalid"])),
    ({"identity": {"name": {"x": "y"}}}, refusal(name=TEXTS["invalid"])),
    ({"identity": {"name": True}}, refusal(name=TEXTS["invalid"])),
    ({"identity": {"name": "a\x00b"}}, refusal(name=TEXTS["invalid"])),
    ({"identity": "Paris"}, refusal(identity=TEXTS["invalid"])),
    ({"identity": ["Paris"]}, refusal(identity=TEXTS["invalid"])),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_name_is_refused_and_nothing_changes(
    account: Account, content: Any, expected: tuple[int, Any]
) -> None:
    before = state_of(account.world)
    assert send(account, "POST", "/v2/identities", content) == expected
    assert send(account, "PUT", "/v2/identities/6757", content) == expected
    assert state_of(account.world) == before


@pytest.mark.parametrize("content", [None, {}, {"name": "Paris"}, {"identity": None}, {"identity": {}}])
def test_nothing_of_an_identity_is_refused(account: Account, content: Any) -> None:
    before = state_of(account.world)
    status, body = send(account, "POST", "/v2/identities", content)
    assert (status, body) == refusal(identity=TEXTS["blank"])
    assert send(account, "PUT", "/v2/identities/6757", content) == refusal(identity=TEXTS["blank"])
    assert state_of(account.world) == before


def test_identities_are_bounded(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.providers.didlogic.assumptions.MOST_IDENTITIES", 3)
    before = state_of(account.world)
    assert send(account, "POST", "/v2/identities", {"identity": {"name": "One more"}}) == (
        422,
        {"error": "This account cannot hold more than 3 identities"},
    )
    assert state_of(account.world) == before


# --- archive -------------------------------------------------------------------------------------


def test_archived_identity_is_inactive_and_keeps_its_documents(account: Account) -> None:
    before = identity(account, BERLIN_OFFICE)
    archived = {**before, "persistence_status": "archived"}
    response = account.send("DELETE", "/v2/identities/6757")
    assert (response.status, body_of(response)) == (200, {"identity": archived})
    assert str(response.evidence) == "assumed; claim=didlogic.G34"  # the body; the rest is documented
    assert identity(account, BERLIN_OFFICE) == archived
    assert account.get("/v2/documents/9002")["document"]["identity_id"] == BERLIN_OFFICE
    # Once more is no change.
    state = state_of(account.world)
    assert send(account, "DELETE", "/v2/identities/6757") == (200, {"identity": archived})
    assert state_of(account.world) == state


def test_archived_identity_takes_no_numbers_and_no_documents(account: Account) -> None:
    send(account, "DELETE", "/v2/identities/6757")
    before = state_of(account.world)
    items = [{"id": BERLIN_OFFICE, "did_numbers": [NEEDS_ADDRESS]}]
    status, body = send(
        account, "POST", "/v2/numbers/purchase", {"did_numbers": [NEEDS_ADDRESS], "identities": items}
    )
    assert (status, body) == refusal(identities="has an identity that is archived")
    moved = send(account, "PUT", "/v2/documents/9001", {"document": {"identity_id": BERLIN_OFFICE}})
    assert moved == refusal(identity_id=TEXTS["archived"])
    assert state_of(account.world) == before


def test_default_identity_cannot_be_archived(account: Account) -> None:
    before = state_of(account.world)
    response = account.send("DELETE", "/v2/identities/6756")
    assert (response.status, body_of(response)) == (422, {"error": TEXTS["default_identity"]})
    assert str(response.evidence) == "documented; claim=didlogic.error.default_identity"
    assert state_of(account.world) == before


def test_documents_and_identities_are_forbidden_when_switched_off(account: Account) -> None:
    account.world.options["didlogic"]["documents"] = False
    before = state_of(account.world)
    for row in operations():
        if row["path"].startswith(("/v2/documents", "/v2/identities")):
            assert send(account, row["method"], row["path"], {}) == (403, {"error": "Forbidden"})
    assert account.send("POST", "/v2/risk_checks", b"numbers[]=12025550100", FORM).status == 200
    account.world.reset()
    assert state_of(account.world) == before


@pytest.fixture(scope="module")
def anybody() -> Account:
    return Account(Server())


CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["identity", "name", "id", "document"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["POST", "PUT", "PUT", "DELETE"]),
    st.sampled_from(["", "/6756", "/6757", "/6801", "/x"]),
    st.fixed_dictionaries({"identity": st.fixed_dictionaries({"name": CONTENT}) | CONTENT}) | CONTENT,
)
def test_any_identity_is_taken_or_refused(anybody: Account, method: str, path: str, content: Any) -> None:
    try:
        body = orjson.dumps(content)
    except TypeError:  # half a surrogate, which is no JSON
        return
    before = state_of(anybody.world)
    response = anybody.send(method, f"/v2/identities{path}", body, "application/json")
    assert response.status in (200, 400, 404, 422)
    if response.status != 200:
        assert list(body_of(response)) in (["error"], ["errors"])
        assert state_of(anybody.world) == before
