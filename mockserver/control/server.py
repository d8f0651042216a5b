"""Operations about the whole server: health, sandboxes, what it serves."""

from __future__ import annotations

from typing import Any

from mockserver.control import presets, snapshots
from mockserver.control.call import (
    Answer,
    Call,
    Operation,
    Refused,
    control_url,
    instant,
    optional_instant,
    unknown,
)
from mockserver.control.openapi import document, full_paths
from mockserver.core.provider import DEFAULT_SANDBOX
from mockserver.core.world import World


def index(call: Call) -> dict[str, Any]:
    paths = [f"{one.method} {path}" for one in call.server.operations for path in full_paths(one)]
    return {
        "server": "mockserver",
        "version": call.server.version,
        "openapi": control_url(call.base_url, DEFAULT_SANDBOX) + "/openapi.json",
        "routes": paths,
    }


def health(call: Call) -> dict[str, Any]:
    return {"status": "ok"}


def ready(call: Call) -> dict[str, Any]:
    """The seed is loaded before the server listens; the default sandbox is there once this is called."""
    return {"ready": True}


def version(call: Call) -> dict[str, Any]:
    return {"server": "mockserver", "version": call.server.version}


def list_sandboxes(call: Call) -> dict[str, Any]:
    """All of them, the one idle longest first."""
    return {"sandboxes": [_sandbox(call, world) for world in call.server.sandboxes]}


def create_sandbox(call: Call) -> Answer:
    """201 for a new one, 200 for one that was there; either is kept from now on."""
    sandboxes = call.server.sandboxes
    name = call.body.name
    if name is None:
        number = 1
        while sandboxes.find(name := f"box-{number}") is not None:
            number += 1
    kept = None if call.body.snapshot is None else snapshots.named(call, call.body.snapshot)
    preset = None if call.body.preset is None else presets.named(call, call.body.preset, "preset")
    if sandboxes.find(name) is not None:
        if kept is not None:
            raise Refused(409, f"there is a sandbox {name!r} already; restore the snapshot in it")
        if preset is not None:
            raise Refused(409, f"there is a sandbox {name!r} already; reset it to the preset")
        return Answer(200, _sandbox(call, sandboxes.open(name, keep=True)))
    world = sandboxes.open(name, keep=True)
    if kept is not None:
        snapshots.restore(world, kept)
    if preset is not None:
        world.reset(prepare=preset.prepare)
    return Answer(201, _sandbox(call, world))


def show_sandbox(call: Call) -> dict[str, Any]:
    return _sandbox(call, named_sandbox(call))


def drop_sandbox(call: Call) -> dict[str, Any]:
    name = named_sandbox(call).name
    call.server.sandboxes.drop(name)
    return {"dropped": name}


def list_routes(call: Call) -> dict[str, Any]:
    providers = {
        provider.name: {
            "title": provider.title,
            "prefix": provider.prefix,
            "hosts": sorted(provider.hosts),
            "operations": [
                {
                    "operation": route.operation,
                    "method": route.method,
                    "path": provider.prefix + route.path,
                    "summary": route.summary,
                    "implemented": route.implemented,
                }
                for route in provider.routes()
            ],
        }
        for provider in call.server.providers.values()
    }
    return {"providers": providers, "control": [_control_route(one) for one in call.server.operations]}


def list_magic(call: Call) -> dict[str, Any]:
    """Values that lead to a special outcome without any call to this API."""
    return {
        provider.name: [
            {"value": one.value, "where": one.where, "leads_to": one.leads_to} for one in provider.magic()
        ]
        for provider in call.server.providers.values()
    }


def openapi(call: Call) -> dict[str, Any]:
    return document(call.server.operations, call.server.version, call.base_url)


def clock_state(world: World) -> dict[str, Any]:
    """How a sandbox's clock runs and where it stands."""
    return {
        "mode": world.clock.mode,
        "rate": world.clock.rate,
        "now": instant(world.clock.live()),
        "next_due": optional_instant(world.scheduler.next_due()),
    }


def _control_route(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation.name,
        "method": operation.method,
        "path": full_paths(operation)[0],
        "summary": operation.summary,
        "scope": operation.scope,
    }


def named_sandbox(call: Call) -> World:
    """The sandbox that the path names; looking at it is not use of it."""
    name = call.values["name"]
    world = call.server.sandboxes.find(name)
    if world is None:
        raise unknown_sandbox(call.server.sandboxes, name)
    return world


def unknown_sandbox(sandboxes: Any, name: str) -> Exception:
    """The refusal of a sandbox that does not exist."""
    return unknown("sandbox", name, [world.name for world in sandboxes])


def _sandbox(call: Call, world: World) -> dict[str, Any]:
    providers = call.server.providers.values()
    return {
        "name": world.name,
        "kept": call.server.sandboxes.kept(world.name),
        "base_urls": {provider.name: call.base_url + provider.prefix for provider in providers},
        "credentials": {provider.name: provider.credentials(world.name) for provider in providers},
        "control": control_url(call.base_url, world.name),
        "clock": clock_state(world),
        "journal": {"count": world.journal.count, "kept": len(world.journal)},
    }
