"""Links that numbers, reservations, trunks and shared groups take, with every kind of wrong linkage.

`link_writes.yaml` says what is taken. What is refused changes nothing, in whatever way it is sent.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.contract import NEW, assert_refused, known_in, read
from tests.didww.refusals import NOBODY, unchanged

WRITES: dict[str, dict[str, Any]] = read("link_writes.yaml")["writes"]
VERSIONS = ("2021-04-19", "2021-12-15", "2022-05-10", NEW)
FORMER = {"voice_in_trunks": "trunks", "voice_in_trunk_groups": "trunk_groups"}
CASES = [
    pytest.param(which, name, version, id=f"{which}-{name}-{version}".replace(" /", "-"))
    for version in VERSIONS
    for which, links in WRITES.items()
    for name, facts in links.items()
    if known_in(facts, version)
]


def good(account: Account, which: str, version: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and a document without the link; nobody refuses it for anything else."""
    method, _, kind = which.partition(" /")
    kind = FORMER.get(kind, kind) if version == VERSIONS[0] else kind
    attributes: dict[str, Any] = {}
    relationships: dict[str, Any] = {}
    if kind in ("trunks", "voice_in_trunks"):
        pstn = {"type": "pstn_configurations", "attributes": {"dst": "12025550142"}}
        attributes = {"name": "one", "configuration": pstn}
    elif kind == "voice_out_trunks":
        attributes = {"name": "one", "on_cli_mismatch_action": "reject_call"}
        networks = {"allowed_sip_ips": ["203.0.113.1"]}
        method_of = {"type": "credentials_and_ip", "attributes": networks}
        attributes |= {"authentication_method": method_of} if version == NEW else networks
    elif kind.endswith("_groups"):
        attributes = {"name": "one"}
    if kind == "shared_capacity_groups":
        attributes["shared_channels_count"] = 1
        pool = account.get("/capacity_pools?filter[name]=Standard").data[0]
        relationships = {"capacity_pool": {"data": {"type": pool["type"], "id": pool["id"]}}}
    data: dict[str, Any] = {"type": kind, "attributes": attributes, "relationships": relationships}
    path = f"/{kind}"
    if method == "PATCH":
        data |= {"id": account.get(path).data[0]["id"], "attributes": {}, "relationships": {}}
        path += f"/{data['id']}"
    return method, path, {"data": data}


@pytest.mark.parametrize(("which", "name", "version"), CASES)
def test_link_that_will_not_do_is_refused_and_changes_nothing(
    which: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    account.world.options["didww"]["replace_cli"] = True  # without it there is no default_did
    facts = WRITES[which][name]
    method, path, document = good(account, which, version)

    def refused(linkage: Any, error: str, **values: Any) -> None:
        changed = deepcopy(document)
        changed["data"]["relationships"][name] = linkage
        with unchanged(account):
            assert_refused(account.send(method, path, json=changed), error, **values)

    many, target = "many" in facts, facts.get("one") or facts["many"]
    values = {"place": 0} if facts["unknown"] == "number_unfit_for_group" else {"name": name}
    for key in (NOBODY, "not-an-id", ""):
        link = {"type": target, "id": key}
        refused({"data": [link] if many else link}, facts["unknown"], **values)
    one = {"type": target, "id": NOBODY}
    broken: tuple[Any, ...] = ({}, "x", 5, True, {"type": target}, {"id": NOBODY}, {**one, "meta": {}})
    for data in (*((None, [{}], ["x"], [{**one, "meta": {}}]) if many else ([], [one])), *broken):
        refused({"data": data}, "linkage_malformed")
    other = {"type": "countries", "id": NOBODY}
    refused({"data": [other] if many else other}, "linkage_type", type="" if many else "countries")
    if "needed" in facts:
        for linkage in ({"data": None}, {}, None):
            refused(linkage, facts["needed"], name=name)


@pytest.mark.parametrize("version", VERSIONS)
def test_links_of_other_versions_are_refused_by_name(version: str, account: Account) -> None:
    account = account.as_of(version)
    for which, links in WRITES.items():
        if not any(known_in(facts, version) for facts in links.values()):
            continue
        method, path, document = good(account, which, version)
        names = [name for name, facts in links.items() if not known_in(facts, version)]
        for name in (*names, "bogus", "did_group" if which == "PATCH /dids" else "country"):
            changed = deepcopy(document)
            changed["data"]["relationships"][name] = {"data": None}
            with unchanged(account):
                answer = account.send(method, path, json=changed)
            assert_refused(answer, "member_not_allowed", name=name)


@pytest.mark.parametrize(
    ("name", "version"),
    [case.values[1:] for case in CASES if case.values[0] == "PATCH /dids"],
)
def test_relationship_of_a_number_is_refused_alike_at_its_own_address(
    name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    target = WRITES["PATCH /dids"][name]["one"]
    path = f"/dids/{account.get('/dids').data[0]['id']}/relationships/{name}"
    with unchanged(account):
        unknown = {"data": {"type": target, "id": NOBODY}}
        assert_refused(account.patch(path, unknown), "did_link_unknown", name=name)
        assert_refused(account.patch(path, {"data": []}), "linkage_malformed")
        assert_refused(account.patch(path, {}), "missing", name="data")
