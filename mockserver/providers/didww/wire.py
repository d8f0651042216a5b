"""Answers as DIDWW sends them: envelopes, headers, evidence (engine.md 4 and 12)."""

from __future__ import annotations

from hashlib import blake2b

from mockserver.core.ids import format_uuid
from mockserver.core.messages import Evidence, HeaderBlock, Request, Response
from mockserver.core.provider import Failure
from mockserver.core.world import World
from mockserver.jsonapi import faults
from mockserver.jsonapi.errors import ApiError, Refusal, error_document, not_found
from mockserver.jsonapi.faults import MEDIA_TYPE
from mockserver.jsonapi.outcome import Outcome

# What every answer carries besides X-Request-Id and X-Runtime; recorded in 2026.
_ALWAYS = (
    ("Vary", "Accept"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-XSS-Protection", "0"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Permitted-Cross-Domain-Policies", "none"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    # Seconds, as the real service would measure them; a constant, so that answers can be compared (assumed).
    ("X-Runtime", "0.014159"),
)
_TYPE = ("Content-Type", MEDIA_TYPE)
_FRESH = ("Cache-Control", "max-age=0, private, must-revalidate")
_NO_CACHE = ("Cache-Control", "no-cache")
_PLAIN = HeaderBlock(_TYPE, _NO_CACHE, *_ALWAYS)
_EMPTY = HeaderBlock(_NO_CACHE, *_ALWAYS)

# How well the refusals of a code are known. `client`: the public framework that DIDWW runs answers so.
_LEVELS = {
    **dict.fromkeys(("100", "105", "401", "404"), "recorded"),
    **dict.fromkeys(("102", "106", "406", "415"), "documented"),
    **dict.fromkeys(("101", "103", "104", "109", "110", "112", "113", "114", "115", "116"), "client"),
    **dict.fromkeys(("118", "119", "120", "122", "500"), "client"),
}

_UNAUTHORIZED = error_document([ApiError(401, "401", "Unauthorized", "Authorization failed")])
_UNAUTHORIZED_KNOWN = Evidence("recorded", "didww.error.401")
_THROTTLED_KNOWN = Evidence("documented", "didww.error.throttled")
_THROTTLED = b'{"errors":[{"status":"429","detail":"Too Many Requests"}]}'
_CRASHED = error_document([faults.server_error()])
_TOO_LARGE = error_document([ApiError(413, "413", "Payload Too Large", "Payload Too Large")])
_UNAVAILABLE = error_document([ApiError(503, "503", "Service Unavailable", "Service Unavailable")])


def success(outcome: Outcome, request: Request) -> Response:
    """A success; 304 when the caller has this very answer already."""
    dressed = outcome.dressed
    if dressed is None:
        dressed = outcome.dressed = _dress(outcome)
    headers, evidence = dressed
    etag = outcome.etag
    if etag and request.method == "GET" and request.headers.get("if-none-match") == etag:
        return Response(
            304,
            b"",
            HeaderBlock(_FRESH, ("ETag", etag), *_ALWAYS),
            operation=outcome.operation,
            evidence=evidence,
            ignored=outcome.ignored,
        )
    response = Response(
        outcome.status,
        outcome.body,
        headers,
        operation=outcome.operation,
        evidence=evidence,
        ignored=outcome.ignored,
    )
    if outcome.remarks:
        response.remarks = outcome.remarks
    return response


def _dress(outcome: Outcome) -> tuple[HeaderBlock, Evidence]:
    evidence = Evidence(outcome.level, f"didww.{outcome.claim or outcome.operation}")
    if outcome.etag or outcome.kind != MEDIA_TYPE:
        cache = (_FRESH, ("ETag", outcome.etag)) if outcome.etag else (_NO_CACHE,)
        return HeaderBlock(("Content-Type", outcome.kind), *cache, *_ALWAYS, *outcome.headers), evidence
    return (_PLAIN if outcome.body else _EMPTY), evidence


def refused(refusal: Refusal, operation: str) -> Response:
    """A refusal by the engine or a rule."""
    errors = refusal.errors
    first = errors[0]
    evidence = refusal.evidence
    if evidence is None:
        code = first.code or str(first.status)
        evidence = Evidence(_LEVELS.get(code, "assumed"), f"didww.error.{code}")
    unimplemented = first.detail if first.status == 501 else ""
    return Response(
        first.status,
        error_document(errors),
        _PLAIN,
        operation=operation,
        evidence=evidence,
        unimplemented=unimplemented,
    )


def unauthorized() -> Response:
    return Response(401, _UNAUTHORIZED, _PLAIN, evidence=_UNAUTHORIZED_KNOWN)


def not_implemented(what: str, operation: str = "") -> Response:
    """501 for what the real service has and this server has not."""
    error = ApiError(501, "501", "Not Implemented", f"{what} is not implemented by this server.")
    return Response(
        501,
        error_document([error]),
        _PLAIN,
        operation=operation,
        evidence=Evidence("assumed", "didww.unimplemented"),
        unimplemented=what,
    )


def unrouted(path: str) -> Response:
    """404 of a path or method that nothing serves. Rails has no JSON body there; the shape of a missing
    record is the assumption of behaviour.md 8.3, so that a client can always read `errors`."""
    evidence = Evidence("assumed", "didww.error.unrouted")
    return Response(404, error_document([not_found(path)]), _PLAIN, evidence=evidence)


def unreadable(status: int = 400) -> Response:
    """A request that the web framework refuses before the engine sees it, in the engine's shape (assumed)."""
    title = "Bad Request" if status == 400 else "Method Not Allowed"
    errors = [ApiError(status, str(status), title, title)]
    evidence = Evidence("assumed", "didww.error.unreadable")
    return Response(status, error_document(errors), _PLAIN, evidence=evidence)


def failure(kind: Failure) -> Response:
    """A failure that the server found."""
    if kind == "throttled":
        return Response(429, _THROTTLED, _PLAIN, evidence=_THROTTLED_KNOWN)
    status, body = {
        "crashed": (500, _CRASHED),
        "too_large": (413, _TOO_LARGE),
        "unavailable": (503, _UNAVAILABLE),
    }[kind]
    return Response(status, body, _PLAIN, evidence=Evidence("assumed", f"didww.error.{kind}"))


def sign(response: Response, world: World | None, request: Request) -> None:
    """The headers that differ from answer to answer."""
    if world is not None:
        digits = world.ids.hex(32)
        identifier = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
    else:  # no sandbox, no ids: made from the request, so that the same one gets the same answer
        text = f"{request.method} {request.path}?{request.query}".encode()
        identifier = format_uuid(int.from_bytes(blake2b(text, digest_size=16).digest(), "big"))
    response.add("X-Request-Id", identifier)
