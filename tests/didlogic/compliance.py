"""Uploads as clients send them, and what an account's documents, identities and checks look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from mockserver.core.messages import Response
from tests.didlogic.account import BOUNDARY, Account, contract, multipart
from tests.support import body_of

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
TEXTS: dict[str, str] = contract("compliance.json")["texts"]
PNG = b"\x89PNG\r\n\x1a\n" + b"front"
JPG = b"\xff\xd8\xff\xe0" + b"photo"
PDF = b"%PDF-1.7\n" + b"page"
NEEDS_ADDRESS = "493023125000"  # Berlin: a proof of local address
PRIMARY, BERLIN_OFFICE, FORMER_OFFICE = 6756, 6757, 6758


class File(NamedTuple):
    """One file of a form. Without `kind` the client says nothing of its type."""

    data: bytes = PNG
    name: str = "front.png"
    kind: str | None = "image/png"


FIELDS: dict[str, Any] = {
    "document[name]": "Passport of J. Doe",
    "document[doc_type]": "personal_id",
    "document[identity_id]": str(PRIMARY),
    "document[files][frontside]": File(),
}


def upload(fields: Mapping[str, Any]) -> bytes:
    """A multipart body of texts and files."""
    parts = []
    for name, value in fields.items():
        if isinstance(value, File):
            kind = f"\r\nContent-Type: {value.kind}" if value.kind is not None else ""
            head = f'Content-Disposition: form-data; name="{name}"; filename="{value.name}"{kind}'
            parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + value.data + b"\r\n")
        else:
            parts.append(multipart({name: value}).removesuffix(f"--{BOUNDARY}--\r\n".encode()))
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def changed(**changes: Any) -> dict[str, Any]:
    """The usual fields with some of them changed; None leaves one out."""
    fields = dict(FIELDS)
    for name, value in changes.items():
        key = f"document[files][{name}]" if name.endswith("side") else f"document[{name}]"
        fields.pop(key, None)
        if value is not None:
            fields[key] = value
    return fields


def post(account: Account, fields: Mapping[str, Any]) -> Response:
    return account.send("POST", "/v2/documents", upload(fields), MULTIPART)


def add(account: Account, **changes: Any) -> dict[str, Any]:
    """Upload a document that must be taken."""
    response = post(account, changed(**changes))
    assert response.status == 200, response.body
    document: dict[str, Any] = body_of(response)["document"]
    return document


def status_of(account: Account, document_id: int) -> str:
    status: str = account.get(f"/v2/documents/{document_id}")["document"]["approvement_status"]
    return status


def buy(account: Account, *numbers: str, identity: int) -> None:
    """Buy numbers for an identity."""
    items = [{"id": identity, "did_numbers": list(numbers)}]
    body = orjson.dumps({"did_numbers": list(numbers), "identities": items})
    response = account.send("POST", "/v2/numbers/purchase", body, "application/json")
    assert body_of(response)["purchase"]["errors"] == {}


def standing(account: Account, number: str = NEEDS_ADDRESS) -> str:
    """The status of an owned number."""
    rows = account.get("/v2/numbers")["dids"]
    found: str = next(row["status"] for row in rows if row["number"] == number)
    return found


def refusal(**fields: str) -> tuple[int, Any]:
    return 422, {"errors": {name: [text] for name, text in fields.items()}}
