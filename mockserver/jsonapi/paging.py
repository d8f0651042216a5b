"""Pages of a list and the links between them (engine.md 6.5 and 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.jsonapi.rack import Params, leading_integer, to_query
from mockserver.jsonapi.resource import Paging

_LARGEST = 1 << 63
_REPEATED = ("fields", "filter", "include", "sort")


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


def parse_page(given: Any, paging: Paging) -> Page | ApiError:
    """The page a request asks for, or what is wrong with it; the size is looked at first."""
    number, size = 1, paging.size
    if isinstance(given, list):
        raise Refusal(faults.bad_request())
    if isinstance(given, dict):
        if isinstance(given.get("number"), str):
            number = leading_integer(given["number"])
        if isinstance(given.get("size"), str):
            size = leading_integer(given["size"])
    elif given is not None:
        number = leading_integer(given)
    if size < 1:
        return faults.invalid_page_value(size, "size")
    if size > paging.most:
        return faults.page_too_large(paging.most)
    if number < 1:
        return faults.invalid_page_value(number, "number")
    if number * size >= _LARGEST:
        raise Refusal(faults.bad_request())
    return Page(number, size)


def links(url: str, params: Params, page: Page, total: int) -> dict[str, str]:
    """`first`, `prev`, `next`, `last`; those that do not exist are absent."""
    kept = {name: params[name] for name in _REPEATED if params.get(name) is not None}
    last = max(1, -(-total // page.size))

    def link(number: int) -> str:
        return f"{url}?{to_query({**kept, 'page': {'number': number, 'size': page.size}})}"

    out = {"first": link(1)}
    if page.number > 1:
        out["prev"] = link(page.number - 1)
    if page.number < last:
        out["next"] = link(page.number + 1)
    out["last"] = link(last)
    return out
