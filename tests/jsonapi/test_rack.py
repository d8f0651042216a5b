"""Query strings by Rack's rules; expectations from engine.md 6 and 10."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.jsonapi.rack import UnreadableQuery, csv_line, leading_integer, parse_query, to_query


@pytest.mark.parametrize(
    ("raw", "params"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": None}),
        ("a=", {"a": ""}),
        ("a=x+y%20z", {"a": "x y z"}),
        ("filter[a]=1&filter[b]=2", {"filter": {"a": "1", "b": "2"}}),
        ("filter%5Ba%5D=1", {"filter": {"a": "1"}}),
        ("filter[a][]=1&filter[a][]=2", {"filter": {"a": ["1", "2"]}}),
        ("filter[]=x", {"filter": ["x"]}),
        ("filter[country.id]=1", {"filter": {"country.id": "1"}}),
        ("filter[a]=1&filter=x", {"filter": "x"}),
        ("a[b][c]=1", {"a": {"b": {"c": "1"}}}),
        ("a[][b]=1&a[][c]=2&a[][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("a[=1", {"a[": "1"}),
        ("a%C3%A9=1", {"aé": "1"}),
        ("&&a=1&", {"a": "1"}),
        ("=1", {}),
    ],
)
def test_query_is_parsed_as_rack_does(raw: str, params: dict[str, Any]) -> None:
    assert parse_query(raw) == params


@pytest.mark.parametrize(
    "raw",
    ["a=%zz", "a=%ff", "page=1&page[number]=2", "a[]=1&a[b]=2", "a" + "[b]" * 101 + "=1", "a=1&" * 4096],
)
def test_query_is_unreadable_when_rails_refuses_it(raw: str) -> None:
    with pytest.raises(UnreadableQuery):
        parse_query(raw)


def test_query_text_is_sorted_and_encoded_like_a_form() -> None:
    params = {
        "sort": "-prefix",
        "page": {"number": 1, "size": 2},
        "filter": {"country.id": "a b~c*d", "b": ["y", "x"]},
        "include": "",
        "fields": {},
    }
    assert to_query(params) == (
        "filter%5Bb%5D%5B%5D=y&filter%5Bb%5D%5B%5D=x&filter%5Bcountry.id%5D=a+b~c%2Ad"
        "&include=&page%5Bnumber%5D=1&page%5Bsize%5D=2&sort=-prefix"
    )


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        ("a, b", ["a", " b"]),
        ("a,", ["a", None]),
        (",", [None, None]),
        ('"a,b"', ["a,b"]),
        ('"a""b",c', ['a"b', "c"]),
        ('"",a', ["", "a"]),
        ("a,b\nc", ["a", "b"]),
        ('"a\nb",c', ["a\nb", "c"]),
        ('"a', None),
        ('a"b', None),
        ('"a"b', None),
    ],
)
def test_csv_line_is_read_as_ruby_does(text: str, items: list[str | None] | None) -> None:
    assert csv_line(text) == items


@pytest.mark.parametrize(
    ("text", "number"),
    [("2abc", 2), ("1.9", 1), ("abc", 0), ("", 0), ("-5", -5), (" +7", 7), ("1_0", 10), ("٣", 0)],
)
def test_leading_integer_is_that_of_ruby(text: str, number: int) -> None:
    assert leading_integer(text) == number
