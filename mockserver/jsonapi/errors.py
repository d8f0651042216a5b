"""Error objects and the exceptions that carry them (reference: engine.md 4 and 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.core.messages import Evidence


@dataclass(frozen=True, slots=True)
class ApiError:
    """One member of `errors`. Empty texts and None are left out on the wire, never sent as null."""

    status: int
    code: str = ""
    title: str = ""
    detail: str = ""
    pointer: str = ""
    meta: Mapping[str, str] | None = None

    def wire(self) -> dict[str, Any]:
        """The object in the engine's member order: title, detail, code, source, status, meta."""
        out: dict[str, Any] = {}
        if self.title:
            out["title"] = self.title
        if self.detail:
            out["detail"] = self.detail
        if self.code:
            out["code"] = self.code
        if self.pointer:
            out["source"] = {"pointer": self.pointer}
        out["status"] = str(self.status)
        if self.meta is not None:
            out["meta"] = dict(self.meta)
        return out


class Refusal(Exception):
    """A request that is refused: one or more errors, the status of the first one."""

    def __init__(self, errors: Iterable[ApiError] | ApiError, evidence: Evidence | None = None) -> None:
        self.errors = [errors] if isinstance(errors, ApiError) else list(errors)
        self.evidence = evidence
        super().__init__("; ".join(error.detail or error.title for error in self.errors))

    @property
    def status(self) -> int:
        return self.errors[0].status


def invalid(name: str, message: str, *, relationship: bool = False, pointer: str = "") -> ApiError:
    """A failed model rule: 422, code 100, `<name> - <message>` at the attribute or relationship."""
    kind = "relationships" if relationship else "attributes"
    return ApiError(422, "100", message, f"{name} - {message}", pointer or f"/data/{kind}/{name}")


def invalid_record(message: str) -> ApiError:
    """A failed rule about the whole record: title and detail are the message, the pointer is `/data`."""
    return ApiError(422, "100", message, message, "/data")


def not_found(identifier: str) -> ApiError:
    """404 for a record; `identifier` as it stood in the URL, decoded."""
    text = f"The record identified by {identifier} could not be found."
    return ApiError(404, "404", "Record not found", text)


_ESCAPED = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}


def error_document(errors: Iterable[ApiError]) -> bytes:
    """`{"errors":[...]}`, with the characters that Rails escapes in what is not a success."""
    body = orjson.dumps({"errors": [error.wire() for error in errors]})
    for raw, escaped in _ESCAPED.items():
        if raw in body:
            body = body.replace(raw, escaped)
    return body
