"""Stops a test that is about to reach the providers themselves: a real account, a real bill."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

# The providers' domains, and with them every host below. `tests/plugin` holds them against the hosts that
# the providers declare; to ask a server would be too late for what runs before it is up.
DOMAINS = {"didww.com": "didww", "idtexpress.com": "idt", "didlogic.com": "didlogic"}
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")


class ProductionHost(RuntimeError):
    """A test tried to reach a provider's own host."""


class Guard:
    """Refuses to resolve or connect to the providers' hosts while it is installed, and remembers who tried.

    What resolves names without the standard library (uvloop, c-ares) gets past it.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._domains = {**DOMAINS, **{domain.lower(): "" for domain in more}}
        self._originals: list[tuple[Any, str, Any]] = []
        self.attempts: list[str] = []

    def install(self) -> None:
        """From now on; no attempt is remembered yet."""
        self.attempts.clear()
        if self._originals:
            return
        for name in _LOOKUPS:
            self._patch(socket, name, lambda host, *rest, **named: host)
        self._patch(socket, "create_connection", lambda address, *rest, **named: address)
        for name in ("connect", "connect_ex"):
            self._patch(socket.socket, name, lambda self, address: address)

    def remove(self) -> None:
        for place, name, original in reversed(self._originals):
            setattr(place, name, original)
        self._originals.clear()

    def check(self, address: Any) -> None:
        """ProductionHost when the address, a host or a host and port, is a provider's own."""
        __tracebackhide__ = True
        host = address[0] if isinstance(address, tuple) and address else address
        if isinstance(host, bytes):
            host = host.decode("latin-1")
        if not isinstance(host, str):
            return
        bare = host.lower().rstrip(".")
        for domain, provider in self._domains.items():
            if bare == domain or bare.endswith("." + domain):
                advice = _advice(host, provider)
                self.attempts.append(advice)
                raise ProductionHost(advice)

    def advice(self) -> str:
        """What was tried, each once, and what to do instead."""
        return "\n".join(dict.fromkeys(self.attempts))

    def _patch(self, place: Any, name: str, address_of: Callable[..., Any]) -> None:
        original = getattr(place, name)

        @wraps(original)
        def guarded(*arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            try:
                address = address_of(*arguments, **named)
            except TypeError:  # not called as it should be: the original says so itself
                address = None
            self.check(address)
            return original(*arguments, **named)

        self._originals.append((place, name, original))
        setattr(place, name, guarded)


def _advice(host: str, provider: str) -> str:
    """What happened and what to do instead."""
    if not provider:
        return f"a test tried to reach {host}, which the setting mockserver_guard_hosts forbids"
    return (
        f"a test tried to reach {host}, the provider's own host. Give the client sandbox.{provider}.base_url "
        f"and sandbox.{provider}.headers (or .key). To let it through on purpose, mark the test with "
        "@pytest.mark.mockserver(guard=False) or set mockserver_guard = false"
    )
