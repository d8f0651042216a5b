"""Trunk groups: where the account's calls go (reference: behaviour.md §8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson

from mockserver.core.world import World
from mockserver.providers.idt import errors, wire
from mockserver.providers.idt.assumptions import MOST_ERRORS
from mockserver.providers.idt.errors import Problem
from mockserver.providers.idt.reading import Call, in_body_order, is_integer, path_id
from mockserver.providers.idt.rows import Number, Switch, TrunkGroup

_FIELDS = ("name", "ring_type", "pop", "is_default", "switches")
_CHOICES = {"ring_type": ("simultaneous", "sequential"), "pop": ("US", "UK", "HK")}
_LONGEST_NAME = 50
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_PORT = 5060
_PORTS = range(1024, 65536)
_FIRST_ID = 268477  # after that of the examples; ids are never used twice


def create_trunk_group(call: Call) -> bytes:
    """A new group. The first one of an account becomes its default, whatever it asks for."""
    world, body = call.world, call.body(_FIELDS)
    _check(call, body, None)
    groups = world.table(TrunkGroup)
    group_id = world.ids.next("idt.trunk_groups", _FIRST_ID)
    group = _plain(group_id, body["name"], is_default=not len(groups))
    return _store(world, group, body, "created")


def update_trunk_group(call: Call) -> bytes:
    """Change a group. What is left out stays (assumed; an option resets it); `switches` replaces the list."""
    group, world = _named_in_path(call), call.world
    body = call.body(_FIELDS)
    _check(call, body, group.id)
    if world.options["idt"]["trunk_group_update"] == "reset":
        group = _plain(group.id, group.name, is_default=group.is_default)
    return _store(world, replace(group, name=body["name"]), body, "updated")


def get_trunk_group(call: Call) -> bytes:
    return _answer(_named_in_path(call))


def get_trunk_groups(call: Call) -> bytes:
    """One page of the groups, by name."""
    page = call.page()
    groups = sorted(call.world.table(TrunkGroup), key=lambda group: (group.name.lower(), group.id))
    return orjson.dumps(
        {
            "trunk_groups": [wire.trunk_group(group) for group in page.cut(groups)],
            "meta": wire.meta_page(page.number, page.size, len(groups)),
        }
    )


def delete_trunk_group(call: Call) -> None:
    """Take a group away; its numbers fall back to the default. 4006 for the default itself."""
    group, world = _named_in_path(call), call.world
    if group.is_default:
        raise errors.cannot_delete_trunk_group()
    numbers = world.table(Number)
    for row in [row for row in numbers if row.trunk_group_id == group.id]:
        numbers.put(replace(row, trunk_group_id=None))
    world.table(TrunkGroup).remove(group.id)
    world.announce(f"idt.trunk_groups/{group.id}", "deleted")


def set_trunk_group(call: Call) -> None:
    """Route numbers to a group, or to the default with null. All of them or none."""
    world, body = call.world, call.body(("trunk_group_id", "numbers"))
    group_id: Any = body.get("trunk_group_id")
    names: Any = body.get("numbers")
    problems: list[Problem] = []
    if "trunk_group_id" not in body:
        problems.append(errors.required("trunk_group_id", "/trunk_group_id"))
    elif group_id is not None and not is_integer(group_id):
        problems.append(errors.invalid("trunk_group_id", "must be an integer or null", "/trunk_group_id"))
    if names is None:
        problems.append(errors.required("numbers", "/numbers"))
    elif not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        problems.append(errors.invalid("numbers", "must be a list of strings", "/numbers"))
    if problems:
        raise errors.refused(in_body_order(problems, body))

    if group_id is not None and group_id not in world.table(TrunkGroup):
        problems.append(errors.trunk_group_in_body_not_found())
    numbers = world.table(Number)
    found: dict[str, Number] = {}
    for index, name in enumerate(names):
        if len(problems) >= MOST_ERRORS:
            break
        row = numbers.get(name)
        if row is None or row.status != "active":
            problems.append(errors.number_in_body_not_found(index))
        else:
            found[name] = row
    if problems:
        raise errors.missing_in_body(problems)
    for row in found.values():
        numbers.put(replace(row, trunk_group_id=group_id))


def _named_in_path(call: Call) -> TrunkGroup:
    group_id = path_id(call.values[0])
    group = None if group_id is None else call.world.table(TrunkGroup).get(group_id)
    if group is None:
        raise errors.trunk_group_not_found()
    return group


def _plain(group_id: int, name: str, *, is_default: bool) -> TrunkGroup:
    """A group whose optional fields were left out."""
    return TrunkGroup(group_id, name, _CHOICES["ring_type"][0], _CHOICES["pop"][0], is_default, ())


def _store(world: World, group: TrunkGroup, body: dict[str, Any], change: str) -> bytes:
    """Put the optional fields that were sent into the group, keep one default, store and show it."""
    sent = {name: body[name] for name in _CHOICES if body.get(name) is not None}
    if body.get("switches") is not None:
        sent["switches"] = tuple(
            Switch(switch["ip"], _PORT if switch.get("port") is None else switch["port"])
            for switch in body["switches"]
        )
    group = replace(group, **sent, is_default=group.is_default or body.get("is_default") is True)
    groups = world.table(TrunkGroup)
    if group.is_default:
        for other in [other for other in groups if other.is_default and other.id != group.id]:
            groups.put(replace(other, is_default=False))
    groups.put(group)
    world.announce(f"idt.trunk_groups/{group.id}", change)
    return _answer(group)


def _answer(group: TrunkGroup) -> bytes:
    return orjson.dumps({"trunk_group": wire.trunk_group(group), "meta": {}})


# --- checks ------------------------------------------------------------------------------------------


def _check(call: Call, body: dict[str, Any], own_id: int | None) -> None:
    """Refuse every wrong field in one answer. `own_id` is the group whose name may stay as it is."""
    problems = _name_problems(body.get("name"), call.world.table(TrunkGroup), own_id)
    for field, choices in _CHOICES.items():
        value = body.get(field)
        if value is not None and value not in choices:
            problems.append(errors.invalid(field, f"must be one of {', '.join(choices)}", f"/{field}"))
    is_default = body.get("is_default")
    if is_default is not None and not isinstance(is_default, bool):
        problems.append(errors.invalid("is_default", "must be true or false", "/is_default"))
    problems.extend(_switch_problems(call, body.get("switches")))
    if problems:
        raise errors.refused(in_body_order(problems, body))


def _name_problems(name: Any, groups: Iterable[TrunkGroup], own_id: int | None) -> list[Problem]:
    """Names are unique without regard to case and blanks at the ends (assumed), and stored as sent."""
    if name is None:
        return [errors.required("name", "/name")]
    if not isinstance(name, str) or not name.strip():
        return [errors.invalid("name", "must be text", "/name")]
    if len(name) > _LONGEST_NAME:
        return [errors.invalid("name", f"must not be longer than {_LONGEST_NAME} characters", "/name")]
    plain = name.strip().casefold()
    if any(group.id != own_id and group.name.strip().casefold() == plain for group in groups):
        return [errors.invalid("name", "is already in use", "/name")]
    return []


def _switch_problems(call: Call, switches: Any) -> list[Problem]:
    if switches is None:
        return []
    if not isinstance(switches, list) or not all(isinstance(switch, dict) for switch in switches):
        return [errors.invalid("switches", "must be a list of objects", "/switches")]
    problems: list[Problem] = []
    for index, switch in enumerate(switches):
        if len(problems) >= MOST_ERRORS:
            break
        call.ignore(switch, ("ip", "port"), f"switches.{index}.")
        ip, port = switch.get("ip"), switch.get("port")
        if ip is None:
            problems.append(errors.required("ip", f"/switches/{index}/ip"))
        elif not _is_ipv4(ip):
            problems.append(errors.invalid("ip", "must be an IPv4 address", f"/switches/{index}/ip"))
        if port is not None and not (is_integer(port) and port in _PORTS):
            source = f"/switches/{index}/port"
            problems.append(errors.invalid("port", f"must be from {_PORTS[0]} to {_PORTS[-1]}", source))
    return problems


def _is_ipv4(text: Any) -> bool:
    """Four numbers with dots, none with leading zeros; no CIDR suffix."""
    return isinstance(text, str) and _IPV4.fullmatch(text) is not None
