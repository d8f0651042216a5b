"""The control API: everything of ours that is not a provider's.

`ControlAPI.handle` is the whole API without a socket; `build_control` puts it behind ASGI.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import orjson

from mockserver.conformance.inspector import Inspector
from mockserver.control.call import Answer, Call, Later, Operation, Refused, Server, nearest, unknown
from mockserver.control.guard import Guard
from mockserver.control.openapi import full_paths
from mockserver.control.operations import OPERATIONS
from mockserver.control.server import unknown_sandbox
from mockserver.core.messages import Response
from mockserver.core.provider import DEFAULT_SANDBOX, Provider
from mockserver.core.sandboxes import Sandboxes, SandboxesFull
from mockserver.core.world import World
from mockserver.http.address import caller_address
from mockserver.http.gateway import CONTROL_PREFIX
from mockserver.http.routing import Router

if TYPE_CHECKING:
    from pydantic import ValidationError
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

log = logging.getLogger("mockserver")

_DRAINED = 64 << 20  # how much of a refused body is read, so that the client gets to read the answer
_MOST_FIELDS = 20
_GLANCE = timedelta(milliseconds=20)  # how often a call that waits looks again
# Set in the scope by a caller in this process that cannot wait: the answer is given as it stands.
AT_ONCE = "mockserver.at_once"
_READABLE = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_FAILED = Answer(500, {"error": "the server failed; its log says why"})


class ControlAPI:
    """Answers control calls about the sandboxes of one server. Keeps nothing between calls."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        providers: Iterable[Provider],
        *,
        version: str,
        public_url: str | None = None,
        guard: Guard | None = None,
        settled: Callable[[World], bool] | None = None,
        inspector: Inspector | None = None,
    ) -> None:
        named = {provider.name: provider for provider in providers}
        self._server = Server(sandboxes, named, version, OPERATIONS, settled or _always, inspector)
        self._public_url = None if public_url is None else public_url.rstrip("/")
        self._guard = guard or Guard(public_url)
        self._router: Router[tuple[Operation, tuple[str, ...]]] = Router()
        for operation in OPERATIONS:
            for path in full_paths(operation):
                names = tuple(part[1:-1] for part in path.split("/") if part.startswith("{"))
                self._router.add(operation.method, path, (operation, names))

    def handle(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = b"",
        scheme: str = "http",
        server: tuple[str, int | None] = ("127.0.0.1", None),
        later: list[Later] | None = None,
    ) -> Response:
        """Answer one call. `path` is still percent-encoded, `headers` lower-case; body None means too large.

        What the answer may wait for is put into `later`; without the list it is complete as it stands.
        Never raises: what fails here is a 500 with its traceback in the log.
        """
        headers = headers or {}
        response = Response(500)
        try:
            scheme, host = caller_address(headers, scheme, server)
            self._guard.check(headers, host, _segments(path))
            base_url = self._public_url or f"{scheme}://{host}"
            answer = self._serve("GET" if method == "HEAD" else method, path, query, body, base_url)
        except Refused as refused:
            answer = Answer(refused.status, refused.content)
            if refused.status == 401:
                response.add("WWW-Authenticate", "Bearer")
            if "allowed" in refused.content:
                response.add("Allow", ", ".join(refused.content["allowed"]))
        except Exception:
            log.exception("control: %s %s failed", method, path)
            answer = _FAILED
        try:
            response.body = encode(answer.content)
        except Exception:
            log.exception("control: %s %s has an answer that is no JSON", method, path)
            answer = _FAILED
            response.body = encode(answer.content)
        if later is not None and answer.later is not None:
            later.append(answer.later)
        response.status = answer.status
        response.add("Content-Type", "application/json")
        response.add("Cache-Control", "no-store")
        return response

    def most_body(self, method: str, path: str) -> int:
        """The longest body that a call may have."""
        found, _, _ = self._router.find(method, _segments(path))
        return 1 << 20 if found is None else found[0].most_body

    def patience(self, method: str, path: str, body: bytes) -> timedelta:
        """How long a call that waits is willing to; its body was accepted before."""
        found, _, _ = self._router.find(method, _segments(path))
        timeout: timedelta = timedelta() if found is None else _checked(found[0].body, body).timeout
        return timeout

    def _serve(self, method: str, path: str, query: str, body: bytes | None, base_url: str) -> Answer:
        segments = _segments(path)
        found, values, allowed = self._router.find(method, segments)
        if found is None:
            if not allowed:
                raise self._unknown_path(path)
            methods = sorted(allowed)
            raise Refused(
                405, f"{method[:20]} is not possible here, {' and '.join(methods)} are", allowed=methods
            )
        operation, names = found
        named = dict(zip(names, values, strict=True))
        world = self._world(named.pop("sandbox", None))
        parameters = _parameters(operation, query)
        if operation.body and body is None:
            raise Refused(413, f"this body may have at most {operation.most_body} bytes")
        checked = _checked(operation.body, body or b"") if operation.body else None
        call = Call(self._server, world, named, parameters, checked, base_url)
        return _run(operation, call)

    def _world(self, name: str | None) -> World:
        """The sandbox a call is about. Only a call that names it otherwise counts as its use."""
        sandboxes = self._server.sandboxes
        world = sandboxes.find(DEFAULT_SANDBOX if name is None else name)
        if world is None:
            if name is not None and name != DEFAULT_SANDBOX:
                raise unknown_sandbox(sandboxes, name)
            world = sandboxes.open(DEFAULT_SANDBOX)
        return world

    def _unknown_path(self, path: str) -> Refused:
        known = [full for operation in OPERATIONS for full in full_paths(operation)[:1]]
        refused = unknown("control path", path, list(dict.fromkeys(known)))
        first, _, rest = path.removeprefix(CONTROL_PREFIX).lstrip("/").partition("/")
        if first == "sandboxes" and "/" in rest:  # the routes of a sandbox are known without its name
            name, _, inner = rest.partition("/")
            near = nearest(f"{CONTROL_PREFIX}/{inner}", known)
            refused.content.pop("did_you_mean", None)
            if near is not None:
                inner = near.removeprefix(CONTROL_PREFIX)
                refused.content["did_you_mean"] = f"{CONTROL_PREFIX}/sandboxes/{name[:64]}{inner}"
        return refused


def _segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in path.split("/") if part)


def _run(operation: Operation, call: Call) -> Answer:
    """One call as one transaction: what is due happens first, a refusal changes nothing."""
    accepted = False
    call.world.begin()
    try:
        result = operation.handle(call)
        accepted = True
    except SandboxesFull as full:
        raise Refused(409, str(full)) from None
    finally:
        call.world.end(accepted)
        call.world.tell()  # the clock may have changed, and nothing else
    return result if isinstance(result, Answer) else Answer(operation.status, result)


def _always(world: World) -> bool:
    return True


def _parameters(operation: Operation, query: str) -> dict[str, str]:
    """The query parameters; one that the operation does not have or that comes twice is refused."""
    known = [parameter.name for parameter in operation.query]
    given: dict[str, str] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refused(422, "too many query parameters") from None
    for name, value in pairs:
        if name not in known:
            raise unknown("query parameter", name, known)
        if name in given:
            raise Refused(422, f"the query parameter {name} is given twice", fields={name: "given twice"})
        given[name] = value
    return given


def _checked(model: str, body: bytes) -> Any:
    """The body as an instance of the model. An empty body counts as an object without fields."""
    from pydantic import ValidationError

    from mockserver.control import bodies

    try:
        content = (
            json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant) if body.strip() else {}
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused(400, f"the body is not JSON: {str(error)[:200]}") from None
    if not isinstance(content, dict):
        raise Refused(422, "the body must be a JSON object")
    kind = getattr(bodies, model)
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise _invalid(error, list(kind.model_fields)) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _invalid(error: ValidationError, known: list[str]) -> Refused:
    """What is wrong with a body, by field, with the nearest field for one that does not exist."""
    fields: dict[str, str] = {}
    details: dict[str, Any] = {}
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    for problem in problems[:_MOST_FIELDS]:
        name = ".".join(str(part)[:100] for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            fields[name] = "there is no such field"
            if len(problem["loc"]) == 1:
                details["known"] = known
                near = nearest(name, known)
                if near is not None:
                    details["did_you_mean"] = near
        else:
            fields[name or "body"] = problem["msg"].removeprefix("Value error, ")
    first, reason = next(iter(fields.items()))
    return Refused(422, f"{first}: {reason}", fields=fields, **details)


def encode(content: Any) -> bytes:
    """JSON for people and programs. Half a surrogate pair, which no text can hold, comes out as `?`."""
    try:
        return orjson.dumps(content, option=_READABLE)
    except TypeError:  # that, or a number that is too long for orjson
        return json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class _Endpoint:
    """The API behind ASGI: reads a bounded body, answers with one synchronous call."""

    def __init__(self, api: ControlAPI) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import ClientDisconnect, Request
        from starlette.responses import Response as HTTPResponse

        request = Request(scope, receive)
        raw_path: bytes = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        path = raw_path.decode("latin-1")
        try:
            body = await _read(request, self._api.most_body(scope["method"], path))
        except ClientDisconnect:
            return
        later: list[Later] = []
        handle = partial(
            self._api.handle,
            scope["method"],
            path,
            scope["query_string"].decode("latin-1"),
            {name: ", ".join(request.headers.getlist(name)) for name in request.headers},
            body,
            scope.get("scheme", "http"),
            scope.get("server") or ("127.0.0.1", None),
            later,
        )
        response = handle()
        waited = timedelta()
        while response.status == 408 and waited < self._api.patience(scope["method"], path, body or b""):
            await asyncio.sleep(_GLANCE.total_seconds())
            waited += _GLANCE
            response = handle()
        if later and not scope.get(AT_ONCE):
            response.body = encode(await _complete(later[0]))
        answer = HTTPResponse(response.body, response.status, dict(response.headers))
        await answer(scope, receive, send)


async def _complete(later: Later) -> Any:
    """The content of an answer once it is complete, or as it stands when patience ends."""
    if later.done():
        return later.content()
    clock = asyncio.get_running_loop().time
    end, pause = clock() + later.patience.total_seconds(), 0.001
    while not later.done() and clock() < end:
        await asyncio.sleep(pause)
        pause = min(2 * pause, _GLANCE.total_seconds())
    return later.content()


async def _read(request: Any, most: int) -> bytes | None:
    """The body, or None when it is over the limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            parts.append(part)
        elif size > most + _DRAINED:
            break
    return b"".join(parts) if size <= most else None


def build_control(
    sandboxes: Sandboxes,
    providers: Iterable[Provider],
    *,
    version: str,
    public_url: str | None = None,
    guard: Guard | None = None,
    settled: Callable[[World], bool] | None = None,
    inspector: Inspector | None = None,
) -> Starlette:
    """The ASGI application behind `/_mock`; it knows worlds and providers only through their records."""
    # Imported here: commands that only list routes or credentials do not wait for it.
    from starlette.applications import Starlette
    from starlette.routing import Route

    api = ControlAPI(
        sandboxes,
        providers,
        version=version,
        public_url=public_url,
        guard=guard,
        settled=settled,
        inspector=inspector,
    )
    return Starlette(routes=[Route("/{path:path}", _Endpoint(api))])
