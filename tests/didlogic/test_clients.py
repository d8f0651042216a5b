"""What public clients send, as they send it: old scripts with their legacy key, and today's integrations.

Each story is one client of the reference: its way to authenticate, its paths, its bodies, its reading of the
answers. Values stand for what it would have found on the way.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from mockserver.core.messages import Response
from tests.didlogic.account import BEARER, BOUNDARY, FORM, TOKEN, Account, example, form, multipart
from tests.support import body_of

SEEDED = "18565999999"
JSON = "application/json"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def ok(response: Response) -> Any:
    assert response.status == 200, response.body
    return body_of(response)


# --- with the legacy key -------------------------------------------------------------------------


class Php:
    """The PHP client: `apiid` in the query of GET and DELETE, in the JSON of POST and PUT; `.json` paths."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __call__(self, method: str, path: str, **parameters: Any) -> Any:
        parameters = {"apiid": TOKEN, **parameters}
        path = f"/api{path}.json"
        if method in ("GET", "DELETE"):
            return ok(self._account.send(method, f"{path}?{urlencode(parameters)}", headers={}))
        return ok(self._account.send(method, path, orjson.dumps(parameters), JSON, headers={}))


@pytest.fixture
def php(account: Account) -> Php:
    return Php(account)


def test_php_client_runs_its_sip_accounts(php: Php) -> None:
    made = php("POST", "/v1/sipaccounts", sipaccount={"password": "long enough", "label": "Shop floor"})
    name = made["sipaccount"]["name"]
    assert name in [row["name"] for row in php("GET", "/v1/sipaccounts")["sipaccounts"]]
    changed = php("PUT", f"/v1/sipaccounts/{name}", sipaccount={"callerid": "17254999999"})
    assert changed["sipaccount"] == {**made["sipaccount"], "callerid": "17254999999"}
    assert php("POST", f"/v1/sipaccounts/{name}/allowed_ips", ip="88.99.12.33") == {
        "allowed_ips": ["88.99.12.33"]
    }
    assert php("DELETE", f"/v1/sipaccounts/{name}/allowed_ips", ip="88.99.12.33") == {"allowed_ips": []}
    php("DELETE", f"/v1/sipaccounts/{name}")
    assert name not in [row["name"] for row in php("GET", "/v1/sipaccounts")["sipaccounts"]]


def test_php_client_routes_a_number(php: Php) -> None:
    path = f"/v1/purchases/{SEEDED}/destinations"
    made = php("POST", path, destination={"destination": "12345", "transport": 5, "active": 1, "callhunt": 0})
    found = made["did_destination"]
    changed = php("PUT", f"{path}/{found['id']}", destination={"active": False, "destination": "54321"})
    assert changed == {"did_destination": {**found, "active": False}}
    php("DELETE", f"{path}/{found['id']}")
    assert found["id"] not in [row["id"] for row in php("GET", path)["destination"]]


def test_php_client_searches_the_older_shop(php: Php) -> None:
    filters = {"country_name_contains": "Canada", "city_name_contains": "Edmonton", "ends_width": "9999"}
    page = php("GET", "/v2/buy/search", **filters)["dids"]
    assert page["pagination"]["total"] == 1
    assert page["dids"][0]["number"] == "17806999999"
    countries = php("GET", "/v2/buy/countries", sms_enabled=1)["countries"]
    canada = next(row["id"] for row in countries if row["short_name"] == "CA")
    assert php("GET", f"/v2/buy/countries/{canada}/regions")["regions"][0]["short_name"] == "AB"
    bought = php("POST", "/v2/buy/purchase", did_numbers=["17806999999"])["purchase"]
    assert bought["purchases"][0]["number"] == "17806999999"


def test_script_of_a_billing_panel_sells_a_number_and_takes_it_back(account: Account) -> None:
    """A WHMCS-style module: the key in the query, forms, one number for one order, all of it on v1 and v2."""
    key = f"apiid={TOKEN}"

    def call(method: str, path: str, **fields: str) -> Any:
        body = form(fields) if fields else None
        return ok(account.send(method, f"/api{path}?{key}", body, FORM if fields else None, headers={}))

    assert call("GET", "/v1/balance.json") == {"balance": 35.22}
    offer = ok(account.send("GET", f"/api/v2/buy/search.json?{key}&begins_with=1780&per_page=1", headers={}))
    number = offer["dids"]["dids"][0]["number"]
    order = call("POST", "/v2/buy/purchase", did_numbers=number)["purchase"]
    assert order["errors"] == {}
    target = {
        "destination[destination]": "sip:100@pbx.example.com",
        "destination[transport]": "1",
        "destination[active]": "1",
    }
    call("POST", f"/v1/purchases/{number}/destinations", **target)
    assert call("GET", "/v1/purchases.json")["purchases"][0]["number"] == number
    statement = account.send("GET", f"/api/v1/transactions?{key}&type=month", headers={}).body.decode()
    assert f"Monthly fee for {number}" in statement
    removed = call("DELETE", "/v2/buy/purchase", did_numbers=number)
    assert [row["number"] for row in removed["dids"]] == [number]


# --- with a bearer token -------------------------------------------------------------------------


def test_multipart_client_buys_and_routes(account: Account) -> None:
    """WDF: multipart everywhere, `true` for yes, errors of single numbers read from an answer of 200."""

    def post(path: str, fields: dict[str, Any]) -> Any:
        return ok(account.send("POST", f"/api{path}", multipart(fields), MULTIPART))

    fields = example("purchase_numbers.request.by_number.json")
    (number,) = fields["did_numbers[]"]
    (record,) = post("/v2/numbers/purchase", fields)["purchase"]["purchases"]
    assert record["number"] == number
    again = post("/v2/numbers/purchase", fields)["purchase"]
    assert (again["purchases"], list(again["errors"])) == ([], [number])
    target = example("create_destination.request.sip_uri.json")
    made = post(f"/v1/purchases/{number}/destinations", target)["did_destination"]
    assert (made["destination"], made["transport"], made["active"]) == ("sip:USER@DOMAIN", 1, True)
    login = post("/v1/sipaccounts", example("create_sipaccount.request.with_limits.json"))["sipaccount"]
    assert (login["callerid"], login["channels_restrict"], login["max_channels"]) == ("27120190767", True, 5)
    assert "password" not in login


def test_client_buys_by_id_for_an_identity(account: Account) -> None:
    """WORKROUTE: cheapest of a country, ids of the search result, the primary identity, the purchase id."""
    query = urlencode(example("search_numbers.request.json"))
    found = ok(account.send("GET", f"/api/v2/numbers/search?{query}"))["dids"]["dids"]
    prices = [row["activation"] + row["monthly"] for row in found]
    assert prices == sorted(prices)
    identities = ok(account.send("GET", "/api/v2/identities"))["identities"]
    primary = next(row for row in identities if row["name"] == "Primary")
    wanted = example("purchase_numbers.request.by_id_with_identity.json")
    assert wanted["identities[][id]"] == [str(primary["id"])]
    bought = ok(account.send("POST", "/api/v2/numbers/purchase", form(wanted), FORM))["purchase"]["purchases"]
    assert [row["number"] for row in bought] == ["17806999999"]
    login = ok(
        account.send(
            "POST", "/api/v1/sipaccounts", form(example("create_sipaccount.request.minimal.json")), FORM
        )
    )["sipaccount"]["name"]
    target = form({"destination[destination]": login, "destination[transport]": "5"})
    path = f"/api/v1/purchases/{bought[0]['id']}/destinations"
    made = ok(account.send("POST", path, target, FORM))["did_destination"]
    by_number = ok(account.send("GET", "/api/v1/purchases/17806999999/destinations"))
    assert by_number == {"destination": [made]}


def test_client_gives_identities_as_json_texts(account: Account) -> None:
    """VOYCELL: multipart with one JSON text per identity, beside the numbers that it covers."""
    name = orjson.dumps({"identity": {"name": "New tenant"}})
    made = ok(account.send("POST", "/api/v2/identities", name, JSON))["identity"]
    fields = {
        "did_numbers[]": ["17806999999", "17805550100"],
        "identities[]": [orjson.dumps({"id": made["id"], "did_numbers": ["17806999999"]}).decode()],
    }
    bought = ok(account.send("POST", "/api/v2/numbers/purchase", multipart(fields), MULTIPART))["purchase"]
    assert [row["number"] for row in bought["purchases"]] == fields["did_numbers[]"]
    assert bought["errors"] == {}


def test_poller_of_call_records_reads_each_once(account: Account) -> None:
    """BILLING: incoming calls of some days, page by page; no ids, so it makes keys of its own."""
    query = {"type": "incoming", "from": "2024-01-01", "to": "2026-03-01", "missed": "0", "per_page": "2"}
    keys: list[tuple[object, ...]] = []
    page, pages = 1, 1
    while page <= pages:
        answer = ok(account.send("GET", f"/api/v1/calls?{urlencode({**query, 'page': page})}"))
        pages = answer["pagination"]["total_pages"]
        keys += [
            (row["timestamp"], row["from"], row["did_number"], row["duration"]) for row in answer["calls"]
        ]
        page += 1
    assert len(keys) == len(set(keys)) == answer["pagination"]["total_records"] > 0
    assert all(duration > 0 for *_, duration in keys)


def test_client_that_guesses_parameters_finds_nothing(account: Account) -> None:
    """EASYWEB, live: parameters that nobody knows give an empty page, not an error."""
    for query in ("country=US", "country_id=8669", "country_iso=US", "prefix=1"):
        page = ok(account.send("GET", f"/api/v2/numbers/search.json?{query}"))["dids"]
        assert page == {"pagination": {"total": 0, "total_pages": 0, "current_page": 1}, "dids": []}
    listed = ok(account.send("GET", "/api/v1/sms.json?page=1&per_page=20"))
    assert list(listed) == ["sms", "pagination"]


@pytest.mark.parametrize("host", ["https://app.didlogic.com/api", "https://didlogic.com/api"])
def test_client_finds_the_reason_of_a_refusal(account: Account, host: str) -> None:
    """Everybody reads `error`, then `message`, then `errors`."""
    headers = {**BEARER, "host": host.split("/")[2]}
    gateway = account.server.gateway

    def reason(method: str, path: str, body: bytes = b"") -> Any:
        response = gateway.handle(method, f"/api{path}", "", {**headers, "content-type": FORM}, body)
        assert response.status >= 400
        content = body_of(response)
        return content.get("error") or content.get("message") or content["errors"]

    assert reason("GET", "/v1/sipaccounts/00000") == "Not found"
    assert list(reason("POST", "/v1/sipaccounts", b"sipaccount[label]=x")) == ["password"]
    assert list(reason("POST", "/v2/numbers/purchase")) == ["did_numbers"]
