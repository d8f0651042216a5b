"""Whether an OpenAPI 3.1 document is sound: the specification's own schema, and what that schema cannot see.

Needs the development tools (jsonschema-rs, schemathesis), which are imported when they are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PARAMETER = re.compile(r"{([^{}]+)}")
# The words of a schema: over schemas by name, over one schema or a list of them, and over plain values.
_OF_NAMED = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs"))
_OF_SCHEMAS = frozenset(
    "items prefixItems contains additionalProperties propertyNames unevaluatedProperties unevaluatedItems "
    "allOf anyOf oneOf not if then else".split()
)
_WORDS = frozenset(
    "$ref $schema $id $anchor $comment type enum const format pattern minLength maxLength minimum maximum "
    "exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minContains maxContains "
    "required minProperties maxProperties dependentRequired title description default examples example "
    "deprecated readOnly writeOnly contentEncoding contentMediaType contentSchema "
    "discriminator externalDocs xml".split()
)


def faults(document: Document) -> list[str]:
    """Everything that is wrong with a document, each in one line; none for a sound one."""
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    found = [
        f"{_pointer(error.instance_path)}: {error.message}"
        for error in OPENAPI_31_VALIDATOR.iter_errors(document)
    ]
    for check in (_dangling, _operations, _schemas, _examples):
        found = found or list(check(document))  # each relies on the earlier ones
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """(method in lower case, path, operation) of every operation of a document."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def resolve(document: Document, node: Any) -> Any:
    """A node of the document, or what it refers to. KeyError for a reference that leads nowhere."""
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        at: Any = document
        for part in node["$ref"].removeprefix("#").split("/")[1:]:
            at = at[part.replace("~1", "/").replace("~0", "~")]
        node = at
    return node


def bundled(document: Document, schema: Any) -> Document:
    """A schema of the document that can be used by itself, its references included."""
    return {"components": {"schemas": document["components"]["schemas"]}, "allOf": [schema]}


def _pointer(parts: Any) -> str:
    return "/" + "/".join(str(part) for part in parts)


def _walk(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every node with its place, without the insides of examples, which are data."""
    yield path, node
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("example", "examples", "default", "const", "enum"):
                yield from _walk(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, (*path, str(index)))


def _dangling(document: Document) -> Iterator[str]:
    for path, node in _walk(document):
        if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            try:
                resolve(document, node)
            except (KeyError, TypeError):
                yield f"{_pointer(path)}: {node['$ref']} leads nowhere"


def _operations(document: Document) -> Iterator[str]:
    """Operation ids are there and differ, parameters fit the path, links and security name what there is."""
    schemes = set(document.get("components", {}).get("securitySchemes", {}))
    seen: set[str] = set()
    listed = list(operations(document))
    known = {operation.get("operationId") for _, _, operation in listed}
    for method, path, operation in listed:
        place = f"{method.upper()} {path}"
        name = operation.get("operationId", "")
        if not name or name in seen:
            yield f"{place}: operationId {name!r} is missing or not its own"
        seen.add(name)
        parameters = [
            resolve(document, parameter)
            for parameter in (
                *document["paths"][path].get("parameters", ()),
                *operation.get("parameters", ()),
            )
        ]
        keys = [(parameter["in"], parameter["name"]) for parameter in parameters]
        if len(set(keys)) < len(keys):
            yield f"{place}: a parameter is there twice"
        in_path = {name for where, name in keys if where == "path"}
        if in_path != set(_PARAMETER.findall(path)):
            yield f"{place}: path parameters are {sorted(in_path)}"
        requirements: list[Document] = operation.get("security") or document.get("security") or []
        for one in (scheme for requirement in requirements for scheme in requirement):
            if one not in schemes:
                yield f"{place}: no security scheme {one}"
        for status, response in operation["responses"].items():
            for link in resolve(document, response).get("links", {}).values():
                if link.get("operationId") not in known:
                    yield f"{place} {status}: a link to no operation"


def _schemas(document: Document) -> Iterator[str]:
    """Schemas are JSON Schema 2020-12, and say nothing that no validator would read."""
    import jsonschema_rs

    for path, schema in _placed_schemas(document):
        for place, word in _unread(schema):
            yield f"{_pointer((*path, *place))}: {word} means nothing in a schema"
        if not jsonschema_rs.meta.is_valid(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        ):
            yield f"{_pointer(path)}: not a JSON Schema"


def _unread(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every word of a schema that neither JSON Schema nor OpenAPI knows, with its place."""
    if not isinstance(schema, Mapping):
        return
    for word, value in schema.items():
        if word in _OF_NAMED:
            for name, one in value.items():
                yield from _unread(one, (*path, word, name))
        elif word in _OF_SCHEMAS:
            for place, one in enumerate(value if isinstance(value, list) else [value]):
                yield from _unread(one, (*path, word, str(place)))
        elif word not in _WORDS and not word.startswith("x-"):
            yield path, word


def _examples(document: Document) -> Iterator[str]:
    """Every example is valid by the schema that it stands beside."""
    placed: list[tuple[tuple[str, ...], Any, list[Any]]] = []
    for path, node in _walk(document):
        if not isinstance(node, Mapping) or "schema" not in node:
            continue
        examples = [resolve(document, example)["value"] for example in node.get("examples", {}).values()]
        examples += [node["example"]] if "example" in node else []
        if examples:
            placed.append((path, node["schema"], examples))
    check = Judge(document, (schema for _, schema, _ in placed))
    for path, schema, examples in placed:
        for example in examples:
            for message in check.messages(schema, example):
                yield f"{_pointer(path)}: an example is not valid: {message}"


class Judge:
    """Validates values by any of the given schemas of a document; compiled together, which is quick."""

    def __init__(self, document: Document, schemas: Iterable[Any]) -> None:
        import jsonschema_rs

        self._check = jsonschema_rs.Draft202012Validator(
            {
                "components": {"schemas": document["components"]["schemas"]},
                "properties": {_key(schema): schema for schema in schemas},
            }
        )

    def messages(self, schema: Any, value: Any) -> list[str]:
        """What is wrong with a value; none for a valid one."""
        return [error.message for error in self._check.iter_errors({_key(schema): value})]

    def is_valid(self, schema: Any, value: Any) -> bool:
        return bool(self._check.is_valid({_key(schema): value}))


def _key(schema: Any) -> str:
    return json.dumps(schema, sort_keys=True)


def _placed_schemas(document: Document) -> Iterator[tuple[tuple[str, ...], Document]]:
    for path, node in _walk(document):
        if isinstance(node, Mapping) and "schema" in node and path[:2] != ("components", "schemas"):
            yield (*path, "schema"), node["schema"]
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield ("components", "schemas", name), schema
