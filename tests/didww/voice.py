"""Trunks, pools and shared groups as the write tests make them: documents that would be accepted."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.didww.account import Account, Answer
from tests.didww.contract import VERSIONS, known_in, read

Facts = dict[str, Any]
_numbers = count(1)
STANDARD = "f288d07c-e2fc-4ae6-9837-b18fb469c324"
EXTENDED = "b7522a31-4bf3-4c23-81e8-e7a14b23663f"
CUSTOM = "034f98bf-704c-4497-be9a-1c9ab399a900"


def writes(kind: str) -> Facts:
    return read("voice_writes.yaml")[kind]  # type: ignore[no-any-return]


def versions_of(facts: Facts) -> list[str]:
    return [version for version in VERSIONS if known_in(facts, version)]


def linkage(kind: str, *keys: str) -> list[dict[str, str]]:
    return [{"type": kind, "id": key} for key in keys]


def one(kind: str, key: str | None) -> dict[str, Any]:
    return {"data": None if key is None else {"type": kind, "id": key}}


def good(kind: str, version: str, object_kind: str = "", **attributes: Any) -> dict[str, Any]:
    """`data` of a request that makes a record, with a name nobody has; `attributes` go over it."""
    facts = writes(kind)
    made: dict[str, Any] = {"name": f"record {next(_numbers)}", **facts.get("base", {})}
    made |= facts.get(f"base_{version}", {})
    for name, about in facts.get("objects", {}).items():
        if known_in(about, version):
            chosen = object_kind or next(iter(about["kinds"]))
            made[name] = {"type": chosen, "attributes": {**about["kinds"][chosen]["base"]}}
    data: dict[str, Any] = {"type": kind, "attributes": {**made, **attributes}}
    if "pool" in facts:
        data["relationships"] = {"capacity_pool": one("capacity_pools", facts["pool"])}
    return data


def make(account: Account, kind: str, object_kind: str = "", **attributes: Any) -> dict[str, Any]:
    """A record of a kind, made now."""
    version = account.version or VERSIONS[-1]
    answer = account.post(f"/{kind}", {"data": good(kind, version, object_kind, **attributes)})
    assert answer.status == 201, answer.raw
    return answer.data  # type: ignore[no-any-return]


def change(
    account: Account, record: dict[str, Any], relationships: Any = None, /, **attributes: Any
) -> Answer:
    """PATCH of a record."""
    data: dict[str, Any] = {"type": record["type"], "id": record["id"]}
    if attributes:
        data["attributes"] = attributes
    if relationships is not None:
        data["relationships"] = relationships
    return account.patch(f"/{record['type']}/{record['id']}", {"data": data})


def again(account: Account, record: dict[str, Any], query: str = "") -> dict[str, Any]:
    """The record as it is now."""
    return account.get(f"/{record['type']}/{record['id']}{query}").data  # type: ignore[no-any-return]


# --- values --------------------------------------------------------------------------------------


def bad_values(facts: Facts) -> list[Any]:
    """Values of every wrong kind, null, empty, too long and out of range, as far as the table says so."""
    kind = facts["kind"]
    bad: list[Any] = [{"a": 1}]
    if kind != "text":
        bad += ["bogus"]
    if kind in ("text", "bool", "int", "word", "code", "amount"):
        bad += [[], ["x"]]
    if not facts["null"] and not facts.get("whole"):
        bad.append(None)
    bad += _BAD[kind](facts)
    return bad + facts.get("bad", [])


def _bad_text(facts: Facts) -> list[Any]:
    long = ["9" * (facts["most"] + 1)] if "most" in facts else []
    return long + ([] if facts.get("blank", True) else ["", "   "])


def _bad_number(facts: Facts) -> list[Any]:
    empty = [] if facts["null"] else [""]
    return [True, 1.5, facts["least"] - 1, facts["most"] + 1, *empty]


def _bad_codes(facts: Facts) -> list[Any]:
    empty = [] if facts.get("empty", True) else [[]]
    return [7, [0], [max(facts["words"]) + 1], ["x"], [None], [[6]], *empty]


def _bad_ips(facts: Facts) -> list[Any]:
    single = ("bogus", "203.0.113.1/33", "203.0.113.0/255.255.255.0", "fe80::1%eth0", 7, None)
    return [7, *([value] for value in single), ["203.0.113.1"] * (facts["most"] + 1)]


_BAD: dict[str, Any] = {
    "text": _bad_text,
    "int": _bad_number,
    "bool": lambda facts: [2, "", "perhaps"],
    "word": lambda facts: ["", 7, True, facts["words"][0].upper()],
    "code": lambda facts: [0, max(facts["words"]) + 1, True, 1.5],
    "codes": _bad_codes,
    "ips": _bad_ips,
    "digits": lambda facts: [370, ["+370"], ["x"], [""], [None], [["1"]]],
    "amount": lambda facts: [True, "", "-0.1", "100000.1", "1e3", "NaN"],
}


def good_values(facts: Facts) -> list[tuple[Any, Any]]:
    """Values that must be taken, with how they read afterwards; numbers and switches in strings are cast."""
    null = [(None, None)] if facts["null"] and not facts.get("whole") else []
    return null + _GOOD[facts["kind"]](facts) + [(value, value) for value in facts.get("good", [])]


def _good_text(facts: Facts) -> list[tuple[Any, Any]]:
    if "bad" in facts:  # a pattern; the table names what fits
        return []
    return [("x" * facts.get("most", 1000),) * 2, (7, "7")]


_GOOD: dict[str, Any] = {
    "text": _good_text,
    "int": lambda facts: [(facts["least"],) * 2, (facts["most"],) * 2, (str(facts["least"]), facts["least"])],
    "bool": lambda facts: [(True, True), (False, False), ("true", True), ("false", False), (0, False)],
    "word": lambda facts: [(word, word) for word in facts["words"]],
    "code": lambda facts: [(word, word) for word in facts["words"]] + [("1", 1)],
    "codes": lambda facts: (
        [(facts["words"], facts["words"]), (["9", 10], [9, 10])] if 9 in facts["words"] else []
    ),
    "ips": lambda facts: [([" 203.0.113.0/24"], ["203.0.113.0/24"])],
    "digits": lambda facts: [([], []), (["1", "370"], ["1", "370"])],
    "amount": lambda facts: [
        ("0.0", "0.0"),
        ("100000.0", "100000.0"),
        ("12.50", "12.5"),
        (7, "7.0"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0.0"),
    ],
}
