"""The OpenAPI documents of didlogic v1 and v2, made from the tables in `contracts/didlogic`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

JSON = dict[str, Any]

_TABLES = Path(__file__).parent / "didlogic"
_FORM = "application/x-www-form-urlencoded"
_TYPES = {"form": _FORM, "multipart": "multipart/form-data", "json": "application/json"}
_KEYS = re.compile(r"\[([^\]]*)\]")
_MEANINGS = {
    400: "The body or the query cannot be read",
    401: "No token, or one that opens nothing",
    403: "The token or the account does not allow it",
    404: "What the path or the request names does not exist, or belongs to somebody else",
    413: "The body is too large",
    422: "Something is wrong with what was sent, or the account does not allow it now",
    429: "Too many requests; none is known to be set by the provider (G06)",
}
_ALWAYS = (400, 429)
_ABOUT = {
    "v1": (
        "Balance, transactions, call records, messages, SIP accounts, and the numbers of the account with "
        "their destinations. It lives beside v2 and shares its state."
    ),
    "v2": (
        "Search and purchase of numbers, the inventory, documents and identities, and the reputation of "
        "numbers. It lives beside v1 and shares its state."
    ),
}
_SOURCES = (
    "The vendor publishes no description that a program could read. This one is made of its documentation "
    "and of what public clients send and read; operations.json beside it says of every operation, parameter "
    "and refusal how well it is known, and names the open point (G01 to G43) that an assumption belongs to. "
    "Unknown fields and parameters are ignored. The same paths are served below /api, and may end in .json. "
    "Keys of nested objects are written with brackets in forms; JSON nests them."
)


def documents() -> dict[str, JSON]:
    """One document for each version."""
    return {f"didlogic/{version}/openapi.json": document(version) for version in ("v1", "v2")}


def table(name: str) -> Any:
    """The content of a table or example."""
    return json.loads((_TABLES / name).read_text())


def document(version: str) -> JSON:
    rows, schemas = table(f"{version}/operations.json"), table(f"{version}/schemas.json")
    paths: JSON = {}
    for row in rows:
        for name, method, path in places(row):
            paths.setdefault(path, {})[method.lower()] = _operation(name, path, row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"didlogic API {version}",
            "version": version,
            "description": f"{_ABOUT[version]}\n\n{_SOURCES}",
        },
        "servers": [
            {"url": "https://api.didlogic.com", "description": "The provider"},
            {"url": "https://app.didlogic.com/api", "description": "The provider, as most clients reach it"},
            {"url": "/didlogic", "description": "The mockserver that this document was fetched from"},
        ],
        "tags": [{"name": name} for name in dict.fromkeys(row["tag"] for row in rows)],
        "security": [{"bearer": []}, {"apiid": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "One token for v1 and v2, from the account manager",
                },
                "apiid": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "apiid",
                    "description": "The legacy way; also accepted in a body",
                },
            },
            "schemas": {name: _schema(schema) for name, schema in schemas.items()},
        },
    }


def places(row: JSON) -> Iterator[tuple[str, str, str]]:
    """(operationId, method, path) of everywhere that an operation is served; ids differ, as they must."""
    for method in (row["method"], *row["also_methods"]):
        for path in (row["path"], *row["alias_paths"]):
            name = row["id"]
            if method != row["method"]:
                name += f"_{method.lower()}"
            if path != row["path"]:
                name += "_buy" if path.startswith("/v2/buy") else "_numbers"
            yield name, method, path


def json_body(fields: list[JSON]) -> JSON:
    """The schema of a JSON body: bracketed names nest."""
    body: JSON = {"type": "object", "properties": {}}
    for field in fields:
        if field.get("forms_only"):
            continue
        head, keys = field["name"].partition("[")[0], _KEYS.findall(field["name"])
        at, names = body, [head, *keys]
        for place, name in enumerate(names):
            if name == "":
                continue
            in_list = names[place + 1 : place + 2] == [""]
            last = place == len(names) - 1 or (in_list and place == len(names) - 2)
            if field["required"] and "items" not in at:
                at["required"] = list(dict.fromkeys([*at.get("required", ()), name]))
            properties = at["items"]["properties"] if "items" in at else at["properties"]
            if last:
                described = _described(field)
                if field.get("single"):
                    described = _one_or_many(described)
                if "items" in at and not in_list:  # a list of its own in a form, one value in an object
                    described = {**described["items"], "description": described["description"]}
                properties[name] = described
            elif in_list:
                at = properties.setdefault(
                    name, {"type": "array", "items": {"type": "object", "properties": {}}}
                )
            else:
                at = properties.setdefault(name, {"type": "object", "properties": {}})
    return body


def form_body(fields: list[JSON]) -> JSON:
    """The schema of a form: names as they are sent, booleans in any of the words that clients use.

    `x-alone`: one value may also come without the brackets of its name. A property of its own would get the
    name of the list in a generated client.
    """
    properties = {field["name"]: _in_form(_described(field)) for field in fields}
    for field in fields:
        if field.get("single"):
            properties[field["name"]]["x-alone"] = True
    body: JSON = {"type": "object", "properties": properties}
    required = [field["name"] for field in fields if field["required"]]
    return {**body, "required": required} if required else body


def _in_form(schema: JSON) -> JSON:
    if schema["type"] != "boolean":
        return schema
    words: JSON = {
        "type": "string",
        "enum": ["1", "0", "true", "false"],
        "description": schema["description"],
    }
    return words


def _one_or_many(schema: JSON) -> JSON:
    """A list, or the one item of it."""
    listed = {key: value for key, value in schema.items() if key != "description"}
    return {"description": schema["description"], "anyOf": [listed, schema["items"]]}


def _described(field: JSON) -> JSON:
    """The schema of a field. A text that must be there must not be blank, either."""
    schema = {**field["schema"], "description": field["about"]}
    if field["required"] and schema["type"] == "string" and not schema.keys() & {"enum", "format"}:
        schema = {"minLength": 1, **schema}
    return schema


def _operation(name: str, path: str, row: JSON) -> JSON:
    described: JSON = {
        "operationId": name,
        "summary": row["summary"],
        "description": _description(row),
        "tags": [row["tag"]],
        "parameters": [_parameter(one) for one in row["parameters"]],
    }
    if path != row["path"]:
        described["description"] += f"\n\nThe same as {row['path']}."
    if "request" in row:
        described["requestBody"] = _request(row["request"])
        if row["request"].get("query"):
            described["parameters"] += [_instead(field) for field in row["request"]["fields"]]
    described["responses"] = {"200": _answer(row), **_refusals(row)}
    if row["evidence"] == "assumed" or row["confidence"] == "guess":
        described["x-evidence"] = "assumed"
    return described


def _description(row: JSON) -> str:
    """What it does, and how well it is known."""
    known = f"Known from: {row['evidence']}, confidence {row['confidence']}"
    return (
        f"{row['about']}\n\n{known}; open point {row['gap']}."
        if "gap" in row
        else f"{row['about']}\n\n{known}."
    )


def _parameter(row: JSON) -> JSON:
    described = {
        "name": row["name"],
        "in": row["in"],
        "required": row["required"],
        "description": row["about"],
        "schema": row["schema"],
    }
    if "example" in row:
        described["example"] = row["example"]
    return described


def _instead(field: JSON) -> JSON:
    """A field that may stand in the query instead of the body."""
    described = _described(field) | ({"x-alone": True} if field.get("single") else {})
    about = f"Instead of a body. {described.pop('description')}"
    return {
        "name": field["name"],
        "in": "query",
        "required": False,
        "description": about,
        "schema": described,
    }


def _request(row: JSON) -> JSON:
    bodies = {"form": form_body, "multipart": form_body, "json": json_body}
    content = {_TYPES[kind]: {"schema": bodies[kind](row["fields"])} for kind in row["formats"]}
    required = any(field["required"] for field in row["fields"]) and not row.get("query")
    return {"required": required, "content": content}


def _answer(row: JSON) -> JSON:
    answer = row["answer"]
    content: JSON = {}
    for kind in answer["content_types"]:
        if kind == "application/json":
            content[kind] = {"schema": {"$ref": f"#/components/schemas/{answer['schema']}"}}
            if "example" in answer and not answer["example"].endswith(".csv.json"):
                content[kind]["examples"] = {"recorded": {"value": table(f"examples/{answer['example']}")}}
        elif kind.startswith("text/"):
            content[kind] = {"schema": {"type": "string"}}
        else:
            content[kind] = {"schema": {"type": "string", "format": "binary"}}
    return {"description": "Done", "content": content}


def _refusals(row: JSON) -> JSON:
    """One answer for each status, with its reasons in the description."""
    bodies = {error["claim"]: error["body"] for error in table("errors.json")}
    statuses = sorted({one["status"] for one in row["refusals"]} | set(_ALWAYS))
    described: JSON = {}
    for status in statuses:
        reasons = [one for one in row["refusals"] if one["status"] == status]
        examples: JSON = {}
        for place, one in enumerate(reasons, start=1):
            value = {"error": one["error"]} if "error" in one else bodies[one["claim"]]
            examples[f"{one['claim']}.{place}"] = {"summary": one["when"], "value": value}
        answer: JSON = {"schema": {"$ref": "#/components/schemas/Refusal"}}
        if examples:
            answer["examples"] = examples
        described[str(status)] = {
            "description": "\n".join([_MEANINGS[status], *(f"- {one['when']}" for one in reasons)]),
            "content": {"application/json": answer},
        }
    return described


def _schema(node: Any) -> Any:
    """A schema of the table as a component."""
    if isinstance(node, list):
        return [_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"#/components/schemas/{value.removeprefix('#/')}" if key == "$ref" else _schema(value)
        for key, value in node.items()
    }
