"""Messages: send, list, show, and how they come to their end (reference: behaviour 9, gaps G18 and G19).

    accepted -> sent -> delivered | undelivered | expired
    accepted -> rejected

One step takes as long as the transition policy of `didlogic.sms` says. Which end it is says the outcome of
that policy, or else the destination: the seed has numbers for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from mockserver.core.messages import Response
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.calls import counts
from mockserver.providers.didlogic.cdr import keep
from mockserver.providers.didlogic.errors import invalid, low_balance, not_found
from mockserver.providers.didlogic.fields import digits, paging, text
from mockserver.providers.didlogic.rates import phone, rate_of
from mockserver.providers.didlogic.renewals import working
from mockserver.providers.didlogic.rows import Purchase
from mockserver.providers.didlogic.segments import segments
from mockserver.providers.didlogic.traffic_rows import OUTBOUND, MagicNumber, Message
from mockserver.providers.didlogic.wire import joined, json_bytes, json_encoded, timestamp


@dataclass(frozen=True, slots=True)
class Progress(Job):
    """The next step of a message. `ending` is how it will end, "" while nothing speaks against delivery."""

    kind: ClassVar[str] = "didlogic.sms_progress"
    id: str
    ending: str = ""

    @property
    def subject(self) -> str:
        return f"{Message.table}/{self.id}"

    def run(self, world: World) -> None:
        row = world.table(Message).get(self.id)
        if row is None:
            return
        ending = world.policies.of(self.subject).outcome or self.ending
        if ending == said.REJECTED:
            _move(world, row, said.REJECTED)
        elif row.status == said.ACCEPTED:
            _move(world, row, said.SENT)
            world.later(Progress(self.id, ending))
        else:
            _move(world, row, ending or said.DELIVERED)


def send_sms(call: Call) -> Response:
    """POST /v1/sms: charged per segment at the price of the destination's country.

    422 with `errors` for what is wrong with the fields, with `error` when the balance is too low.
    """
    world, params = call.world, call.params
    problems: dict[str, str] = {}
    source = digits(_either(params, problems, "source", "from"))
    destination = _either(params, problems, "destination", "to")
    content = _either(params, problems, "text", "message", stripped=False)
    if "source" not in problems:
        _check_sender(world, source, problems)
    number = phone(destination)
    if number is None:
        problems.setdefault("destination", said.INVALID)
    if len(content) > said.LONGEST_TEXT:
        problems["text"] = said.TOO_LONG.format(most=said.LONGEST_TEXT)
    if problems or number is None:
        raise invalid(**problems)
    count = segments(content)
    charge = count * rate_of(world, number).per_segment
    ledger = world.ledger("didlogic")
    if ledger.balance < charge:
        raise low_balance()
    row = Message(
        id=world.ids.uuid(),
        direction=OUTBOUND,
        status=said.ACCEPTED,
        source=source,
        destination=number,
        text=content,
        segments=count,
        charge=charge,
        submitted_at=world.clock.now(),
    )
    keep(world, world.table(Message), row)
    if charge > 0:
        ledger.post(-charge, "sms", row.subject, said.COMMENT_SMS.format(number=number))
    world.announce(row.subject, f"new -> {row.status}")
    magic = world.table(MagicNumber).get(number)
    world.later(Progress(row.id, magic.sms if magic is not None else ""))
    return _one(row)


def list_sms(call: Call) -> Response:
    """GET /v1/sms: what was sent and received, newest first."""
    rows = list(call.world.table(Message))[::-1]
    page, size = paging(call.params)
    total = min(len(rows), said.MOST_LISTED)
    shown = rows[(page - 1) * size : min(page * size, total)]
    after = b'],"pagination":' + counts(page, size, total) + b"}"
    response = joined(b'{"sms":[', map(message_bytes, shown), after)
    response.evidence = said.assumed("G18")
    return response


def get_sms(call: Call) -> Response:
    """GET /v1/sms/{id}."""
    row = call.world.table(Message).get(call.path[0])
    if row is None:
        raise not_found()
    return _one(row)


def message_bytes(row: Message) -> bytes:
    known = row.wire.get("v1")
    return known if known is not None else row.remember("v1", json_bytes(_message(row)))


def _message(row: Message) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "source": row.source,
        "destination": row.destination,
        "message": row.text,
        "segments": row.segments,
        "charge": row.charge,
        "submitted_at": timestamp(row.submitted_at),
        "sent_at": _instant(row.sent_at),
        "delivered_at": _instant(row.delivered_at),
        "error_message": row.error,
        "direction": row.direction,
    }


def _one(row: Message) -> Response:
    response = json_encoded(b'{"sms":' + message_bytes(row) + b"}")
    response.evidence = said.assumed("G18")
    return response


def _instant(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def _move(world: World, row: Message, status: str) -> None:
    now = world.clock.now()
    changed = replace(row, status=status, error=said.SMS_ERRORS.get(status))
    if status == said.SENT:
        changed = replace(changed, sent_at=now)
    elif status == said.DELIVERED:
        changed = replace(changed, delivered_at=now)
    world.table(Message).put(changed)
    world.announce(row.subject, f"{row.status} -> {status}")


def _either(
    params: Mapping[str, Any], problems: dict[str, str], name: str, alias: str, *, stripped: bool = True
) -> str:
    """A text under its name or its alias; what is wrong with it goes to `problems` under the name."""
    for known in (name, alias):
        value = params.get(known)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            problems[name] = said.INVALID
            return ""
        given = text(params, known)
        if given:
            return given if stripped else str(value)
    problems[name] = said.BLANK
    return ""


def _check_sender(world: World, source: str, problems: dict[str, str]) -> None:
    """The sender must be a number of the account that can send (documented) and is active."""
    row = world.table(Purchase).get(source)
    if row is None:
        problems["source"] = said.NOT_OWNED
    elif not row.sms_enabled:
        problems["source"] = said.NOT_SMS_ENABLED
    elif not working(world, row):
        problems["source"] = said.NOT_WORKING
