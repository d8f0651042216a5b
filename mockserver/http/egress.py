"""Where callbacks may go: to this machine and its private networks, and to hosts that the user allows.

A name is looked up once for each attempt, every address found is judged, and the connection is made to one of
those very addresses: what the name means a moment later changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]

# Loopback (RFC 1122, 4291) and private networks (RFC 1918, 4193). Link-local addresses are not among them: in
# a cloud they lead to the machine's own credentials.
_OWN = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
)
_LOOPBACK = [ip_address("127.0.0.1"), ip_address("::1")]


class Blocked(Exception):
    """A receiver that must not be contacted. The text is the reason."""


class Unknown(Exception):
    """A name that leads nowhere."""


class Egress:
    """Judges receivers. `allowed` are further hosts: names, `*.example.com`, addresses, networks, or `*`."""

    def __init__(self, allowed: Iterable[str] = (), lookup: Lookup | None = None) -> None:
        self._names: list[str] = []
        self._networks: list[IPv4Network | IPv6Network] = []
        self._lookup = lookup or look_up
        for host in allowed:
            try:
                self._networks.append(ip_network(host.strip("[]"), strict=False))
            except ValueError:
                self._names.append(host.lower().rstrip("."))

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Where to connect to for a host, in order of preference. Blocked or Unknown when nowhere."""
        name = host.lower().rstrip(".")
        found = await self._find(name, port)
        if not found:
            raise Unknown(f"the host {host} is not known")
        if not self._is_named(name):
            for address in found:
                if not self._is_open(address):
                    reached = "" if str(address) == name else f", which is {address},"
                    raise Blocked(
                        f"{host}{reached} is neither on this machine nor in a private network; "
                        "callback_hosts may allow it"
                    )
        return found

    def is_own(self, address: Address) -> bool:
        """Whether an address is on this machine or in a private network."""
        return any(_plain(address) in network for network in _OWN)

    def _is_open(self, address: Address) -> bool:
        return self.is_own(address) or any(_plain(address) in network for network in self._networks)

    def _is_named(self, name: str) -> bool:
        return any(
            allowed in ("*", name) or (allowed.startswith("*.") and name.endswith(allowed[1:]))
            for allowed in self._names
        )

    async def _find(self, name: str, port: int) -> list[Address]:
        try:
            return [ip_address(name)]
        except ValueError:
            pass
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never looked up
            return list(_LOOPBACK)
        try:
            return [ip_address(text) for text in dict.fromkeys(await self._lookup(name, port))]
        except (OSError, UnicodeError, ValueError):
            return []


async def look_up(name: str, port: int) -> list[str]:
    """The addresses of a name, from the machine's resolver. OSError or UnicodeError without any."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one counts as what it is."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
