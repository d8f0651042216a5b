"""The claims about DIDWW that follow from its tables: operations, lists, links, engine cases, recordings.

A type is named as in 2026-04-16; a filter, a sort key or an include as the version names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.claims import VERSIONS, Claim
from contracts.derived_didww_cases import cases, recordings
from contracts.derived_didww_writes import writes
from contracts.didww_tables import Table, of_version

EVERY = VERSIONS["didww"]
FILTERS, SORTS, INCLUDES = (f"tests/didww/test_{part}.py" for part in ("filters", "sorts", "includes"))

# What only publications show; every other operation stands in a recording, too.
_DOCUMENTED = {
    "address_verifications": ("update",),
    "emergency_calling_services": ("list", "show", "delete"),
    "emergency_requirement_validations": ("create",),
    "emergency_requirements": ("list", "show"),
    "emergency_verifications": ("list", "show", "create", "update"),
    "identities": ("show",),
    "orders": ("list", "update", "delete"),
    "permanent_supporting_documents": ("list", "show", "update"),
    "proof_types": ("show",),
    "proofs": ("list", "show", "update"),
    "supporting_document_templates": ("show",),
    "voice_in_trunk_groups": ("show",),
    "voice_in_trunks": ("show",),
}
_VERBS = {
    "list": "the records of the account or of the catalogue",
    "show": "one record",
    "create": "what was made (201)",
    "update": "the record as it is then (200)",
    "delete": "nothing (204)",
}
_DONE = {
    "create": "test_create_makes_a_record",
    "update": "test_update_changes_the_record",
    "delete": "test_delete_takes_the_record_away",
}
_SOURCES = "OpenAPI document 2026-04-16, reference collections of the versions"
_LINKS_COST = (
    "DIDWW gives these addresses in every answer; a client that follows them relies on routes that no "
    "publication describes."
)


def derived() -> Iterator[Claim]:
    """Every claim of the tables."""
    yield from _operations()
    for part, make in (("filters", _filter), ("sorts", _sort), ("includes", _include)):
        for (kind, name), places in _entries(part).items():
            yield make(kind, name, places)
    yield from _links()
    yield from writes()
    yield from cases()
    yield from recordings()


def _operations() -> Iterator[Claim]:
    found: dict[tuple[str, str], dict[str, Table]] = {}
    for version in EVERY:
        tables = of_version(version)
        for name, row in tables.operations.items():
            newest: str = tables.types[row["type"]]["newest"] if row["type"] in tables.types else row["type"]
            found.setdefault((newest, row["verb"]), {})[version] = {**row, "name": name}
    for (kind, verb), rows in found.items():
        latest = next(iter(rows.values()))
        known = "documented" if verb in _DOCUMENTED.get(kind, ()) else "recorded"
        lists = {version: f"{version}-{row['type']}" for version, row in rows.items()}
        own = ["tests/didww/test_operations.py::test_operation_is_served"]
        if verb in _DONE:
            own.append(f"tests/didww/test_writes.py::{_DONE[verb]}")
        yield Claim(
            id=f"didww.{kind}.{verb}",
            kind="operation",
            operation=(f"{kind}.{verb}",),
            version=tuple(rows),
            when=f"{latest['method']} /v3{latest['path']} is sent with a valid key and what it needs",
            then=f"It is answered with {_VERBS[verb]}, in the form of the version asked for.",
            evidence=known,
            source=f"{_SOURCES}, {latest['name']}" + ("; recordings" if known == "recorded" else ""),
            tests=(
                *(test for function in own for test in _tests(function, _named(rows))),
                *_succeeds(kind, verb, lists),
            ),
        )


def _named(rows: Mapping[str, Table]) -> dict[str, str]:
    return {version: f"{version}-{row['name']}" for version, row in rows.items()}


def _succeeds(kind: str, verb: str, params: Mapping[str, str]) -> tuple[str, ...]:
    """The tests in which the operation does what it is for."""
    if kind == "balances":
        return ("tests/didww/test_buying.py::test_balance_is_balance_plus_credit",)
    if verb in ("list", "show"):
        form = "tests/didww/test_lists.py::test_list_and_its_records_have_the_form_of_the_version"
        return _tests(form, params)
    if (kind, verb) in _OWN:
        return (f"tests/didww/test_{_OWN[kind, verb]}",)
    if kind in _VOICE:
        name = "" if kind == "shared_capacity_groups" else "name-"
        return (f"tests/didww/test_voice_writes.py::test_good_value_is_taken_and_read_back[{kind}-{name}*]",)
    which = f"{'POST' if verb == 'create' else 'PATCH'}-{kind}-*"
    if kind in ("exports", "dids", "orders", "did_reservations"):
        return (f"tests/didww/test_record_writes.py::test_other_values_are_taken_and_read_back[{which}]",)
    return (f"tests/didww/test_regulation_writes.py::test_good_document_is_accepted[{which}]",)


_VOICE = ("voice_in_trunks", "voice_in_trunk_groups", "voice_out_trunks", "shared_capacity_groups")
_OWN = {
    ("addresses", "delete"): "identities.py::test_address_goes_with_its_proofs",
    ("capacity_pools", "update"): "capacity_limits.py::test_pool_shrinks_to_what_is_used_and_no_further",
    ("did_reservations", "delete"): "stock.py::test_deleted_reservation_puts_the_number_back",
    ("emergency_calling_services", "delete"): "emergency.py::test_service_is_canceled_and_stays_readable",
    ("encrypted_files", "create"): "documents.py::test_upload_is_taken_in_and_lies_for_a_day",
    ("encrypted_files", "delete"): "documents.py::test_upload_is_deleted",
    ("identities", "delete"): "identities.py::test_deleting_an_identity_takes_all_that_is_its_own",
    ("orders", "delete"): "buying.py::test_cancelling_a_pending_order_gives_back_money_and_numbers",
    ("permanent_supporting_documents", "delete"): (
        "documents.py::test_permanent_document_is_kept_with_its_identity"
    ),
    ("proofs", "delete"): "documents.py::test_proof_takes_its_files_along",
    ("voice_out_trunk_regenerate_credentials", "create"): (
        "voice_out.py::test_credentials_are_rotated_and_read_from_the_trunk"
    ),
}


Places = dict[str, tuple[str, Table]]  # by version: the list's name there, and what the table says


def _entries(part: str) -> dict[tuple[str, str], Places]:
    """(newest name of a list, name of a filter ...) -> the versions that have it."""
    found: dict[tuple[str, str], Places] = {}
    for version in EVERY:
        tables = of_version(version)
        for kind, table in getattr(tables, part).items():
            newest: str = tables.types[kind]["newest"]
            for name, facts in table.items():
                found.setdefault((newest, name), {})[version] = (kind, facts)
    return found


def _filter(kind: str, name: str, places: Places) -> Claim:
    facts = next(iter(places.values()))[1]
    then = f"Only the records are listed that {name} lets through"
    if "enum" in facts:
        then += f" (one of {', '.join(facts['enum'])})"
    for part, yes, no in (
        ("array", "a comma means any of the values", "it takes one value"),
        ("blank", "an empty value finds records without one", "an empty value is refused"),
    ):
        if part in facts:
            then += f"; {yes if facts[part] else no}"
    own = [f"{FILTERS}::test_filter_leaves_the_matching_rows"]
    if facts.get("array") is False:
        own.append(f"{FILTERS}::test_filter_of_one_value_refuses_two")
    if facts.get("blank") is False:
        own.append(f"{FILTERS}::test_filter_that_wants_a_value_refuses_none")
    return _listing("filter", kind, name, places, f"filter[{name}] is sent", f"{then}.", own)


def _sort(kind: str, name: str, places: Places) -> Claim:
    then = f"The list is in ascending order of {name}, in descending order with a minus before it."
    own = [f"{SORTS}::test_sort_orders_the_list_both_ways"]
    return _listing("sort", kind, name, places, f"sort={name} or sort=-{name} is sent", then, own)


def _include(kind: str, name: str, places: Places) -> Claim:
    then = f"The records linked by {name} come in `included`, each once, and the linkage in `data` of it."
    own = [f"{INCLUDES}::test_include_brings_the_linked_records"]
    return _listing("include", kind, name, places, f"include={name} is sent", then, own)


def _listing(
    part: str, kind: str, name: str, places: Places, when: str, then: str, functions: list[str]
) -> Claim:
    verbs = ("list", "show") if part == "include" else ("list",)
    params = {version: f"{version}-{wire}-{name}" for version, (wire, _) in places.items()}
    return Claim(
        id=f"didww.{part}.{kind}.{name}",
        kind=part,
        operation=tuple(f"{kind}.{verb}" for verb in verbs),
        version=tuple(places),
        when=when,
        then=then,
        evidence="documented",
        source=f"{_SOURCES}, {kind}",
        tests=tuple(test for function in functions for test in _tests(function, params)),
    )


def _links() -> Iterator[Claim]:
    """Linkage and related records of the types that have relationships."""
    found: dict[str, dict[str, str]] = {}
    for version in EVERY:
        tables = of_version(version)
        for kind, table in tables.includes.items():
            if table:
                found.setdefault(tables.types[kind]["newest"], {})[version] = f"{version}-{kind}-*"
    for kind, params in found.items():
        for name, when, then in (
            (
                "linkage",
                "its address `links.self` of a relationship is asked",
                "The answer holds data, links and meta: the linkage that an include shows, and both links.",
            ),
            (
                "related",
                "its address `links.related` of a relationship is asked",
                "The answer holds the linked records as an include shows them, null or none.",
            ),
        ):
            yield Claim(
                id=f"didww.{kind}.{name}",
                kind="rule",
                operation=(f"{kind}.{name}",),
                version=tuple(params),
                when=f"Of a record of {kind}, {when}",
                then=then,
                evidence="assumed",
                source="jsonapi-resources 0.9.12 has these routes by default; the links are recorded",
                tests=_tests(f"{INCLUDES}::test_relationship_leads_to_what_include_brings", params),
                cost=_LINKS_COST,
            )


def _tests(function: str, params: Mapping[str, str]) -> tuple[str, ...]:
    """A test by its parameters in each version, in one line where they differ by the version alone."""
    forms = {param.replace(version, "{version}", 1) for version, param in params.items()}
    if len(forms) == 1:
        return (f"{function}[{forms.pop()}]",)
    return tuple(f"{function}[{param}]" for param in params.values())
