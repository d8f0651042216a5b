"""For every filter: values to try, and the rule that says which rows they must leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.didww.account import Account
from tests.didww.contract import known_in, read
from tests.didww.forms import shape_of
from tests.didww.record_filters import RECORDS
from tests.didww.voice_filters import VOICE

Row = dict[str, Any]


def declared(kind: str, part: str, version: str) -> list[str]:
    """Names that the contract has for a version."""
    table = read("queries.yaml")[kind][part]
    return [name for name, facts in table.items() if known_in(facts, version)]


def everything(account: Account, kind: str) -> list[Row]:
    """The unfiltered list with what the filters look at. Numbers on sale: a sample over several groups."""
    if kind == "available_dids":
        groups = [account.group(3, skip=skip) for skip in range(4)]
        return [row for group in groups for row in account.available(group)[:3]]
    size = "page[size]=1000&" if read("queries.yaml")[kind]["paginated"] else ""
    includes = ",".join(name for name in declared(kind, "includes", account.version or ""))
    return account.all(f"/{kind}?{size}include={includes}")


def linked(name: str) -> Callable[[Row], str | None]:
    def value(row: Row) -> str | None:
        data = row["relationships"][name]["data"]
        return None if data is None else data["id"]

    return value


def through_group(account: Account, name: str) -> Callable[[Row], str | None]:
    """The id that a row's DID group is linked to: number and DID have no country of their own."""
    groups = {group["id"]: group for group in account.groups}

    def value(row: Row) -> str | None:
        group = groups[account.shop.setdefault("group of", {})[row["id"]]]
        if name == "did_group":
            return group["id"]  # type: ignore[no-any-return]
        if name not in group.setdefault("linked", {}):
            path = f"/did_groups/{group['id']}/{name}"
            data = account.get(path).data
            group["linked"][name] = None if data is None else data["id"]
        return group["linked"][name]  # type: ignore[no-any-return]

    return value


def remember_groups(account: Account, kind: str, rows: list[Row]) -> None:
    known = account.shop.setdefault("group of", {})
    if kind == "dids":
        known |= {row["id"]: row["relationships"]["did_group"]["data"]["id"] for row in rows}
    else:
        for row in rows:
            if row["id"] not in known:
                known[row["id"]] = account.get(f"/available_dids/{row['id']}/did_group").data["id"]


def filter_values(
    account: Account, kind: str, name: str, rows: list[Row]
) -> dict[str, Callable[[Row], bool]]:
    """Values to try for a filter, each with the rule that tells the rows it must leave."""
    facts = read("queries.yaml")[kind]["filters"][name]
    if name.endswith(("_gteq", "_lteq")):
        return bounds(name, rows)
    special = VOICE.get((kind, name)) or RECORDS.get((kind, name))
    if special is not None:
        return special(account, rows, facts)
    if name == "number_contains":
        part = rows[0]["attributes"]["number"][2:8]
        return {part: lambda row: part in row["attributes"]["number"]}
    if name in ("is_available", "needs_registration", "available_dids_enabled") and kind == "did_groups":
        return booleans(lambda row: row["meta"][name])
    if name == "is_available":
        sold = {
            through_group(account, {"countries": "country", "cities": "city"}[kind])({"id": group["id"]})
            for group in account.groups
            if group["meta"]["is_available"]
            and account.shop.setdefault("group of", {}).setdefault(group["id"], group["id"])
        }
        return booleans(lambda row: row["id"] in sold)
    if name == "did_group.needs_registration":
        by_id = {group["id"]: group["meta"]["needs_registration"] for group in account.groups}
        group_of = through_group(account, "did_group")
        return booleans(lambda row: by_id[group_of(row)])
    if name == "pending_removal":  # the DIDs that will not be renewed
        return booleans(lambda row: row["attributes"]["billing_cycles_count"] == 0)
    if name in ("features", "did_group.features"):
        return features(account, name, rows)
    if name == "id":
        return texts(lambda row: row["id"], rows, facts)
    if name == "order.reference":
        references = {row["id"]: row["attributes"]["reference"] for row in account.get("/orders").data}
        order_of = linked("order")
        return texts(lambda row: references[order_of(row)], rows, facts)
    if name.endswith(".id"):
        relation = {"trunk.id": "voice_in_trunk", "trunk_group.id": "voice_in_trunk_group"}.get(
            name, name.removesuffix(".id")
        )
        if kind in ("dids", "available_dids") and relation in (
            "country",
            "region",
            "city",
            "did_group",
            "did_group_type",
        ):
            return texts(through_group(account, relation), rows, facts)
        return texts(linked(relation), rows, facts)
    if facts["type"] == "boolean":
        return booleans(lambda row: row["attributes"][name])
    if facts.get("case_insensitive"):  # in both versions (documented)
        found = next(row["attributes"][name] for row in rows if row["attributes"][name])
        return {
            form: (lambda row: (row["attributes"][name] or "").lower() == found.lower())
            for form in (found, found.lower(), found.upper())
        }
    return texts(lambda row: row["attributes"][name], rows, facts)


def booleans(value: Callable[[Row], bool]) -> dict[str, Callable[[Row], bool]]:
    return {"true": lambda row: value(row), "false": lambda row: not value(row)}


def texts(
    value: Callable[[Row], Any], rows: list[Row], facts: dict[str, Any]
) -> dict[str, Callable[[Row], bool]]:
    """One value, two with a comma, none, and one that no row has."""
    seen = list(dict.fromkeys(str(found) for found in map(value, rows) if found not in (None, "")))
    nobody = "00000000-0000-4000-8000-000000000000"
    rules: dict[str, Callable[[Row], bool]] = {}
    if facts["type"] != "integer" and "enum" not in facts:
        rules[nobody] = lambda row: str(value(row)) == nobody
    for one in seen[:2]:
        rules[one] = lambda row, one=one: str(value(row)) == one  # type: ignore[misc]
    if facts.get("array") and len(seen) > 1 and not any("," in one for one in seen[:2]):
        rules[",".join(seen[:2])] = lambda row: str(value(row)) in seen[:2]
    if facts.get("blank"):
        rules[""] = lambda row: value(row) in (None, "")
    return rules


def bounds(name: str, rows: list[Row]) -> dict[str, Callable[[Row], bool]]:
    field, _, bound = name.rpartition("_")

    def value(row: Row) -> Any:
        return row["meta"]["total_count"] if field == "meta.total_count" else row["attributes"][field]

    middle = sorted(map(value, rows))[len(rows) // 2]
    if bound == "gteq":
        return {str(middle): lambda row: value(row) >= middle}
    return {str(middle): lambda row: value(row) <= middle}


def features(account: Account, name: str, rows: list[Row]) -> dict[str, Callable[[Row], bool]]:
    """A feature that some group has, and one of two."""
    by_id = {row["id"]: row["attributes"]["features"] for row in everything(account, "did_groups")}
    group_of = (
        through_group(account, "did_group") if name.startswith("did_group.") else (lambda row: row["id"])
    )
    known = shape_of("did_groups")["features_by_version"][account.version]  # type: ignore[index]
    rules: dict[str, Callable[[Row], bool]] = {
        feature: (lambda row, feature=feature: feature in by_id[group_of(row)]) for feature in known
    }
    two = known[:2]
    rules[",".join(two)] = lambda row: any(feature in by_id[group_of(row)] for feature in two)
    return rules
