"""What happens to an account from outside its API: a call comes in, a message arrives, funds are added.

A provider declares its happenings; the control API lists them, checks what they are given and makes them
happen. That way it needs to know no provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.core.rules import Rule
from mockserver.core.world import World


class CannotHappen(Exception):
    """A happening that is not possible here and now; it changes nothing.

    field     the name of the field that is to blame, "" for none
    known     what there is instead, for a name that does not exist
    conflict  the thing exists and its state does not allow it
    """

    def __init__(
        self, reason: str, *, field: str = "", known: Iterable[str] = (), conflict: bool = False
    ) -> None:
        super().__init__(reason)
        self.field = field
        self.known = list(known)
        self.conflict = conflict


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that can happen. `happen` gets the fields by name, read, absent ones with their default,
    and returns what came of it as JSON values. It may write first and raise CannotHappen later."""

    name: str
    summary: str
    happen: Callable[[World, dict[str, Any]], dict[str, Any]]
    fields: Mapping[str, Rule] = field(default_factory=dict)
