"""Operations on a sandbox's clock and agenda."""

from __future__ import annotations

from typing import Any

from mockserver.control.call import Answer, Call, Refused, instant, optional_instant, whole_number
from mockserver.control.callbacks import sent_since, until_settled
from mockserver.control.server import clock_state
from mockserver.core.events import Event
from mockserver.core.scheduler import Entry
from mockserver.core.world import Advance


def show_clock(call: Call) -> dict[str, Any]:
    return clock_state(call.world)


def change_clock(call: Call) -> dict[str, Any]:
    """Set the mode, the instant and the rate. Only a scaled clock has a rate other than 1."""
    clock, change = call.world.clock, call.body
    mode = change.mode or clock.mode
    if change.rate is not None and mode != "scaled":
        raise Refused(
            422, "only a scaled clock has a rate", fields={"rate": f"the clock would be {mode}, not scaled"}
        )
    clock.set(mode=mode, now=change.now, rate=change.rate if mode == "scaled" else 1.0)
    return clock_state(call.world)


def advance_clock(call: Call) -> Answer:
    """Move forward and run what falls due on the way, each change at its own instant.

    Answers once the callbacks that fell due are out, or after a while.
    """
    outbox = call.world.outbox
    turns, count = outbox.turns, outbox.count
    try:
        if call.body.to is not None:
            result = call.world.advance(to=call.body.to)
        else:
            result = call.world.advance(by=call.body.distance())
    except OverflowError:
        raise Refused(422, "the clock cannot go that far") from None
    except ValueError as error:  # backwards, beyond the last instant, or NaN days
        raise Refused(422, str(error)) from None
    moved = {
        "before": instant(result.before),
        "now": instant(result.after),
        "fired": fired(result),
        "total": result.total,
        "events": [change(event) for event in result.events],
    }

    def content() -> dict[str, Any]:
        return {**moved, "callbacks": sent_since(call, turns, count)}

    return Answer(200, content(), until_settled(call, call.body.wait, content))


def show_agenda(call: Call) -> dict[str, Any]:
    """What is to come, in order; held changes last."""
    entries = call.world.scheduler.agenda()
    shown = entries[: whole_number(call, "limit", 500, 10_000)]
    return {
        "now": instant(call.world.clock.live()),
        "agenda": [due(entry) for entry in shown],
        "total": len(entries),
    }


def due(entry: Entry) -> dict[str, Any]:
    """A change on the agenda; `due` is null while it is held."""
    return {
        "number": entry.number,
        "due": optional_instant(entry.due),
        "kind": entry.job.kind,
        "subject": entry.job.subject,
    }


def fired(result: Advance) -> list[dict[str, Any]]:
    """The jobs that ran, each with the instant it was due, or ran at when it had been held."""
    return [
        {"due": instant(entry.due or result.after), "kind": entry.job.kind, "subject": entry.job.subject}
        for entry in result.fired
    ]


def change(event: Event) -> dict[str, Any]:
    """What became of a thing."""
    return {"at": instant(event.at), "subject": event.subject, "change": event.change}
