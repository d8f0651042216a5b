"""What `contracts/didww` says, read once and handed to the tests."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.didww.account import Answer

ROOT = Path(__file__).parents[2] / "contracts" / "didww"
NEW, OLD = "2026-04-16", "2022-05-10"
VERSIONS = (OLD, NEW)


@cache
def read(name: str) -> Any:
    """One YAML file of `contracts/didww`, with what the file of the same name in `regulation/` adds to it."""
    found = _load(ROOT / name)
    more = ROOT / "regulation" / name
    if more.is_file():
        for part, table in _load(more).items():
            assert not table.keys() & found[part].keys()
            found[part] |= table
    return found


def _load(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def known_in(facts: dict[str, Any] | None, version: str) -> bool:
    """Whether a version has what carries these `since` and `until`."""
    facts = facts or {}
    return facts.get("since", "") <= version <= facts.get("until", "9999")


def pairs(raw: bytes) -> Any:
    """JSON with its objects as lists of pairs, so that the order of members counts in a comparison."""
    return json.loads(raw, object_pairs_hook=list)


def filled(template: Any, values: dict[str, Any]) -> Any:
    """A template of errors.yaml with `{name}` replaced."""
    if isinstance(template, dict):
        return {name: filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), template)


def assert_refused(answer: Answer, error: str, **values: Any) -> None:
    """The answer is exactly the named refusal: status, content type and every byte that is known."""
    facts = read("errors.yaml")["errors"][error]
    said = answer.raw.decode("utf-8", "replace")
    assert answer.status == facts["status"], said
    assert answer.headers["content-type"] == "application/vnd.api+json"
    if "errors" in facts:
        expected = {"errors": filled(facts["errors"], values)}
        assert pairs(answer.raw) == pairs(json.dumps(expected).encode()), said
    else:
        assert list(answer.body) == ["errors"]
        (found,) = answer.body["errors"]
        expected = filled(facts.get("like", {}), values)
        assert {name: found.get(name) for name in expected} == expected, said
        assert found["title"], "a title is always given"
        if pointer := expected.get("source", {}).get("pointer"):
            named = pointer.removeprefix("/data").removeprefix("/attributes/").removeprefix("/relationships/")
            if named.startswith(("configuration/", "authentication_method/")):
                named = named.rpartition("/")[2]  # inside an object the last part stands alone (documented)
            assert found["detail"] == (f"{named} - {found['title']}" if named else found["title"]), said
