"""What an operation comes to, before the provider dresses it as an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from mockserver.jsonapi.faults import MEDIA_TYPE

Level = Literal["recorded", "documented", "client", "assumed"]


class Outcome:
    """A success. `etag` "" means that the answer carries none; an empty body has no content type.

    Never changed once it is made, so it may be kept and given again.

    operation   "dids.list"
    claim       what says how well it is known, when that is not the operation: "error.upload_422"
    kind        the content type of the body
    headers     more headers of this answer
    remarks     headers of ours about it
    dressed     whatever the provider wants to keep with it; None at first
    """

    __slots__ = (
        "body",
        "claim",
        "dressed",
        "etag",
        "headers",
        "ignored",
        "kind",
        "level",
        "operation",
        "remarks",
        "status",
    )

    def __init__(
        self,
        status: int,
        body: bytes,
        operation: str,
        level: Level,
        etag: str = "",
        ignored: Iterable[str] = (),
        *,
        kind: str = MEDIA_TYPE,
        headers: Iterable[tuple[str, str]] = (),
        remarks: Iterable[tuple[str, str]] = (),
        claim: str = "",
    ) -> None:
        self.status = status
        self.body = body
        self.operation = operation
        self.level = level
        self.claim = claim
        self.etag = etag
        self.ignored = ignored
        self.kind = kind
        self.headers = headers
        self.remarks = remarks
        self.dressed: Any = None
