"""Operations on what the API alone cannot bring about: switches of an account, happenings from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.control.call import Call, Refused, nearest, provider_named, unknown
from mockserver.core.happenings import CannotHappen
from mockserver.core.rules import Rule


def show_options(call: Call) -> dict[str, Any]:
    return {
        provider: {
            name: {
                "value": call.world.options[provider][name],
                "default": rule.default,
                "allowed": rule.allowed,
                "about": rule.about,
            }
            for name, rule in call.world.switches(provider).items()
        }
        for provider in call.world.providers()
    }


def change_options(call: Call) -> dict[str, Any]:
    """Change the named switches of the named providers, all or none of them."""
    chosen: dict[str, dict[str, Any]] = {}
    for provider, values in call.body.root.items():
        rules = call.world.switches(provider_named(call, provider))
        chosen[provider] = _read(values, rules, f"switch of {provider}")
    for provider, values in chosen.items():
        call.world.options[provider].update(values)
    return show_options(call)


def list_happenings(call: Call) -> dict[str, Any]:
    return {
        provider.name: [
            {
                "happening": one.name,
                "summary": one.summary,
                "path": f"/_mock/world/{provider.name}/{one.name}",
                "fields": {name: rule.schema() for name, rule in one.fields.items()},
                "required": [name for name, rule in one.fields.items() if rule.required],
            }
            for one in provider.happenings()
        ]
        for provider in call.server.providers.values()
    }


def happen(call: Call) -> dict[str, Any]:
    """Make one happening of a provider happen. What it answers is the happening's own."""
    provider = call.server.providers[provider_named(call, call.values["provider"])]
    known = {one.name: one for one in provider.happenings()}
    name = call.values["happening"]
    if name not in known:
        raise unknown(f"happening at {provider.name}", name, known)
    happening = known[name]
    given = _read(call.body.root, happening.fields, "field")
    missing = [name for name, rule in happening.fields.items() if rule.required and given.get(name) is None]
    if missing:
        fields = {name: f"must be given: {happening.fields[name].about}" for name in missing}
        raise Refused(422, f"{missing[0]} must be given", fields=fields)
    values = {name: rule.default for name, rule in happening.fields.items()} | given
    try:
        return happening.happen(call.world, values)
    except CannotHappen as cannot:
        details: dict[str, Any] = {"fields": {cannot.field: str(cannot)}} if cannot.field else {}
        if cannot.known:
            details["known"] = cannot.known[:100]
        raise Refused(409 if cannot.conflict else 422, str(cannot), **details) from None


def _read(values: Mapping[str, Any], rules: Mapping[str, Rule], what: str) -> dict[str, Any]:
    """The values as their rules read them; Refused with everything that is wrong."""
    read: dict[str, Any] = {}
    problems: dict[str, str] = {}
    strange = ""
    for name, value in values.items():
        if name not in rules:
            problems[name] = f"there is no such {what}"
            strange = strange or name
            continue
        try:
            read[name] = rules[name].read(value)
        except ValueError:
            problems[name] = f"must be {rules[name].allowed}"
    if not problems:
        return read
    details: dict[str, Any] = {"fields": problems}
    if strange:
        details["known"] = list(rules)
        near = nearest(strange, rules)
        if near is not None:
            details["did_you_mean"] = near
    first, reason = next(iter(problems.items()))
    raise Refused(422, f"{first[:100]}: {reason}", **details)
