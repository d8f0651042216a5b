"""What is wrong, in one clear sentence that shows no value of anybody's: names, kinds and limits only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mockserver.core.masking import MASK

if TYPE_CHECKING:
    import jsonschema_rs

# Whether the provider would refuse what is wrong, or take the request as if it were not there.
Fate = Literal["rejected", "ignored"]

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_LIMITS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minProperties": "must have at least {} fields",
    "maxProperties": "must have at most {} fields",
    "pattern": "must match {}",
    "format": "must be a valid {}",
}
_MOST_CHOICES = 12
_LONGEST = 100  # characters of a name that a client made up
_NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a request or an answer is not as the document says.

    place    "query page", "header content-type", "path order_id", "body /order_items/0/quantity", "status"
    problem  what is wrong there
    fate     of a request: would the provider reject it, or ignore what is wrong
    unknown  the name of what nobody knows there; "" for every other problem
    """

    place: str
    problem: str
    fate: Fate = "rejected"
    unknown: str = ""

    def __str__(self) -> str:
        return f"{self.place} {self.problem}"

    @property
    def kind(self) -> str:
        """The place without the positions in lists, so that equal mistakes are counted together."""
        return _NUMBER.sub("*", self.place)


def strange(place: str, name: str, problem: str) -> Problem:
    """Something that the document does not know. Providers ignore it unless they show otherwise."""
    return Problem(f"{place}{name[:_LONGEST]}", problem, "ignored", name)


def problems_of(errors: Iterable[jsonschema_rs.ValidationError], start: str) -> Iterator[Problem]:
    """The validator's findings as problems; `start` is the place of the whole value."""
    for error in errors:
        if error.instance == MASK:  # what the journal hid may have been anything
            continue
        yield from _problem(error, start, error.instance_path)


def _problem(error: jsonschema_rs.ValidationError, start: str, path: list[str | int]) -> Iterator[Problem]:
    kind: Any = error.kind
    name = kind.name
    if name in ("anyOf", "oneOf"):
        branches = [list(branch) for branch in getattr(kind, "context", [])]
        branch = _nearest(branches)
        needs = [one.kind.property for errors in branches for one in errors if one.kind.name == "required"]
        if branch and len(needs) == sum(map(len, branches)) == len(branches):
            yield Problem(_place(start, path), f"must have {either(list(dict.fromkeys(needs)))}")
            return
        if not branch:
            yield Problem(_place(start, path), "fits more than one of the forms that are described")
        for inner in branch:
            if inner.instance != MASK:
                yield from _problem(inner, start, _longer(path, inner.instance_path))
    elif name in ("additionalProperties", "unevaluatedProperties"):
        for unexpected in getattr(kind, "unexpected", None) or [""]:
            place = _place(start, [*path, unexpected[:_LONGEST]])
            yield Problem(place, "is not a field of this object", "rejected", unexpected)
    elif name == "required":
        yield Problem(_place(start, [*path, kind.property]), "is missing")
    else:
        yield Problem(_place(start, path), _sentence(name, kind, error.instance))


def _sentence(name: str, kind: Any, instance: Any) -> str:
    if name == "type":
        types = [kind.types] if isinstance(kind.types, str) else list(kind.types)
        return f"must be {either([_WORDS.get(one, one) for one in types])}, is {_what(instance)}"
    if name == "enum":
        return f"must be one of {listed(kind.options)}"
    if name == "const":
        return f"must be {shown(kind.expected_value)}"
    if name == "pattern" and (items := _items(kind.value)):
        return f"must be a list with commas of {listed(items)}"
    if name in _LIMITS:
        sentence = _LIMITS[name].format(kind.value)
        return sentence.removesuffix("s") if kind.value == 1 and "Items" in name else sentence
    if name == "uniqueItems":
        return "must not have the same item twice"
    if name in ("not", "falseSchema"):
        return "is not allowed here"
    return f"breaks the rule {name!r} of the document"


def _items(pattern: str) -> list[str]:
    """The words of a pattern that takes a list of them, `^-?(a|b(\\.c)?)(,-?(a|b(\\.c)?))*$`; else none.

    What may follow a word after a dot is left out: the pattern is for validators, this is for people.
    """
    item = pattern[1 : (len(pattern) - len("^(,)*$")) // 2 + 1]
    choice = item.removeprefix("-?")
    if pattern != f"^{item}(,{item})*$" or not (choice.startswith("(") and choice.endswith(")")):
        return []
    words, depth = [""], 0
    for c in choice[1:-1]:
        depth += (c == "(") - (c == ")")
        if depth == 0 and c == "|":
            words.append("")
        elif depth == 0:
            words[-1] += c
    return [word.split(")")[0] for word in words]


def _nearest(every: list[list[Any]]) -> list[Any]:
    """Of several forms, none of which fits, the errors of the one that was most likely meant.

    Forms are told apart by a fixed word (a type); one whose word is right is meant, however wrong the rest.
    """

    def distance(errors: list[Any]) -> tuple[int, int, int]:
        words = sum(error.kind.name in ("const", "enum") for error in errors)
        whole = sum(error.kind.name == "type" and not error.instance_path for error in errors)
        return (whole, words, len(errors))

    return min((branch for branch in every if branch), key=distance, default=[])


def _longer(path: list[str | int], inner: list[str | int]) -> list[str | int]:
    """The place of an error within a form: absolute, or counted from the form, as the validator has it."""
    return inner if inner[: len(path)] == path else [*path, *inner]


def _place(start: str, path: Iterable[str | int]) -> str:
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return f"{start} {pointer}" if pointer else start


def _what(instance: Any) -> str:
    """What a value is, not what it says."""
    if instance is None:
        return "null"
    if isinstance(instance, bool):
        return "true or false"
    if isinstance(instance, str):
        return "a text"
    if isinstance(instance, dict):
        return "an object"
    if isinstance(instance, (list, tuple)):
        return "a list"
    return "a number"


def either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def listed(choices: Iterable[Any]) -> str:
    every = [shown(choice) for choice in choices]
    more = f" and {len(every) - _MOST_CHOICES} more" if len(every) > _MOST_CHOICES else ""
    return ", ".join(every[:_MOST_CHOICES]) + more


def shown(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, default=str)
