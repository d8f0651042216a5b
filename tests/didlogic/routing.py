"""Destinations, SIP accounts and addresses, asked for in every form a client may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from mockserver.core.messages import Response
from tests.didlogic.account import BOUNDARY, FORM, Account, contract, form, multipart
from tests.support import body_of, state_of

FACTS = contract("routing.json")
TEXTS = FACTS["texts"]
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
NOT_FOUND = (404, {"error": "Not found"})
FORMS = ("form", "multipart", "json", "flat json")
US, GB = "18565999999", "441172999999"

Fields = Mapping[str, Any]


def encoded(wrapper: str, fields: Fields, how: str) -> tuple[bytes, str]:
    """The object `wrapper` with its fields as a body of one of `FORMS`, and its content type."""
    if how == "json":
        return orjson.dumps({wrapper: dict(fields)}), "application/json"
    if how == "flat json":
        return orjson.dumps({wrapper: {name: _words(value) for name, value in fields.items()}}), ""
    pairs = {f"{wrapper}[{name}]": _words(value) for name, value in fields.items()}
    return (form(pairs), FORM) if how == "form" else (multipart(pairs), MULTIPART)


def _words(value: Any) -> str:
    """A value as a form has it: switches as 1 and 0."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def ask(
    account: Account, method: str, path: str, fields: Fields | None = None, how: str = "form"
) -> Response:
    """One request; the wrapper follows from the path."""
    if fields is None:
        return account.send(method, path)
    body, kind = encoded("destination" if "purchases" in path else "sipaccount", fields, how)
    return account.send(method, path, body, kind or None)


def done(response: Response) -> Any:
    """The JSON of an answer that must be a 200."""
    assert response.status == 200, response.body
    return body_of(response)


def wrong(**fields: str) -> tuple[int, Any]:
    """The answer that refuses these fields, by the names of `TEXTS`."""
    return 422, {"errors": {name: [TEXTS[text]] for name, text in fields.items()}}


def refused(account: Account, method: str, path: str, body: Any, kind: str | None) -> tuple[int, Any]:
    """Status and JSON of a request that must change nothing."""
    before = state_of(account.world)
    response = account.send(method, path, body, kind)
    assert response.status >= 400, response.body
    assert state_of(account.world) == before
    return response.status, body_of(response)


def claims(response: Response) -> str:
    return str(response.evidence)


def destinations(account: Account, number: str = GB) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = account.get(f"/v1/purchases/{number}/destinations")["destination"]
    return found


def put_in(account: Account, targets: Iterable[str], number: str = GB) -> list[int]:
    """Destinations by their text alone; their ids."""
    path = f"/v1/purchases/{number}/destinations"
    answers = [done(ask(account, "POST", path, {"destination": target})) for target in targets]
    return [answer["did_destination"]["id"] for answer in answers]
