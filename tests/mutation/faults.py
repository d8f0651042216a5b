"""The faults that can be planted into a server of this process, each by a word and what it is about.

answer   what is done to an answer that fits: {"do": word, ...}, see `_CHANGES`
query    a parameter of the query that the server does not read: {"query": "filter[number]"}
never    changes that never come: {"never": "didww.orders"}, by the beginning of the job's subject
free     charges that are not made: {"free": "idt"}
twice    numbers that stay on sale when they are sold: {"twice": "didlogic"}
kept     what a refused request changed stays: {"kept": true}
row      an attribute that is written otherwise: {"row": "didww.dids", "attribute": "blocked", "value": true}
option   an account begins with another option: {"option": "idt.browse_rows=50"}
place    a name stands for something else: {"place": "module:name", "value": 1} or {..., "returns": null}
code     a function reads otherwise: {"code": "didww.rules.money:vat", "old": "< 0", "new": "<= 0"}; `old` is
         there once; modules count from mockserver.providers unless they begin with mockserver
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from textwrap import dedent
from types import FunctionType
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import orjson

from mockserver import app
from mockserver.core.ledger import Ledger, Line
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Provider
from mockserver.core.scheduler import Entry
from mockserver.core.stock import Stock
from mockserver.core.tables import Table
from mockserver.core.world import World
from mockserver.http.gateway import Gateway

Fault = Mapping[str, Any]
_CELL = re.compile(rb"([^,\n]+)")
_TEXT = re.compile(rb'"([^"\\\\]*)"')


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """The fault is there inside of the block. ValueError for a fault of no known kind."""
    kind = next((word for word in _KINDS if word in fault), None)
    if kind is None:
        raise ValueError(f"no such fault: {fault}")
    with _KINDS[kind](fault):
        yield


# --- what is on the wire -----------------------------------------------------------------------------


@contextmanager
def _answers(fault: Fault) -> Iterator[None]:
    """Answers that fit (claim, operation, least and most status) are changed just before they go out."""
    fits, change = fault["answer"], _CHANGES[fault["do"]]
    mark = Gateway._mark

    def changed(self: Gateway, response: Response) -> None:
        claim = "" if response.evidence is None else response.evidence.claim
        if (
            fits.get("least", 0) <= response.status <= fits.get("most", 599)
            and response.operation == fits.get("operation", response.operation)
            and claim.startswith(fits.get("claim", ""))
        ):
            change(response, fault)
        mark(self, response)

    with patch.object(Gateway, "_mark", changed):
        yield


@contextmanager
def _deaf(fault: Fault) -> Iterator[None]:
    """One parameter of the query is not read."""
    carry_out = Gateway._carry_out

    def changed(
        self: Gateway, provider: Provider, world: World | None, request: Request, too_large: bool
    ) -> Response:
        said = request.query.split("&")
        kept = [one for one in said if unquote(one.partition("=")[0]) not in fault["query"]]
        if kept != said:
            request = Request(
                request.method,
                request.path,
                "&".join(kept),
                request.headers,
                request.body,
                request.base_url,
            )
        return carry_out(self, provider, world, request, too_large)

    with patch.object(Gateway, "_carry_out", changed):
        yield


def _content(response: Response) -> Any:
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return None


def _status(response: Response, fault: Fault) -> None:
    response.status += 1


def _no_member(response: Response, fault: Fault) -> None:
    """The first member of the first record is gone, or the `last`; without any there is another status."""
    content = _content(response)
    record = content.get("data", content) if isinstance(content, dict) else content
    while isinstance(record, list | dict) and record:
        if isinstance(record, list):
            record = record[0]
            continue
        if record.get("attributes"):  # of a resource: what they hold is theirs
            record = record["attributes"]
            break
        inner = next((value for value in record.values() if isinstance(value, list | dict) and value), None)
        if inner is None:
            break
        record = inner
    if isinstance(record, dict) and record:
        del record[list(record)[-1 if fault.get("last") else 0]]
        response.body = orjson.dumps(content)
    else:
        response.status += 1


def _other_code(response: Response, fault: Fault) -> None:
    """Another code in the first error, or another status where there are no codes."""
    content = _content(response)
    errors = content.get("errors") if isinstance(content, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if isinstance(first, dict) and "code" in first:
        first["code"] = "1" + first["code"] if isinstance(first["code"], str) else first["code"] + 1
        response.body = orjson.dumps(content)
    else:
        response.status += 1


def _word(response: Response, fault: Fault) -> None:
    """A word of the answers is another one, however it is spelled: a text of JSON, or a cell of CSV."""
    wanted = _letters(fault["word"].encode())
    piece, other = (_CELL, b"other") if _content(response) is None else (_TEXT, b'"other"')
    response.body = piece.sub(
        lambda found: other if _letters(found[1]) == wanted else found[0], response.body
    )


def _letters(text: bytes) -> bytes:
    return bytes(c for c in text.lower() if c < 128 and chr(c).isalnum())


def _backwards(response: Response, fault: Fault) -> None:
    """The longest list of the answer is in the opposite order."""
    content = _content(response)
    lists = sorted(_lists(content), key=len)
    if lists:
        lists[-1].reverse()
        response.body = orjson.dumps(content)


def _no_header(response: Response, fault: Fault) -> None:
    name = fault["header"].lower()
    kept = [pair for pair in (*response.block.pairs, *response.more) if pair[0].lower() != name]
    response.block, response.more = type(response.block)(), kept


def _lists(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        yield node
        for item in node:
            yield from _lists(item)
    elif isinstance(node, dict):
        for item in node.values():
            yield from _lists(item)


_CHANGES: Mapping[str, Callable[[Response, Fault], None]] = {
    "status": _status,
    "no_member": _no_member,
    "code": _other_code,
    "word": _word,
    "backwards": _backwards,
    "no_header": _no_header,
}


# --- what is in the world ----------------------------------------------------------------------------


@contextmanager
def _never(fault: Fault) -> Iterator[None]:
    run = World._run

    def changed(self: World, entry: Entry, at: Any) -> None:
        if not entry.job.subject.startswith(fault["never"]):
            run(self, entry, at)

    with patch.object(World, "_run", changed):
        yield


@contextmanager
def _free(fault: Fault) -> Iterator[None]:
    post = Ledger.post

    def changed(self: Ledger, amount: Decimal, kind: str, subject: str = "", note: str = "") -> Line:
        free = amount < 0 and subject.startswith(fault["free"])
        return post(self, Decimal(0) if free else amount, kind, subject, note)

    with patch.object(Ledger, "post", changed):
        yield


@contextmanager
def _twice(fault: Fault) -> Iterator[None]:
    with patch.object(Stock, "take", Stock.on_sale):
        yield


@contextmanager
def _kept(fault: Fault) -> Iterator[None]:
    end = World.end

    def changed(self: World, accepted: bool) -> None:
        end(self, True)

    with patch.object(World, "end", changed):
        yield


@contextmanager
def _row(fault: Fault) -> Iterator[None]:
    put = Table.put

    def changed(self: Table[Any], row: Any) -> Any:
        if row.table == fault["row"]:
            name = fault["attribute"]
            row = replace(row, **{name: _alike(getattr(row, name), fault["value"])})
        return put(self, row)

    with patch.object(Table, "put", changed):
        yield


@contextmanager
def _option(fault: Fault) -> Iterator[None]:
    with_options = app.with_options

    def changed(seeds: Any, assignments: str) -> Any:
        return with_options(seeds, f"{fault['option']},{assignments}")

    with patch.object(app, "with_options", changed):
        yield


@contextmanager
def _place(fault: Fault) -> Iterator[None]:
    """What stands at `module:name` or `module:Class.name`. AttributeError when there is no such name."""
    owner, name = _owner(fault["place"])
    before = getattr(owner, name)
    if "returns" in fault:
        other: Any = lambda *_, **__: fault["returns"]  # noqa: E731
    else:
        other = _alike(before, fault["value"])
    with patch.object(owner, name, other):
        yield


@contextmanager
def _code(fault: Fault) -> Iterator[None]:
    """The text of a function is another, also for whoever imported it. ValueError if `old` is not there."""
    place = fault["code"]
    if not place.startswith("mockserver"):
        place = f"mockserver.providers.{place}"
    function = _function(*_owner(place))
    source = dedent(inspect.getsource(function))
    if source.count(fault["old"]) != 1:
        raise ValueError(f"{source.count(fault['old'])} times in {place}: {fault['old']}")
    tree = ast.parse(source.replace(fault["old"], fault["new"]))
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    defined = dict(function.__globals__)
    flags = annotations.compiler_flag  # the module is one of the future, and so is the function
    exec(compile(tree, function.__code__.co_filename, "exec", flags, dont_inherit=True), defined)
    before, function.__code__ = function.__code__, defined[definition.name].__code__
    try:
        yield
    finally:
        function.__code__ = before


def _function(owner: Any, name: str) -> FunctionType:
    found = inspect.getattr_static(owner, name)
    found = inspect.unwrap(getattr(found, "fget", None) or getattr(found, "__func__", found))
    if not isinstance(found, FunctionType):
        raise ValueError(f"{name} is no function")
    return found


def _owner(place: str) -> tuple[Any, str]:
    """What has the name at the end of `module:Class.name`, and that name."""
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    return owner, name


def _alike(before: Any, value: Any) -> Any:
    """A value of a file as the kind of thing it takes the place of."""
    if isinstance(before, Decimal):
        return Decimal(value)
    if isinstance(before, timedelta):
        return timedelta(seconds=value)
    if isinstance(before, tuple | frozenset | set):
        return type(before)(value)
    return value


_KINDS: Mapping[str, Callable[[Fault], Any]] = {
    "answer": _answers,
    "query": _deaf,
    "never": _never,
    "free": _free,
    "twice": _twice,
    "kept": _kept,
    "row": _row,
    "option": _option,
    "place": _place,
    "code": _code,
}
