"""IDT Express DID API v1: coverage, orders and numbers under `/v1/dids`."""

from __future__ import annotations

from typing import ClassVar

import orjson

from mockserver.core.ids import Ids
from mockserver.core.messages import Evidence, HeaderBlock, Request, Response
from mockserver.core.provider import DEFAULT_SANDBOX, Failure, Provider, Route, key_of_sandbox, sandbox_of_key
from mockserver.core.world import AccountSeed, World
from mockserver.providers.idt import errors
from mockserver.providers.idt.catalogue import Catalogues
from mockserver.providers.idt.errors import IdtError
from mockserver.providers.idt.reading import Call
from mockserver.providers.idt.routes import OPERATIONS, Operation, build_router
from mockserver.providers.idt.seed import load_seed

_SECRET = "secret-"


class Idt(Provider):
    """IDT Express. Order of checks: credentials, limits, quota, routing, then the operation's own."""

    name: ClassVar[str] = "idt"
    title: ClassVar[str] = "IDT Express DID API v1"
    prefix: ClassVar[str] = "/idt"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.idtexpress.com", "sandbox-api.idtexpress.com"})

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
            _count_request(world)
            if request.route is None:
                request.route = self._router.find(request.method, request.segments)
            operation, values, _ = request.route
            if operation is None:
                raise errors.not_found()
            if operation.handler is None:
                return self._unbuilt(operation, world)
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
        body = error.encode(ids.uuid())
        return Response(error.status, body, _JSON, operation=operation, evidence=error.evidence)

    def _unbuilt(self, operation: Operation, world: World) -> Response:
        """501 in the provider's envelope for what its reference lists and this server does not do."""
        error = errors.invalid_request(f"{operation.summary} is not emulated", 501)
        response = self._refusal(error, world, operation.name)
        response.evidence = None
        response.unimplemented = f"{operation.method} {operation.path}"
        return response

    # --- for people ------------------------------------------------------------------------------

    def routes(self) -> tuple[Route, ...]:
        return tuple(
            Route(row.name, row.method, row.path, row.summary, row.handler is not None) for row in OPERATIONS
        )

    def example(self, base_url: str) -> str:
        headers = " ".join(
            f"-H '{name}: {value}'" for name, value in self.credentials(DEFAULT_SANDBOX).items()
        )
        order = orjson.dumps({"order_items": [{"did_group_id": 16847, "quantity": 3}]}).decode()
        return f"curl {headers} -H 'Content-Type: application/json' -d '{order}' {base_url}/v1/dids/orders"


_JSON = HeaderBlock(("Content-Type", "application/json"))


def _count_request(world: World) -> None:
    """Count a request against the account's quota when it has one; 2001 once that is used up."""
    options = world.options["idt"]
    quota = options["quota"]
    if quota is not None:
        if options["quota_used"] >= quota:
            raise errors.quota_exceeded()
        options["quota_used"] += 1
