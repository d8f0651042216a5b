"""Operations on callbacks: seen, waited for, sent again, made to go wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from mockserver.control.call import (
    Answer,
    Call,
    Later,
    NotYet,
    Refused,
    instant,
    provider_named,
    unknown,
    whole_number,
)
from mockserver.control.values import seconds
from mockserver.core.chaos import Chaos
from mockserver.core.outbox import STATES, Attempt, Callback

_MOST_SHOWN = 100


def list_callbacks(call: Call) -> dict[str, Any]:
    """Those that match, newest last."""
    query = call.query
    limit = whole_number(call, "limit", _MOST_SHOWN, 10_000)
    found = _matching(call, query.get("provider"), query.get("state"), query.get("subject"))
    return {"callbacks": [summary(one) for one in found[-limit:]], "total": len(found)}


def show_callback(call: Call) -> dict[str, Any]:
    return detail(_named(call))


def wait_for_callbacks(call: Call) -> dict[str, Any]:
    """Once so many match, those. NotYet until then: whoever called asks again, or gives up."""
    body = call.body
    found = [
        one
        for one in _matching(call, body.provider, body.state, body.subject)
        if (body.event is None or one.event == body.event) and (body.after is None or one.number > body.after)
    ]
    if len(found) < body.count:
        near = _matching(call, body.provider, None, body.subject) or list(call.world.outbox)
        raise NotYet(
            f"{len(found)} of {body.count} callbacks were there within {seconds(body.timeout)}",
            total=len(found),
            callbacks=[summary(one) for one in near[-5:]],
        )
    return {"callbacks": [detail(one) for one in found[-_MOST_SHOWN:]], "total": len(found)}


def redeliver_callback(call: Call) -> Answer:
    """Send one now, whatever became of it before, and wait for what becomes of it."""
    callback = _named(call)
    if callback.under_way:
        raise Refused(409, f"{callback.id} is on its way just now")
    outbox = call.world.outbox
    outbox.redeliver(callback)

    def shown() -> dict[str, Any]:
        now = outbox.find(callback.id)
        return detail(callback if now is None else now)

    return Answer(200, shown(), until_settled(call, call.body.wait, shown))


def clear_callbacks(call: Call) -> dict[str, Any]:
    """Forget all of them; what was to be sent is not."""
    return {"cleared": call.world.outbox.clear()}


def show_chaos(call: Call) -> dict[str, Any]:
    chaos, outbox = call.world.outbox.chaos, call.world.outbox
    return {
        **{one.name: getattr(chaos, one.name) for one in fields(Chaos)},
        "delay_by": seconds(chaos.delay_by),
        "reorder_within": seconds(chaos.reorder_within),
        "struck": outbox.struck,
    }


def change_chaos(call: Call) -> dict[str, Any]:
    """Another policy in place of the one there is; what is left out never happens."""
    given = call.body.model_dump(exclude_none=True)
    outbox = call.world.outbox
    outbox.chaos, outbox.struck = replace(Chaos(), **given), 0
    return show_chaos(call)


# --- for other operations --------------------------------------------------------------------------


def until_settled(call: Call, patience: timedelta, content: Any) -> Later:
    """An answer that waits until no callback of the sandbox is on its way."""
    world, settled = call.world, call.server.settled
    return Later(patience, lambda: settled(world), content)


def sent_since(call: Call, turns: int, count: int) -> list[dict[str, Any]]:
    """Callbacks that were made or tried since there had been so many attempts and callbacks."""
    found = [
        one
        for one in call.world.outbox
        if one.number > count or (one.attempts and one.attempts[-1].turn > turns)
    ]
    return [summary(one) for one in found[:_MOST_SHOWN]]


# --- showing ---------------------------------------------------------------------------------------


def summary(callback: Callback) -> dict[str, Any]:
    """A callback in a line. `tried` counts its attempts, `status` is the last answer of the receiver."""
    last = callback.attempts[-1] if callback.attempts else None
    return {
        "id": callback.id,
        "provider": callback.provider,
        "subject": callback.subject,
        "event": callback.event,
        "method": callback.method,
        "url": callback.url,
        "state": callback.state,
        "reason": callback.reason,
        "created_at": instant(callback.created_at),
        "attempts": len(callback.attempts),
        "status": None if last is None else last.status,
        "chaos": list(callback.chaos),
        "duplicate_of": callback.duplicate_of,
    }


def detail(callback: Callback) -> dict[str, Any]:
    """A callback with what is sent and every attempt."""
    return {
        **summary(callback),
        "headers": [list(pair) for pair in callback.headers],
        "body": callback.body.decode("utf-8", "replace"),
        "attempts": [_attempt(attempt) for attempt in callback.attempts],
        "left": len(callback.waits) - callback.tried,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": instant(attempt.at),
        "outcome": attempt.outcome or None,
        "status": attempt.status,
        "detail": attempt.detail,
    }


def _named(call: Call) -> Callback:
    identifier = call.values["id"]
    callback = call.world.outbox.find(identifier)
    if callback is None:
        raise unknown("callback", identifier, [one.id for one in call.world.outbox])
    return callback


def _matching(call: Call, provider: str | None, state: str | None, subject: str | None) -> list[Callback]:
    """Callbacks of a provider, in a state, about a thing: `didww.orders/UUID`, a type, or the thing's id."""
    found: Iterable[Callback] = call.world.outbox
    if provider is not None:
        provider_named(call, provider)
        found = [one for one in found if one.provider == provider]
    if state is not None:
        if state not in STATES:
            raise unknown("state of a callback", state, STATES)
        found = [one for one in found if one.state == state]
    if subject is not None:
        found = [one for one in found if subject in (one.subject, *one.subject.split("/", 1))]
    return list(found)
