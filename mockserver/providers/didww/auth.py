"""The Api-Key header (reference 9.1)."""

from __future__ import annotations

from mockserver.core.messages import Request
from mockserver.core.provider import key_of_sandbox, sandbox_of_key

HEADER = "Api-Key"


def sandbox_of(request: Request, demo_key: str) -> str | None:
    """The sandbox that the key of a request opens, or None."""
    return sandbox_of_key(request.headers.get("api-key", ""), demo_key)


def credentials(sandbox: str, demo_key: str) -> dict[str, str]:
    """The header that opens a sandbox."""
    return {HEADER: key_of_sandbox(sandbox, demo_key)}
