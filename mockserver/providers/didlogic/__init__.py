"""didlogic API v1 and v2: one provider over one state (reference: behaviour 1 and 2).

A request is answered in this order: version, credentials, operation, whether it is built, the account's
permission, body and query, the operation itself. The first that fails answers.
"""

from __future__ import annotations

from typing import ClassVar

from mockserver.core.explanations import Explanation
from mockserver.core.happenings import Happening
from mockserver.core.journal import Exchange
from mockserver.core.messages import Request, Response
from mockserver.core.provider import (
    Described,
    Failure,
    KnownError,
    Magic,
    Provider,
    Route,
    key_of_sandbox,
    sandbox_of_key,
)
from mockserver.core.world import AccountSeed, World
from mockserver.providers.didlogic import errors, explained, injected, magic
from mockserver.providers.didlogic.call import Call, Operation
from mockserver.providers.didlogic.errors import Refusal
from mockserver.providers.didlogic.funds import HAPPENINGS as FUNDS
from mockserver.providers.didlogic.params import Params, body_params, query_params
from mockserver.providers.didlogic.routes import build_router, listed
from mockserver.providers.didlogic.search import Search
from mockserver.providers.didlogic.seed import load_catalogue, load_seed
from mockserver.providers.didlogic.traffic import HAPPENINGS as TRAFFIC

_SUFFIXES = (".json", ".csv")
_LEGACY_KEYS = ("apiid", "api_token")
_VERSIONS = {"v1": 1, "v2": 2}
_ALWAYS_READ = frozenset({*_LEGACY_KEYS, "format"})
_NOTHING: Params = {}
_MOST_KEPT, _LONGEST_KEPT = 256, 300


class Didlogic(Provider):
    """didlogic API v1 and v2."""

    name: ClassVar[str] = "didlogic"
    title: ClassVar[str] = "didlogic API v1 and v2"
    prefix: ClassVar[str] = "/didlogic"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.didlogic.com", "app.didlogic.com", "didlogic.com"})
    purchases: ClassVar[frozenset[str]] = frozenset({"purchase_numbers", "send_sms"})

    def __init__(self, *, key: str) -> None:
        """`key` is the token that opens the default sandbox."""
        self._key = key
        self._catalogue = load_catalogue()
        self._search = Search(self._catalogue)
        self._router = build_router()
        self._parsed: dict[str, Params] = {}

    def seed(self) -> AccountSeed:
        return load_seed(self._catalogue)

    def credentials(self, sandbox: str) -> dict[str, str]:
        return {"authorization": f"Bearer {key_of_sandbox(sandbox, self._key)}"}

    def routes(self) -> tuple[Route, ...]:
        return listed()

    def example(self, base_url: str) -> str:
        return f"curl -H 'Authorization: Bearer {self._key}' {base_url}/v1/balance"

    def happenings(self) -> tuple[Happening, ...]:
        return (*FUNDS, *TRAFFIC)

    def sandbox_of(self, request: Request) -> str | None:
        """By bearer token; without one by the legacy key in query or body (client: PHP)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return sandbox_of_key(token.strip(), self._key)
        legacy = _legacy_key(request)
        return None if legacy is None else sandbox_of_key(legacy, self._key)

    def respond(self, world: World | None, request: Request) -> Response:
        operation: Operation | None = None
        try:
            operation, path, suffix, version = self._route(request)
            if world is None and version:
                raise errors.wrong_token(version)
            if operation is None or world is None:
                raise errors.not_found()
            if operation.handler is None:
                response = errors.unimplemented().response(operation.id)
                response.unimplemented = f"didlogic.{operation.id}"
                return response
            if operation.feature and not world.options[self.name][operation.feature]:
                raise errors.forbidden()
            params = self._params(request.query) if request.query else _NOTHING
            if request.body and request.method != "GET":
                params = params | body_params(request)
            accept = request.headers.get("accept", "")
            response = operation.handler(
                Call(world, self._catalogue, self._search, path, params, suffix, accept)
            )
        except Refusal as refusal:
            return refusal.response("" if operation is None else operation.id)
        response.operation = operation.id
        if response.evidence is None:
            response.evidence = operation.evidence
        if params and not operation.accepts.issuperset(params):
            unread = params.keys() - operation.accepts - _ALWAYS_READ
            response.ignored = sorted(unread.union(response.ignored))
        return response

    def _route(self, request: Request) -> tuple[Operation | None, tuple[str, ...], str, int]:
        """The operation, the values in its path, the path's suffix and the version, 0 for none."""
        if request.route is None:
            segments, suffix = _path(request)
            found, path, _ = self._router.find(request.method, segments)
            request.route = (found, path, suffix, _version(segments))
        route: tuple[Operation | None, tuple[str, ...], str, int] = request.route
        return route

    def described(self, request: Request, world: World | None) -> Described | None:
        """One document a version; a path of neither is held against the second."""
        segments, _ = _path(request)
        return Described(f"didlogic/v{_version(segments) or 2}/openapi.json", segments)

    def takes_files(self, request: Request) -> bool:
        """Documents come with files, and only in a multipart body."""
        kind = request.headers.get("content-type", "")
        return kind.lower().startswith("multipart/") and self.operation_of(request) == "create_document"

    def operation_of(self, request: Request) -> str:
        operation = self._route(request)[0]
        return "" if operation is None else operation.id

    def faulted(self, status: int, error: str, world: World, request: Request) -> Response:
        return injected.failure(status, error).response(self.operation_of(request))

    def errors(self) -> tuple[KnownError, ...]:
        return injected.ERRORS

    def explain(self, world: World, exchange: Exchange) -> Explanation | None:
        return explained.explain(world, exchange)

    def magic(self) -> tuple[Magic, ...]:
        return magic.MAGIC

    def _params(self, query: str) -> Params:
        """A query's parameters, read once for queries that come again; those with a key are not kept."""
        params = self._parsed.get(query)
        if params is None:
            params = query_params(query)
            if len(query) <= _LONGEST_KEPT and not any(name in params for name in _LEGACY_KEYS):
                if len(self._parsed) >= _MOST_KEPT:
                    self._parsed.clear()
                self._parsed[query] = params
        return params

    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        if failure == "too_large":
            refusal = errors.too_large()
            if world is None:  # the body was not read, so neither was a key inside it
                refusal = errors.wrong_token(_version(_path(request)[0]) or 1)
        elif failure == "throttled":
            refusal = errors.throttled()
        elif failure == "unavailable":
            refusal = errors.unavailable()
        else:
            refusal = errors.crashed()
        response = refusal.response()
        limiter = None if world is None else world.limiter(self.name)
        if failure == "throttled" and world is not None and limiter is not None:
            wait = limiter.retry_after(world.clock.now())
            response.add("Retry-After", str(max(1, -int(-wait // 1))))
        return response


def _path(request: Request) -> tuple[tuple[str, ...], str]:
    """The path without `/api` and without a suffix, and that suffix without its dot."""
    segments = request.segments
    if segments and segments[0] == "api":
        segments = segments[1:]
    if segments and segments[-1].endswith(_SUFFIXES):
        last, _, suffix = segments[-1].rpartition(".")
        return (*segments[:-1], last), suffix
    return segments, ""


def _version(segments: tuple[str, ...]) -> int:
    """1 or 2; 0 for a path of neither."""
    return _VERSIONS.get(segments[0], 0) if segments else 0


def _legacy_key(request: Request) -> str | None:
    """The key named `apiid` in the query or else in the body; None when there is none to be read."""
    try:
        if any(name in request.query for name in _LEGACY_KEYS):
            found = _key_in(query_params(request.query))
            if found is not None:
                return found
        # Most bodies hold no key, and those are not worth reading here.
        named = any(name.encode() in request.body for name in _LEGACY_KEYS)
        return _key_in(body_params(request)) if named else None
    except Refusal:
        return None


def _key_in(params: Params) -> str | None:
    values = (params.get(name) for name in _LEGACY_KEYS)
    return next((value for value in values if isinstance(value, str)), None)
