"""Bad input, made up from the contract's tables: every parameter of every operation, wrong in every way.

Each refusal must be one that the tables have for that operation and field, and must leave everything alone.
"""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mockserver.core.messages import Response
from tests.idt import wrong
from tests.idt.contract import contract
from tests.idt.situations import OPERATIONS, SAMPLES
from tests.idt.support import Idt, errors_of
from tests.support import body_of, state_of

SOME = settings(
    max_examples=max(1, settings.default.max_examples // 8), suppress_health_check=list(HealthCheck)
)
# A body that is accepted, with a value in every field that may be wrong.
TRUNK = {
    "name": "Lobby",
    "ring_type": "sequential",
    "pop": "HK",
    "is_default": False,
    "switches": [{"ip": "10.0.0.1", "port": 5060}],
}
BODIES: dict[str, Any] = {
    "create_order": {"preview": True, "order_items": [{"did_group_id": 16847, "quantity": 1}]},
    "set_cnam": {"name": "Jenny", "type": "business", "display": "allow"},
    "create_trunk_group": TRUNK,
    "update_trunk_group": TRUNK,
    "set_trunk_group": {"trunk_group_id": 268476, "numbers": ["17078675309"]},
}


def _targets() -> dict[str, str]:
    """Where each operation's sample goes, without its query."""
    return {sample.operation: sample.target.partition("?")[0] for sample in SAMPLES}


TARGETS = _targets()


def of_place(*places: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, parameter)
        for name, operation in OPERATIONS.items()
        for parameter in operation["parameters"]
        if parameter["in"] in places
    ]


def named(pairs: list[tuple[str, dict[str, Any]]]) -> Any:
    """Parametrize over (operation, parameter)."""
    ids = [f"{name}-{parameter['name']}" for name, parameter in pairs]
    return pytest.mark.parametrize(("operation", "parameter"), pairs, ids=ids)


# Made once, since making a strategy costs more than drawing from it.
OTHER_TYPES = {(name, one["name"]): wrong.of_another_type(one) for name, one in of_place("json")}
WRONG = {
    (name, one["name"]): OTHER_TYPES[name, one["name"]] | wrong.out_of_bounds(one)
    for name, one in of_place("json")
}


def send(idt: Idt, operation: str, target: str, body: Any = None) -> Response:
    content = None if body is None else json.dumps(body).encode()
    return idt.call(OPERATIONS[operation]["method"], target, body=content)


def refused(idt: Idt, operation: str, response: Response, before: Any) -> list[dict[str, Any]]:
    """The errors of a refusal, each of which the operation's table must have; nothing has changed."""
    assert state_of(idt.world) == before
    errors: list[dict[str, Any]] = errors_of(response)
    known = {(row["status"], row["code"], row.get("field")) for row in OPERATIONS[operation]["errors"]}
    for error in errors:
        assert (response.status, error["code"], error.get("field")) in known
    return errors


def pointer(name: str) -> list[str | int]:
    """`order_items[].quantity` -> where that stands in a body."""
    return [0 if part == "[]" else part for part in name.replace("[].", ".[].").split(".")]


def placed(operation: str, name: str, value: Any) -> Any:
    """The operation's body with another value in one field. `did_skus` takes the place of `quantity`."""
    body = copy.deepcopy(BODIES[operation])
    *way, last = pointer(name)
    at = body
    for part in way:
        at = at[part]
    at[last] = value
    if last == "did_skus":
        del at["quantity"]
    return body


def source(name: str) -> str:
    return "/" + "/".join(str(part) for part in pointer(name))


@pytest.mark.parametrize("operation", BODIES)
def test_body_that_is_made_wrong_is_right_as_it_stands(idt: Idt, operation: str) -> None:
    assert send(idt, operation, TARGETS[operation], BODIES[operation]).status in (200, 204)


@named(of_place("json"))
@SOME
@given(data=st.data())
def test_wrong_value_in_a_body_is_refused_for_its_field(
    idt: Idt, operation: str, parameter: dict[str, Any], data: st.DataObject
) -> None:
    value = data.draw(WRONG[operation, parameter["name"]])
    body = placed(operation, parameter["name"], value)
    before = state_of(idt.world)
    (error,) = refused(idt, operation, send(idt, operation, TARGETS[operation], body), before)
    assert error["code"] == 1002
    assert error["source"] in (source(parameter["name"]), f"{source(parameter['name'])}/0")


@named(of_place("json"))
@pytest.mark.parametrize("left_out", [True, False], ids=["left out", "null"])
def test_required_field_is_missed_and_others_are_not(
    idt: Idt, operation: str, parameter: dict[str, Any], left_out: bool
) -> None:
    body = placed(operation, parameter["name"], None)
    *way, last = pointer(parameter["name"])
    at = body
    for part in way:
        at = at[part]
    if left_out:
        del at[last]
    before = state_of(idt.world)
    response = send(idt, operation, TARGETS[operation], body)
    if parameter["required"] is False or (parameter["type"].endswith("null") and not left_out):
        assert response.status in (200, 204)
        return
    (error,) = refused(idt, operation, response, before)
    field = "quantity" if parameter["required"] == "conditional" else last
    assert (error["code"], error["field"]) == (1001, field)


@pytest.mark.parametrize("operation", BODIES)
@SOME
@given(data=st.data())
def test_all_wrong_fields_are_told_at_once(idt: Idt, operation: str, data: st.DataObject) -> None:
    leaves = [
        parameter
        for parameter in OPERATIONS[operation]["parameters"]
        if parameter["in"] == "json"
        and parameter["name"] not in ("order_items", "switches")
        and "did_skus" not in parameter["name"]
    ]
    chosen = data.draw(st.lists(st.sampled_from(leaves), min_size=1, unique_by=lambda one: one["name"]))
    body = copy.deepcopy(BODIES[operation])
    for parameter in chosen:
        at = body
        *way, last = pointer(parameter["name"])
        for part in way:
            at = at[part]
        at[last] = data.draw(OTHER_TYPES[operation, parameter["name"]])
    before = state_of(idt.world)
    errors = refused(idt, operation, send(idt, operation, TARGETS[operation], body), before)
    assert sorted(error["field"] for error in errors) == sorted(pointer(one["name"])[-1] for one in chosen)


CHECKED = [
    (name, parameter)
    for name, parameter in of_place("query")
    if parameter["type"] != "string" or "enum" in parameter
]
FREE = [pair for pair in of_place("query") if pair not in CHECKED]


IN_QUERY = {parameter["name"]: wrong.in_query(parameter) for _, parameter in CHECKED}


@named(CHECKED)
@SOME
@given(data=st.data())
def test_wrong_value_in_the_query_is_refused_for_its_parameter(
    idt: Idt, operation: str, parameter: dict[str, Any], data: st.DataObject
) -> None:
    text = quote(data.draw(IN_QUERY[parameter["name"]]), safe="")
    rest = "country_iso=PL&" if operation == "get_did_groups" else ""
    target = f"{TARGETS[operation]}?{rest}{parameter['name']}={text}"
    before = state_of(idt.world)
    (error,) = refused(idt, operation, send(idt, operation, target), before)
    assert (error["code"], error["field"]) == (1002, parameter["name"])


@named(FREE)
@SOME
@given(text=wrong.texts | st.text())
def test_any_text_in_a_free_parameter_is_read_as_text(
    idt: Idt, operation: str, parameter: dict[str, Any], text: str
) -> None:
    target = f"{TARGETS[operation]}?{parameter['name']}={quote(text, safe='')}"
    before = state_of(idt.world)
    response = send(idt, operation, target)
    if operation != "get_did_groups":
        assert response.status == 200
        assert body_of(response)["meta"]["total"] >= 0
    elif response.status != 200:
        assert {error["code"] for error in refused(idt, operation, response, before)} <= {1001, 4002, 4003}
    assert state_of(idt.world) == before


@named(of_place("path"))
@SOME
@given(segment=wrong.segments())
def test_path_that_names_nothing_is_not_found(
    idt: Idt, operation: str, parameter: dict[str, Any], segment: str
) -> None:
    target = OPERATIONS[operation]["path"].removeprefix("/v1/dids").format(**{parameter["name"]: segment})
    before = state_of(idt.world)
    response = send(idt, operation, target, BODIES.get(operation))
    assume(response.status not in (200, 204))  # it happened to name something: a country, say
    (error,) = refused(idt, operation, response, before)
    assert (response.status, error["field"]) == (404, parameter["name"])


@pytest.mark.parametrize("operation", BODIES)
@SOME
@given(data=st.data())
def test_body_that_is_cut_or_disturbed_is_refused_whole(
    idt: Idt, operation: str, data: st.DataObject
) -> None:
    whole = json.dumps(BODIES[operation]).encode()
    kept = data.draw(st.integers(0, len(whole) - 1))
    body = data.draw(
        st.sampled_from(
            [whole[:kept], whole[:kept] + b"\xff" + whole[kept:], whole + b"}", b"\xef\xbb\xbf" + whole]
        )
        | st.binary(max_size=20)
        | wrong.values.filter(lambda value: not isinstance(value, dict)).map(
            lambda value: json.dumps(value).encode()
        )
    )
    before = state_of(idt.world)
    response = idt.call(OPERATIONS[operation]["method"], TARGETS[operation], body=body)
    assert response.status == 422
    assert [error["code"] for error in errors_of(response)] == [1000]
    assert state_of(idt.world) == before


@pytest.mark.parametrize("operation", OPERATIONS)
@SOME
@given(query=st.text(max_size=40).map(lambda text: quote(text, safe="&=%[]+;")), body=st.binary(max_size=20))
def test_query_and_body_that_are_not_asked_for_are_ignored(
    idt: Idt, operation: str, query: str, body: bytes
) -> None:
    """On GET and DELETE any body, and parameters of any name: only what is documented can be wrong."""
    assume(not any(parameter["name"] in query for parameter in OPERATIONS[operation]["parameters"]))
    sample = next(sample for sample in SAMPLES if sample.operation == operation)
    world = idt.world
    world.reset()
    world.fire("idt.cnam/19288516549")
    target = sample.target.replace("17078675309/cnam", "19288516549/cnam")
    joined = f"{target}{'&' if '?' in target else '?'}{query}"
    response = idt.call(OPERATIONS[operation]["method"], joined, body=sample.body or body)
    assert response.status in (200, 204)


def test_every_documented_parameter_is_made_wrong() -> None:
    assert set(BODIES) == {name for name, row in OPERATIONS.items() if row["request_body"] is not None}
    fields = {(name, parameter["name"]) for name, parameter in of_place("json")}
    for name, field in fields:
        at = contract("schemas.json")[OPERATIONS[name]["request_body"]["schema"]]
        assert field.partition("[")[0] in at["properties"]
