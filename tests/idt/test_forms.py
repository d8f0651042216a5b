"""Every printed example, compared by form: the keys in their order, and how each value is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.idt.contract import contract, example
from tests.idt.situations import SAMPLES, order
from tests.idt.support import PLENTY, Idt
from tests.idt.test_lists import rows_of
from tests.support import body_of

# How texts are written; the first that fits names the form.
WRITTEN = {
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "order id": r"[0-9a-f]{3}-[0-9a-f]{3}-[0-9a-f]{4}",
    "region": r"[A-Z]{2}-[A-Z]{2}",
    "sku of the USA": r"BW-US-\d{10}",
    "sku": r"DW-[A-Z]{2}-\d+-DG-[0-9a-f-]{36}-DI-[0-9a-f-]{36}",
    "number of the USA": r"1\d{10}",
    "number": r"011\d{6,}",
    "digits": r"\d{1,4}",
    "2 decimals": r"\d+\.\d\d",
    "4 decimals": r"\d+\.\d{4}",
    "1 decimal": r"\d+\.\d",
    "ip": r"\d+\.\d+\.\d+\.\d+",
    "pointer": r"/.*",
    "name of a US group": r".+ \(\d{3}\) \d{3}",
    "capitals": r"[A-Z]{2,}( [A-Z]+)*",
    "text": r"(?s).*",
}


def form(value: Any) -> Any:
    """What a value is made of, without what it says."""
    if isinstance(value, dict):
        return tuple((key, form(item)) for key, item in value.items())
    if isinstance(value, list):
        return frozenset(form(item) for item in value)
    if isinstance(value, str):
        return next(name for name, pattern in WRITTEN.items() if re.fullmatch(pattern, value))
    return type(value).__name__


def missing(printed: Any, shown: Any) -> Any:
    """The part of a printed form that an answer lacks, None for nothing. Lists may hold other rows too."""
    if isinstance(printed, frozenset):
        lacks = {row for row in printed if all(missing(row, other) is not None for other in shown)}
        return lacks or None
    if isinstance(printed, tuple) and isinstance(shown, tuple):
        if [key for key, _ in printed] != [key for key, _ in shown]:
            return f"keys {[key for key, _ in printed]} instead of {[key for key, _ in shown]}"
        for (key, one), (_, other) in zip(printed, shown, strict=True):
            if (lack := missing(one, other)) is not None:
                return key, lack
        return None
    return None if printed == shown else f"{printed} instead of {shown}"


def _sample(operation: str, which: int = 0) -> Callable[[Idt], Any]:
    """The answer to the operation's own sample request."""

    def call(idt: Idt) -> Any:
        sample = [sample for sample in SAMPLES if sample.operation == operation][which]
        method = contract("operations.json")["operations"][operation]["method"]
        return body_of(idt.call(method, sample.target, body=sample.body))

    return call


def _finished(which: int) -> Callable[[Idt], Any]:
    def call(idt: Idt) -> Any:
        placed = _sample("create_order", which)(idt)["order"]["id"]
        idt.pass_time(2)
        return idt.get(f"/orders/{placed}")

    return call


# The one group of Get Order's example is Polish; an order by quantity of the samples is of the same form.
ANSWERS: dict[str, Callable[[Idt], Any]] = {
    "get_countries.response.200.json": _sample("get_countries"),
    "get_regions.response.200.json": _sample("get_regions"),
    "get_did_groups.response.200.json": _sample("get_did_groups"),
    "browse_available_numbers.response.200.us_did_group.json": _sample("browse_available_numbers"),
    "browse_available_numbers.response.200.non_us_did_group.json": lambda idt: idt.get(
        "/coverage/did_groups/28146/browse_numbers"
    ),
    "create_order.response.200.order_by_quantity.json": _sample("create_order"),
    "create_order.response.200.order_by_number_sku.json": _sample("create_order", 1),
    "get_order.response.200.order_by_quantity.json": _finished(0),
    "get_order.response.200.order_by_number_sku.json": _finished(1),
    "get_orders.response.200.json": lambda idt: idt.get("/orders"),
    "get_numbers.response.200.json": lambda idt: idt.get("/numbers"),
    "delete_number.response.200.json": _sample("delete_number"),
    "create_trunk_group.response.200.json": _sample("create_trunk_group"),
    "get_trunk_group.response.200.json": _sample("get_trunk_group"),
    "get_trunk_groups.response.200.json": _sample("get_trunk_groups"),
    "update_trunk_group.response.200.json": _sample("update_trunk_group"),
    "error.422.insufficient_funds.json": lambda idt: _refused(idt, did_group_id=30010, quantity=100),
    "error.422.invalid_field_quantity.json": lambda idt: _refused(idt, quantity=0),
}


def _refused(idt: Idt, **item: Any) -> Any:
    return body_of(idt.call("POST", "/orders", json=order(**item)))


def printed(file: str) -> Any:
    """An example in the reading that is used where the reference contradicts itself."""
    body = example(file.removesuffix(".json"))
    if file.startswith("create_order") and body["order"]["order_items"][0]["did_group"]["id"] == PLENTY:
        group = body["order"]["order_items"][0]["did_group"]
        group["name"] = group["name"].strip()  # C19
    if file.startswith("get_orders"):
        for row in body["orders"]:
            row.pop("currency", None)  # C09
    return body


def test_every_printed_answer_is_tested() -> None:
    index = contract("examples/index.json")
    assert set(ANSWERS) == {entry["file"] for entry in index if entry["kind"] != "request" and entry["file"]}


@pytest.mark.parametrize("file", ANSWERS)
def test_answer_has_the_form_of_the_example(idt: Idt, file: str) -> None:
    shown = ANSWERS[file](idt)
    assert missing(form(printed(file)), form(shown)) is None
    assert list(printed(file)) == list(shown)


@pytest.mark.parametrize(
    ("answer", "printed"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": "1.00"}, {"a": "1.000"}),
        ({"a": []}, {"a": [1]}),
        ({"a": [{"b": 1, "c": None}]}, {"a": [{"b": 1}]}),
        ({"a": "2026-01-01T00:00:00Z"}, {"a": "2026-01-01T00:00:00.000Z"}),
    ],
)
def test_other_form_is_noticed(answer: Any, printed: Any) -> None:
    assert missing(form(printed), form(answer)) is not None


def test_trunk_groups_that_are_set_up_as_printed_are_listed_as_printed(idt: Idt) -> None:
    wanted = example("get_trunk_groups.response.200")["trunk_groups"]
    for own_id, group in zip((10897, 268476), wanted, strict=True):
        body = {key: value for key, value in group.items() if key != "id"}
        assert idt.call("PUT", f"/trunk_groups/{own_id}", json=body).status == 200
    wanted[1]["id"] = 268476
    assert rows_of(idt, "get_trunk_groups") == wanted


def test_group_in_louisiana_is_as_printed(idt: Idt) -> None:
    _, wanted = example("get_did_groups.response.200")["did_groups"]
    shown = idt.get("/coverage/did_groups?country_iso=US&region_code=US-LA")["did_groups"]
    (monroe,) = (group for group in shown if group["id"] == wanted["id"])
    wanted["region"] = {"name": "Louisiana", "code": "US-LA"}  # C17: 318 is not in Alaska
    assert monroe == {**wanted, "quantity": monroe["quantity"]}
