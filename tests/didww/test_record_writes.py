"""Every attribute that exports, numbers, orders and reservations take, with every kind of wrong value.

`record_writes.yaml` says what is taken. What is refused changes nothing.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.didww.account import Account, did_item
from tests.didww.contract import NEW, OLD, assert_refused, known_in, read
from tests.didww.refusals import unchanged

WRITES: dict[str, Any] = read("record_writes.yaml")["writes"]
LONGEST: int = read("record_writes.yaml")["longest"]
VERSIONS = ("2021-04-19", "2021-12-15", OLD, NEW)
LISTS: tuple[Any, ...] = ([], ["x"], {}, {"x": 1})
SPANS = {
    NEW: {"from": "2026-02-01 00:00:00", "to": "2026-02-28 23:59:59"},
    OLD: {"year": "2026", "month": "02"},
}


def good(account: Account, which: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and a document that is accepted."""
    method, _, kind = which.partition(" /")
    version = account.version or NEW
    if kind == "exports" and version < "2021-12-15":
        kind = "cdr_exports"
    data: dict[str, Any] = {"type": kind, "attributes": {}}
    path = f"/{kind}"
    if kind.endswith("exports"):
        data["attributes"] = {"filters": SPANS[max(OLD, version)]}
        if kind == "exports":
            data["attributes"]["export_type"] = "cdr_in"
        if method == "PATCH":
            data["id"] = account.post(path, {"data": data}).data["id"]
            data["attributes"] = {}
    elif which == "POST /orders":
        data["attributes"]["items"] = [did_item(account.group()["skus"][0], qty=1)]
    elif kind == "did_reservations":
        number = account.available(account.group())[0]
        linkage = {"data": {"type": "available_dids", "id": number["id"]}}
        data["relationships"] = {"available_did": linkage}
    else:
        data["id"] = account.get(f"/{kind}").data[0]["id"]
    if method == "PATCH":
        path += f"/{data['id']}"
    return method, path, {"data": data}


def bad_values(facts: dict[str, Any]) -> list[Any]:
    kind = facts["kind"]
    if kind == "word":
        return ["bogus", 5, True, ["post"], {"x": 1}, *([None, ""] if facts.get("needed") else [])]
    if kind == "url":
        long = "https://example.com/".ljust(LONGEST + 1, "x")
        return ["ftp://example.com", "example.com", "x", 7, long, *LISTS]
    if kind == "reference":
        return ["x" * 101, *LISTS]
    if kind == "bool":
        return [None, "", "maybe", 2, *LISTS]
    if kind == "int":
        found = ["x", 1.5, "1.5", True, facts["least"] - 1, facts["most"] + 1, 10**15, "9" * 29, *LISTS]
        return found if facts["null"] else [None, *found]
    return ["x" * (LONGEST + 1), *LISTS]


def good_values(facts: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What is sent, and how it reads afterwards."""
    kind = facts["kind"]
    if kind == "int":
        least, most = facts["least"], facts["most"]
        found = [(least, least), (most, most), (str(most), most)]
        return [*found, (None, None)] if facts["null"] else found
    if kind == "bool":
        return [(False, False), ("false", False), (0, False), (True, True)]
    if kind == "url":
        return [(None, None), ("https://example.com/?a=b", "https://example.com/?a=b")]
    if kind == "reference":
        return [(None, None), ("x" * 100, "x" * 100), (12, "12"), (True, "true")]
    if kind == "text":
        long = "x" * LONGEST
        return [(None, None), ("", ""), ("front desk", "front desk"), (12, "12"), (long, long)]
    return []


def cases(values: Any) -> list[Any]:
    return [
        pytest.param(which, name, version, id=f"{which}-{name}-{version}".replace(" /", "-"))
        for version in VERSIONS
        for which, write in WRITES.items()
        if known_in(write, version)
        for name, facts in write["attributes"].items()
        if known_in(facts, version) and values(facts) and facts["kind"] != "filters"
    ]


@pytest.mark.parametrize(("which", "name", "version"), cases(bad_values))
def test_value_that_will_not_do_is_refused_and_changes_nothing(
    which: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    for value in bad_values(WRITES[which]["attributes"][name]):
        changed = deepcopy(document)
        changed["data"]["attributes"][name] = value
        with unchanged(account):
            answer = account.send(method, path, json=changed)
        assert_refused(answer, "attribute", name=name)


@pytest.mark.parametrize(("which", "name", "version"), cases(good_values))
def test_other_values_are_taken_and_read_back(which: str, name: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    for value, shown in good_values(WRITES[which]["attributes"][name]):
        method, path, document = good(account, which)
        document["data"]["attributes"][name] = value
        answer = account.send(method, path, json=document)
        assert answer.status in (200, 201), (value, answer.raw)
        assert answer.data["attributes"][name] == shown
        own = path if method == "PATCH" else f"{path}/{answer.data['id']}"
        assert account.get(own).data["attributes"][name] == shown


@pytest.mark.parametrize(
    ("which", "version"),
    [
        pytest.param(which, version, id=f"{which}-{version}".replace(" /", "-"))
        for version in VERSIONS
        for which, write in WRITES.items()
        if known_in(write, version)
    ],
)
def test_what_is_not_for_writing_is_refused_by_name(which: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    later = [name for name, facts in WRITES[which]["attributes"].items() if not known_in(facts, version)]
    for name in (*WRITES[which]["never"], *later, "bogus"):
        changed = deepcopy(document)
        changed["data"]["attributes"][name] = "x"
        with unchanged(account):
            answer = account.send(method, path, json=changed)
        assert_refused(answer, "member_not_allowed", name=name)


@pytest.mark.parametrize(
    ("version", "case"),
    [
        pytest.param(version, case, id=f"{version}-{case['says']}-{number}".replace(" ", "_"))
        for version, table in read("record_writes.yaml")["filters"].items()
        for number, case in enumerate(table)
    ],
)
def test_filters_that_will_not_do_are_refused(version: str, case: dict[str, Any], account: Account) -> None:
    versions = [version] if version == NEW else ["2021-04-19", "2021-12-15", OLD]
    for older in versions:
        asked = account.as_of(older)
        _, path, document = good(asked, "POST /exports")
        document["data"]["attributes"]["filters"] = case["sent"]
        with unchanged(account):
            answer = asked.post(path, document)
        says = case["says"]
        pointer = {"pointer": "/data/attributes/filters"}
        error = {"title": says, "detail": f"filters - {says}", "code": "100", "source": pointer}
        assert (answer.status, answer.body) == (422, {"errors": [{**error, "status": "422"}]})


def test_filters_with_several_faults_get_as_many_errors(account: Account) -> None:
    _, path, document = good(account, "POST /exports")
    document["data"]["attributes"] = {
        "export_type": "cdr_in",
        "filters": {"from": "2019-01-01 00:00:00", "to": "x"},
        "callback_url": "x",
    }
    titles = [error["title"] for error in account.post(path, document).body["errors"]]
    assert titles == [
        "from must be within the current and 2 previous months",
        "to not valid",
        "is invalid",
    ]


@pytest.mark.parametrize("which", list(WRITES))
def test_read_only_account_is_refused(which: str, account: Account) -> None:
    method, path, document = good(account, which)
    if method == "PATCH":
        name = "description" if which == "PATCH /dids" else "external_reference_id"
        document["data"]["attributes"][name] = "x"
    account.world.options["didww"]["read_only"] = True
    with unchanged(account):
        answer = account.send(method, path, json=document)
    assert answer.status == 403
