"""One account at didlogic as a client sees it, and what the sandbox holds behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from mockserver.core.messages import Response
from mockserver.core.world import World
from tests.didlogic import described
from tests.support import NOON, Server, body_of

CONTRACTS = Path(__file__).parents[2] / "contracts" / "didlogic"
TOKEN = "demo-didlogic-token"
BEARER = {"authorization": f"Bearer {TOKEN}"}
FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"
BOUNDARY = "----frontier"

Fields = Mapping[str, str | Sequence[str]]


@cache
def contract(name: str) -> Any:
    """A table or example of `contracts/didlogic`."""
    return orjson.loads((CONTRACTS / name).read_bytes())


@cache
def operations() -> list[dict[str, Any]]:
    """Every operation of both tables, each with its `version`."""
    return [
        {**row, "version": version}
        for version in ("v1", "v2")
        for row in contract(f"{version}/operations.json")
    ]


def example(name: str) -> Any:
    return contract(f"examples/{name}")


def pairs(fields: Fields) -> list[tuple[str, str]]:
    """Bracketed keys with one value or several, in order."""
    return [
        (name, value)
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def form(fields: Fields) -> bytes:
    return urlencode(pairs(fields)).encode()


def multipart(fields: Fields) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs(fields)
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


class Account:
    """Requests with the demo token to the default sandbox of a server of its own.

    Every answer is held against the OpenAPI documents.
    """

    def __init__(self, server: Server | None = None) -> None:
        self.server = server or Server()
        self.world: World = self.server.world()
        self.ledger = self.world.ledger("didlogic")
        self.stock = self.world.stock("didlogic")

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] = BEARER,
    ) -> Response:
        sent = dict(headers)
        if content_type is not None:
            sent["content-type"] = content_type
        response = self.server.request(method, f"/didlogic{path}", headers=sent, body=body)
        described.check(path, response)
        return response

    def get(self, path: str, **query: str) -> Any:
        """The JSON of a page that must be there."""
        response = self.send("GET", path + (f"?{urlencode(query, quote_via=quote)}" if query else ""))
        assert response.status == 200, response.body
        assert response.headers[0] == ("Content-Type", JSON)
        return body_of(response)

    def buy(self, *numbers: str | int, path: str = "/v2/numbers/purchase") -> Any:
        """Buy numbers by a form; the content of `purchase`."""
        response = self.send("POST", path, form({"did_numbers[]": [str(number) for number in numbers]}), FORM)
        assert response.status == 200, response.body
        return body_of(response)["purchase"]

    def remove(self, *numbers: str | int) -> Response:
        fields = {"did_numbers[]": [str(number) for number in numbers]}
        return self.send("DELETE", "/v2/numbers/purchase", form(fields), FORM)

    def csv(self, query: str = "start_date=2020-01-01") -> list[list[str]]:
        """The rows of the transactions, without the header."""
        response = self.send("GET", f"/v1/transactions?{query}")
        assert response.status == 200, response.body
        return [line.split(",") for line in response.body.decode().splitlines()[1:]]

    def state(self) -> Any:
        """Everything a request may change, to be compared."""
        gone = {key: places for key, places in self.stock.gone().items() if places}
        tables = {name: dict(table.rows) for name, table in self.world.tables().items() if len(table)}
        return tables, gone, list(self.ledger.lines), self.ledger.balance, self.world.scheduler.agenda()

    def check_books(self) -> None:
        """Balance, ledger and the last row of the CSV agree, and every row adds up."""
        total = self.ledger.opening + sum((line.amount for line in self.ledger.lines), Decimal(0))
        assert self.ledger.balance == total
        balance = Decimal(0)
        for row in self.csv():
            amount, after = (Decimal(cell.removeprefix("$")) for cell in row[4:6])
            balance += amount
            assert after == balance
        assert balance == self.ledger.balance
        shown = self.get("/v1/balance")["balance"]
        assert abs(Decimal(str(shown)) - self.ledger.balance) <= Decimal("0.005")  # two decimals of four

    def country(self, iso: str) -> int:
        countries = self.get("/v2/numbers/countries")["countries"]
        return int(next(row["id"] for row in countries if row["short_name"] == iso))

    def city(self, iso: str, name: str) -> dict[str, Any]:
        cities = self.get(f"/v2/numbers/countries/{self.country(iso)}/cities")["cities"]
        found: dict[str, Any] = next(row for row in cities if row["name"] == name)
        return found

    def on_sale(self, iso: str, name: str) -> list[dict[str, Any]]:
        """The numbers of a city as the shop shows them."""
        path = f"/v2/numbers/countries/{self.country(iso)}/cities/{self.city(iso, name)['id']}/dids"
        found: list[dict[str, Any]] = self.get(path, per_page="1000")["dids"]["dids"]
        return found


def restarted(server: Server) -> Account:
    """The default sandbox of a server, back to the seed."""
    world = server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    return Account(server)
