"""The fuzzer of the control API: names that exist, documents that were given out, and those spoiled."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from schemathesis import Case

from contracts.build_control import documents
from mockserver.conformance import documents as contracts
from mockserver.conformance.inspector import Inspector
from mockserver.control.api import ControlAPI
from mockserver.control.guard import Guard
from mockserver.core.messages import Response
from mockserver.core.world import World
from mockserver.version import VERSION
from tests.contracts.fuzzing import Fuzzer
from tests.support import NOON, Server

DOCUMENT = documents()["control/openapi.json"]
BOX = "box"
OFTEN = 0.8
# Stands for half of a surrogate pair, which JSON can name and no text of schemathesis may hold.
LONE = "\ue000"
# What no document holds, or not at that place.
JUNK: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, -(2**70), 10**400, 0.5, -1.5, 1e300),
    *("", "x", "0", "-1", "1e999999999", "NaN", "Infinity", "9" * 400, "\x00", LONE, "é" * 300),
    *(
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59.999999Z",
        "2026-03-01",
        "P99999999999D",
        "1ns",
        "-5s",
    ),
    *([], {}, [[]], [None], {"": None}, ["x", "x"], {"x": {"x": []}}),
]


class ControlServer(Server):
    """A server whose requests go to its control API, without the event loop that is around it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(rate_limits=False, max_sandboxes=4, **settings)
        providers = self.gateway.providers
        self.api = ControlAPI(
            self.gateway.sandboxes,
            providers.values(),
            version=VERSION,
            guard=Guard(admin_token=self.settings.admin_token),
            inspector=Inspector(providers),
        )
        self._fresh: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json: Any = None,
    ) -> Response:
        path, _, query = target.partition("?")
        if json is not None:
            body = orjson.dumps(json)
        content = body.encode() if isinstance(body, str) else body or b""
        content = content.replace(b"\\ue000", b"\\ud800")
        sent = {"host": "127.0.0.1:8080"}
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        answer = self.api.handle(method, path, query, sent, content)
        if answer.status == 408:  # whoever waits asks again until then
            assert self.api.patience(method, path, content).total_seconds() <= 60
        return answer

    def fresh(self) -> None:
        """Two sandboxes with something of everything in them, the clocks standing at noon, one snapshot."""
        sandboxes = self.gateway.sandboxes
        for world in sandboxes:
            if world.name not in ("default", BOX):
                sandboxes.drop(world.name)
        for name in ("default", BOX):
            self._freshen(sandboxes.open(name, keep=True))
        if not self._kept:
            self._kept = {"kept": sandboxes.open(BOX).capture(), "bare": self._bare()}
        sandboxes.snapshots.clear()
        sandboxes.snapshots.update(self._kept)

    def still(self) -> None:
        """Let time stand still in all sandboxes; the default one is there."""
        self.gateway.sandboxes.open("default")
        for world in self.gateway.sandboxes:
            world.clock.set(mode="frozen", now=world.clock.now())

    def _freshen(self, world: World) -> None:
        world.base = None
        if world.name not in self._fresh:
            world.clock.set(mode="frozen", now=NOON)
            self._fill(world)
            self._fresh[world.name] = world.capture()
        world.restore(self._fresh[world.name])
        if not len(world.journal):
            self._ask(world)
            world.restore(self._fresh[world.name])

    def _fill(self, world: World) -> None:
        """Orders that wait, callbacks that are to be sent, faults."""
        of = "" if world.name == "default" else f"/sandboxes/{world.name}"
        self._ask(world)
        for json in (
            {"id": "slow", "probability": 0.5, "effect": {"latency": "1s"}},
            {"id": "late", "provider": "idt", "nth": 900, "effect": {"status": 503}},
        ):
            assert self.request("POST", f"/_mock{of}/faults", json=json).status == 201

    def _ask(self, world: World) -> None:
        """A few requests to providers, one of which orders with a callback."""
        key = {"host": "127.0.0.1:8080", "api-key": f"sandbox-{world.name}"}

        def get(path: str, query: str = "") -> Any:
            return orjson.loads(self.gateway.handle("GET", f"/didww/v3/{path}", query, key, b"").body)

        groups = get("did_groups", "include=stock_keeping_units&page[size]=200&filter[is_metered]=false")
        group = next(
            one
            for one in groups["data"]
            if one["meta"]["total_count"] > 3 and not one["meta"]["needs_registration"]
        )
        sku = group["relationships"]["stock_keeping_units"]["data"][0]["id"]
        item = {"type": "did_order_items", "attributes": {"sku_id": sku, "qty": 1}}
        attributes = {"items": [item], "callback_url": "http://127.0.0.1:9/", "callback_method": "post"}
        order = orjson.dumps({"data": {"type": "orders", "attributes": attributes}})
        sent = {**key, "content-type": "application/vnd.api+json"}
        ordered = self.gateway.handle("POST", "/didww/v3/orders", "", sent, order)
        assert ordered.status == 201
        world.fire(f"didww.orders/{orjson.loads(ordered.body)['data']['id']}")
        get("orders/1")
        self.gateway.handle("GET", "/idt/v1/orders", "x=1", {**key, "x-api-key": "\xff"}, b"\xff\x00")

    def _bare(self) -> Any:
        world = self.gateway.sandboxes.open("bare")
        world.reset(empty=True)
        world.clock.set(mode="frozen", now=NOON)
        captured = world.capture()
        self.gateway.sandboxes.drop("bare")
        return captured

    def everything(self) -> dict[str, Any]:
        """All that a refused call must leave alone."""
        sandboxes = self.gateway.sandboxes
        return {
            "snapshots": dict(sandboxes.snapshots),
            "retired": dict(sandboxes.retired.counts),
            **{world.name: (sandboxes.kept(world.name), *_whole(world)) for world in sandboxes},
        }


def _whole(world: World) -> tuple[Any, ...]:
    return (
        world.capture(),
        world.base,
        dict(world.coverage.counts),
        world.journal.count,
        len(world.journal),
        world.outbox.chaos,
    )


class ControlFuzzer(Fuzzer):
    """The operations of the control API, tried on a server that `fresh` has filled."""

    def __init__(self, server: ControlServer) -> None:
        super().__init__(DOCUMENT, server, "", {}, {})
        server.fresh()
        self._control = server
        world = server.world()
        providers = server.gateway.providers
        numbers = [exchange.number for exchange in world.journal]
        rows = [(name, str(key)) for name, table in world.tables().items() for key in list(table.rows)[:3]]
        pending = [entry.job.subject for entry in world.scheduler.agenda()]
        self._documents = {
            name: orjson.loads(server.request("GET", f"/_mock/{name}").body)
            for name in ("snapshots/kept", "snapshots/bare", "seed", "options", "limits")
        }
        self._happenings = {
            (provider.name, one.name): {name: rule.schema() for name, rule in one.fields.items()}
            for provider in providers.values()
            for one in provider.happenings()
        }
        # What the parameters of a path name together, by the start of the path.
        self._together: dict[str, list[dict[str, str]]] = {
            "/contracts": [_contract(name) for name in contracts.names()],
            "/sandboxes": [{"name": "default"}, {"name": BOX}],
            "/transitions": [dict(zip(("type", "id"), one.split("/", 1), strict=True)) for one in pending]
            + [{"type": name, "id": "1"} for name in world.policies.outcomes],
            "/world": [dict(zip(("provider", "happening"), pair, strict=True)) for pair in self._happenings],
            "/faults": [{"id": "slow"}, {"id": "late"}],
            "/callbacks": [{"id": one.id} for one in world.outbox],
            "/snapshots": [{"name": "kept"}, {"name": "bare"}],
            "/state": [
                {"provider": name.partition(".")[0], "type": name.partition(".")[2], "id": key}
                for name, key in rows
            ],
            "/requests": [{"id": str(number)} for number in numbers],
        }
        presets = [one.name for provider in providers.values() for one in provider.presets()]
        named = list(providers)
        errors = [error.code for provider in providers.values() for error in provider.errors()]
        shelves = [key for name in named for key in list(world.stock(name).shelves.by_key)[:3]]
        subjects = [*pending, *(one.subject for one in world.outbox), "didww.orders"]
        operations = [route.operation for one in providers.values() for route in one.routes()]
        outcomes = [word for words in world.policies.outcomes.values() for word in words]
        known: dict[str, list[Any]] = {
            "provider": named,
            "version": ["2026-04-16", "v1"],
            "operation": operations,
            "kind": ["operation", "error", "rule"],
            "evidence": ["recorded", "assumed"],
            "claim": ["idt.create_order", "didww.orders.create"],
            "state": ["pending", "delivered", "failed", "held", "blocked"],
            "subject": subjects,
            "status": ["404", "4xx", "0", 503, 404],
            "contract": ["broken", "kept"],
            "with": ["now", "seed", "kept", "bare"],
            "name": [BOX, "default", "third"],
            "snapshot": ["kept", "bare"],
            "preset": presets,
            "to": ["seed", "empty", "snapshot:kept", *presets, "2026-03-02T00:00:00Z"],
            "now": ["2026-03-01T00:00:00Z", "2031-01-01T00:00:00+01:00"],
            "by": ["1s", "2d", "P1W"],
            "after": ["1s", 1, 0],
            "wait": ["0s", "1ms"],
            "timeout": ["0s", "1ms"],
            "ttl": ["1h"],
            "length": ["1h"],
            "latency": ["1ms"],
            "delay_by": ["1s"],
            "reorder_within": ["1s"],
            "outcome": outcomes,
            "error": errors,
            "takes": [*shelves, "442037691880"],
            "rival": shelves,
            "id": ["slow", "new"],
            "fault": ["slow", ""],
            "path": ["/v3/orders*", "/didww/*"],
        }
        self._known = known
        self._of_fields: dict[str, list[Any]] = {
            name: [str(key) for key in world.table_named(table).rows][:5]
            for name, table in (
                ("verification", "didww.address_verifications"),
                ("trunk", "didww.voice_out_trunks"),
                ("did", "didww.dids"),
                ("order", "idt.orders"),
                ("to", "didlogic.purchases"),
                ("number", "didlogic.purchases"),
                ("sip_account", "didlogic.sipaccounts"),
            )
        }

    def _with_known(self, case: Case, chance: Any) -> Case:
        if chance.random() < OFTEN:
            self._name(case, chance)
        for name, value in (case.path_parameters or {}).items():
            if str(value) in ("", ".", ".."):  # another path
                case.path_parameters[name] = "0"
        for name in case.query or ():
            if name in self._known and chance.random() < OFTEN:
                case.query[name] = str(chance.choice(self._known[name]))
        self._settle(case, chance)
        return case

    def _name(self, case: Case, chance: Any) -> None:
        """Things that exist in the path."""
        parameters = case.path_parameters or {}
        path = case.path.removeprefix("/_mock")
        if "sandbox" in parameters:
            parameters["sandbox"] = chance.choice([BOX, "default"])
            path = path.removeprefix("/sandboxes/{sandbox}")
        together = self._together.get("/" + path.split("/")[1], []) if path else []
        fitting = [one for one in together if parameters.keys() - {"sandbox"} <= one.keys()]
        if fitting:
            chosen = chance.choice(fitting)
            parameters.update({name: chosen[name] for name in parameters.keys() & chosen.keys()})

    def _settle(self, case: Case, chance: Any) -> None:
        make = self._whole_bodies().get(
            case.operation.definition.raw["operationId"].removesuffix("_of_sandbox")
        )
        if make is None or chance.random() > OFTEN:
            super()._settle(case, chance)
            return
        case.body = make(case.path_parameters or {}, chance)
        for _ in range(chance.choice([0, 1, 1, 2])):
            case.body = spoiled(case.body, chance)

    def _whole_bodies(self) -> dict[str, Callable[[Any, Any], Any]]:
        """What makes a body that the schema says nothing about."""
        return {
            "put_snapshot": lambda _, chance: self._one(["snapshots/kept", "snapshots/bare"], chance),
            "replace_seed": lambda _, chance: self._one(["seed"], chance),
            "change_limits": lambda _, chance: self._one(["limits"], chance),
            "change_options": self._options,
            "happen": self._fields,
            "change_row": self._row,
        }

    def _one(self, names: list[str], chance: Any) -> Any:
        return copy.deepcopy(self._documents[chance.choice(names)])

    def _options(self, _: Any, chance: Any) -> Any:
        options = self._documents["options"]
        provider = chance.choice(list(options))
        chosen = chance.choice(list(options[provider]))
        return {provider: {chosen: options[provider][chosen]["default"]}}

    def _fields(self, parameters: Any, chance: Any) -> Any:
        schemas = self._happenings.get((parameters.get("provider"), parameters.get("happening")), {})
        made = {}
        for name, schema in schemas.items():
            values = [*self._of_fields.get(name, []), *schema.get("enum", [])] or [
                schema.get("default", "1.00")
            ]
            made[name] = chance.choice(values)
        return made

    def _row(self, parameters: Any, chance: Any) -> Any:
        place = "/".join(str(parameters[name]) for name in ("provider", "type", "id"))
        shown = self._control.request("GET", f"/_mock/state/{place}")
        row = orjson.loads(shown.body)
        name = chance.choice(list(row))
        return {name: row[name]}


def _contract(name: str) -> dict[str, str]:
    parts = name.split("/")
    names = ("provider", "file") if len(parts) == 2 else ("provider", "version", "file")
    return dict(zip(names, parts, strict=True))


def spoiled(node: Any, chance: Any) -> Any:
    """The same with one thing in it that is wrong: another value, one too many, or one gone."""
    if isinstance(node, (dict, list)) and node and chance.random() < 0.85:
        places: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        place = chance.choice(places)
        kind = chance.random()
        if kind < 0.1:
            del node[place]
        elif kind < 0.15 and isinstance(node, dict):
            node[str(chance.choice(JUNK))[:20]] = node[place]
        elif kind < 0.2 and isinstance(node, list):
            node.append(copy.deepcopy(node[place]))
        else:
            node[place] = spoiled(node[place], chance)
        return node
    return copy.deepcopy(chance.choice(JUNK))
