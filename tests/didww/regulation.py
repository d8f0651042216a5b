"""What the tests of regulation share: its lists by name and version, documents of requests, records."""

from __future__ import annotations

from typing import Any

from tests.didww.account import Account, Answer, did_item
from tests.didww.contract import NEW, OLD, known_in, read
from tests.didww.uploading import uploaded

LISTS: dict[str, Any] = read("regulation/lists.yaml")
NOBODY = "00000000-0000-4000-8000-000000000000"
CHICAGO, JOHN = "d3414687-40f4-4346-a267-c2c65117d28c", "5e9df058-50d2-4e34-b0d4-d1746b86f41a"
WAITING = "a9d64c02-4486-4acb-a9a1-be4c81ff0659"  # a number of the seed that waits for its registration


def served(version: str) -> list[str]:
    """The lists that a version has, by their newest names."""
    return [kind for kind, facts in LISTS.items() if known_in(facts, version)]


def name_of(kind: str, version: str) -> str:
    """What a version calls a list."""
    return LISTS[kind].get("was", kind) if version <= OLD else kind  # type: ignore[no-any-return]


# --- documents of requests ---------------------------------------------------------------------------


def link(kind: str, key: str | None) -> dict[str, Any]:
    return {"data": None if key is None else {"type": kind, "id": key}}


def links(kind: str, *keys: str) -> dict[str, Any]:
    return {"data": [{"type": kind, "id": key} for key in keys]}


def document(
    kind: str,
    key: str | None = None,
    attributes: dict[str, Any] | None = None,
    **relationships: Any,
) -> dict[str, Any]:
    data: dict[str, Any] = {"type": kind}
    if key is not None:
        data["id"] = key
    data |= {"attributes": attributes or {}, "relationships": relationships}
    return {"data": data}


def create(
    account: Account, kind: str, attributes: dict[str, Any] | None = None, **relationships: Any
) -> Answer:
    return account.post(f"/{kind}", document(kind, None, attributes, **relationships))


def change(account: Account, kind: str, key: str, attributes: dict[str, Any], **relationships: Any) -> Answer:
    return account.patch(f"/{kind}/{key}", document(kind, key, attributes, **relationships))


# --- records -----------------------------------------------------------------------------------------


def country(account: Account, iso: str) -> str:
    (row,) = account.get(f"/countries?filter[iso]={iso}").data
    return row["id"]  # type: ignore[no-any-return]


def identity(account: Account, iso: str = "US", **attributes: Any) -> str:
    """A new identity; personal unless it is said otherwise."""
    word = "personal" if (account.version or NEW) > OLD else "Personal"
    given = {"identity_type": word, "first_name": "Ann", "last_name": "Lee", "phone_number": "441632960000"}
    answer = create(
        account, "identities", given | attributes, country=link("countries", country(account, iso))
    )
    return answer.data["id"]  # type: ignore[no-any-return]


def address(account: Account, owner: str, iso: str = "US", city: str = "Chicago") -> str:
    given = {"city_name": city, "postal_code": "60601", "address": "1 Main St"}
    answer = create(
        account,
        "addresses",
        given,
        identity=link("identities", owner),
        country=link("countries", country(account, iso)),
    )
    return answer.data["id"]  # type: ignore[no-any-return]


def proof_type(account: Account, name: str, entity: str) -> str:
    """The id of a kind of proof."""
    rows = account.get(f"/proof_types?filter[entity_type]={entity}").data
    return next(row["id"] for row in rows if row["attributes"]["name"] == name)


def proof(account: Account, kind: str, entity: str, name: str, proves: str) -> str:
    """A proof with a fresh file."""
    answer = create(
        account,
        "proofs",
        proof_type=link("proof_types", proof_type(account, name, proves)),
        entity=link(kind, entity),
        files=links("encrypted_files", uploaded(account)),
    )
    return answer.data["id"]  # type: ignore[no-any-return]


def waiting_dids(account: Account, iso: str, kind: str = "Local", quantity: int = 1) -> list[dict[str, Any]]:
    """Numbers of a country, bought, that wait for their registration."""
    account.set_funds(1000)
    types = {row["id"]: row["attributes"]["name"] for row in account.get("/did_group_types").data}
    wanted = country(account, iso)
    rows = account.as_of(NEW).get(
        f"/did_groups?filter[country.id]={wanted}&filter[needs_registration]=true&page[size]=200"
        "&include=did_group_type,stock_keeping_units"
    )
    group = next(
        row for row in rows.data if types[row["relationships"]["did_group_type"]["data"]["id"]] == kind
    )
    sku = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
    order = account.order(did_item(sku, qty=quantity)).data
    account.advance(seconds=30)
    dids = account.dids_of(order)
    assert all(did["attributes"]["awaiting_registration"] for did in dids)
    return dids


def verify(account: Account, dids: list[str], at: str, **attributes: Any) -> Answer:
    """POST /address_verifications."""
    return create(
        account,
        "address_verifications",
        attributes,
        address=link("addresses", at),
        dids=links("dids", *dids),
    )


def emergency_did(account: Account, area: str = "Boise") -> dict[str, Any]:
    """A number that can be used for emergency calls, bought."""
    groups = account.as_of(NEW).get(f"/did_groups?filter[area_name]={area}&include=stock_keeping_units").data
    sku = groups[0]["relationships"]["stock_keeping_units"]["data"][0]["id"]
    order = account.order(did_item(sku, qty=1)).data
    account.advance(seconds=30)
    return account.dids_of(order)[0]
