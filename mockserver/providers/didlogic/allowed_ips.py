"""From which addresses a SIP account may log in and call (reference: behaviour 7, gap G21).

The list works only while the account's `ip_restrict` is on; both are set independently of each other.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address

from mockserver.core.messages import Response
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import invalid, invalid_as, not_found
from mockserver.providers.didlogic.fields import text
from mockserver.providers.didlogic.routing_rows import SipAccount
from mockserver.providers.didlogic.sipaccounts import named
from mockserver.providers.didlogic.wire import json_response


def list_allowed_ips(call: Call) -> Response:
    """GET /v1/sipaccounts/{name}/allowed_ips: in the order they were added."""
    return _answer(named(call))


def add_allowed_ip(call: Call) -> Response:
    """POST /v1/sipaccounts/{name}/allowed_ips: answers the whole list. One that is there already is fine."""
    row, ip = named(call), _ip(call)
    if not _possible(ip):
        raise invalid_as("G21", {"ip": [said.INVALID]})
    known = ip in row.allowed_ips
    if not known:
        if len(row.allowed_ips) >= said.MOST_ADDRESSES:
            raise invalid(ip=said.FULL.format(most=said.MOST_ADDRESSES))
        row = _changed(call, row, (*row.allowed_ips, ip))
    response = _answer(row)
    if known or "/" in ip:
        response.evidence = said.assumed("G21")
    return response


def delete_allowed_ip(call: Call) -> Response:
    """DELETE /v1/sipaccounts/{name}/allowed_ips?ip=: answers what is left."""
    row, ip = named(call), _ip(call)
    if ip not in row.allowed_ips:
        raise not_found()
    response = _answer(_changed(call, row, tuple(one for one in row.allowed_ips if one != ip)))
    response.evidence = said.assumed("G21")
    return response


def _ip(call: Call) -> str:
    ip = text(call.params, "ip")
    if not ip:
        raise invalid(ip=said.BLANK)
    return ip


def _possible(ip: str) -> bool:
    """An IPv4 address, or a network as address and number of bits."""
    address, slash, bits = ip.partition("/")
    if slash and bits not in _BITS:
        return False
    try:
        IPv4Address(address)
    except AddressValueError:
        return False
    return True


def _changed(call: Call, row: SipAccount, allowed_ips: tuple[str, ...]) -> SipAccount:
    call.world.announce(row.subject, "allowed addresses changed")
    return call.world.table(SipAccount).put(replace(row, allowed_ips=allowed_ips))


def _answer(row: SipAccount) -> Response:
    return json_response({"allowed_ips": row.allowed_ips})


_BITS = frozenset(map(str, range(33)))
