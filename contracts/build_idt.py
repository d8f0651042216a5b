"""The OpenAPI document of IDT Express, made from the tables in `contracts/idt`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

JSON = dict[str, Any]

_TABLES = Path(__file__).parent / "idt"
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"  # of a refusal that is shown as an example
_SECURITY = {"x-api-key": "apiKey", "x-api-secret": "apiSecret"}  # header -> name of its scheme
_MEANINGS = {
    "200": "Done",
    "201": "Created, as the general list of statuses would allow; the operation's own section says 200 (C04)",
    "204": "Done; there is nothing to say",
    "403": "The credentials or the account do not allow it",
    "404": "What the path names does not exist",
    "422": "Something in the query or the body is wrong, or the state does not allow it",
    "429": "Too many requests",
}
_ABOUT = (
    "Buying and running phone numbers (DIDs) with IDT Express, as its public reference describes it. What "
    "the reference leaves open is filled in with what is most likely; operations.json and errors.json beside "
    "this document say of every fact how well it is known. Unknown fields and parameters are ignored. The "
    "codes given for a refusal are those described; a client should expect others."
)


def documents() -> dict[str, JSON]:
    """The one document of the one version."""
    return {"idt/openapi.json": document()}


def table(name: str) -> Any:
    """The content of a table or example."""
    return json.loads((_TABLES / name).read_text())


def document() -> JSON:
    tables, schemas = table("operations.json"), table("schemas.json")
    titles = {row["code"]: row["title"] for row in table("errors.json")["codes"]}
    paths: JSON = {}
    for name, operation in tables["operations"].items():
        described = _operation(name, operation, tables["common_errors"], titles)
        paths.setdefault(operation["path"], {})[operation["method"].lower()] = described
    servers = tables["api"]["servers"]
    return {
        "openapi": "3.1.0",
        "info": {"title": tables["api"]["name"], "version": tables["api"]["version"], "description": _ABOUT},
        "servers": [
            {"url": servers["live"], "description": "The provider, live"},
            {"url": servers["sandbox"], "description": "The provider's sandbox"},
            {"url": "/idt", "description": "The mockserver that this document was fetched from"},
        ],
        "tags": tables["tags"],
        "security": [{scheme: [] for scheme in _SECURITY.values()}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                scheme: {
                    "type": "apiKey",
                    "in": "header",
                    "name": header,
                    "description": tables["api"]["auth"]["headers"][header]["scope"],
                }
                for header, scheme in _SECURITY.items()
            },
            "schemas": {component(name): _schema(schema) for name, schema in schemas.items()},
        },
    }


def component(name: str) -> str:
    """The name of a component: `order_response` -> "OrderResponse"."""
    return "".join(part.capitalize() for part in name.split("_"))


def reference(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{component(name)}"}


def _operation(name: str, row: JSON, common: Iterable[JSON], titles: Mapping[int, str]) -> JSON:
    described: JSON = {
        "operationId": name,
        "summary": row["title"],
        "description": _description(row),
        "tags": [row["tag"]],
        "parameters": [_parameter(one) for one in row["parameters"] if one["in"] in ("path", "query")],
    }
    body = row["request_body"]
    if body is not None:
        described["requestBody"] = {
            "required": body["required"],
            "content": _content(reference(body["schema"]), body["examples"]),
        }
    responses = {status: _answer(status, answer) for status, answer in row["responses"].items()}
    if row["method"] == "POST" and "200" in responses:
        responses["201"] = _answer("201", row["responses"]["200"])
    for target, parameters in row.get("links", {}).items():
        for status in sorted({"200", "201"} & responses.keys()):
            link = {"operationId": target, "parameters": parameters}
            responses[status].setdefault("links", {})[target] = link
    errors = [*_common(common, has_body=body is not None), *row["errors"]]
    for status in sorted({error["status"] for error in errors}):
        of_status = [error for error in errors if error["status"] == status]
        responses[str(status)] = _refusal(status, of_status, titles)
    described["responses"] = responses
    return described


def _common(rows: Iterable[JSON], *, has_body: bool) -> list[JSON]:
    return [row for row in rows if row["applies_to"] == "all" or has_body]


def _description(row: JSON) -> str:
    """The description, and the special cases as a list."""
    cases = [f"- {case['when']}: {case['then']}" for case in row.get("edge_cases", ())]
    return "\n".join([row["description"], "", *cases]) if cases else str(row["description"])


def _parameter(row: JSON) -> JSON:
    """A parameter of the path or the query. Conditions are in its description, no schema can say them."""
    schema: JSON = {"type": row["type"]}
    schema.update({key: row[key] for key in ("enum", "pattern") if key in row})
    if row["type"] == "string" and row["in"] == "path":
        schema["minLength"] = 1
    bounds = row.get("range", {})
    schema.update({key: bounds[key] for key in ("minimum", "maximum") if key in bounds})
    if "default" in row:
        default = row["default"]
        schema["default"] = default["value"] if isinstance(default, dict) else default
    described = {
        "name": row["name"],
        "in": row["in"],
        "required": row["required"] is True,
        "description": row["description"],
        "schema": schema,
    }
    if "example" in row:
        described["example"] = row["example"]
    return described


def _answer(status: str, row: JSON) -> JSON:
    answer: JSON = {"description": _MEANINGS[status]}
    if "schema" in row:
        answer["content"] = _content(reference(row["schema"]), row["examples"])
    return answer


def _refusal(status: int, rows: list[JSON], titles: Mapping[int, str]) -> JSON:
    """One answer for all refusals of a status.

    Which codes there are stands beside the reference to the schema: validators see it there, and code
    generators keep one model for all refusals.
    """
    codes = {"properties": {"code": {"enum": sorted({row["code"] for row in rows})}}}
    schema = {**reference("error_response"), "properties": {"errors": {"items": codes}}}
    examples: JSON = {}
    for row in rows:
        value = {
            "status": status,
            "api_request_id": _REQUEST_ID,
            "errors": [error_entry(row, titles[row["code"]])],
        }
        examples[row["id"]] = {"summary": f"{row['code']}: {row['when']}", "value": value}
    return {
        "description": _MEANINGS[str(status)],
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def error_entry(row: JSON, title: str, index: int = 0, **facts: str) -> JSON:
    """The entry of `errors` that a row describes; `index` is a place in a list, `facts` fill the detail."""
    facts = {"cost": "6.39", "balance": "1.23", **facts}
    entry = {"code": row["code"], "title": title, "detail": row["detail"].format(**facts)}
    if "field" in row:
        entry["field"] = row["field"]
    if "source" in row:
        entry["source"] = row["source"].format(i=index)
    return entry


def _content(schema: JSON, examples: Iterable[str]) -> JSON:
    shown = {_label(file): {"value": _valid(table(file))} for file in examples}
    return {"application/json": {"schema": schema, "examples": shown}}


def _label(file: str) -> str:
    """`examples/create_order.request.by_quantity.json` -> "by_quantity"; "example" where there is but one."""
    return (
        file.removesuffix(".json").rpartition(".")[2].replace("200", "example").replace("request", "example")
    )


def _valid(example: JSON) -> JSON:
    """A printed example in the one spelling that is used where the reference has two (C02)."""
    order = example.get("order")
    if isinstance(order, dict) and order["status"] == "complete":
        return {**example, "order": {**order, "status": "Complete"}}
    return example


def _schema(node: Any) -> Any:
    """A schema of the table as a component: references lead to components, notes become descriptions."""
    if isinstance(node, list):
        return [_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    made: JSON = {}
    notes = [node[key] for key in ("description", "x-presence", "x-note") if isinstance(node.get(key), str)]
    if notes:
        made["description"] = "; ".join(notes)
    for key, value in node.items():
        if key == "$ref":
            made[key] = reference(value.rpartition("/")[2])["$ref"]
        elif key not in ("description", "x-presence", "x-note", "x-doc-type", "x-example"):
            made[key] = _schema(value)
    return made
