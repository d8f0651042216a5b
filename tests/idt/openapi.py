"""Answers held against `contracts/idt/openapi.json`: every test that calls through `Idt` does so."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from contracts.checking import bundled, operations
from mockserver.core.messages import Response
from mockserver.providers.idt.assumptions import OPTIONS
from tests.idt.contract import contract

DOCUMENT = contract("openapi.json")
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {"method": method.upper(), "path": path, **operation}
    for method, path, operation in operations(DOCUMENT)
}
# What the server finds wrong with itself or the transport; no document of the provider speaks of it.
OWN_FAILURES = frozenset({413, 500, 501, 503})
# Switches that say something about the account. The others choose another reading of the reference than the
# document's, so that its answers are no longer those of the document.
_OF_THE_ACCOUNT = frozenset({"dids_enabled", "access_withdrawn", "quota", "quota_used", "create_status"})
_READINGS = {name: rule.default for name, rule in OPTIONS.items() if name not in _OF_THE_ACCOUNT}
_NOWHERE = {"403": {2000}, "404": {1003}, "429": {2001, 2002}}


def operation_of(method: str, path: str) -> str:
    """The operation that a request is for; "" when the document knows none. `path` starts at `/v1/dids`."""
    parts = [part for part in path.split("/") if part]
    for name, operation in OPERATIONS.items():
        wanted = operation["path"].strip("/").split("/")
        if operation["method"] == method and len(wanted) == len(parts):
            if all(want.startswith("{") or want == part for want, part in zip(wanted, parts, strict=True)):
                return name
    return ""


def as_in_the_document(options: dict[str, Any]) -> bool:
    """Whether an account with these switches is what the document describes."""
    return all(options.get(name) == value for name, value in _READINGS.items())


def deviations(method: str, path: str, response: Response) -> list[str]:
    """How an answer differs from what the document says about its operation and status."""
    operation = operation_of("GET" if method == "HEAD" else method, path)
    status = str(response.status)
    if response.status in OWN_FAILURES:
        return _errors(_validator("", ""), response)
    if not operation:
        if status not in _NOWHERE:
            return [f"{status} for a path that is not described"]
        found = _errors(_validator("", ""), response)
        codes = {error["code"] for error in orjson.loads(response.body)["errors"]}
        return found or ([] if codes <= _NOWHERE[status] else [f"codes {codes} with {status}"])
    described = OPERATIONS[operation]["responses"].get(status)
    if described is None:
        return [f"{operation} is not described to answer {status}"]
    if "content" not in described:
        types = [value for name, value in response.headers if name.lower() == "content-type"]
        return [f"{operation} {status} has a body or a type"] if response.body or types else []
    return _errors(_validator(operation, status), response)


def _errors(validator: Any, response: Response) -> list[str]:
    if ("Content-Type", "application/json") not in response.headers:
        return ["Content-Type is not application/json"]
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return ["not JSON"]
    found = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(body)]
    if response.status >= 400 and not found and body["status"] != response.status:
        found.append("status in the body is not that of the answer")
    return found


@cache
def _validator(operation: str, status: str) -> jsonschema_rs.Draft202012Validator:
    """For the body of an answer; without an operation for any refusal."""
    schema: dict[str, Any] = {"$ref": "#/components/schemas/ErrorResponse"}
    if operation:
        content = OPERATIONS[operation]["responses"][status]["content"]
        schema = content["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator(bundled(DOCUMENT, schema), validate_formats=True)
