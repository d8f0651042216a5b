"""Frozen rows in tables that are shared until somebody writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

Key = str | int
Undo = list[tuple[Callable[..., object], tuple[Any, ...]]]


class Row:
    """Base of every stored row. Subclasses are frozen dataclasses with slots and name their table.

    `owned` rows belong to an account and not to the catalogue; an account that owns nothing has those of them
    that `stays` tells of.

    `wire` keeps encoded forms of this row beside it: rows never change, so neither do their bytes.
    """

    __slots__ = ("_wire",)
    table: ClassVar[str] = ""  # "didww.orders"
    owned: ClassVar[bool] = False
    _wire: dict[Any, bytes]

    @property
    def key(self) -> Key:
        """What the row is found by in its table; most rows have an `id`."""
        return self.id  # type: ignore[attr-defined,no-any-return]

    @property
    def stays(self) -> bool:
        """Whether even an account that owns nothing has it."""
        return not self.owned

    @property
    def wire(self) -> dict[Any, bytes]:
        """Encoded forms by whatever decides them (version, base URL). Bounded: see `remember`."""
        try:
            return self._wire
        except AttributeError:
            cache: dict[Any, bytes] = {}
            object.__setattr__(self, "_wire", cache)
            return cache

    def remember(self, form: Any, encoded: bytes, most: int = 8) -> bytes:
        """Keep one encoded form, at most `most` of them, since callers choose the base URL."""
        cache = self.wire
        if len(cache) >= most:
            cache.clear()
        cache[form] = encoded
        return encoded


R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """Rows by key, in order of insertion. Starts as the seed's mapping, copied at the first write.

    Every write leaves its inverse in the world's undo log, so that a refused request changes nothing.
    """

    __slots__ = ("_changed", "_owned", "_rows", "_undo")

    def __init__(self, rows: Mapping[Key, R], undo: Undo) -> None:
        self._rows = rows
        self._owned: dict[Key, R] | None = None
        self._changed = False
        self._undo = undo

    def _writable(self) -> dict[Key, R]:
        if self._owned is None:
            self._owned = dict(self._rows)
            self._rows = self._owned
            self._changed = True
        return self._owned

    def get(self, key: Key) -> R | None:
        return self._rows.get(key)

    def __getitem__(self, key: Key) -> R:
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def put(self, row: R) -> R:
        """Store a row under its key, new or in place of the old one; returns it."""
        rows, key = self._writable(), row.key
        old = rows.get(key)
        rows[key] = row
        self._undo.append((self._restore, (key, old)))
        return row

    def remove(self, key: Key) -> R:
        """Take a row out; KeyError when there is none. Copies the table, so that undoing keeps the order."""
        before, owned = self._rows, self._owned
        after = dict(before)
        row = after.pop(key)
        self._rows = self._owned = after
        self._changed = True
        self._undo.append((self._put_back, (before, owned)))
        return row

    def _restore(self, key: Key, old: R | None) -> None:
        rows = self._writable()
        if old is None:
            del rows[key]
        else:
            rows[key] = old

    def _put_back(self, rows: Mapping[Key, R], owned: dict[Key, R] | None) -> None:
        self._rows, self._owned = rows, owned

    @property
    def changed(self) -> bool:
        """Whether anything was written since the seed."""
        return self._changed

    def share(self) -> Mapping[Key, R]:
        """The rows, for somebody to keep: the next write makes a copy."""
        self._owned = None
        return self._rows

    def take_on(self, rows: Mapping[Key, R]) -> None:
        """Hold other rows from now on, which belong to somebody else. Cannot be undone."""
        self._rows, self._owned, self._changed = rows, None, True

    @property
    def rows(self) -> Mapping[Key, R]:
        """A read-only view of what is stored."""
        return self._rows
