"""The recorded exchanges of regulation again: `recordings/regulation.yaml` says what each one needs."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.didww.account import BASE, Account, Answer
from tests.didww.contract import pairs, read
from tests.didww.test_recordings import RECORDED_BASE, Interaction, compare, load
from tests.didww.uploading import container, upload

ENTRIES = read("recordings/regulation.yaml")["recordings"]
# Made-up ids of hand-written recordings, and the collection of ours whose record takes their place.
MADE_UP = {
    "addr-001": "addresses",
    "a1b2c3d4-e5f6-7890-1234-567890abcdef": "addresses",
    "b2c3d4e5-f6a7-8901-2345-67890abcdef1": "identities",
    "c1d2e3f4-a5b6-7890-1234-567890abcdef": "emergency_requirements",
    "ecs-001": "emergency_calling_services",
    "ev-001": "emergency_verifications",
    "er-001": "emergency_requirements",
}


def cases(*, held: bool) -> list[Any]:
    return [
        pytest.param(entry, version, id=f"{entry['file'].removesuffix('.yaml').partition('/')[2]}-{version}")
        for entry in ENTRIES
        if ("cannot" not in entry) is held
        for version in entry["versions"]
    ]


@pytest.mark.parametrize(("entry", "version"), cases(held=True))
def test_answer_has_the_recorded_form(entry: dict[str, Any], version: str, account: Account) -> None:
    account = account.as_of(version)
    for interaction in load(entry["file"]):
        recorded = forgiving(interaction["response"], entry)
        if entry.get("needs", "").startswith("no other"):
            leave_only(account, json.loads(recorded["body"]["string"])["data"])
        ours = send(account, interaction["request"], entry)
        if "/public_keys/" in entry["file"] or "/upload" in entry["file"]:
            compare_odd(recorded, ours)
        else:
            compare(recorded, ours, entry, version)


def compare_odd(recorded: dict[str, Any], ours: Answer) -> None:
    """Answers without meta, or that are no JSON:API documents: names and order of every member."""
    assert ours.status == recorded["status"]["code"], ours.raw
    assert ours.headers["content-type"] == recorded["headers"]["Content-Type"][0]
    assert named(json.loads(recorded["body"]["string"])) == named(ours.body)


def named(content: Any) -> Any:
    """The names of members in order, the kinds of values in place of the values."""
    if isinstance(content, dict):
        return [(name, named(value)) for name, value in content.items()]
    return list(map(named, content)) if isinstance(content, list) else type(content)


def leave_only(account: Account, rows: list[dict[str, Any]]) -> None:
    """Take the records of a list out of the account that the recorded one had not."""
    table = account.world.tables()[f"didww.{rows[0]['type']}"]
    for key in [key for key in table.rows if key not in {row["id"] for row in rows}]:
        table.remove(key)
    account.world.commit()


@pytest.mark.parametrize(("entry", "version"), cases(held=False))
def test_recording_that_cannot_be_held_has_a_reason(entry: dict[str, Any], version: str) -> None:
    assert len(entry["cannot"]) > 20


def send(account: Account, request: dict[str, Any], entry: dict[str, Any]) -> Answer:
    """The recorded request, with ids of ours where it has made-up ones."""
    if entry.get("needs", "").startswith("a form"):
        files = [container(account, b"%PDF")] * (2 if "two" in entry["needs"] else 1)
        return upload(account, *files, description="passport.pdf")
    path = request["uri"].removeprefix(RECORDED_BASE).partition("?")[0]
    for made_up, kind in MADE_UP.items():
        if f"/{made_up}" in path:
            path = path.replace(made_up, record(account, kind))
    if entry.get("needs") == "an address of nobody's service":
        cancel_services(account, path.rpartition("/")[2])
    target = path + (f"?{entry['query']}" if "query" in entry else "")
    headers = {} if "Api-Key" in request["headers"] else {"api-key": None}
    if request["body"] is None:
        return account.send(request["method"], target, headers=headers)
    document = json.loads(request["body"])
    amend(document["data"], entry.get("amend", {}))
    settle(account, document["data"], path.rpartition("/")[2])
    return account.send(request["method"], target, json=document)


def record(account: Account, kind: str) -> str:
    """A record of ours of a kind: the emergency service that runs, and what it rests on."""
    if not kind.startswith("emergency"):
        services = account.get("/emergency_calling_services?filter[status]=active&include=address.identity")
        row = next(row for row in services.body["included"] if row["type"] == kind)
        return row["id"]  # type: ignore[no-any-return]
    path = "/emergency_calling_services?filter[status]=active&include=emergency_requirement"
    (service,) = account.get(f"{path},emergency_verification").data
    if kind == "emergency_calling_services":
        return service["id"]  # type: ignore[no-any-return]
    name = {"emergency_requirements": "emergency_requirement"}.get(kind, "emergency_verification")
    return service["relationships"][name]["data"]["id"]  # type: ignore[no-any-return]


def cancel_services(account: Account, address_id: str) -> None:
    new = account.as_of("2026-04-16")
    for service in new.get(f"/emergency_calling_services?filter[address.id]={address_id}").data:
        assert new.delete(f"/emergency_calling_services/{service['id']}").status == 204


def amend(data: dict[str, Any], changes: dict[str, Any]) -> None:
    for part, members in changes.items():
        for name, value in members.items():
            data[part][name] = deepcopy(value)
            if value is None:
                del data[part][name]


def settle(account: Account, data: dict[str, Any], addressed: str) -> None:
    """Ids of ours in a recorded body."""
    if "id" in data:
        data["id"] = addressed
    for relation in data.get("relationships", {}).values():
        links = relation["data"] if isinstance(relation["data"], list) else [relation["data"]]
        for link in links:
            if link["id"] in MADE_UP:
                link["id"] = record(account, MADE_UP[link["id"]])


def forgiving(response: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """The recorded answer without what is known to be wrong with a hand-written or trimmed one."""
    text = response["body"]["string"]
    if not text or "caution" not in entry:
        return response
    body = json.loads(text)
    rows = body["data"] if isinstance(body["data"], list) else [body["data"]]
    hand_written = "hand-written" in entry["caution"]
    if hand_written and isinstance(body["data"], list):
        body["meta"] = {"total_records": len(rows)}
        link = f"{RECORDED_BASE}/{rows[0]['type']}?page%5Bnumber%5D=1&page%5Bsize%5D=50"
        body["links"] = {"first": link, "last": link}
    for row in [*rows, *body.get("included", [])]:
        if hand_written:
            row.get("attributes", {}).pop("reject_reasons", None)  # null there, a list in the collection
            for relation in row.get("relationships", {}).values():
                if isinstance(relation.get("data"), dict):
                    link = relation["data"]
                    relation["data"] = {"type": link["type"], "id": link["id"]}
    return {**response, "body": {"string": json.dumps(body)}}


# --- what the recordings say beyond their form -------------------------------------------------------


def recorded(file: str) -> Any:
    interactions: list[Interaction] = load(file)
    return json.loads(interactions[0]["response"]["body"]["string"])


@pytest.mark.parametrize("kind", ["supporting_document_templates", "proof_types"])
def test_catalogue_begins_with_the_recorded_records(kind: str, account: Account) -> None:
    theirs = recorded(f"{'v2.0.0' if kind == 'proof_types' else 'v3.0.0'}/{kind}/list.yaml")["data"]
    for row in theirs:  # an address leads to this server, whatever the server's is
        if "url" in row["attributes"]:
            url = row["attributes"]["url"]
            row["attributes"]["url"] = url.replace("https://sandbox-api.didww.com", BASE.removesuffix("/v3"))
    assert account.get(f"/{kind}?page[size]=5").data == theirs


def test_there_are_seventeen_proof_types_as_recorded(account: Account) -> None:
    assert account.get("/proof_types").body["meta"]["total_records"] == 17


def test_requirements_are_as_recorded(account: Account) -> None:
    old = account.as_of("2022-05-10")
    listed = [row["attributes"] for row in old.get("/requirements?page[size]=5").data]
    assert listed == [row["attributes"] for row in recorded("v2.0.0/requirements/list.yaml")["data"]]
    shown = recorded("v2.0.0/requirements/show.yaml")
    include = ",".join(shown["data"]["relationships"])
    ours = old.get(f"/requirements/{shown['data']['id']}?include={include}").body
    assert ours["data"]["attributes"] == shown["data"]["attributes"]
    for name, relation in shown["data"]["relationships"].items():
        assert ours["data"]["relationships"][name]["data"] == relation["data"], name
    proof_types = {row["id"]: row["attributes"] for row in account.get("/proof_types").data}
    for row in shown["included"]:
        if row["type"] == "proof_types":
            assert proof_types[row["id"]] == row["attributes"]


def test_refused_validation_is_byte_for_byte_as_recorded(account: Account) -> None:
    """Title, detail, code and pointer of three gaps, in the recorded order."""
    entry = next(row for row in ENTRIES if row["file"].endswith("requirement_validations/create_error.yaml"))
    (interaction,) = load(entry["file"])
    answer = send(account, interaction["request"], entry)
    assert pairs(answer.raw) == pairs(interaction["response"]["body"]["string"].encode())


def test_records_keep_their_recorded_values(account: Account) -> None:
    """Identities, addresses and verifications that recordings show are the same records here."""
    old = account.as_of("2022-05-10")
    for file in (
        "v2.0.0/identities/list.yaml",
        "v2.0.0/addresses/list.yaml",
        "v2.0.0/addresses/show_with_includes.yaml",
        "v2.0.0/address_verifications/show.yaml",
        "v2.0.0/address_verifications/show_rejected.yaml",
        "v2.0.0/address_verifications/show_with_includes.yaml",
    ):
        body = recorded(file)
        rows = body["data"] if isinstance(body["data"], list) else [body["data"]]
        for row in [*rows, *body.get("included", [])]:
            if row["type"] in ("identities", "addresses", "address_verifications", "countries"):
                ours = old.get(f"/{row['type']}/{row['id']}").data["attributes"]
                told = row["attributes"]
                assert {name: ours[name] for name in told} == told, (file, row["type"])
