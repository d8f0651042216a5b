"""Every documented operation is either served or says that it is not; nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.contract import read

NOBODY = "00000000-0000-4000-8000-000000000000"


def cases() -> list[Any]:
    return [pytest.param(row, id=row["name"]) for row in read("operations.yaml")["operations"]]


@pytest.mark.parametrize("operation", cases())
def test_operation_is_served(operation: dict[str, str], account: Account) -> None:
    path = operation["path"].replace("{id}", NOBODY)
    named = {"id": NOBODY} if operation["method"] == "PATCH" else {}
    body = {"data": {"type": path.split("/")[1], **named}}
    has_body = operation["method"] in ("POST", "PATCH")
    answer = account.send(operation["method"], path, json=body if has_body else None)
    assert answer.status != 501, answer.raw
    if NOBODY in path:
        assert answer.status == 404
        assert answer.body["errors"][0]["code"] == "404"
    elif operation["method"] == "GET":
        assert answer.status == 200


@pytest.mark.parametrize("operation", cases())
def test_operation_needs_a_key(operation: dict[str, str], account: Account) -> None:
    """All but the public keys (documented)."""
    path = operation["path"].replace("{id}", NOBODY)
    answer = account.send(operation["method"], path, headers={"api-key": None})
    if path == "/public_keys":
        assert answer.status == 200
    else:
        assert answer.status == 401


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
