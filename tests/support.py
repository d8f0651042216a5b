"""A server of its own for a test, reached without a socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from mockserver.app import create_app
from mockserver.conformance.judge import Judge
from mockserver.conformance.problems import Problem
from mockserver.core.data import load_contract
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Provider
from mockserver.core.world import World
from mockserver.http.gateway import Gateway
from mockserver.settings import Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@cache
def claimed() -> dict[str, str]:
    """The level of evidence of every claim."""
    return {claim["id"]: claim["evidence"] for claim in load_contract("claims.json")["claims"]}


class StrictJudge(Judge):
    """Lets no answer pass that is not as its document says, or that rests on a claim which nobody made."""

    def judge(
        self, provider: Provider, world: World | None, home: World, response: Response, request: Request
    ) -> str:
        evidence = response.evidence
        if evidence is not None and claimed().get(evidence.claim) != evidence.level:
            raise AssertionError(
                f"{provider.name}: {request.method} {request.path}: X-Mock-Evidence says {evidence}; "
                f"the claim is {claimed().get(evidence.claim, 'unknown')}"
            )
        return super().judge(provider, world, home, response, request)

    def puzzled(self, provider: Provider, response: Response) -> None:
        raise

    def report(
        self,
        provider: Provider,
        operation: str,
        request: Request,
        response: Response,
        problems: Sequence[Problem],
    ) -> None:
        raise AssertionError(
            f"{provider.name}: {request.method} {request.path}: {operation} answered {response.status} "
            f"against its contract: {'; '.join(map(str, problems))}\n{response.body[:2000]!r}"
        )


class Server:
    """A server in this process with its clocks frozen, so that time only moves when a test moves it.

    An answer that is not as its OpenAPI document says is an AssertionError. `contracts=False` is for tests
    that want such answers.
    """

    def __init__(self, *, contracts: bool = True, **settings: Any) -> None:
        self.settings = Settings(log_format="off", **settings)
        self.gateway: Gateway = create_app(self.settings)
        if contracts:
            self.gateway.judge = StrictJudge()

    def world(self, name: str = "default") -> World:
        """The sandbox; its clock stands at NOON from the first look on."""
        known = self.gateway.sandboxes.find(name) is not None
        world = self.gateway.sandboxes.open(name)
        if not known:
            world.clock.set(mode="frozen", now=NOON)
        return world

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json: Any = None,
    ) -> Response:
        """One request; `target` is path and query. `json` is encoded, `body` sent as it is."""
        path, _, query = target.partition("?")
        sent = {"host": "127.0.0.1:8080", "accept": "*/*"}
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        if json is not None:
            body = orjson.dumps(json)
        content = body.encode() if isinstance(body, str) else body
        return self.gateway.handle(method, path, query, sent, content or b"")


def body_of(response: Response) -> Any:
    """The JSON of an answer."""
    return orjson.loads(response.body)


def state_of(world: World) -> dict[str, Any]:
    """Everything a refused request must leave alone: rows, stock, money, agenda."""
    return {
        "tables": {name: list(table.rows.values()) for name, table in world.tables().items() if len(table)},
        "gone": {
            name: {key: gone for key, gone in world.stock(name).gone().items() if gone}
            for name in world.providers()
        },
        "lines": {name: list(world.ledger(name).lines) for name in world.providers()},
        "balances": {name: world.ledger(name).balance for name in world.providers()},
        "agenda": world.scheduler.agenda(),
        "callbacks": world.outbox.state(),
    }
