"""Answers held against the documents: what is accepted, what is told, and what nobody asks about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from mockserver.conformance.answers import OWN, check_answer
from mockserver.conformance.documents import Document
from mockserver.conformance.judge import Judge
from mockserver.core.messages import HeaderBlock, Response
from tests.conformance.test_requests import named
from tests.support import Server

IDT = ("v1", "dids", "coverage", "countries")
JSON = [("Content-Type", "application/json")]
PERU = {"name": "Peru", "iso": "PE", "has_regions": False, "supports_toll_free": False}
COUNTRIES = {"countries": [PERU], "meta": {"total": 1}}


def judge(content: Any, status: int = 200, headers: Any = JSON, path: tuple[str, ...] = IDT) -> list[str]:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    _, problems = check_answer(named("idt"), "GET", path, status, headers, body)
    return list(map(str, problems))


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (COUNTRIES, []),
        ({"countries": [PERU]}, ["body /meta is missing"]),
        ({**COUNTRIES, "more": 1}, ["body /more is not a field of this object"]),
        (
            {**COUNTRIES, "countries": [{**PERU, "name": 7}]},
            ["body /countries/0/name must be a text, is a number"],
        ),
        (b"{", ["body is not JSON"]),
    ],
)
def test_body_is_held_against_the_schema(content: Any, problems: list[str]) -> None:
    assert judge(content) == problems


CITIES = ("v3", "cities")
REQUEST_ID = "00000000-0000-4000-8000-000000000000"
DIDWW = [("Content-Type", "application/vnd.api+json"), ("X-Request-Id", REQUEST_ID), ("ETag", '"1"')]
PLACE = "http://x/v3/cities?page=1"


@pytest.mark.parametrize("path", ["links", "links/first", "links/last", "meta", "meta/total_records"])
def test_page_of_didww_without_its_links_or_counts_is_told(path: str) -> None:
    page: dict[str, Any] = {
        "data": [],
        "meta": {"total_records": 0, "api_version": "2026-04-16"},
        "links": {"first": PLACE, "last": PLACE},
    }

    def told() -> list[str]:
        answer = (200, DIDWW, orjson.dumps(page))
        return list(map(str, check_answer(named("didww/2026-04-16"), "GET", CITIES, *answer)[1]))

    assert told() == []
    whole, _, part = path.rpartition("/")
    del (page[whole] if whole else page)[part]
    assert told() == [f"body /{path} is missing"]


def test_status_and_type_must_be_described() -> None:
    assert judge(COUNTRIES, 202) == ["status 202 is not described"]
    assert judge(COUNTRIES, headers=[]) == ["header content-type is missing, must be application/json"]
    assert judge(COUNTRIES, headers=[("content-type", "text/html")]) == [
        "header content-type is text/html, must be application/json"
    ]
    assert judge(b"x", 204, path=("v1", "dids", "trunk_groups", "1")) == ["status 204 is not described"]
    assert judge(COUNTRIES, path=("nowhere",)) == ["status 200 for a path that is not described"]
    assert judge({}, 404, path=("nowhere",)) == []


def test_what_only_this_server_answers_is_not_judged() -> None:
    for status in OWN:
        assert judge(b"anything", status, headers=[]) == []


def test_answer_without_content_must_have_none() -> None:
    path = ("v1", "dids", "trunk_groups", "1")
    found = check_answer(named("idt"), "DELETE", path, 204, JSON, b"x")[1]
    assert list(map(str, found)) == ["body is not described", "header content-type is not described"]


def test_header_must_be_there_and_as_described() -> None:
    schema = {"type": "integer"}
    headers = {"X-Total": {"required": True, "schema": schema}}
    described = {"description": "x", "headers": headers}
    document = Document("x", {"paths": {"/a": {"get": {"responses": {"200": described}}}}})

    def found(*headers: tuple[str, str]) -> list[str]:
        return list(map(str, check_answer(document, "GET", ("a",), 200, headers, b"")[1]))

    assert found(("x-total", "7")) == []
    assert found() == ["header x-total is missing"]
    assert found(("X-TOTAL", "many")) == ["header x-total must be a whole number, is a text"]


# --- while serving -----------------------------------------------------------------------------------


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that checks, and whose IDT answers what its contract does not know."""
    server = Server(contracts=False, check_contracts=True)
    server.world()
    assert isinstance(server.gateway.judge, Judge)

    def respond(world: Any, request: Any) -> Response:
        block = HeaderBlock(("Content-Type", "application/json"))
        return Response(200, b'{"countries": [], "more": "s3cret"}', block, operation="get_countries")

    monkeypatch.setattr(server.gateway.providers["idt"], "respond", respond)
    yield server


def test_planted_answer_is_logged_counted_and_remarked(
    planted: Server, caplog: pytest.LogCaptureFixture
) -> None:
    headers = planted.gateway.providers["idt"].credentials("default")
    answer = planted.request("GET", "/idt/v1/dids/coverage/countries", headers=headers)
    told = "body /meta is missing; body /more is not a field of this object"
    assert dict(answer.headers)["X-Mock-Contract"] == told
    assert [record.getMessage() for record in caplog.records] == [
        f"idt get_countries answered 200 against its contract: {one}" for one in told.split("; ")
    ]
    assert planted.world().coverage.of("violation") == {
        ("idt", "get_countries", "body /meta", "is missing"): 1,
        ("idt", "get_countries", "body /more", "is not a field of this object"): 1,
    }


def test_answer_that_a_fault_spoilt_is_not_judged(planted: Server) -> None:
    from tests.control.caller import drive

    headers = planted.gateway.providers["idt"].credentials("default")
    fault = b'{"provider": "idt", "effect": {"body": "malformed"}}'
    assert drive(planted, "POST", "/_mock/faults", "", fault, {}).status == 201
    answer = planted.request("GET", "/idt/v1/dids/coverage/countries", headers=headers)
    assert "X-Mock-Contract" not in dict(answer.headers)


def test_genuine_answers_are_as_described_and_nobody_checks_unless_asked(server: Server) -> None:
    assert Server(contracts=False).gateway.judge is None
    for name, path in (("idt", "/idt/v1/dids/orders"), ("didww", "/didww/v3/balance")):
        headers = server.gateway.providers[name].credentials("default")
        assert "X-Mock-Contract" not in dict(server.request("GET", path, headers=headers).headers)


def test_strict_server_raises(planted: Server) -> None:
    from tests.support import StrictJudge

    planted.gateway.judge = StrictJudge()
    headers = planted.gateway.providers["idt"].credentials("default")
    with pytest.raises(AssertionError, match="body /meta is missing"):
        planted.request("GET", "/idt/v1/dids/coverage/countries", headers=headers)
