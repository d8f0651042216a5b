"""The fuzzer of DIDWW: ids of records that exist, where a document only asks for an id."""

from __future__ import annotations

from typing import Any

from schemathesis import Case

from contracts.build_didww import document
from contracts.didww_tables import of_version
from tests.contracts.fuzzing import Fuzzer
from tests.didww.account import Account
from tests.support import Server

# Members of items that name a record, and its type.
NAMED = {
    "sku_id": "stock_keeping_units",
    "available_did_id": "available_dids",
    "did_reservation_id": "did_reservations",
    "nanpa_prefix_id": "nanpa_prefixes",
    "capacity_pool_id": "capacity_pools",
}
OFTEN = 0.8


class DidwwFuzzer(Fuzzer):
    """The operations of one version, tried on a sandbox."""

    def __init__(self, version: str, server: Server, sandbox: str) -> None:
        account = Account(server, sandbox, version)
        headers = {"api-key": f"sandbox-{sandbox}", "x-didww-api-version": version}
        super().__init__(document(version), server, "/didww", headers, {})
        self._ids = {
            kind: [row["id"] for row in account.get(f"/{kind}?page[size]=5").data[:5]]
            for kind in of_version(version).lists
        }
        groups = account.get("/did_groups?include=stock_keeping_units&page[size]=50").body["included"]
        self._ids["stock_keeping_units"] = [row["id"] for row in groups][:20]

    def _with_known(self, case: Case, chance: Any) -> Case:
        kind = case.path.split("/")[2]
        if "id" in (case.path_parameters or {}) and chance.random() < OFTEN:
            case.path_parameters["id"] = self._one(kind, chance) or case.path_parameters["id"]
        for name in case.query or ():
            target = self._target(name)
            if target and chance.random() < OFTEN:
                case.query[name] = self._one(target, chance) or case.query[name]
        self._settle(case, chance)
        return case

    def _settle(self, case: Case, chance: Any) -> None:
        if isinstance(case.body, dict) and isinstance(data := case.body.get("data"), dict):
            if "id" in data and "{id}" in case.path and chance.random() < OFTEN:
                data["id"] = case.path_parameters.get("id")
            for part in ("attributes", "relationships"):
                if part in data:
                    data[part] = self._put(data[part], chance)
        elif isinstance(case.body, dict):
            case.body = self._put(case.body, chance)

    def _one(self, kind: str, chance: Any) -> str | None:
        known = self._ids.get(kind)
        return chance.choice(known) if known else None

    def _target(self, parameter: str) -> str | None:
        """The type that `filter[country.id]` names."""
        named = parameter.removeprefix("filter[").removesuffix(".id]")
        return next((kind for kind in self._ids if named in (kind[:-1], f"{kind[:-3]}y")), None)

    def _put(self, node: Any, chance: Any) -> Any:
        if isinstance(node, list):
            return [self._put(item, chance) for item in node]
        if not isinstance(node, dict):
            return node
        made = {name: self._put(value, chance) for name, value in node.items()}
        if isinstance(made.get("type"), str) and "id" in made and chance.random() < OFTEN:
            made["id"] = self._one(made["type"], chance) or made["id"]
        for name in made.keys() & NAMED.keys():
            if chance.random() < OFTEN:
                made[name] = self._one(NAMED[name], chance) or made[name]
        return made
