"""The refusals of didlogic as probes: requests of probes.yaml, answers of errors.json and operations.json."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from contracts.build_probes import compiled, known_levels

JSON = dict[str, Any]
_TABLES = Path(__file__).parent / "didlogic"
_REQUEST = ("ask", "headers", "form", "body")


def extend(facts: JSON) -> None:
    """Add what the tables say, and how well the reads are known."""
    errors = {row["claim"]: row for row in json.loads((_TABLES / "errors.json").read_text())}
    operations = {
        (version, row["id"]): row
        for version in facts["documents"]
        for row in json.loads((_TABLES / version / "operations.json").read_text())
    }
    for probe in facts["probes"]:
        parts = probe["id"].split(".")
        if parts[1] == "read":
            operation = operations[parts[2], parts[3].removesuffix("_buy")]
            probe["evidence"] = operation["answer"]["shape_evidence"]
            probe["claims"] = [*probe["claims"], *_of_gap(operation)]
    seen: Counter[str] = Counter()
    for refusal in facts.pop("refusals"):
        path = refusal["ask"].partition(" ")[2]
        version = "v1" if path.startswith("/v1") else "v2"
        about = operations[version, refusal["operation"]]
        row = next(one for one in about["refusals"] if one["claim"] == refusal["claim"])
        name = f"{refusal['operation']}.{refusal['claim']}"
        seen[name] += 1
        facts["probes"].append(
            compiled(
                {
                    "id": f"didlogic.refusal.{name}" + (f".{seen[name]}" if seen[name] > 1 else ""),
                    "claims": [f"didlogic.error.{refusal['claim']}", *_of_gap(row)],
                    "evidence": row["evidence"],
                    "versions": [version],
                    **{part: refusal[part] for part in _REQUEST if part in refusal},
                    "expect": _expected(refusal, row, errors[refusal["claim"]]),
                }
            )
        )


def _of_gap(row: JSON) -> list[str]:
    """The claim about the open point that a row rests on, which stands in `X-Mock-Evidence`."""
    claim = f"didlogic.{row.get('gap')}"
    return [claim] if claim in known_levels() else []


def _expected(refusal: JSON, row: JSON, error: JSON) -> JSON:
    """Status and form; the words of a refusal are nobody's but ours, so that any will do."""
    body: JSON = {"error": "<text>"}
    if refusal["claim"] == "validation":
        body = {"errors": {refusal["field"]: "<texts>"} if "field" in refusal else "<object>"}
    elif "error" in row:
        body = {"error": row["error"]}
    return {"status": row["status"], "media_type": "application/json", "body": body}
