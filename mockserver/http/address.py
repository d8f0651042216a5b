"""The address that a caller used, so that links in answers lead back the same way."""

from __future__ import annotations

from collections.abc import Mapping

_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")


def caller_address(
    headers: Mapping[str, str], scheme: str, server: tuple[str, int | None]
) -> tuple[str, str]:
    """Scheme and `host[:port]` as the caller wrote them, a proxy's `X-Forwarded-*` before `Host`.

    `headers` have lower-case names. A host that no URL can hold is replaced by the server's own address.
    """
    host = headers.get("host", "")
    if "x-forwarded-host" in headers or "x-forwarded-proto" in headers:
        host = headers.get("x-forwarded-host", host).partition(",")[0].strip()
        proto = headers.get("x-forwarded-proto", scheme).partition(",")[0].strip().lower()
        scheme = proto if proto in ("http", "https") else scheme
    if not host or not _HOST_CHARACTERS.issuperset(host):
        name, port = server
        host = f"{name}:{port}" if port else name
    return scheme, host


def bare_host(host: str) -> str:
    """A host in lower case without its port."""
    bare = host.lower()
    if ":" in bare and not bare.endswith("]"):
        bare = bare.rpartition(":")[0]
    return bare
