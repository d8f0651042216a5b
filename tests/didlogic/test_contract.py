"""Every operation and every refusal of the contract tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockserver.core.faults import Effect, Fault
from mockserver.core.limits import Limit
from mockserver.providers.didlogic import Didlogic
from mockserver.providers.didlogic.routes import OPERATIONS
from tests.didlogic.account import BEARER, JSON, TOKEN, Account, contract, operations
from tests.support import Server, body_of

TABLE = operations()
REFUSALS = {row["claim"]: row for row in contract("errors.json")}
CALLS = [
    pytest.param(row, method, path, id=f"{method} {path}")
    for row in TABLE
    for method in [row["method"], *row["also_methods"]]
    for path in [row["path"], *row["alias_paths"]]
]


def refusal(claim: str) -> tuple[int, Any, str]:
    row = REFUSALS[claim]
    return row["status"], row["body"], f"{row['level']}; claim=didlogic.error.{claim}"


def answer(response: Any) -> tuple[int, Any, str]:
    assert response.headers[0] == ("Content-Type", JSON)
    return response.status, body_of(response), str(response.evidence)


def test_operations_are_those_of_the_contract() -> None:
    wanted = {
        (row["id"], method, path)
        for row in TABLE
        for method in [row["method"], *row["also_methods"]]
        for path in [row["path"], *row["alias_paths"]]
    }
    served = {(route.operation, route.method, _plain(route.path)) for route in Didlogic(key="key").routes()}
    # The removal and the cities of a region are offered in both families.
    assert served == {(name, method, _plain(path)) for name, method, path in wanted}


def _plain(path: str) -> str:
    """A path whatever its parts are called."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def test_operations_claim_what_the_contract_knows() -> None:
    rows = {row["id"]: row for row in TABLE}
    for operation in OPERATIONS:
        row = rows[operation.id]
        level = "assumed" if row["confidence"] == "guess" else row["evidence"]
        assert operation.level == level, operation.id
        if operation.handler is not None:
            named = {one["name"] for one in row["parameters"] if one["in"] == "query"}
            assert named - {"features"} <= operation.accepts, operation.id


@pytest.mark.parametrize(("row", "method", "path"), CALLS)
def test_operation_refuses_when_the_token_is_wrong(
    account: Account, row: Any, method: str, path: str
) -> None:
    claim = f"wrong_token.{row['version']}"
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": TOKEN},
        {"authorization": "Bearer "},
    ):
        assert answer(account.send(method, path, headers=headers)) == refusal(claim)


@pytest.mark.parametrize(("row", "method", "path"), CALLS)
def test_operation_answers_or_says_that_it_is_not_built(
    account: Account, row: Any, method: str, path: str
) -> None:
    response = account.send(method, path)
    assert response.operation == row["id"]
    built = {operation.id for operation in OPERATIONS if operation.handler is not None}
    if row["id"] in built:
        assert response.status in (200, 404, 422)
        assert not response.unimplemented
    else:
        assert answer(response) == refusal("unimplemented")
        assert response.unimplemented == f"didlogic.{row['id']}"


@pytest.mark.parametrize("place", ["query", "json", "form", "multipart"], ids=lambda place: f"in the {place}")
def test_legacy_key_opens_the_account(account: Account, place: str) -> None:
    bodies = {
        "json": (b'{"apiid": "%s"}' % TOKEN.encode(), "application/json"),
        "form": (f"apiid={TOKEN}".encode(), "application/x-www-form-urlencoded"),
        "multipart": (
            f'--b\r\nContent-Disposition: form-data; name="apiid"\r\n\r\n{TOKEN}\r\n--b--\r\n'.encode(),
            "multipart/form-data; boundary=b",
        ),
    }
    if place == "query":
        response = account.send("GET", f"/v1/balance?apiid={TOKEN}", headers={})
        assert (response.status, list(response.ignored)) == (200, [])
        return
    body, content_type = bodies[place]
    response = account.send("POST", "/v2/numbers/purchase", body, content_type, headers={})
    assert (response.status, body_of(response)) == (422, {"errors": {"did_numbers": ["can't be blank"]}})


def test_bearer_wins_when_a_legacy_key_is_there_too(account: Account) -> None:
    response = account.send("GET", f"/v1/balance?apiid={TOKEN}", headers={"authorization": "Bearer no"})
    assert answer(response) == refusal("wrong_token.v1")


@pytest.mark.parametrize(
    "body", [b'{"apiid": ', b"apiid=%ff", b'{"apiid": 5}', b'{"apiid": ["x"]}', b'["apiid"]']
)
def test_legacy_key_that_cannot_be_read_opens_nothing(account: Account, body: bytes) -> None:
    for content_type in (
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        None,
    ):
        response = account.send("POST", "/v2/numbers/purchase", body, content_type, headers={})
        assert answer(response) == refusal("wrong_token.v2")


def test_sandboxes_open_by_token_and_share_nothing(account: Account) -> None:
    provider = account.server.gateway.providers["didlogic"]
    assert provider.credentials("default") == BEARER
    own = provider.credentials("NAME")
    assert own == {"authorization": "Bearer sandbox-NAME"}
    account.buy("17806999999")
    assert account.server.request("GET", "/didlogic/v1/balance", headers=own).body == b'{"balance":35.22}'
    assert account.get("/v1/balance") == {"balance": 33.22}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v3/balance"),
        ("GET", "/v1/nothing"),
        ("GET", "/v2/numbers/search/more"),
        ("POST", "/v1/balance"),
        ("PUT", "/v2/numbers/purchase"),
        ("OPTIONS", "/v1/balance"),
        ("GET", "/v1/%2e%2e/balance"),
        ("GET", "/v1/%ff%00"),
    ],
)
def test_unknown_path_or_method_is_not_found(account: Account, method: str, path: str) -> None:
    assert answer(account.send(method, path)) == refusal("not_found")


def test_refused_shop_when_buying_is_switched_off(account: Account) -> None:
    account.world.options["didlogic"]["purchase_api"] = False
    before = account.state()
    for row in TABLE:
        # Not asked for: whether the shop's inventory list is gated, too.
        if row["path"].startswith(("/v2/numbers/", "/v2/buy/")):
            response = account.send(row["method"], row["path"], b"did_numbers=17806999999")
            assert answer(response) == refusal("forbidden")
    assert account.get("/v2/numbers")["dids"]
    assert account.get("/v1/purchases")["purchases"]
    assert account.state() == before


def test_order_of_checks_when_everything_is_wrong(account: Account) -> None:
    """Credentials, operation, permission, body: the first that fails answers."""
    account.world.options["didlogic"]["purchase_api"] = False
    bad = (b"{,}", "application/json")
    assert answer(account.send("POST", "/v2/numbers/purchases", *bad, headers={})) == refusal(
        "wrong_token.v2"
    )
    assert answer(account.send("POST", "/v2/numbers/purchases", *bad)) == refusal("not_found")
    assert answer(account.send("POST", "/v2/numbers/purchase", *bad)) == refusal("forbidden")
    account.world.options["didlogic"]["purchase_api"] = True
    assert account.send("POST", "/v2/numbers/purchase", *bad).status == 400


def test_throttled_when_a_limit_is_set(account: Account) -> None:
    account.world.set_limit("didlogic", Limit(1, 60))
    assert account.send("GET", "/v1/balance").status == 200
    response = account.send("GET", "/v2/numbers")
    assert answer(response) == refusal("throttled")
    assert ("Retry-After", "60") in response.headers


def test_body_over_the_limit_is_too_large() -> None:
    account = Account(Server(max_body_bytes=100))
    gateway = account.server.gateway
    known = gateway.handle("POST", "/didlogic/v2/numbers/purchase", "", dict(BEARER), None)
    assert answer(known) == refusal("too_large")
    unknown = gateway.handle("POST", "/didlogic/v2/numbers/purchase", "", {}, None)
    assert answer(unknown) == refusal("wrong_token.v2")


def test_failures_of_the_server_wear_the_same_envelope(account: Account) -> None:
    account.world.options["didlogic"].clear()  # an account that no code of ours expects
    account.world.commit()
    assert answer(account.send("GET", "/v2/documents")) == refusal("crashed")
    full = Server(max_sandboxes=1)
    full.world()
    stranger = {"authorization": "Bearer sandbox-a"}
    assert answer(full.request("GET", "/didlogic/v1/balance", headers=stranger)) == refusal("unavailable")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "Bad Request"), (418, "I'm a Teapot"), (502, "Bad Gateway"), (599, "Status 599")],
)
def test_failure_of_any_status_wears_the_same_envelope(account: Account, status: int, reason: str) -> None:
    account.world.faults.put(Fault("one", Effect(status=status)))
    response = account.server.request("GET", "/didlogic/v1/balance", headers=dict(BEARER))
    assert answer(response) == (status, {"error": reason}, "assumed; claim=didlogic.error.injected")
    assert response.operation == "get_balance"


def test_operation_that_is_not_emulated_says_so(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = replace(next(one for one in OPERATIONS if one.id == "get_balance"), handler=None)
    provider = account.server.gateway.providers["didlogic"]
    monkeypatch.setattr(provider, "_route", lambda request: (operation, (), "", 1))
    response = account.send("GET", "/v1/balance")
    assert answer(response) == refusal("unimplemented")
    assert (response.operation, response.unimplemented) == ("get_balance", "didlogic.get_balance")


@pytest.mark.parametrize(
    "host", ["api.didlogic.com", "app.didlogic.com", "didlogic.com", "API.didlogic.com:443"]
)
def test_own_hosts_need_no_prefix(account: Account, host: str) -> None:
    for path in ("/v1/balance", "/api/v1/balance.json"):
        response = account.server.gateway.handle("GET", path, "", {"host": host, **BEARER}, b"")
        assert (response.status, response.body) == (200, b'{"balance":35.22}')


def test_query_with_a_key_is_read_anew_each_time(account: Account) -> None:
    """Queries are kept to be read once, but never one that holds a key."""
    account.send("GET", f"/v2/numbers/search?begins_with=1&apiid={TOKEN}", headers={})
    account.send("GET", "/v2/numbers/search?begins_with=1")
    provider = account.server.gateway.providers["didlogic"]
    assert isinstance(provider, Didlogic)
    assert not [query for query in provider._parsed if TOKEN in query]
    for number in range(1000):
        account.send("GET", f"/v1/balance?page={number}")
    assert len(provider._parsed) <= 256
