"""Every sample of the reference over a socket, in the bytes that each of the ten languages sends."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from mockserver.core.messages import HeaderBlock, Response
from tests.idt.contract import contract
from tests.idt.languages import LANGUAGES, Language, content, head
from tests.idt.openapi import deviations
from tests.idt.situations import OPERATIONS, SAMPLES
from tests.support import Server
from tests.support_http import running


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(Server(max_sandboxes=len(LANGUAGES) * len(SAMPLES) + 10)) as address:
        yield address


def exchange(connection: socket.socket, request: bytes, pieces: list[bytes], *, wait: bool) -> Answer:
    """Send a head and its body, read the answer. With `wait` the body is only sent after 100 Continue."""
    reading = connection.makefile("rb")
    connection.sendall(request)
    if wait and pieces:
        assert reading.readline() == b"HTTP/1.1 100 Continue\r\n"
        while reading.readline() != b"\r\n":
            pass
    for piece in pieces:
        connection.sendall(piece)
    status = int(reading.readline().split()[1])
    headers: dict[str, str] = {}
    while (line := reading.readline()) != b"\r\n":
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = reading.read(int(headers.get("content-length", "0")))
    return Answer(status, headers, body)


def credentials(sandbox: str) -> dict[str, str]:
    return {"x-api-key": f"sandbox-{sandbox}", "x-api-secret": f"secret-{sandbox}"}


def control(address: str, sandbox: str, path: str) -> None:
    data = json.dumps({}).encode()
    request = Request(
        f"{address}/_mock/sandboxes/{sandbox}{path}", data, {"content-type": "application/json"}
    )
    with urlopen(request) as answer:
        assert answer.status == 200


def send(address: str, language: Language, sandbox: str, method: str, target: str, body: bytes) -> Answer:
    """One request of a client, on a connection of its own."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        request = head(language, method, f"/idt/v1/dids{target}", parts.netloc, credentials(sandbox), body)
        return exchange(connection, request, content(language, body), wait=language.expects)


CASES = [
    (name, index)
    for name, language in LANGUAGES.items()
    for index, sample in enumerate(SAMPLES)
    if OPERATIONS[sample.operation]["method"] not in language.unsent
]


@pytest.mark.parametrize(
    ("name", "index"), CASES, ids=[f"{name}-{SAMPLES[index].operation}-{index}" for name, index in CASES]
)
def test_sample_is_answered_as_documented(address: str, name: str, index: int) -> None:
    sample, language, sandbox = SAMPLES[index], LANGUAGES[name], f"{name}-{index}"
    operation = OPERATIONS[sample.operation]
    if sample.operation == "delete_cnam":  # there must be a name to take away
        send(address, language, sandbox, "POST", sample.target, b'{"name": "Jenny"}')
        control(address, sandbox, "/transitions/idt.cnam/17078675309/fire")
    answer = send(
        address, language, sandbox, operation["method"], sample.target, language.written(sample.body)
    )
    (documented,) = operation["responses"]
    assert answer.status == int(documented), answer.body
    shown = [("Content-Type", answer.headers["content-type"])] if "content-type" in answer.headers else []
    response = Response(answer.status, answer.body, HeaderBlock(*shown))
    assert deviations(operation["method"], f"/v1/dids{sample.target.partition('?')[0]}", response) == []
    assert ("content-length" in answer.headers) == (answer.status != 204)
    assert "content-encoding" not in answer.headers  # whatever a client would take


def test_every_language_of_the_reference_is_here() -> None:
    quirks = {row["lang"].lower() for row in contract("operations.json")["sample_code_quirks"]} - {"all"}
    assert {quirk.removesuffix(".js") for quirk in quirks} <= set(LANGUAGES)
    assert len(LANGUAGES) == 10


@pytest.mark.parametrize("name", LANGUAGES)
def test_requests_share_a_connection(address: str, name: str) -> None:
    """A body, then none, then a body again: nothing of one request is taken for the next."""
    language = LANGUAGES[name]
    parts = urlsplit(address)
    order = {"order_items": [{"did_group_id": 16847, "quantity": 1}], "preview": True}
    body = json.dumps(order).encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        for method, target, sent in [
            ("POST", "/orders", body),
            ("DELETE", "/trunk_groups/1", b""),
            ("POST", "/orders", body),
            ("GET", "/orders/1", b""),
        ]:
            keeping = language._replace(
                headers=tuple(one for one in language.headers if one[0] != "Connection")
            )
            request = head(
                keeping, method, f"/idt/v1/dids{target}", parts.netloc, credentials("shared"), sent
            )
            answer = exchange(connection, request, content(keeping, sent), wait=language.expects)
            assert answer.status == (200 if sent else 404)
            shown: Any = json.loads(answer.body)
            assert "order" in shown if sent else shown["status"] == 404


RAW = {
    "chunk sizes with extensions and trailers": (
        b'Transfer-Encoding: chunked\r\n\r\n8;x=y\r\n{"name":\r\n5\r\n "x"}\r\n0\r\nX-Trailer: 1\r\n\r\n',
        200,
    ),
    "chunks of one byte": (
        b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"name": "y"}')
        + b"0\r\n\r\n",
        200,
    ),
    "chunked without anything in it": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 422),
    "no content type": (b'Content-Length: 13\r\n\r\n{"name": "z"}', 200),
    "no body and no length": (b"\r\n", 422),
    "empty content type": (b'Content-Type:\r\nContent-Length: 13\r\n\r\n{"name": "w"}', 200),
}


@pytest.mark.parametrize("case", RAW)
def test_body_is_read_however_it_is_framed(address: str, case: str) -> None:
    rest, status = RAW[case]
    parts = urlsplit(address)
    own = "".join(f"{name}: {value}\r\n" for name, value in credentials("raw").items())
    lines = f"POST /idt/v1/dids/trunk_groups HTTP/1.1\r\nHost: {parts.netloc}\r\n{own}".encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        answer = exchange(connection, lines + rest, [], wait=False)
    assert answer.status == status
    if status == 422:
        assert json.loads(answer.body)["errors"][0]["code"] == 1000
