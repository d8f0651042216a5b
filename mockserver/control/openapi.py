"""The OpenAPI document of the control API, made from the operations' table and the models it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.control.call import Operation, Parameter
from mockserver.http.gateway import CONTROL_PREFIX

_REF = "#/components/schemas/{model}"
_REFUSALS = {
    "403": "Asked by a web page of another site",
    "405": "This path does not take the method",
    "422": "Something named does not exist or a value is not allowed",
    "500": "The server failed; its log says why",
}
_REFUSALS_OF_BODIES = {"400": "The body is not JSON", "413": "The body is larger than 1 MiB"}


def full_paths(operation: Operation) -> list[str]:
    """Every path that serves an operation."""
    paths = [(CONTROL_PREFIX + operation.path).rstrip("/")]
    if operation.scope == "sandbox":
        paths.append(f"{CONTROL_PREFIX}/sandboxes/{{sandbox}}{operation.path}")
    return paths


def document(operations: Sequence[Operation], version: str, base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1 for the whole table."""
    from pydantic.json_schema import models_json_schema

    from mockserver.control import schemas

    names: set[str] = set()
    for one in operations:
        names.update({one.body, one.answer, one.conflict} - {""})
    _, definitions = models_json_schema(
        [(getattr(schemas, name), "validation") for name in sorted(names)], ref_template=_REF
    )
    paths: dict[str, Any] = {}
    for one in operations:
        for path in full_paths(one):
            paths.setdefault(path, {})[one.method.lower()] = _operation(one, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockserver control API",
            "version": version,
            "description": (
                "Time, money, limits and memory of the sandboxes of a mockserver. Paths without a sandbox "
                "are about the default one. Nothing here needs credentials."
            ),
        },
        "servers": [{"url": base_url}],
        "tags": [
            {"name": "server", "description": "The server as a whole"},
            {"name": "sandbox", "description": "One sandbox"},
        ],
        "paths": paths,
        "components": {"schemas": definitions["$defs"]},
    }


def _operation(one: Operation, path: str) -> dict[str, Any]:
    of_named = "{sandbox}" in path
    parameters = [_path_parameter(name) for name in _names_in(path)]
    parameters += [_query_parameter(parameter) for parameter in one.query]
    refusals = dict(_REFUSALS)
    if one.body:
        refusals.update(_REFUSALS_OF_BODIES)
    if one.waits:
        refusals["408"] = "It did not happen in time"
    if one.conflicts:
        refusals["409"] = one.conflicts
    responses = {str(one.status): _answers(one.summary, one.answer)}
    if one.status == 201:
        responses["200"] = _answers("It was there already", one.answer)
    models = {"409": one.conflict}
    responses.update(
        {
            status: _answers(meaning, models.get(status, "Problem"))
            for status, meaning in sorted(refusals.items())
        }
    )
    described: dict[str, Any] = {
        "operationId": one.name + ("_of_sandbox" if of_named else ""),
        "summary": one.summary,
        "tags": [one.scope],
        "parameters": parameters,
        "responses": responses,
    }
    if one.body:
        described["requestBody"] = {
            "required": False,
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=one.body)}}},
        }
    return described


def _names_in(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.summary,
        "schema": dict(parameter.schema),
    }


def _answers(meaning: str, model: str) -> dict[str, Any]:
    return {
        "description": meaning,
        "content": {"application/json": {"schema": {"$ref": _REF.format(model=model)}}},
    }
