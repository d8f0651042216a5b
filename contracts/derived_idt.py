"""The claims about IDT Express that follow from its tables: operations, codes, refusals, statuses, lists.

A refusal's row that is partly documented makes two claims: the rule itself (`idt.refusal.OPERATION.ID`), and
the rest of the answer (`….shape`), which is assumed. A row that is assumed as a whole makes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from contracts.claims import Claim

TABLES = Path(__file__).parent / "idt"
REFUSED = "tests/idt/test_errors.py::test_refusal_is_as_documented_and_changes_nothing"
SAMPLE = "tests/idt/test_languages.py::test_sample_is_answered_as_documented"
STATUS = "tests/idt/test_docs.py::test_order_item_status_is_reached_as_the_page_says"
OUTCOMES = "tests/idt/test_outcomes.py"
LISTS = "tests/idt/test_lists.py"
NUMBERS = "tests/idt/test_numbers.py"
VERSION = ("v1",)

_COSTS = {
    "rule": "A client that matches on the code, status or field of this refusal may miss the real one.",
    "code": "A client that tells this refusal by its status or field, not its code, may miss the real one.",
    "": "A client that relies on this refusal may meet another code or status, or none at all.",
}
_STATUS_COST = "A client that branches on the HTTP status before it reads the code may take the wrong branch."


def derived() -> Iterator[Claim]:
    """Every claim of the tables."""
    table = _table("operations.json")
    operations: dict[str, dict[str, Any]] = table["operations"]
    of_all = {row["code"] for row in table["common_errors"]}
    titles = {row["code"]: row["title"] for row in _table("errors.json")["codes"]}
    for name, row in operations.items():
        yield _operation(name, row)
        for refusal in row["errors"]:
            yield from _refusal(name, row["title"], refusal, titles[refusal["code"]])
        yield from _lists(name, row)
    for code in _table("errors.json")["codes"]:
        at = [name for name, row in operations.items() if code["code"] in _codes(row)]
        yield _code(code, ("*",) if code["code"] in of_all else tuple(at))
    yield from _statuses()
    yield from _examples()


def _table(name: str) -> Any:
    return orjson.loads((TABLES / name).read_bytes())


def _operation(name: str, row: dict[str, Any]) -> Claim:
    (status,) = row["responses"]
    body = f"the body of `{row['responses'][status]['schema']}`" if status == "200" else "no body"
    return Claim(
        id=f"idt.{name}",
        kind="operation",
        operation=(name,),
        version=VERSION,
        when=f"{row['method']} {row['path']} is sent as the samples send it",
        then=f"{row['description'].replace('`', '')} It is answered with {status} and {body}.",
        evidence="documented",
        source=f"reference documentation, {row['title']}",
        tests=(
            f"{SAMPLE}[*-{name}-*]",
            f"tests/idt/test_fuzz.py::test_valid_requests_are_answered_as_described[{name}]",
            "tests/idt/test_access.py::test_every_documented_operation_is_routed",
            "tests/idt/test_samples.py::test_every_sample_works_against_the_seed_as_it_stands",
        ),
    )


def _codes(operation: dict[str, Any]) -> set[int]:
    return {row["code"] for row in operation["errors"]}


def _code(row: dict[str, Any], operations: tuple[str, ...]) -> Claim:
    code, assumed = row["code"], row["status_evidence"] == "assumed"
    status = row["status"]
    shown = status if isinstance(status, int) else " or ".join(f"{one} ({at})" for at, one in status.items())
    return Claim(
        id=f"idt.error.{code}",
        kind="error",
        operation=operations,
        version=VERSION,
        when="; ".join(f"{one['operation']}: {one['when']}" for one in row["raised_by"]),
        then=f"The request is refused with code {code}, title {row['title']!r} and status {shown}.",
        evidence="assumed" if assumed else "documented",
        source=f"reference documentation, errors: {code}" + (" (its status is not given)" if assumed else ""),
        tests=(
            f"{REFUSED}[idt.error.{code}[*]]",
            f"tests/idt/test_docs.py::test_error_code_is_reached_as_the_page_says[{code} *]",
        ),
        cost=_STATUS_COST if assumed else "",
    )


def _refusal(operation: str, title: str, row: dict[str, Any], code_title: str) -> Iterator[Claim]:
    evidence: str = row["evidence"]
    known = "rule" if "documented rule" in evidence else "code" if "documented code" in evidence else ""
    where = f", source {row['source']}" if "source" in row else ""
    field = f", field {row['field']}{where}" if "field" in row else where
    code = f"code {row['code']} ({code_title})"
    said = {
        "rule": "The request is refused and nothing changes.",
        "code": f"The request is refused with {code} and nothing changes.",
    }
    whole = f"The refusal has status {row['status']}, {code}{field}; nothing changes."
    common: dict[str, Any] = {
        "kind": "rule",
        "operation": (operation,),
        "version": VERSION,
        "when": _sentence(row),
        "source": f"reference documentation, {title} and errors",
        "tests": (f"{REFUSED}[idt.error.{row['code']}[{operation}.{row['id']}]]",),
    }
    claim_id = f"idt.refusal.{operation}.{row['id']}"
    if evidence == "documented":
        yield Claim(id=claim_id, then=whole, evidence="documented", **common)
        return
    if known:
        yield Claim(id=claim_id, then=said[known], evidence="documented", **common)
        claim_id += ".shape"
    common["source"] = f"not in the reference documentation of {title}; as its other refusals are"
    yield Claim(id=claim_id, then=whole, evidence="assumed", cost=_COSTS[known], **common)


def _sentence(row: dict[str, Any]) -> str:
    """The condition of a row with a capital, unless it begins with the name of a field."""
    text: str = row["when"]
    first = text.split()[0]
    return text if first == row.get("field") or "_" in first else text[0].upper() + text[1:]


def _lists(operation: str, row: dict[str, Any]) -> Iterator[Claim]:
    """Filters and sort keys of the lists; paging is written by hand."""
    resource = operation.removeprefix("get_")
    for parameter in row["parameters"]:
        name: str = parameter["name"]
        if parameter["in"] != "query" or name.startswith("page"):
            continue
        sort, by = name.startswith("order_by_"), name.removeprefix("order_by_").removeprefix("filter_by_")
        yield Claim(
            id=f"idt.{'sort' if sort else 'filter'}.{resource}.{by}",
            kind="sort" if sort else "filter",
            operation=(operation,),
            version=VERSION,
            when=f"{name} is sent",
            then=_LISTED.get(f"{resource}.{by}")
            or f"{parameter['description']}{', ascending or descending as it says' if sort else ''}.",
            evidence="documented",
            source=f"reference documentation, {row['title']}",
            tests=_LIST_TESTS.get(f"{resource}.{by}", _number_tests(by, sort=sort)),
        )


def _number_tests(by: str, *, sort: bool) -> tuple[str, ...]:
    if sort:
        return (f"{LISTS}::test_sort_puts_the_numbers_in_order[{by}-*]",)
    return (f"{LISTS}::test_filter_keeps_the_numbers_that_hold_the_text[{by}]",)


_LISTED = {
    "did_groups.country_iso": "Only DID groups of that country are listed.",
    "did_groups.region_code": "Only DID groups of that region are listed.",
    "did_groups.toll_free": "With true toll-free groups are listed, with false geographic ones.",
    "orders.status": "Only orders in that status are listed.",
}
_LIST_TESTS = {
    "orders.status": (
        f"{LISTS}::test_status_filter_keeps_the_orders_in_that_status",
        "tests/idt/test_orders.py::test_orders_are_filtered_by_status_without_regard_to_case",
    ),
    "did_groups.country_iso": ("tests/idt/test_coverage.py::test_every_did_group_is_as_its_schema_says",),
    "did_groups.region_code": ("tests/idt/test_coverage.py::test_every_region_has_did_groups",),
    "did_groups.toll_free": (
        "tests/idt/test_coverage.py::test_toll_free_groups_are_apart_from_geographic_ones",
    ),
}


def _statuses() -> Iterator[Claim]:
    table = _table("statuses.json")
    for row in table["order"]:
        if row["status"] != "Preview":  # of orders it is assumed: idt.create_order.preview
            yield _status("orders", row["status"], f"An order is {row['status']} in {row['where']}.", _ORDERS)
    for row in table["order_item"]:
        cancelable = "true" if row["cancelable"] else "false"
        shown = f"An order item has the status {row['status']!r} and cancelable is {cancelable}."
        if row["status"] == "Preview":
            shown = "The order item in the answer to a preview has the status 'Preview'."
        escaped = row["status"].encode("unicode_escape").decode()  # as pytest writes it
        tests = (f"{STATUS}[`{escaped}` *]", f"{OUTCOMES}::test_statuses_are_spelled_as_in_the_contract")
        yield _status("order_items", row["status"], shown, tests)
    yield _status("numbers", "active", "A number of the account is active until it is deleted.", _ACTIVE)
    yield _status("numbers", "removed", "A deleted number is listed as removed, with removed_at.", _REMOVED)
    for action, then in _CNAM.items():
        yield _status(
            "cnam", action, then, (f"{NUMBERS}::test_cnam_is_pending_and_then_current_and_then_gone",)
        )


_ORDERS = (f"{OUTCOMES}::test_order_goes_from_created_over_processing_to_complete",)
_ACTIVE = (f"{OUTCOMES}::test_numbers_are_charged_one_by_one_when_assigned",)
_REMOVED = (
    f"{NUMBERS}::test_deleted_number_is_listed_as_removed_for_thirty_days",
    "tests/idt/test_examples.py::test_delete_number_is_as_documented",
)
_CNAM = {
    "enable": "cnam.pending has the action enable with name, type and display until the new name is current.",
    "disable": "cnam.pending has the action disable and nothing else until the name is gone.",
}
_RESOURCES = {
    "orders": "Create Order, Get Order and Get Orders",
    "order_items": "order item status",
    "numbers": "Get Numbers and Delete Number",
    "cnam": "Set CNAM and Delete CNAM",
}
_SHOWN_BY = {
    "orders": ("create_order", "get_order", "get_orders"),
    "order_items": ("create_order", "get_order"),
    "numbers": ("get_numbers", "delete_number"),
    "cnam": ("get_numbers",),
}


def _status(resource: str, status: str, then: str, tests: tuple[str, ...]) -> Claim:
    return Claim(
        id=f"idt.status.{resource}.{status_word(status)}",
        kind="status",
        operation=_SHOWN_BY[resource],
        version=VERSION,
        when="",
        then=then,
        evidence="documented",
        source=f"reference documentation, {_RESOURCES[resource]}",
        tests=tests,
    )


def status_word(status: str) -> str:
    """A status in an id: `Fulfilled – Complete` -> fulfilled_complete."""
    return status.lower().replace(" – ", "_").replace(" ", "_")


def _examples() -> Iterator[Claim]:
    """Each printed answer, by form. Requests are printed too; the operations' claims are about those."""
    for entry in _table("examples/index.json"):
        if entry["kind"] == "request" or not entry["file"]:
            continue
        name = entry["file"].removesuffix(".json")
        yield Claim(
            id=f"idt.example.{name}",
            kind="rule",
            operation=("create_order",) if name.startswith("error.") else (name.partition(".")[0],),
            version=VERSION,
            when="",
            then="The answer has the keys of the printed example in their order, and texts, amounts, ids and "
            "instants are written as there.",
            evidence="documented",
            source=f"reference documentation, example of {entry['operation']}",
            tests=(f"tests/idt/test_forms.py::test_answer_has_the_form_of_the_example[{entry['file']}]",),
        )
