"""The signature of DIDWW's callbacks (reference 3.4)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha1
from urllib.parse import urlsplit

HEADER = "X-DIDWW-Signature"
_PORTS = {"http": 80, "https": 443}


def signature(secret: str, url: str, payload: Mapping[str, str]) -> str:
    """HMAC-SHA1, in hexadecimal, of the normalized address and the payload's keys and values in order.

    `url` is the whole address, payload and all where that is part of it. ValueError for one that is none.
    """
    message = normalized(url) + "".join(key + payload[key] for key in sorted(payload))
    return hmac.new(secret.encode(), message.encode(), sha1).hexdigest()


def normalized(url: str) -> str:
    """An address with its port written out; everything behind it stays as it is. ValueError for none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    user = parts.username or ""
    if user:
        user += f":{parts.password}@" if parts.password else "@"
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme, 80)
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme}://{user}{host}:{port}{parts.path}{query}{fragment}"


def usable(url: str) -> bool:
    """Whether an address is one that a callback can go to: http or https, a host, no odd characters."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme in _PORTS and bool(parts.hostname) and port != 0
