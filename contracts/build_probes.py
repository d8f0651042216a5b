"""The probes of `mockserver verify`, compiled into one JSON file that needs no YAML to be read.

Sources: `contracts/<provider>/probes*.yaml` (their head says what they hold), the engine's cases of DIDWW,
and the OpenAPI documents: every read of them becomes a probe. A module `contracts.probes_<provider>` may add
more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from contracts import claims
from contracts.checking import Document, operations
from mockserver.verify.expectations import WORDS
from mockserver.verify.placeholders import names

JSON = dict[str, Any]

ROOT = Path(__file__).parent
PROVIDERS = ("didww", "idt", "didlogic")
LEVELS = ("recorded", "documented", "client", "assumed")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_IN_PATH = re.compile(r"\{([^{}]+)\}")
_REQUEST = {
    "method", "path", "query", "headers", "body", "form", "raw_body", "expect", "take", "until", "within",
    "every", "needs",
}  # fmt: skip
_PROBE = {"id", "claims", "evidence", "versions", "steps", "undo"}


class BadProbes(Exception):
    """Probes that cannot be used: every problem in a line of its own."""


def files() -> dict[str, str]:
    """The one file, `probes.json`, a line for each probe."""
    return {"probes.json": _text({provider: suite(provider) for provider in PROVIDERS})}


def _text(suites: Mapping[str, JSON]) -> str:
    """JSON in which a change shows as the line of what changed."""
    parts = []
    for provider, facts in suites.items():
        rest = [f"{_json(name)}: {_json(value)}" for name, value in facts.items() if name != "probes"]
        probes = ",\n".join(_json(probe) for probe in facts["probes"])
        parts.append(f"{_json(provider)}: {{\n" + ",\n".join([*rest, f'"probes": [\n{probes}\n]']) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def suite(provider: str) -> JSON:
    """Everything that is asked of one provider."""
    facts: JSON = {"probes": [], "placeholders": {}}
    for path in sorted((ROOT / provider).glob("probes*.yaml")):
        for part, content in load(path).items():
            if part == "probes":
                facts["probes"] += [compiled(probe) for probe in content]
            elif part == "placeholders":
                facts["placeholders"] |= content
            else:
                facts[part] = content
    reads = facts.pop("reads")
    if reads is not None:
        facts["probes"] += list(_reads(provider, facts, reads))
    more = f"contracts.probes_{provider}"
    if find_spec(more) is not None:
        import_module(more).extend(facts)
    check(provider, facts)
    levels = known_levels()
    for probe in facts["probes"]:
        probe["evidence"] = _level(probe, levels)
    return facts


@cache
def known_levels() -> dict[str, str]:
    """How well each claim is known, by its id."""
    return {claim.id: claim.evidence for claim in claims.load().claims}


def _level(probe: JSON, levels: Mapping[str, str]) -> str:
    """What a probe expects is known no better than its best known claim."""
    known = [LEVELS.index(levels[claim]) for claim in probe["claims"] if claim in levels]
    return LEVELS[max(LEVELS.index(probe["evidence"]), min(known, default=0))]


def load(path: Path) -> Any:
    """One YAML file."""
    return yaml.load(path.read_bytes(), Loader=_LOADER)


def compiled(probe: JSON) -> JSON:
    """A probe as it is run: a request that stands by itself becomes its one step."""
    steps = [_step(step) for step in probe.get("steps", [probe])]
    undo = [_step(step) for step in probe.get("undo", [])]
    claims = probe.get("claims", [probe["id"]])
    compiled = {"id": probe["id"], "claims": claims, "evidence": probe["evidence"]}
    if "versions" in probe:
        compiled["versions"] = probe["versions"]
    return {**compiled, "steps": steps} | ({"undo": undo} if undo else {})


def _step(step: JSON) -> JSON:
    """`ask: GET /path?query` in its parts."""
    found = {name: value for name, value in step.items() if name in _REQUEST}
    if "ask" in step:
        method, _, target = step["ask"].partition(" ")
        path, _, query = target.partition("?")
        found = {"method": method, "path": path, **({"query": query} if query else {}), **found}
    return found


# --- reads of the OpenAPI documents ----------------------------------------------------------------


def _reads(provider: str, facts: JSON, rules: Mapping[str, JSON]) -> Iterator[JSON]:
    """One probe for each GET of a document, its answer held against the document.

    `rules` says by operation what its path and query need, `{path: {name: placeholder}, query, claims}`;
    `"*"` has the path parameters that mean the same everywhere.
    """
    for version, name in facts.get("documents", {}).items():
        for method, path, operation in operations(_document(name)):
            read = operation["operationId"]
            rule = rules.get(read, {})
            if method != "get" or rule.get("leave_out"):
                continue
            known = {**rules.get("*", {}).get("path", {}), **rule.get("path", {})}
            filled = _IN_PATH.sub(lambda found, known=known: f"{{{known[found[1]]}}}", path)  # type: ignore[misc]
            yield {
                "id": f"{provider}.read.{version}.{read}" if len(facts["documents"]) > 1 else
                      f"{provider}.read.{read}",
                "claims": rule.get("claims", [f"{provider}.{read}"]),
                "evidence": rule.get("evidence", operation.get("x-evidence", "documented")),
                "versions": [version],
                "steps": [
                    {
                        "method": "GET",
                        "path": filled,
                        **({"query": rule["query"]} if "query" in rule else {}),
                        "expect": {"status": 200, **rule.get("expect", {}), "schema": read},
                    }
                ],
            }  # fmt: skip


def _document(name: str) -> Document:
    """A document as its builder makes it, whatever is on the disk."""
    built: Mapping[str, Document] = import_module(f"contracts.build_{name.partition('/')[0]}").documents()
    return built[name]


# --- what a probe must be --------------------------------------------------------------------------


def check(provider: str, facts: JSON) -> None:
    """BadProbes when a probe names what there is not, or is not one that can be run."""
    problems = [f"{provider}: {problem}" for problem in _problems(facts)]
    if problems:
        raise BadProbes("\n".join(problems))


def _problems(facts: JSON) -> Iterator[str]:
    rules = facts["placeholders"]
    known = {*rules, *(name for rule in rules.values() for name in rule.get("also", {})), "made"}
    seen: set[str] = set()
    for probe in facts["probes"]:
        name = probe["id"]
        if name in seen:
            yield f"{name} is there twice"
        seen.add(name)
        if strange := probe.keys() - _PROBE:
            yield f"{name} has {', '.join(sorted(strange))}"
        if probe["evidence"] not in LEVELS:
            yield f"{name} has the evidence {probe['evidence']}"
        for claim in probe["claims"]:
            if claim not in known_levels():
                yield f"{name} is about {claim}, which nobody claims"
        for version in probe.get("versions", ()):
            if version not in facts["versions"]:
                yield f"{name} is for an unknown version {version}"
        taken = {one for step in probe["steps"] for one in step.get("take", {})}
        for step in (*probe["steps"], *probe.get("undo", ())):
            yield from (f"{name}: {problem}" for problem in _step_problems(step, known | taken))


def _step_problems(step: JSON, known: Iterable[str]) -> Iterator[str]:
    if not step.get("path", "").startswith("/"):
        yield "a step has no path"
    if strange := step.keys() - _REQUEST:
        yield f"a step has {', '.join(sorted(strange))}"
    if strange := {*step.get("expect", {}), *step.get("until", {})} - WORDS:
        yield f"expects {', '.join(sorted(strange))}"
    parts = {part: value for part, value in step.items() if part != "headers"}
    for placeholder in names(parts):
        if placeholder not in known and placeholder not in ("key", "secret", "id", "x", "name"):
            yield f"nothing says what {{{placeholder}}} is"
