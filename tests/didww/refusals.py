"""What the refusal tests share: good writes to spoil, and a look at the state around a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.didww.account import Account, did_item
from tests.support import state_of

NOBODY = "00000000-0000-4000-8000-000000000000"


@contextmanager
def unchanged(account: Account) -> Iterator[None]:
    """Rows, stock, money and agenda are afterwards as they were."""
    before = state_of(account.world)
    yield
    after = state_of(account.world)
    for part in before:
        assert after[part] == before[part], part


def ids(account: Account) -> dict[str, str]:
    return {kind: account.get(f"/{kind}").data[0]["id"] for kind in ("dids", "orders", "did_reservations")}


# Each write of the slice: method, path with the id of ours, a body that would be accepted.
WRITES = ["POST /orders", "PATCH /orders/{orders}", "POST /did_reservations", "PATCH /dids/{dids}"]


def write(account: Account, which: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and a good document for one of WRITES."""
    method, _, path = which.partition(" ")
    mine = ids(account)
    kind = path.split("/")[1]
    data: dict[str, Any] = {"type": kind}
    if which == "POST /orders":
        data["attributes"] = {"items": [did_item(account.group()["skus"][0], qty=1)]}
    elif which == "PATCH /orders/{orders}":
        data |= {"id": mine["orders"], "attributes": {"external_reference_id": "mine"}}
    elif which == "POST /did_reservations":
        number = account.available(account.group())[0]
        linkage = {"data": {"type": "available_dids", "id": number["id"]}}
        data |= {"attributes": {"description": "x"}, "relationships": {"available_did": linkage}}
    else:
        data |= {"id": mine["dids"], "attributes": {"description": "x"}}
    return method, path.format(**mine), {"data": data}
