"""What is wrong with a request by its provider's document: where, what, and what would become of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from mockserver.conformance.documents import Document, document
from mockserver.conformance.problems import Problem
from mockserver.conformance.requests import Sent, check_request, with_fate
from tests.didlogic.account import contract, operations

IDT = {"x-api-key": "***", "x-api-secret": "***"}
DIDWW = {"api-key": "***", "content-type": "application/vnd.api+json"}
DIDLOGIC = {"authorization": "***"}
FORM = {**DIDLOGIC, "content-type": "application/x-www-form-urlencoded"}
ITEM = {"did_group_id": 16847, "quantity": 1}
DID = "0b0d3c2e-1111-4222-8333-444455556666"
ORDER = {"order_items": [ITEM]}


def named(name: str) -> Document:
    found = document(f"{name}/openapi.json")
    assert found is not None
    return found


def ask(
    name: str, method: str, target: str, headers: dict[str, str], body: Any = b"", kind: str = ""
) -> list[tuple[str, str, str]]:
    """The problems of a request as (place, problem, fate)."""
    path, _, query = target.partition("?")
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    given = {**headers, "content-type": kind} if kind else headers
    sent = Sent(method, tuple(part for part in path.split("/") if part), query, given, content)
    return [(one.place, one.problem, one.fate) for one in check_request(named(name), sent)]


def order(body: Any, kind: str = "application/json", headers: dict[str, str] = IDT) -> list[Any]:
    return ask("idt", "POST", "/v1/dids/orders", headers, body, kind)


@pytest.mark.parametrize(
    ("name", "method", "target", "headers", "body"),
    [
        ("idt", "GET", "/v1/dids/coverage/countries", IDT, b""),
        ("idt", "HEAD", "/v1/dids/orders?page=2", IDT, b""),
        ("idt", "POST", "/v1/dids/orders", {**IDT, "content-type": "application/json; charset=utf-8"}, ORDER),
        ("didlogic/v1", "GET", "/v1/balance", DIDLOGIC, b""),
        ("didlogic/v1", "GET", "/v1/balance?apiid=***", {}, b""),
        (
            "didlogic/v2",
            "DELETE",
            "/v2/buy/purchase",
            FORM,
            b"did_numbers[]=17806999999&did_numbers[]=17806999998",
        ),
        ("didww/2026-04-16", "GET", "/v3/dids?filter[number]=1&page[size]=2&include=order", DIDWW, b""),
        (
            "didww/2026-04-16",
            "GET",
            "/v3/dids?include=did_group.country&fields[did_groups]=country&fields[countries]=name,iso",
            DIDWW,
            b"",
        ),
        ("didww/2026-04-16", "PATCH", f"/v3/dids/{DID}", DIDWW, {"data": {"type": "dids", "id": DID}}),
    ],
)
def test_request_as_described_has_no_problem(
    name: str, method: str, target: str, headers: dict[str, str], body: Any
) -> None:
    found = ask(name, method, target, headers, body)
    assert [one for one in found if not one[0].startswith("path ")] == []


RECORDED = [one for one in contract("examples/index.json")["examples"] if one["kind"].startswith("request")]


@pytest.mark.parametrize("example", RECORDED, ids=lambda one: one["file"])
def test_recorded_request_of_a_client_has_no_problem(example: dict[str, Any]) -> None:
    row = next(one for one in operations() if one["id"] == example["operation"])
    content = urlencode(contract(f"examples/{example['file']}"), doseq=True)
    target = re.sub("{.*?}", "1", row["path"])
    name, method = f"didlogic/{row['version']}", row["method"]
    if "request" in row:
        assert ask(name, method, target, FORM, content.encode()) == []
    if "request" not in row or row["request"].get("query"):
        assert ask(name, method, f"{target}?{content}", DIDLOGIC) == []


@pytest.mark.parametrize("body", [{"did_numbers": "17806999999"}, {"did_numbers": ["17806999999"]}])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_single_number_needs_no_list(method: str, body: Any) -> None:
    assert ask("didlogic/v2", method, "/v2/buy/purchase", DIDLOGIC, body, "application/json") == []


def test_identities_may_be_json_texts_in_a_form() -> None:
    content = urlencode({"did_numbers[]": "1", "identities[]": '{"id": 6756, "did_numbers": ["1"]}'})
    assert ask("didlogic/v2", "POST", "/v2/numbers/purchase", FORM, content.encode()) == []


@pytest.mark.parametrize(
    ("item", "problems"),
    [
        ({"did_group_id": "x", "quantity": 1}, [("did_group_id", "must be a whole number, is a text")]),
        ({"did_group_id": 1, "quantity": 0}, [("quantity", "must be at least 1")]),
        ({"did_group_id": 1, "quantity": None}, [("quantity", "must be a whole number, is null")]),
        ({"did_group_id": 1, "quantity": 2.5}, [("quantity", "must be a whole number, is a number")]),
        ({"did_group_id": 1, "quantity": [1]}, [("quantity", "must be a whole number, is a list")]),
        ({"did_group_id": 1, "quantity": {}}, [("quantity", "must be a whole number, is an object")]),
        ({"did_group_id": 1, "quantity": True}, [("quantity", "must be a whole number, is true or false")]),
    ],
)
def test_field_of_the_wrong_kind_is_told_without_its_value(item: Any, problems: list[Any]) -> None:
    found = order({"order_items": [item]})
    assert [(f"body /order_items/0/{name}", problem, "rejected") for name, problem in problems] == found


def test_one_of_several_fields_that_is_missing_is_told_with_all_of_them() -> None:
    schema = {"anyOf": [{"required": ["quantity"]}, {"required": ["did_skus"]}]}
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}
    made = Document("made", {"paths": {"/orders": {"post": operation}}})
    sent = Sent("POST", ("orders",), "", {"content-type": "application/json"}, b"{}")
    assert check_request(made, sent) == [Problem("body", "must have quantity or did_skus")]


def test_field_that_is_missing_or_unknown_is_told_at_any_depth() -> None:
    assert order({"order_items": [{"quantity": 1, "colour": "red"}], "reference": 7}) == [
        ("body /order_items/0/did_group_id", "is missing", "rejected"),
        ("body /order_items/0/colour", "is not a field of this object", "ignored"),
        ("body /reference", "is not a field of this object", "ignored"),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "problems"),
    [
        (b"", "application/json", [("body", "is missing", "rejected")]),
        (b"{", "application/json", [("body", "is not JSON", "rejected")]),
        ([], "application/json", [("body", "must be an object, is a list", "rejected")]),
        (ORDER, "", [("header content-type", "is missing; it must be application/json", "rejected")]),
        (ORDER, "text/plain", [("header content-type", "is text/plain, not application/json", "rejected")]),
        (
            b"a=1",
            "text/plain",
            [
                ("header content-type", "is text/plain, not application/json", "rejected"),
                ("body", "is not JSON", "rejected"),
            ],
        ),
        (
            b'{"order_items": [{"did_group_id": 1, "quantity": 1, "quantity": 2}]}',
            "application/json",
            [("body quantity", "stands more than once in an object", "ignored")],
        ),
    ],
)
def test_body_that_is_none_or_of_another_type_is_told(body: Any, kind: str, problems: list[Any]) -> None:
    assert order(body, kind) == problems


def test_credentials_that_are_missing_are_told() -> None:
    assert order(ORDER, headers={"x-api-key": "***"}) == [("header x-api-secret", "is missing", "rejected")]
    assert ask("didlogic/v1", "GET", "/v1/balance", {}) == [
        ("header authorization", "is missing", "rejected")
    ]


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        ("page=x", [("query page", "must be a whole number, is a text", "rejected")]),
        ("page=0", [("query page", "must be at least 1", "rejected")]),
        ("colour=red", [("query colour", "is not a parameter of this operation", "ignored")]),
        ("a=1&" * 2001, [("query", "has too many fields", "rejected")]),
    ],
)
def test_query_parameter_that_is_wrong_or_unknown_is_told(query: str, problems: list[Any]) -> None:
    assert ask("idt", "GET", f"/v1/dids/orders?{query}", IDT) == problems


@pytest.mark.parametrize(
    ("name", "target", "twice"),
    [
        ("idt", "/v1/dids/orders?page=1&page=2", "page"),
        ("idt", "/v1/dids/orders?page=1", ""),
        ("didww/2026-04-16", "/v3/countries?filter[name]=a&filter[name]=b", "filter[name]"),
        ("didww/2026-04-16", "/v3/countries?filter[name]=a&filter[iso]=b", ""),
        ("didww/2026-04-16", "/v3/countries?sort=name&sort=iso", "sort"),
    ],
)
def test_parameter_that_is_given_twice_is_told(name: str, target: str, twice: str) -> None:
    found = ask(name, "GET", target, DIDWW if name != "idt" else IDT)
    told = (f"query {twice}", "is given more than once", "ignored")
    assert found == ([told] if twice else [])


def test_path_and_method_that_are_not_described_are_told() -> None:
    assert ask("idt", "GET", "/v1/dids/ordres", IDT) == [
        ("path /v1/dids/ordres", "is not described", "rejected")
    ]
    assert ask("idt", "PATCH", "/v1/dids/orders", IDT) == [
        ("path /v1/dids/orders", "does not take PATCH, only GET or POST", "rejected")
    ]


def test_body_where_none_is_read_is_told() -> None:
    assert ask("idt", "GET", "/v1/dids/orders", IDT, {"page": 1}) == [
        ("body", "is not read by this operation", "ignored")
    ]


def test_form_is_read_by_its_schema() -> None:
    found = ask("didlogic/v2", "DELETE", "/v2/buy/purchase", FORM, b"colour=red")
    assert found == [
        ("body /did_numbers[]", "is missing", "rejected"),
        ("body /colour", "is not a field of this object", "ignored"),
    ]


def test_multipart_form_is_read_and_its_files_are_not_judged() -> None:
    edge = "multipart/form-data; boundary=x"
    body = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n\xff\r\n--x--\r\n'
    found = ask("didlogic/v2", "POST", "/v2/documents", DIDLOGIC, body % (b"odd", b'; filename="a"'), edge)
    assert ("body /odd", "is not a field of this object", "ignored") in found


def test_json_api_body_is_judged_by_the_form_that_was_meant() -> None:
    attributes = {"items": [{"type": "did_order_items", "attributes": {"qty": "two", "sku": "x"}}]}
    body = {"data": {"type": "orders", "attributes": attributes}}
    found = ask("didww/2026-04-16", "POST", "/v3/orders", DIDWW, body)
    assert found
    assert all(place.startswith("body /data/attributes/items/0/attributes/") for place, _, _ in found), found


def test_trunk_that_registers_by_itself_may_empty_its_host() -> None:
    """As the official client does it."""
    attributes = {"enabled_sip_registration": True, "use_did_in_ruri": True, "host": None, "port": None}
    trunk = {"configuration": {"type": "sip_configurations", "attributes": attributes}}
    body = {"data": {"type": "voice_in_trunks", "id": DID, "attributes": trunk}}
    assert ask("didww/2026-04-16", "PATCH", f"/v3/voice_in_trunks/{DID}", DIDWW, body) == []
    del attributes["enabled_sip_registration"], attributes["use_did_in_ruri"]
    former = ask("didww/2022-05-10", "PATCH", f"/v3/voice_in_trunks/{DID}", DIDWW, body)
    place = "body /data/attributes/configuration/attributes/host"
    assert former == [(place, "must be a text, is null", "rejected")]


def test_what_the_journal_masked_is_not_judged() -> None:
    body = {"order_items": [{"did_group_id": "***", "quantity": 1}]}
    assert order(body) == []


def test_body_that_is_not_known_whole_is_not_judged() -> None:
    sent = Sent("POST", ("v1", "dids", "orders"), "", IDT, None)
    assert check_request(named("idt"), sent) == []


@pytest.mark.parametrize(
    ("problem", "status", "answer", "fate"),
    [
        (Problem("query a", "x", "ignored", "a"), 200, b"", "ignored"),
        (Problem("query a", "x", "ignored", "a"), 404, b"nothing", "ignored"),
        (Problem("query colour", "x", "ignored", "colour"), 400, b"colour is not allowed", "rejected"),
        (Problem("query a", "x", "ignored", "a"), 400, b"a parameter", "rejected"),
        (Problem("query ca", "x", "ignored", "ca"), 400, b"cannot", "ignored"),
        (Problem("query filter[nmae]", "x", "ignored", "filter[nmae]"), 400, b'"nmae is wrong"', "rejected"),
        (Problem("query filter[name]", "x", "ignored", "filter[name]"), 400, b"page is wrong", "ignored"),
        (Problem("body /a", "x"), 422, b"", "rejected"),
        (Problem("body /a", "x"), 200, b"", "ignored"),
        (Problem("header content-type", "x"), 422, b"", "ignored"),
        (Problem("header content-type", "x"), 415, b"", "rejected"),
    ],
)
def test_fate_is_what_the_answer_shows(problem: Problem, status: int, answer: bytes, fate: str) -> None:
    assert with_fate(problem, status, answer).fate == fate
