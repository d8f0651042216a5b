"""Trunk groups: one default, unique names, checks of every field, and numbers routed to them."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.providers.idt.rows import TrunkGroup
from tests.idt.support import Idt, error, errors_of, schema_errors
from tests.support import body_of

MAIN, OTHER = 10897, 268476  # of the seed; the first is the default
NOT_FOUND = error(4005, "Trunk Group not found", "trunk_group_id")


def create(idt: Idt, **fields: Any) -> dict:
    response = idt.call("POST", "/trunk_groups", json=fields)
    assert response.status == 200, response.body
    assert schema_errors("trunk_group_response", body_of(response)) == []
    return body_of(response)["trunk_group"]


def defaults(idt: Idt) -> list[int]:
    return [group["id"] for group in idt.get("/trunk_groups")["trunk_groups"] if group["is_default"]]


def test_new_group_has_the_documented_defaults(idt: Idt) -> None:
    assert create(idt, name=" Office ", switches=[{"ip": "10.0.0.1"}]) == {
        "id": 268477,
        "name": " Office ",
        "ring_type": "simultaneous",
        "pop": "US",
        "is_default": False,
        "switches": [{"ip": "10.0.0.1", "port": 5060}],
    }
    assert create(idt, name="Nothing", switches=None, port=1)["switches"] == []


def test_groups_are_listed_by_name(idt: Idt) -> None:
    create(idt, name="a")
    body = idt.get("/trunk_groups?page=1&page_size=2")
    assert [group["name"] for group in body["trunk_groups"]] == ["a", "Call center"]
    assert body["meta"] == {"page": 1, "page_size": 2, "total": 3}


def test_default_moves_and_never_leaves(idt: Idt) -> None:
    created = create(idt, name="New", is_default=True)["id"]
    assert defaults(idt) == [created]
    idt.call("PUT", f"/trunk_groups/{OTHER}", json={"name": "Call center", "is_default": True})
    assert defaults(idt) == [OTHER]
    idt.call("PUT", f"/trunk_groups/{OTHER}", json={"name": "Call center", "is_default": False})
    assert defaults(idt) == [OTHER]


def test_first_group_of_an_account_is_its_default(idt: Idt) -> None:
    for group in (OTHER, MAIN):
        idt.world.table(TrunkGroup).remove(group)
    idt.world.commit()
    assert create(idt, name="Only", is_default=False)["is_default"] is True


def test_update_keeps_what_is_left_out(idt: Idt) -> None:
    before = idt.get(f"/trunk_groups/{OTHER}")["trunk_group"]
    idt.call("PUT", f"/trunk_groups/{OTHER}", json={"name": "call CENTER", "pop": "HK"})
    after = idt.get(f"/trunk_groups/{OTHER}")["trunk_group"]
    assert after == {**before, "name": "call CENTER", "pop": "HK"}
    idt.call("PUT", f"/trunk_groups/{OTHER}", json={"name": "x", "switches": []})
    assert idt.get(f"/trunk_groups/{OTHER}")["trunk_group"]["switches"] == []


def test_numbers_of_a_deleted_group_fall_back_to_the_default(idt: Idt) -> None:
    response = idt.call("DELETE", f"/trunk_groups/{OTHER}")
    assert (response.status, response.body, response.headers[0][0]) == (204, b"", "X-Mock")
    assert {row["trunk_group_id"] for row in idt.get("/numbers")["numbers"]} == {None}
    assert idt.call("GET", f"/trunk_groups/{OTHER}").status == 404
    assert create(idt, name="Next")["id"] == 268477


def test_default_group_cannot_be_deleted(idt: Idt) -> None:
    before = idt.state()
    response = idt.call("DELETE", f"/trunk_groups/{MAIN}")
    assert response.status == 422
    assert errors_of(response) == [error(4006, "The default Trunk Group cannot be deleted")]
    assert idt.state() == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("group", ["1", "x", "-10897", "%2B10897", "%2010897", "10897.0", "%00", "9" * 40])
def test_unknown_group_is_not_found(idt: Idt, method: str, group: str) -> None:
    response = idt.call(method, f"/trunk_groups/{group}", body=b"no JSON")
    assert (response.status, errors_of(response)) == (404, [NOT_FOUND])


NAME = error(1002, "Name must be text", "name", "/name")
LONG = error(1002, "Name must not be longer than 50 characters", "name", "/name")
TAKEN = error(1002, "Name is already in use", "name", "/name")
SWITCHES = error(1002, "Switches must be a list of objects", "switches", "/switches")


def ip(index: int = 0) -> dict:
    return error(1002, "Ip must be an IPv4 address", "ip", f"/switches/{index}/ip")


def port(index: int = 0) -> dict:
    return error(1002, "Port must be from 1024 to 65535", "port", f"/switches/{index}/port")


WRONG = {
    "empty": ({}, [error(1001, "Name is required", "name", "/name")]),
    "list": ([], [error(1000, "Request body is not a JSON object")]),
    "name number": ({"name": 1}, [NAME]),
    "name blank": ({"name": "  "}, [NAME]),
    "name long": ({"name": "x" * 51}, [LONG]),
    "name taken": ({"name": " HEAD office"}, [TAKEN]),
    "ring type": (
        {"name": "x", "ring_type": "random"},
        [error(1002, "Ring type must be one of simultaneous, sequential", "ring_type", "/ring_type")],
    ),
    "pop": ({"name": "x", "pop": "us"}, [error(1002, "Pop must be one of US, UK, HK", "pop", "/pop")]),
    "default": (
        {"name": "x", "is_default": "true"},
        [error(1002, "Is default must be true or false", "is_default", "/is_default")],
    ),
    "switches": ({"name": "x", "switches": {}}, [SWITCHES]),
    "switch text": ({"name": "x", "switches": ["10.0.0.1"]}, [SWITCHES]),
    "no ip": (
        {"name": "x", "switches": [{"port": 5060}]},
        [error(1001, "Ip is required", "ip", "/switches/0/ip")],
    ),
    "cidr": ({"name": "x", "switches": [{"ip": "10.0.0.0/24"}]}, [ip()]),
    "ipv6": ({"name": "x", "switches": [{"ip": "10.0.0.1"}, {"ip": "::1"}]}, [ip(1)]),
    "host name": ({"name": "x", "switches": [{"ip": "localhost"}]}, [ip()]),
    "ip number": ({"name": "x", "switches": [{"ip": 167772161}]}, [ip()]),
    "ports": (
        {"name": "x", "switches": [{"ip": "10.0.0.1", "port": port} for port in (1023, 65536, "5060", True)]},
        [port(0), port(1), port(2), port(3)],
    ),
    "all, in body order": ({"switches": [{"port": 0, "ip": "x"}], "name": ""}, [port(), ip(), NAME]),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("call", ["POST /trunk_groups", f"PUT /trunk_groups/{OTHER}"])
def test_wrong_group_is_refused_and_changes_nothing(idt: Idt, call: str, case: str) -> None:
    body, expected = WRONG[case]
    method, _, path = call.partition(" ")
    before = idt.state()
    response = idt.call(method, path, json=body)
    assert (response.status, errors_of(response)) == (422, expected)
    assert idt.state() == before


def test_numbers_are_set_to_a_group_and_back(idt: Idt) -> None:
    body = {"trunk_group_id": OTHER, "numbers": ["17078675309", "17078675309", "01133975182372"]}
    assert idt.call("PUT", "/set_trunk_group", json=body).status == 204
    routed = [row["number"] for row in idt.get("/numbers")["numbers"] if row["trunk_group_id"] == OTHER]
    assert routed[-2:] == ["01133975182372", "17078675309"]
    body["trunk_group_id"] = None
    assert idt.call("PUT", "/set_trunk_group", json=body).status == 204
    assert idt.get("/numbers?filter_by_number=17078675309")["numbers"][0]["trunk_group_id"] is None


GROUP_FIELD = {"field": "trunk_group_id", "source": "/trunk_group_id"}
NUMBERS = error(1002, "Numbers must be a list of strings", "numbers", "/numbers")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {},
            [
                error(1001, "Trunk group id is required", **GROUP_FIELD),
                error(1001, "Numbers is required", "numbers", "/numbers"),
            ],
        ),
        (
            {"trunk_group_id": "268476", "numbers": []},
            [error(1002, "Trunk group id must be an integer or null", **GROUP_FIELD), NUMBERS],
        ),
        ({"trunk_group_id": None, "numbers": [1]}, [NUMBERS]),
        ({"trunk_group_id": None, "numbers": "17078675309"}, [NUMBERS]),
        (
            {"numbers": ["17078675309", "x", "y"], "trunk_group_id": 1},
            [
                error(4005, "Trunk Group not found", **GROUP_FIELD),
                error(4001, "Number not found", "numbers", "/numbers/1"),
                error(4001, "Number not found", "numbers", "/numbers/2"),
            ],
        ),
        ("text", [error(1000, "Request body is not a JSON object")]),
    ],
)
def test_wrong_routing_is_refused_and_changes_nothing(idt: Idt, body: object, expected: list) -> None:
    before = idt.state()
    response = idt.call("PUT", "/set_trunk_group", json=body)
    assert (response.status, errors_of(response)) == (422, expected)
    assert idt.state() == before
