"""What a value may be, as data: settings, switches of an account and the fields of a happening say it so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.core.values import duration, money, parse_instant

_TRUE = frozenset(("1", "true", "yes", "on"))
_FALSE = frozenset(("0", "false", "no", "off"))
_JSON_TYPES = {"switch": "boolean", "number": "integer"}
_JSON_FORMATS = {"instant": "date-time"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be, and the sentence that explains it.

    kind      text, number (whole), switch, file, money, instant, duration
    least     of a number, of a text's length, of an amount
    most      likewise; None leaves it open
    empty     whether null is a value of its own ("no quota")
    required  whether it must be given where `default` would not do
    """

    kind: str
    about: str
    least: int = 0
    most: int | None = None
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    default: Any = None
    empty: bool = False
    required: bool = False

    def read(self, value: Any) -> Any:
        """The value as its kind; a variable or an option comes as text. ValueError when it will not do."""
        if self.empty and (value is None or value == "none"):
            return None
        read = _READERS[self.kind](value)
        if self.choices and read not in self.choices:
            _refuse(value)
        if self.pattern and re.fullmatch(self.pattern, read) is None:
            _refuse(value)
        if self.kind in ("text", "number", "money"):
            size = len(read) if self.kind == "text" else read
            if size < self.least or (self.most is not None and size > self.most):
                _refuse(value)
        return read

    @property
    def allowed(self) -> str:
        """What the value may be, in words."""
        return self._plainly() + (" or none" if self.empty else "")

    def _plainly(self) -> str:
        if self.choices:
            return "one of " + ", ".join(map(str, self.choices))
        if self.kind == "switch":
            return "true or false"
        if self.kind in ("number", "money"):
            what = "a whole number" if self.kind == "number" else "an amount"
            return f"{what} from {self.least}{' up' if self.most is None else f' to {self.most}'}"
        if self.kind == "file":
            return "a path"
        if self.kind == "instant":
            return "an instant such as 2026-03-01T12:00:00Z"
        if self.kind == "duration":
            return "a duration such as 90s, 15m, 2d or PT1H30M"
        if self.pattern:
            return f"a text that matches {self.pattern}"
        return "a text" if self.most is None else f"a text of {self.least} to {self.most} characters"

    def schema(self) -> dict[str, Any]:
        """The rule as a JSON Schema."""
        kind = _JSON_TYPES.get(self.kind, "string")
        found: dict[str, Any] = {"type": [kind, "null"] if self.empty else kind, "description": self.about}
        if self.kind in _JSON_FORMATS:
            found["format"] = _JSON_FORMATS[self.kind]
        if self.choices:
            found["enum"] = [*self.choices, None] if self.empty else list(self.choices)
        if self.pattern:
            found["pattern"] = self.pattern
        bounds = {"number": ("minimum", "maximum"), "text": ("minLength", "maxLength")}.get(self.kind)
        if bounds is not None and not self.choices:
            found[bounds[0]] = self.least
            if self.most is not None:
                found[bounds[1]] = self.most
        if self.default is not None:
            found["default"] = self.default if kind != "string" else str(self.default)
        return found


def _refuse(value: Any) -> Any:
    raise ValueError(value)


def _switch(value: Any) -> bool:
    word = str(value).lower() if isinstance(value, str | bool | int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return bool(_refuse(value))


def _number(value: Any) -> int:
    if isinstance(value, str) and len(value) <= 18:  # int() has limits of its own
        return int(value)
    return value if type(value) is int and abs(value) < 10**18 else int(_refuse(value))


def _text(value: Any) -> str:
    """A text that can be sent: half a surrogate pair cannot."""
    if not isinstance(value, str) or any("\ud800" <= one <= "\udfff" for one in value):
        _refuse(value)
    return str(value)


def _file(value: Any) -> Path:
    return Path(value) if isinstance(value, str | Path) else Path(_refuse(value))


_READERS: dict[str, Any] = {
    "text": _text,
    "number": _number,
    "switch": _switch,
    "file": _file,
    "money": money,
    "instant": parse_instant,
    "duration": lambda value: duration(_text(value)),
}
