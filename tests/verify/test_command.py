"""What `mockserver verify` refuses, and how it asks: rate, retries, secrets, certificates, redirects."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from mockserver.verify.asking import Address, Answer, Asker, BadAddress, NoAnswer, NotAsked
from tests.support import Server
from tests.verify.serving import KEYS, Sent, new_server, serving, verify

PROVIDERS = list(KEYS)


@pytest.fixture(scope="module")
def server() -> Server:
    return new_server()


# --- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("didww", "https://api.didww.com/v3"),
        ("didww", "https://API.didww.com."),
        ("idt", "https://api.idtexpress.com"),
        ("didlogic", "https://app.didlogic.com/api"),
    ],
)
def test_writes_to_a_live_host_are_refused(provider: str, url: str) -> None:
    result = verify(provider, url, "--allow-writes", code=1)
    assert "is no sandbox: writes there would buy real numbers" in result.stderr


@pytest.mark.parametrize("url", ["http://sandbox-api.didww.com", "http://api.didww.com/v3"])
def test_a_key_does_not_go_to_a_provider_unencrypted(url: str) -> None:
    assert "is asked over https only" in verify("didww", url, code=1).stderr


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("localhost:8080", "it is not the address of a server"),
        ("ftp://localhost", "it is not the address of a server"),
        ("http://", "it is not the address of a server"),
        ("http://[::1", "it is not the address of a server"),
        ("http://localhost:eighty", "it is not the address of a server"),
        ("http://me:demo-didww-key@localhost", "it must not hold a name or password"),
        ("http://localhost/v3?key=demo-didww-key", "it must not have a query"),
        ("http://localhost/a b", "its path holds characters"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, reason: str) -> None:
    result = verify("didww", url, code=1)
    assert reason in " ".join(result.stderr.split())


def test_what_is_missing_or_unknown_is_named() -> None:
    url = "http://127.0.0.1:1"
    assert "set MOCKSERVER_VERIFY_KEY" in verify("didww", url, keys={}, code=1).stderr
    only_key = {"MOCKSERVER_VERIFY_KEY": "one-of-two"}
    assert "set MOCKSERVER_VERIFY_SECRET" in verify("idt", url, keys=only_key, code=1).stderr
    assert (
        "there are 2026-04-16, 2022-05-10" in verify("didww", url, "--version", "2020-01-01", code=1).stderr
    )
    assert "no claim is like 'idt.nothing'" in verify("idt", url, "--claim", "idt.nothing", code=1).stderr
    split = {"MOCKSERVER_VERIFY_KEY": "one\r\nX-Header: two"}
    assert "characters that a header cannot hold" in verify("didww", url, keys=split, code=1).stderr


@pytest.mark.parametrize("provider", PROVIDERS)
def test_wrong_credentials_end_the_run_at_once(provider: str, server: Server) -> None:
    wrong = dict.fromkeys(KEYS[provider], "no-such-credential")
    asked: list[str] = []

    def count(_: str, target: str, sent: Sent) -> Sent:
        asked.append(target)
        return sent

    with serving(server, count) as address:
        result = verify(provider, f"{address}/{provider}", keys=wrong, code=1)
    assert "does not take these credentials" in result.stderr
    assert len(asked) == 1


def test_a_redirect_ends_the_run_and_is_told(server: Server) -> None:
    """With what it repeats of the key masked; nothing is sent there."""
    asked: list[str] = []

    def away(_: str, target: str, sent: Sent) -> Sent:
        asked.append(target)
        return Sent(301, {"location": "http://127.0.0.1:1/?key=demo-didww-key"}, b"")

    with serving(server, away) as address:
        result = verify("didww", f"{address}/didww", code=1)
    assert (
        "answers 301 to http://127.0.0.1:1/?key=***; a key is not sent along with a redirect" in result.stderr
    )
    assert len(asked) == 1


def test_an_address_where_the_api_is_not_is_doubted(server: Server) -> None:
    with serving(server) as address:
        result = verify("didww", address, "--claim", "didww.balances.show", code=2)
    assert f"GET /v3/balance answers 404: does the API start at {address}?" in result.stderr


def test_a_key_in_the_address_is_not_shown(server: Server) -> None:
    (key,) = KEYS["didww"].values()
    verify("didww", f"http://127.0.0.1:1/{key}", code=1)
    with serving(server) as address:
        verify("didww", f"{address}/{key}", "--claim", "didww.balances.show", code=2)


def test_a_file_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    """Before anything is asked, where that is known."""
    out = str(tmp_path / "none" / "verify.json")
    result = verify("idt", "http://127.0.0.1:1", "--out", out, code=1)
    assert f"cannot write {out}: there is no folder" in result.stderr
    with serving(server) as address:
        result = verify("idt", f"{address}/idt", "--claim", "idt.paging", "--out", str(tmp_path), code=1)
    assert f"cannot write {tmp_path}" in result.stderr


def test_values_may_come_from_the_environment(server: Server) -> None:
    variables = {"MOCKSERVER_VERIFY_CLAIM": "idt.paging", "MOCKSERVER_VERIFY_FORMAT": "json"}
    with serving(server) as address:
        result = verify("idt", f"{address}/idt/v1/dids/", **variables)
    assert [probe["id"] for probe in json.loads(result.stdout)["probes"]] == ["idt.paging"]


# --- secrets ---------------------------------------------------------------------------------------

# Keys that come back in another form when a server repeats them.
ODD_KEYS = ["plain-key-of-mine", 'quoted"key\\of<mine>&', "slash/and+plus=of%mine", "12345678901234"]


@pytest.mark.parametrize("form", ["text", "json", "junit"])
@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_key_that_every_answer_repeats_is_nowhere(key: str, form: str, tmp_path: Path) -> None:
    """In bodies and headers, as a text, a name, a number; in a run that tells everything it finds."""
    from urllib.parse import quote

    number = key if key.isdecimal() else "1"
    body = json.dumps({"errors": [{"detail": key, key: quote(key, safe="")}], "data": [{"id": key}]})
    told = (body[:-1] + f', "number": {number}}}').encode()

    class Repeats(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"application/json; key={key}")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Repeats)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    out = tmp_path / "report"
    try:
        address = f"http://127.0.0.1:{listening.server_port}"
        verify(
            "didww", address, "--claim", "didww.engine.a*", "--format", form, "--out", str(out),
            keys={"MOCKSERVER_VERIFY_KEY": key}, code=2,
        )  # fmt: skip
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
    report = out.read_text()
    forms = {key, quote(key, safe=""), json.dumps(key)[1:-1], key.replace("&", "&amp;").replace("<", "&lt;")}
    assert "***" in report
    assert not [one for one in forms if one in report]


SPILT = {
    "beside": b'{"sipaccount": {"name": "12345", "password": "hunter2"}, "token": ["hunter2"]}',
    "below another": b'{"sipaccount": {"x": {"Password": "a \\"hunter2", "y": [{"api_key": "hunter2"}]}}}',
    "in a wrong kind": b'{"sipaccount": [{"password": "hunter2"}]}',
    "broken off": b'{"sipaccount": {"password": "hunter2',
    "a form": b"login=1&sip_password=hunter2&x=1",
}


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("told", SPILT.values(), ids=SPILT)
def test_secrets_that_an_answer_holds_are_not_shown(told: bytes, status: int) -> None:
    def change(_: str, target: str, sent: Sent) -> Sent:
        if target.endswith("/v1/sipaccounts/12345"):
            return Sent(status, {**sent.headers, "content-length": str(len(told))}, told)
        return sent

    with serving(new_server(), change) as address:
        result = verify("didlogic", f"{address}/didlogic", "--claim", "didlogic.get_sipaccount", code=2)
    assert "hunter2" not in result.output


# --- asking ----------------------------------------------------------------------------------------


class Scripted(Asker):
    """Answers from a list instead of a server; remembers how long it would have slept."""

    def __init__(self, *answers: Answer, rate: float = 0) -> None:
        self.slept: list[float] = []
        super().__init__(Address.of("http://localhost"), 1, rate, sleep=self.slept.append)
        self.answers = list(answers)

    def _exchange(self, *request: Any) -> Answer:
        self._wait()
        return self.answers.pop(0)


def throttled(retry_after: str | None) -> Answer:
    return Answer(429, () if retry_after is None else (("Retry-After", retry_after),), b"")


@pytest.mark.parametrize(
    ("retry_after", "pause"), [(None, 2.0), ("1", 1.0), ("86400", 30.0), ("soon", 2.0), ("-1", 2.0)]
)
def test_a_429_is_asked_once_more_after_a_pause(retry_after: str | None, pause: float) -> None:
    asker = Scripted(throttled(retry_after), Answer(200, (), b""))
    assert asker.ask("GET", "/", "", {}, None).status == 200
    assert asker.slept == [pause]


def test_being_throttled_again_is_no_answer_and_soon_ends_the_run() -> None:
    asker = Scripted(*[throttled("0")] * 6)
    for _ in range(3):
        with pytest.raises(NotAsked, match=r"too many requests \(429\)"):
            asker.ask("GET", "/", "", {}, None)
    with pytest.raises(NotAsked, match="3 requests in a row"):
        asker.ask("GET", "/", "", {}, None)


def test_a_server_that_throttles_does_not_differ(server: Server) -> None:
    """Too many requests say nothing about the claims."""

    def throttle(_: str, target: str, sent: Sent) -> Sent:
        return Sent(429, {"retry-after": "0"}, b"") if "/orders" in target else sent

    with serving(server, throttle) as address:
        result = verify("idt", f"{address}/idt", "--claim", "idt.get_orders", code=1)
    assert "failed   idt.orders.order  too many requests (429)" in result.stdout
    assert "differs  idt" not in result.stdout


def test_requests_keep_the_rate() -> None:
    asker = Scripted(*[Answer(200, (), b"")] * 4, rate=1)
    for _ in range(4):
        asker.ask("GET", "/", "", {}, None)
    assert asker.slept == pytest.approx([1, 2, 3], abs=0.5)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://sandbox-api.didww.com/v3/", "https://sandbox-api.didww.com"),
        ("http://127.0.0.1:8080/didww/v3", "http://127.0.0.1:8080/didww"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (" https://example.com/a/v3b ", "https://example.com/a/v3b"),
    ],
)
def test_a_base_url_may_end_with_what_every_path_starts_with(url: str, shown: str) -> None:
    assert str(Address.of(url, ("/v3",))) == shown


def test_a_redirect_is_an_answer() -> None:
    def away(_: str, __: str, sent: Sent) -> Sent:
        return Sent(302, {"location": "http://127.0.0.1:1/", "content-length": "0"}, b"")

    with serving(new_server(), away) as address:
        asker = Asker(Address.of(address), 5, 0)
        assert asker.ask("GET", "/idt/v1/dids/orders", "", {}, None).status == 302
        asker.close()
    with pytest.raises(BadAddress):
        Address.of("/elsewhere")


def test_a_certificate_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    class Greets(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(http.server.HTTPServer):
        def handle_error(self, *_: Any) -> None:
            pass

    listening = Quiet(("127.0.0.1", 0), Greets)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    address = Address.of(f"https://localhost:{listening.server_port}")
    try:
        with pytest.raises(NoAnswer, match=r"its certificate is not trusted .*; SSL_CERT_FILE can"):
            Asker(address, 5, 0).ask("GET", "/", "", {}, None)
        known = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(known))
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        asker = Asker(address, 5, 0)
        assert asker.ask("GET", "/", "", {}, None).status == 200
        asker.close()
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
