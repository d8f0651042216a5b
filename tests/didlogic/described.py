"""Whether an answer is one that the OpenAPI documents describe: status, content type, shape, order."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from contracts.build_didlogic import document, places, table
from contracts.checking import bundled, resolve
from mockserver.core.messages import Response

JSON = "application/json; charset=utf-8"
# What any operation may answer: an unknown path, too much, a fault on demand, a failure of ours.
ANYWHERE = {400, 404, 413, 429, 500, 501, 503}


@cache
def documents() -> dict[str, Any]:
    return {version: document(version) for version in ("v1", "v2")}


@cache
def described(operation: str, status: int) -> Any:
    """The description of an operation's answer; None for one that stands in no table."""
    for version in documents():
        for row in table(f"{version}/operations.json"):
            if row["id"] == operation:
                _, method, path = next(places(row))
                paths = documents()[version]["paths"]
                return paths[path][method.lower()]["responses"].get(str(status))
    raise KeyError(operation)


@cache
def _validator(version: str, schema: str) -> Any:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return jsonschema_rs.Draft202012Validator(bundled(documents()[version], reference), validate_formats=True)


def check(path: str, response: Response) -> None:
    """AssertionError when the answer to a request for this path is not as described."""
    version = "v2" if "/v2" in path else "v1"
    content_type = next((value for name, value in response.headers if name == "Content-Type"), "")
    kind = content_type.partition(";")[0]
    if response.status >= 400:
        assert kind == "application/json", content_type
        if response.operation and response.status not in ANYWHERE:
            assert described(response.operation, response.status), (response.operation, response.status)
        validate(version, "Refusal", orjson.loads(response.body))
        return
    content = described(response.operation, response.status)["content"]
    assert kind in content, (response.operation, content_type)
    if kind == "application/json":
        assert content_type == JSON
        name = content[kind]["schema"]["$ref"].rpartition("/")[2]
        validate(version, name, orjson.loads(response.body))


def validate(version: str, schema: str, value: Any) -> None:
    """The value fits the component, has its fields in its order, and no others."""
    for error in _validator(version, schema).iter_errors(value):
        raise AssertionError(f"{schema}{error.instance_path}: {error.message}")
    in_order(documents()[version], documents()[version]["components"]["schemas"][schema], value, schema)


def in_order(document: Any, schema: Any, value: Any, place: str) -> None:
    """Objects have the properties of their schema, in its order."""
    schema = resolve(document, schema)
    for choice in schema.get("anyOf", ()):
        if set(resolve(document, choice).get("required", ())) <= set(value):
            in_order(document, choice, value, place)
    if isinstance(value, list) and "items" in schema:
        for item in value[:20]:
            in_order(document, schema["items"], item, place)
    if isinstance(value, dict) and "properties" in schema:
        known = [name for name in schema["properties"] if name in value]
        assert list(value) == known, f"{place}: {list(value)}"
        for name in known:
            in_order(document, schema["properties"][name], value[name], f"{place}.{name}")
