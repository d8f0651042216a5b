"""The probes of DIDWW that follow from its tables: engine cases, every list and record, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from contracts.build_probes import compiled, known_levels, load
from contracts.didww_tables import VERSIONS, Tables, of_version

JSON = dict[str, Any]

ENGINE = "didww.engine."
_CASES = Path(__file__).parent / "didww" / "engine-cases.yaml"
_EVIDENCE = {
    "JR 0.9": "client",
    "recorded at DIDWW": "recorded",
    "DIDWW document": "documented",
    "assumed": "assumed",
}
_MEDIA_TYPE = "application/vnd.api+json"
_SHOWN = {"status": 200, "content_type": _MEDIA_TYPE, "keys": {"": ["data", "meta"]}}
_WHOLE = VERSIONS[-2:]  # all refusals are tried at these, one for each list at the older ones
_OF_A_TYPE = ("proofs", "permanent_supporting_documents")  # their 404 names the type (regulation/errors.yaml)
_OF_MANY = ("list", "texts", "words", "ints", "object", "objects")  # kinds that no filter equals
_NOBODY = "00000000-0000-4000-8000-00000000dead"
# Kinds of values (contracts/didww/shapes.yaml) by the names of mockserver.verify.values, where they differ.
_KINDS = {
    "mapping": "object",
    "joined": "text",
    "items": "objects",
}


def extend(facts: JSON) -> None:
    """Add what the tables say."""
    facts["placeholders"] = {**load(_CASES)["placeholders"], **facts["placeholders"]}
    facts["templates"] = {version: _templates(of_version(version)) for version in VERSIONS}
    facts["probes"] += [_case(case) for case in load(_CASES)["cases"]]
    for version in reversed(VERSIONS):
        tables = of_version(version)
        facts["probes"] += map(compiled, _reads(tables, facts))
        if version in _WHOLE:
            facts["probes"] += map(compiled, _includes(tables))
            facts["probes"] += map(compiled, _filters(tables, facts["placeholders"]))
            facts["probes"] += map(compiled, _sorts(tables))
        facts["probes"] += map(compiled, _refusals(tables))
    for refusal in facts.pop("refusals"):
        facts["probes"] += map(compiled, _written(refusal))


def engine_placeholders() -> list[str]:
    """The names of the placeholders that the engine's cases define."""
    return list(load_cases()["placeholders"])


@cache
def load_cases() -> JSON:
    """The file of the cases."""
    cases: JSON = load(_CASES)
    return cases


# --- the engine's cases ------------------------------------------------------------------------------


def _case(case: JSON) -> JSON:
    """A case as a probe of the newest version. What the engine fails at may be answered with 400 as well."""
    name = f"{ENGINE}{case['name']}"
    step = {
        part: case[part]
        for part in ("method", "path", "query", "headers", "body", "raw_body")
        if part in case
    }
    expect = {"status": [500, 400]} if "engine_500" in case.get("tags", ()) else case["expect"]
    return {
        "id": name,
        "claims": [name],
        "evidence": _EVIDENCE[case["mark"]],
        "versions": [load_cases()["api_version"]],
        "steps": [{**step, "expect": expect}],
    }


# --- what a record consists of -----------------------------------------------------------------------


def _templates(tables: Tables) -> JSON:
    return {kind: _record(kind, facts) for kind, facts in tables.types.items()}


def _record(kind: str, facts: JSON) -> JSON:
    record: JSON = {"id": "<uuid>", "type": kind}
    if facts["attributes"]:
        record["attributes"] = {name: _value(value) for name, value in facts["attributes"].items()}
    shown = {name: link for name, link in facts["relationships"].items() if not link.get("hidden")}
    hidden = {name: link for name, link in facts["relationships"].items() if link.get("hidden")}
    if shown:
        record["relationships"] = {
            f"{name}?" if name in hidden else name: "<object>" for name in facts["relationships"]
        }
    if facts["meta"]:
        always = [name for name, value in facts["meta"].items() if not value.get("seldom")]
        record["meta" if always else "meta?"] = {
            name if name in always else f"{name}?": _value(value) for name, value in facts["meta"].items()
        }
    return record


def _value(facts: JSON) -> str:
    kind = _KINDS.get(facts["kind"], facts["kind"])
    return f"<{kind}?>" if facts["null"] else f"<{kind}>"


# --- reads -------------------------------------------------------------------------------------------


def _reads(tables: Tables, facts: JSON) -> Iterator[JSON]:
    version = tables.version
    for name, operation in tables.operations.items():
        path, kind = f"/v3{operation['path']}", operation["type"]
        if operation["verb"] not in ("list", "show") or kind not in tables.types:
            continue
        newest = tables.types[kind]["newest"]
        verb = "show" if operation["verb"] == "show" else "list"
        common = {"claims": [f"didww.{newest}.{verb}"], "evidence": "recorded", "versions": [version]}
        if verb == "list":
            about = tables.lists[kind]
            expect: JSON = {
                "status": 200,
                "content_type": _MEDIA_TYPE,
                **_around(about, version),
                "schema": name,
                "each": {"data": kind},
                "each_type": {"data": kind},
            }
            yield {"id": f"didww.{version}.{kind}.list", **common, "ask": f"GET {path}", "expect": expect}
            if about["shown"]:
                learnt = f"any_{kind}_id"
                facts["placeholders"][learnt] = {"get": path, "take": "data.0.id"}
                record = next(one for one, row in tables.operations.items() if _shows(row, operation["path"]))
                same = {"data.id": f"{{{learnt}}}", "meta.api_version": version}
                yield {
                    "id": f"didww.{version}.{kind}.show",
                    **common,
                    "claims": [f"didww.{newest}.show"],
                    "ask": f"GET {path}/{{{learnt}}}",
                    "expect": {
                        **_SHOWN,
                        "schema": record,
                        "is_a": {"data": kind},
                        "equals": same,
                    },
                }
        elif "{" not in path:
            shown = {
                **_SHOWN,
                "schema": name,
                "is_a": {"data": kind},
                "equals": {"meta.api_version": version},
            }
            yield {"id": f"didww.{version}.{kind}.show", **common, "ask": f"GET {path}", "expect": shown}


def _shows(operation: JSON, path: str) -> bool:
    return operation["path"] == f"{path}/{{id}}" and operation["verb"] == "show"


def _includes(tables: Tables) -> Iterator[JSON]:
    """Every include of every list: the linkage is told, and what comes along is a record of its type."""
    for kind, includes in tables.includes.items():
        newest = tables.types[kind]["newest"]
        for name, link in includes.items():
            to = link.get("one") or link.get("many")
            linkage = "<list>" if "many" in link else "<object?>"
            expect: JSON = {"status": 200, "every": {"data": {f"relationships.{name}.data": linkage}}}
            if to is not None:
                expect["every"]["included?"] = {"type": to, "id": "<uuid>"}
            yield {
                "id": f"didww.{tables.version}.{kind}.include.{name}",
                "claims": [f"didww.include.{newest}.{name}", f"didww.{newest}.list"],
                "evidence": "documented",
                "versions": [tables.version],
                "ask": f"GET /v3/{kind}?include={name}"
                + ("&page[size]=5" if tables.lists[kind]["paginated"] else ""),
                "expect": expect,
            }


def _filters(tables: Tables, placeholders: JSON) -> Iterator[JSON]:
    """Filters by what a record shows, with a value that one of them has: nothing else is listed."""
    for kind, filters in tables.filters.items():
        newest = tables.types[kind]["newest"]
        for name in filters:
            relation, _, part = name.partition(".")
            to_one = "one" in tables.includes.get(kind, {}).get(relation, {})
            shown = tables.types[kind]["attributes"].get(name)
            if name == "id" or (shown is not None and _value(shown).strip("<?>") not in _OF_MANY):
                include, place = "", name if name == "id" else f"attributes.{name}"
            elif part == "id" and to_one:
                include, place = f"include={relation}&", f"relationships.{relation}.data.id"
            else:
                continue
            size = "page[size]=20&" if tables.lists[kind]["paginated"] else ""
            learnt = f"some_{kind}_{name.replace('.', '_')}"
            asked = f"/v3/{kind}?{include}{size}".rstrip("?&")
            placeholders[learnt] = {"get": asked, "first_where": {"path": place}, "take": place}
            yield {
                "id": f"didww.{tables.version}.{kind}.filter.{name}",
                "claims": [f"didww.filter.{newest}.{name}", f"didww.{newest}.list"],
                "evidence": "documented",
                "versions": [tables.version],
                "ask": f"GET /v3/{kind}?{include}{size}filter[{name}]={{{learnt}}}",
                "expect": {
                    "status": 200,
                    "at_least": {"data": 1},
                    "every": {"data": {place: f"{{{learnt}}}"}},
                },
            }


def _sorts(tables: Tables) -> Iterator[JSON]:
    """Lists in the order of an attribute that is shown, both ways. Numbers on sale come as they like."""
    for kind, sorts in tables.sorts.items():
        newest = tables.types[kind]["newest"]
        for name, about in sorts.items():
            attribute = about.get("attribute", name)
            if attribute not in tables.types[kind]["attributes"] or kind == "available_dids":
                continue
            yield {
                "id": f"didww.{tables.version}.{kind}.sort.{name}",
                "claims": [f"didww.sort.{newest}.{name}", f"didww.{newest}.list"],
                "evidence": "documented",
                "versions": [tables.version],
                "steps": [
                    {
                        "ask": f"GET /v3/{kind}?sort={sign}{name}",
                        "expect": {
                            "status": 200,
                            "sorted_by": {"path": "data", "attribute": attribute, "dir": direction},
                        },
                    }
                    for sign, direction in (("", "asc"), ("-", "desc"))
                ],
            }


def _around(about: JSON, version: str) -> JSON:
    """What stands around the records of a list."""
    if not about["meta"]:
        return {"keys": {"": ["data"]}}
    names = ["data", "meta", *(["links"] if about["paginated"] else [])]
    return {"keys": {"": names, "meta": about["meta"]}, "equals": {"meta.api_version": version}}


# --- refusals ----------------------------------------------------------------------------------------


def _refusals(tables: Tables) -> Iterator[JSON]:
    """What every list refuses in the same way."""
    for kind, about in tables.lists.items():
        path = f"/v3/{kind}"
        asked = {
            "filter_not_allowed": (f"{path}?filter[nothing]=1", {"name": "nothing"}),
            "sort_not_allowed": (f"{path}?sort=nothing", {"name": "nothing", "type": kind}),
            "include_not_allowed": (f"{path}?include=nothing", {"name": "nothing", "type": kind}),
            "field_not_allowed": (f"{path}?fields[{kind}]=nothing", {"name": "nothing", "type": kind}),
        }
        if tables.version not in _WHOLE:
            asked = {"filter_not_allowed": asked["filter_not_allowed"]}
        elif about["paginated"]:
            asked["page_number"] = (f"{path}?page[number]=0", {"value": "0"})
            asked["page_size"] = (f"{path}?page[size]=0", {"value": "0"})
        if about["shown"]:
            asked["not_found"] = (f"{path}/{_NOBODY}", {"id": _NOBODY})
            if kind in _OF_A_TYPE and "record_not_found_of" in tables.errors:
                del asked["not_found"]
                asked["record_not_found_of"] = (f"{path}/{_NOBODY}", {"type": kind})
        for error, (target, values) in asked.items():
            yield _refused(tables, f"{kind}.{error}", error, f"GET {target}", values)
    wrong = {"headers": {"Api-Key": "no key of anybody"}}
    yield _refused(tables, "unauthorized", "unauthorized", "GET /v3/countries", {}, **wrong)
    accept = {"headers": {"Accept": "application/json"}}
    values = {"accept": "application/json"}
    yield _refused(tables, "not_acceptable", "not_acceptable", "GET /v3/countries", values, **accept)


def _written(refusal: JSON) -> Iterator[JSON]:
    """A refusal that probes.yaml asks for, in every version that has the row of its answer."""
    request = {name: value for name, value in refusal.items() if name in ("body", "headers", "raw_body")}
    for version in refusal.get("versions", reversed(VERSIONS)):
        tables = of_version(version)
        if refusal["error"] in tables.errors:
            values = {name: str(value) for name, value in refusal.get("values", {}).items()}
            probe = _refused(tables, refusal["name"], refusal["error"], refusal["ask"], values, **request)
            yield {**probe, "claims": [*probe["claims"], *refusal.get("claims", ())]}


def _refused(
    tables: Tables, name: str, error: str, ask: str, values: Mapping[str, str], **request: Any
) -> JSON:
    facts = tables.errors[error]
    expect: JSON = {"status": facts["status"], "content_type": _MEDIA_TYPE}
    if "errors" in facts:
        expect["body"] = {"errors": _filled(facts["errors"], values)}
    elif "like" in facts:
        expect["like"] = {"errors": [_filled(facts["like"], values)]}
    return {
        "id": f"didww.{tables.version}.refusal.{name}",
        "claims": [f"didww.error.{error}", *_of_code(facts)],
        "evidence": facts["evidence"],
        "versions": [tables.version],
        "ask": ask,
        **request,
        "expect": expect,
    }


def _of_code(facts: JSON) -> list[str]:
    """The claim about the code of a refusal, which stands in `X-Mock-Evidence`, if there is one."""
    (error,) = facts.get("errors") or [facts.get("like", {})]
    claim = f"didww.error.{error.get('code', facts['status'])}"
    return [claim] if claim in known_levels() else []


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
