"""Every attribute and relationship of the writes of regulation, with every kind of value that will not do.

`regulation/writes.yaml` says what is taken and how the rest is refused. What is refused changes nothing.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.didww.account import Account
from tests.didww.contract import NEW, OLD, VERSIONS, assert_refused, known_in, read
from tests.didww.refusals import unchanged
from tests.didww.regulation import (
    CHICAGO,
    JOHN,
    NOBODY,
    WAITING,
    country,
    emergency_did,
    link,
    links,
    proof_type,
)
from tests.didww.uploading import uploaded

WRITES: dict[str, Any] = read("regulation/writes.yaml")["writes"]
LONG = "x" * 101
NOT_A_TEXT: tuple[Any, ...] = ([], ["x"], {}, {"x": 1})


def wire(which: str, version: str) -> tuple[str, str]:
    """Method and type of a write as a version spells it."""
    spelled = WRITES[which].get("was", which) if version <= OLD else which
    method, _, kind = spelled.partition(" /")
    return method, kind


def good(account: Account, which: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and a document that is accepted, with every attribute and relationship in it."""
    version = account.version or NEW
    method, kind = wire(which, version)
    old = version <= OLD
    texts = {"city_name": "Reno", "postal_code": "89501", "address": "1 Main St", "description": "x"}
    relations: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    if kind == "identities":
        attributes = {"first_name": "Ann", "last_name": "Lee", "phone_number": "441632960000"}
        attributes |= {"birth_date": "1990-02-28", "company_name": "Lee Ltd", "id_number": "1", "vat_id": "2"}
        attributes |= {"company_reg_number": "3", "personal_tax_id": "4", "description": "x"}
        attributes |= {"external_reference_id": "x" * 100}
        if method == "POST":
            attributes["identity_type"] = "Personal" if old else "personal"
        relations["country"] = link("countries", country(account, "US"))
        if not old:
            attributes["contact_email"] = "ann@example.com"
            relations["birth_country"] = link("countries", country(account, "CA"))
    elif kind == "addresses":
        attributes = texts
        if method == "POST":
            relations = {
                "identity": link("identities", JOHN),
                "country": link("countries", country(account, "US")),
            }
    elif kind == "proofs" and method == "POST":
        relations["proof_type"] = link("proof_types", proof_type(account, "Passport", "Personal"))
        relations["entity"] = link("identities", JOHN)
        relations["files"] = links("encrypted_files", uploaded(account))
    elif kind == "permanent_supporting_documents":
        template = "4199435f-646e-4e9d-a143-8f3b972b10c5"
        relations["template"] = link("supporting_document_templates", template)
        relations["identity"] = link("identities", JOHN)
        relations["files"] = links("encrypted_files", uploaded(account))
    elif kind.endswith("_validations"):
        name, key = ("requirement", "aea92b24-a044-4864-9740-89d3e15b65c7")
        if kind.startswith("emergency"):
            name, key = "emergency_requirement", account.get("/emergency_requirements").data[0]["id"]
        elif not old:
            name = "address_requirement"
        target = f"{name}s"
        relations = {name: link(target, key), "address": link("addresses", CHICAGO)}
        relations["identity"] = link("identities", JOHN)
    elif kind == "address_verifications" and method == "POST":
        attributes = {"callback_url": "https://example.com/x", "callback_method": "POST" if old else "post"}
        relations = {"address": link("addresses", CHICAGO), "dids": links("dids", WAITING)}
    elif kind == "emergency_verifications" and method == "POST":
        attributes = {"callback_url": "https://example.com/x", "callback_method": "post"}
        relations = {
            "address": link("addresses", CHICAGO),
            "dids": links("dids", emergency_did(account)["id"]),
        }
    if not old and "external_reference_id" in WRITES[which]["attributes"]:
        attributes["external_reference_id"] = "x" * 100
    data: dict[str, Any] = {"type": kind, "attributes": attributes, "relationships": relations}
    path = f"/{kind}"
    if method == "PATCH":
        data["id"] = account.get(f"/{kind}").data[0]["id"]
        path += f"/{data['id']}"
    return method, path, {"data": data}


def writes() -> list[Any]:
    return [
        pytest.param(which, version, id=f"{which}-{version}".replace(" /", "-"))
        for version in VERSIONS
        for which, facts in WRITES.items()
        if known_in(facts, version)
    ]


def bad_values(name: str, facts: dict[str, Any]) -> list[tuple[Any, str]]:
    """Values that are refused, with the refusal."""
    kind = facts["kind"]
    if kind == "word":
        found: list[tuple[Any, str]] = [
            (bad, "not_in_list") for bad in ("bogus", "POST ", 5, True, ["post"], {"x": 1})
        ]
        if facts.get("needed"):
            found += [(None, "cannot_be_blank"), ("", "cannot_be_blank")]
        return found
    found = [(bad, "is_invalid") for bad in NOT_A_TEXT]
    if kind in ("required", "digits"):
        found += [(None, "cannot_be_blank"), ("", "cannot_be_blank"), ("  ", "cannot_be_blank")]
    if kind == "digits":
        found += [(bad, "is_invalid") for bad in ("+44163296", "44 163", "phone", "4.4")]
    if kind == "date":
        found += [
            (bad, "is_invalid")
            for bad in ("soon", "1990-13-01", "1990-02-30", "19900228", "1-1-1990", 5, True)
        ]
    if kind == "email":
        found += [(bad, "is_invalid") for bad in ("nobody", "@", "a b@c", "a@")]
    if kind == "url":
        found += [(bad, "is_invalid") for bad in ("ftp://example.com", "example.com", "http://", "x", 7)]
    if kind == "reference":
        found.append((LONG, "external_reference_too_long"))
    return found


def good_values(facts: dict[str, Any]) -> list[Any]:
    kind = facts["kind"]
    if kind == "word":
        return [] if facts.get("needed") else [None]
    if kind in ("required", "digits"):
        return ["7"]
    if kind == "date":
        return [None, "", "2000-02-29"]
    return [None, "", "https://a.example/?b=c" if kind == "url" else "a@b"]


def attribute_cases(values: Any) -> list[Any]:
    return [
        pytest.param(which, name, version, id=f"{which}-{name}-{version}".replace(" /", "-"))
        for version in VERSIONS
        for which, write in WRITES.items()
        if known_in(write, version)
        for name, facts in write["attributes"].items()
        if known_in(facts, version) and (values is None or values(facts))
    ]


@pytest.mark.parametrize(("which", "version"), writes())
def test_good_document_is_accepted(which: str, version: str, account: Account) -> None:
    method, path, document = good(account.as_of(version), which)
    answer = account.as_of(version).send(method, path, json=document)
    assert answer.status == (201 if method == "POST" else 200), answer.raw
    assert answer.data["type"] == document["data"]["type"]
    shown = answer.data.get("attributes", {})
    sent = document["data"]["attributes"]
    assert {name: shown[name] for name in sent} == sent
    own = path if method == "PATCH" else f"{path}/{answer.data['id']}"
    for name, relation in document["data"]["relationships"].items():
        if name in answer.data.get("relationships", {}):
            linkage = account.as_of(version).get(f"{own}/relationships/{name}")
            assert linkage.data == relation["data"], name


@pytest.mark.parametrize(("which", "name", "version"), attribute_cases(lambda facts: bad_values("", facts)))
def test_value_that_will_not_do_is_refused_and_changes_nothing(
    which: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    facts = WRITES[which]["attributes"][name]
    for value, error in bad_values(name, facts):
        changed = deepcopy(document)
        changed["data"]["attributes"][name] = value
        with unchanged(account):
            answer = account.send(method, path, json=changed)
        assert_refused(answer, error, name=name, part="attributes")


@pytest.mark.parametrize(("which", "name", "version"), attribute_cases(good_values))
def test_other_values_are_accepted(which: str, name: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    values = good_values(WRITES[which]["attributes"][name])
    if name == "service_description":  # the requirement does not want one
        values = [None, ""]
    for value in values:
        method, path, document = good(account, which)
        document["data"]["attributes"][name] = value
        if name == "callback_method" and "emergency" in which:  # must come with the URL (documented)
            document["data"]["attributes"].pop("callback_url")
        answer = account.send(method, path, json=document)
        assert answer.status in (200, 201), (value, answer.raw)
        shown = answer.data["attributes"][name]
        assert shown == value or (value == "" and shown is None)


@pytest.mark.parametrize(
    ("which", "name", "version"),
    attribute_cases(lambda facts: facts["kind"] in ("text", "required", "reference")),
)
def test_numbers_and_switches_become_text(which: str, name: str, version: str, account: Account) -> None:
    """As Rails reads them (reference 9.1)."""
    account = account.as_of(version)
    if name == "service_description":
        return  # its requirement does not want one
    for value, text in ((12, "12"), (True, "true"), (1.5, "1.5")):
        method, path, document = good(account, which)
        document["data"]["attributes"][name] = value
        answer = account.send(method, path, json=document)
        assert answer.data["attributes"][name] == text


@pytest.mark.parametrize(("which", "version"), writes())
def test_texts_have_an_end(which: str, version: str, account: Account) -> None:
    """No limit but that of external_reference_id is documented; ours keeps accounts from growing for ever."""
    account = account.as_of(version)
    method, path, document = good(account, which)
    for name, facts in WRITES[which]["attributes"].items():
        if facts["kind"] in ("text", "required") and known_in(facts, version):
            changed = deepcopy(document)
            changed["data"]["attributes"][name] = "x" * 70_000
            with unchanged(account):
                answer = account.send(method, path, json=changed)
            assert answer.status == 422
            (error,) = answer.body["errors"]
            assert error["title"].startswith("is too long (maximum is ")
            assert error["source"] == {"pointer": f"/data/attributes/{name}"}


# --- relationships -----------------------------------------------------------------------------------


def relationship_cases() -> list[Any]:
    return [
        pytest.param(which, name, version, id=f"{which}-{name}-{version}".replace(" /", "-"))
        for version in VERSIONS
        for which, write in WRITES.items()
        if known_in(write, version)
        for name, facts in write["relationships"].items()
        if known_in(facts, version) or "was" in facts
    ]


def spelled(facts: dict[str, Any], name: str, version: str) -> tuple[str, str]:
    """A relationship's name and the type behind it in a version."""
    target = facts.get("one") or facts["many"]
    if version <= OLD and "was" in facts:
        return facts["was"], "requirements"
    return name, target


@pytest.mark.parametrize(("which", "name", "version"), relationship_cases())
def test_link_that_will_not_do_is_refused_and_changes_nothing(
    which: str, name: str, version: str, account: Account
) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    facts = WRITES[which]["relationships"][name]
    name, target = spelled(facts, name, version)
    relations = document["data"]["relationships"]

    def refused(value: Any, error: str, **values: Any) -> None:
        changed = deepcopy(document)
        changed["data"]["relationships"][name] = value
        if name == "emergency_calling_service":
            changed["data"]["relationships"].pop("dids")
        with unchanged(account):
            answer = account.send(method, path, json=changed)
        assert_refused(answer, error, **values)

    at = {"name": name, "part": "relationships"}
    many = "many" in facts
    for key in (NOBODY, "not-an-id", ""):
        unknown = links(target, key) if many else link(target, key)
        refused(unknown, facts["unknown"], **at)
    if many:
        for data in (None, {}, "x", 5):
            refused({"data": data}, "linkage_malformed")
        refused(links("countries", NOBODY), "linkage_type", type="")
        refused({"data": [{"type": target}]}, "linkage_malformed")
    else:
        for data in (
            {},
            [],
            "x",
            {"type": target},
            {"id": NOBODY},
            {"type": target, "id": NOBODY, "meta": {}},
        ):
            refused({"data": data}, "linkage_malformed")
        if not facts.get("polymorphic"):
            refused(link("pops", NOBODY), "linkage_type", type="pops")
        refused(link(target, "a,b"), "id_with_comma", id="a,b")
    if facts.get("needed"):
        refused({"data": [] if many else None}, "cannot_be_blank", **at)
        if method == "POST":
            del relations[name]
            with unchanged(account):
                answer = account.send(method, path, json=document)
            assert_refused(answer, "cannot_be_blank", **at)


@pytest.mark.parametrize("version", VERSIONS)
def test_proof_of_something_else_is_refused(version: str, account: Account) -> None:
    """A known type that is no entity reaches the rules (engine.md 7.2), one that is not there does not."""
    account = account.as_of(version)
    method, path, document = good(account, "POST /proofs")
    for kind in ("countries", "dids", "orders"):
        document["data"]["relationships"]["entity"] = link(kind, NOBODY)
        with unchanged(account):
            answer = account.send(method, path, json=document)
        assert_refused(answer, "is_invalid", name="entity", part="relationships")
    document["data"]["relationships"]["entity"] = link("ghosts", NOBODY)
    with unchanged(account):
        answer = account.send(method, path, json=document)
    assert answer.status == 400


# --- members that are not taken ----------------------------------------------------------------------


@pytest.mark.parametrize(("which", "version"), writes())
def test_member_that_only_the_service_sets_is_refused(which: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    write = WRITES[which]
    later = [name for name, facts in write["attributes"].items() if not known_in(facts, version)]
    for name in [*write["never"], *later, "bogus"]:
        for part in ("attributes", "relationships"):
            changed = deepcopy(document)
            if name in changed["data"][part]:
                continue
            changed["data"][part][name] = "x" if part == "attributes" else {"data": None}
            with unchanged(account):
                answer = account.send(method, path, json=changed)
            if answer.status == 400 and answer.body["errors"][0]["code"] == "400":
                continue  # the name of a relationship among the attributes: the engine fails (engine.md 7.1)
            if part == "relationships" and name in write["attributes"]:
                continue
            assert_refused(answer, "member_not_allowed", name=name)


@pytest.mark.parametrize(("which", "version"), writes())
def test_read_only_account_writes_nothing(which: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    account.world.options["didww"]["read_only"] = True
    with unchanged(account):
        answer = account.send(method, path, json=document)
    assert_refused(answer, "forbidden")


@pytest.mark.parametrize(("which", "version"), [row for row in writes() if row.values[0].startswith("PATCH")])
def test_change_of_nothing_is_accepted(which: str, version: str, account: Account) -> None:
    account = account.as_of(version)
    method, path, document = good(account, which)
    before = account.get(path).data if account.get(path).status == 200 else None
    data = {"type": document["data"]["type"], "id": document["data"]["id"]}
    with unchanged(account):
        answer = account.send(method, path, json={"data": data})
    assert answer.status == 200
    assert before is None or answer.data == before


@pytest.mark.parametrize("version", VERSIONS)
def test_several_faults_come_together_in_the_order_of_the_record(version: str, account: Account) -> None:
    account = account.as_of(version)
    document = {"data": {"type": "addresses", "attributes": {"external_reference_id": LONG, "address": ""}}}
    if version <= OLD:
        del document["data"]["attributes"]["external_reference_id"]  # type: ignore[attr-defined]
    answer = account.post("/addresses", document)
    pointers = [error["source"]["pointer"].rpartition("/")[2] for error in answer.body["errors"]]
    expected = ["city_name", "postal_code", "address", "external_reference_id", "identity", "country"]
    assert pointers == [name for name in expected if version > OLD or name != "external_reference_id"]
