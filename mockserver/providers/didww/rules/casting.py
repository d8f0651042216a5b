"""Values as Rails reads them: strings pass for numbers and switches (reference 9.1)."""

from __future__ import annotations

import re

from mockserver.providers.didww.assumptions import NOT_A_NUMBER, NOT_AN_INTEGER, NOT_IN_LIST

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}\.[0-9]{1,30}")
_TRUE = frozenset({"true", "t", "1"})
_FALSE = frozenset({"false", "f", "0"})


class NotThat(Exception):
    """The value cannot be read as what it should be; `message` says so as a failed model rule would."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def integer(value: object) -> int | None:
    """A whole number, None for null. `"3"` is 3 and `1e9` is 1000000000; true is not a number."""
    if value is None:
        return None
    if isinstance(value, bool):
        raise NotThat(NOT_A_NUMBER)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        raise NotThat(NOT_AN_INTEGER)
    if isinstance(value, str):
        text = value.strip()
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            raise NotThat(NOT_AN_INTEGER)
    raise NotThat(NOT_A_NUMBER)


def boolean(value: object) -> bool:
    """A switch: true, false, or one of the strings and numbers that stand for them."""
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, str | int) else ""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise NotThat(NOT_IN_LIST)
