"""Every attribute that voice and capacity take, with every kind of wrong value: `voice_writes.yaml`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.contract import NEW, VERSIONS, assert_refused, known_in, read
from tests.didww.refusals import NOBODY, unchanged
from tests.didww.voice import (
    Facts,
    again,
    bad_values,
    change,
    good,
    good_values,
    make,
    versions_of,
    writes,
)

KINDS = list(read("voice_writes.yaml"))
# What other members decide about: see `test_voice_in`, `test_voice_out` and `test_capacity_limits`.
TIED = {"enabled_sip_registration", "use_did_in_ruri", "allow_any_did_as_cli", "emergency_enable_all"}
TIED |= {"sst_session_expires", "allowed_sip_ips", "total_channels_count", "shared_channels_count"}


def attributes() -> list[Any]:
    """(kind, version, object attribute, its kind, name, facts) of everything that can be written."""
    found = []
    for kind in KINDS:
        for name, facts in writes(kind)["attributes"].items():
            for version in versions_of(facts):
                found.append(pytest.param(kind, version, "", "", name, facts, id=f"{kind}-{name}-{version}"))
        for holder, about in writes(kind).get("objects", {}).items():
            for object_kind, table in about["kinds"].items():
                for name, facts in table["members"].items():
                    for version in versions_of(facts):
                        if known_in(about, version) and known_in(table, version):
                            label = f"{object_kind}-{name}-{version}"
                            found.append(
                                pytest.param(kind, version, holder, object_kind, name, facts, id=label)
                            )
    return found


def spoiled(data: dict[str, Any], holder: str, name: str, value: Any) -> dict[str, Any]:
    """The same document with another value at one place."""
    target = data["attributes"]
    if holder:
        target = target[holder]["attributes"]
    target[name] = value
    return {"data": data}


def error_of(kind: str, holder: str) -> str:
    return {"": "attribute", "configuration": "configuration_member"}.get(holder, "authentication_member")


def existing(account: Account, kind: str, object_kind: str) -> dict[str, Any]:
    if writes(kind).get("made", True):
        return make(account, kind, object_kind)
    return account.get(f"/{kind}").data[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "version", "holder", "object_kind", "name", "facts"), attributes())
def test_wrong_value_is_refused_at_its_place_and_changes_nothing(
    kind: str, version: str, holder: str, object_kind: str, name: str, facts: Facts, account: Account
) -> None:
    account = account.as_of(version)
    record = existing(account, kind, object_kind)
    with unchanged(account):
        for value in bad_values(facts):
            update = good(kind, version, object_kind)
            answers = [account.patch(*addressed(record, spoiled(update, holder, name, value)))]
            if writes(kind).get("made", True):
                answers.append(
                    account.post(f"/{kind}", spoiled(good(kind, version, object_kind), holder, name, value))
                )
            for answer in answers:
                assert_refused(answer, error_of(kind, holder), name=name)


def addressed(record: dict[str, Any], document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path and body of a PATCH of `record` with the attributes of a document."""
    data = {"type": record["type"], "id": record["id"], "attributes": document["data"]["attributes"]}
    if record["type"] == "capacity_pools":
        data["attributes"] = {"total_channels_count": data["attributes"]["total_channels_count"]}
    return f"/{record['type']}/{record['id']}", {"data": data}


@pytest.mark.parametrize(
    ("kind", "version", "holder", "object_kind", "name", "facts"),
    [case for case in attributes() if case.values[4] not in TIED],
)
def test_good_value_is_taken_and_read_back(
    kind: str, version: str, holder: str, object_kind: str, name: str, facts: Facts, account: Account
) -> None:
    account = account.as_of(version)
    record = existing(account, kind, object_kind)
    for sent, shown in good_values(facts):
        data = good(kind, version, object_kind, name=record["attributes"]["name"])
        document = spoiled(data, holder, name, sent)
        answer = account.patch(*addressed(record, document))
        assert answer.status == 200, (sent, answer.raw)
        found = answer.data["attributes"]
        value = found[holder]["attributes"][name] if holder else found[name]
        assert value == shown, sent
        assert again(account, record)["attributes"] == found
        if writes(kind).get("made", True):
            made = account.post(f"/{kind}", spoiled(good(kind, version, object_kind), holder, name, sent))
            if name == "name":
                assert_refused(made, "name_taken")
                continue
            assert made.status == 201, (sent, made.raw)
            found = made.data["attributes"]
            assert (found[holder]["attributes"][name] if holder else found[name]) == shown
            assert account.delete(f"/{kind}/{made.data['id']}").status == 204


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if writes(kind).get("made", True)])
def test_record_is_refused_when_something_it_needs_is_missing(
    kind: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    for name, facts in writes(kind)["attributes"].items():
        if facts.get("required") and known_in(facts, version):
            data = good(kind, version)
            del data["attributes"][name]
            with unchanged(account):
                assert_refused(account.post(f"/{kind}", {"data": data}), "attribute", name=name)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_members_of_another_version_are_refused(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    table = writes(kind)
    places = [("", "", name, facts) for name, facts in table["attributes"].items()]
    for holder, about in table.get("objects", {}).items():
        for object_kind, inner in about["kinds"].items():
            if known_in(about, version) and known_in(inner, version):
                places += [(holder, object_kind, name, facts) for name, facts in inner["members"].items()]
                never = [(holder, object_kind, name, {"since": "9"}) for name in inner.get("read_only", {})]
                places += [*never, (holder, object_kind, "bogus", {"since": "9"})]
    if table.get("made", True):
        with unchanged(account):
            for holder, object_kind, name, facts in places:
                if not known_in(facts, version):
                    document = spoiled(good(kind, version, object_kind), holder, name, "x")
                    answer = account.post(f"/{kind}", document)
                    assert_refused(answer, "member_not_allowed", name=name)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if writes(kind)["links"]])
def test_link_to_nothing_is_refused(kind: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    record = make(account, kind)
    for name, facts in writes(kind)["links"].items():
        link = {"data": {"type": facts["to"], "id": NOBODY}}
        with unchanged(account):
            data = good(kind, version)
            data["relationships"] = {**data.get("relationships", {}), name: link}
            for answer in (account.post(f"/{kind}", {"data": data}), change(account, record, {name: link})):
                error = "pool_unknown" if name == "capacity_pool" else "link_unknown"
                assert_refused(answer, error, name=name)
        cleared = change(account, record, {name: {"data": None}})
        assert cleared.status == (200 if facts["null"] else 422)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "kinds",
    [
        ("voice_in_trunks", "voice_in_trunk_groups"),  # one name space (documented for a later version)
        ("voice_out_trunks",),
        ("shared_capacity_groups",),
    ],
)
def test_name_is_refused_when_another_has_it(kinds: tuple[str, ...], version: str, account: Account) -> None:
    account = account.as_of(version)
    for kind in kinds:
        for other in kinds:
            taken = account.get(f"/{kind}").data[0]["attributes"]["name"]
            record = make(account, other)
            with unchanged(account):
                assert_refused(
                    account.post(f"/{other}", {"data": good(other, version, name=taken)}), "name_taken"
                )
                assert_refused(change(account, record, name=taken), "name_taken")
            assert change(account, record, name=record["attributes"]["name"]).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_everything_wrong_is_said_at_once(kind: str, account: Account) -> None:
    if not writes(kind).get("made", True):
        return
    wrong = {
        name: bad_values(facts)[0]
        for name, facts in writes(kind)["attributes"].items()
        if known_in(facts, NEW)
    }
    answer = account.post(f"/{kind}", {"data": good(kind, NEW, **wrong)})
    assert answer.status == 422
    pointers = [error["source"]["pointer"] for error in answer.body["errors"]]
    assert sorted(pointers) == sorted(f"/data/attributes/{name}" for name in wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_when_the_account_is_read_only(kind: str, account: Account) -> None:
    record = existing(account, kind, "")
    account.world.options["didww"]["read_only"] = True
    requests = (
        [account.patch(*addressed(record, {"data": {"attributes": record["attributes"]}}))]
        if (kind == "capacity_pools")
        else [
            change(account, record, name="x"),
            account.post(f"/{kind}", {"data": good(kind, NEW)}),
            account.delete(f"/{kind}/{record['id']}"),
        ]
    )
    assert [answer.status for answer in requests] == [403] * len(requests)
