"""How values are named and compared, what is masked, and which probes cannot be built."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.build_probes import BadProbes, check
from mockserver.verify.masking import MASK, Masking
from mockserver.verify.values import Absent, at, compare, shown

DEEP: Any = 0
for _ in range(3000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("name", "fits", "fails"),
    [
        ("uuid", "d644c5e1-8225-4afd-a3f1-91d0a2bdc807", "d644c5e182254afda3f191d0a2bdc807"),
        ("instant", "2026-03-01T12:00:00.000Z", "2026-03-01 12:00:00"),
        ("instant", "2026-03-01T12:00:00+02:00", 1772366400),
        ("date", "2026-03-01", "2026-03-01T12:00:00Z"),
        ("decimal", "-0.50", 0.5),
        ("money", "3.00", "3.0"),
        ("digits", "17806999999", "+17806999999"),
        ("int", -3, True),
        ("count", 0, -1),
        ("number", 1.5, "1.5"),
        ("bool", False, 0),
        ("text", "", None),
        ("text?", None, 1),
        ("texts", ["a"], ["a", 1]),
        ("objects", [{}], [{}, []]),
        ("any", None, None),
    ],
)
def test_names_stand_for_values(name: str, fits: Any, fails: Any) -> None:
    assert list(compare(f"<{name}>", fits)) == []
    told = [str(one) for one in compare(f"<{name}>", fails, "there")]
    assert told == ([] if name == "any" else [f"there: expected <{name}>, found {shown(fails)}"])


@pytest.mark.parametrize(
    ("expected", "found", "differences"),
    [
        ({"a": 1, "b": [1, "x"]}, {"a": 1, "b": [1, "x"]}, []),
        ({"a": 1}, {"a": True}, ["a: expected 1, found true"]),
        ({"a": 1}, {"a": 1.0}, ["a: expected 1, found 1.0"]),
        ({"a": {"b": None}}, {"a": {}}, ["a.b: expected null, found nothing"]),
        ({}, {"a": None}, ["a: expected nothing, found null"]),
        ([1], [1, 2], [": expected 1 items, found 2: [1,2]"]),
        ({"a": []}, {"a": {}}, ["a: expected [], found {}"]),
        ({"a?": 1}, {}, []),
        ({"a?": 1}, {"a": 2}, ["a: expected 1, found 2"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [": expected members in the order a, b, found b, a"]),
        ("<nonsense>", "<nonsense>", []),
    ],
)
def test_every_difference_has_its_place(expected: Any, found: Any, differences: list[str]) -> None:
    assert [str(one) for one in compare(expected, found)] == differences


def test_a_path_may_lead_nowhere() -> None:
    content = {"data": [{"a.b": {"c": 1}}]}
    assert at(content, "data.0.a.b") == {"c": 1}
    for path in ("data.1", "data.x", "data.-1", "data.0.c", "data.0.a.b.c.d", "data.²"):
        with pytest.raises(Absent):
            at(content, path)


@pytest.mark.parametrize(
    "value", [DEEP, "x" * 10_000, list(range(1000)), {str(n): n for n in range(100)}, "\ud800"]
)
def test_anything_is_shown_short(value: Any) -> None:
    assert len(shown(value)) <= 241


def test_secrets_are_masked_in_every_form() -> None:
    masking = Masking(['a key/with "all"', "abc"])
    for text in (
        'a key/with "all"',
        "a%20key%2Fwith%20%22all%22",
        "a+key%2Fwith+%22all%22",
        'A KEY/with \\"all\\"',
    ):
        assert masking.text(f"<{text}>") == f"<{MASK}>"
    value = {"x": ["see abc"], "abc": 1, "password": "p", "api_token": None, "deep": DEEP}
    masked = masking.value(value)
    assert {name: masked[name] for name in ("x", MASK, "password", "api_token")} == {
        "x": [f"see {MASK}"],
        MASK: 1,
        "password": MASK,
        "api_token": None,
    }
    assert Masking([]).text("as it is") == "as it is"
    assert Masking(["123456"]).value([123456, 1.5, True]) == [MASK, 1.5, True]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"evidence": "rumoured"}, "has the evidence rumoured"),
        ({"claims": ["idt.nothing"]}, "is about idt.nothing, which nobody claims"),
        ({"versions": ["v9"]}, "is for an unknown version v9"),
        ({"color": 1}, "has color"),
        ({"steps": [{"method": "GET", "path": "/{nobody}"}]}, "nothing says what {nobody} is"),
        ({"steps": [{"method": "GET", "path": "x"}]}, "a step has no path"),
        ({"steps": [{"method": "GET", "path": "/", "expect": {"colour": 1}}]}, "expects colour"),
        ({"steps": [{"method": "GET", "path": "/", "color": 1}]}, "a step has color"),
    ],
)
def test_a_probe_that_cannot_be_used_is_named(change: dict[str, Any], problem: str) -> None:
    probe = {
        "id": "idt.x",
        "claims": ["idt.get_orders"],
        "evidence": "documented",
        "steps": [{"method": "GET", "path": "/x"}],
    }
    facts = {"versions": ["v1"], "placeholders": {}, "probes": [probe]}
    check("idt", facts)
    with pytest.raises(BadProbes, match=f"idt.x:? {problem}"):
        check("idt", {**facts, "probes": [{**probe, **change}]})
    with pytest.raises(BadProbes, match="is there twice"):
        check("idt", {**facts, "probes": [probe, probe]})
