"""The OpenAPI document of the control API, made from the operations' table and the models it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.control.call import Operation, Parameter
from mockserver.control.guard import OPEN
from mockserver.http.gateway import CONTROL_PREFIX

_REF = "#/components/schemas/{model}"
_REFUSALS = {
    "401": "The server has an admin token, and the call does not show it",
    "403": "Asked by a web page of another site",
    "405": "This path does not take the method",
    "422": "Something named does not exist or a value is not allowed",
    "500": "The server failed; its log says why",
}
_REFUSALS_OF_BODIES = {"400": "The body is not JSON", "413": "The body is too large"}
_HEADERS = {
    "401": ("WWW-Authenticate", "Bearer"),
    "405": ("Allow", "The methods that this path takes, separated by commas"),
}
# What the parts of paths name.
_PARTS = {
    "sandbox": "Name of a sandbox that exists",
    "name": "Name of a sandbox or snapshot: 1 to 64 letters, digits, dots, dashes or underscores",
    "provider": "didww, idt or didlogic",
    "happening": "As `GET /_mock/world` lists them",
    "type": "A type, as `GET /_mock/state` or `GET /_mock/transitions` lists them",
    "id": "Number of a request or callback, id of a fault, a row or whatever a change is about",
    "version": "Version of the provider's API, as `GET /_mock/contracts` lists them",
    "file": "openapi.json",
}
_SCHEMES = {
    "adminToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The value of MOCKSERVER_ADMIN_TOKEN, if the server was started with one",
    },
    "mockToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Mock-Token",
        "description": "The same token, for callers that have another use for Authorization",
    },
}


def full_paths(operation: Operation) -> list[str]:
    """Every path that serves an operation."""
    paths = [(CONTROL_PREFIX + operation.path).rstrip("/")]
    if operation.scope == "sandbox":
        paths.append(f"{CONTROL_PREFIX}/sandboxes/{{sandbox}}{operation.path}")
    return paths


def document(operations: Sequence[Operation], version: str, base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1 for the whole table."""
    from pydantic.json_schema import models_json_schema

    from mockserver.control.schemas import model

    names: set[str] = set()
    for one in operations:
        names.update({one.body, one.answer, one.conflict} - {""})
    _, definitions = models_json_schema(
        [(model(name), "validation") for name in sorted(names)], ref_template=_REF
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
                "are about the default one. No credentials are needed unless the server has an admin token; "
                "health and ready never need any. HEAD is served wherever GET is."
            ),
        },
        "servers": [{"url": base_url}],
        "tags": [
            {"name": "server", "description": "The server as a whole"},
            {"name": "sandbox", "description": "One sandbox"},
        ],
        "security": [{}, *({name: []} for name in _SCHEMES)],
        "paths": paths,
        "components": {"securitySchemes": _SCHEMES, "schemas": definitions["$defs"]},
    }


def _operation(one: Operation, path: str) -> dict[str, Any]:
    of_named = "{sandbox}" in path
    parameters = [_path_parameter(name) for name in _names_in(path)]
    parameters += [_query_parameter(parameter) for parameter in one.query]
    refusals = dict(_REFUSALS)
    is_open = one.path.strip("/") in OPEN
    if is_open:
        del refusals["401"]
    if one.body:
        refusals.update(_REFUSALS_OF_BODIES)
        refusals["413"] = f"The body is larger than {one.most_body >> 20} MiB"
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
    for status, (name, meaning) in _HEADERS.items():
        header = {"description": meaning, "required": True, "schema": {"type": "string"}}
        if status in responses:
            responses[status]["headers"] = {name: header}
    described: dict[str, Any] = {
        "operationId": one.name + ("_of_sandbox" if of_named else ""),
        "summary": one.summary,
        "description": _description(one, of_named=of_named),
        "tags": [one.scope],
        "parameters": parameters,
        "responses": responses,
    }
    if is_open:
        described["security"] = []
    if one.body:
        described["requestBody"] = {
            "required": _must_be_given(one.body),
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=one.body)}}},
        }
    return described


def _must_be_given(name: str) -> bool:
    """Whether an empty body, which counts as an object without fields, would be refused."""
    from pydantic import RootModel

    from mockserver.control import bodies

    kind = getattr(bodies, name)
    return not issubclass(kind, RootModel) and any(one.is_required() for one in kind.model_fields.values())


def _description(one: Operation, *, of_named: bool) -> str:
    """The summary, what the handler says of itself, and which sandbox it is about."""
    said = " ".join([f"{one.summary}.", *(one.handle.__doc__ or "").split()])
    if one.scope == "server":
        return said
    return f"{said} In the sandbox that the path names." if of_named else f"{said} In the default sandbox."


def _names_in(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _path_parameter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": _PARTS.get(name, f"The {name}"),
        "schema": {"type": "string", "minLength": 1},
    }


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
