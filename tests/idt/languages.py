"""The samples' requests as the standard client of each language puts them on the wire, byte for byte.

What is peculiar to a sample is from `contracts/idt/operations.json` (sample_code_quirks); the headers that a
client adds of its own are those it is known for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

JSON = "application/json; charset=utf-8"


class Language(NamedTuple):
    """How one client writes a request.

    headers  what it adds, in its order; {host} stands for the address
    canonical  whether it writes header names as X-Api-Key whatever the sample says
    empty  the methods with which it sends Content-Length: 0 for a body that is not there
    empty_type  the content type of such a body
    chunked  whether a body goes without its length
    expects  whether it waits for 100 Continue before a body
    unsent  the methods that it refuses to send
    written  what becomes of a body in the sample's source
    """

    headers: tuple[tuple[str, str], ...]
    canonical: bool = False
    empty: tuple[str, ...] = ()
    empty_type: str = ""
    chunked: bool = False
    expects: bool = False
    unsent: tuple[str, ...] = ()
    written: Callable[[bytes], bytes] = lambda body: body


LANGUAGES: dict[str, Language] = {
    "curl": Language((("Host", "{host}"), ("User-Agent", "curl/8.5.0"), ("Accept", "*/*"))),
    "ruby": Language(
        (
            ("Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"),
            ("Accept", "*/*"),
            ("User-Agent", "Ruby"),
            ("Host", "{host}"),
            ("Connection", "close"),
        ),
        canonical=True,
        written=lambda body: body.replace(b" #1", rb" \#1"),  # as the sample's source has it
    ),
    "python": Language(
        (
            ("Host", "{host}"),
            ("User-Agent", "python-requests/2.32.3"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "*/*"),
            ("Connection", "keep-alive"),
        ),
        empty=("GET", "DELETE"),
    ),
    "jquery": Language(
        (
            ("Host", "{host}"),
            ("Connection", "keep-alive"),
            ("sec-ch-ua-mobile", "?0"),
            (
                "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126",
            ),
            ("Accept", "*/*"),
            ("Origin", "http://127.0.0.1:3000"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Dest", "empty"),
            ("Referer", "http://127.0.0.1:3000/"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "en-US,en;q=0.9"),
        ),
        empty=("DELETE",),
    ),
    "node": Language((("Host", "{host}"), ("Connection", "keep-alive")), chunked=True),
    "go": Language(
        (("Host", "{host}"), ("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip")),
        canonical=True,
    ),
    "swift": Language(
        (
            ("Host", "{host}"),
            ("Accept", "*/*"),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Connection", "keep-alive"),
            ("Accept-Encoding", "gzip, deflate"),
            ("User-Agent", "sample (unknown version) CFNetwork/1496.0.7 Darwin/23.5.0"),
        )
    ),
    "java": Language(
        (
            ("Host", "{host}"),
            ("Connection", "Keep-Alive"),
            ("Accept-Encoding", "gzip"),
            ("User-Agent", "okhttp/4.12.0"),
        ),
        empty=("DELETE",),
        empty_type="text/plain; charset=utf-8",
        unsent=("GET",),
    ),
    "csharp": Language((("Host", "{host}"),), expects=True),
    "php": Language(
        (("Host", "{host}"), ("Accept", "*/*"), ("Accept-Encoding", "deflate, gzip, br, zstd")),
    ),
}


def head(language: Language, method: str, target: str, host: str, own: dict[str, str], body: bytes) -> bytes:
    """The request line and headers. `own` are those that the sample itself sets."""
    lines = [f"{method} {target} HTTP/1.1"]
    headers = [(name, value.format(host=host)) for name, value in language.headers]
    headers += [(name.title() if language.canonical else name, value) for name, value in own.items()]
    if body:
        headers.append(("Content-Type", JSON))
        if language.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            headers.append(("Content-Length", str(len(body))))
        if language.expects:
            headers.append(("Expect", "100-continue"))
    elif method in language.empty:
        if language.empty_type:
            headers.append(("Content-Type", language.empty_type))
        headers.append(("Content-Length", "0"))
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode()


def content(language: Language, body: bytes) -> list[bytes]:
    """The body in the pieces in which it is sent."""
    if not body:
        return []
    half = len(body) // 2
    pieces = [body[:half], body[half:]]
    if language.chunked:
        return [*(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), b"0\r\n\r\n"]
    return pieces
