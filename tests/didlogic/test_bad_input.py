"""Bad input: the exact answer, and nothing changed. Any input: never a 5xx, always the same envelope."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.didlogic.account import BEARER, BOUNDARY, FORM, JSON, Account, operations
from tests.support import Server, body_of

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
BLANK = (422, {"errors": {"did_numbers": ["can't be blank"]}})
NUMBERS = (422, {"errors": {"did_numbers": ["is invalid"]}})
IDENTITIES = (422, {"errors": {"identities": ["is invalid"]}})
BAD_JSON = (400, {"error": "The request body is not valid JSON"})
NO_OBJECT = (400, {"error": "The request body must be a JSON object"})
NOT_UTF8 = (400, {"error": "The request is not valid UTF-8"})
BROKEN = (400, {"error": "The multipart body is broken"})
DEEP = (400, {"error": "Parameters are nested too deeply"})
NOT_ON_SALE = "Number is not available"
GOOD = "17806999999"
A_FILE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="did_numbers"; filename="x"\r\n\r\n'
    f"{GOOD}\r\n--{BOUNDARY}--\r\n"
).encode()


def unsold(*names: str) -> tuple[int, Any]:
    """200, with each of these explained and nothing bought."""
    return 200, {"purchase": {"errors": {name: [NOT_ON_SALE] for name in names}, "purchases": []}}


def json(content: Any) -> bytes:
    return orjson.dumps(content)


PURCHASES: list[tuple[str, bytes, str, tuple[int, Any]]] = [
    # nothing, or nothing known
    ("no body", b"", FORM, BLANK),
    ("no json", b"", "application/json", BLANK),
    ("empty object", b"{}", "application/json", BLANK),
    ("unknown field", json({"numbers": [GOOD]}), "application/json", BLANK),
    ("unknown form field", f"number={GOOD}".encode(), FORM, BLANK),
    ("body of another type", f"did_numbers={GOOD}".encode(), "text/plain", BLANK),
    ("json sent as a form", json({"did_numbers": GOOD}), FORM, BLANK),
    ("null", json({"did_numbers": None, "id_in": None}), "application/json", BLANK),
    ("empty list", json({"did_numbers": [], "id_in": []}), "application/json", BLANK),
    ("blank", b"did_numbers=&did_numbers2=", FORM, BLANK),
    ("blanks", b"did_numbers[]=&did_numbers[]=+&id_in[]=", FORM, BLANK),
    # unreadable
    ("trailing comma", b'{"did_numbers": "17806999999",}', "application/json", BAD_JSON),
    ("cut json", b'{"did_numbers": ["178069', "application/json", BAD_JSON),
    ("not a number", b'{"did_numbers": [NaN]}', "application/json", BAD_JSON),
    ("json with a mark", b'\xef\xbb\xbf{"did_numbers": []}', "application/json", BAD_JSON),
    ("json that is no utf-8", b'{"did_numbers": ["\xff"]}', "application/json", BAD_JSON),
    ("half a surrogate", b'{"did_numbers": ["\\ud800"]}', "application/json", BAD_JSON),
    ("list", json([GOOD]), "application/json", NO_OBJECT),
    ("text", json(GOOD), "application/json", NO_OBJECT),
    ("number", b"17806999999", "application/json", NO_OBJECT),
    ("null body", b"null", "application/json", NO_OBJECT),
    ("1 MB of arrays", b"[" * 500_000 + b"]" * 500_000, "application/json", BAD_JSON),
    ("1 MB of objects", b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "application/json", BAD_JSON),
    ("1 MB of brackets", b"did_numbers" + b"[a]" * 330_000 + b"=1", FORM, DEEP),
    ("1 MB of empty brackets", b"did_numbers" + b"[]" * 500_000 + b"=1", FORM, DEEP),
    ("form that is no utf-8", b"did_numbers=%ff", FORM, NOT_UTF8),
    ("raw form that is no utf-8", b"did_numbers=\xff", FORM, NOT_UTF8),
    (
        "two shapes",
        b"did_numbers=1&did_numbers[]=2",
        FORM,
        (400, {"error": "Parameter did_numbers is given in two different shapes"}),
    ),
    ("too many fields", b"did_numbers[]=1&" * 5000, FORM, (400, {"error": "Too many parameters"})),
    ("broken multipart", f"--{BOUNDARY}\r\nContent-Disp".encode(), MULTIPART, BROKEN),
    (
        "multipart of another boundary",
        b'--x\r\nContent-Disposition: form-data; name="did_numbers"\r\n\r\n1\r\n--x--\r\n',
        MULTIPART,
        BROKEN,
    ),
    (
        "multipart without boundary",
        b"--x--\r\n",
        "multipart/form-data",
        (400, {"error": "The multipart body has no boundary"}),
    ),
    # wrong types
    ("object", json({"did_numbers": {"a": GOOD}}), "application/json", NUMBERS),
    ("object in a form", f"did_numbers[a]={GOOD}".encode(), FORM, NUMBERS),
    ("true", json({"did_numbers": True}), "application/json", NUMBERS),
    ("list in a list", json({"did_numbers": [[GOOD]]}), "application/json", NUMBERS),
    ("null in a list", json({"did_numbers": [GOOD, None]}), "application/json", NUMBERS),
    ("object in a list", json({"did_numbers": [{"number": GOOD}]}), "application/json", NUMBERS),
    (
        "ids of the wrong type",
        json({"id_in": {"0": 112370}}),
        "application/json",
        (422, {"errors": {"id_in": ["is invalid"]}}),
    ),
    (
        "ids that are true",
        json({"did_numbers": GOOD, "id_in": [True]}),
        "application/json",
        (422, {"errors": {"id_in": ["is invalid"]}}),
    ),
    (
        "too many numbers",
        json({"did_numbers": [GOOD] * 1001}),
        "application/json",
        (422, {"errors": {"did_numbers": ["is too long (maximum is 1000)"]}}),
    ),
    (
        "a file",
        A_FILE,
        MULTIPART,
        NUMBERS,
    ),
    # numbers that are none of ours
    ("unknown number", b"did_numbers=15550000000", FORM, unsold("15550000000")),
    ("words", b"did_numbers[]=abc&did_numbers[]=1'--", FORM, unsold("abc", "1'--")),
    (
        "quantities",
        json({"did_numbers": [0, -1, 101, 1e9, "3", 1.5]}),
        "application/json",
        unsold("0", "-1", "101", "1000000000.0", "3", "1.5"),
    ),
    (
        "number as a float",
        json({"did_numbers": [17806999999.0]}),
        "application/json",
        unsold("17806999999.0"),
    ),
    ("number with a dash", b"did_numbers=-17806999999", FORM, unsold("-17806999999")),
    ("very long number", b"did_numbers=" + b"1" * 5000, FORM, unsold("1" * 5000)),
    (
        "very large number",
        b'{"did_numbers": 123456789012345678901234567890}',
        "application/json",
        unsold("1.2345678901234568e+29"),
    ),
    ("number in other digits", "did_numbers=١٧٨٠٦٩٩٩٩٩٩".encode(), FORM, unsold("١٧٨٠٦٩٩٩٩٩٩")),
    ("id as a number", b"did_numbers=112370", FORM, unsold("112370")),
    ("number as an id", f"id_in[]={GOOD}".encode(), FORM, unsold(GOOD)),
    (
        "unknown ids",
        json({"id_in": [1, 112369, -1, "x"]}),
        "application/json",
        unsold("1", "112369", "-1", "x"),
    ),
    (
        "sold before it began",
        b"did_numbers=441172999999",
        FORM,
        (200, {"purchase": {"errors": {"441172999999": ["Number is already purchased"]}, "purchases": []}}),
    ),
    # identities
    (
        "unknown identity",
        f"did_numbers={GOOD}&identities[][id]=1".encode(),
        FORM,
        (422, {"errors": {"identities": ["has an identity that does not exist"]}}),
    ),
    (
        "archived identity",
        f"did_numbers={GOOD}&identities[][id]=6758".encode(),
        FORM,
        (422, {"errors": {"identities": ["has an identity that is archived"]}}),
    ),
    (
        "identity without id",
        f"did_numbers={GOOD}&identities[][did_numbers][]={GOOD}".encode(),
        FORM,
        IDENTITIES,
    ),
    ("identity that is no object", f"did_numbers={GOOD}&identities[]=6756".encode(), FORM, IDENTITIES),
    ("identity that is no json", f"did_numbers={GOOD}&identities[]=%7B".encode(), FORM, IDENTITIES),
    (
        "identities that are no list",
        json({"did_numbers": GOOD, "identities": {"id": 6756}}),
        "application/json",
        IDENTITIES,
    ),
    (
        "identity of the wrong type",
        json({"did_numbers": GOOD, "identities": [{"id": True}]}),
        "application/json",
        IDENTITIES,
    ),
    (
        "identity with wrong numbers",
        json({"did_numbers": GOOD, "identities": [{"id": 6756, "did_numbers": {"a": 1}}]}),
        "application/json",
        NUMBERS,
    ),
    (
        "identity with wrong ids",
        json({"did_numbers": GOOD, "identities": [{"id": 6756, "did_ids": [None]}]}),
        "application/json",
        (422, {"errors": {"did_ids": ["is invalid"]}}),
    ),
]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"), [row[1:] for row in PURCHASES], ids=[row[0] for row in PURCHASES]
)
@pytest.mark.parametrize("path", ["/v2/numbers/purchase", "/api/v2/buy/purchase.json"])
def test_purchase_is_refused_and_nothing_changes(
    account: Account, path: str, body: bytes, content_type: str, expected: tuple[int, Any]
) -> None:
    before = account.state()
    response = account.send("POST", path, body, content_type)
    assert (response.status, body_of(response)) == expected
    assert response.headers[0] == ("Content-Type", JSON)
    assert account.state() == before


REMOVALS: list[tuple[str, bytes, str, tuple[int, Any]]] = [
    ("no body", b"", FORM, BLANK),
    ("unknown field", b"numbers=441172999999", FORM, BLANK),
    ("trailing comma", b'{"did_numbers": "441172999999",}', "application/json", BAD_JSON),
    ("list", b"[]", "application/json", NO_OBJECT),
    ("object", b"did_numbers[x]=441172999999", FORM, NUMBERS),
    ("list with null", b'{"did_numbers": ["441172999999", null]}', "application/json", NUMBERS),
    ("unknown number", b"did_numbers=17806999999", FORM, (404, {"error": "Not found"})),
    ("id", b"did_numbers=728002", FORM, (404, {"error": "Not found"})),
    ("no utf-8", b"did_numbers=%fe", FORM, NOT_UTF8),
]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"), [row[1:] for row in REMOVALS], ids=[row[0] for row in REMOVALS]
)
@pytest.mark.parametrize("path", ["/v2/numbers/purchase", "/v2/buy/purchase"])
def test_removal_is_refused_and_nothing_changes(
    account: Account, path: str, body: bytes, content_type: str, expected: tuple[int, Any]
) -> None:
    before = account.state()
    response = account.send("DELETE", path, body, content_type)
    assert (response.status, body_of(response)) == expected
    assert account.state() == before


@pytest.mark.parametrize("query", ["a=%ff", "a[b]=1&a=1&a[]=1", "a" + "[b]" * 40, "page=%c3"])
def test_query_that_cannot_be_read_is_refused(account: Account, query: str) -> None:
    for path in (
        "/v1/balance",
        "/v1/transactions",
        "/v2/numbers/search",
        "/v2/numbers/countries",
        "/v2/numbers",
    ):
        response = account.send("GET", f"{path}?{query}")
        assert response.status == 400
        assert list(body_of(response)) == ["error"]


def test_fields_that_nothing_reads_are_named(account: Account) -> None:
    response = account.send("GET", "/v2/numbers/countries?zeta=1&alpha[x]=2&sms_enabled=1&format=json")
    assert (response.status, list(response.ignored)) == (200, ["alpha", "zeta"])
    response = account.send("GET", "/v1/balance", b"{,}", "application/json")
    assert response.status == 200  # a body of a GET is not looked at


@pytest.fixture(scope="module")
def anybody() -> Account:
    """An account that random requests may do anything to."""
    return Account(Server())


PATHS = st.sampled_from([row["path"] for row in operations()] + ["/v2/buy/purchase", "/v2/buy/search"])
WORDS = st.sampled_from(
    "did_numbers did_numbers[] id_in[] identities[][id] identities[] identities[][did_ids][] page per_page "
    "type start_date sms_enabled begins_with ends_width pattern apiid x[y][z]".split()
)
VALUES = st.one_of(
    st.sampled_from(
        [GOOD, "112370", "6756", "6757", "1", "0", "-1", "true", "2025-01-01", "month", "{}", '{"id":6756}']
    ),
    st.text(max_size=12),
    st.integers().map(str),
)
JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([GOOD, 112370, 6756]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["did_numbers", "id_in", "identities", "id", "did_ids"]) | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FORMS = st.lists(st.tuples(WORDS, VALUES), max_size=6)


@settings(max_examples=250, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]),
    path=PATHS | st.text(alphabet="v12/abc%.{}", max_size=20).map("/".__add__),
    prefix=st.sampled_from(["", "/api"]),
    query=FORMS.map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
    | st.text(max_size=30),
    body=st.one_of(
        JSONS.map(lambda content: orjson.dumps(content, default=str) if _encodable(content) else b"{}"),
        FORMS.map(
            lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")
        ),
        st.binary(max_size=60),
    ),
    content_type=st.sampled_from([FORM, "application/json", MULTIPART, "", "text/plain"]),
    accept=st.sampled_from(["*/*", "text/csv", "text/plain", "application/json", "é;q=x"]),
    known=st.booleans(),
)
def test_any_request_is_answered_and_the_books_agree(
    anybody: Account,
    method: str,
    path: str,
    prefix: str,
    query: str,
    body: bytes,
    content_type: str,
    accept: str,
    known: bool,
) -> None:
    before = anybody.state()
    headers = {"accept": accept, "content-type": content_type, **(BEARER if known else {})}
    query = query.encode("utf-8", "replace").decode("latin-1")
    response = anybody.server.gateway.handle(method, f"/didlogic{prefix}{path}", query, headers, body)
    assert response.status < 500 or response.status == 501, response.body
    if response.status >= 400:
        assert response.headers[0] == ("Content-Type", JSON)
        assert list(orjson.loads(response.body)) in (["error"], ["errors"])
        assert anybody.state() == before
    anybody.check_books()


def _encodable(content: Any) -> bool:
    try:
        orjson.dumps(content, default=str)
    except TypeError:
        return False
    return True


SCRIPT: list[tuple[str, str, bytes]] = [
    ("GET", "/v2/numbers/search?country_name_contains=Canada&cheap_sorting=1", b""),
    ("POST", "/v2/numbers/purchase", b"did_numbers[]=17806999999&did_numbers[]=1&id_in[]=112371"),
    ("POST", "/v2/numbers/purchase", b"did_numbers[a]=1"),
    ("GET", "/v1/purchases", b""),
    ("DELETE", "/v2/buy/purchase", b"did_numbers=17806999999"),
    ("GET", "/v1/transactions", b""),
    ("GET", "/v2/numbers", b""),
    ("GET", "/v1/balance", b""),
]


def test_answers_are_the_same_bytes_in_two_fresh_servers() -> None:
    def play() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        fresh = Account(Server())
        answers = [fresh.send(method, path, body, FORM) for method, path, body in SCRIPT]
        return [(answer.status, answer.body, answer.headers) for answer in answers]

    assert play() == play()
