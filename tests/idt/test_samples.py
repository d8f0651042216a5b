"""What the provider's own code samples send (contract: operations.yaml, sample_code_quirks)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.idt.support import CONTRACTS, HEADERS, Idt, contract
from tests.support import body_of

ORDER = (CONTRACTS / "examples" / "create_order.request.by_quantity.json").read_bytes()


@pytest.mark.parametrize(
    "content_type", [None, "application/json; charset=utf-8", "text/plain;charset=UTF-8", "x", ""]
)
def test_body_is_read_as_json_whatever_the_content_type(idt: Idt, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    assert idt.call("POST", "/orders", headers=headers, body=ORDER).status == 200


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (rb'{"name":"Trunk Group \#1"}', "Trunk Group #1"),
        (rb'{"name":"a\\#\"b\u00e9\n\'"}', "a\\#\"bé\n'"),
        (rb'{"name":"back\\slash"}', "back\\slash"),
    ],
)
def test_escapes_that_json_does_not_know_lose_their_backslash(idt: Idt, body: bytes, name: str) -> None:
    response = idt.call("POST", "/trunk_groups", body=body)
    assert (response.status, body_of(response)["trunk_group"]["name"]) == (200, name)


@pytest.mark.parametrize("target", ["/numbers/17078675309", "/trunk_groups/268476"])
def test_delete_with_an_empty_body_of_text_is_accepted(idt: Idt, target: str) -> None:
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": "0"}
    assert idt.call("DELETE", target, headers=headers).status in (200, 204)


def test_get_with_a_body_is_accepted(idt: Idt) -> None:
    assert idt.call("GET", "/orders", body=b"x", headers={"accept": "text/html"}).status == 200


def test_chunked_body_is_accepted(idt: Idt) -> None:
    parts = [ORDER[:10], ORDER[10:11], b"", ORDER[11:]]
    messages = [
        {"type": "http.request", "body": part, "more_body": index < len(parts) - 1}
        for index, part in enumerate(parts)
    ]
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/idt/v1/dids/orders",
        "query_string": b"",
        "headers": [*headers, (b"transfer-encoding", b"chunked")],
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(idt.server.gateway(scope, receive, send))
    assert (sent[0]["status"], messages) == (200, [])
    assert b'"status":"Created"' in sent[1]["body"]


def samples() -> list[tuple[str, str, bytes, int]]:
    """Method, path and query, body and documented status of every sample request, in the documented order."""
    operations = contract("operations.json")["operations"]
    by_title = {operation["title"]: operation for operation in operations.values()}
    found = []
    for entry in contract("examples/index.json"):
        if entry["kind"] == "request":
            file = entry["file"]
            body = (CONTRACTS / "examples" / file).read_bytes() if file else b""
            target = entry["sample_url"].removeprefix("https://api.idtexpress.com/v1/dids")
            (status,) = by_title[entry["operation"]]["responses"]
            found.append((entry["method"], target, body, int(status)))
    return found


@pytest.mark.parametrize(("method", "target", "body", "status"), samples())
def test_every_sample_works_against_the_seed_as_it_stands(
    idt: Idt, method: str, target: str, body: bytes, status: int
) -> None:
    if target.endswith("/cnam") and method == "DELETE":  # needs a name to take away
        idt.call("POST", target, json={"name": "Jenny"})
        idt.pass_time(30)
    response = idt.call(method, target, body=body)
    assert response.status == status, response.body
