"""Identifiers and chance of a sandbox, drawn from one seed: the same requests get the same ids."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def format_uuid(value: int) -> str:
    """128 bits as the text of a version 4 UUID; version and variant bits are put in."""
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"


class Ids:
    """The sandbox's own source of ids and chance. Two sources made with the same seed agree forever."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._counters: dict[str, int] = {}

    def state(self) -> tuple[tuple[int, ...], dict[str, int]]:
        """Where the source stands: the generator's words and the counters."""
        return self._random.getstate()[1], dict(self._counters)

    def take_on(self, words: tuple[int, ...], counters: Mapping[str, int]) -> None:
        """Go on from there. ValueError when no generator can stand so."""
        self._random.setstate((3, words, None))
        self._counters = dict(counters)

    def uuid(self) -> str:
        """A fresh version 4 UUID."""
        return format_uuid(self._random.getrandbits(128))

    def hex(self, digits: int) -> str:
        """`digits` lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        return self._random.randrange(limit)

    def letters(self, count: int) -> str:
        """`count` upper-case ASCII letters."""
        drawn, text = self._random.randrange(26**count), ""
        for _ in range(count):
            drawn, letter = divmod(drawn, 26)
            text += chr(65 + letter)
        return text

    def next(self, counter: str, start: int = 1) -> int:
        """The next number of a named counter; the first is `start`."""
        value = self._counters.get(counter, start)
        self._counters[counter] = value + 1
        return value

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Up to `count` different items in random order."""
        return self._random.sample(items, min(count, len(items)))


def _mask(namespace: str, tag: int) -> int:
    digest = blake2b(tag.to_bytes(8, "big"), digest_size=8, key=namespace.encode()).digest()
    return int.from_bytes(digest, "big") & ((1 << 60) - 1)


def _tag(namespace: str, number: int) -> int:
    digest = blake2b(number.to_bytes(8, "big"), digest_size=8, key=namespace.encode()).digest()
    return int.from_bytes(digest, "big") & ((1 << 62) - 1)


def uuid_of_number(namespace: str, number: int) -> str:
    """A UUID that looks random and yet holds `number` (below 2**60).

    Lets twenty thousand numbers on sale have ids without anyone having to write them down.
    `namespace` is at most 64 bytes.
    """
    tag = _tag(namespace, number)
    hidden = number ^ _mask(namespace, tag)
    high, low = hidden >> 12, hidden & 0xFFF
    return format_uuid((high << 80) | (low << 64) | tag)


def number_of_uuid(namespace: str, text: str) -> int | None:
    """The number inside a UUID made by `uuid_of_number`, or None when the text is any other."""
    if len(text) != 36 or text[8] != "-" or text[13] != "-" or text[18] != "-" or text[23] != "-":
        return None
    try:
        value = int(text.replace("-", ""), 16)
    except ValueError:
        return None
    tag = value & ((1 << 62) - 1)
    hidden = (value >> 80) << 12 | ((value >> 64) & 0xFFF)
    number = hidden ^ _mask(namespace, tag)
    if number >= 1 << 60 or _tag(namespace, number) != tag or uuid_of_number(namespace, number) != text:
        return None
    return number
