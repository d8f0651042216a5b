"""Who may use the control API: no web page that a developer happens to open, and nobody without the token.

A page on the internet can make a browser send requests to this machine in two ways: from another origin,
which the browser says in `Origin` and `Sec-Fetch-Site`; or from its own name, which its DNS server suddenly
gives this machine's address (DNS rebinding), which shows in `Host`. So both are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hmac import compare_digest
from ipaddress import ip_address

from mockserver.control.call import Refused
from mockserver.http.address import bare_host

# Endings of names that nobody on the internet can own.
_PRIVATE = (".localhost", ".local", ".internal", ".test", ".example", ".lan", ".home.arpa")
OPEN = frozenset(("health", "ready"))  # asked by whoever starts the server, before anybody has a token


class Guard:
    """Looks at every control call before anything else does.

    public_url   the server's own address for callers, if it has one
    admin_token  what callers have to show; None for nothing
    hosts        further names under which the server is reached
    """

    def __init__(
        self, public_url: str | None = None, admin_token: str | None = None, hosts: Iterable[str] = ()
    ) -> None:
        self._public_host = "" if public_url is None else _host_of(public_url)
        self._token = None if admin_token is None else admin_token.encode()
        self._hosts = frozenset(host.lower() for host in hosts)

    def check(self, headers: Mapping[str, str], host: str, segments: tuple[str, ...]) -> None:
        """Refused with 403 or 401 for a call that must not be served. `host` is the one the caller used."""
        self._check_host(headers.get("host", host))
        self._check_origin(headers, host)
        if self._token is not None and not OPEN.intersection(segments[1:2]):
            self._check_token(headers)

    def _check_host(self, host: str) -> None:
        bare = bare_host(host)
        if "." not in bare or bare.endswith(_PRIVATE) or bare in self._hosts:
            return
        if bare == bare_host(self._public_host) or _is_address(bare):
            return
        raise Refused(
            403,
            f"the control API does not answer under the name {bare[:100]!r}",
            hint="use an address such as 127.0.0.1, or name it with MOCKSERVER_CONTROL_HOSTS",
        )

    def _check_origin(self, headers: Mapping[str, str], host: str) -> None:
        origin = headers.get("origin")
        own = {host.lower(), headers.get("host", "").lower(), self._public_host} - {""}
        foreign = origin is not None and origin.partition("://")[2].lower() not in own
        if foreign or headers.get("sec-fetch-site") == "cross-site":
            raise Refused(403, "the control API does not answer web pages of other sites")

    def _check_token(self, headers: Mapping[str, str]) -> None:
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        token = shown.strip() if scheme.lower() == "bearer" else headers.get("x-mock-token", "")
        if not compare_digest(token.encode("utf-8", "replace"), self._token or b""):
            raise Refused(
                401,
                "the control API needs the server's admin token",
                hint="send it as `Authorization: Bearer TOKEN` or in X-Mock-Token",
            )


def _host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def _is_address(bare: str) -> bool:
    try:
        return ip_address(bare.strip("[]")) is not None
    except ValueError:
        return False
