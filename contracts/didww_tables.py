"""What each version of DIDWW API v3 knows: the source tables, resolved for one version.

`of_version("2022-05-10")` gives plain dictionaries in which names, words and kinds are those of that version;
nothing in them depends on a version any more (`since`, `until`, `was`, `title_until` ... are gone). Types are
keyed by the name that the version has for them; `newest` beside it is the name in 2026-04-16, the key to what
is the same in all versions. Everything is in the order of the source tables, members in that of the wire.

types       {type: {newest, attributes: {name: value}, relationships: {name: relationship},
            meta: {name: value}}}
            value         {kind, null, ...}: kind as in shapes.yaml, `null` true when it may be null; `of`
                          (kinds of an object), `words` (of a list of words), `seldom` (not always there)
                          kinds of spelling: word (pending), title (Pending), upper (GET), camel (WorldWide),
                          joined (texts joined by "; ")
            relationship  {one: type}, {many: type} or {one_of: [types]}; `hidden`: only when included by name
objects     {kind: {name: value}}: what attributes of kind `object` hold, {"type": kind, "attributes": {...}}
items       {type of item: {name: value}}: what `items` of an order read as; what a newer version brought too
operations  {name: {newest, method, path, type, verb}}; path behind /v3, verb list, show, create,
            update or delete
lists       {list: {type, paginated, page_size, shown, meta}}, list: path and type; `shown` false: no page for
            one record; `meta`: names at the top level, in order. Balance, a single record, is not here
filters     {list: {name: {type, array, blank, enum, ...}}}: `array` a comma means any of the values, `blank`
            an empty value means none; true, false, or absent where no source says
sorts       {list: {name: {}}}; each also with a leading "-". `attribute`: the member it stands for
includes    {list: {name: relationship}}; balance has none
nested      {list: [path]}: dotted includes that a source shows
errors      {situation: {evidence, status, errors | like, note}}: the whole body, or what is certain of it
writes      {"POST /trunks": {newest, attributes: {name: rule}, relationships: {name: link}, never: [names],
            objects: {attribute: {needed, kinds: {kind: {members: {name: rule}, read_only: [names]}}}},
            items: {type of item: {name: rule}}, parts: {name: rule}}}; `items` of orders, `parts` of uploads,
            which are forms
            rule  {kind, null, most, least, words, needed, ...} as in the table it comes from; see there
            link  {one: type} or {many: type}, `needed`, `null`, `unknown`

Sources: contracts/didww/*.yaml and contracts/didww/regulation/*.yaml. Development only: it needs PyYAML.
`files` writes the same out, a folder for each version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.yaml_text import text_of

VERSIONS = ("2021-04-19", "2021-12-15", "2022-05-10", "2026-04-16")
NEWEST = VERSIONS[-1]

ROOT = Path(__file__).parent / "didww"
Table = dict[str, Any]

_SPELLINGS: dict[str, Callable[[str], str]] = {
    "title": str.capitalize,
    "upper": str.upper,
    "camel": lambda word: "".join(part.capitalize() for part in word.split("_")),
    "joined": str,
}
_VERBS = {
    ("GET", False): "list",
    ("GET", True): "show",
    ("POST", False): "create",
    ("PATCH", True): "update",
    ("DELETE", True): "delete",
}
_RANGE = (
    "since",
    "until",
    "was",
    "also_until",
    "required_until",
    *(f"{style}_until" for style in _SPELLINGS),
)


@dataclass(frozen=True, slots=True)
class Tables:
    """What one version knows; the form of each part stands at the head of the module."""

    version: str
    types: Table
    objects: Table
    items: Table
    operations: Table
    lists: Table
    filters: Table
    sorts: Table
    includes: Table
    nested: Table
    errors: Table
    writes: Table


@cache
def of_version(version: str) -> Tables:
    """The tables of one of VERSIONS, made once; not to be changed. ValueError for another version."""
    if version not in VERSIONS:
        raise ValueError(f"{version} is none of {', '.join(VERSIONS)}")
    return _Resolver(version).tables()


@cache
def source(name: str) -> Table:
    """A source table by its path below contracts/didww."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table: Table = yaml.load((ROOT / name).read_bytes(), Loader=loader)
    return table


def known_in(facts: Mapping[str, Any] | None, version: str) -> bool:
    """Whether a version has what carries these `since` and `until`."""
    facts = facts or {}
    since: str = facts.get("since", "")
    until: str = facts.get("until", "9999")
    return since <= version <= until or version <= facts.get("also_until", "")


_FILES = {
    "types": ("types", "objects", "items"),
    "operations": ("operations", "lists"),
    "filters": ("filters",),
    "sorts": ("sorts",),
    "includes": ("includes", "nested"),
    "errors": ("errors",),
    "writes": ("writes",),
}
_HEAD = """DIDWW API v3 {version}: {parts}.

Built by `python -m contracts.build` from the tables in contracts/didww and its regulation/, which say where
each fact is from; not to be edited. The form stands at the head of contracts/didww_tables.py.
"""


def files() -> dict[str, str]:
    """The tables of every version as committed: path below contracts/ and text."""
    return {
        f"didww/{version}/{name}.yaml": text_of(
            {part: getattr(of_version(version), part) for part in parts},
            _HEAD.format(version=version, parts=", ".join(parts)),
        )
        for version in VERSIONS
        for name, parts in _FILES.items()
    }


class _Resolver:
    """Works out the tables of one version."""

    def __init__(self, version: str) -> None:
        self.version = version
        shapes, more = source("shapes.yaml"), source("regulation/shapes.yaml")
        former = shapes["former"]
        self._former: dict[str, str] = {name: was for name, (last, was) in former.items() if version <= last}
        first = shapes["first"]
        shape_of = {**shapes["types"], **more["types"]}
        for was in {name for _, name in former.values()} & shape_of.keys():
            del shape_of[was]  # written twice for its recordings
        self._shapes = {name: facts for name, facts in shape_of.items() if version >= first.get(name, "")}
        self._meta = {**shapes["lists"], **more["lists"]}
        queries = {**source("queries.yaml"), **source("regulation/lists.yaml")}
        self._queries = {name: facts for name, facts in queries.items() if name in {*self._shapes, "balance"}}

    def tables(self) -> Tables:
        shapes = source("shapes.yaml")
        lists = {
            self.name_of(kind): facts
            for kind, facts in self._queries.items()
            if kind != "balance" and known_in(facts, self.version)
        }
        return Tables(
            version=self.version,
            types={self.name_of(kind): self._type(kind, facts) for kind, facts in self._shapes.items()},
            objects={
                kind: self._values(members)
                for kind, members in shapes["objects"].items()
                if kind in self._objects_in_use()
            },
            items={
                kind: self._values(members) for kind, members in shapes["types"]["orders"]["items"].items()
            },
            operations=dict(self._operations()),
            lists={name: self._list(name, facts) for name, facts in lists.items()},
            filters={name: self._filters(name, facts) for name, facts in lists.items()},
            sorts={name: self._sorts(name, facts) for name, facts in lists.items()},
            includes={name: self._includes(name, facts) for name, facts in lists.items()},
            nested={name: self._nested(facts) for name, facts in lists.items()},
            errors=self._errors(),
            writes=dict(self._writes()),
        )

    # --- names -----------------------------------------------------------------------------------

    def name_of(self, kind: str) -> str:
        """What the version calls a type."""
        return self._former.get(kind, kind)

    def _newest(self, name: str) -> str:
        """The newest name of a type by that of the version."""
        return next((kind for kind, was in self._former.items() if was == name), name)

    def _members(self, table: Mapping[str, Table]) -> Iterator[tuple[str, str, Table]]:
        """(name in the version, newest name, facts) of the members that the version has."""
        for name, facts in table.items():
            if known_in(facts, self.version):
                yield name, name, facts
            elif "was" in facts:
                yield facts["was"], name, facts

    # --- types -----------------------------------------------------------------------------------

    def _type(self, kind: str, facts: Table) -> Table:
        found: Table = {"newest": kind, "attributes": self._values(facts["attributes"])}
        if "features_by_version" in facts:
            found["attributes"]["features"]["words"] = facts["features_by_version"][self.version]
        found["relationships"] = {
            name: self._relationship(about) for name, _, about in self._members(facts["relationships"])
        }
        found["meta"] = self._values(facts.get("meta", {}))
        return found

    def _values(self, table: Mapping[str, Table]) -> Table:
        return {name: self._value(facts) for name, _, facts in self._members(table)}

    def _value(self, facts: Table) -> Table:
        kind: str = facts["kind"]
        null = kind.endswith("?")
        rest = {name: value for name, value in facts.items() if name != "kind" and name not in _RANGE}
        if "of" in rest:
            rest["of"] = [name for name in rest["of"] if name in self._objects_in_use()]
        return {"kind": self._style(facts) or kind.removesuffix("?"), "null": null, **rest}

    def _style(self, facts: Table) -> str | None:
        """How the version spells the words of an attribute, None for as the newest does."""
        for style in _SPELLINGS:
            if self.version <= facts.get(f"{style}_until", ""):
                return style
        return None

    def _relationship(self, facts: Table) -> Table:
        found = {name: value for name, value in facts.items() if name not in _RANGE}
        for number in ("one", "many"):
            if number in found:
                found[number] = self.name_of(found[number])
        return found

    def _objects_in_use(self) -> set[str]:
        """The kinds of configuration and authentication that the version knows."""
        named = {
            kind
            for shape in self._shapes.values()
            for _, _, facts in self._members(shape["attributes"])
            for kind in facts.get("of", ())
        }
        ranges = {
            kind: rules
            for facts in source("voice_writes.yaml").values()
            for about in facts.get("objects", {}).values()
            for kind, rules in about["kinds"].items()
        }
        return {kind for kind in named if known_in(ranges.get(kind), self.version)}

    # --- operations ------------------------------------------------------------------------------

    def _operations(self) -> Iterator[tuple[str, Table]]:
        for row in source("operations.yaml")["operations"]:
            start, kind, *rest = row["path"].split("/")
            wire = self.name_of(kind)
            if not self._has(kind) or not known_in(row, self.version):
                continue
            verb = "show" if kind == "balance" else _VERBS[row["method"], bool(rest)]
            name = row["name"].replace(_camel(kind, verb), _camel(wire, verb))
            yield (
                name,
                {
                    "newest": row["name"],
                    "method": row["method"],
                    "path": "/".join((start, wire, *rest)),
                    "type": "balances" if kind == "balance" else wire,
                    "verb": verb,
                },
            )

    def _has(self, kind: str) -> bool:
        return kind == "balance" or kind in self._shapes

    # --- lists -----------------------------------------------------------------------------------

    def _list(self, name: str, facts: Table) -> Table:
        meta = self._meta.get(self._newest(name)) or self._meta.get(name, [])
        found = {"type": name, "paginated": facts["paginated"]}
        if facts["paginated"]:
            found["page_size"] = facts["default_page_size"]
        return {**found, "shown": facts.get("shown", True) and self._shows(name), "meta": meta}

    def _shows(self, name: str) -> bool:
        wanted = f"/{self._newest(name)}/{{id}}"
        return any(
            row["path"] == wanted and row["method"] == "GET" and known_in(row, self.version)
            for row in source("operations.yaml")["operations"]
        )

    def _filters(self, name: str, facts: Table) -> Table:
        kind = self._newest(name)
        found: Table = {}
        for asked, about in facts["filters"].items():
            about = about or {}
            if not known_in(about, self.version):
                continue
            first, dot, rest = asked.partition(".")
            related = self._shapes[kind]["relationships"].get(first, {})
            wire = asked
            if dot and "was" in related and not known_in(related, self.version):
                wire = f"{related['was']}.{rest}"
            found[wire] = self._filter(kind, asked, about)
        return found

    def _filter(self, kind: str, name: str, facts: Table) -> Table:
        found = {
            part: value
            for part, value in facts.items()
            if part not in _RANGE and not part.startswith("enum") and part != "case_insensitive"
        }
        if facts.get("case_insensitive") and self.version >= "2022-05-10":
            found["case_insensitive"] = True
        words = self._words(kind, name, facts)
        return found if words is None else {**found, "enum": words}

    def _words(self, kind: str, name: str, facts: Table) -> list[str] | None:
        if name.split(".")[-1] == "features" and kind != "nanpa_prefixes":
            words: list[str] = self._shapes["did_groups"]["features_by_version"][self.version]
            return words
        if "enum" not in facts:
            return None
        words = facts["enum"]
        if self.version <= "2022-05-10":
            words = facts.get("enum_2022-05-10", words)
        style = self._style(self._shapes[kind]["attributes"].get(name, {}))
        return words if style is None else [_SPELLINGS[style](word) for word in words]

    def _sorts(self, name: str, facts: Table) -> Table:
        shown = {member for member, _, _ in self._members(self._shapes[self._newest(name)]["attributes"])}
        found: Table = {}
        for asked, about in facts["sorts"].items():
            if known_in(about, self.version):
                stands_for = (about or {}).get("attribute", asked)
                found[asked] = {} if asked in shown or stands_for == asked else {"attribute": stands_for}
        return found

    def _includes(self, name: str, facts: Table) -> Table:
        related = self._shapes[self._newest(name)]["relationships"]
        known = {newest: (wire, about) for wire, newest, about in self._members(related)}
        found: Table = {}
        for asked, about in facts["includes"].items():
            if asked in known and known_in(about, self.version):
                wire, relation = known[asked]
                found[wire] = self._relationship(relation)
            elif asked not in related and known_in(about, self.version):  # by its former name
                wire, relation = next(item for item in known.values() if item[0] == asked)
                found[wire] = self._relationship(relation)
        return found

    def _nested(self, facts: Table) -> list[str]:
        renamed = {
            name: about["was"]
            for shape in self._shapes.values()
            for name, about in shape["relationships"].items()
            if "was" in about and not known_in(about, self.version)
        }
        paths: list[str] = facts["nested_includes_seen"]
        return [".".join(renamed.get(part, part) for part in path.split(".")) for path in paths]

    # --- errors ----------------------------------------------------------------------------------

    def _errors(self) -> Table:
        """Those without versions hold in all; 2021 is as 2022 where only two versions are named."""
        seen = max(self.version, "2022-05-10")
        every = {**source("errors.yaml")["errors"], **source("regulation/errors.yaml")["errors"]}
        return {
            name: {part: value for part, value in facts.items() if part != "versions"}
            for name, facts in every.items()
            if seen in facts.get("versions", (seen,))
        }

    # --- writes ----------------------------------------------------------------------------------

    def _writes(self) -> Iterator[tuple[str, Table]]:
        written: Table = {
            **source("regulation/writes.yaml")["writes"],
            **source("record_writes.yaml")["writes"],
        }
        voice = source("voice_writes.yaml")
        links, more = source("link_writes.yaml")["writes"], source("requests.yaml")["writes"]
        for kind, facts in voice.items():
            for method in ("POST", "PATCH") if facts.get("made", True) else ("PATCH",):
                written[f"{method} /{kind}"] = facts
        for key in {**written, **links, **more}:
            method, _, kind = key.partition(" /")
            if not self._has(kind) or not known_in(written.get(key), self.version):
                continue
            if kind in voice:
                found = self._voice_write(kind, method, written[key])
            else:
                found = self._write(kind, written.get(key, {}))
            found["relationships"] |= self._more_links(links.get(key, {}))
            found["attributes"] |= self._rules(kind, more.get(key, {}).get("attributes", {}))
            items: Table = {}
            if kind == "orders" and method == "POST":
                found["attributes"] |= self._rules(kind, source("item_writes.yaml")["attributes"])
                items = self._items_written()
            parts = self._rules(kind, more.get(key, {}).get("parts", {}))
            wire = f"{method} /{self.name_of(kind)}"
            yield wire, {"newest": key, **found, "items": items, "parts": parts}

    def _items_written(self) -> Table:
        found = {
            kind: self._rules("orders", facts["members"])
            for kind, facts in source("item_writes.yaml")["items"].items()
        }
        for members in found.values():
            for rule in members.values():
                rule["kind"] = {"id": "uuid"}.get(rule["kind"], rule["kind"])
        return found

    def _more_links(self, table: Mapping[str, Table]) -> Table:
        """Links of link_writes.yaml, where names are already those of the versions."""
        found: Table = {}
        for name, facts in table.items():
            if known_in(facts, self.version):
                link = {part: value for part, value in facts.items() if part not in _RANGE}
                if "needed" in link:
                    link["needed"] = True
                elif "one" in link:
                    link["null"] = True
                found[name] = link
        return found

    def _write(self, kind: str, facts: Table) -> Table:
        return {
            "attributes": self._rules(kind, facts.get("attributes", {})),
            "relationships": {
                name: self._relationship(about)
                for name, _, about in self._members(facts.get("relationships", {}))
            },
            "never": facts.get("never", []),
            "objects": {},
        }

    def _voice_write(self, kind: str, method: str, facts: Table) -> Table:
        turn = "create" if method == "POST" else "update"
        taken = {name: about for name, about in facts["attributes"].items() if about.get(turn, True)}
        rules = self._rules(kind, taken)
        objects: Table = {}
        for name, about in facts.get("objects", {}).items():
            if known_in(about, self.version):
                objects[name] = self._object(kind, method, about)
        links: Table = {}
        for wire, _, about in self._links(kind, facts["links"]):
            number = "many" if about.get("many") else "one"
            link = {number: self.name_of(about["to"])}
            links[wire] = link | {name: about[name] for name in ("null", "needed") if name in about}
        for rule in rules.values():
            if rule.pop("required", False) and method == "POST":
                rule["needed"] = True
        return {"attributes": rules, "relationships": links, "never": [], "objects": objects}

    def _links(self, kind: str, links: Table) -> Iterator[tuple[str, str, Table]]:
        """Links under the names that their relationships have."""
        for wire, newest, _ in self._members(self._shapes[kind]["relationships"]):
            if newest in links and known_in(links[newest], self.version):
                yield wire, newest, links[newest]

    def _object(self, kind: str, method: str, facts: Table) -> Table:
        return {
            "needed": bool(facts.get("required")) and method == "POST",
            "kinds": {
                name: {
                    "members": self._rules(kind, rules["members"]),
                    "read_only": [
                        member
                        for member, since in rules.get("read_only", {}).items()
                        if since <= self.version
                    ],
                }
                for name, rules in facts["kinds"].items()
                if known_in(rules, self.version)
            },
        }

    def _rules(self, kind: str, table: Mapping[str, Table]) -> Table:
        shown = self._shapes[kind]["attributes"]
        found: Table = {}
        for name, _, facts in self._members(table):
            rule = {part: value for part, value in facts.items() if part not in _RANGE}
            if self.version <= facts.get("required_until", ""):
                rule["kind"] = "required"
            style = self._style(shown.get(name, {}))
            if style is not None and "words" in rule:
                rule["words"] = [_SPELLINGS[style](word) for word in rule["words"]]
            found[name] = rule
        return found


def _camel(kind: str, verb: str) -> str:
    """A type as names of operations have it: `identities`, `show` -> "Identity"."""
    name = "".join(part.capitalize() for part in kind.split("_"))
    if verb == "list":
        return name
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if name.endswith(plural):
            return re.sub(f"{plural}$", singular, name)
    return name
