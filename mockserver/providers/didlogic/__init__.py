"""didlogic API v1 and v2."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from mockserver.core.messages import Request, Response
from mockserver.core.provider import Failure, Provider, Route, key_of_sandbox, sandbox_of_key
from mockserver.core.stock import Shelves
from mockserver.core.world import AccountSeed, World


class Didlogic(Provider):
    """didlogic API v1 and v2."""

    name: ClassVar[str] = "didlogic"
    title: ClassVar[str] = "didlogic API v1 and v2"
    prefix: ClassVar[str] = "/didlogic"
    hosts: ClassVar[frozenset[str]] = frozenset({"api.didlogic.com", "app.didlogic.com", "didlogic.com"})

    def __init__(self, *, key: str) -> None:
        self._key = key

    def seed(self) -> AccountSeed:
        return AccountSeed("didlogic", Decimal("100.00"), {}, Shelves([]))

    def sandbox_of(self, request: Request) -> str | None:
        return sandbox_of_key(request.headers.get("x-key", ""), self._key)

    def respond(self, world: World | None, request: Request) -> Response:
        return Response(501, unimplemented=request.path)

    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        return Response(500)

    def credentials(self, sandbox: str) -> dict[str, str]:
        return {"x-key": key_of_sandbox(sandbox, self._key)}

    def routes(self) -> tuple[Route, ...]:
        return ()

    def example(self, base_url: str) -> str:
        return f"curl {base_url}/"
