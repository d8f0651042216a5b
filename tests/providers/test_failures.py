"""What goes wrong outside an operation comes out in the provider's own envelope, at each of the three."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mockserver.providers.didww.rows import Balance
from tests.support import Server, body_of, state_of

JSON_API = "application/vnd.api+json"
CODES = json.loads((Path(__file__).parents[2] / "contracts/idt/errors.json").read_text())["codes"]
TITLES = {code["code"]: code["title"] for code in CODES}


@dataclass(frozen=True)
class Dialect:
    """One provider: its credentials, a write, and how its errors look (`contracts/`)."""

    name: str
    headers: dict[str, str]
    write: str
    body: str
    unknown: str
    type: str

    def error(self, status: int, code: str, text: str, title: str = "") -> Any:
        """One error in this dialect; DIDWW repeats its text as the title where no other is given."""
        if self.name == "didww":
            title = text if status == 500 else title
            return {"errors": [{"title": title, "detail": text, "code": code, "status": str(status)}]}
        text = text.capitalize()
        if self.name == "didlogic":
            return {"error": text}
        return {"status": status, "errors": [{"code": int(code), "title": title, "detail": text}]}


DIDWW = Dialect(
    "didww",
    {"Api-Key": "demo-didww-key", "Content-Type": JSON_API},
    "/didww/v3/orders",
    '{"data": {"type": "orders", "attributes": {"items": [{"type": "did_order_items", "attributes": '
    '{"sku_id": "acc46374-0b34-4912-9f67-8340339db1e5", "qty": 1}}]}}}',
    "/didww/v3/nothing",
    JSON_API,
)
IDT = Dialect(
    "idt",
    {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"},
    "/idt/v1/dids/orders",
    '{"order_items": [{"did_group_id": 16847, "quantity": 3}]}',
    "/idt/v1/dids/nothing",
    "application/json",
)
DIDLOGIC = Dialect(
    "didlogic",
    {"Authorization": "Bearer demo-didlogic-token", "Content-Type": "application/json"},
    "/didlogic/v2/numbers/purchase",
    '{"did_numbers": ["17806999999"]}',
    "/didlogic/v2/nothing",
    "application/json; charset=utf-8",
)
ALL = pytest.mark.parametrize("dialect", [DIDWW, IDT, DIDLOGIC], ids=lambda dialect: dialect.name)


def without_ids(content: Any) -> Any:
    """IDT's errors without what differs each time."""
    return {name: value for name, value in content.items() if name != "api_request_id"}


@ALL
def test_a_defect_is_the_providers_500_with_the_traceback_in_our_log_only(
    server: Server, dialect: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    world = server.world()
    if dialect is DIDWW:
        world.table(Balance).remove(next(iter(world.table(Balance))).key)
    else:
        world.options[dialect.name].clear()
    world.commit()  # an account that no code of ours expects
    before = state_of(world)
    with caplog.at_level(logging.ERROR, "mockserver"):
        answer = server.request("POST", dialect.write, headers=dialect.headers, body=dialect.body)
    assert answer.status == 500
    assert dict(answer.headers)["Content-Type"] == dialect.type
    assert "Traceback" in caplog.text
    assert b"Error:" not in answer.body and b"Traceback" not in answer.body
    assert without_ids(body_of(answer)) == dialect.error(
        500, "500" if dialect is DIDWW else "1000", "Internal Server Error", TITLES[1000]
    )
    assert state_of(world) == before
    world.reset()
    assert server.request("POST", dialect.write, headers=dialect.headers, body=dialect.body).status < 300


@ALL
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_unknown_path_is_the_providers_404(server: Server, dialect: Dialect, method: str) -> None:
    answer = server.request(method, dialect.unknown, headers=dialect.headers)
    assert answer.status == 404
    if dialect is IDT:  # the sentence is ours, the code and its title are the provider's
        (error,) = body_of(answer)["errors"]
        assert (error["code"], error["title"]) == (1003, TITLES[1003])
    else:
        text = f"The record identified by {dialect.unknown.removeprefix('/didww')} could not be found."
        expected = dialect.error(404, "404", text if dialect is DIDWW else "Not found", "Record not found")
        assert body_of(answer) == expected


@ALL
def test_a_wrong_method_is_the_providers_404(server: Server, dialect: Dialect) -> None:
    before = state_of(server.world())
    answer = server.request("PUT", dialect.write, headers=dialect.headers, body=dialect.body)
    assert answer.status == 404
    assert dict(answer.headers)["Content-Type"] == dialect.type
    assert state_of(server.world()) == before


@ALL
@pytest.mark.parametrize("body", ['{"a": 1,}', "{", b"\xff\xfe", "[" * 1_000_000, '{"a": ' * 100_000])
def test_json_that_is_none_is_refused_in_the_envelope(
    server: Server, dialect: Dialect, body: str | bytes
) -> None:
    before = state_of(server.world())
    answer = server.request("POST", dialect.write, headers=dialect.headers, body=body)
    assert answer.status == {"didww": 400, "idt": 422, "didlogic": 400}[dialect.name]
    assert ("errors" in body_of(answer)) is (dialect is not DIDLOGIC)
    assert state_of(server.world()) == before


@ALL
def test_a_body_over_the_limit_is_refused_in_the_envelope(server: Server, dialect: Dialect) -> None:
    before = state_of(server.world())
    path, headers = dialect.write, {name.lower(): value for name, value in dialect.headers.items()}
    answer = server.gateway.handle("POST", path, "", {"host": "h", **headers}, None)
    assert answer.status == 413
    assert dict(answer.headers)["Content-Type"] == dialect.type
    assert state_of(server.world()) == before


@ALL
def test_every_answer_says_what_it_is(server: Server, dialect: Dialect) -> None:
    for answer in (
        server.request("POST", dialect.write, headers=dialect.headers, body=dialect.body),
        server.request("GET", dialect.unknown, headers=dialect.headers),
        server.request("GET", dialect.write),
    ):
        headers = dict(answer.headers)
        assert headers["X-Mock"]
        level, _, claim = headers["X-Mock-Evidence"].partition("; claim=")
        assert level in ("recorded", "documented", "client", "assumed")
        assert claim.startswith(f"{dialect.name}.")
