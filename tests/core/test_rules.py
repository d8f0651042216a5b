"""What a value may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mockserver.core.rules import Rule


@pytest.mark.parametrize(
    ("rule", "given", "read"),
    [
        (Rule("text", "", least=1), "a", "a"),
        (Rule("text", "", choices=("a", "b")), "b", "b"),
        (Rule("text", "", pattern="[0-9]+"), "12", "12"),
        (Rule("number", ""), "12", 12),
        (Rule("number", "", choices=(200, 201)), 201, 201),
        (Rule("number", "", empty=True), None, None),
        (Rule("number", "", empty=True), "none", None),
        (Rule("switch", ""), "Off", False),
        (Rule("switch", ""), 1, True),
        (Rule("file", ""), "a/b", Path("a/b")),
        (Rule("money", ""), "1.50", Decimal("1.50")),
        (Rule("money", "", least=-5), -5, Decimal(-5)),
        (Rule("instant", ""), "2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (Rule("duration", ""), "2h", timedelta(hours=2)),
    ],
)
def test_value_is_read_as_its_kind(rule: Rule, given: Any, read: Any) -> None:
    assert rule.read(given) == read


@pytest.mark.parametrize(
    ("rule", "given", "allowed"),
    [
        (Rule("text", "", least=1, most=2), "abc", "a text of 1 to 2 characters"),
        (Rule("text", ""), 1, "a text"),
        (Rule("text", "", choices=("a", "b")), "c", "one of a, b"),
        (Rule("text", "", pattern="[0-9]+"), "x", "a text that matches [0-9]+"),
        (Rule("number", "", most=3), 4, "a whole number from 0 to 3"),
        (Rule("number", ""), True, "a whole number from 0 up"),
        (Rule("number", ""), "9" * 19, "a whole number from 0 up"),
        (Rule("number", "", empty=True), "", "a whole number from 0 up or none"),
        (Rule("switch", ""), 2, "true or false"),
        (Rule("file", ""), 1, "a path"),
        (Rule("money", "", most=5), "5.01", "an amount from 0 to 5"),
        (Rule("money", ""), 0.5, "an amount from 0 up"),
        (Rule("instant", ""), "noon", "an instant such as 2026-03-01T12:00:00Z"),
        (Rule("duration", ""), 5, "a duration such as 90s, 15m, 2d or PT1H30M"),
    ],
)
def test_value_that_will_not_do_is_refused(rule: Rule, given: Any, allowed: str) -> None:
    with pytest.raises(ValueError):
        rule.read(given)
    assert rule.allowed == allowed


@pytest.mark.parametrize(
    ("rule", "schema"),
    [
        (Rule("switch", "On.", default=True), {"type": "boolean", "description": "On.", "default": True}),
        (
            Rule("number", "N.", most=3, empty=True),
            {"type": ["integer", "null"], "description": "N.", "minimum": 0, "maximum": 3},
        ),
        (
            Rule("text", "W.", choices=("a",), empty=True),
            {"type": ["string", "null"], "description": "W.", "enum": ["a", None]},
        ),
        (Rule("instant", "T."), {"type": "string", "description": "T.", "format": "date-time"}),
        (
            Rule("text", "P.", pattern="x+", most=2),
            {"type": "string", "description": "P.", "pattern": "x+", "minLength": 0, "maxLength": 2},
        ),
    ],
)
def test_rule_is_told_as_a_schema(rule: Rule, schema: dict[str, Any]) -> None:
    assert rule.schema() == schema
    jsonschema_rs.meta.validate(schema)
