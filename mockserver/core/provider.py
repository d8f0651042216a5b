"""What the rest of the server knows about a provider: a record of facts and a few functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from mockserver.core.explanations import Explanation
from mockserver.core.happenings import Happening
from mockserver.core.journal import Exchange
from mockserver.core.messages import Request, Response
from mockserver.core.world import AccountSeed, World

# Failures that the server itself finds and the provider puts into its own words.
Failure = Literal["crashed", "too_large", "throttled", "unavailable"]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation as `/_mock/routes` and `mockserver routes` list it. `path` has `{name}` parts."""

    operation: str
    method: str
    path: str
    summary: str
    implemented: bool = True


@dataclass(frozen=True, slots=True)
class Magic:
    """An input that leads to a special outcome: a value, where to give it, what comes of it."""

    value: str
    where: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class KnownError:
    """One error of a provider that a fault can bring about, by the provider's own code."""

    code: str
    status: int
    title: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A variant of the seed that a reset can lead to, by a name that no other preset of the server has.

    `prepare` changes a world that is fresh from the seed. What it looks for may be missing: the sandbox may
    start from a seed of its own.
    """

    name: str
    summary: str
    prepare: Callable[[World], None]


class Described(NamedTuple):
    """Where a request is described: an OpenAPI document below `contracts/`, its method and path there.

    The path is decoded. An empty method is the request's own.
    """

    document: str
    segments: tuple[str, ...]
    method: str = ""


class Provider(ABC):
    """A provider's dialect. Holds no state: everything that changes is in the `World`.

    name       didww, idt, didlogic
    prefix     where it is mounted ("/didww")
    hosts      its own host names, lower case; a request for one of them needs no prefix
    purchases  the operations that spend money when they are carried out twice
    """

    name: ClassVar[str]
    title: ClassVar[str]
    prefix: ClassVar[str]
    hosts: ClassVar[frozenset[str]]
    purchases: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def seed(self) -> AccountSeed:
        """What an account starts from. Called once, when the server is made."""

    @abstractmethod
    def sandbox_of(self, request: Request) -> str | None:
        """The name of the sandbox that the request's credentials open, or None when they open nothing."""

    @abstractmethod
    def respond(self, world: World | None, request: Request) -> Response:
        """Answer a request. `world` is None when the credentials open nothing: the provider's refusal.

        Never raises for bad input. A status of 400 or more makes the server take back every change.
        """

    @abstractmethod
    def failed(self, failure: Failure, world: World | None, request: Request) -> Response:
        """The provider's own answer to a failure that the server found.

        crashed      500, nothing of the cause is shown
        too_large    413, the body is over the limit (the body in `request` is empty)
        throttled    429, one request too many
        unavailable  503, no sandbox can be opened for these credentials now
        """

    @abstractmethod
    def operation_of(self, request: Request) -> str:
        """The name of the operation that a request asks for, as `routes` lists it; "" for none."""

    @abstractmethod
    def faulted(self, status: int, error: str, world: World, request: Request) -> Response:
        """A failure on demand in the provider's own envelope: one of `errors` by its code, or any status."""

    @abstractmethod
    def errors(self) -> tuple[KnownError, ...]:
        """The provider's errors by code, for faults and for coverage."""

    @abstractmethod
    def credentials(self, sandbox: str) -> dict[str, str]:
        """The request headers that open a sandbox."""

    @abstractmethod
    def routes(self) -> tuple[Route, ...]:
        """Every operation served, and those answered with 501."""

    @abstractmethod
    def example(self, base_url: str) -> str:
        """One curl line against the default sandbox, for a person to copy."""

    def takes_files(self, request: Request) -> bool:
        """Whether a request may carry files: then its body may be as long as `max_upload_bytes`.

        Asked before the body is there; method, path and headers must do.
        """
        return False

    def described(self, request: Request, world: World | None) -> Described | None:
        """What to hold a request and its answer against; None when no document is about them."""
        return Described(f"{self.name}/openapi.json", request.segments)

    def explain(self, world: World, exchange: Exchange) -> Explanation | None:
        """Why an exchange was refused, and what would have been accepted; None when nobody can tell."""
        return None

    def magic(self) -> tuple[Magic, ...]:
        """Inputs that lead to a special outcome without the control API."""
        return ()

    def happenings(self) -> tuple[Happening, ...]:
        """What can happen to an account from outside its API, for the control API to bring about."""
        return ()

    def presets(self) -> tuple[Preset, ...]:
        """Variants of the seed, for a reset or a new sandbox to start from."""
        return ()

    def finish(self, response: Response, world: World | None, request: Request) -> None:  # noqa: B027
        """Last touch on every answer of this provider (request ids, cache headers). Nothing by default."""


DEFAULT_SANDBOX = "default"
SANDBOX_KEY = "sandbox-"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def valid_sandbox_name(name: str) -> bool:
    """1 to 64 letters, digits, dots, dashes or underscores."""
    return 0 < len(name) <= 64 and _NAME.issuperset(name)


def sandbox_of_key(key: str, demo_key: str) -> str | None:
    """The sandbox that a key opens: the demo key the default one, `sandbox-NAME` the one of that name."""
    if key == demo_key:
        return DEFAULT_SANDBOX
    if key.startswith(SANDBOX_KEY) and valid_sandbox_name(key[len(SANDBOX_KEY) :]):
        return key[len(SANDBOX_KEY) :]
    return None


def key_of_sandbox(sandbox: str, demo_key: str) -> str:
    """The key that opens a sandbox; the other way round of `sandbox_of_key`."""
    return demo_key if sandbox == DEFAULT_SANDBOX else SANDBOX_KEY + sandbox
