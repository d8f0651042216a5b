"""One call of an operation as its handler sees it, and the record that describes an operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mockserver.core.messages import Evidence, Response
from mockserver.core.world import World
from mockserver.providers.didlogic.catalogue import Catalogue
from mockserver.providers.didlogic.search import Search


@dataclass(slots=True)
class Call:
    """What a handler works with.

    path    the values of the path's `{parts}`, in order
    params  query and body as one nested dict, the body wins
    suffix  json or csv when the path ended so, else ""
    accept  the Accept header
    """

    world: World
    catalogue: Catalogue
    search: Search
    path: tuple[str, ...]
    params: dict[str, Any]
    suffix: str
    accept: str


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the reference's catalogue.

    paths    its path and aliases, without `/api`
    handler  None while it is not built: answered with 501
    level    how well the operation itself is known
    feature  the switch of the account that must be on
    accepts  the names of its parameters; others are reported as ignored
    """

    id: str
    method: str
    paths: tuple[str, ...]
    summary: str
    handler: Handler | None = None
    level: str = "client"
    feature: str = ""
    accepts: frozenset[str] = frozenset()
    evidence: Evidence = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "evidence", Evidence(self.level, f"didlogic.{self.id}"))
