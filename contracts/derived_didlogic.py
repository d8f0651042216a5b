"""The claims about didlogic that follow from its tables: operations, errors, statuses, filters, examples.

An operation may be better known than its answer. Then the claim is about the operation alone, and the form
of the answer belongs to the open point (`didlogic.G18`) that its table names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from contracts.claims import Claim
from contracts.derived_didlogic_statuses import STATUSES, WORD

TABLES = Path(__file__).parent / "didlogic"
OPERATIONS = "tests/didlogic/test_tables.py::test_operation_is_carried_out"
REFUSED = "tests/didlogic/test_tables.py::test_operation_is_refused"
FORMS = "tests/didlogic/test_tables.py::test_answer_has_the_recorded_form"
VALID = "tests/didlogic/test_fuzz.py::test_valid_requests_are_answered_as_described"
# Named by the table, not served as a filter: claims.yaml says so.
_NOT_FILTERS = {"page", "per_page", "cheap_sorting", "features"}
# Tests that compare the whole body, where those of the tables look at its form.
_WHOLE = {
    "get_risk_check": (
        "tests/didlogic/test_risk_checks.py::test_requested_check_is_pending_and_then_completed",
    ),
}
# Answers of the server rather than of the provider; they are rules, and no refusal that anybody documents.
_OURS = {"unimplemented"}


def derived() -> Iterator[Claim]:
    """Every claim of the tables."""
    for version in ("v1", "v2"):
        for row in _table(f"{version}/operations.json"):
            yield _operation(row, version)
            yield from _filters(row, version)
    for row in _table("errors.json"):
        yield _error(row)
    for row in _table("purchase_errors.json"):
        yield _unsold(row)
    for name, (operations, gap, words) in STATUSES.items():
        for word, about in words.items():
            yield _status(name, operations, gap, word, *about)
    yield from _examples()


def _table(name: str) -> Any:
    return orjson.loads((TABLES / name).read_bytes())


def _source(level: str, about: str, gap: str = "") -> str:
    if level == "assumed":
        return f"in no source; open point {gap} of gaps.json" if gap else "in no source"
    known = {"documented": "reference documentation", "client": "requests and readers of public clients"}
    return f"{known[level]}, {about}"


def _operation(row: dict[str, Any], version: str) -> Claim:
    level = "assumed" if row["confidence"] == "guess" else row["evidence"]
    then = f"{row['about']} It is answered with {row['answer']['status']}"
    if level == "assumed" or row["answer"]["shape_evidence"] != "assumed":
        schema = row["answer"].get("schema")
        then += f" and the body of `{schema}`." if schema else " and the bytes of the file."
    else:
        then += f"; the form of the body is open ({row['gap']})."
    return Claim(
        id=f"didlogic.{row['id']}",
        kind="operation",
        operation=(row["id"],),
        version=(version,),
        when=f"{row['method']} {row['path']} is sent with what it needs",
        then=then,
        evidence=level,
        source=_source(level, f"{row['tag']}: {row['summary']}", row.get("gap", "")),
        tests=(f"{OPERATIONS}[{row['id']}]", f"{VALID}[{version}-{row['id']}]", *_WHOLE.get(row["id"], ())),
        cost=_GUESSED[row["id"]] if level == "assumed" else "",
    )


_CHECKS = (
    "A client built on this path and body finds nothing there; only that such checks exist is documented."
)
_GUESSED = {
    "asr_report": "A client built on this path may find nothing; only that there is a report is known.",
    "get_identity": "A client that reads one identity by its id may meet 404, and has to read the list.",
    "update_identity": "A client that renames an identity may meet 404, and has to make a new one.",
    "request_risk_check": _CHECKS,
    "list_risk_checks": _CHECKS,
    "get_risk_check": _CHECKS,
}


# --- errors ----------------------------------------------------------------------------------------------


def _error(row: dict[str, Any]) -> Claim:
    body = orjson.dumps(row["body"]).decode()
    then = f"The request is refused with {row['status']} and a body like {body}"
    if row["level"] != "assumed" and row["body_level"] == "assumed":
        then += f", of which the sentence is open ({row['gap']})"
    about, tests = _ERRORS[row["claim"]]
    return Claim(
        id=f"didlogic.error.{row['claim']}",
        kind="rule" if row["claim"] in _OURS else "error",
        operation=("*",),
        version=tuple(row["apis"]),
        when=row["when"],
        then=f"{then}.",
        evidence=row["level"],
        source=_source(row["level"], about, row["gap"]),
        tests=tests,
        cost=_ERROR_COSTS[row["claim"]] if row["level"] == "assumed" else "",
    )


_CONTRACT = "tests/didlogic/test_contract.py"
_ERRORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wrong_token.v1": (
        "status codes of the v1 pages",
        (f"{_CONTRACT}::test_operation_refuses_when_the_token_is_wrong[* /v1/*]",),
    ),
    "wrong_token.v2": (
        "status codes of the page on archiving an identity",
        (f"{_CONTRACT}::test_operation_refuses_when_the_token_is_wrong[* /v2/*]",),
    ),
    "forbidden": (
        "handling of 403 in calls of the shop",
        (
            f"{_CONTRACT}::test_refused_shop_when_buying_is_switched_off",
            "tests/didlogic/test_permissions.py::test_feature_that_is_off_is_forbidden_and_nothing_else_is[*]",
            "tests/didlogic/test_judge_mcp.py::test_shop_that_is_switched_off_is_403",
        ),
    ),
    "not_found": (
        "",
        (
            f"{_CONTRACT}::test_unknown_path_or_method_is_not_found",
            f"{REFUSED}[*-not_found-*]",
            "tests/didlogic/test_sms.py::test_message_that_is_unknown_or_of_another_sandbox_is_not_found",
            "tests/didlogic/test_click2call.py::test_call_that_is_unknown_is_not_found",
        ),
    ),
    "validation": (
        "reading of `errors` with lists of texts by field",
        (
            f"{REFUSED}[*-validation-*]",
            "tests/didlogic/test_clients.py::test_client_finds_the_reason_of_a_refusal",
            "tests/didlogic/test_sipaccounts.py::test_all_wrong_fields_are_named_at_once",
        ),
    ),
    "low_balance": (
        "",
        (
            f"{REFUSED}[*-low_balance-*]",
            "tests/didlogic/test_sms.py::test_message_is_refused_when_the_balance_is_too_low",
            "tests/didlogic/test_click2call.py::test_call_is_refused_without_funds",
        ),
    ),
    "a_type_unsupported": (
        "notes of the voice stream client on calls that are refused",
        (
            f"{REFUSED}[*-a_type_unsupported-*]",
            "tests/didlogic/test_click2call.py::test_first_leg_may_be_a_stream_when_the_account_has_streams",
            "tests/didlogic/test_click2call.py::test_first_leg_of_another_kind_is_not_supported",
        ),
    ),
    "default_identity": (
        "page on archiving an identity",
        (
            f"{REFUSED}[*-default_identity-*]",
            "tests/didlogic/test_identities.py::test_default_identity_cannot_be_archived",
        ),
    ),
    "full": (
        "",
        (
            "tests/didlogic/test_documents.py::test_documents_are_bounded",
            "tests/didlogic/test_identities.py::test_identities_are_bounded",
            "tests/didlogic/test_risk_checks.py::test_checks_are_bounded",
        ),
    ),
    "unreadable": (
        "",
        (
            "tests/didlogic/test_bad_input.py::test_query_that_cannot_be_read_is_refused",
            "tests/didlogic/test_sms.py::test_body_that_cannot_be_read_is_refused[*-400]",
            "tests/didlogic/test_click2call.py::test_body_that_cannot_be_read_is_refused",
        ),
    ),
    "too_large": ("", (f"{_CONTRACT}::test_body_over_the_limit_is_too_large",)),
    "throttled": (
        "",
        (
            f"{_CONTRACT}::test_throttled_when_a_limit_is_set",
            "tests/didlogic/test_permissions.py::test_limit_set_through_the_control_api_throttles_both_versions",
        ),
    ),
    "crashed": ("", (f"{_CONTRACT}::test_failures_of_the_server_wear_the_same_envelope",)),
    "unavailable": ("", (f"{_CONTRACT}::test_failures_of_the_server_wear_the_same_envelope",)),
    "unimplemented": ("", (f"{_CONTRACT}::test_operation_that_is_not_emulated_says_so",)),
}
_ERROR_COSTS = {
    "not_found": "A client that matches on the sentence may miss the real one; a wrong method may give 405.",
    "low_balance": "A client that tells a lack of funds by status or sentence may miss the real one.",
    "full": "These limits are the server's own; nobody knows at which figures the provider refuses, or how.",
    "unreadable": "A client that sends a broken body may meet another status, or an HTML page.",
    "too_large": "A client that sends long bodies may meet another status, or a cut connection.",
    "throttled": "A client that waits as long as Retry-After says may find no such header.",
    "crashed": "A client that reads `error` of a failure may meet an HTML page.",
    "unavailable": "A client that reads `error` of an outage may meet an HTML page.",
    "unimplemented": "The provider answers here; a client sees 501 only where this server has a gap.",
}


_PURCHASES = "tests/didlogic/test_purchases.py"
_UNSOLD = {
    "not_on_sale": f"{_PURCHASES}::test_number_another_buyer_took_is_not_on_sale",
    "already_owned": f"{_PURCHASES}::test_several_are_bought_at_once_and_failures_stand_beside_them",
    "low_balance": f"{_PURCHASES}::test_number_is_not_sold_when_the_balance_is_short",
    "documents_missing": f"{_PURCHASES}::test_strict_account_refuses_numbers_whose_documents_are_missing",
}


def _unsold(row: dict[str, Any]) -> Claim:
    """Why one number of a purchase is not bought; the request as a whole is answered with 200."""
    return Claim(
        id=f"didlogic.purchase_error.{row['claim']}",
        kind="rule",
        operation=("purchase_numbers",),
        version=("v2",),
        when=row["when"],
        then=f"The number stands in `errors` with [{row['text']!r}], and is not bought.",
        evidence=row["level"],
        source=_source(row["level"], "purchase", row["gap"]),
        tests=(_UNSOLD[row["claim"]],),
        cost="A client that matches on this sentence may not recognise the real one.",
    )


# --- statuses --------------------------------------------------------------------------------------------


def _status(
    name: str,
    operations: tuple[str, ...],
    gap: str,
    word: str,
    then: str,
    tests: tuple[str, ...],
    known: str = "",
) -> Claim:
    level = "client" if known else "assumed"
    return Claim(
        id=f"didlogic.status.{name}.{word}",
        kind="status",
        operation=operations,
        version=versions_of(operations),
        when="",
        then=then,
        evidence=level,
        source=_source(level, known, gap),
        tests=tests,
        cost="" if known else WORD,
    )


def versions_of(operations: tuple[str, ...]) -> tuple[str, ...]:
    """The versions that have any of the operations."""
    return tuple(
        version
        for version in ("v1", "v2")
        if any(row["id"] in operations for row in _table(f"{version}/operations.json"))
    )


# --- filters ---------------------------------------------------------------------------------------------


def _filters(row: dict[str, Any], version: str) -> Iterator[Claim]:
    for parameter in row["parameters"]:
        name, guessed = parameter["name"], row["confidence"] == "guess"
        if parameter["in"] != "query" or row["method"] != "GET" or name in _NOT_FILTERS:
            continue
        level = "assumed" if guessed else parameter["evidence"]
        yield Claim(
            id=f"didlogic.filter.{row['id']}.{name}",
            kind="filter",
            operation=(row["id"],),
            version=(version,),
            when=f"{name} is sent",
            then=f"The list is narrowed: {parameter['about'][0].lower()}{parameter['about'][1:]}.",
            evidence=level,
            source=_source(level, f"{row['tag']}: {row['summary']}, {name}", parameter.get("gap", "")),
            tests=_filter_tests(row["id"], name),
            cost=""
            if level != "assumed"
            else f"A client that sends {name} may get a list that is not narrowed.",
        )


_SHOP = "tests/didlogic/test_shop.py"
_CALLS = "tests/didlogic/test_calls.py::test_calls_are_filtered"
_ASR = "tests/didlogic/test_asr.py::test_report_covers_the_days_and_the_account"
_DOCUMENTS = "tests/didlogic/test_documents.py::test_list_is_narrowed"
_DAYS = "tests/didlogic/test_money.py::test_days_are_inclusive_and_the_current_month_is_the_default"
_CHECKED = "tests/didlogic/test_risk_checks.py::test_list_is_newest_first_and_narrowed"
_SENT = {"list_calls": _CALLS, "asr_report": _ASR, "list_documents": _DOCUMENTS, "list_risk_checks": _CHECKED}
_FILTERS = {
    "list_transactions.type": "tests/didlogic/test_money.py::test_kinds_are_filtered_and_labelled",
    "list_transactions.start_date": f"{_DAYS}[start_date=2025-02-10-*]",
    "list_transactions.end_date": f"{_DAYS}[end_date=2025-01-02-*]",
    "list_countries.sms_enabled": f"{_SHOP}::test_sms_enabled_narrows_each_level[countries]",
    "list_regions.sms_enabled": "tests/didlogic/test_judge_mcp.py::test_shop_is_narrowed_to_numbers_with_sms",
    "list_cities.sms_enabled": f"{_SHOP}::test_sms_enabled_narrows_each_level[countries/{{CA}}/cities]",
    "list_cities_in_region.sms_enabled": f"{_SHOP}::test_sms_enabled_narrows_the_cities_of_a_region",
    "list_city_dids.sms_enabled": f"{_SHOP}::test_city_shows_nothing_when_sms_is_asked_for_and_it_has_none",
    "list_locations.prefix": f"{_SHOP}::test_locations_are_cities_by_area_code",
    "search_numbers.number_type": f"{_SHOP}::test_number_type_narrows_when_it_is_given",
    "list_document_countries.search": (
        "tests/didlogic/test_documents.py::test_countries_are_those_of_the_shop"
    ),
}


def _filter_tests(operation: str, name: str) -> tuple[str, ...]:
    known = _FILTERS.get(f"{operation}.{name}")
    if known is not None:
        return (known,)
    if operation in _SENT:
        return (f"{_SENT[operation]}[{name}=*]",)
    return (
        f"{_SHOP}::test_each_filter_narrows_alone[{name}-*]",
        f"{_SHOP}::test_search_finds_what_a_plain_look_through_the_shop_finds",
    )


# --- examples --------------------------------------------------------------------------------------------

_REQUESTS = {
    "create_destination.request.json": (
        "test_destinations.py::test_recorded_creation_gives_the_recorded_answer_but_for_its_id"
    ),
    "create_destination.request.sip_uri.json": (
        "test_destinations.py::test_recorded_multipart_body_adds_a_sip_uri"
    ),
    "create_sipaccount.request.minimal.json": "test_sipaccounts.py::test_recorded_bodies_are_accepted",
    "create_sipaccount.request.with_limits.json": "test_sipaccounts.py::test_recorded_bodies_are_accepted",
    "add_allowed_ip.request.json": (
        "test_allowed_ips.py::test_seed_has_the_recorded_list_and_adding_gives_the_recorded_answer"
    ),
    "search_numbers.request.json": "test_examples.py::test_search_takes_the_recorded_query",
    "purchase_numbers.request.by_number.json": (
        "test_examples.py::test_purchase_by_number_takes_the_recorded_multipart_body"
    ),
    "purchase_numbers.request.by_number.legacy.json": (
        "test_examples.py::test_purchase_of_the_recorded_number_gives_the_recorded_answer"
    ),
    "purchase_numbers.request.by_id_with_identity.json": (
        "test_examples.py::test_purchase_by_id_with_identity_takes_the_recorded_body"
    ),
    "remove_numbers.request.json": (
        "test_examples.py::test_purchase_of_the_recorded_number_gives_the_recorded_answer"
    ),
    "list_transactions.response.200.csv.json": (
        "test_examples.py::test_transactions_of_january_are_the_recorded_csv"
    ),
}


def _examples() -> Iterator[Claim]:
    """Each recorded request, which is accepted, and each recorded answer, by its form."""
    index = _table("examples/index.json")
    known = {row["id"]: version for version in ("v1", "v2") for row in _table(f"{version}/operations.json")}
    for row in index["examples"]:
        if row["operation"] not in known:
            continue
        then = "The answer has the names of the recorded one in their order, and values of the same kinds."
        if row["kind"].startswith("request"):
            then = "The recorded request is accepted as it stands."
        proof = _REQUESTS.get(row["file"])
        yield Claim(
            id=f"didlogic.example.{row['file'].removesuffix('.json')}",
            kind="rule",
            operation=(row["operation"],),
            version=(known[row["operation"]],),
            when="",
            then=then,
            evidence="client",
            source=f"recorded in {index['sources'][row['source']]}",
            tests=(f"tests/didlogic/{proof}" if proof else f"{FORMS}[{row['file']}]",),
        )
