"""What a control operation is declared with, what its handler gets, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from mockserver.conformance.inspector import Inspector
from mockserver.core.provider import DEFAULT_SANDBOX, Provider
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.world import World
from mockserver.http.gateway import CONTROL_PREFIX

_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Server:
    """What the control API may know of the server it belongs to."""

    sandboxes: Sandboxes
    providers: Mapping[str, Provider]
    version: str
    operations: Sequence[Operation]
    settled: Callable[[World], bool] = lambda world: True
    """Whether no callback of a sandbox is on its way, nor about to be."""
    inspector: Inspector | None = None
    """Who holds requests against the contracts; None for nobody."""


@dataclass(frozen=True, slots=True)
class Call:
    """One control call, checked: everything in it exists and has the declared type.

    world     the sandbox it is about; the default one unless the path names another
    values    the path's own parameters, decoded
    query     declared query parameters that were given
    body      an instance of the operation's model, or None when it takes no body
    base_url  the server's address for this caller, without a slash at the end
    """

    server: Server
    world: World
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    base_url: str


class Later(NamedTuple):
    """What an answer may wait for, so that its content is complete. Asking changes nothing."""

    patience: timedelta
    done: Callable[[], bool]
    content: Callable[[], Any]


class Answer(NamedTuple):
    """What a handler returns when the status is not the declared one, or when there is more to come."""

    status: int
    content: Any
    later: Later | None = None


Handler = Callable[[Call], "Answer | dict[str, Any]"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter of an operation."""

    name: str
    summary: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table that routing, the listing and the OpenAPI document are made from.

    scope   "sandbox" operations are also served under `/sandboxes/NAME`
    body    name of the request model in `control.bodies`; "" when there is none
    answer  name of the answer's model there
    status  of a successful answer
    """

    name: str
    method: str
    path: str
    summary: str
    handle: Handler
    answer: str
    scope: Literal["server", "sandbox"] = "sandbox"
    body: str = ""
    query: tuple[Parameter, ...] = ()
    status: int = 200
    conflicts: str = ""
    """What a 409 of this operation means; "" when it has none."""
    waits: bool = False
    """Whether it may take its time: the body says how long, and NotYet is the answer until then."""
    conflict: str = "Problem"
    """Name of the model of a 409."""
    most_body: int = 1 << 20
    """The longest body in bytes."""


class Refused(Exception):
    """A control call that cannot be served. `details` stand beside the error text in the answer."""

    def __init__(self, status: int, error: str, **details: Any) -> None:
        super().__init__(error)
        self.status = status
        self.content: dict[str, Any] = {"error": error, **details}


class NotYet(Refused):
    """What is waited for has not happened. Asked again in a moment, the call may succeed."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(408, error, **details)


def unknown(what: str, name: str, known: Iterable[str]) -> Refused:
    """The refusal of a name that is not among `known`, with the nearest that is."""
    known = list(known)
    shown = name if len(name) <= _MOST_SHOWN else name[:_MOST_SHOWN] + "..."
    details: dict[str, Any] = {"known": known[:_MOST_SHOWN]}
    near = nearest(name, known)
    if near is not None:
        details = {"did_you_mean": near, **details}
    return Refused(422, f"there is no {what} {shown!r}", **details)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a person most likely meant, or None."""
    near = get_close_matches(name[:_MOST_SHOWN], list(known)[:1000], n=1)
    return near[0] if near else None


def provider_named(call: Call, name: str) -> str:
    """The name itself when it is a provider's; Refused otherwise."""
    if name not in call.server.providers:
        raise unknown("provider", name, call.server.providers)
    return name


def whole_number(call: Call, name: str, default: int, most: int) -> int:
    """A query parameter from 1 to `most`; Refused when it is anything else."""
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Refused(422, f"{name} must be a whole number from 1 to {most}", fields={name: "out of range"})
    return int(text)


def instant(at: datetime) -> str:
    """An instant as control answers show it: ISO 8601, milliseconds, Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def optional_instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def control_url(base_url: str, sandbox: str) -> str:
    """Where the control API of a sandbox is."""
    if sandbox == DEFAULT_SANDBOX:
        return base_url + CONTROL_PREFIX
    return f"{base_url}{CONTROL_PREFIX}/sandboxes/{sandbox}"
