"""Whatever a client sends, a checker says what is wrong with it and never fails."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.conformance.answers import check_answer
from mockserver.conformance.documents import METHODS, document, names
from mockserver.conformance.problems import Problem
from mockserver.conformance.requests import Sent, check_request, with_fate

DOCUMENTS = [found for found in map(document, names()) if found is not None]
OPERATIONS = [
    (found, method, path)
    for found in DOCUMENTS
    for path, item in found.content["paths"].items()
    for method in METHODS
    if method in item
]
KINDS = [
    "application/json",
    "application/vnd.api+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "",
]
PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b'"data":',
        b'"attributes":{',
        b"null",
        b"1e400",
        b"a=1&",
        b"a[b][]=",
        b"--x\r\n",
        b"\xff",
    ]
)
BODIES = st.binary(max_size=200) | st.lists(PIECES, max_size=12).map(b"".join) | st.just(b'{"data":' * 600)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "type", "attributes", "id", "order_items", "~/"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(
    operation=st.sampled_from(OPERATIONS),
    values=st.lists(st.text(max_size=8), min_size=6, max_size=6),
    query=st.text(max_size=60)
    | st.sampled_from(["page[size]=x", "filter[", "filter[id]=&filter[id", "a&&=;%zz"]),
    kind=st.sampled_from(KINDS),
    body=BODIES,
    status=st.integers(0, 999),
)
def test_any_request_and_any_answer_can_be_judged(
    operation: tuple[object, str, str], values: list[str], query: str, kind: str, body: bytes, status: int
) -> None:
    found, method, path = operation
    given_values = iter(values)
    segments = tuple(
        next(given_values, "x") if part.startswith("{") else part for part in path.split("/") if part
    )
    sent = Sent(method.upper(), segments, query, {"content-type": kind}, body)
    problems = check_request(found, sent)  # type: ignore[arg-type]
    assert all(isinstance(with_fate(one, status, body), Problem) for one in problems)
    assert all(len(str(one)) < 2000 for one in problems)
    check_answer(found, method.upper(), segments, status, [("Content-Type", kind)], body)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(operation=st.sampled_from(OPERATIONS), content=JSON)
def test_any_json_can_be_judged(operation: tuple[object, str, str], content: object) -> None:
    import orjson

    found, method, path = operation
    segments = tuple(part for part in path.split("/") if part)
    try:
        body = orjson.dumps(content)
    except TypeError:  # a number or a text that JSON cannot hold
        return
    kinds = ("application/json", "application/vnd.api+json")
    for kind in kinds:
        check_request(found, Sent(method.upper(), segments, "", {"content-type": kind}, body))  # type: ignore[arg-type]
