"""Calls to the control API through the gateway, each answer held against the OpenAPI document."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import jsonschema_rs
import orjson

from mockserver.core.world import World
from tests.support import Server


class Reply:
    """One answer as it went over ASGI."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.content = content

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)


class Caller:
    """`call("PUT", "/clock", {...})` against a server of its own; `raw` for what is not JSON."""

    def __init__(self, **settings: Any) -> None:
        self.server = Server(**settings)
        _forget_agenda(self.server.world())
        token = {"x-mock-token": self.server.settings.admin_token or ""}
        self._document: dict[str, Any] = self.raw("GET", "/openapi.json", headers=token).json

    def __call__(self, method: str, target: str, json: Any = None, **headers: str) -> Reply:
        return self.raw(method, target, b"" if json is None else orjson.dumps(json), headers)

    def raw(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        path, _, query = target.partition("?")
        reply = drive(self.server, method, "/_mock" + path, query, body, headers or {})
        if hasattr(self, "_document"):
            self._check(method, "/_mock" + path, reply)
        return reply

    def _check(self, method: str, path: str, reply: Reply) -> None:
        """The answer must be one that the document describes for this operation."""
        for pattern, operations in self._document["paths"].items():
            described = operations.get(method.lower())
            if described is not None and matches(pattern, path) and reply.status not in (400, 413):
                schema = described["responses"][str(reply.status)]["content"]["application/json"]["schema"]
                break
        else:
            schema = {"$ref": "#/components/schemas/Problem"}
        whole = {**schema, "components": self._document["components"]}
        jsonschema_rs.validator_for(whole).validate(reply.json)


def matches(pattern: str, path: str) -> bool:
    """Whether a path is one of a pattern's; literal patterns come before parametric ones in the document."""
    parts, given = pattern.split("/"), path.rstrip("/").split("/")
    return len(parts) == len(given) and all(
        part == value or part.startswith("{") for part, value in zip(parts, given, strict=True)
    )


def drive(
    server: Server, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
) -> Reply:
    """One ASGI request, run to its end without an event loop: nothing in it waits."""
    sent = {"host": "127.0.0.1:8080", "content-length": str(len(body)), **headers}
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
    }
    messages: list[MutableMapping[str, Any]] = []
    pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]

    async def receive() -> MutableMapping[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    run(server.gateway(scope, receive, send))
    names = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Reply(messages[0]["status"], names, content)


def _forget_agenda(world: World) -> None:
    """Let no sandbox of this server start with things to come: a test is to see its own jobs only."""
    seeds: Any = world._seeds
    seeds.update({name: replace(seed, agenda=()) for name, seed in seeds.items()})
    for subject in {entry.job.subject for entry in world.scheduler.agenda()}:
        world.scheduler.cancel(subject)
    world.commit()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never really waits."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("a control call waited for something")
