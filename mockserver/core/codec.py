"""Rows and jobs as JSON values and back, by their type hints: for snapshots and for looking at state.

Decimals, instants and dates are texts, tuples are lists, bytes are base64. A dataclass is an object with its
fields; where the hint leaves open which one it is, `kind` names it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, Union

MASK = "***"
_SECRET = ("password", "secret", "api_key", "token")
KIND = "kind"


class BadValue(ValueError):
    """A JSON value that its hint does not allow; `path` says where, "" for the whole."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


@cache
def fields_of(kind: Any) -> dict[str, Any]:
    """The hints of a dataclass's fields, in order."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}


# --- to JSON -------------------------------------------------------------------------------------


def encode(value: Any, *, brief: bool = False) -> Any:
    """A value as JSON. With `brief`, bytes are only counted: for people."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return f"{len(value)} bytes" if brief else b64encode(value).decode()
    if isinstance(value, tuple | list):
        return [encode(item, brief=brief) for item in value]
    if isinstance(value, frozenset | set):
        return sorted((encode(item, brief=brief) for item in value), key=str)
    if isinstance(value, Mapping):
        return {str(key): encode(item, brief=brief) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return encode_fields(value, brief=brief)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def encode_fields(record: Any, *, brief: bool = False) -> dict[str, Any]:
    """The fields of a dataclass. Secrets are masked: what is exported may be shown to anybody."""
    shown: dict[str, Any] = {}
    kind: Any = type(record)
    for name, hint in fields_of(kind).items():
        value = getattr(record, name)
        encoded = encode(value, brief=brief)
        if encoded and isinstance(encoded, str) and any(word in name for word in _SECRET):
            encoded = MASK
        elif isinstance(encoded, dict) and dataclasses.is_dataclass(value) and not _settled(hint):
            encoded = {KIND: type(value).__name__, **encoded}
        shown[name] = encoded
    return shown


def unmasked(value: Any, before: Any) -> Any:
    """A value whose masked secrets are those of the one it stands for, where that is of the same kind."""
    if type(value) is not type(before):
        return value
    if isinstance(value, tuple) and len(value) == len(before):
        return tuple(unmasked(item, known) for item, known in zip(value, before, strict=True))
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for name in fields_of(typing.cast(Any, type(value))):
        given, known = getattr(value, name), getattr(before, name)
        restored = known if given == MASK and isinstance(known, str) else unmasked(given, known)
        if restored is not given:
            changed[name] = restored
    return dataclasses.replace(value, **changed) if changed else value


def _settled(hint: Any) -> bool:
    """Whether a hint names one dataclass and nothing else but None."""
    return len([choice for choice in _choices(hint) if choice is not type(None)]) == 1


# --- from JSON -----------------------------------------------------------------------------------


def decode_fields(kind: type[Any], given: Any, path: str = "") -> Any:
    """A dataclass from an object; fields with a default may be left out. BadValue."""
    values = decode_some(kind, given, path)
    missing = [
        field.name
        for field in dataclasses.fields(kind)
        if field.init
        and field.name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise BadValue(_join(path, missing[0]), "is missing")
    return kind(**values)


def decode_some(kind: type[Any], given: Any, path: str = "") -> dict[str, Any]:
    """Those fields of a dataclass that an object has. BadValue for a field that there is not."""
    if not isinstance(given, dict):
        raise BadValue(path, "must be an object")
    hints: dict[str, Any] = fields_of(typing.cast(Any, kind))
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in hints:
            raise BadValue(_join(path, name), f"there is no such field; there are {', '.join(hints)}")
        values[name] = decode(hints[name], value, _join(path, name))
    return values


def decode(hint: Any, value: Any, path: str = "") -> Any:
    """A JSON value as its hint says. BadValue."""
    choices = _choices(hint)
    if value is None:
        if type(None) in choices or hint is Any:
            return None
        raise BadValue(path, "must not be null")
    choices = [choice for choice in choices if choice is not type(None)]
    if len(choices) == 1:
        return _decode_one(choices[0], value, path)
    if isinstance(value, dict) and KIND in value:
        kinds: list[Any] = [choice for choice in choices if dataclasses.is_dataclass(choice)]
        named = {kind.__name__: kind for kind in kinds}
        chosen = named.get(str(value[KIND]))
        if chosen is None:
            raise BadValue(_join(path, KIND), f"must be one of {', '.join(named)}")
        return decode_fields(chosen, {name: item for name, item in value.items() if name != KIND}, path)
    for choice in choices:
        try:
            return _decode_one(choice, value, path)
        except BadValue:
            continue
    raise BadValue(path, "has none of the kinds that it may have")


def _choices(hint: Any) -> list[Any]:
    """The members of a union; a plain hint alone."""
    if typing.get_origin(hint) in (Union, types.UnionType):
        return [choice for member in typing.get_args(hint) for choice in _choices(member)]
    return [hint]


def _decode_one(hint: Any, value: Any, path: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object:
        return _frozen(value)
    if origin is Literal:
        if value not in arguments:
            raise BadValue(path, f"must be one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        return _tuple(arguments, value, path)
    if origin in (frozenset, set):
        items = _listed(value, path)
        return frozenset(decode(arguments[0], item, f"{path}[{i}]") for i, item in enumerate(items))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise BadValue(path, "must be an object")
        return {key: decode(arguments[1], item, _join(path, key)) for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        return decode_fields(typing.cast("type[Any]", hint), value, path)
    read = _READERS.get(hint)
    if read is None:
        raise BadValue(path, "cannot be given as JSON")
    return read(value, path)


def _tuple(arguments: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    items = _listed(value, path)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(decode(arguments[0], item, f"{path}[{i}]") for i, item in enumerate(items))
    if len(items) != len(arguments):
        raise BadValue(path, f"must be a list of {len(arguments)}")
    return tuple(
        decode(hint, item, f"{path}[{i}]")
        for i, (hint, item) in enumerate(zip(arguments, items, strict=True))
    )


def _listed(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadValue(path, "must be a list")
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _join(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _plain(kind: type[Any], what: str) -> Any:
    def read(value: Any, path: str) -> Any:
        if type(value) is not kind:
            raise BadValue(path, f"must be {what}")
        return value

    return read


def _whole(value: Any, path: str) -> int:
    """A whole number that every program can read: one of 64 bits."""
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise BadValue(path, "must be a whole number")
    return value


def _float(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadValue(path, "must be a number")
    try:
        return float(value)
    except OverflowError:
        raise BadValue(path, "must be a smaller number") from None


def _text(value: Any, path: str) -> str:
    """A text that can be sent: half a surrogate pair cannot."""
    if type(value) is not str or any("\ud800" <= one <= "\udfff" for one in value):
        raise BadValue(path, "must be a text")
    return value


def _decimal(value: Any, path: str) -> Decimal:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool) and len(str(value)) <= 60:
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite() and abs(amount.adjusted()) <= 30:
            return amount
    raise BadValue(path, 'must be an exact amount such as "12.34"')


def _instant(value: Any, path: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise BadValue(path, "must be an instant such as 2026-03-01T12:00:00+00:00")


def _day(value: Any, path: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadValue(path, "must be a day such as 2026-03-01")


def _length(value: Any, path: str) -> timedelta:
    try:
        return timedelta(seconds=_float(value, path))
    except OverflowError:
        raise BadValue(path, "must be fewer seconds") from None


def _bytes(value: Any, path: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (TypeError, ValueError):
        raise BadValue(path, "must be base64") from None


_READERS: dict[Any, Any] = {
    bool: _plain(bool, "true or false"),
    int: _whole,
    str: _text,
    float: _float,
    Decimal: _decimal,
    datetime: _instant,
    date: _day,
    timedelta: _length,
    bytes: _bytes,
}
