"""Every list of every version, as one account shows it: what the tables declare, and the rows, read once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from contracts.didww_tables import VERSIONS, Tables, of_version
from tests.didww.account import Account, Answer

Row = dict[str, Any]
NOBODY = "00000000-0000-4000-8000-000000000000"

# Paths that a filter or a sort key takes where its first part is no relationship of the type.
_THROUGH = {
    ("dids", "country"): "did_group.country",
    ("dids", "region"): "did_group.region",
    ("dids", "city"): "did_group.city",
    ("dids", "trunk"): "voice_in_trunk",
    ("dids", "trunk_group"): "voice_in_trunk_group",
    ("available_dids", "country"): "did_group.country",
    ("available_dids", "region"): "did_group.region",
    ("available_dids", "city"): "did_group.city",
    ("available_dids", "did_group_type"): "did_group.did_group_type",
    ("emergency_calling_services", "identity"): "address.identity",
    ("capacity_pools", "country"): "countries",
}


def each_list() -> list[Any]:
    """(version, list) of every list; ids like `2021-04-19-trunks`."""
    return [
        pytest.param(version, kind, id=f"{version}-{kind}")
        for version in VERSIONS
        for kind in of_version(version).lists
    ]


def each(part: str, wanted: Callable[[Any], bool] = lambda facts: True) -> list[Any]:
    """(version, list, name) of every entry of a part of the tables; ids like `2021-04-19-dids-trunk.id`."""
    return [
        pytest.param(version, kind, name, id=f"{version}-{kind}-{name}")
        for version in VERSIONS
        for kind, table in getattr(of_version(version), part).items()
        for name, facts in table.items()
        if wanted(facts)
    ]


class Lists:
    """The lists of an account in one version. `kept` is shared by all versions of the account."""

    def __init__(self, account: Account, kept: dict[Any, Any]) -> None:
        assert account.version is not None
        self.account = account
        self.version = account.version
        self.tables: Tables = of_version(account.version)
        self._kept = kept

    def as_of(self, version: str) -> Lists:
        return Lists(self.account.as_of(version), self._kept)

    def newest(self, kind: str) -> str:
        """The name in the newest version of a type."""
        name: str = self.tables.types[kind]["newest"]
        return name

    def path(self, kind: str, **query: str) -> str:
        """The list, whole pages of it; `query` is added, values as they are."""
        size = {"page[size]": "1000"} if self.tables.lists[kind]["paginated"] else {}
        return f"/{kind}?" + "&".join(f"{name}={value}" for name, value in {**size, **query}.items())

    def ask(self, kind: str, **query: str) -> Answer:
        """A request for the list; of the long lists one attribute will do."""
        if kind in ("did_groups", "cities"):
            query[f"fields[{kind}]"] = next(iter(self.tables.types[kind]["attributes"]))
        return self.account.get(self.path(kind, **query))

    def filtered(self, kind: str, name: str, value: str) -> Answer:
        return self.ask(kind, **{f"filter[{name}]": quote(value, safe=",")})

    def rows(self, kind: str) -> list[Row]:
        """Every row in default order, with the linkage of all relationships. Numbers on sale: a sample."""
        key = (self.version, kind)
        if key not in self._kept:
            include = ",".join(self.tables.includes[kind])
            if kind == "available_dids":
                groups = [self.account.group(3, skip=skip)["id"] for skip in range(4)]
                found = [
                    row
                    for group in groups
                    for row in self.ask(kind, include=include, **{"filter[did_group.id]": group}).data[:3]
                ]
            else:
                found = self.account.all(self.path(kind, include=include))
            self._kept[key] = found
        rows: list[Row] = self._kept[key]
        return rows

    def by_id(self, kind: str) -> dict[str, Row]:
        key = (self.version, kind, "by id")
        if key not in self._kept:
            self._kept[key] = {row["id"]: row for row in self.rows(kind)}
        found: dict[str, Row] = self._kept[key]
        return found

    def value(self, kind: str, path: str) -> Callable[[Row], Any]:
        """A function to what lies at `status`, `country.id`, `did_group.features`, `configuration.type`."""
        first, dot, rest = path.partition(".")
        facts = self.tables.types[kind]
        if path == "id":
            return lambda row: row["id"]
        if not dot:
            part = "attributes" if first in facts["attributes"] else "meta"
            return lambda row: row[part][first]
        if first in facts["attributes"]:
            return lambda row: row["attributes"][first][rest]
        if first == "meta":
            return lambda row: row["meta"][rest]
        if first not in facts["relationships"]:
            return self.value(kind, f"{_THROUGH[self.newest(kind), first]}.{rest}")
        relationship = facts["relationships"][first]
        if "many" in relationship:
            assert rest == "id"
            return lambda row: [link["id"] for link in row["relationships"][first]["data"]]
        inner = self.value(relationship["one"], rest)
        targets = {} if rest == "id" else self.by_id(relationship["one"])

        def value(row: Row) -> Any:
            link = row["relationships"][first]["data"]
            if link is None:
                return None
            return inner(link if rest == "id" else targets[link["id"]])

        return value


def collated(text: str) -> str:
    """As DIDWW sorts names: spaces, punctuation, accents and case do not count (recorded)."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isalnum()).casefold()
