"""IDT Express DID API v1: coverage, orders and numbers under `/v1/dids`."""

from __future__ import annotations

from typing import ClassVar

import orjson

from mockserver.core.explanations import Explanation
from mockserver.core.happenings import Happening
from mockserver.core.ids import Ids
from mockserver.core.journal import Exchange
from mockserver.core.messages import Evidence, HeaderBlock, Request, Response
from mockserver.core.provider import (
    DEFAULT_SANDBOX,
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
from mockserver.providers.idt import assumptions, errors, explained, injected, magic
from mockserver.providers.idt.catalogue import Catalogues
from mockserver.providers.idt.errors import IdtError
from mockserver.providers.idt.happenings import HAPPENINGS
from mockserver.providers.idt.reading import Call
from mockserver.providers.idt.routes import OPERATIONS, Operation, build_router
from mockserver.providers.idt.seed import load_seed

_SECRET = "secret-"


class Idt(Provider):
    """IDT Express. Order of checks: credentials, throttling, access, quota, routing, then the operation's."""

    name: ClassVar[str] = "idt"
    title: ClassVar[str] = "IDT Express DID API v1"
    prefix: ClassVar[str] = "/idt"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.idtexpress.com", "sandbox-api.idtexpress.com"})
    purchases: ClassVar[frozenset[str]] = frozenset({"create_order"})

    def __init__(self, *, key: str, secret: str, chance: str) -> None:
        """`key` and `secret` open the default sandbox; `chance` seeds the ids of refusals without one."""
        self._key = key
        self._secret = secret
        self._router = build_router()
        self._catalogues = Catalogues()
        self._ids = Ids(f"{chance}/idt/refusals")

    def seed(self) -> AccountSeed:
        return load_seed()

    # --- credentials -----------------------------------------------------------------------------

    def sandbox_of(self, request: Request) -> str | None:
        """A key opens its sandbox with the secret that belongs to it and no other."""
        sandbox = sandbox_of_key(request.headers.get("x-api-key", ""), self._key)
        if sandbox is None or request.headers.get("x-api-secret") != self._secret_of(sandbox):
            return None
        return sandbox

    def _secret_of(self, sandbox: str) -> str:
        return self._secret if sandbox == DEFAULT_SANDBOX else _SECRET + sandbox

    def credentials(self, sandbox: str) -> dict[str, str]:
        return {"x-api-key": key_of_sandbox(sandbox, self._key), "x-api-secret": self._secret_of(sandbox)}

    # --- answers ---------------------------------------------------------------------------------

    def respond(self, world: World | None, request: Request) -> Response:
        if world is None:  # before routing: an unknown path without credentials is refused alike
            return self._refusal(errors.access_denied(), None)
        operation: Operation | None = None
        try:
            _admit(world)
            operation, values = self._route(request)
            if operation is None:  # nothing is said of other methods than the documented ones
                _, _, methods = self._router.find(request.method, request.segments)
                raise errors.not_found(assumed="routing.other_method" if methods else "")
            call = Call(world, request, values, self._catalogues.of(world))
            body = operation.handler(call)
        except IdtError as error:
            return self._refusal(error, world, "" if operation is None else operation.name)
        evidence = Evidence("documented", f"idt.{operation.name}")
        if call.assumed:
            evidence = Evidence("assumed", f"idt.{operation.name}.{call.assumed}")
        ignored = call.unread()
        if body is None:
            return Response(204, operation=operation.name, evidence=evidence, ignored=ignored)
        status: int = world.options["idt"]["create_status"] if operation.creates else 200
        return Response(status, body, _JSON, operation=operation.name, evidence=evidence, ignored=ignored)

    def _route(self, request: Request) -> tuple[Operation | None, tuple[str, ...]]:
        """The operation that method and path name, and the values in the path."""
        if request.route is None:
            request.route = self._router.find(request.method, request.segments)[:2]
        route: tuple[Operation | None, tuple[str, ...]] = request.route
        return route

    def described(self, request: Request, world: World | None) -> Described | None:
        """None for an account that is switched to another reading of the reference than the document's."""
        if world is not None and not assumptions.as_documented(world.options[self.name]):
            return None
        return super().described(request, world)

    def operation_of(self, request: Request) -> str:
        operation, _ = self._route(request)
        return "" if operation is None else operation.name

    def faulted(self, status: int, error: str, world: World, request: Request) -> Response:
        return self._refusal(injected.failure(status, error, world), world, self.operation_of(request))

    def errors(self) -> tuple[KnownError, ...]:
        return injected.ERRORS

    def explain(self, world: World, exchange: Exchange) -> Explanation | None:
        return explained.explain(world, exchange)

    def magic(self) -> tuple[Magic, ...]:
        return magic.MAGIC

    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        """Beside throttling nothing of this is described; the same object with code 1000 (assumed)."""
        if failure == "throttled":
            error = errors.throttled()
        elif failure == "crashed":
            error = errors.invalid_request("Internal server error", 500)
        elif failure == "unavailable":
            error = errors.invalid_request("Service unavailable", 503)
        elif world is None:
            error = errors.access_denied()
        else:
            error = errors.invalid_request("Request body is too large", 413)
        return self._refusal(error, world)

    def _refusal(self, error: IdtError, world: World | None, operation: str = "") -> Response:
        ids = self._ids if world is None else world.ids
        options = {} if world is None else world.options["idt"]
        status, body = error.answer(options, ids.uuid())
        return Response(status, body, _JSON, operation=operation, evidence=error.evidence)

    # --- for people ------------------------------------------------------------------------------

    def routes(self) -> tuple[Route, ...]:
        return tuple(Route(row.name, row.method, row.path, row.summary) for row in OPERATIONS)

    def happenings(self) -> tuple[Happening, ...]:
        return HAPPENINGS

    def example(self, base_url: str) -> str:
        headers = " ".join(
            f"-H '{name}: {value}'" for name, value in self.credentials(DEFAULT_SANDBOX).items()
        )
        order = orjson.dumps({"order_items": [{"did_group_id": 16847, "quantity": 3}]}).decode()
        return f"curl {headers} -H 'Content-Type: application/json' -d '{order}' {base_url}/v1/dids/orders"


_JSON = HeaderBlock(("Content-Type", "application/json"))


def _admit(world: World) -> None:
    """Refuse an account without access (2000) or with a quota used up (2001); count the request otherwise."""
    options = world.options["idt"]
    if options["access_withdrawn"]:
        raise errors.access_denied()
    quota = options["quota"]
    if quota is not None:
        if options["quota_used"] >= quota:
            limiter = world.limiter("idt")
            if limiter is not None:
                limiter.take_back()  # a request that is refused for the quota counts in neither (§1)
            raise errors.quota_exceeded()
        options["quota_used"] += 1
