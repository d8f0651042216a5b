"""Operations on how and when things change by themselves."""

from __future__ import annotations

from typing import Any

from mockserver.control.call import Call, Refused, unknown
from mockserver.control.time import change, due, fired
from mockserver.control.values import seconds
from mockserver.core.transitions import Policy
from mockserver.core.world import World

_MOST_CHOSEN = 10_000  # policies of single things; a sandbox's memory is bounded


def list_transitions(call: Call) -> dict[str, Any]:
    """Every policy, those of types first, and everything that is pending."""
    policies = call.world.policies
    single = [subject for subject in policies.chosen if "/" in subject]
    return {
        "policies": [_policy(call.world, subject) for subject in (*_types(call.world), *single)],
        "pending": [due(entry) for entry in call.world.scheduler.agenda()[:500]],
    }


def show_transition(call: Call) -> dict[str, Any]:
    return _policy(call.world, _subject(call))


def change_transition(call: Call) -> dict[str, Any]:
    """Choose a policy. What is left out stays as it was; `after` alone means the mode of that name.

    It holds for what is put on the agenda from now on. An outcome is looked up when the change happens.
    """
    subject, body, policies = _subject(call), call.body, call.world.policies
    _check_outcome(call.world, subject, body.outcome)
    policy = policies.of(subject)
    mode = body.mode or ("after" if body.after is not None else policy.mode)
    if body.after is not None and mode != "after":
        raise Refused(422, "only the mode after takes a while", fields={"after": f"the mode is {mode}"})
    if subject not in policies.chosen and len(policies.chosen) >= _MOST_CHOSEN:
        raise Refused(409, f"there are {_MOST_CHOSEN} policies in this sandbox; reset it or remove some")
    policies.chosen[subject] = Policy(
        mode,
        policy.delay if body.after is None else body.after,
        policy.outcome if body.outcome is None else body.outcome,
    )
    return _policy(call.world, subject)


def restore_transition(call: Call) -> dict[str, Any]:
    """Back to the policy of the type, or to the provider's default."""
    subject = _subject(call)
    call.world.policies.chosen.pop(subject, None)
    return _policy(call.world, subject)


def fire_transition(call: Call) -> dict[str, Any]:
    """Make what is pending about one thing happen now."""
    subject, outcome = _subject(call), call.body.outcome
    _check_outcome(call.world, subject, outcome)
    _require_pending(call.world, subject)
    result = call.world.fire(subject, outcome or "")
    return {"fired": fired(result), "total": result.total, "events": [change(one) for one in result.events]}


def cancel_transition(call: Call) -> dict[str, Any]:
    """Take what is pending about one thing off the agenda: it will not happen."""
    subject = _subject(call)
    _require_pending(call.world, subject)
    return {"cancelled": call.world.scheduler.cancel(subject)}


def _types(world: World) -> list[str]:
    """The types that change by themselves."""
    policies = world.policies
    pending = (entry.job.subject.partition("/")[0] for entry in world.scheduler.agenda())
    return list(dict.fromkeys((*policies.defaults, *policies.outcomes, *pending)))


def _subject(call: Call) -> str:
    kind = call.values["type"]
    known = _types(call.world)
    if kind not in known:
        raise unknown("type that changes by itself", kind, known)
    return f"{kind}/{call.values['id']}" if "id" in call.values else kind


def _check_outcome(world: World, subject: str, outcome: str | None) -> None:
    known = world.policies.outcomes.get(subject.partition("/")[0], ())
    if outcome and outcome not in known:
        raise unknown("outcome", outcome, known)


def _require_pending(world: World, subject: str) -> None:
    pending = [entry.job.subject for entry in world.scheduler.agenda()]
    if subject not in pending:
        raise unknown("pending change of", subject, list(dict.fromkeys(pending)))


def _policy(world: World, subject: str) -> dict[str, Any]:
    policies = world.policies
    policy = policies.of(subject)
    return {
        "subject": subject,
        "mode": policy.mode,
        "after": seconds(policy.delay) if policy.mode == "after" else None,
        "outcome": policy.outcome,
        "outcomes": list(policies.outcomes.get(subject.partition("/")[0], ())),
        "chosen": subject in policies.chosen,
    }
