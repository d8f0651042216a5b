"""What a query string asks for, with the engine's order of checks (engine.md 3 and 6).

A *collected* fault is remembered and parsing goes on; an *aborting* one is raised and loses those collected.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal
from mockserver.jsonapi.filters import BoundFilter, BoundSort, Given, Test
from mockserver.jsonapi.paging import Page, parse_page
from mockserver.jsonapi.rack import Params, csv_line
from mockserver.jsonapi.schema import View, plural

# Names to include below a record: {"country": {"regions": {}}}. A plain recursive dict.
Tree = dict[str, Any]

# Deeper than any use; keeps the walk off Python's recursion limit.
_DEEPEST = 64


class Query:
    """A parsed query string. Depends on nothing that changes, so it may be kept and used again.

    faults   what was collected; the operation decides when to raise it
    narrow   filters reached through an included to-many relationship, by its name
    ignored  parameters that nothing read
    """

    __slots__ = (
        "_filters",
        "_given",
        "_tests",
        "faults",
        "fields",
        "ignored",
        "include",
        "narrow",
        "page",
        "params",
        "plain",
        "sorts",
        "view",
    )

    def __init__(self, view: View, params: Params) -> None:
        self.view = view
        self.params = params
        self.faults: list[ApiError] = []
        self.fields: dict[str, tuple[str, ...]] = {}
        self.include: Tree = {}
        self.narrow: dict[str, list[tuple[BoundFilter, Any]]] = {}
        self.sorts: list[tuple[BoundSort, bool]] = []
        self.page: Page | None = None
        self.ignored: tuple[str, ...] = ()
        self.plain = True
        self._filters: list[tuple[BoundFilter, Any]] = []
        self._given: dict[str, Given] | None = None
        self._tests: list[Test] = []

    @property
    def given(self) -> dict[str, Given]:
        """The values of each filter. Refusal with 107 for values a filter does not take."""
        if self._given is None:
            given: dict[str, Given] = {}
            tests: list[Test] = []
            for bound, raw in self._filters:
                values = given[bound.name] = bound.given(raw)
                tests.append(bound.test(values))
            self._given, self._tests = given, tests
        return self._given

    @property
    def tests(self) -> list[Test]:
        """What a row must pass; Refusal as in `given`."""
        return self._tests if self.given else []

    def narrowing(self) -> dict[str, list[Test]]:
        """What records of an included to-many relationship must pass. Refusal as in `given`."""
        return {
            name: [bound.test(bound.given(raw)) for bound, raw in filters]
            for name, filters in self.narrow.items()
        }


def parse_list(view: View, params: Params) -> Query:
    """The query of a list. Aborting faults are raised, collected ones stay in `faults`."""
    query = _common(view, params)
    _filter(query, params.get("filter"))
    _sort(query, params.get("sort"))
    paging = view.resource.paging
    known = {"fields", "include", "filter", "sort"}
    if paging is not None:
        known.add("page")
        page = parse_page(params.get("page"), paging)
        if isinstance(page, Page):
            query.page = page
        else:
            query.faults.append(page)
    query.ignored = _ignored(params, known)
    return query


def parse_show(view: View, params: Params) -> Query:
    """The query of a single record: filters are checked, sort and page are not looked at."""
    query = _common(view, params)
    _filter(query, params.get("filter"))
    query.ignored = _ignored(params, {"fields", "include"})
    return query


def parse_write(view: View, params: Params) -> Query:
    """The query of a create or update: only fields and include are looked at."""
    query = _common(view, params)
    query.ignored = _ignored(params, {"fields", "include"})
    return query


def _ignored(params: Params, known: set[str]) -> tuple[str, ...]:
    names = [name for name in params if name not in known]
    page = params.get("page")
    if "page" in known and isinstance(page, dict):
        names += [f"page[{name}]" for name in page if name not in ("number", "size")]
    return tuple(names)


def _common(view: View, params: Params) -> Query:
    query = Query(view, params)
    _fields(query, params.get("fields"))
    _include(query, params.get("include"))
    query.plain = not query.include and not query.fields
    return query


# --- fields --------------------------------------------------------------------------------------


def _fields(query: Query, given: Any) -> None:
    if given is None:
        return
    if not isinstance(given, dict):
        raise Refusal(faults.invalid_field_format())
    wanted: dict[str, list[Any] | None] = {}
    for type_name, value in given.items():
        if isinstance(value, dict):
            raise Refusal(faults.bad_request())
        if isinstance(value, list):
            wanted[type_name] = [value]
        else:
            wanted[type_name] = _ruby_split(value) if value else None
    schema = query.view.schema
    for type_name, names in wanted.items():
        plain = _underscored(type_name)
        view = schema.by_type.get(plain) or schema.by_singular.get(plain)
        if view is None:
            if plain in schema.unbuilt_types:
                continue
            raise Refusal(faults.invalid_resource(type_name))
        if names is None:
            raise Refusal(faults.invalid_field("nil", type_name))
        for name in names:
            if not isinstance(name, str):
                raise Refusal(faults.invalid_field(_inspect(name), type_name))
            if name not in view.fields:
                raise Refusal(faults.invalid_field(name, type_name))
        if type_name == view.type:
            query.fields[type_name] = tuple(name for name in names if name != "id")


def _ruby_split(text: str) -> list[str]:
    """Ruby's split(","): empty items at the end are dropped."""
    items = text.split(",")
    while items and not items[-1]:
        items.pop()
    return items


def _underscored(name: str) -> str:
    out = []
    for place, letter in enumerate(name):
        if letter.isupper() and place and (name[place - 1].islower() or name[place - 1].isdigit()):
            out.append("_")
        out.append("_" if letter == "-" else letter.lower())
    return "".join(out)


def _inspect(items: list[Any]) -> str:
    """A list as Ruby prints it."""
    return "[" + ", ".join("nil" if item is None else f'"{item}"' for item in items) + "]"


# --- include -------------------------------------------------------------------------------------


def _include(query: Query, given: Any) -> None:
    if given is None:
        return
    if not isinstance(given, str):
        raise Refusal(faults.bad_request())
    line = csv_line(given)
    paths = [given] if line is None else [path for path in line if path]
    tree: Tree = {}
    for path in paths:
        fault = _add_path(query.view, path, tree)
        if fault is not None:
            query.faults.append(fault)
            return
    query.include = tree


def _add_path(view: View, path: str, tree: Tree) -> ApiError | None:
    schema = view.schema
    at: tuple[str, ...] = (view.resource.type,)
    reached = view.type
    rest, depth = path, 0
    while True:
        name, _, rest = rest.partition(".")
        targets = schema.leads_to(at, name)
        if not targets:
            return faults.invalid_include(name, reached)
        tree = tree.setdefault(name, {})
        if not rest:
            return None
        depth += 1
        if depth > _DEEPEST:
            raise Refusal(faults.bad_request(f"include is nested more than {_DEEPEST} deep"))
        at = targets
        # The engine names what is behind a polymorphic relationship after the relationship itself.
        reached = schema.name_of(at[0]) if len(at) == 1 else plural(name)


# --- filter --------------------------------------------------------------------------------------


def _filter(query: Query, given: Any) -> None:
    if given is None:
        return
    if isinstance(given, str):
        query.faults.append(faults.invalid_filters_syntax(given))
        return
    view = query.view
    pairs = given.items() if isinstance(given, dict) else [(item, None) for item in given]
    for name, value in pairs:
        if not isinstance(name, str):
            raise Refusal(faults.bad_request())
        bound = view.filters.get(name)
        if bound is not None:
            query._filters.append((bound, value))
            continue
        first, dot, rest = name.partition(".")
        if not dot:
            query.faults.append(faults.filter_not_allowed(name))
            return
        inner = rest.partition(".")[0]
        relationship = view.relationships.get(first)
        through = None
        if relationship is not None and first in query.include:
            target = view.schema.by_canonical.get(relationship.target)
            through = None if target is None else target.filters.get(inner)
        if through is None or relationship is None:
            query.faults.append(faults.filter_not_allowed(inner))
        elif relationship.many:  # for a to-one relationship it has no effect
            query.narrow.setdefault(first, []).append((through, value))


# --- sort ----------------------------------------------------------------------------------------


def _sort(query: Query, given: Any) -> None:
    if given is None:
        return
    if not isinstance(given, str):
        raise Refusal(faults.bad_request())
    if not given.strip():
        return
    text = unquote(given, errors="replace")  # the engine decodes a second time
    line = csv_line(text)
    keys: dict[str, tuple[BoundSort, bool]] = {}
    for item in [text] if line is None else line:
        if item is None:
            raise Refusal(faults.bad_request())
        descending = item.startswith("-")
        name = item[1:] if descending else item
        bound = query.view.sorts.get(name)
        if bound is None:
            raise Refusal(faults.invalid_sort(name, query.view.type))
        keys[name] = (bound, descending)
    query.sorts = list(keys.values())
