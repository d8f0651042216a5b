"""Every operation of the tables: carried out in each form of body, refused in each way that is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from mockserver.core.messages import Response
from tests.didlogic import described
from tests.didlogic.account import (
    BOUNDARY,
    FORM,
    JSON,
    Account,
    contract,
    form,
    multipart,
    operations,
    restarted,
)
from tests.didlogic.requests import CARRIED_OUT, REFUSED, Sent
from tests.support import Server, body_of

TABLE = {row["id"]: row for row in operations()}
ERRORS = {row["claim"]: row for row in contract("errors.json")}
# Refusals that are the same everywhere, and have tests of their own.
EVERYWHERE = {"wrong_token.v1", "wrong_token.v2", "forbidden"}
EXAMPLES = contract("examples/index.json")["examples"]
ANSWERS = [row for row in EXAMPLES if row["kind"] == "response" and row["content_type"] == "application/json"]
WITH_BODY = [name for name, row in TABLE.items() if len(row.get("request", {}).get("formats", ())) > 1]


@pytest.fixture(scope="module")
def shared() -> Server:
    return Server()


def send(account: Account, operation: str, sent: Sent) -> Response:
    path = sent.prepare(account)
    body, content_type = sent.body()
    return account.send(TABLE[operation]["method"], path, body, content_type)


def test_tables_are_whole() -> None:
    assert len(TABLE) == 47
    assert list(CARRIED_OUT) == list(dict.fromkeys(CARRIED_OUT)) and set(CARRIED_OUT) == set(TABLE)


def test_every_refusal_of_the_tables_is_asked_for() -> None:
    known = Counter(
        (name, one["status"], one["claim"])
        for name, row in TABLE.items()
        for one in row["refusals"]
        if one["claim"] not in EVERYWHERE
    )
    assert Counter((name, status, claim) for name, status, claim, _ in REFUSED) == known


@pytest.mark.parametrize("operation", TABLE)
def test_operation_is_carried_out(shared: Server, operation: str) -> None:
    account, row = restarted(shared), TABLE[operation]
    response = send(account, operation, CARRIED_OUT[operation])  # `send` compares it with the documents
    assert response.status == row["answer"]["status"], response.body
    assert response.operation == operation
    assert list(response.ignored) == []
    account.check_books()


@pytest.mark.parametrize("operation", TABLE)
def test_answer_that_nobody_has_seen_says_so(shared: Server, operation: str) -> None:
    """What the table marks assumed carries that evidence, whatever else is known of the operation."""
    row = TABLE[operation]
    response = send(restarted(shared), operation, CARRIED_OUT[operation])
    assert response.evidence is not None
    if "assumed" in (row["evidence"], row["answer"]["shape_evidence"]) or row["confidence"] == "guess":
        assert response.evidence.level == "assumed"
    assert re.fullmatch(r"didlogic\.(G\d\d|[a-z_0-9]+)", response.evidence.claim)


@pytest.mark.parametrize(
    ("operation", "status", "claim", "sent"),
    [pytest.param(*case, id=f"{case[0]}-{case[2]}-{place}") for place, case in enumerate(REFUSED)],
)
def test_operation_is_refused(shared: Server, operation: str, status: int, claim: str, sent: Sent) -> None:
    account = restarted(shared)
    path = sent.prepare(account)
    before = account.state()
    body, content_type = sent.body()
    response = account.send(TABLE[operation]["method"], path, body, content_type)
    content = body_of(response)
    assert (response.status, response.operation) == (status, operation), content
    assert response.headers[0] == ("Content-Type", JSON)
    expected = ERRORS[claim]["body"]
    if expected == {"error": "TEXT"}:
        reasons = [one["error"] for one in TABLE[operation]["refusals"] if one["claim"] == claim]
        assert content["error"] in reasons
    elif "errors" in expected:
        assert list(content) == ["errors"]
        assert all(isinstance(text, str) for texts in content["errors"].values() for text in texts)
    else:
        assert content == expected
    assert account.state() == before


# --- the same body in every form -----------------------------------------------------------------


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Bracketed fields as JSON nests them. Lists of objects: one object, each of its lists whole."""
    content: dict[str, Any] = {}
    for name, value in fields.items():
        keys = re.findall(r"[^\[\]]+|\[\]", name)
        at: Any = content
        for place, key in enumerate(keys):
            rest = keys[place + 1 :]
            if key == "[]":
                continue
            if not rest or rest == ["[]"]:
                single = not rest and isinstance(value, list)
                at[key] = value[0] if single else value
            elif rest[0] == "[]":
                at = at.setdefault(key, [{}])[0]
            else:
                at = at.setdefault(key, {})
    return content


@pytest.mark.parametrize("operation", WITH_BODY)
def test_body_means_the_same_in_every_form(shared: Server, operation: str) -> None:
    row, sent = TABLE[operation], CARRIED_OUT[operation]
    bodies = {
        "form": (form(sent.fields), FORM),
        "multipart": (multipart(sent.fields), f"multipart/form-data; boundary={BOUNDARY}"),
        "json": (orjson.dumps(nested(sent.fields)), "application/json"),
    }
    answers, states = [], []
    for kind in row["request"]["formats"]:
        account = restarted(shared)
        path = sent.prepare(account)
        response = account.send(row["method"], path, *bodies[kind])
        assert response.status == 200, (kind, response.body)
        answers.append(response.body)
        states.append(account.state())
    assert all(answer == answers[0] for answer in answers)
    assert all(state == states[0] for state in states)


# --- recorded answers ----------------------------------------------------------------------------


def test_examples_fit_the_schemas() -> None:
    for example in ANSWERS:
        row = TABLE[example["operation"]]
        described.validate(row["version"], row["answer"]["schema"], contract(f"examples/{example['file']}"))


@pytest.mark.parametrize("example", [pytest.param(row, id=row["file"]) for row in ANSWERS])
def test_answer_has_the_recorded_form(shared: Server, example: Any) -> None:
    """Names, their order and the kinds of their values; what is new stands behind what is recorded."""
    recorded = contract(f"examples/{example['file']}")
    response = send(restarted(shared), example["operation"], CARRIED_OUT[example["operation"]])
    assert response.status == example["status"]
    compare(body_of(response), recorded, example["operation"])


def compare(found: Any, recorded: Any, place: str) -> None:
    if isinstance(recorded, dict):
        assert isinstance(found, dict), place
        names = [name for name in found if name in recorded]
        # Calls of the other kind have fields of their own in place of one.
        missing = set(recorded) - set(found) - {"sip_account"}
        assert names == [name for name in recorded if name in found] and not missing, place
        for name in names:
            compare(found[name], recorded[name], f"{place}.{name}")
    elif isinstance(recorded, list):
        assert isinstance(found, list), place
        for item in found if recorded else ():
            compare(item, recorded[0], place)
    elif found is not None and recorded is not None:
        assert type(found) is type(recorded), place
