"""Heads of requests: worked out once, kept within bounds, never mixed up."""

from __future__ import annotations

from mockserver.http.incoming import Reader
from tests.http.test_gateway import Echo

PROVIDER = Echo()
WHERE = ("127.0.0.1", 80)


def make() -> Reader:
    return Reader({PROVIDER.name: PROVIDER}, None)


def test_the_same_head_is_worked_out_once() -> None:
    reader, headers = make(), [(b"host", b"h"), (b"api-key", b"demo")]
    first = reader.read_raw("GET", b"/echo/x", b"a=1", headers, "http", WHERE)
    assert reader.read_raw("GET", b"/echo/x", b"a=1", list(headers), "http", WHERE) is first
    assert first.request.base_url == "http://h/echo"


def test_heads_that_differ_anywhere_are_different_requests() -> None:
    reader = make()
    headers = [(b"host", b"h"), (b"api-key", b"demo")]
    seen = [
        reader.read_raw("GET", b"/echo/x", b"", headers, "http", WHERE),
        reader.read_raw("HEAD", b"/echo/x", b"", headers, "http", WHERE),
        reader.read_raw("GET", b"/echo/y", b"", headers, "http", WHERE),
        reader.read_raw("GET", b"/echo/x", b"q", headers, "http", WHERE),
        reader.read_raw("GET", b"/echo/x", b"", headers, "https", WHERE),
        reader.read_raw("GET", b"/echo/x", b"", [(b"host", b"h"), (b"api-key", b"other")], "http", WHERE),
        reader.read_raw("GET", b"/echo/x", b"", [(b"host", b"i"), (b"api-key", b"demo")], "http", WHERE),
    ]
    assert len({id(one) for one in seen}) == len(seen)
    assert [one.request.base_url for one in seen[-3:]] == [
        "https://h/echo",
        "http://h/echo",
        "http://i/echo",
    ]
    assert [one.head.method for one in seen[:2]] == ["GET", "HEAD"]
    assert [one.request.method for one in seen[:2]] == ["GET", "GET"]


def test_long_heads_are_not_kept() -> None:
    reader = make()
    for headers, query in (([(b"host", b"h"), (b"x", b"y" * 5000)], b""), ([(b"host", b"h")], b"q" * 5000)):
        first = reader.read_raw("GET", b"/echo/x", query, headers, "http", WHERE)
        assert reader.read_raw("GET", b"/echo/x", query, headers, "http", WHERE) is not first


def test_repeated_headers_are_joined() -> None:
    headers = [(b"host", b"h"), (b"accept", b"a/b"), (b"accept", b"c/d")]
    incoming = make().read_raw("GET", b"/echo/x", b"", headers, "http", WHERE)
    assert incoming.request.headers["accept"] == "a/b, c/d"


def test_white_space_around_a_header_is_no_part_of_it() -> None:
    headers = [(b"host", b"h"), (b"api-key", b" \tdemo key \t")]
    incoming = make().read_raw("GET", b"/echo/x", b"", headers, "http", WHERE)
    assert incoming.request.headers["api-key"] == "demo key"


def test_credentials_do_not_reach_what_is_shown() -> None:
    headers = [(b"host", b"h"), (b"authorization", b"Bearer live"), (b"accept", b"*/*")]
    incoming = make().read_raw("GET", b"/echo/x", b"apiid=live&page=1", headers, "http", WHERE)
    assert incoming.head.query == "apiid=***&page=1"
    assert incoming.head.headers == {"host": "h", "authorization": "***", "accept": "*/*"}
    assert incoming.request.headers["authorization"] == "Bearer live"
