"""What a request holds: query parameters, paging, the JSON body, with the leniencies of the reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mockserver.core.messages import Request
from mockserver.core.world import World
from mockserver.providers.idt import assumptions, errors
from mockserver.providers.idt.catalogue import Catalogue
from mockserver.providers.idt.errors import Problem

_MOST_MENDED = 1 << 16  # the samples are far smaller; mending a body of megabytes would take seconds
_WITHOUT_STRAY_BACKSLASHES = re.compile(rb'(?:[^\\]+|\\["\\/bfnrtu])+')


class Page(NamedTuple):
    """Which part of a list is asked for. `number` counts from 1."""

    number: int
    size: int

    def cut(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of this page; none beyond the last."""
        start = (self.number - 1) * self.size
        return rows[start : start + self.size]


class Call:
    """One request as a handler sees it. Remembers what was read, so that the rest can be told as ignored."""

    __slots__ = ("_query", "_read", "assumed", "catalogue", "ignored", "request", "values", "world")

    def __init__(self, world: World, request: Request, values: tuple[str, ...], catalogue: Catalogue) -> None:
        self.world = world
        self.request = request
        self.values = values  # of the path's parameters, in order
        self.catalogue = catalogue
        self.ignored: list[str] = []
        self.assumed = ""  # what makes an accepted answer an assumption: "preview"
        self._query: list[tuple[str, str]] | None = None
        self._read: set[str] = set()

    # --- query -----------------------------------------------------------------------------------

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query parameters in the order in which they were sent."""
        if self._query is None:
            text = self.request.query
            self._query = parse_qsl(text, keep_blank_values=True) if text else []
        return self._query

    def parameter(self, name: str) -> str | None:
        """A query parameter; the last one when it is repeated (assumed), None when it is absent."""
        self._read.add(name)
        found = None
        for key, value in self.query:
            if key == name:
                found = value
        return found

    def page(self, others: Iterable[Problem] = ()) -> Page:
        """`page` and `page_size`. Refuses (1002) whatever is no positive integer, with `others` at once.

        A largest page_size is an option of the account; there is none by default.
        """
        problems: list[Problem] = list(others)
        values: list[int] = []
        for name, default in (("page", 1), ("page_size", assumptions.PAGE_SIZE)):
            text = self.parameter(name)
            value = default if text is None else positive(text)
            if value is None:
                problems.append(errors.invalid(name, "must be a positive integer"))
                value = default
            values.append(value)
        limit = self.world.options["idt"]["page_size_limit"]
        if limit is not None and values[1] > limit:
            if self.parameter("page_size") is None:
                values[1] = limit
            else:
                problems.append(errors.invalid("page_size", f"must not be greater than {limit}"))
        if problems:
            raise errors.refused(problems)
        return Page(*values)

    def unread(self) -> list[str]:
        """Names of parameters and body fields that nothing looked at."""
        if self.request.query:
            self.ignored.extend(name for name, _ in self.query if name not in self._read)
        return self.ignored

    # --- body ------------------------------------------------------------------------------------

    def body(self, known: Iterable[str]) -> dict[str, Any]:
        """The JSON object sent, whatever the content type says. Refuses (1000) anything else."""
        content = read_json(self.request.body)
        if not isinstance(content, dict):
            raise errors.invalid_request("Request body is not a JSON object")
        self.ignore(content, known)
        return content

    def ignore(self, content: dict[str, Any], known: Iterable[str], prefix: str = "") -> None:
        """Note the keys that are not known."""
        self.ignored.extend(f"{prefix}{key}" for key in content if key not in known)


def read_json(raw: bytes) -> Any:
    """JSON text, once more without backslashes that escape nothing when it is not JSON as it stands.

    Two of the provider's own samples send the illegal escape `\\#` (operations.yaml, sample_code_quirks).
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        if b"\\" in raw and len(raw) <= _MOST_MENDED:
            return orjson.loads(b"".join(_WITHOUT_STRAY_BACKSLASHES.findall(raw)))
    except orjson.JSONDecodeError:
        pass
    raise errors.invalid_request("Request body is not valid JSON")


def positive(text: str) -> int | None:
    """A positive integer in ASCII digits, or None."""
    if not text.isascii() or not text.isdecimal() or len(text) > assumptions.MOST_PAGE_DIGITS:
        return None
    return int(text) or None


def path_id(text: str) -> int | None:
    """A numeric id in the path (C21), or None for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > assumptions.MOST_PAGE_DIGITS:
        return None
    return int(text)


def is_integer(value: object) -> bool:
    """Whether a JSON value is a whole number; true and false are not, nor is 3.0."""
    return isinstance(value, int) and not isinstance(value, bool)


def in_body_order(problems: Iterable[Problem], body: Any) -> list[Problem]:
    """Problems in the order in which their fields stand in the body; missing fields after present ones."""
    orders: dict[int, dict[str, int]] = {}  # of the keys of each object met, by its id

    def place(problem: Problem) -> tuple[int, ...]:
        at, found = body, []
        for part in (problem.source or "").split("/")[1:]:
            if isinstance(at, dict) and part in at:
                order = orders.get(id(at))
                if order is None:
                    order = orders[id(at)] = {key: index for index, key in enumerate(at)}
                found.append(order[part])
                at = at[part]
            elif isinstance(at, list) and part.isdecimal() and int(part) < len(at):
                found.append(int(part))
                at = at[int(part)]
            else:
                found.append(1 << 30)
                break
        return tuple(found)

    return sorted(problems, key=place)
