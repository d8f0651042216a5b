"""Runs a routed request: checks in the engine's order (engine.md 3), then reads or writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast

import orjson

from mockserver.core.messages import Request
from mockserver.core.world import World
from mockserver.jsonapi import body as bodies
from mockserver.jsonapi import document, faults, paging
from mockserver.jsonapi.document import Writers
from mockserver.jsonapi.errors import Refusal, not_found
from mockserver.jsonapi.faults import MEDIA_TYPE
from mockserver.jsonapi.negotiation import check_accept, check_content_type
from mockserver.jsonapi.outcome import Level, Outcome
from mockserver.jsonapi.query import Query, parse_list, parse_show, parse_write
from mockserver.jsonapi.rack import Params, parse_query
from mockserver.jsonapi.resource import Incoming, Relationship, Values
from mockserver.jsonapi.routes import Match
from mockserver.jsonapi.schema import Schema, View

Parser = Callable[[View, Params], Query]

# Small caches of what depends on nothing that changes; emptied when full, since callers choose the keys.
_MOST_QUERIES = 512
_MOST_ADDRESSES = 16
_MOST_ANSWERS = 8  # per sandbox
_WORTH_KEEPING = 4 << 10  # bytes; smaller answers are quickly made
_TOO_LARGE_TO_KEEP = 512 << 10


class Engine:
    """Answers requests for the types of a registry. `prefix` comes between the address and the path.

    Raises Refusal for what the request or the rules get wrong, Unimplemented for what is not built,
    rack.UnreadableQuery for a query that is no text.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._queries: dict[tuple[View, Parser, str], Query] = {}
        self._writers: dict[tuple[Schema, str], Writers] = {}

    def run(self, world: World, request: Request, match: Match) -> Outcome:
        """One request that is routed and whose caller is known."""
        action = match.action
        handler = match.view.resource.handlers.get(action)
        if handler is not None:
            return handler(world, request, match.view.version)
        if action == "list":
            return self._list(world, request, match.view)
        if action == "show":
            return self._show(world, request, match.view, match.identifier)
        if action == "create":
            return self._create(world, request, match.view)
        if action == "update":
            return self._update(world, request, match.view, match.identifier)
        if action == "delete":
            return self._delete(world, request, match.view, match.identifier)
        assert match.relationship is not None
        if action == "related":
            return self._related(world, request, match)
        if action == "linkage":
            return self._linkage(world, request, match)
        return self._change_linkage(world, request, match)

    # --- reading ---------------------------------------------------------------------------------

    def _list(self, world: World, request: Request, view: View) -> Outcome:
        check_accept(request)
        if request.body:
            _check_stray_body(request)
        resource = view.resource
        key = (view, request.base_url, request.query)
        if resource.steady:
            kept: Outcome | None = world.derived.get(key)
            if kept is not None:
                return kept
        query = self._query(view, parse_list, request.query)
        if query.faults:
            raise Refusal(query.faults)
        if resource.listing is not None:
            rows, total = resource.listing(world, query)
            for bound, descending in reversed(query.sorts):
                bound.apply(world, rows, descending)
        else:
            rows = self._matching(world, query)
            total = len(rows)
        content, etag = self._listing(world, request, query, rows, total, view.path)
        outcome = Outcome(200, content, f"{resource.type}.list", _level(view, "list"), etag, query.ignored)
        if resource.steady and _WORTH_KEEPING <= len(content) <= _TOO_LARGE_TO_KEEP:
            if len(world.derived) >= _MOST_ANSWERS:
                world.derived.clear()
            world.derived[key] = outcome
        return outcome

    def _matching(self, world: World, query: Query) -> list[Any]:
        """The rows that pass the filters, in the order asked for. Never to be changed in place."""
        view = query.view
        tests = query.tests
        given = query.given.get("id")
        if given is not None and len(given) == 1:
            found = None if given[0] is None else view.source.find(world, given[0])
            rows = [] if found is None else [found]
        else:
            rows = view.ordered(world)
        rows = _narrowed(world, query, document.passing(world, rows, tests))
        if query.sorts:
            rows = list(rows)
            for bound, descending in reversed(query.sorts):
                bound.apply(world, rows, descending)
        return rows

    def _listing(
        self, world: World, request: Request, query: Query, rows: list[Any], total: int, path: str
    ) -> tuple[bytes, str]:
        view, page = query.view, query.page
        links = None
        meta: dict[str, Any] = {}
        writers = self._writers_for(view.schema, request.base_url)
        if page is not None:
            rows = rows[page.start : page.start + page.size]
            links = paging.links(f"{writers.root}/{path}", query.params, page, total)
            meta["total_records"] = total
        elif view.resource.counted:
            meta["total_records"] = total
        if view.resource.document_meta is not None:
            meta.update(view.resource.document_meta(world, "list", total))
        meta["api_version"] = view.version
        shown = None if view.resource.bare else meta
        content = document.listing(world, query, rows, writers, shown, links)
        return content, _etag(view, content)

    def _show(self, world: World, request: Request, view: View, identifier: str) -> Outcome:
        check_accept(request)
        if request.body:
            _check_stray_body(request)
        query = self._query(view, parse_show, request.query)
        if query.faults:
            raise Refusal(query.faults)
        if view.resource.singleton:
            row: Any = next(iter(view.source.every(world)))
        else:
            row = _find(world, view, identifier, verify=True)
            if not _narrowed(world, query, [row]):
                raise Refusal(not_found(identifier))
        return self._single(world, request, query, row, 200, "show")

    def _single(
        self, world: World, request: Request, query: Query, row: Any, status: int, operation: str
    ) -> Outcome:
        view = query.view
        writers = self._writers_for(view.schema, request.base_url)
        whole = operation == "show" and query.plain and not query.ignored and view.resource.alone
        if whole:
            kept: Any = row.wire.get(writers)
            if kept is not None:
                return kept  # type: ignore[no-any-return]
        meta = None
        if operation == "show" and view.resource.document_meta is not None:
            meta = {**view.resource.document_meta(world, "show", 1), "api_version": view.version}
        content = document.single(world, query, row, writers, meta)
        outcome = Outcome(
            status,
            content,
            f"{view.resource.type}.{operation}",
            _level(view, operation),
            _etag(view, content),
            query.ignored,
        )
        if whole:
            row.remember(writers, cast(Any, outcome))
        return outcome

    def _related(self, world: World, request: Request, match: Match) -> Outcome:
        """`/{type}/{id}/{name}`: the query is that of a list of the related type, also for one record."""
        view, relationship = match.view, match.relationship
        assert relationship is not None
        check_accept(request)
        if request.body:
            _check_stray_body(request)
        _verify_key(match.identifier)
        # What a polymorphic relationship leads to is known from the record alone.
        target = view.target(
            relationship, _find(world, view, match.identifier) if relationship.kind else None
        )
        query = self._query(target, parse_list, request.query)
        if query.faults:
            raise Refusal(query.faults)
        parent = _find(world, view, match.identifier)
        operation = f"{view.resource.type}.related"
        if not relationship.many:
            row = view.one(world, parent, relationship)
            writers = self._writers_for(target.schema, request.base_url)
            content = document.single(world, query, row, writers)
            return Outcome(200, content, operation, "assumed", _etag(target, content), query.ignored)
        rows = document.passing(world, view.many(world, parent, relationship), query.tests)
        target.in_order(world, rows)
        for bound, descending in reversed(query.sorts):
            bound.apply(world, rows, descending)
        path = f"{view.path}/{match.identifier}/{relationship.name}"
        content, etag = self._listing(world, request, query, rows, len(rows), path)
        return Outcome(200, content, operation, "assumed", etag, query.ignored)

    def _linkage(self, world: World, request: Request, match: Match) -> Outcome:
        """`/{type}/{id}/relationships/{name}`: the query is not looked at."""
        view, relationship = match.view, match.relationship
        assert relationship is not None
        check_accept(request)
        if request.body:
            _check_stray_body(request)
        _verify_key(match.identifier)
        parent = _find(world, view, match.identifier)
        start = f"{request.base_url}{self._prefix}/{view.path}/{match.identifier}"
        links = {
            "self": f"{start}/relationships/{relationship.name}",
            "related": f"{start}/{relationship.name}",
        }
        content = orjson.dumps(
            {
                "data": document.linkage(world, view, parent, relationship),
                "links": links,
                "meta": {"api_version": view.version},
            }
        )
        operation = f"{view.resource.type}.linkage"
        return Outcome(
            200, content, operation, "assumed", _etag(view, content), tuple(parse_query(request.query))
        )

    # --- writing ---------------------------------------------------------------------------------

    def _create(self, world: World, request: Request, view: View) -> Outcome:
        query, values = self._write(request, view, None)
        assert view.resource.create is not None
        row = view.resource.create(world, Incoming(values, view.version, self._root(request)))
        return self._single(world, request, query, row, 201, "create")

    def _update(self, world: World, request: Request, view: View, identifier: str) -> Outcome:
        query, values = self._write(request, view, identifier)
        row = _find(world, view, identifier, "update")
        if values:
            assert view.resource.update is not None
            row = view.resource.update(world, row, Incoming(values, view.version, self._root(request)))
        return self._single(world, request, query, row, 200, "update")

    def _root(self, request: Request) -> str:
        """Where the API starts for a caller, in front of `/orders`."""
        return request.base_url + self._prefix

    def _write(self, request: Request, view: View, identifier: str | None) -> tuple[Query, Values]:
        """The shared part of create and update: everything that is checked before the record is looked up."""
        check_content_type(request)
        check_accept(request)
        content = bodies.parse_json(request.body)
        query = self._query(view, parse_write, request.query)
        try:
            values = bodies.read_resource(view, content, identifier)
        except Refusal as refusal:
            raise bodies.all_faults(query.faults, refusal) from None
        if query.faults:
            raise Refusal(query.faults)
        return query, values

    def _delete(self, world: World, request: Request, view: View, identifier: str) -> Outcome:
        check_accept(request)
        if request.body:
            _check_stray_body(request)
        row = _find(world, view, identifier, "delete", verify=True)
        assert view.resource.delete is not None
        view.resource.delete(world, row)
        ignored = tuple(parse_query(request.query))
        return Outcome(204, b"", f"{view.resource.type}.delete", _level(view, "delete"), "", ignored)

    def _change_linkage(self, world: World, request: Request, match: Match) -> Outcome:
        view, relationship, action = match.view, match.relationship, match.action
        assert relationship is not None
        if action != "linkage_remove":
            check_content_type(request)
        check_accept(request)
        content = bodies.parse_json(request.body)
        wanted: Any = self._wanted_linkage(view, relationship, action, content)
        if action == "linkage_replace" and relationship.many and not relationship.replace:
            raise Refusal(faults.replacement_forbidden())
        parent = _find(world, view, match.identifier)
        if relationship.many:
            if action != "linkage_replace":
                wanted = _changed_set(world, view, parent, relationship, action, wanted)
            wanted = {relationship.field: wanted}
        assert view.resource.update is not None
        view.resource.update(world, parent, Incoming(wanted, view.version, self._root(request)))
        ignored = tuple(parse_query(request.query))
        return Outcome(204, b"", f"{view.resource.type}.linkage", "assumed", "", ignored)

    @staticmethod
    def _wanted_linkage(view: View, relationship: Relationship, action: str, content: dict[str, Any]) -> Any:
        """What the body names: a tuple of ids, or what a to-one relationship sets by stored field."""
        clears = action == "linkage_remove" and not relationship.many
        if not clears and "data" not in content:
            raise Refusal(faults.missing("data"))
        if not relationship.update:
            raise Refusal(faults.not_allowed(relationship.name))
        if clears:
            return bodies.cleared(relationship)
        if relationship.many:
            return bodies.read_many(view, relationship, content["data"])
        if relationship.kind and content["data"] is None:
            raise Refusal(faults.bad_request())  # the engine fails here
        return bodies.read_one(view, relationship, content["data"])

    # --- caches ----------------------------------------------------------------------------------

    def _query(self, view: View, parser: Parser, raw: str) -> Query:
        key = (view, parser, raw)
        query = self._queries.get(key)
        if query is None:
            query = parser(view, parse_query(raw))
            if len(raw) < 512:
                if len(self._queries) >= _MOST_QUERIES:
                    self._queries.clear()
                self._queries[key] = query
        return query

    def _writers_for(self, schema: Schema, base_url: str) -> Writers:
        key = (schema, base_url)
        writers = self._writers.get(key)
        if writers is None:
            if len(self._writers) >= _MOST_ADDRESSES:
                self._writers.clear()
            writers = self._writers[key] = Writers(schema, base_url + self._prefix)
        return writers


def _find(world: World, view: View, identifier: str, action: str = "show", *, verify: bool = False) -> Any:
    """The record of the URL. Refusal with 404; with `verify` 103 for an id with a comma."""
    if verify:
        _verify_key(identifier)
    row = view.source.find(world, identifier)
    if row is None:
        error, detail = not_found(identifier), view.resource.absent.get(action)
        raise Refusal(replace(error, detail=detail) if detail else error)
    return row


def _narrowed(world: World, query: Query, rows: list[Any]) -> list[Any]:
    """The rows with a related record that passes the filters reached through an included relationship."""
    for name, tests in query.narrowing().items() if query.narrow else ():
        view, relationship = query.view, query.view.relationships[name]
        rows = [row for row in rows if document.passing(world, view.many(world, row, relationship), tests)]
    return rows


def _verify_key(identifier: str) -> None:
    if "," in identifier:
        raise Refusal(faults.invalid_field_value(identifier))


def _check_stray_body(request: Request) -> None:
    """A body sent along with GET or DELETE is parsed all the same, when it says that it is ours."""
    if request.headers.get("content-type", "") == MEDIA_TYPE:
        bodies.parse_json(request.body)


def _changed_set(
    world: World, view: View, parent: Any, relationship: Relationship, action: str, named: tuple[str, ...]
) -> tuple[str, ...]:
    """A to-many relationship after members were added or removed. Refusal with 113 or 404."""
    if relationship.inverse:
        members = tuple(record.key for record in view.many(world, parent, relationship))
    else:
        members = tuple(getattr(parent, relationship.field))
    if action == "linkage_add":
        for key in named:
            if key in members:
                raise Refusal(faults.relation_exists(key))
        source = view.target(relationship).source
        if any(source.find(world, key) is None for key in named):
            raise Refusal(not_found("unspecified"))
        return members + tuple(dict.fromkeys(named))
    for key in named:
        if key not in members:
            raise Refusal(not_found(key))
    return tuple(key for key in members if key not in named)


def _level(view: View, operation: str) -> Level:
    return view.resource.evidence.get(operation, "documented")


def _etag(view: View, content: bytes) -> str:
    """`W/"` and the first 32 hex digits of the body's SHA-256; none for types that carry none."""
    return f'W/"{sha256(content).hexdigest()[:32]}"' if view.resource.etag else ""
