"""How problems are told to a person."""

from __future__ import annotations

import jsonschema_rs
import pytest

from mockserver.conformance.problems import problems_of


def told(pattern: str) -> list[str]:
    errors = jsonschema_rs.Draft202012Validator({"pattern": pattern}).iter_errors("?")
    return [str(problem) for problem in problems_of(errors, "query sort")]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^-?(iso|name)(,-?(iso|name))*$", "iso, name"),
        ("^(name)(,(name))*$", "name"),
        ("^(a_b(\\.(c|d))*|e(\\.f)?)(,(a_b(\\.(c|d))*|e(\\.f)?))*$", "a_b, e"),
        (
            f"^({'|'.join('abcdefghijklmn')})(,({'|'.join('abcdefghijklmn')}))*$",
            "a, b, c, d, e, f, g, h, i, j, k, l and 2 more",
        ),
    ],
)
def test_pattern_of_a_list_is_told_by_its_words(pattern: str, words: str) -> None:
    assert told(pattern) == [f"query sort must be a list with commas of {words}"]


@pytest.mark.parametrize("pattern", ["^\\d+$", "^x(,x)*$", "^(a)(,(b))*$", "^https?://", "^$"])
def test_other_pattern_is_told_as_it_is(pattern: str) -> None:
    assert told(pattern) == [f"query sort must match {pattern}"]
