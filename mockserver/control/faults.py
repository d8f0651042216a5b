"""Operations on faults: requests that fail or misbehave on demand, outages, and other buyers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from mockserver.control.call import Answer, Call, Refused, optional_instant, provider_named, unknown
from mockserver.control.values import seconds
from mockserver.core.clock import LATEST
from mockserver.core.faults import Effect, Fault, Watched

_MOST = 1000  # rules in a sandbox; every one of them is asked about every request


def list_faults(call: Call) -> dict[str, Any]:
    """All rules in the order in which they are asked."""
    return {"faults": [_state(call, watched) for watched in call.world.faults]}


def create_fault(call: Call) -> Answer:
    """A new rule, asked after those there are; its id is made up unless it is given."""
    faults, identifier = call.world.faults, call.body.id
    if identifier is None:
        number = len(faults) + 1
        while faults.find(identifier := f"fault-{number}") is not None:
            number += 1
    elif faults.find(identifier) is not None:
        raise Refused(409, f"there is a fault {identifier!r} already; PUT replaces it")
    return Answer(201, _put(call, identifier))


def replace_fault(call: Call) -> Answer:
    """The rule of that id, replaced in its place with nothing counted, or a new one."""
    identifier = call.values["id"]
    if call.body.id not in (None, identifier):
        raise Refused(422, f"the path names {identifier!r}", fields={"id": "is not the one in the path"})
    status = 201 if call.world.faults.find(identifier) is None else 200
    return Answer(status, _put(call, identifier))


def show_fault(call: Call) -> dict[str, Any]:
    return _state(call, _named(call))


def remove_fault(call: Call) -> dict[str, Any]:
    identifier = _named(call).fault.id
    call.world.faults.remove(identifier)
    return {"removed": 1}


def clear_faults(call: Call) -> dict[str, Any]:
    removed = len(call.world.faults)
    call.world.faults.clear()
    return {"removed": removed}


def start_outage(call: Call) -> Answer:
    """Every request to a provider fails, for a while or until it is removed. Asked before other faults."""
    provider = provider_named(call, call.body.provider)
    fault = Fault(
        id=f"outage-{provider}",
        provider=provider,
        effect=Effect(status=call.body.status) if call.body.status else Effect(cut=True),
        until=_until(call, call.body.length),
    )
    _check_room(call, fault.id)
    return Answer(201, _state(call, call.world.faults.put(fault, first=True)))


def send_rival(call: Call) -> dict[str, Any]:
    """Another buyer takes a number, or all that a DID group or city has on sale but `leave`."""
    provider = provider_named(call, call.body.provider)
    _check_rival(call, provider, call.body.takes, "takes")
    taken = call.world.take_away(provider, call.body.takes, call.body.leave)
    return {"provider": provider, "taken": [str(number) for number in taken]}


def _put(call: Call, identifier: str) -> dict[str, Any]:
    """Check a rule against what there is, store it, show it."""
    body = call.body
    _check_room(call, identifier)
    providers = call.server.providers
    chosen = (
        list(providers.values())
        if body.provider is None
        else [providers[provider_named(call, body.provider)]]
    )
    if body.operation is not None:
        known = list(dict.fromkeys(route.operation for one in chosen for route in one.routes()))
        if body.operation not in known:
            raise unknown("operation", body.operation, known)
    effect = body.effect
    if effect.error is not None:
        if body.provider is None:
            raise Refused(
                422,
                "say whose error it is",
                fields={"provider": "must be given with effect.error"},
                known=list(providers),
            )
        codes = [error.code for error in chosen[0].errors()]
        if effect.error not in codes:
            raise unknown(f"error of {body.provider}", effect.error, codes)
    if effect.rival is not None:
        if body.provider is None:
            raise Refused(
                422,
                "say at whose shop the other buyer is",
                fields={"provider": "must be given with effect.rival"},
                known=list(providers),
            )
        _check_rival(call, body.provider, effect.rival, "effect.rival")
    fault = Fault(
        id=identifier,
        effect=Effect(
            status=effect.status or effect.commit_then_status or 0,
            error=effect.error or "",
            latency=effect.latency or timedelta(),
            cut=effect.cut or effect.commit_then_drop,
            body=effect.body or "",
            commit=effect.commit_then_drop or effect.commit_then_status is not None,
            rival=effect.rival or "",
        ),
        provider=body.provider or "",
        operation=body.operation or "",
        method=body.method or "",
        path=body.path or "",
        nth=body.nth,
        every=body.every,
        times=body.times,
        probability=body.probability,
        until=_until(call, body.ttl),
    )
    return _state(call, call.world.faults.put(fault))


def _until(call: Call, length: timedelta | None) -> Any:
    if length is None:
        return None
    now = call.world.clock.now()
    return now + length if length < LATEST - now else LATEST


def _check_room(call: Call, identifier: str) -> None:
    faults = call.world.faults
    if len(faults) >= _MOST and faults.find(identifier) is None:
        raise Refused(409, f"there are {_MOST} faults in this sandbox; remove some")


def _check_rival(call: Call, provider: str, what: str, field: str) -> None:
    """Refuse what was never on sale; what is sold already does no harm."""
    shelves = call.world.stock(provider).shelves
    known: Iterable[str] = shelves.by_key
    number = what.isascii() and what.isdecimal() and len(what) <= 15
    if what in shelves.by_key or (number and shelves.of_number(int(what)) is not None):
        return
    refused = unknown("number, DID group or city on sale", what, known)
    refused.content["fields"] = {field: "must be a number in digits, or the id of a DID group or city"}
    raise refused


def _named(call: Call) -> Watched:
    identifier = call.values["id"]
    watched = call.world.faults.find(identifier)
    if watched is None:
        raise unknown("fault", identifier, [one.fault.id for one in call.world.faults])
    return watched


def _state(call: Call, watched: Watched) -> dict[str, Any]:
    """A rule as it was given, what is left out as null, with what became of it."""
    fault, effect = watched.fault, watched.fault.effect
    drop, status = effect.cut and effect.commit, effect.status if effect.commit else 0
    return {
        "id": fault.id,
        "provider": fault.provider or None,
        "operation": fault.operation or None,
        "method": fault.method or None,
        "path": fault.path or None,
        "nth": fault.nth,
        "every": fault.every,
        "times": fault.times,
        "probability": fault.probability,
        "until": optional_instant(fault.until),
        "effect": {
            "status": None if effect.commit else effect.status or None,
            "error": effect.error or None,
            "latency": seconds(effect.latency) if effect.latency else None,
            "cut": effect.cut and not effect.commit,
            "body": effect.body or None,
            "commit_then_drop": drop,
            "commit_then_status": status or None,
            "rival": effect.rival or None,
        },
        "seen": watched.seen,
        "hits": watched.hits,
        "spent": _spent(call, watched),
    }


def _spent(call: Call, watched: Watched) -> bool:
    """Whether the rule can never strike again."""
    fault = watched.fault
    return (
        (fault.until is not None and call.world.clock.now() > fault.until)
        or (fault.times is not None and watched.hits >= fault.times)
        or (fault.nth is not None and watched.seen >= fault.nth)
    )
