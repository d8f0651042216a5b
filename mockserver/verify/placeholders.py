"""Placeholders of the probes: `{order_id}` stands for what the account holds, or what was made for it.

A rule of a placeholder is one of
    get, take       a read, and the path of the value in its answer; `first_where` picks the row of a list:
                    {path, is: value}, {path, least: 3}, or {path} that is not null (of the list
                    data, unless `list` says another path)
    post, body | form, take   what is made for the probes (only when writes are allowed); `also` takes more
    fresh           a new text for every use
    setting         a value by itself
    etag_of         the ETag of the same request, asked for when it is sent
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from mockserver.verify.asking import Answer, NoAnswer
from mockserver.verify.values import Absent, at, excerpt, shown

OWN_ETAG = "<own_etag>"
_MARK = re.compile(r"\{([a-z][a-z0-9_]*)\}")

Rules = Mapping[str, Mapping[str, Any]]
Ask = Callable[[Mapping[str, Any]], Answer]  # a request of a rule: method, path, query, body | form


class Missing(Exception):
    """The account holds nothing to take a placeholder from. The text is the reason."""


class Unlearnt(Exception):
    """What a placeholder is taken from did not answer as it should. The text is the reason."""


class Placeholders:
    """The values of one run, found when first needed and kept, as are the reasons why there is none."""

    def __init__(self, rules: Rules, ask: Ask, run: str = "") -> None:
        self._ask = ask
        self._run = run
        self._rules: dict[str, Mapping[str, Any]] = {}
        for name, rule in rules.items():
            self._rules[name] = rule
            self._rules |= dict.fromkeys(rule.get("also", {}), rule)
        self._known: dict[str, Any] = {}
        self._lost: dict[str, Missing | Unlearnt] = {}
        self._answers: dict[str, Any] = {}
        self._fresh = 0

    def value(self, name: str) -> Any:
        """The value of a placeholder; KeyError, Missing, Unlearnt."""
        rule = self._rules[name]
        if "fresh" in rule:
            self._fresh += 1
            return f"number {self._run}{self._fresh}"
        if "setting" in rule:
            return rule["setting"]
        if "etag_of" in rule:
            return OWN_ETAG
        if name in self._lost:
            raise self._lost[name]
        if name not in self._known:
            try:
                self._learn(name, rule)
            except NoAnswer as error:
                self._lost[name] = Unlearnt(str(error))
                raise self._lost[name] from None
            except (Missing, Unlearnt) as error:
                self._lost[name] = error
                raise
        return self._known[name]

    def fill(self, value: Any, own: Mapping[str, Any], *, encoded: bool = False) -> Any:
        """A value with its placeholders replaced; `own` are those of the probe itself.

        A text that is nothing but a placeholder becomes the value as it is, a number for one. With `encoded`
        values are escaped as a path or a query needs it.
        """
        if isinstance(value, dict):
            return {self.fill(name, own): self.fill(item, own) for name, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, own) for item in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        whole = _MARK.fullmatch(value)
        if whole is not None and not encoded and self._knows(whole[1], own):
            return self._of(whole[1], own)

        def replace(mark: re.Match[str]) -> str:
            if not self._knows(mark[1], own):
                return mark[0]
            text = _written(self._of(mark[1], own))
            return quote(text, safe="") if encoded else text

        return _MARK.sub(replace, value)

    def makes(self, value: Any) -> str | None:
        """The first placeholder of a value that has to be made by a write, directly or for another."""
        seen: set[str] = set()
        pending = [value]
        while pending:
            for name in names(pending.pop()):
                rule = self._rules.get(name)
                if rule is None or name in seen:
                    continue
                if "post" in rule:
                    return name
                seen.add(name)
                pending.append(dict(rule))
        return None

    def made(self) -> Iterator[str]:
        """The placeholders that are made by a write, in order."""
        return (name for name, rule in self._rules.items() if "post" in rule)

    def request(self, name: str) -> str:
        """The request that makes a placeholder, for people."""
        return f"POST {self._rules[name]['post']}"

    def _knows(self, name: str, own: Mapping[str, Any]) -> bool:
        return name in own or name in self._rules

    def _of(self, name: str, own: Mapping[str, Any]) -> Any:
        return own[name] if name in own else self.value(name)

    def _learn(self, name: str, rule: Mapping[str, Any]) -> None:
        content = self._content(rule)
        what = f"{rule.get('post') or rule['get']}"
        for other, path in rule.get("also", {}).items():
            self._known[other] = _taken(content, path, other, what)
        if "first_where" in rule:
            content = _first(content, rule["first_where"], rule.get("list", "data"), name, what)
        if name not in rule.get("also", {}):
            self._known[name] = _taken(content, rule["take"], name, what)

    def _content(self, rule: Mapping[str, Any]) -> Any:
        """The JSON that a rule takes its value from. A read is made once for all rules."""
        method = "POST" if "post" in rule else "GET"
        path, _, query = rule[method.lower()].partition("?")
        key = self.fill(rule[method.lower()], {})
        if method == "GET" and key in self._answers:
            return self._answers[key]
        parts = {part: rule[part] for part in ("body", "form", "headers") if part in rule}
        answer = self._ask({"method": method, "path": path, "query": query, **parts})
        if answer.status not in (200, 201):
            raise Unlearnt(f"{method} {key} answered {answer.told}: {excerpt(answer.body)}")
        try:
            content = answer.json()
        except ValueError:
            raise Unlearnt(f"{method} {key} answered no JSON: {excerpt(answer.body)}") from None
        if method == "GET":
            self._answers[key] = content
        return content


def names(value: Any) -> Iterator[str]:
    """The placeholders that occur in a value."""
    if isinstance(value, str):
        yield from _MARK.findall(value)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from names(name)
            yield from names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from names(item)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _taken(content: Any, path: str, name: str, what: str) -> Any:
    try:
        value = at(content, path)
    except Absent:
        raise Missing(f"{what} has no {path} to take {{{name}}} from") from None
    if value is None or isinstance(value, dict | list):
        raise Missing(f"{what} has nothing at {path} to take {{{name}}} from")
    return value


def _first(content: Any, where: Mapping[str, Any], place: str, name: str, what: str) -> Any:
    try:
        rows = at(content, place)
    except Absent:
        rows = []
    for row in rows if isinstance(rows, list) else []:
        try:
            found = at(row, where["path"])
        except Absent:
            continue
        if _fits(found, where):
            return row
    wanted = shown({rule: limit for rule, limit in where.items() if rule != "path"} or "a value")
    raise Missing(f"{what} has no row with {wanted} at {where['path']} to take {{{name}}} from")


def _fits(found: Any, where: Mapping[str, Any]) -> bool:
    if "least" in where:
        return type(found) in (int, float) and found >= where["least"]
    if "is" in where:
        return bool(found == where["is"])
    return found is not None
