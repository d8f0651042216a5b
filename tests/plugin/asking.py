"""One request to a provider, as a client of the standard library sends it."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from mockserver.testing import ProviderAccess

ORDER = {"order_items": [{"did_group_id": 16847, "quantity": 1}]}


def ask(
    provider: ProviderAccess, path: str, content: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Status and JSON; 0 when the connection was cut."""
    body = None if content is None else json.dumps(content).encode()
    sent = {"Content-Type": "application/json", **provider.headers, **(headers or {})}
    try:
        with urlopen(Request(provider.url(path), body, sent)) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())
    except (OSError, HTTPException, ValueError):
        return 0, None


def order(provider: ProviderAccess) -> str:
    """Order a number at IDT; the order's id."""
    status, answer = ask(provider, "/v1/dids/orders", ORDER)
    assert status == 200
    number: str = answer["order"]["id"]
    return number
