"""Every create, update and delete of every version does what it says, in the form of the version."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.didww_tables import VERSIONS, of_version
from tests.didww.account import Account
from tests.didww.contract import assert_refused
from tests.didww.forms import assert_document
from tests.didww.making import Maker

PASSING = ("address_requirement_validations", "emergency_requirement_validations",
           "voice_out_trunk_regenerate_credentials")  # fmt: skip


def cases(verb: str) -> list[Any]:
    """(version, operation); ids like `2021-04-19-createTrunk`, by the name of the version."""
    return [
        pytest.param(version, name, id=f"{version}-{name}")
        for version in VERSIONS
        for name, facts in of_version(version).operations.items()
        if facts["verb"] == verb
    ]


def shown(maker: Maker, kind: str) -> bool:
    return any(
        facts["verb"] == "show" and facts["type"] == kind for facts in maker.tables.operations.values()
    )


@pytest.mark.parametrize(("version", "name"), cases("create"))
def test_create_makes_a_record(version: str, name: str, account: Account) -> None:
    """And answers with it; what only checks or renews something is not kept."""
    maker = Maker(account.as_of(version))
    kind = maker.tables.operations[name]["type"]
    newest = maker.tables.types[kind]["newest"]
    answer = maker.make(newest)
    assert answer.status == 201, answer.raw
    if list(answer.body) == ["ids"]:  # of uploads up to 2022-05-10
        assert (kind, version <= "2022-05-10") == ("encrypted_files", True)
        key = answer.body["ids"][0]
    else:
        if kind not in ("encrypted_files", *PASSING):
            assert_document(answer.body, version)
        assert answer.data["type"] == kind
        key = answer.data["id"]
    found = maker.account.get(f"/{kind}/{key}")
    if shown(maker, kind):
        assert found.data["id"] == key
    else:
        assert_refused(found, "unrouted")


@pytest.mark.parametrize(("version", "name"), cases("update"))
def test_update_changes_the_record(version: str, name: str, account: Account) -> None:
    maker = Maker(account.as_of(version))
    facts = maker.tables.operations[name]
    kind = facts["type"]
    newest = maker.tables.types[kind]["newest"]
    key, changed = maker.made(newest), maker.change(newest)
    before = maker.account.get(f"/{kind}/{key}").data
    assert {member: before["attributes"][member] for member in changed} != changed
    for method in ("PATCH", "PUT"):
        answer = maker.account.send(
            method,
            facts["path"].replace("{id}", key),
            json={"data": {"type": kind, "id": key, "attributes": changed}},
        )
        assert answer.status == 200, answer.raw
        assert_document(answer.body, version)
        assert answer.data["attributes"] == {**before["attributes"], **changed}
    assert maker.account.get(f"/{kind}/{key}").data == answer.data


@pytest.mark.parametrize(("version", "name"), cases("delete"))
def test_delete_takes_the_record_away(version: str, name: str, account: Account) -> None:
    """Canceled orders and emergency services stay readable (documented)."""
    maker = Maker(account.as_of(version))
    facts = maker.tables.operations[name]
    kind = facts["type"]
    newest = maker.tables.types[kind]["newest"]
    key = maker.made(newest)
    path = facts["path"].replace("{id}", key)
    answer = maker.account.delete(path)
    assert (answer.status, answer.raw) == (204, b"")
    if newest in ("orders", "emergency_calling_services"):
        assert maker.account.get(path).data["attributes"]["status"].lower() == "canceled"
        assert maker.account.delete(path).status == 422
        return
    again = maker.account.delete(path)
    if newest == "permanent_supporting_documents":
        assert_refused(again, "record_not_found_of", type=kind)
    else:
        assert_refused(again, "not_found", id=key)
