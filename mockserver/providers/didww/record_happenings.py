"""What happens to the numbers of a DIDWW account from outside its API: calls, and months that end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.jsonapi.codecs import instant
from mockserver.providers.didww.rows import Did
from mockserver.providers.didww.rules import calls, history, lifecycle
from mockserver.providers.didww.rules.calendar import now
from mockserver.providers.didww.rules.money import price_text
from mockserver.providers.didww.voice_rows import VoiceOutTrunk

_LONGEST_CALL = 24 * 60 * 60
_SOMEBODY = "12025550142"  # kept for fiction
_MOST_KNOWN = 50

_DURATION = Rule(
    "number", "Seconds from answer to end; 0 when nobody answers.", most=_LONGEST_CALL, default=60
)
_CODE = Rule("number", "The SIP response that ends it; 200, or 486 without an answer.", least=100, most=699)
_RESPONSE = Rule("text", "The text of that response.", least=1, most=100)
_AT = Rule("instant", "When it began; by default it has just ended.")
_NUMBER = r"\+?[0-9]{1,20}"
_DID = Rule("text", "The number, or its id.", least=1, most=100, required=True)


def _did(world: World, field: str, name: str) -> Did:
    wanted = name.removeprefix("+")
    table = world.table(Did)
    found = table.get(name) or next((did for did in table if did.number == wanted), None)
    if found is None:
        known = [did.number for did in table][:_MOST_KNOWN]
        raise CannotHappen(f"the account has no number {name!r}", field=field, known=known)
    return found


def _ending(fields: dict[str, Any]) -> tuple[int, str]:
    """Code and text of the response that ends a call."""
    usual = calls.ANSWERED if fields["duration"] else (486, "Busy Here")
    return fields["code"] or usual[0], fields["response"] or usual[1]


def _incoming(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    did = _did(world, "to", fields["to"])
    if did.blocked and fields["duration"]:
        raise CannotHappen(f"{did.number} is blocked: no call gets through", field="to", conflict=True)
    _check_begin(world, fields)
    code, response = _ending(fields)
    call = calls.incoming(
        world,
        did,
        peer=fields["from"].removeprefix("+"),
        peer_name=fields["name"],
        duration=fields["duration"],
        code=code,
        response=response,
        cost=fields["cost"],
        at=fields["at"],
    )
    return {"call": call.id, "started_at": instant(call.started_at), "charged": price_text(call.metered)}


def _outgoing(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    rows, name = world.table(VoiceOutTrunk), fields["trunk"]
    trunk = rows.get(name) or next((row for row in rows if row.name == name), None)
    if trunk is None:
        known = [row.id for row in rows]
        raise CannotHappen(f"there is no outbound trunk {name!r}", field="trunk", known=known)
    if trunk.status == "blocked":
        raise CannotHappen("the trunk is blocked: no call goes out", field="trunk", conflict=True)
    _check_begin(world, fields)
    code, response = _ending(fields)
    call = calls.outgoing(
        world,
        trunk,
        number=fields["from"].removeprefix("+"),
        peer=fields["to"].removeprefix("+"),
        country=fields["country"],
        duration=fields["duration"],
        code=code,
        response=response,
        rate=fields["rate"],
        at=fields["at"],
    )
    return {
        "call": call.id,
        "started_at": instant(call.started_at),
        "charged": price_text(call.charged),
        "status": world.table(VoiceOutTrunk)[trunk.id].status,
    }


def _check_begin(world: World, fields: dict[str, Any]) -> None:
    if fields["at"] is not None and fields["at"] > now(world):
        raise CannotHappen("a call cannot have begun in the future", field="at")


def _near_expiry(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    did = _did(world, "did", fields["did"])
    if did.expires_at is None:
        raise CannotHappen(f"{did.number} is on order: its month has not begun", field="did", conflict=True)
    if did.expires_at <= now(world):
        raise CannotHappen(f"the month of {did.number} is over already", field="did", conflict=True)
    world.scheduler.cancel(lifecycle.subject_of(did.id))
    did = lifecycle.start_month(world, replace(did, expires_at=now(world) + fields["in"]))
    world.announce(lifecycle.subject_of(did.id), "near expiry")
    assert did.expires_at is not None
    return {"did": did.id, "number": did.number, "expires_at": instant(did.expires_at)}


def _block(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    did = _did(world, "did", fields["did"])
    if not fields["blocked"] and (
        did.terminated or did.awaiting_registration or lifecycle.expired(world, did)
    ):
        reason = f"{did.number} is blocked because it ended, expired or awaits registration"
        raise CannotHappen(reason, field="did", conflict=True)
    if did.blocked is not fields["blocked"]:
        did = world.table(Did).put(replace(did, blocked=fields["blocked"]))
        world.announce(lifecycle.subject_of(did.id), "blocked" if did.blocked else "unblocked")
    return {"did": did.id, "number": did.number, "blocked": did.blocked}


def _cancel(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    did = _did(world, "did", fields["did"])
    if did.terminated:
        raise CannotHappen(f"{did.number} is canceled already", field="did", conflict=True)
    ended = replace(did, terminated=True, blocked=True, billing_cycles_count=0)
    history.tell(world, did.number, "canceled", fields["method"])
    history.tell_count(world, did, ended, fields["method"])
    world.table(Did).put(ended)
    world.announce(lifecycle.subject_of(did.id), "active -> terminated")
    return {"did": did.id, "number": did.number, "terminated": True}


HAPPENINGS: tuple[Happening, ...] = (
    Happening(
        "incoming_call",
        "Somebody calls a number of the account; an export of cdr_in shows it.",
        _incoming,
        {
            "to": Rule("text", "The number of the account, or its id.", least=1, most=100, required=True),
            "from": Rule("text", "Who calls.", pattern=_NUMBER, most=21, default=_SOMEBODY),
            "name": Rule("text", "The caller's name, as CNAM tells it.", most=100, default=""),
            "duration": _DURATION,
            "code": _CODE,
            "response": _RESPONSE,
            "cost": Rule("money", "What metered channels cost.", most=10_000, default=Decimal(0)),
            "at": _AT,
        },
    ),
    Happening(
        "outgoing_call",
        "A call goes out over a trunk; an export of cdr_out shows it, the trunk's threshold counts it.",
        _outgoing,
        {
            "trunk": Rule("text", "The outbound trunk: id or name.", least=1, most=255, required=True),
            "to": Rule("text", "Who is called.", pattern=_NUMBER, most=21, default=_SOMEBODY),
            "from": Rule(
                "text", "The number that is shown.", pattern=_NUMBER, most=21, default="16095550100"
            ),
            "country": Rule("text", "Where the called number is.", most=100, default="United States"),
            "duration": _DURATION,
            "code": _CODE,
            "response": _RESPONSE,
            "rate": Rule("money", "Price of a started minute.", most=1_000, default=Decimal("0.009")),
            "at": _AT,
        },
    ),
    Happening(
        "near_expiry",
        "The month of a number ends soon: it is renewed then, or it expires.",
        _near_expiry,
        {
            "did": _DID,
            "in": Rule("duration", "How long it still lasts.", default=timedelta(hours=1)),
        },
    ),
    Happening(
        "block_did",
        "DIDWW blocks a number, or lets it work again.",
        _block,
        {"did": _DID, "blocked": Rule("switch", "Whether it is blocked.", default=True)},
    ),
    Happening(
        "cancel_did",
        "Somebody cancels a number elsewhere; the history says who.",
        _cancel,
        {
            "did": _DID,
            "method": Rule("text", "By what means.", choices=history.METHODS, default="user_panel"),
        },
    ),
)
