"""The judge of all other tests here: an answer that is not as the OpenAPI document says is noticed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from contracts.build_idt import component
from mockserver.core.messages import HeaderBlock, Response
from tests.idt.contract import contract
from tests.idt.openapi import DOCUMENT, OPERATIONS, as_in_the_document, deviations, operation_of
from tests.idt.situations import SAMPLES
from tests.idt.support import HEADERS, Idt

JSON = HeaderBlock(("Content-Type", "application/json"))
COUNTRY = {"name": "Peru", "iso": "PE", "has_regions": False, "supports_toll_free": False}
ERROR = {"code": 1003, "title": "Resource Not Found", "detail": "x"}
ID = "0b0d3c2e-1111-4222-8333-444455556666"


def refusal(status: int = 404, **error: Any) -> dict[str, Any]:
    return {"status": status, "api_request_id": ID, "errors": [{**ERROR, **error}]}


def answer(status: int, content: Any = None, headers: HeaderBlock = JSON) -> Response:
    return Response(status, b"" if content is None else orjson.dumps(content), headers)


COUNTRIES = "/v1/dids/coverage/countries"
REGIONS = f"{COUNTRIES}/PE/regions"


@pytest.mark.parametrize(
    ("method", "path", "response"),
    [
        ("GET", COUNTRIES, answer(200, {"countries": [COUNTRY], "meta": {"total": 1}})),
        ("HEAD", COUNTRIES, answer(200, {"countries": [], "meta": {"total": 0}})),
        ("GET", "/v1/dids/orders/x", answer(404, refusal(field="order_id"))),
        ("GET", "/nothing", answer(404, refusal())),
        ("DELETE", "/v1/dids/trunk_groups/1", Response(204)),
    ],
)
def test_answer_as_described_is_accepted(method: str, path: str, response: Response) -> None:
    assert deviations(method, path, response) == []


@pytest.mark.parametrize(
    ("method", "path", "response"),
    [
        ("GET", COUNTRIES, answer(200, {"countries": [COUNTRY]})),
        ("GET", COUNTRIES, answer(200, {"countries": [{**COUNTRY, "iso": "Peru"}], "meta": {"total": 1}})),
        ("GET", COUNTRIES, answer(200, {"countries": [{**COUNTRY, "more": 1}], "meta": {"total": 1}})),
        ("GET", COUNTRIES, answer(200, {"countries": [], "meta": {"total": -1}})),
        ("GET", COUNTRIES, answer(200, {"countries": [], "meta": {"total": 0}}, HeaderBlock())),
        ("GET", COUNTRIES, Response(200, b"{", JSON)),
        ("GET", COUNTRIES, answer(201, {"countries": [], "meta": {"total": 0}})),
        ("GET", COUNTRIES, answer(400, refusal(400))),
        ("GET", REGIONS, answer(404, refusal(422, code=4003))),
        ("GET", REGIONS, answer(404, refusal(404, code=4001))),
        ("GET", REGIONS, answer(404, {**refusal(404), "api_request_id": "1"})),
        ("GET", REGIONS, answer(404, {**refusal(404), "errors": []})),
        ("GET", "/nothing", answer(404, refusal(code=4001))),
        ("GET", "/nothing", answer(422, refusal(422, code=1000))),
        ("GET", "/nothing", answer(200, {})),
        ("DELETE", "/v1/dids/trunk_groups/1", answer(204, {})),
        ("DELETE", "/v1/dids/trunk_groups/1", answer(204)),
        ("GET", COUNTRIES, answer(500, {"error": "x"})),
    ],
)
def test_answer_that_is_not_as_described_is_noticed(method: str, path: str, response: Response) -> None:
    assert deviations(method, path, response) != []


def test_every_sample_leads_to_its_operation() -> None:
    for sample in SAMPLES:
        path = f"/v1/dids{sample.target.partition('?')[0]}"
        assert operation_of(OPERATIONS[sample.operation]["method"], path) == sample.operation
    assert operation_of("PATCH", "/v1/dids/orders") == ""


def test_account_that_reads_the_reference_otherwise_is_not_judged(idt: Idt) -> None:
    options = idt.world.options["idt"]
    assert as_in_the_document(options)
    assert as_in_the_document({**options, "quota": 1, "dids_enabled": False, "create_status": 201})
    assert not as_in_the_document({**options, "status_1000": 400})


def test_document_holds_every_table_row() -> None:
    tables = contract("operations.json")
    assert {component(name) for name in contract("schemas.json")} == set(DOCUMENT["components"]["schemas"])
    schemes = DOCUMENT["components"]["securitySchemes"]
    (required,) = DOCUMENT["security"]
    assert {schemes[name]["name"] for name in required} == set(HEADERS)
    for name, row in tables["operations"].items():
        described = OPERATIONS[name]
        parameters = {(one["in"], one["name"]) for one in described["parameters"]}
        documented = {(one["in"], one["name"]) for one in row["parameters"] if one["in"] != "json"}
        assert parameters == documented
        assert ("requestBody" in described) == (row["request_body"] is not None)
        common = [one for one in tables["common_errors"] if one["applies_to"] == "all" or row["request_body"]]
        for error in (*common, *row["errors"]):
            shown = described["responses"][str(error["status"])]["content"]["application/json"]
            (entry,) = shown["examples"][error["id"]]["value"]["errors"]
            assert (entry["code"], entry.get("field")) == (error["code"], error.get("field"))
            codes = shown["schema"]["properties"]["errors"]["items"]["properties"]["code"]["enum"]
            assert error["code"] in codes
        assert set(row["responses"]) <= set(described["responses"])
