"""The claims about DIDWW of what its writes take: one for each attribute, member of an item, and link.

Where nothing is published of an attribute, its claim is assumed: the bounds are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contracts.claims import VERSIONS, Claim
from contracts.didww_tables import Table, known_in, source

EVERY = VERSIONS["didww"]
TWO = EVERY[:2]  # the versions in which these tables are tried: those with documents
TESTS = "tests/didww/test_"
REFUSED = "test_value_that_will_not_do_is_refused_and_changes_nothing"
_PUBLISHED = "OpenAPI document 2026-04-16, reference collections and documentation pages"
_COST = (
    "Nothing is published of its bounds: what passes here may be refused by DIDWW, or the other way round."
)
_KINDS = {
    "text": "a text",
    "required": "a text that is not blank",
    "reference": "a text of at most 100 characters, or null",
    "digits": "digits",
    "email": "an e-mail address, or null",
    "date": "a date as YYYY-MM-DD, or null",
    "url": "an http or https address, or null",
    "bool": "true or false",
    "int": "a whole number",
    "word": "a word",
    "code": "a code",
    "codes": "a list of codes",
    "ips": "a list of addresses or networks",
    "amount": "a decimal text",
    "id": "the id of a record",
}


def writes() -> Iterator[Claim]:
    """Every claim of the tables of writes."""
    for file, tests, versions in (
        ("record_writes.yaml", ("record_writes.py::" + REFUSED,), EVERY),
        ("regulation/writes.yaml", ("regulation_writes.py::" + REFUSED,), TWO),
    ):
        yield from _attributes(source(file)["writes"], tests, versions)
    for kind, table in source("voice_writes.yaml").items():
        yield from _voice(kind, table)
    for kind, table in source("item_writes.yaml")["items"].items():
        test = "item_writes.py::test_value_that_will_not_do_is_refused_and_nothing_is_bought"
        for name, facts in table["members"].items():
            label = f"{kind}-{name}"
            yield from _write(f"orders.items.{kind}.{name}", "orders.create", facts, EVERY, [(test, label)])
    yield from _links()


def _attributes(table: Mapping[str, Table], tests: Iterable[str], versions: Iterable[str]) -> Iterator[Claim]:
    """Attributes by `POST /TYPE` and `PATCH /TYPE`; the same in both where both take it."""
    found: dict[tuple[str, str], list[tuple[str, Table]]] = {}
    for which, write in table.items():
        kind = which.partition(" /")[2]
        for name, facts in write["attributes"].items():
            if facts["kind"] != "filters":  # which have claims of their own
                about = {**facts, "since": max(facts.get("since", ""), write.get("since", ""))}
                found.setdefault((kind, name), []).append((which, about))
    for (kind, name), places in found.items():
        facts = min((about for _, about in places), key=lambda about: str(about["since"]))
        known = tuple(version for version in versions if known_in(facts, version))
        refs = []
        for which, about in places:
            if all(known_in(about, version) for version in known):
                refs += [(test, f"{which.replace(' /', '-')}-{name}") for test in tests]
        operations = [f"{kind}.{'create' if which.startswith('POST') else 'update'}" for which, _ in places]
        yield from _write(f"{kind}.{name}", operations, facts, known, refs)


def _voice(kind: str, table: Table) -> Iterator[Claim]:
    operations = [f"{kind}.create", f"{kind}.update"] if table.get("made", True) else [f"{kind}.update"]
    test = "voice_writes.py::test_wrong_value_is_refused_at_its_place_and_changes_nothing"
    good = "voice_writes.py::test_good_value_is_taken_and_read_back"
    for name, facts in table["attributes"].items():
        label = f"{kind}-{name}"
        refs = [(test, label)] + ([] if name in _TIED else [(good, label)])
        yield from _write(f"{kind}.{name}", operations, facts, TWO, refs)
    for holder, about in table.get("objects", {}).items():
        for inner, rules in about["kinds"].items():
            for name, facts in rules["members"].items():
                label = f"{inner}-{name}"
                refs = [(test, label)] + ([] if name in _TIED else [(good, label)])
                versions = [v for v in TWO if known_in(about, v) and known_in(rules, v)]
                yield from _write(f"{kind}.{holder}.{inner}.{name}", operations, facts, versions, refs)


# What other members decide about, and tests of these rules.
_TIED = {"enabled_sip_registration", "use_did_in_ruri", "allow_any_did_as_cli", "emergency_enable_all"}
_TIED |= {"sst_session_expires", "allowed_sip_ips", "total_channels_count", "shared_channels_count"}


_UNBOUNDED = ("qty", "prorate_days_qty")
# Whose bounds are those of the account, not of the attribute; written by hand.
_OF_ACCOUNT = ("total_channels_count", "shared_channels_count", "dedicated_channels_count")


def _write(
    name: str,
    operations: str | list[str],
    facts: Table,
    versions: Iterable[str],
    refs: Iterable[tuple[str, str]],
) -> Iterator[Claim]:
    place = name.rpartition(".")[2]
    assumed = facts.get("evidence") == "assumed" or facts["kind"] == "email" or place in _UNBOUNDED
    known = tuple(version for version in versions if known_in(facts, version))
    if known and place not in _OF_ACCOUNT:
        yield Claim(
            id=f"didww.write.{name}",
            kind="rule",
            operation=(operations,) if isinstance(operations, str) else tuple(operations),
            version=known,
            when=f"{place} is sent",
            then=f"It takes {_taken(facts)}; anything else is refused at its place and nothing changes.",
            evidence="assumed" if assumed else "documented",
            source="no source" if assumed else _PUBLISHED,
            tests=tuple(f"{TESTS}{test}[{label}-{{version}}]" for test, label in refs),
            cost=_COST if assumed else "",
        )


def _taken(facts: Table) -> str:
    said = _KINDS[facts["kind"]]
    if "least" in facts:
        said += f" from {facts['least']} to {facts['most']}"
    elif "most" in facts:
        said += f" of at most {facts['most']}{' characters' if facts['kind'] == 'text' else ' entries'}"
    if "words" in facts:
        said += f" out of {', '.join(map(str, facts['words']))}"
    if facts.get("blank") is False:
        said += ", not blank"
    if facts.get("null") or (facts["kind"] == "text" and "null" not in facts):
        said += ", or null"
    return said + (", and is needed" if facts.get("needed") or facts.get("required") else "")


def _links() -> Iterator[Claim]:
    """`didww.link.TYPE.NAME` of what takes links; how it is refused is the claim of the error."""
    every = [
        (
            f"{TESTS}link_writes.py::test_link_that_will_not_do_is_refused_and_changes_nothing",
            EVERY,
            which,
            links,
        )
        for which, links in source("link_writes.yaml")["writes"].items()
    ]
    every += [
        (
            f"{TESTS}regulation_writes.py::test_link_that_will_not_do_is_refused_and_changes_nothing",
            TWO,
            which,
            {name: {**facts, "in": write.get("since", "")} for name, facts in write["relationships"].items()},
        )
        for which, write in source("regulation/writes.yaml")["writes"].items()
    ]
    found: dict[tuple[str, str], list[tuple[str, tuple[str, ...], str, Table]]] = {}
    for test, versions, which, links in every:
        for name, facts in links.items():
            found.setdefault((which.partition(" /")[2], name), []).append((test, versions, which, facts))
    for (kind, name), places in found.items():
        yield from _link(kind, name, places)


def _link(kind: str, name: str, places: list[tuple[str, tuple[str, ...], str, Table]]) -> Iterator[Claim]:
    _, versions, _, facts = places[0]
    known = tuple(v for v in versions if known_in(facts, v) and v >= facts.get("in", ""))
    target = facts.get("one") or facts["many"]
    needed = " It is needed." if facts.get("needed") else ""
    yield Claim(
        id=f"didww.link.{kind}.{name}",
        kind="rule",
        operation=tuple(
            f"{kind}.{'create' if which.startswith('POST') else 'update'}" for _, _, which, _ in places
        ),
        version=known,
        when=f"The relationship {name} is sent",
        then=f"It takes {'one' if 'one' in facts else 'several'} of {target}; what is not there, malformed "
        f"or of another type is refused and nothing changes.{needed}",
        evidence="documented",
        source=_PUBLISHED,
        tests=tuple(
            f"{test}[{which.replace(' /', '-')}-{name}-{{version}}]"
            for test, _, which, about in places
            if about.get("in", "") <= known[-1]
        ),
    )
