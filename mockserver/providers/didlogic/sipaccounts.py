"""SIP accounts, the logins of phones (reference: behaviour 7, gap G20).

The server gives the name, the client the password. A password is checked and then dropped: nothing here
needs it, and what is not kept cannot leak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.cdr import NOTHING, Usage, usage_this_month
from mockserver.providers.didlogic.errors import invalid, not_found
from mockserver.providers.didlogic.fields import digits, text
from mockserver.providers.didlogic.forms import (
    amount,
    count,
    given_in,
    has_control_characters,
    line,
    read_all,
    switch,
    unread,
)
from mockserver.providers.didlogic.routing_rows import SipAccount
from mockserver.providers.didlogic.wire import (
    joined,
    json_bytes,
    json_encoded,
    json_response,
    plain_amount,
    sip_time,
)

_NEXT_ID = 63  # the seed has the recorded 61, and one more


def list_sipaccounts(call: Call) -> Response:
    """GET /v1/sipaccounts: all of them, the first made first, without paging."""
    used = usage_this_month(call.world)
    rows = (_encoded(row, used.get(row.name, NOTHING)) for row in call.world.table(SipAccount))
    return joined(b'{"sipaccounts":[', rows, b"]}")


def get_sipaccount(call: Call) -> Response:
    """GET /v1/sipaccounts/{name}."""
    return _answer(call, named(call))


def create_sipaccount(call: Call) -> Response:
    """POST /v1/sipaccounts: a new login under a name of five digits that the server draws."""
    given = given_in(call.params, "sipaccount")
    values = read_all(given, _FIELDS, "G20", required=("password",))
    del values["password"]
    accounts = call.world.table(SipAccount)
    if len(accounts) >= said.MOST_SIP_ACCOUNTS:
        raise invalid(sipaccount=said.FULL.format(most=said.MOST_SIP_ACCOUNTS))
    row = SipAccount(
        id=call.world.ids.next("didlogic.sipaccounts", _NEXT_ID),
        name=_unused_name(call.world),
        created_at=call.world.clock.now(),
        **values,
    )
    accounts.put(row)
    call.world.announce(row.subject, "created")
    response = _answer(call, row, given)
    if len(values) < len(_FIELDS) - 1:
        response.evidence = said.assumed("G20")  # what is not given is as a client's defaults have it
    return response


def update_sipaccount(call: Call) -> Response:
    """PUT /v1/sipaccounts/{name}: the fields that are given; the others stay."""
    old = named(call)
    given = given_in(call.params, "sipaccount")
    values = read_all(given, _FIELDS, "G20", required=("password",) if given.get("password") == "" else ())
    values.pop("password", None)
    row = replace(old, **values)
    if row != old:
        call.world.table(SipAccount).put(row)
        call.world.announce(row.subject, "changed")
    return _answer(call, row, given)


def patch_sipaccount(call: Call) -> Response:
    """PATCH /v1/sipaccounts/{name}: the same as PUT (G20)."""
    response = update_sipaccount(call)
    response.evidence = said.assumed("G20")
    return response


def delete_sipaccount(call: Call) -> Response:
    """DELETE /v1/sipaccounts/{name}: an empty object. Destinations that lead to it stay (G20)."""
    row = named(call)
    call.world.table(SipAccount).remove(row.name)
    call.world.announce(row.subject, "removed")
    response = json_response({})
    response.evidence = said.assumed("G20")
    return response


def named(call: Call) -> SipAccount:
    """The SIP account that the path names (by name, never by id); 404 when there is none."""
    row = call.world.table(SipAccount).get(call.path[0])
    if row is None:
        raise not_found()
    return row


def _unused_name(world: World) -> str:
    """Five digits that no SIP account has. There are ninety times as many as accounts."""
    while True:
        name = str(10_000 + world.ids.below(90_000))
        if name not in world.table(SipAccount):
            return name


def _answer(call: Call, row: SipAccount, given: Mapping[str, Any] | None = None) -> Response:
    used = usage_this_month(call.world).get(row.name, NOTHING)
    response = json_encoded(b'{"sipaccount":' + _encoded(row, used) + b"}")
    if given is not None:
        response.ignored = unread("sipaccount", given, _FIELDS)
    return response


def _encoded(row: SipAccount, used: Usage) -> bytes:
    known = row.wire.get(used)
    return known if known is not None else row.remember(used, json_bytes(_content(row, used)))


def _content(row: SipAccount, used: Usage) -> dict[str, Any]:
    """The recorded fields in their order. `charge` is USD and `talk_time` seconds, of this month."""
    return {
        "id": row.id,
        "name": row.name,
        "callerid": row.callerid,
        "label": row.label,
        "host": said.HOST,
        "charge": plain_amount(used.charge),
        "talk_time": used.seconds,
        "rewrite_enabled": row.rewrite_enabled,
        "rewrite_cond": row.rewrite_cond,
        "rewrite_prefix": row.rewrite_prefix,
        "didinfo_enabled": row.didinfo_enabled,
        "ip_restrict": row.ip_restrict,
        "call_restrict": row.call_restrict,
        "call_limit": row.call_limit,
        "channels_restrict": row.channels_restrict,
        "max_channels": row.max_channels,
        "cost_limit": row.cost_limit,
        "max_call_cost": plain_amount(row.max_call_cost),
        "created_at": sip_time(row.created_at),
        "allowed_ips": list(row.allowed_ips),
    }


# --- fields --------------------------------------------------------------------------------------


def _password(given: Mapping[str, Any], name: str) -> str:
    """A password, taken as it is, blanks and all."""
    value = given[name]
    found = value if isinstance(value, str) else text(given, name)
    if found and len(found) < said.SHORTEST_PASSWORD:
        raise invalid(**{name: said.TOO_SHORT.format(least=said.SHORTEST_PASSWORD)})
    if len(found) > said.LONGEST_PASSWORD:
        raise invalid(**{name: said.TOO_LONG.format(most=said.LONGEST_PASSWORD)})
    if has_control_characters(found):
        raise invalid(**{name: said.INVALID})
    return found


def _callerid(given: Mapping[str, Any], name: str) -> str:
    """A phone number without its plus sign, or nothing."""
    number = digits(text(given, name))
    if number and not (number.isascii() and number.isdecimal() and len(number) <= said.LONGEST_PHONE):
        raise invalid(**{name: said.INVALID})
    return number


_FIELDS = {
    "password": _password,
    "label": line(said.LONGEST_LABEL),
    "callerid": _callerid,
    "rewrite_enabled": switch,
    "rewrite_cond": line(said.LONGEST_PREFIX),
    "rewrite_prefix": line(said.LONGEST_PREFIX),
    "didinfo_enabled": switch,
    "ip_restrict": switch,
    "call_restrict": switch,
    "call_limit": count,
    "channels_restrict": switch,
    "max_channels": count,
    "cost_limit": switch,
    "max_call_cost": amount,
}
