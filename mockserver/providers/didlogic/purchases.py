"""Buying and giving back numbers (reference: behaviour 5, gaps G27 to G30)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson

from mockserver.core.clock import LATEST
from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.catalogue import Span
from mockserver.providers.didlogic.errors import invalid, not_found
from mockserver.providers.didlogic.fields import digits, texts, whole
from mockserver.providers.didlogic.renewals import month_after, release, schedule
from mockserver.providers.didlogic.rows import Identity, Purchase
from mockserver.providers.didlogic.verification import documents_complete, wait_for_documents
from mockserver.providers.didlogic.wire import json_response

CODEC = "G711"
FIRST_PURCHASE_ID = 728070  # the recorded one, so that the recorded purchase comes out as it was
_ZERO = Decimal(0)


class Refused(Exception):
    """One number of a request that is not bought; the others may be."""


def purchase_numbers(call: Call) -> Response:
    """POST /v2/numbers/purchase: several numbers at once, each bought or explained in `errors`.

    Numbers come by `did_numbers` or by the shop's ids in `id_in`; one that is named twice is bought once.
    Buying takes activation and first month from the balance at once (G28).
    """
    wanted = _wanted(call)
    if not wanted:
        raise invalid(did_numbers=said.BLANK)
    identities = _identities(call)
    errors: dict[str, list[str]] = {}
    bought: list[Purchase] = []
    for name, number in wanted.items():
        try:
            bought.append(_buy(call, number, identities))
        except Refused as refused:
            errors[name] = [str(refused)]
    return json_response(
        {"purchase": {"errors": errors, "purchases": [purchased_did(row) for row in bought]}}
    )


def remove_numbers(call: Call) -> Response:
    """DELETE /v2/buy/purchase: give numbers back. No refund; they return to the shop (G30)."""
    given = texts(call.params, "did_numbers")
    if not given:
        raise invalid(did_numbers=said.BLANK)
    owned = call.world.table(Purchase)
    rows = [owned[number] for number in dict.fromkeys(map(digits, given)) if number in owned]
    if not rows:
        raise not_found()
    for row in rows:
        release(call.world, row, "removed")
    return json_response({"dids": [purchased_did(row) for row in rows]})


def purchased_did(row: Purchase) -> dict[str, Any]:
    """A number as v2 shows it after purchase; names differ from the shop's."""
    return {
        "id": row.id,
        "number": row.number,
        "sms_enabled": row.sms_enabled,
        "no_local_cli": row.no_local_cli,
        "channels": row.channels,
        "country": row.country,
        "area": row.area,
        "free_minutes": row.free_minutes,
        "codec": row.codec,
        "require_docs": ",".join(map(str, row.required)),
        "activation": row.activation,
        "monthly_fee": row.monthly_fee,
        "per_minute": row.per_minute,
        "origination_per_min": row.origination_per_min,
    }


def _wanted(call: Call) -> dict[str, int | None]:
    """What is to be bought, as the request names it, in its order; None for what can be no number of ours."""
    wanted: dict[str, int | None] = {}
    seen: set[int] = set()
    for name in texts(call.params, "did_numbers"):
        number = whole(digits(name))
        if number not in seen:
            wanted[name if number is None else digits(name)] = number
        if number is not None:
            seen.add(number)
    for name in texts(call.params, "id_in"):
        inventory_id = whole(name)
        number = None if inventory_id is None else call.catalogue.number_of_id(inventory_id)
        if number not in seen:
            wanted[name] = number
        if number is not None:
            seen.add(number)
    return wanted


def _buy(call: Call, number: int | None, identities: dict[int, int]) -> Purchase:
    """Buy one number or raise Refused, in which case nothing has changed."""
    world, ledger = call.world, call.world.ledger("didlogic")
    if number is None:
        raise Refused(said.NOT_ON_SALE)
    if str(number) in world.table(Purchase):
        raise Refused(said.ALREADY_OWNED)
    span = call.catalogue.span_of_number(number)
    stock = world.stock("didlogic")
    if span is None or not stock.on_sale(number):
        raise Refused(said.NOT_ON_SALE)
    identity_id = identities.get(number)
    usable = documents_complete(world, span.city.required, identity_id)
    if not usable and world.options["didlogic"]["strict_documents"]:
        raise Refused(said.DOCUMENTS_MISSING)
    if ledger.balance < span.city.price:
        raise Refused(said.LOW_BALANCE)
    stock.take(number)
    row = world.table(Purchase).put(_purchase(world, span, number, identity_id, usable))
    if row.activation > 0:
        ledger.post(-row.activation, "activation", row.subject, said.COMMENT_ACTIVATION.format(number=number))
    if row.monthly_fee > 0:
        ledger.post(-row.monthly_fee, "month", row.subject, said.COMMENT_MONTH.format(number=number))
    schedule(world, row)
    if not usable:
        wait_for_documents(world, row)
    world.announce(row.subject, f"on sale -> {said.ACTIVE if usable else said.PENDING}")
    return row


def _purchase(world: World, span: Span, number: int, identity_id: int | None, usable: bool) -> Purchase:
    city, now = span.city, world.clock.now()
    return Purchase(
        id=world.ids.next("didlogic.purchases", FIRST_PURCHASE_ID),
        number=str(number),
        country=span.country.name,
        area=city.name,
        sms_enabled=city.sms_enabled,
        no_local_cli=city.no_local_cli,
        channels=city.channels,
        free_minutes=city.free_minutes,
        codec=CODEC,
        required=city.required,
        activation=city.activation,
        monthly_fee=city.monthly,
        per_minute=city.per_minute,
        # Recorded: null in the shop, 0.0 once it is bought.
        origination_per_min=_ZERO if city.origination_per_min is None else city.origination_per_min,
        purchased_at=now,
        expires_at=min(month_after(now), LATEST),
        identity_id=identity_id,
        usable=usable,
    )


def _identities(call: Call) -> dict[int, int]:
    """The identity to attach by number, from `identities[]`: objects, or texts of JSON objects."""
    given = call.params.get("identities")
    if given is None:
        return {}
    if not isinstance(given, list) or len(given) > said.MOST_NUMBERS:
        raise invalid(identities=said.INVALID)
    known = call.world.table(Identity)
    chosen: dict[int, int] = {}
    for item in map(_object, given):
        identity = known.get(_identity_id(item))
        if identity is None:
            raise invalid(identities=said.UNKNOWN_IDENTITY)
        if identity.archived:
            raise invalid(identities=said.ARCHIVED_IDENTITY)
        for number in _covered(call, item):
            chosen[number] = identity.id
    return chosen


def _object(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        try:
            item = orjson.loads(item)
        except orjson.JSONDecodeError:
            raise invalid(identities=said.INVALID) from None
    if not isinstance(item, dict):
        raise invalid(identities=said.INVALID)
    return item


def _identity_id(item: dict[str, Any]) -> int:
    identity_id = whole(item.get("id"))
    if identity_id is None:
        raise invalid(identities=said.INVALID)
    return identity_id


def _covered(call: Call, item: dict[str, Any]) -> Iterator[int]:
    """The numbers that one item of `identities` names, by number or by the shop's ids."""
    for name in texts(item, "did_numbers"):
        number = whole(digits(name))
        if number is not None:
            yield number
    for name in texts(item, "did_ids"):
        inventory_id = whole(name)
        number = None if inventory_id is None else call.catalogue.number_of_id(inventory_id)
        if number is not None:
            yield number
