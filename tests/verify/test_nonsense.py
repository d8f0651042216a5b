"""A server that answers nonsense: the run ends soon, with 1 or 2, and without a traceback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from tests.verify.serving import KEYS, answering, verify

Speak = Callable[[socket.socket], None]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def say(*pieces: bytes, pause: float = 0.0) -> Speak:
    """The same bytes on every connection, which is closed then."""

    def speak(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return speak


def whole(body: bytes, kind: bytes = b"application/json", status: bytes = b"200 OK") -> Speak:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return say(head % (status, kind, len(body)), body)


def endless(connection: socket.socket) -> None:
    connection.sendall(JSON + b"\r\n[")
    while True:
        connection.sendall(b"1," * 65536)


def silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side hangs up


NOTHING = b""
NONSENSE: dict[str, tuple[Speak, int]] = {
    "closes": (say(), 1),
    "silent": (silent, 1),
    "drips": (say(*[b"H"] * 40, pause=0.05), 1),
    "drips headers": (say(JSON, *[b"X: y\r\n"] * 40, pause=0.05), 1),
    "drips a body": (say(JSON + b"Content-Length: 99\r\n\r\n", *[b"1"] * 40, pause=0.05), 1),
    "not http": (say(b"SSH-2.0-OpenSSH_9.6\r\n"), 1),
    "bytes": (say(bytes(range(256)) * 20), 1),
    "bad status": (say(b"HTTP/1.1 2000 Yes\r\n\r\n"), 1),
    "endless header": (say(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000), 1),
    "many headers": (say(JSON + b"X: y\r\n" * 200 + b"\r\n"), 1),
    "truncated": (say(JSON + b'Content-Length: 5000\r\n\r\n{"data": ['), 1),
    "bad chunks": (say(JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"), 1),
    "endless": (endless, 1),
    "html": (whole(b"<html><body>Welcome</body></html>", b"text/html"), 2),
    "empty": (whole(b""), 2),
    "not json": (whole(b'{"data": [1, 2'), 2),
    "not text": (whole(b"\xff\xfe\x00\xd8" * 50), 2),
    "deep": (whole(b"[" * 900 + b"]" * 900), 2),
    "deeper": (whole(b'{"data":' * 100_000), 2),
    "null": (whole(b"null"), 2),
    "number": (whole(b"1e999"), 2),
    "list of everything": (whole(b'[null, 1, "x", [], {}, 1.5, true]'), 2),
    "wrong kinds": (whole(b'{"data": 5, "meta": [], "errors": "none", "included": {"a": 1}}'), 2),
    "wrong rows": (
        whole(b'{"data": [null, 1, {"id": [], "type": {}, "attributes": 7}], "orders": {}, "meta": 0}'),
        2,
    ),
    "odd ids": (
        whole(
            b'{"data": [{"id": "../../x\\r\\ny\\u0000 \\ud83d\\ude00", "type": "x", "attributes": {}}], '
            b'"orders": [{"id": "a b/../{key}"}], "purchases": [{"number": "?#&"}]}'
        ),
        2,
    ),
    "server error": (whole(b"oops", b"text/plain", b"500 Internal Server Error"), 2),
    "redirect": (
        say(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n"),
        1,
    ),
    "cut gzip": (
        say(JSON + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n\x1f\x8b\x08" + b"\0" * 9),
        2,
    ),
    "refused": (whole(b"{}", status=b"401 Unauthorized"), 1),
}


@pytest.mark.parametrize(("speak", "code"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_ends_the_run_soon_and_quietly(speak: Speak, code: int) -> None:
    patience = "0.2" if code == 1 else "10"  # on a busy machine a good answer takes its time, too
    started = time.monotonic()
    with answering(speak) as address:
        verify("idt", address, "--timeout", patience, "--claim", "idt.get_*", code=code)
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    ("provider", "claims", "name"),
    [
        ("didww", "didww.engine.[i-s]*", "wrong rows"),
        ("didww", "didww.[b-d]*", "odd ids"),
        ("didlogic", "*", "wrong kinds"),
        ("didlogic", "*", "deep"),
    ],
)
def test_no_probe_fails_on_nonsense(provider: str, claims: str, name: str) -> None:
    with answering(NONSENSE[name][0]) as address:
        verify(provider, address, "--claim", claims, "--format", "junit", "--allow-writes", code=2)


def test_it_says_that_nobody_is_there() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    result = verify("idt", f"http://127.0.0.1:{port}", code=1)
    assert f"nothing to verify at http://127.0.0.1:{port}: no connection: " in result.stderr


def test_it_gives_up_after_three_requests_without_an_answer() -> None:
    """The first is answered, so that there is something to verify; then the line is dead."""
    connections: list[int] = []

    def speak(connection: socket.socket) -> None:
        connections.append(1)
        if len(connections) == 1:
            whole(b"{}")(connection)

    with answering(speak) as address:
        result = verify("idt", address, "--claim", "idt.error.*", code=1)
    assert len(connections) == 4
    assert "not asked: 3 requests in a row were not answered" in result.stdout


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    body = '{"\\u001b[2J": 1, "\x9b31m": "\x9b2J \u202e"}'.encode()
    kind = b"application/json\x1b[31m\x9b0m"
    with answering(whole(body, kind)) as address:
        result = verify("idt", address, "--claim", "idt.get_orders", code=2)
    assert "found application/json?[31m?0m" in result.stdout
    assert all(c.isprintable() or c == "\n" for c in result.output), ascii(result.output)


def test_a_key_is_not_shown_where_an_answer_is_cut() -> None:
    """Excerpts end somewhere; the beginning of the secret before that end would be enough for a guess."""
    secret = KEYS["idt"]["MOCKSERVER_VERIFY_SECRET"]
    for before in range(210, 245, 3):
        body = b"." * before + secret.encode() + b"." * 400
        with answering(whole(body, b"text/plain", b"500 Oops")) as address:
            result = verify("idt", address, "--claim", "idt.paging.beyond", code=2)
        found = result.stdout.rpartition("found 500: ")[2].partition("\n")[0].strip('."…*')
        assert len(found) < 4, (before, found)


def test_an_answer_that_gives_the_key_away_is_not_repeated() -> None:
    """`verify` itself looks for the secrets in what was said."""
    key, secret = KEYS["idt"].values()
    body = f'{{"orders": [{{"id": "{key}", "{secret}": "x {key.upper()} y"}}], "password": "hunter2"}}'
    with answering(whole(body.encode())) as address:
        result = verify("idt", address, "--claim", "idt.get_orders", code=2)
    assert "***" in result.stdout
    assert key.upper() not in result.output
