"""Readers of single values: what a request holds goes in, what is stored comes out, or NotThat with why.

Values are read as leniently as Rails does (reference 9.1): numbers and switches may come as strings, an empty
string is no number. Lists and objects where a single value belongs are always wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, invalid
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.rules.casting import NotThat, boolean, integer

Reader = Callable[[object], Any]
MOST_REFERENCE = 100  # characters of external_reference_id, documented
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")  # neither a zone nor a mask in full


def whole(least: int = 0, most: int = assumed.MOST_NUMBER, *, null: bool = False) -> Reader:
    """A whole number within bounds."""

    def read(value: object) -> int | None:
        number = None if isinstance(value, str) and not value.strip() else integer(value)
        if number is None:
            if null:
                return None
            raise NotThat(assumed.NOT_A_NUMBER)
        if number < least:
            raise NotThat(assumed.at_least(least))
        if number > most:
            raise NotThat(assumed.at_most(most))
        return number

    return read


def text(
    most: int = assumed.MOST_TEXT, *, null: bool = True, blank: bool = True, pattern: str = ".*"
) -> Reader:
    """A text; numbers and switches become one. `blank` False: it must hold something."""
    fits = re.compile(pattern, re.DOTALL)

    def read(value: object) -> str | None:
        if isinstance(value, list | dict):
            raise NotThat(assumed.INVALID)
        if isinstance(value, bool):
            value = "true" if value else "false"
        found = None if value is None else str(value)
        if (found is None and not null) or (not blank and not (found or "").strip()):
            raise NotThat(assumed.BLANK)
        if found and len(found) > most:
            raise NotThat(assumed.too_long(most))
        if found and not fits.fullmatch(found):
            raise NotThat(assumed.INVALID)
        return found

    return read


NAME = text(assumed.MOST_NAME, null=False, blank=False)
REFERENCE = text(MOST_REFERENCE)
DESCRIPTION = text()
HOST = text(assumed.MOST_NAME, pattern=r"[A-Za-z0-9_.:\[\]-]+")
URL = text(pattern=r"(?i:https?)://\S+")
DIGITS = text(assumed.MOST_DIGITS, null=False, blank=False, pattern=r"[0-9]+")


def switch(value: object) -> bool:
    return boolean(value)


def switch_or_null(value: object) -> bool | None:
    return None if value is None else boolean(value)


def word(*words: str, null: bool = False) -> Reader:
    """One of a few words."""

    def read(value: object) -> str | None:
        if value is None and null:
            return None
        if not isinstance(value, str) or value not in words:
            raise NotThat(assumed.NOT_IN_LIST)
        return value

    return read


def code(codes: Collection[int], *, null: bool = False) -> Reader:
    """One of a few numbers that stand for something."""

    def read(value: object) -> int | None:
        try:
            found = integer(value)
        except NotThat:
            raise NotThat(assumed.INVALID) from None
        if found is None and null:
            return None
        if found not in codes:
            raise NotThat(assumed.INVALID)
        return found

    return read


def several(one: Reader, *, most: int | None = None, null: bool = False, empty: bool = True) -> Reader:
    """A list, each item read by `one`; what is wrong with an item is wrong with the list."""

    def read(value: object) -> tuple[Any, ...] | None:
        if value is None and null:
            return None
        if not isinstance(value, list):
            raise NotThat(assumed.BLANK if value is None else assumed.INVALID)
        if not value and not empty:
            raise NotThat(assumed.BLANK)
        if most is not None and len(value) > most:
            raise NotThat(assumed.too_many(most))
        try:
            return tuple(one(item) for item in value)
        except NotThat:
            raise NotThat(assumed.INVALID) from None

    return read


def address(value: object) -> str:
    """An IP address or a network, as it is written."""
    network(value)
    return str(value).strip()


def network(value: object) -> str:
    """An IP address or a network, with its prefix length: `203.0.113.1` is stored as `203.0.113.1/32`."""
    if not isinstance(value, str) or not _NETWORK.fullmatch(value.strip()):
        raise NotThat(assumed.INVALID)
    try:
        return str(ip_network(value.strip(), strict=False))
    except ValueError:
        raise NotThat(assumed.INVALID) from None


def amount(least: Decimal, most: Decimal) -> Reader:
    """An amount of money from a string or a number."""

    def read(value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise NotThat(assumed.NOT_A_NUMBER)
        written = f"{value:.12f}" if isinstance(value, float) else str(value).strip()
        if not _AMOUNT.fullmatch(written.removeprefix("-")):
            raise NotThat(assumed.NOT_A_NUMBER)
        found = Decimal(written) + 0  # -0 is 0
        if found < least:
            raise NotThat(assumed.at_least(least))
        if found > most:
            raise NotThat(assumed.at_most(most))
        return found

    return read


def read_all(
    readers: Mapping[str, Reader],
    values: Mapping[str, Any],
    errors: list[ApiError],
    error: Callable[[str, str], ApiError] = invalid,
) -> dict[str, Any]:
    """The values that have a reader, read, in the order sent; what is wrong goes to `errors`."""
    read: dict[str, Any] = {}
    for name, value in values.items():
        reader = readers.get(name)
        if reader is None:
            continue
        try:
            read[name] = reader(value)
        except NotThat as problem:
            errors.append(error(name, problem.message))
    return read


def check_name(
    world: World, name: str | None, tables: Iterable[type[Any]], errors: list[ApiError], own_id: str = ""
) -> None:
    """A name is used once; one that is taken goes to `errors`. `own_id`: the record that may keep it."""
    if name is None:
        return
    for table in tables:
        if any(row.name == name and row.id != own_id for row in world.table(table)):
            errors.append(invalid("name", assumed.TAKEN))
            return
