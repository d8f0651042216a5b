"""The object inside a request, `destination[active]=1` in a form, read field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from mockserver.core.values import money
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.errors import Refusal, invalid, invalid_as
from mockserver.providers.didlogic.fields import boolean, text, whole, wrapped

Reader = Callable[[Mapping[str, Any], str], Any]
Number = TypeVar("Number", int, Decimal)


def given_in(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`; 422 when it is missing, empty or none."""
    given = wrapped(params, name)
    if not given:
        raise invalid(**{name: said.BLANK})
    return given


def read_all(
    given: Mapping[str, Any], readers: Mapping[str, Reader], gap: str, required: Iterable[str] = ()
) -> dict[str, Any]:
    """The values of the fields that are there; null counts as not there.

    All fields that will not do are refused together, with the open point that the rules rest on.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, read in readers.items():
        if given.get(name) is None:
            continue
        try:
            values[name] = read(given, name)
        except Refusal as refusal:
            wrong.update(refusal.content["errors"])
    for name in required:
        if name not in wrong and values.get(name) in (None, ""):
            wrong[name] = [said.BLANK]
    if wrong:
        raise invalid_as(gap, wrong)
    return values


def unread(name: str, given: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """The fields of the object that nothing reads, as a form names them."""
    return [f"{name}[{field}]" for field in sorted(given.keys() - set(known))]


# --- readers of one field ------------------------------------------------------------------------


def switch(given: Mapping[str, Any], name: str) -> bool:
    """A yes or no; a blank means no (G42)."""
    return boolean(given, name) or False


def line(most: int) -> Reader:
    """A text of one line, at most `most` characters, without blanks around it."""

    def read(given: Mapping[str, Any], name: str) -> str:
        found = text(given, name)
        if len(found) > most:
            raise invalid(**{name: said.TOO_LONG.format(most=most)})
        if has_control_characters(found):
            raise invalid(**{name: said.INVALID})
        return found

    return read


def count(given: Mapping[str, Any], name: str) -> int:
    """A whole number from 0 on that fits the usual column."""
    found = whole(given[name])
    if found is None:
        raise invalid(**{name: said.NOT_A_NUMBER})
    return _in_range(found, name, said.MOST_COUNT)


def amount(given: Mapping[str, Any], name: str) -> Decimal:
    """A Decimal from 0 on with at most 4 decimals, from a text or a number."""
    value = given[name]
    if isinstance(value, float):
        value = Decimal(repr(value))
    try:
        found = money(value.strip() if isinstance(value, str) else value)
    except ValueError:
        raise invalid(**{name: said.INVALID}) from None
    return _in_range(found, name, said.MOST_COST)


def has_control_characters(found: str) -> bool:
    return any(character < " " or character == "\x7f" for character in found)


def _in_range(found: Number, name: str, most: int) -> Number:
    if found < 0:
        raise invalid(**{name: said.NEGATIVE})
    if found > most:
        raise invalid(**{name: said.TOO_MUCH.format(most=most)})
    return found
