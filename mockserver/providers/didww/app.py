"""DIDWW's API v3: from a request to an answer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar
from urllib.parse import unquote

import orjson

from mockserver.core.explanations import Explanation
from mockserver.core.happenings import Happening
from mockserver.core.journal import Exchange
from mockserver.core.messages import Request, Response
from mockserver.core.provider import (
    Described,
    Failure,
    KnownError,
    Magic,
    Preset,
    Provider,
    Route,
    key_of_sandbox,
)
from mockserver.core.world import AccountSeed, World
from mockserver.jsonapi.engine import Engine
from mockserver.jsonapi.errors import Refusal
from mockserver.jsonapi.rack import UnreadableQuery
from mockserver.jsonapi.resource import Unbuilt
from mockserver.jsonapi.routes import Match, UnreadablePath, find, split
from mockserver.jsonapi.schema import Unimplemented
from mockserver.providers.didww import (
    auth,
    downloads,
    explained,
    forms,
    happenings,
    injected,
    magic,
    presets,
    wire,
)
from mockserver.providers.didww.resources import build_registry
from mockserver.providers.didww.routes import list_routes
from mockserver.providers.didww.seed import build_seed
from mockserver.providers.didww.versions import Versions

# An answer that the head of a request already settles.
Refused = partial[Response]
Routed = Match | Unbuilt | downloads.Download | forms.Form | Refused
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"))


class Didww(Provider):
    """DIDWW API v3.

    key      the Api-Key of the default sandbox
    version  the API version of requests that name none; with `pinned` older ones are not served
    callback_secret  what callbacks are signed with; None for the Api-Key of their sandbox
    """

    name: ClassVar[str] = "didww"
    title: ClassVar[str] = "DIDWW API v3"
    prefix: ClassVar[str] = "/didww"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.didww.com", "sandbox-api.didww.com"})
    purchases: ClassVar[frozenset[str]] = frozenset({"orders.create"})

    def __init__(self, *, key: str, version: str, pinned: bool, callback_secret: str | None = None) -> None:
        self._key = key
        self._callback_secret = callback_secret
        self._versions = Versions(version, pinned=pinned)
        self._registry = build_registry()
        self._engine = Engine("/v3")
        self._nobody = World("", {})  # for requests without a key, where none is needed

    def seed(self) -> AccountSeed:
        return replace(build_seed(), secret_of=self._secret_of)

    def _secret_of(self, sandbox: str) -> str:
        """What callbacks are signed with: the key that opens the sandbox unless another is set (3.4)."""
        return self._callback_secret or key_of_sandbox(sandbox, self._key)

    def sandbox_of(self, request: Request) -> str | None:
        return auth.sandbox_of(request, self._key)

    def happenings(self) -> tuple[Happening, ...]:
        return happenings.HAPPENINGS

    def presets(self) -> tuple[Preset, ...]:
        return presets.PRESETS

    def takes_files(self, request: Request) -> bool:
        return request.method == "POST" and request.path.rstrip("/").endswith("/encrypted_files")

    def respond(self, world: World | None, request: Request) -> Response:
        """Routing first, then the key, then everything else (engine.md 3)."""
        route = self._routed(request)
        if isinstance(route, partial):
            refusal: Response = route()
            return refusal
        if isinstance(route, downloads.Download):
            return wire.unauthorized() if world is None else _fetched(world, request, route)
        if isinstance(route, forms.Form):
            return wire.success(forms.fetch(route), request)
        if isinstance(route, Unbuilt):
            if world is None and not route.open:
                return wire.unauthorized()
            what = f"{request.method} /v3/{route.path or route.type}"
            return wire.not_implemented(what, _operation(route))
        if world is None:
            if not route.view.resource.open:
                return wire.unauthorized()
            world = self._nobody
        if request.body and _is_broken_json(request):
            return wire.unreadable()
        operation = _operation(route)
        try:
            return wire.success(self._engine.run(world, request, route), request)
        except Refusal as why:
            return wire.refused(why, operation)
        except Unimplemented as what:
            return wire.not_implemented(str(what), operation)
        except UnreadableQuery:
            return wire.unreadable()

    def _routed(self, request: Request) -> Routed:
        route: Routed | None = request.route
        if route is None:
            route = request.route = self._route(request)
        return route

    def _route(self, request: Request) -> Routed:
        """What method, path and version header ask for, or the answer when that is nothing."""
        if request.method not in _METHODS:
            return Refused(wire.unreadable, 405)
        file = downloads.find(request) or forms.find(request)
        if file is not None:
            return file
        try:
            parts = split(request.path)
        except UnreadablePath:
            return Refused(wire.unreadable)
        match: Match | Unbuilt | None = None
        if parts is not None and len(parts) > 1 and parts[0] == "v3":
            schema = self._registry.schemas[self._versions.of(request)]
            match = find(schema, request.method, parts[1:])
        return Refused(wire.unrouted, unquote(request.path)) if match is None else match

    def described(self, request: Request, world: World | None) -> Described | None:
        """One document a version, where there is one.

        PUT is not described, and acts like PATCH; nor is the suffix of a format (`/countries.json`), which is
        ignored. None for the forms, which are files beside the API.
        """
        route = self._routed(request)
        if isinstance(route, forms.Form):
            return None
        segments = request.segments
        if isinstance(route, Match):  # its path may end in `.json`
            segments = tuple(split(request.path) or segments)
        method = "PATCH" if request.method == "PUT" else ""
        return Described(f"didww/{self._versions.of(request)}/openapi.json", segments, method)

    def operation_of(self, request: Request) -> str:
        route = self._routed(request)
        return "" if isinstance(route, partial) else _operation(route)

    def faulted(self, status: int, error: str, world: World, request: Request) -> Response:
        operation, version = self.operation_of(request), self._versions.of(request)
        return injected.failure(status, error, world, operation, version)

    def errors(self) -> tuple[KnownError, ...]:
        return injected.ERRORS

    def explain(self, world: World, exchange: Exchange) -> Explanation | None:
        return explained.explain(world, exchange)

    def magic(self) -> tuple[Magic, ...]:
        return magic.magic()

    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        return wire.failure(failure)

    def finish(self, response: Response, world: World | None, request: Request) -> None:
        wire.sign(response, world, request)

    def credentials(self, sandbox: str) -> dict[str, str]:
        return auth.credentials(sandbox, self._key)

    def routes(self) -> tuple[Route, ...]:
        return list_routes(self._registry)

    def example(self, base_url: str) -> str:
        return f"curl -H 'Api-Key: {self._key}' '{base_url}/v3/countries'"


def _operation(route: Match | Unbuilt | downloads.Download | forms.Form) -> str:
    """The name of an operation in journal, evidence and routes: `orders.create`."""
    if isinstance(route, downloads.Download):
        return downloads.OPERATION
    if isinstance(route, forms.Form):
        return forms.OPERATION
    if isinstance(route, Unbuilt):
        return f"{route.type}.unbuilt"
    return f"{route.view.resource.type}.{route.action.partition('_')[0]}"


def _fetched(world: World, request: Request, file: downloads.Download) -> Response:
    """The file of an export, or the refusal of one that is not there."""
    try:
        return wire.success(downloads.fetch(world, file), request)
    except Refusal as why:
        return wire.refused(why, downloads.OPERATION)


def _is_broken_json(request: Request) -> bool:
    """Rails parses plain JSON before the engine looks at the type, and refuses what it cannot read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return False
    try:
        orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return True
    return False
