"""For filters of trunks and pools whose name is no attribute: values to try, and what they must leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.didww.account import Account

Row = dict[str, Any]
Rules = dict[str, Callable[[Row], bool]]


def _types(attribute: str) -> Callable[[Account, list[Row], dict[str, Any]], Rules]:
    """The kinds of object that an attribute holds: each alone, two with a comma, none."""

    def rules(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
        def kind(row: Row) -> str:
            return row["attributes"][attribute]["type"]  # type: ignore[no-any-return]

        words: list[str] = facts.get(f"enum_{account.version}", facts["enum"])
        assert {kind(row) for row in rows} == set(words), "one of each in the seed"
        found: Rules = {word: (lambda row, word=word: kind(row) == word) for word in words}
        found[",".join(words[:2])] = lambda row: kind(row) in words[:2]
        if facts.get("blank"):
            found[""] = lambda row: False
        return found

    return rules


def _name_contains(_: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    def name(row: Row) -> str:
        return row["attributes"]["name"]  # type: ignore[no-any-return]

    first, second = name(rows[0])[1:3], name(rows[-1])[-4:]
    return {
        first: lambda row: first in name(row),
        f"{first},{second}": lambda row: first in name(row) or second in name(row),
        "nothing has this": lambda row: False,
        "": lambda row: not name(row),
    }


def _unassigned(_: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    def free(row: Row) -> bool:
        counts = row["attributes"]
        return counts["total_channels_count"] > counts["assigned_channels_count"]  # type: ignore[no-any-return]

    assert {free(row) for row in rows} == {True, False}
    return {"true": free, "false": lambda row: not free(row)}


def _country(_: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    def countries(row: Row) -> set[str]:
        return {link["id"] for link in row["relationships"]["countries"]["data"]}

    of_all = sorted(set.union(*map(countries, rows)))
    some = [key for key in of_all if 0 < sum(key in countries(row) for row in rows) < len(rows)]
    return {key: (lambda row, key=key: key in countries(row)) for key in [*some[:2], "nowhere"]}


def _default_did(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    """Shown up to 2022-05-10, filtered by in both."""
    shown = account.as_of("2022-05-10").get("/voice_out_trunks?include=default_did").data
    links = {row["id"]: row["relationships"]["default_did"]["data"] for row in shown}
    given = next(link["id"] for link in links.values() if link)
    return {given: lambda row: (links[row["id"]] or {}).get("id") == given, "nothing": lambda row: False}


VOICE: dict[tuple[str, str], Callable[[Account, list[Row], dict[str, Any]], Rules]] = {
    ("voice_in_trunks", "configuration.type"): _types("configuration"),
    ("voice_out_trunks", "authentication_method.type"): _types("authentication_method"),
    ("voice_out_trunks", "name_contains"): _name_contains,
    ("voice_out_trunks", "default_did.id"): _default_did,
    ("capacity_pools", "has_unassigned_channels"): _unassigned,
    ("capacity_pools", "country.id"): _country,
}
