"""Bracketed keys, JSON and multipart as one nested dict, and the bounds on all of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core.messages import Request
from mockserver.providers.didlogic.errors import Refusal
from mockserver.providers.didlogic.multipart import Upload
from mockserver.providers.didlogic.params import DEEPEST, MOST_PAIRS, body_params, query_params

# Nesting as Rack, the framework's reader, does it.
NESTED: list[tuple[str, Any]] = [
    ("", {}),
    ("&&=&=x", {}),
    ("a", {"a": ""}),
    ("a=1&a=2", {"a": "2"}),
    ("a=1=2", {"a": "1=2"}),
    ("a+b=c+d%20e", {"a b": "c d e"}),
    ("a%5B%5D=1", {"a": ["1"]}),
    ("a[]=1&a[]=2", {"a": ["1", "2"]}),
    ("a[]", {"a": [""]}),
    ("a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
    ("a[b][c][]=1", {"a": {"b": {"c": ["1"]}}}),
    ("a[][b]=1&a[][c]=2", {"a": [{"b": "1", "c": "2"}]}),
    ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
    ("a[][b]=1&a[][c][]=2&a[][c][]=3&a[][b]=4", {"a": [{"b": "1", "c": ["2", "3"]}, {"b": "4"}]}),
    ("a[]=x&a[][b]=1", {"a": ["x", {"b": "1"}]}),
    ("a[][b][c]=1&a[][b][d]=2", {"a": [{"b": {"c": "1", "d": "2"}}]}),
    ("a[][]=1&a[][]=2", {"a": ["1", "2"]}),
    ("a[b]=1&a=2", {"a": "2"}),
    ("a]=1", {"a]": "1"}),
    ("[a]=1", {"[a]": "1"}),
    ("a[=1", {"a[": "1"}),
    ("é=%C3%A9", {"é": "é"}),
]


@pytest.mark.parametrize(("text", "params"), NESTED, ids=[text for text, _ in NESTED])
def test_brackets_nest(text: str, params: Any) -> None:
    raw = text.encode().decode("latin-1")
    assert query_params(raw) == params
    assert body_params(_form(text.encode())) == params


@pytest.mark.parametrize(
    "text",
    ["a=1&a[]=2", "a=1&a[b]=2", "a[]=1&a[b]=2", "a[b]=1&a[]=2", "a[b]=1&a[b][c]=2", "a[][b]=1&a[][b][]=2"],
)
def test_one_key_in_two_shapes_is_refused(text: str) -> None:
    assert _refused(lambda: query_params(text)) == {"error": "Parameter a is given in two different shapes"}


@pytest.mark.parametrize("text", ["a=%ff", "%c3=1", "a=\xff", "a=%ed%a0%80"])
def test_text_that_is_no_utf8_is_refused(text: str) -> None:
    assert _refused(lambda: query_params(text)) == {"error": "The request is not valid UTF-8"}


def test_number_of_keys_is_bounded() -> None:
    assert len(query_params("&".join(f"a{n}=1" for n in range(MOST_PAIRS)))) == MOST_PAIRS
    assert _refused(lambda: query_params("a&" * MOST_PAIRS)) == {"error": "Too many parameters"}


def test_depth_of_keys_is_bounded() -> None:
    assert query_params("a" + "[b]" * DEEPEST + "=1")
    assert _refused(lambda: query_params("a" + "[b]" * (DEEPEST + 1) + "=1")) == {
        "error": "Parameters are nested too deeply"
    }


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "image/png", "application/xml"])
def test_body_of_another_type_holds_nothing(kind: str) -> None:
    assert body_params(Request("POST", "/", headers={"content-type": kind}, body=b"a=1")) == {}


@pytest.mark.parametrize(
    ("body", "params"), [(b' {"a": [1]}', {"a": [1]}), (b"a[]=1", {"a": ["1"]}), (b"", {})]
)
def test_body_without_a_type_is_looked_at(body: bytes, params: Any) -> None:
    assert body_params(Request("POST", "/", body=body)) == params


def test_multipart_holds_texts_and_files() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a[b]"\r\n\r\nx=1&y\r\n'
        b'--b\r\ncontent-disposition: form-data; name="f[]"; filename="p.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--\xff\r\n--b--\r\n"
    )
    assert body_params(_multipart(body)) == {
        "a": {"b": "x=1&y"},
        "f": [Upload("p.png", "image/png", b"\x89PNG\r\n--\xff")],
    }


BROKEN = "The multipart body is broken"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"x", BROKEN),
        (b"--b", BROKEN),
        (b"--b\r\n", BROKEN),
        (b"--c\r\n\r\n", BROKEN),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', BROKEN),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n', BROKEN),
        (b'--b\r\nContent Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n', BROKEN),
        (
            b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n",
            "A part of the multipart body has no name",
        ),
        (b"--b\r\n\r\n1\r\n--b--\r\n", "A part of the multipart body has no name"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--\r\n',
            "The request is not valid UTF-8",
        ),
        (b"--b\r\n" + b"X: 1\r\n" * 50 + b"\r\n1\r\n--b--\r\n", BROKEN),
        (b"--b\r\nX: " + b"1" * 10000 + b"\r\n\r\n1\r\n--b--\r\n", BROKEN),
    ],
)
def test_multipart_that_is_broken_is_refused(body: bytes, error: str) -> None:
    assert _refused(lambda: body_params(_multipart(body))) == {"error": error}


def test_number_of_parts_is_bounded() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a[]"\r\n\r\n1\r\n'
    assert len(body_params(_multipart(part * MOST_PAIRS + b"--b--\r\n"))["a"]) == MOST_PAIRS
    over = part * (MOST_PAIRS + 1) + b"--b--\r\n"
    assert _refused(lambda: body_params(_multipart(over))) == {"error": "Too many parameters"}


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 300],
)
def test_multipart_without_a_usable_boundary_is_refused(kind: str) -> None:
    request = Request("POST", "/", headers={"content-type": kind}, body=b"--b--\r\n")
    assert _refused(lambda: body_params(request))


@settings(deadline=None, max_examples=200)
@given(
    body=st.binary(max_size=300) | st.text(alphabet='ab[]=&%-"\r\n', max_size=200).map(str.encode),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "", "x"]
    ),
)
def test_any_body_is_read_or_refused(body: bytes, kind: str) -> None:
    try:
        assert isinstance(body_params(Request("POST", "/", headers={"content-type": kind}, body=body)), dict)
    except Refusal as refusal:
        assert refusal.status == 400


def _form(body: bytes) -> Request:
    return Request("POST", "/", headers={"content-type": "application/x-www-form-urlencoded"}, body=body)


def _multipart(body: bytes) -> Request:
    return Request("POST", "/", headers={"content-type": "multipart/form-data; boundary=b"}, body=body)


def _refused(call: Any) -> Any:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.status == 400
    return caught.value.content
