"""For filters by NANPA prefix: values to try, and what they must leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.didww.account import Account

Row = dict[str, Any]
Rules = dict[str, Callable[[Row], bool]]
GREENVILLE = "eeed293b-f3d8-4ef8-91ef-1b077d174b3b"  # 864-555
NOBODY = "00000000-0000-4000-8000-000000000000"


def _american(account: Account) -> Callable[[Row], bool]:
    ids = {group["id"] for group in account.groups if group["country"]["attributes"]["prefix"] == "1"}
    return lambda row: row["id"] in ids


def _groups_by_id(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    local = {row["id"]: row["attributes"]["prefix"] for row in filter(_american(account), rows)}
    jersey = account.get("/nanpa_prefixes?filter[npanxx]=201555").data[0]["id"]
    metered = {row["id"] for row in rows if row["attributes"]["is_metered"]}
    return {
        GREENVILLE: lambda row: local.get(row["id"]) == "864",
        f"{GREENVILLE},{jersey}": lambda row: local.get(row["id"]) in ("864", "201"),
        NOBODY: lambda row: False,
        "": lambda row: row["id"] not in local or row["id"] in metered,
    }


def _groups_by_digits(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    found = _groups_by_id(account, rows, facts)
    return {"864555": found[GREENVILLE], "864200": found[NOBODY], "": found[""]}


def _numbers(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    return {
        GREENVILLE: lambda row: row["attributes"]["number"].startswith("1864555"),
        NOBODY: lambda row: False,
    }


def _digits(_: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    def digits(row: Row) -> str:
        return row["attributes"]["npa"] + row["attributes"]["nxx"]  # type: ignore[no-any-return]

    return {
        digits(rows[0]): lambda row: digits(row) == digits(rows[0]),
        "201200": lambda row: False,
        "2015": lambda row: False,
    }


def _by_groups(value: Callable[[Row], Any]) -> Callable[[Account, Row], list[Any]]:
    def values(account: Account, prefix: Row) -> list[Any]:
        npa, nxx = prefix["attributes"]["npa"], prefix["attributes"]["nxx"]
        american = _american(account)
        mine = [
            group
            for group in account.groups
            if american(group) and group["attributes"]["prefix"] == npa and nxx == "555"
        ]
        return [value(group) for group in mine if not group["attributes"]["is_metered"]]

    return values


def _features(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    of_group = _by_groups(lambda group: group["attributes"]["features"])
    known = {
        row["id"]: {word for words in of_group(account.as_of("2022-05-10"), row) for word in words}
        for row in rows
    }
    words = ("voice_out", "t38")
    return {
        **{word: (lambda row, word=word: word in known[row["id"]]) for word in words},
        "sms_out": lambda row: "sms_out" in known[row["id"]],
        "t38,voice_out": lambda row: not known[row["id"]].isdisjoint(words),
    }


def _available(account: Account, rows: list[Row], facts: dict[str, Any]) -> Rules:
    in_stock = _by_groups(lambda group: group["meta"]["is_available"])
    known = {row["id"]: any(in_stock(account, row)) for row in rows}
    assert {*known.values()} == {True, False}
    return {"true": lambda row: known[row["id"]], "false": lambda row: not known[row["id"]]}


RECORDS: dict[tuple[str, str], Callable[[Account, list[Row], dict[str, Any]], Rules]] = {
    ("did_groups", "nanpa_prefix.id"): _groups_by_id,
    ("did_groups", "nanpa_prefix.npanxx"): _groups_by_digits,
    ("available_dids", "nanpa_prefix.id"): _numbers,
    ("nanpa_prefixes", "npanxx"): _digits,
    ("nanpa_prefixes", "did_group.features"): _features,
    ("nanpa_prefixes", "did_group.is_available"): _available,
}
