"""What is wrong with a record that a request describes, gathered and refused together (engine.md 8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mockserver.core.messages import Evidence
from mockserver.core.tables import Row
from mockserver.core.world import World
from mockserver.jsonapi.errors import ApiError, Refusal, invalid, invalid_record
from mockserver.providers.didww import assumptions as assumed
from mockserver.providers.didww.signing import usable

MOST_REFERENCE = 100  # characters of external_reference_id, documented
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Text:
    """What a text attribute may be. `pattern` counts from the version `since` on."""

    required: bool = False
    most: int = assumed.MOST_TEXT
    pattern: re.Pattern[str] | None = None
    since: str = ""


class Checks:
    """The faults of one request, in the order found. `settle` refuses when there are any."""

    def __init__(self, claim: str, level: str = "documented") -> None:
        self.errors: list[ApiError] = []
        self._evidence = Evidence(level, f"didww.error.{claim}")

    def attribute(self, name: str, message: str) -> None:
        self.errors.append(invalid(name, message))

    def relationship(self, name: str, message: str) -> None:
        self.errors.append(invalid(name, message, relationship=True))

    def record(self, message: str) -> None:
        """A fault of the whole record, at `/data`."""
        self.errors.append(invalid_record(message))

    def settle(self) -> None:
        """Refusal with 422 when anything was found."""
        if self.errors:
            raise Refusal(self.errors, self._evidence)

    # --- reading -----------------------------------------------------------------------------------

    def text(self, name: str, value: object, rule: Text, version: str = "") -> str | None:
        """A text; numbers and switches become one as in Rails. None for null and for what was refused."""
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float):
            value = str(value)
        if value is not None and not isinstance(value, str):
            self.attribute(name, assumed.INVALID)
            return None
        if value is None or not value.strip():
            if rule.required:
                self.attribute(name, assumed.BLANK)
            return value
        if len(value) > rule.most:
            self.attribute(name, assumed.too_long(rule.most))
        elif rule.pattern is not None and rule.since <= version and not rule.pattern.fullmatch(value):
            self.attribute(name, assumed.INVALID)
        return value

    def day(self, name: str, value: object) -> date | None:
        """A date, `1970-01-31`; None for null and for an empty text."""
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return value
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.attribute(name, assumed.INVALID)
        return None

    def word(self, name: str, value: object, words: Sequence[str], *, required: bool = False) -> Any:
        """One of some words, None for null."""
        if value is None or value == "":
            if required:
                self.attribute(name, assumed.BLANK)
        elif value not in words:
            self.attribute(name, assumed.NOT_IN_LIST)
        else:
            return value
        return None

    def callback(self, url: object, method: object, *, both: bool = False) -> tuple[str | None, str | None]:
        """`callback_url` and `callback_method`; with `both` the method must come with the URL."""
        address = self.text("callback_url", url, Text())
        if address and address.strip() and not usable(address):
            self.attribute("callback_url", assumed.INVALID)
        verb = self.word("callback_method", method, ("get", "post"), required=both and bool(address))
        return address, verb

    def reference(self, value: object) -> str | None:
        """`external_reference_id`."""
        return self.text("external_reference_id", value, Text(most=MOST_REFERENCE))

    def linked(
        self, world: World, name: str, row: type[Row], key: object, *, required: bool = False
    ) -> Any | None:
        """The record that a to-one relationship names."""
        if key is None:
            if required:
                self.relationship(name, assumed.BLANK)
            return None
        found = world.table(row).get(str(key))
        if found is None:
            self.relationship(name, assumed.INVALID)
        return found


def own_reference(world: World) -> str:
    """A reference of ours: three letters, six digits (recorded)."""
    return f"{world.ids.letters(3)}-{world.ids.below(1_000_000):06d}"
