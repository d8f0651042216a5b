"""Calls and messages from outside, for the control API to bring about (gaps G16, G19, G37)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import orjson

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.calls import call_bytes
from mockserver.providers.didlogic.cdr import connects, keep, record
from mockserver.providers.didlogic.fields import digits
from mockserver.providers.didlogic.rates import cost, incoming_cost, phone, rate_of, started_minutes
from mockserver.providers.didlogic.renewals import working
from mockserver.providers.didlogic.routing_rows import Destination, Routing, SipAccount
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.segments import segments
from mockserver.providers.didlogic.sms import message_bytes
from mockserver.providers.didlogic.traffic_rows import (
    INBOUND,
    INCOMING,
    SIP,
    CallRecord,
    MagicNumber,
    Message,
)

_LONGEST_CALL = 24 * 60 * 60
_MOST_KNOWN = 100
_SOMEBODY = "12025550142"  # kept for fiction

_DURATION = Rule("number", "Seconds from answer to end.", most=_LONGEST_CALL, default=60)
_AT = Rule("instant", "When the call began; now unless given.")


def incoming_call(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Somebody calls a number of the account.

    Without funds the platform does not put the call through, and it is a missed one. An answered call that
    is forwarded to a phone number costs twice: the way in and the way out.
    """
    did = _own_number(world, fields["to"])
    at = _begin(world, fields["at"])
    through = connects(world)
    duration = _answered_for(world, fields)
    target = _target(world, did.number)
    row = record(
        world,
        kind=INCOMING,
        amount=incoming_cost(world, did, at, duration),
        duration=duration,
        caller=fields["from"].removeprefix("+"),
        called=did.number if target is None else target.destination,
        destination_name=f"{did.country} - {did.area}",
        at=at,
        did_number=did.number,
        per_minute=did.per_minute,
    )
    if duration and target is not None and target.transport == said.PHONE_NUMBER:
        _charge_forwarding(world, row, did.number, target.destination)
    return _told(world, row, through)


def outgoing_call(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """A phone that is logged in with a SIP account calls a number; the limits of the account hold."""
    account = _sip_account(world, fields["sip_account"])
    dialled = digits(fields["to"])
    if account.rewrite_enabled and dialled.startswith(account.rewrite_cond):
        dialled = account.rewrite_prefix + dialled.removeprefix(account.rewrite_cond)
    number = phone(dialled)
    if number is None:
        raise CannotHappen(f"{dialled} cannot be called; write it with its country code", field="to")
    at, rate, through = _begin(world, fields["at"]), rate_of(world, number), connects(world)
    duration = _answered_for(world, fields)
    magic = world.table(MagicNumber).get(number)
    if magic is not None and magic.call:
        duration = 0
    duration = _limited(account, duration, rate.per_minute)
    row = record(
        world,
        kind=SIP,
        amount=cost(started_minutes(duration), rate.per_minute),
        duration=duration,
        caller=f'"{account.label}" <{account.callerid}>',
        called=number,
        destination_name=rate.name,
        at=at,
        sip_account=account.name,
        per_minute=rate.per_minute,
    )
    return _told(world, row, through)


def inbound_sms(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes to a number of the account. Without funds the platform does not take the message."""
    did = _own_number(world, fields["to"])
    if not did.sms_enabled:
        raise CannotHappen(f"{did.number} cannot receive SMS", field="to", conflict=True)
    if not connects(world):
        raise CannotHappen("the balance is used up: no message comes in", conflict=True)
    now, count = world.clock.now(), segments(fields["text"])
    row = Message(
        id=world.ids.uuid(),
        direction=INBOUND,
        status=said.DELIVERED,
        source=fields["from"].removeprefix("+"),
        destination=did.number,
        text=fields["text"],
        segments=count,
        charge=count * said.INBOUND_SMS_PRICE,
        submitted_at=now,
        sent_at=now,
        delivered_at=now,
    )
    keep(world, world.table(Message), row)
    note = said.COMMENT_INBOUND_SMS.format(number=did.number)
    world.ledger("didlogic").post(-row.charge, "inbound_sms", row.subject, note)
    world.announce(row.subject, f"new -> {row.status}")
    return {"sms": orjson.loads(message_bytes(row)), "balance": _balance(world)}


HAPPENINGS = (
    Happening(
        "incoming_call",
        "Somebody calls a number of the account; whoever is called answers unless told otherwise.",
        incoming_call,
        {
            "to": Rule("text", "The number of the account.", least=1, most=40, required=True),
            "from": Rule(
                "text",
                "Who calls; digits, or anonymous.",
                pattern=r"\+?[0-9]{1,20}|anonymous",
                least=1,
                most=40,
                default=_SOMEBODY,
            ),
            "duration": _DURATION,
            "answered": Rule("switch", "Whether it is answered; if not it is a missed one.", default=True),
            "at": _AT,
        },
    ),
    Happening(
        "outgoing_call",
        "A phone that is logged in with a SIP account calls a number.",
        outgoing_call,
        {
            "to": Rule("text", "The number that is dialled.", least=1, most=40, required=True),
            "sip_account": Rule("text", "The account's name; its first one unless given.", least=1, most=40),
            "duration": _DURATION,
            "answered": Rule("switch", "Whether the call is answered.", default=True),
            "at": _AT,
        },
    ),
    Happening(
        "inbound_sms",
        "Somebody writes to a number of the account.",
        inbound_sms,
        {
            "to": Rule("text", "The number of the account.", least=1, most=40, required=True),
            "from": Rule(
                "text",
                "Who writes; a number, or a name of letters and digits.",
                pattern=r"\+?[0-9]{1,20}|[0-9A-Za-z][0-9A-Za-z ]{0,10}",
                least=1,
                most=40,
                default=_SOMEBODY,
            ),
            "text": Rule("text", "The message.", least=1, most=said.LONGEST_TEXT, required=True),
        },
    ),
)


def _own_number(world: World, given: str) -> Purchase:
    """A number of the account that works; CannotHappen when there is none, or none that works."""
    owned = world.table(Purchase)
    row = owned.get(digits(given))
    if row is None:
        known = [str(number) for number in list(owned.rows)[:_MOST_KNOWN]]
        raise CannotHappen(f"{given[:40]} is not a number of the account", field="to", known=known)
    if not working(world, row):
        raise CannotHappen(f"{row.number} is not active", field="to", conflict=True)
    return row


def _sip_account(world: World, name: str | None) -> SipAccount:
    accounts = world.table(SipAccount)
    if not len(accounts):
        raise CannotHappen("the account has no SIP account to call with", field="sip_account", conflict=True)
    row = accounts.get(name) if name is not None else next(iter(accounts))
    if row is None:
        known = [str(one) for one in list(accounts.rows)[:_MOST_KNOWN]]
        raise CannotHappen(f"there is no SIP account {name}", field="sip_account", known=known)
    return row


def _begin(world: World, at: datetime | None) -> datetime:
    now = world.clock.now()
    if at is not None and at > now:
        raise CannotHappen("the call cannot have begun after now", field="at")
    return now if at is None else at


def _answered_for(world: World, fields: dict[str, Any]) -> int:
    """Seconds of the call; 0 when nobody answers or the platform does not put it through."""
    return fields["duration"] if fields["answered"] and connects(world) else 0


def _target(world: World, number: str) -> Destination | None:
    """Where a number's calls go: its first active destination. A SIP account that is gone is none (G20)."""
    routing, accounts = world.table(Routing).get(number), world.table(SipAccount)
    for target in () if routing is None else routing.destinations:
        if target.active and (target.transport != said.SIP_ACCOUNT or target.destination in accounts):
            return target
    return None


def _charge_forwarding(world: World, row: CallRecord, number: str, target: str) -> None:
    """The way out costs what calling the target costs."""
    amount = cost(started_minutes(row.duration), rate_of(world, digits(target)).per_minute)
    if amount > 0:
        note = said.COMMENT_FORWARD.format(number=number, target=target)
        world.ledger("didlogic").post(-amount, "call_fix_fee", row.subject, note)


def _limited(account: SipAccount, seconds: int, per_minute: Decimal) -> int:
    """How long a call may last: the account's longest and its dearest call (0 is no limit)."""
    if account.call_restrict and account.call_limit > 0:
        seconds = min(seconds, account.call_limit)
    if account.cost_limit and account.max_call_cost > 0 and per_minute > 0:
        minutes = (account.max_call_cost / per_minute).to_integral_value(ROUND_FLOOR)
        seconds = min(seconds, 60 * int(minutes))
    return seconds


def _told(world: World, row: CallRecord, through: bool) -> dict[str, Any]:
    reason = None if through else "the balance is used up: the call was not put through"
    return {"call": orjson.loads(call_bytes(row)), "reason": reason, "balance": _balance(world)}


def _balance(world: World) -> str:
    return f"{world.ledger('didlogic').balance:f}"
