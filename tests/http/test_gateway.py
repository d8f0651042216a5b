"""The gateway with a provider of the test's own: selection, addresses, failures, undo, the journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any, ClassVar

import orjson
import pytest

from mockserver.core.limits import Limit
from mockserver.core.messages import Evidence, Request, Response
from mockserver.core.provider import Failure, KnownError, Provider, Route, key_of_sandbox, sandbox_of_key
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.stock import Shelves
from mockserver.core.tables import Row
from mockserver.core.world import AccountSeed, World
from mockserver.http.access_log import AccessLog
from mockserver.http.gateway import Gateway, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Note(Row):
    table: ClassVar[str] = "echo.notes"
    id: str


class Echo(Provider):
    """Answers with what it was asked; `/write/409` writes and refuses, `/crash` fails in the middle."""

    name = "echo"
    title = "Echo"
    prefix = "/echo"
    hosts = frozenset({"api.echo.example"})

    def seed(self) -> AccountSeed:
        return AccountSeed("echo", Decimal("5"), {}, Shelves([]), limit=Limit(3, 1))

    def sandbox_of(self, request: Request) -> str | None:
        if "break-in" in request.headers:
            raise RuntimeError("a defect")
        return sandbox_of_key(request.headers.get("api-key", ""), "demo")

    def respond(self, world: World | None, request: Request) -> Response:
        if world is None:
            return Response(401, b"refused")
        if request.segments[:1] == ("write",):
            world.table(Note).put(Note(request.segments[2]))
            return Response(int(request.segments[1]), b"", operation="write")
        if request.segments[:1] == ("crash",):
            world.ledger("echo").post(Decimal("-1"), "order")
            raise RuntimeError("a defect")
        content = {
            "method": request.method,
            "segments": request.segments,
            "query": request.query,
            "base_url": request.base_url,
            "length": len(request.body),
        }
        return Response(
            200,
            orjson.dumps(content),
            [("Content-Type", "application/json")],
            operation="echo",
            evidence=Evidence("documented", "echo.echo"),
            ignored=["a", "b\r\nX: y"] if "ignored" in request.query else (),
        )

    def takes_files(self, request: Request) -> bool:
        return request.segments[:1] == ("upload",)

    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        statuses = {"crashed": 500, "too_large": 413, "throttled": 429, "unavailable": 503}
        return Response(statuses[failure], failure.encode())

    def operation_of(self, request: Request) -> str:
        return "write" if request.segments[:1] == ("write",) else "echo"

    def faulted(self, status: int, error: str, world: World, request: Request) -> Response:
        return Response(status or 499, error.encode(), operation=self.operation_of(request))

    def errors(self) -> tuple[KnownError, ...]:
        return (KnownError("E1", 499, "First"),)

    def credentials(self, sandbox: str) -> dict[str, str]:
        return {"api-key": key_of_sandbox(sandbox, "demo")}

    def routes(self) -> tuple[Route, ...]:
        return ()

    def example(self, base_url: str) -> str:
        return f"curl {base_url}/hello -H 'api-key: demo'"


async def control(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b"control"})


def make(**options: Any) -> Gateway:
    provider = Echo()
    seeds = {"echo": provider.seed()}
    most = options.pop("most", 10)
    limits = options.pop("limits", False)
    sandboxes = Sandboxes(lambda name: World(name, seeds, rate_limits=limits), most)
    return Gateway([provider], sandboxes, control, version="9.9", **options)


@pytest.fixture
def gateway() -> Gateway:
    return make()


def ask(gateway: Gateway, path: str, method: str = "GET", query: str = "", **headers: str) -> Response:
    sent = {"host": "localhost:8080", "api-key": "demo"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return gateway.handle(method, path, query, sent, b"")


def test_a_provider_is_reached_by_its_prefix(gateway: Gateway) -> None:
    answer = ask(gateway, "/echo/v1/a%20b//c/", query="x=1")
    assert orjson.loads(answer.body) == {
        "method": "GET",
        "segments": ["v1", "a b", "c"],
        "query": "x=1",
        "base_url": "http://localhost:8080/echo",
        "length": 0,
    }
    assert answer.headers == [
        ("Content-Type", "application/json"),
        ("X-Mock", "9.9"),
        ("X-Mock-Evidence", "documented; claim=echo.echo"),
    ]


@pytest.mark.parametrize("host", ["api.echo.example", "API.Echo.Example:443"])
def test_a_provider_is_reached_by_its_own_host_name(gateway: Gateway, host: str) -> None:
    content = orjson.loads(ask(gateway, "/v1/x", host=host).body)
    assert (content["segments"], content["base_url"]) == (["v1", "x"], f"http://{host}")


def test_addresses_follow_the_proxy_the_caller_used(gateway: Gateway) -> None:
    answer = ask(gateway, "/echo/x", x_forwarded_host="mock.example.com, inner", x_forwarded_proto="https")
    assert orjson.loads(answer.body)["base_url"] == "https://mock.example.com/echo"
    answer = ask(gateway, "/echo/x", x_forwarded_proto="gopher")
    assert orjson.loads(answer.body)["base_url"] == "http://localhost:8080/echo"


def test_addresses_are_the_public_one_when_it_is_set() -> None:
    answer = ask(make(public_url="https://mock.example.com/base/"), "/echo/x")
    assert orjson.loads(answer.body)["base_url"] == "https://mock.example.com/base/echo"


@pytest.mark.parametrize("host", ["", 'a"b', "a b", "evil/../x"])
def test_a_host_header_that_is_no_host_is_not_repeated(gateway: Gateway, host: str) -> None:
    headers = {"host": host, "api-key": "demo"}
    answer = gateway.handle("GET", "/echo/x", "", headers, b"", server=("127.0.0.1", 8080))
    assert orjson.loads(answer.body)["base_url"] == "http://127.0.0.1:8080/echo"


@pytest.mark.parametrize("path", ["/nothing/here", "/echoes/x", "/ECHO/x"])
def test_an_unknown_path_is_told_what_there_is(gateway: Gateway, path: str) -> None:
    answer = ask(gateway, path)
    assert answer.status == 404
    assert orjson.loads(answer.body) == {
        "error": f"no provider is served at {path}",
        "server": "mockserver",
        "providers": {"echo": "http://localhost:8080/echo"},
        "control": "http://localhost:8080/_mock",
        "try": ["curl http://localhost:8080/echo/hello -H 'api-key: demo'"],
    }


def test_a_refused_request_changes_nothing(gateway: Gateway) -> None:
    world = gateway.sandboxes.open("default")
    assert ask(gateway, "/echo/write/409/a").status == 409
    assert len(world.table(Note)) == 0
    assert ask(gateway, "/echo/write/201/a").status == 201
    assert list(world.table(Note)) == [Note("a")]


def test_a_crash_is_answered_by_the_provider_and_undone(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "mockserver"):
        answer = ask(gateway, "/echo/crash")
    assert (answer.status, answer.body) == (500, b"crashed")
    assert "RuntimeError: a defect" in caplog.text
    world = gateway.sandboxes.open("default")
    assert (world.ledger("echo").balance, world.ledger("echo").lines) == (Decimal("5"), [])
    assert ask(gateway, "/echo/x").status == 200


def test_a_crash_over_credentials_is_answered_by_the_provider(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "mockserver"):
        answer = ask(gateway, "/echo/x", break_in="1")
    assert (answer.status, answer.body) == (500, b"crashed")
    assert "RuntimeError: a defect" in caplog.text


def test_keys_open_their_own_sandboxes(gateway: Gateway) -> None:
    ask(gateway, "/echo/write/201/a", api_key="sandbox-one")
    assert len(gateway.sandboxes.open("one").table(Note)) == 1
    assert len(gateway.sandboxes.open("default").table(Note)) == 0
    refused = ask(gateway, "/echo/x", api_key="a-live-key")
    assert (refused.status, refused.body) == (401, b"refused")
    (entry,) = gateway.sandboxes.open("default").journal
    assert (entry.status, "a-live-key" in repr(entry)) == (401, False)


def test_a_sandbox_that_cannot_be_opened_is_answered_by_the_provider() -> None:
    gateway = make(most=1)
    gateway.sandboxes.open("default")
    answer = ask(gateway, "/echo/x", api_key="sandbox-two")
    assert (answer.status, answer.body) == (503, b"unavailable")


def test_requests_over_the_limit_are_answered_by_the_provider() -> None:
    gateway = make(limits=True)
    gateway.sandboxes.open("default").clock.set(mode="frozen")
    assert [ask(gateway, "/echo/x").status for _ in range(5)] == [200, 200, 200, 429, 429]
    assert ask(gateway, "/echo/x", api_key="sandbox-other").status == 200


def test_ignored_fields_are_named_and_cannot_forge_a_header(gateway: Gateway) -> None:
    headers = dict(ask(gateway, "/echo/x", query="ignored").headers)
    assert headers["X-Mock-Ignored"] == "a, b??X: y"


def test_our_own_headers_can_be_switched_off() -> None:
    answer = ask(make(mock_headers=False), "/echo/x")
    assert [name for name, _ in answer.headers] == ["Content-Type"]


def test_every_exchange_is_in_the_journal_of_its_sandbox(gateway: Gateway) -> None:
    ask(gateway, "/echo/v1/x", "POST", query="a=1")
    (entry,) = gateway.sandboxes.open("default").journal
    assert (entry.method, entry.path, entry.query, entry.status, entry.operation, str(entry.evidence)) == (
        "POST",
        "/echo/v1/x",
        "a=1",
        200,
        "echo",
        "documented; claim=echo.echo",
    )


# --- ASGI ----------------------------------------------------------------------------------------


def asgi(
    gateway: Gateway,
    path: str,
    method: str = "GET",
    headers: list[tuple[bytes, bytes]] | None = None,
    messages: list[dict[str, Any]] | None = None,
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request through the ASGI door; returns status, headers and body. Status 0: nothing was sent."""
    sent: list[Any] = []
    queue: Iterator[dict[str, Any]] = iter(messages or [])

    async def receive() -> Any:
        return next(queue)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": b"",
        "headers": [(b"host", b"h"), (b"api-key", b"demo"), *(headers or [])],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(gateway(scope, receive, send))
    if not sent:
        return 0, {}, b""
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent[1:])


def chunk(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


CHUNKED = [(b"transfer-encoding", b"chunked")]


def test_a_chunked_body_is_put_together(gateway: Gateway) -> None:
    status, headers, body = asgi(
        gateway, "/echo/x", "POST", CHUNKED, [chunk(b"a", True), chunk(b"bc", True), chunk(b"")]
    )
    assert (status, orjson.loads(body)["length"]) == (200, 3)
    assert headers[b"content-length"] == str(len(body)).encode()
    assert headers[b"x-mock"] == b"9.9"


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([(b"content-length", b"11")], [chunk(b"x" * 11)]),
        (CHUNKED, [chunk(b"x" * 6, True), chunk(b"x" * 6, True), chunk(b"x")]),
    ],
)
def test_a_body_over_the_limit_is_refused_by_the_provider(
    headers: list[tuple[bytes, bytes]], messages: list[dict[str, Any]]
) -> None:
    status, _, body = asgi(make(max_body_bytes=10), "/echo/write/201/a", "POST", headers, messages)
    assert (status, body) == (413, b"too_large")


def test_a_body_at_the_limit_is_read() -> None:
    gateway = make(max_body_bytes=10)
    assert asgi(gateway, "/echo/x", "POST", [(b"content-length", b"10")], [chunk(b"x" * 10)])[0] == 200


@pytest.mark.parametrize(("size", "expected"), [(11, 200), (30, 200), (31, 413)])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_with_files_has_a_limit_of_its_own(size: int, expected: int, chunked: bool) -> None:
    gateway = make(max_body_bytes=10, max_upload_bytes=30)
    headers = CHUNKED if chunked else [(b"content-length", str(size).encode())]
    messages = [chunk(b"x" * 10, True), chunk(b"x" * (size - 10))]
    assert asgi(gateway, "/echo/upload", "POST", headers, messages)[0] == expected
    assert asgi(gateway, "/echo/x", "POST", headers, messages)[0] == 413


def test_nothing_is_sent_when_the_client_goes_away(gateway: Gateway) -> None:
    gone = [chunk(b"a", True), {"type": "http.disconnect"}]
    assert asgi(gateway, "/echo/write/201/a", "POST", CHUNKED, gone)[0] == 0
    assert len(gateway.sandboxes.open("default").table(Note)) == 0


def test_head_is_a_get_without_the_body(gateway: Gateway) -> None:
    got = asgi(gateway, "/echo/x")
    head = asgi(gateway, "/echo/x", "HEAD")
    assert (head[0], head[1], head[2]) == (got[0], got[1], b"")


def test_no_length_is_sent_when_there_is_no_content(gateway: Gateway) -> None:
    status, headers, body = asgi(gateway, "/echo/write/204/a", "DELETE")
    assert (status, body, b"content-length" in headers) == (204, b"", False)


@pytest.mark.parametrize("path", ["/_mock", "/_mock/ready"])
def test_the_control_api_has_its_own_path(gateway: Gateway, path: str) -> None:
    assert asgi(gateway, path)[2] == b"control"
    assert len(gateway.sandboxes.open("default").journal) == 0


def test_a_longer_word_is_not_the_control_path(gateway: Gateway) -> None:
    assert asgi(gateway, "/_mocking")[0] == 404


# --- the log -------------------------------------------------------------------------------------


def logged(log_format: Any, path: str) -> str:
    stream = StringIO()
    log = AccessLog(log_format, stream)
    gateway = make(access_log=log)
    gateway.sandboxes.open("default").clock.set(mode="frozen")
    ask(gateway, path)
    return stream.getvalue()


def test_the_log_has_one_line_per_request() -> None:
    line = logged("text", "/echo/x")
    assert line.endswith(" ms echo\n") and line.count("\n") == 1
    assert " echo     default      GET    /echo/x 200 " in line


def test_the_log_has_json_lines_when_asked() -> None:
    entry = orjson.loads(logged("json", "/echo/x"))
    assert (entry["provider"], entry["path"], entry["status"]) == ("echo", "/echo/x", 200)


def test_a_path_cannot_forge_a_log_line() -> None:
    assert logged("text", "/echo/x\n00:00:00 forged\x1b[31m").count("\n") == 1


def test_the_log_can_be_off() -> None:
    assert logged("off", "/echo/x") == ""


def test_a_closed_stream_ends_the_log_and_not_the_server() -> None:
    stream = StringIO()
    stream.close()
    log = AccessLog("text", stream)
    gateway = make(access_log=log)
    assert ask(gateway, "/echo/x").status == 200
    assert log.format == "off"
