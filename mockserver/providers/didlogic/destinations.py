"""Where the calls to a number go (reference: behaviour 6, gaps G10 to G15 and G24).

A number is named by itself or by the id of its purchase. Somebody else's number is one that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from mockserver.core.messages import Evidence, Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import invalid, invalid_as, not_found
from mockserver.providers.didlogic.fields import digits, text, whole
from mockserver.providers.didlogic.forms import given_in, line, read_all, switch, unread
from mockserver.providers.didlogic.routing_rows import Destination, Routing, SipAccount
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.wire import json_bytes, json_encoded, json_response

_NEXT_ID = 1234456  # the recorded one is in the seed
_SIP_SCHEME = re.compile(r"sips?:", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z]+://|tel:", re.IGNORECASE)
_SIP_ADDRESS = re.compile(r"(?:[^\s@]+@)?[^\s@/]+")
_WEBSOCKET = re.compile(r"wss?://[^\s/?#]+\S*", re.IGNORECASE)


def list_destinations(call: Call) -> Response:
    """GET /v1/purchases/{purchase_id}/destinations: all of them, the first to ring first."""
    routing = call.world.table(Routing).get(_number(call))
    if routing is None:
        return json_encoded(b'{"destination":[]}')
    known = routing.wire.get("list")
    if known is None:
        listed = {"destination": [asdict(row) for row in routing.destinations]}
        known = routing.remember("list", json_bytes(listed))
    return json_encoded(known)


def create_destination(call: Call) -> Response:
    """POST /v1/purchases/{purchase_id}/destinations: one more, after those there are (G11)."""
    number = _number(call)
    given = given_in(call.params, "destination")
    values = read_all(given, _NEW, "G11", required=("destination",))
    address: str = values["destination"]
    transport: int | str = values.get("transport", "")
    kind = _kind(call.world, address, transport)
    destinations = destinations_of(call.world, number)
    if len(destinations) >= said.MOST_DESTINATIONS:
        raise invalid(destination=said.FULL.format(most=said.MOST_DESTINATIONS))
    row = Destination(
        id=call.world.ids.next("didlogic.destinations", _NEXT_ID),
        destination=_checked(call.world, address, kind),
        priority=max((other.priority for other in destinations), default=0) + 1,
        callhunt=values.get("callhunt", False),
        active=values.get("active", True),
        transport=kind,
    )
    call.world.table(Routing).put(Routing(number, (*destinations, row)))
    call.world.announce(row.subject, "created")
    response = json_response({"did_destination": asdict(row)})
    response.ignored = unread("destination", given, _NEW)
    response.evidence = _evidence(transport, row, complete="active" in values and "callhunt" in values)
    return response


def update_destination(call: Call) -> Response:
    """PATCH or PUT /v1/purchases/{purchase_id}/destinations/{id}: `callhunt` and `active` only (G15)."""
    number = _number(call)
    old = _destination(call, number)
    given = given_in(call.params, "destination")
    row = replace(old, **read_all(given, _CHANGES, "G42"))
    if row != old:
        rows = destinations_of(call.world, number)
        call.world.table(Routing).put(
            Routing(number, tuple(row if one.id == row.id else one for one in rows))
        )
        call.world.announce(row.subject, "changed")
    response = json_response({"did_destination": asdict(row)})
    response.ignored = unread("destination", given, _CHANGES)
    if response.ignored:
        response.evidence = said.assumed("G15")
    return response


def delete_destination(call: Call) -> Response:
    """DELETE /v1/purchases/{purchase_id}/destinations/{id}: an empty object (G14)."""
    number = _number(call)
    row = _destination(call, number)
    left = tuple(one for one in destinations_of(call.world, number) if one.id != row.id)
    if left:
        call.world.table(Routing).put(Routing(number, left))
    else:
        forget_destinations(call.world, number)
    call.world.announce(row.subject, "removed")
    response = json_response({})
    response.evidence = said.assumed("G14")
    return response


def destinations_of(world: World, number: str) -> tuple[Destination, ...]:
    """The destinations of a number in the order they ring, switched off ones too."""
    routing = world.table(Routing).get(number)
    return () if routing is None else routing.destinations


def forget_destinations(world: World, number: str) -> None:
    """Remove all destinations of a number, if it has any."""
    if number in world.table(Routing):
        world.table(Routing).remove(number)


# --- which ---------------------------------------------------------------------------------------


def _number(call: Call) -> str:
    """The owned number that the path names, by itself or by the id of its purchase (G10)."""
    key, owned = digits(call.path[0]), call.world.table(Purchase)
    if key in owned:
        return key
    by_id: dict[str, str] | None = call.world.derived.get(_BY_ID)
    if by_id is None:
        by_id = call.world.derived[_BY_ID] = {str(row.id): row.number for row in owned}
    number = by_id.get(key)
    if number is None:
        raise not_found()
    return number


def _destination(call: Call, number: str) -> Destination:
    wanted = whole(call.path[1])
    for row in destinations_of(call.world, number):
        if row.id == wanted:
            return row
    raise not_found()


# --- what ----------------------------------------------------------------------------------------


def _transport(given: Mapping[str, Any], name: str) -> int | str:
    """One of the numbers, or one of the words that stand for a SIP URI; "" when blank (G12)."""
    number = whole(given[name])
    if number is not None:
        return number
    word = text(given, name).lower()
    if word and word not in said.TRANSPORT_WORDS:
        raise invalid(**{name: said.NOT_INCLUDED})
    return word


def _kind(world: World, address: str, transport: int | str) -> int:
    """The number of the transport that was asked for, or else the one the address looks like."""
    if transport in said.TRANSPORT_WORDS:
        return said.SIP_URI
    kind = _guessed(world, address) if transport == "" else int(transport)
    if kind == said.WEBSOCKET and not world.options["didlogic"]["voice_stream"]:
        raise invalid_as("G24", {"transport": [said.NOT_INCLUDED]})
    if kind not in said.TRANSPORTS and kind != said.WEBSOCKET:
        raise invalid_as("G12", {"transport": [said.NOT_INCLUDED]})
    return kind


def _guessed(world: World, address: str) -> int:
    """What an address looks like when nobody says (G11)."""
    if _WEBSOCKET.match(address):
        return said.WEBSOCKET
    if "@" in address or _SIP_SCHEME.match(address):
        return said.SIP_URI
    return said.SIP_ACCOUNT if address in world.table(SipAccount) else said.PHONE_NUMBER


def _checked(world: World, address: str, kind: int) -> str:
    """The address as it is kept; 422 when it is none of its kind. SIP URIs are kept as they were sent."""
    if kind == said.SIP_ACCOUNT:
        if address not in world.table(SipAccount):
            raise invalid_as("G11", {"destination": [said.UNKNOWN_SIP_ACCOUNT]})
        return address
    if kind == said.PHONE_NUMBER:
        number = digits(address)
        fits = said.SHORTEST_PHONE <= len(number) <= said.LONGEST_PHONE
        if fits and number.isascii() and number.isdecimal():
            return number
    elif kind == said.WEBSOCKET:
        if _WEBSOCKET.fullmatch(address):
            return address
    elif not _OTHER_SCHEME.match(address):
        scheme = _SIP_SCHEME.match(address)
        if _SIP_ADDRESS.fullmatch(address, 0 if scheme is None else scheme.end()):
            return address
    raise invalid_as("G11", {"destination": [said.INVALID]})


def _evidence(transport: int | str, row: Destination, *, complete: bool) -> Evidence | None:
    """What the answer to a creation rests on; None when it rests on the documentation."""
    if row.transport == said.WEBSOCKET:
        return said.assumed("G24")
    if transport in said.TRANSPORT_WORDS:
        return said.assumed("G12")
    if transport == "" or not complete or row.priority > 1:
        return said.assumed("G11")
    return None


_BY_ID = "didlogic.purchases by id"
_CHANGES = {"callhunt": switch, "active": switch}
_NEW = {"destination": line(said.LONGEST_DESTINATION), "transport": _transport, **_CHANGES}
