"""What an operation comes to, before the provider dresses it as an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.jsonapi.resource import Level


class Outcome:
    """A success. `etag` "" means that the answer carries none; an empty body has no content type.

    Never changed once it is made, so it may be kept and given again.

    operation   "dids.list"
    dressed     whatever the provider wants to keep with it; None at first
    """

    __slots__ = ("body", "dressed", "etag", "ignored", "level", "operation", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        operation: str,
        level: Level,
        etag: str = "",
        ignored: Iterable[str] = (),
    ) -> None:
        self.status = status
        self.body = body
        self.operation = operation
        self.level = level
        self.etag = etag
        self.ignored = ignored
        self.dressed: Any = None
