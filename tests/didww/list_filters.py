"""For every filter of every list: values to try, each with the rule that tells the rows it must leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.didww.lists import NOBODY, Lists, Row

Rule = Callable[[Row], bool]
Rules = dict[str, Rule]
GREENVILLE = "eeed293b-f3d8-4ef8-91ef-1b077d174b3b"  # the prefix 864-555


def rules_of(lists: Lists, kind: str, name: str) -> Rules:
    """What to ask a filter for, and what it must leave."""
    facts = lists.tables.filters[kind][name]
    newest = lists.newest(kind)
    special = _SPECIAL.get((newest, name))
    if special is not None:
        return special(lists, kind)
    for suffix in ("_gteq", "_lteq"):
        if name.endswith(suffix):
            return _bound(lists, kind, name.removesuffix(suffix), suffix)
    part = name.endswith("_contains") or facts.get("match") == "contains"
    stem = name.removesuffix("_contains").removesuffix("_in")
    value = lists.value(kind, stem)
    if facts["type"] == "boolean":
        return _booleans(value)
    return _texts(value, lists.rows(kind), facts, part=part, several=name.endswith("_in"))


def _booleans(value: Callable[[Row], Any]) -> Rules:
    return {"true": lambda row: bool(value(row)), "false": lambda row: not value(row)}


def _texts(
    value: Callable[[Row], Any], rows: list[Row], facts: dict[str, Any], *, part: bool, several: bool
) -> Rules:
    """Values that rows have, two with a comma, none, and one that no row has; of a closed list all."""

    def texts(row: Row) -> list[str]:
        found = value(row)
        every = found if isinstance(found, list) else [found]
        return [str(one) for one in every if one not in (None, "")]

    def among(row: Row, wanted: list[str]) -> bool:
        return any(one in text if part else one == text for one in wanted for text in texts(row))

    seen = list(dict.fromkeys(text for row in rows for text in texts(row)))
    if part:
        seen = [text[1:-1] if len(text) > 4 else text for text in seen]
    words: list[str] = facts.get("enum") or seen[:2]
    rules: Rules = {word: (lambda row, word=word: among(row, [word])) for word in words}  # type: ignore[misc]
    if "enum" not in facts and facts["type"] == "string":
        rules[NOBODY] = lambda row: False
    if seen and facts.get("type") == "string" and "enum" not in facts and not part:
        name, folded = seen[0], facts.get("case_insensitive", False)
        other = name.swapcase()
        if other != name:
            rules[other] = lambda row: any(
                text.casefold() == name.casefold() if folded else text == other for text in texts(row)
            )
    two = [text for text in words if "," not in text][:2]
    if len(two) == 2 and (facts.get("array") or several):
        rules[",".join(two)] = lambda row: among(row, two)
    if facts.get("blank"):
        rules[""] = lambda row: not texts(row)
    return rules


def _bound(lists: Lists, kind: str, stem: str, suffix: str) -> Rules:
    value = lists.value(kind, stem)
    ordered = sorted(map(value, lists.rows(kind)))
    middle = next((one for one in ordered[len(ordered) // 2 :] if one != ordered[0]), ordered[0])
    if suffix == "_gteq":
        return {str(middle): lambda row: value(row) >= middle}
    return {str(ordered[0]): lambda row: value(row) <= ordered[0]}


# --- filters that no attribute or relationship shows ---------------------------------------------


def _sold(path: str) -> Callable[[Lists, str], Rules]:
    """Places where some group has numbers in stock."""

    def rules(lists: Lists, kind: str) -> Rules:
        place = lists.value("did_groups", path)
        sold = {place(group) for group in lists.rows("did_groups") if group["meta"]["is_available"]}
        return _booleans(lambda row: row["id"] in sold)

    return rules


def _pending_removal(lists: Lists, kind: str) -> Rules:
    return _booleans(lambda row: row["attributes"]["billing_cycles_count"] == 0)


def _unassigned(lists: Lists, kind: str) -> Rules:
    def free(row: Row) -> bool:
        counts = row["attributes"]
        return counts["total_channels_count"] > counts["assigned_channels_count"]  # type: ignore[no-any-return]

    return _booleans(free)


def _default_did(lists: Lists, kind: str) -> Rules:
    """Shown up to 2022-05-10, filtered by afterwards too."""
    former = lists.as_of(min(lists.version, "2022-05-10"))
    default = former.value(kind, "default_did.id")
    shown = former.by_id(kind)
    given = next(default(row) for row in shown.values() if default(row))
    return {given: lambda row: default(shown[row["id"]]) == given, "nothing": lambda row: False}


def _american(lists: Lists) -> Callable[[Row], bool]:
    country = lists.value("did_groups", "country.prefix")
    return lambda row: country(row) == "1"


def _groups_by_prefix(lists: Lists, kind: str) -> Rules:
    rows, american = lists.rows(kind), _american(lists)
    local = {row["id"]: row["attributes"]["prefix"] for row in rows if american(row)}
    jersey = lists.filtered("nanpa_prefixes", "npanxx", "201555").data[0]["id"]
    metered = {row["id"] for row in rows if row["attributes"]["is_metered"]}
    return {
        GREENVILLE: lambda row: local.get(row["id"]) == "864",
        f"{GREENVILLE},{jersey}": lambda row: local.get(row["id"]) in ("864", "201"),
        NOBODY: lambda row: False,
        "": lambda row: row["id"] not in local or row["id"] in metered,
    }


def _groups_by_digits(lists: Lists, kind: str) -> Rules:
    found = _groups_by_prefix(lists, kind)
    return {"864555": found[GREENVILLE], "864200": found[NOBODY], "": found[""]}


def _prefix_digits(lists: Lists, kind: str) -> Rules:
    def digits(row: Row) -> str:
        return row["attributes"]["npa"] + row["attributes"]["nxx"]  # type: ignore[no-any-return]

    first = digits(lists.rows(kind)[0])
    return {first: lambda row: digits(row) == first, "201200": lambda row: False, "2015": lambda row: False}


def _groups_of_prefix(lists: Lists) -> Callable[[Row], list[Row]]:
    """The groups that a NANPA prefix belongs to."""
    american = _american(lists)
    groups = [
        row for row in lists.rows("did_groups") if american(row) and not row["attributes"]["is_metered"]
    ]

    def of_prefix(prefix: Row) -> list[Row]:
        npa, nxx = prefix["attributes"]["npa"], prefix["attributes"]["nxx"]
        return [row for row in groups if row["attributes"]["prefix"] == npa and nxx == "555"]

    return of_prefix


def _prefixes_by_feature(lists: Lists, kind: str) -> Rules:
    """In the words of 2022-05-10 also afterwards (documented)."""
    groups = _groups_of_prefix(lists.as_of("2022-05-10"))

    def known(row: Row) -> set[str]:
        return {word for group in groups(row) for word in group["attributes"]["features"]}

    words = lists.tables.filters[kind]["did_group.features"]["enum"]
    rules: Rules = {word: (lambda row, word=word: word in known(row)) for word in words}  # type: ignore[misc]
    return {**rules, "t38,voice_out": lambda row: not known(row).isdisjoint(("t38", "voice_out"))}


def _prefixes_in_stock(lists: Lists, kind: str) -> Rules:
    groups = _groups_of_prefix(lists)
    return _booleans(lambda row: any(group["meta"]["is_available"] for group in groups(row)))


def _numbers_by_prefix(lists: Lists, kind: str) -> Rules:
    return {
        GREENVILLE: lambda row: row["attributes"]["number"].startswith("1864555"),
        NOBODY: lambda row: False,
    }


def _numbers_by_digits(lists: Lists, kind: str) -> Rules:
    digits = lists.rows(kind)[0]["attributes"]["number"][2:8]
    return {digits: lambda row: digits in row["attributes"]["number"]}


_SPECIAL: dict[tuple[str, str], Callable[[Lists, str], Rules]] = {
    ("countries", "is_available"): _sold("country.id"),
    ("cities", "is_available"): _sold("city.id"),
    ("dids", "pending_removal"): _pending_removal,
    ("capacity_pools", "has_unassigned_channels"): _unassigned,
    ("voice_out_trunks", "default_did.id"): _default_did,
    ("did_groups", "nanpa_prefix.id"): _groups_by_prefix,
    ("did_groups", "nanpa_prefix.npanxx"): _groups_by_digits,
    ("nanpa_prefixes", "npanxx"): _prefix_digits,
    ("nanpa_prefixes", "did_group.features"): _prefixes_by_feature,
    ("nanpa_prefixes", "did_group.is_available"): _prefixes_in_stock,
    ("available_dids", "nanpa_prefix.id"): _numbers_by_prefix,
    ("available_dids", "number_contains"): _numbers_by_digits,
}
