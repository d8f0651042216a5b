"""Every operation of every version is served in it, and in no version that does not have it."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.didww_tables import VERSIONS, of_version
from tests.didww.account import Account, Answer
from tests.didww.contract import assert_refused, read
from tests.didww.lists import NOBODY, Lists

# Their 404 is worded otherwise (documented for 2026-04-16, assumed to have been so before).
WORDED = ("proofs", "permanent_supporting_documents")


def cases() -> list[Any]:
    """(version, operation); ids like `2021-04-19-createTrunk`, by the name of the version."""
    return [
        pytest.param(version, name, id=f"{version}-{name}")
        for version in VERSIONS
        for name in of_version(version).operations
    ]


def cases_of_others() -> list[Any]:
    """(version, method, path) of what only other versions have; ids like `2026-04-16-GET-trunks`."""
    every = {
        (facts["method"], facts["path"]): None
        for version in VERSIONS
        for facts in of_version(version).operations.values()
    }
    return [
        pytest.param(version, method, path, id=f"{version}-{method}{path.replace('/', '-')}")
        for version in VERSIONS
        for method, path in sorted(every.keys() - served(version))
    ]


def served(version: str) -> set[tuple[str, str]]:
    return {(facts["method"], facts["path"]) for facts in of_version(version).operations.values()}


def ask(account: Account, method: str, path: str, key: str = NOBODY, **more: Any) -> Answer:
    """A request that would change nothing: about nobody, or with nothing in it."""
    body = None
    if method in ("POST", "PATCH"):
        body = {"data": {"type": path.split("/")[1], **({"id": key} if method == "PATCH" else {})}}
    return account.send(method, path.replace("{id}", key), json=body, **more)


@pytest.mark.parametrize(("version", "name"), cases())
def test_operation_is_served(version: str, name: str, stocked: Lists) -> None:
    """A record is shown, the refusal names what is not there, a body that lacks everything is judged."""
    lists = stocked.as_of(version)
    facts = lists.tables.operations[name]
    method, path, kind = facts["method"], facts["path"], facts["type"]
    answer = ask(lists.account, method, path)
    if facts["verb"] == "list" or path == "/balance":
        assert answer.body["meta" if kind != "public_keys" else "data"]
        assert answer.status == 200
    elif facts["verb"] == "create":
        assert answer.status in (400, 422)
        assert answer.body["errors"]
    elif kind in WORDED and (kind, facts["verb"]) != ("proofs", "delete"):
        assert_refused(answer, "record_not_found_of", type=kind)
    else:
        assert_refused(answer, "not_found", id=NOBODY)
    if facts["verb"] == "show" and path != "/balance":
        first = lists.rows(kind)[0]["id"]
        assert lists.account.get(path.replace("{id}", first)).data["id"] == first


@pytest.mark.parametrize(("version", "method", "path"), cases_of_others())
def test_operation_of_another_version_is_unknown(
    version: str, method: str, path: str, stocked: Lists
) -> None:
    assert_refused(ask(stocked.as_of(version).account, method, path), "unrouted")


@pytest.mark.parametrize(("version", "name"), cases())
def test_operation_needs_a_key(version: str, name: str, stocked: Lists) -> None:
    """All but the public keys (documented)."""
    lists = stocked.as_of(version)
    facts = lists.tables.operations[name]
    answer = ask(lists.account, facts["method"], facts["path"], headers={"api-key": None})
    if facts["path"] == "/public_keys":
        assert answer.status == 200
    else:
        assert_refused(answer, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/bogus"),
        ("GET", "/"),
        ("GET", "/Countries"),
        ("GET", "/balances"),
        ("GET", "/balance/1"),
        ("POST", "/countries"),
        ("POST", "/dids"),
        ("POST", "/balance"),
        ("DELETE", "/dids/1"),
        ("PATCH", "/did_reservations/1"),
        ("PATCH", "/countries/1"),
        ("DELETE", "/orders"),
        ("GET", "/countries/1/2/3/4"),
        ("GET", "/stock_keeping_units"),
    ],
)
def test_unknown_paths_and_methods_are_404_never_405(method: str, path: str, account: Account) -> None:
    """In the provider's envelope, so that a client can always read `errors`; the words are not known."""
    answer = account.send(method, path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/vnd.api+json"
    (error,) = answer.body["errors"]
    assert (error["code"], error["status"]) == ("404", "404")
    assert answer.headers["x-mock-evidence"].startswith("assumed;")


def test_every_operation_of_the_newest_version_is_in_the_table() -> None:
    newest = of_version(VERSIONS[-1]).operations
    assert list(newest) == [row["name"] for row in read("operations.yaml")["operations"]]
