"""What a fault does to a request: to its answer here, and to the connection when the answer is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mockserver.core.faults import Fault
from mockserver.core.messages import Request, Response
from mockserver.core.provider import Provider
from mockserver.core.world import World

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# Where the server's protocol puts the transport of a request's connection; a fault may have to close it.
TRANSPORT = "mockserver.transport"
NO_ANSWER = 0  # the status, in journal and log, of a request whose connection is cut


def struck(
    fault: Fault, provider: Provider, world: World, request: Request, carry_out: Callable[[], Response]
) -> tuple[Response, bool]:
    """The answer of a request that a fault strikes, and whether what it changed is kept."""
    effect = fault.effect
    if effect.rival:
        world.take_away(provider.name, effect.rival)
        world.commit()  # what the other buyer has is gone, whatever becomes of this request
    if effect.answers and not effect.commit:
        response, accepted = None, False
    else:
        response = carry_out()
        accepted = response.status < 400
    if effect.cut:
        operation = provider.operation_of(request) if response is None else response.operation
        response = Response(NO_ANSWER, operation=operation)
    elif effect.answers or response is None:
        response = provider.faulted(effect.status, effect.error, world, request)
    if effect.body == "malformed":
        response.body = malformed(response.body)
    response.fault, response.committed = fault, accepted
    return response, accepted


def malformed(body: bytes) -> bytes:
    """A body that no parser accepts: its first half and a stray quote, or half an object for an empty one."""
    return body[: len(body) // 2] + b'"\x00' if body else b'{"'


async def send_faulty(
    response: Response,
    headers: list[tuple[bytes, bytes]],
    scope: MutableMapping[str, Any],
    receive: Receive,
    send: Send,
) -> bool:
    """Wait, cut or truncate as the fault says; False when the answer is to be sent as always.

    Without a transport (in-process use) a cut connection is a ConnectionResetError.
    """
    fault = response.fault
    assert fault is not None
    if fault.effect.latency:
        await asyncio.sleep(fault.effect.latency.total_seconds())
    transport = scope.get(TRANSPORT)
    if fault.effect.cut:
        if transport is None:
            raise ConnectionResetError(f"cut by the fault {fault.id}")
        transport.abort()
    elif fault.effect.body == "truncated" and response.body and scope["method"] != "HEAD":
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        half = response.body[: len(response.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        if transport is None:
            raise ConnectionResetError(f"cut by the fault {fault.id}")
        transport.close()
    else:
        return False
    while (await receive())["type"] != "http.disconnect":  # until the server has noticed, too
        pass
    return True


def fault_header(fault: Fault) -> tuple[str, str]:
    """Our own header on a faulty answer."""
    return "X-Mock-Fault", "".join(c if " " <= c <= "~" else "?" for c in fault.id)
