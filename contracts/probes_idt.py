"""The refusals of IDT Express as probes: requests of probes.yaml, answers of operations.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.build_probes import compiled

JSON = dict[str, Any]
_TABLES = Path(__file__).parent / "idt"
_REFUSED = [403, 404, 422, 429]  # the documented statuses of refusals


def extend(facts: JSON) -> None:
    """Add what the tables say."""
    tables = json.loads((_TABLES / "operations.json").read_text())
    titles = {row["code"]: row["title"] for row in json.loads((_TABLES / "errors.json").read_text())["codes"]}
    rows = {row["id"]: row for row in tables["common_errors"]}
    for name, operation in tables["operations"].items():
        rows |= {f"{name}.{row['id']}": row for row in operation["errors"]}
    for name, request in facts.pop("refusals").items():
        facts["probes"] += map(compiled, _probes(name, request, rows[name], titles))


def _probes(name: str, request: JSON, row: JSON, titles: dict[int, str]) -> Iterator[JSON]:
    """What is known of a refusal, and what is assumed about the rest of its body."""
    code, status, level = row["code"], row["status"], row["evidence"]
    common = "." not in name
    refusal = f"idt.{name}" if common else f"idt.refusal.{name}"
    own = f"idt.error.{code}"
    item = {"code": code, "title": titles[code], "detail": "<text>"}
    if level == "documented" and "{" not in row["detail"] and not common:
        item["detail"] = row["detail"]
    item |= {part: row[part].replace("{i}", "0") for part in ("field", "source") if part in row}
    body = {"status": status, "api_request_id": "<uuid>", "errors": [item]}
    whole = {"status": status, "media_type": "application/json", "body": body}
    if common or level in ("documented", "assumed"):
        evidence = "documented" if level.startswith("documented") else "assumed"
        claims = [own] if common else [refusal, *_of_situation(row), own]
        yield {"id": refusal, "claims": claims, "evidence": evidence, **request, "expect": whole}
        return
    errors = [{"code": code, "title": titles[code]}] if "documented code" in level else ["<object>"]
    known = {"status": _REFUSED, "like": {"status": "<int>", "errors": errors}}
    yield {"id": refusal, "claims": [refusal, own], "evidence": "documented", **request, "expect": known}
    shape = f"{refusal}.shape"
    yield {"id": shape, "claims": [shape, own], "evidence": "assumed", **request, "expect": whole}


def _of_situation(row: JSON) -> list[str]:
    """The claim of what all such refusals have in common, where the situation is in no source."""
    if row["evidence"] != "assumed" or row["code"] not in (1002, 1003):
        return []
    if row["code"] == 1003:
        return ["idt.reading.path"]
    return ["idt.reading.types" if "source" in row else "idt.reading.query"]
