"""What an account may do: switches, limits, and the many ways to name a path, a key, a yes and a no."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.caller import Caller
from tests.didlogic.account import BEARER, FORM, JSON, TOKEN, Account, contract, operations, restarted
from tests.support import Server, body_of

REFUSALS = {row["claim"]: row for row in contract("errors.json")}
TABLE = operations()
SWITCHED = [row for row in TABLE if "feature" in row]
FEATURES = sorted({row["feature"] for row in SWITCHED})
CALLS = [
    pytest.param(row, method, path, id=f"{method} {path}")
    for row in TABLE
    for method in [row["method"], *row["also_methods"]]
    for path in [row["path"], *row["alias_paths"]]
]
# What stands in a path's {parts}: things of the seed.
PARTS = {
    "purchase_id": "18565999999",
    "name": "12345",
    "country_id": "8669",
    "region_id": "1",
    "city_id": "118557",
    "role": "frontside",
    "id": "6756",
}


def filled(path: str) -> str:
    """A path with its parts filled in."""
    return "/".join(PARTS[part[1:-1]] if part.startswith("{") else part for part in path.split("/"))


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.fixture
def own(caller: Caller) -> Account:
    return restarted(caller.server)


def test_features_of_the_contract_are_the_switches(own: Account) -> None:
    assert FEATURES == ["documents", "purchase_api", "sms_outbound"]
    assert {*FEATURES, "voice_stream"} <= set(own.world.options["didlogic"])


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_that_is_off_is_forbidden_and_nothing_else_is(
    caller: Caller, own: Account, feature: str
) -> None:
    reply = caller("PUT", "/options", {"didlogic": {feature: False}})
    assert reply.status == 200
    for row in TABLE:
        for path in [row["path"], *row["alias_paths"]]:
            before = own.state()
            response = own.send(row["method"], filled(path), b"did_numbers=17806999999", FORM)
            if row.get("feature") == feature:
                expected = REFUSALS["forbidden"]
                assert (response.status, body_of(response)) == (expected["status"], expected["body"]), path
                assert own.state() == before
            else:
                assert response.status != 403, path
    # Whoever has no token is told so first.
    row = next(row for row in SWITCHED if row["feature"] == feature)
    wrong = REFUSALS[f"wrong_token.{row['version']}"]
    response = own.send(row["method"], filled(row["path"]), headers={})
    assert (response.status, body_of(response)) == (wrong["status"], wrong["body"])


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_is_a_sandbox_s_own_and_comes_back(caller: Caller, own: Account, feature: str) -> None:
    row = next(row for row in SWITCHED if row["feature"] == feature)
    caller("PUT", "/options", {"didlogic": {feature: False}})
    other = caller.server.request(
        row["method"],
        "/didlogic" + filled(row["path"]),
        headers={"authorization": "Bearer sandbox-with-everything"},
    )
    assert other.status != 403
    caller("PUT", "/options", {"didlogic": {feature: True}})
    assert own.send(row["method"], filled(row["path"])).status != 403


def test_voice_stream_opens_streams_and_websocket_destinations(caller: Caller, own: Account) -> None:
    stream = b"a_type=stream&a=wss://example.com/voice&b=441172999998"
    websocket = b"destination[destination]=wss://example.com/voice"
    destinations = "/v1/purchases/18565999999/destinations"
    before = own.state()
    response = own.send("POST", "/v1/click2call", stream, FORM)
    assert (response.status, body_of(response)) == (422, {"error": "a_type_unsupported"})
    response = own.send("POST", destinations, websocket, FORM)
    assert (response.status, list(body_of(response)["errors"])) == (422, ["transport"])
    assert own.state() == before
    caller("PUT", "/options", {"didlogic": {"voice_stream": True}})
    assert own.send("POST", "/v1/click2call", stream, FORM).status == 200
    made = body_of(own.send("POST", destinations, websocket, FORM))["did_destination"]
    assert made["destination"] == "wss://example.com/voice"


def test_limit_set_through_the_control_api_throttles_both_versions(caller: Caller, own: Account) -> None:
    caller("PUT", "/limits", {"didlogic": {"requests": 2, "seconds": 30}})
    try:
        assert [own.send("GET", path).status for path in ("/v1/balance", "/v2/numbers")] == [200, 200]
        for path in ("/v1/balance", "/v2/numbers"):
            response = own.send("GET", path)
            assert (response.status, body_of(response)) == (429, REFUSALS["throttled"]["body"])
            assert ("Retry-After", "30") in response.headers
    finally:
        caller("PUT", "/limits", {"didlogic": None})
    assert own.send("GET", "/v1/balance").status == 200


# --- the ways to name a path ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared() -> Server:
    return Server()


@pytest.mark.parametrize(("row", "method", "path"), CALLS)
def test_path_has_many_names(shared: Server, row: Any, method: str, path: str) -> None:
    def answered(named: str, **headers: str) -> tuple[int, Any, bytes]:
        account = restarted(shared)
        response = account.send(
            method, named, b"did_numbers=17806999999&ip=10.0.0.1", FORM, {**BEARER, **headers}
        )
        return response.status, response.operation, response.body

    known = filled(path)
    expected = answered(known, accept="application/json")
    assert expected[1] == row["id"]
    for named in (f"/api{known}", f"{known}/", f"/api{known}/", f"/{known}", known.replace("/v", "//v", 1)):
        assert answered(named, accept="application/json") == expected, named
    for named in (f"{known}.json", f"/api{known}.json", f"{known}.json/"):
        assert answered(named) == expected, named


@pytest.mark.parametrize("path", [row["path"] for row in TABLE if row["method"] == "GET"])
def test_head_is_get_without_a_body(shared: Server, path: str) -> None:
    account = restarted(shared)
    got = account.send("GET", filled(path))
    account = restarted(shared)
    head = account.send("HEAD", filled(path))
    assert (head.status, head.headers, head.operation) == (got.status, got.headers, got.operation)


@pytest.mark.parametrize("path", ["/v1/purchases.csv", "/api/v1/purchases.csv", "/v1/transactions.csv"])
def test_csv_is_a_suffix_too(shared: Server, path: str) -> None:
    response = restarted(shared).send("GET", path, headers={**BEARER, "accept": "application/json"})
    assert response.status == 200
    assert response.headers[0] == ("Content-Type", "text/csv; charset=utf-8")


# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/v1/balance", {"authorization": f"Bearer {TOKEN}"}),
        ("/v1/balance", {"authorization": f"bearer {TOKEN}"}),
        (f"/v1/balance.json?apiid={TOKEN}", {}),
        (f"/v1/balance?api_token={TOKEN}", {}),
        (f"/v1/balance?apiid={TOKEN}", {"authorization": "Basic dXNlcjpwYXNz"}),
    ],
)
def test_key_opens_the_account_in_every_known_place(
    shared: Server, target: str, headers: dict[str, str]
) -> None:
    response = restarted(shared).send("GET", target, headers=headers)
    assert (response.status, response.body) == (200, b'{"balance":35.22}')


# --- yes and no ----------------------------------------------------------------------------------


@pytest.mark.parametrize("yes", ["1", "true", "True", "t", "yes", "on"])
def test_words_for_yes_are_one(shared: Server, yes: str) -> None:
    account = restarted(shared)
    narrowed = account.get("/v2/buy/countries", sms_enabled=yes)
    assert narrowed == account.get("/v2/buy/countries", sms_enabled="1")
    assert len(narrowed["countries"]) < len(account.get("/v2/buy/countries")["countries"])


@pytest.mark.parametrize("no", ["0", "false", "f", "no", "off", ""])
def test_words_for_no_are_one(shared: Server, no: str) -> None:
    account = restarted(shared)
    body = f"destination[destination]=12345&destination[active]={no}".encode()
    made = body_of(account.send("POST", "/v1/purchases/18565999999/destinations", body, FORM))
    assert made["did_destination"]["active"] is False


def test_switch_comes_as_json_too(shared: Server) -> None:
    account = restarted(shared)
    for given in (False, "0", 0, "false"):
        response = account.server.request(
            "POST",
            "/didlogic/v1/purchases/18565999999/destinations",
            headers={**BEARER, "content-type": "application/json"},
            json={"destination": {"destination": "12345", "active": given}},
        )
        assert response.headers[0] == ("Content-Type", JSON)
        assert body_of(response)["did_destination"]["active"] is False, given
