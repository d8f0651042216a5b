"""Typed readers of parameters: each takes what came in and gives a value, or refuses the field with 422."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.errors import invalid

_LONGEST_WHOLE = 18  # digits; ids and page numbers beyond it cannot exist, and int() has limits of its own
_PUNCTUATION = str.maketrans("", "", "+ ")


def whole(value: Any) -> int | None:
    """A whole number given as a number or as digits; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = value.strip()
        digits = text[1:] if text[:1] == "-" else text
        if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_WHOLE:
            return int(text)
    return None


def boolean(params: Mapping[str, Any], name: str) -> bool | None:
    """A yes or no in any of the accepted words; None when it is absent or blank (G42)."""
    value = params.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in said.TRUE_WORDS:
        return True
    if word in said.FALSE_WORDS:
        return False
    raise invalid(**{name: said.INVALID})


def text(params: Mapping[str, Any], name: str) -> str:
    """A text without blanks around it; "" when it is absent or blank."""
    value = params.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise invalid(**{name: said.INVALID})


def wrapped(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that holds a request's fields, `document[name]=...`; empty when it is absent."""
    value = params.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise invalid(**{name: said.INVALID})
    return value


def digits(given: str) -> str:
    """A number as clients write it, without plus sign and blanks (G40)."""
    return given if given.isdecimal() else given.translate(_PUNCTUATION)


def day(params: Mapping[str, Any], name: str) -> date | None:
    """A day as YYYY-MM-DD; None when it is absent or blank."""
    given = text(params, name)
    if not given:
        return None
    try:
        if len(given) == 10 and given[4] == given[7] == "-":  # fromisoformat takes weeks, too
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise invalid(**{name: said.INVALID})


def texts(params: Mapping[str, Any], name: str) -> list[str]:
    """One scalar or a list of them as texts, blanks left out; [] when absent.

    Numbers count as their text. An object, a boolean or a list in the list is refused, and so is a list that
    is too long.
    """
    value = params.get(name)
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    if len(items) > said.MOST_NUMBERS:
        raise invalid(**{name: said.TOO_MANY.format(most=said.MOST_NUMBERS)})
    out: list[str] = []
    for item in items:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise invalid(**{name: said.INVALID})
        word = str(item).strip()
        if word:
            out.append(word)
    return out


def paging(params: Mapping[str, Any], usual: int = said.PER_PAGE) -> tuple[int, int]:
    """Page and page size. What cannot be read or is below 1 counts as not given, the size is cut (G43).

    `usual` is the size when none is given.
    """
    page = whole(params.get("page"))
    size = whole(params.get("per_page"))
    return (
        1 if page is None or page < 1 else page,
        usual if size is None or size < 1 else min(size, said.MOST_PER_PAGE),
    )


def pages(total: int, size: int) -> int:
    """How many pages hold `total` records; none when there are none."""
    return -(-total // size)
