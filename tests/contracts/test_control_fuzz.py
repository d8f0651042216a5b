"""What schemathesis makes up from the control API's document: no 500, every answer as it says, one call after
another, and nothing without the token. Nothing waits: without an event loop an answer comes as it stands."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case

from contracts.checking import operations
from tests.contracts.fuzzing import ASKED, few
from tests.contracts.fuzzing_control import BOX, DOCUMENT, ControlFuzzer, ControlServer
from tests.contracts.walking import Api

SERVER = ControlServer(journal_entries=50)
API = Api(DOCUMENT, SERVER, "", {}, {})
OPERATIONS = {operation["operationId"]: operation for _, _, operation in operations(DOCUMENT)}
# The same handlers serve a sandbox that the path names: a few of them are enough for a quick run.
OF_SANDBOX = [name for name in OPERATIONS if name.endswith("_of_sandbox")]
CHOSEN = [name for name in OPERATIONS if name not in OF_SANDBOX] + OF_SANDBOX[:: 1 if ASKED else 8]
OPEN = ("show_health", "show_ready")


@cache
def fuzzer() -> ControlFuzzer:
    return ControlFuzzer(SERVER)


def examples(name: str) -> settings:
    """More where there is a body; one where there is nothing to make up."""
    if "requestBody" in OPERATIONS[name]:
        return few(4)
    return few(2) if OPERATIONS[name]["parameters"] else few(1)


def with_wrong() -> list[str]:
    """Where something can be wrong: names in paths are any text, their schemas forbid none."""
    found = []
    for name in CHOSEN:
        queries = [one["schema"] for one in OPERATIONS[name]["parameters"] if one["in"] == "query"]
        if "requestBody" in OPERATIONS[name] or any(schema.keys() - {"type"} for schema in queries):
            found.append(name)
    return found


def judged(case: Case) -> None:
    """One call: the answer as described, and when it is a refusal, nothing changed."""
    before = SERVER.everything()
    if fuzzer().judge(case) >= 400:
        assert SERVER.everything() == before


@pytest.mark.parametrize("name", CHOSEN)
def test_valid_calls_are_answered_as_described(name: str) -> None:
    @examples(name)
    @given(case=fuzzer().cases(name, valid=True))
    def run(case: Case) -> None:
        SERVER.fresh()
        judged(case)

    run()


@pytest.mark.parametrize("name", with_wrong())
def test_invalid_calls_are_answered_as_described_and_change_nothing(name: str) -> None:
    @examples(name)
    @given(case=fuzzer().cases(name, valid=False))
    def run(case: Case) -> None:
        SERVER.fresh()
        judged(case)

    run()


def test_calls_one_after_another_are_answered_as_described() -> None:
    """What one call has left behind is what the next one finds."""

    @few(2)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        SERVER.fresh()
        for name in data.draw(st.lists(st.sampled_from(CHOSEN), min_size=8, max_size=16)):
            case = data.draw(fuzzer().cases(name, valid=True))
            SERVER.still()
            judged(case)

    run()


# --- use after delete -------------------------------------------------------------------------------------


class Life(NamedTuple):
    """What is made and deleted, with the calls that need it.

    key   its path parameters
    make  the operation that brings it about, and its body
    """

    key: dict[str, str]
    make: tuple[str, Any]
    delete: str
    uses: tuple[str, ...]


FAULT = {"id": "gone", "effect": {"status": 500}}
BOTH = ("", "_of_sandbox")
LIVES = {
    "sandbox": Life(
        {"name": "gone"},
        ("create_sandbox", {"name": "gone"}),
        "drop_sandbox",
        ("show_sandbox", "show_coverage_of_one", "drop_sandbox"),
    ),
    **{
        f"snapshot{of}": Life(
            {"name": "gone", "sandbox": BOX},
            (f"put_snapshot{of}", None),
            f"remove_snapshot{of}",
            tuple(f"{verb}_snapshot{of}" for verb in ("show", "restore", "compare", "remove")),
        )
        for of in BOTH
    },
    **{
        f"{make}{of}": Life(
            {"id": "gone", "sandbox": BOX},
            (f"{make}{of}", FAULT),
            f"{delete}{of}",
            (f"show_fault{of}", f"remove_fault{of}"),
        )
        for of in BOTH
        for make, delete in (("create_fault", "remove_fault"), ("replace_fault", "clear_faults"))
    },
    "outage": Life(
        {"id": "outage-idt"},
        ("start_outage", {"provider": "idt"}),
        "remove_fault",
        ("show_fault", "remove_fault"),
    ),
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_what_is_made_is_read_and_deleted_and_then_gone(life: Life) -> None:
    SERVER.fresh()
    show, (make, body) = life.uses[0], life.make
    assert API.ask(show, life.key).status == 422
    assert API.ask(make, life.key, body).status == 201
    assert API.ask(show, life.key).status == 200
    assert API.ask(life.delete, life.key).status == 200
    before = SERVER.everything()
    for name in life.uses:
        assert API.ask(name, life.key).status == 422, name
    assert SERVER.everything() == before
    assert API.ask(make, life.key, body).status == 201


def test_nothing_in_a_sandbox_that_was_dropped_can_be_reached() -> None:
    SERVER.fresh()
    API.ask("create_sandbox", {}, {"name": "gone"})
    assert API.ask("show_clock_of_sandbox", {"sandbox": "gone"}).status == 200
    API.ask("drop_sandbox", {"name": "gone"})
    before = SERVER.everything()
    for name in OF_SANDBOX:
        answer = API.ask(name, {"sandbox": "gone"})
        assert (answer.status, answer.body["error"]) == (422, "there is no sandbox 'gone'"), name
    assert SERVER.everything() == before


@pytest.mark.parametrize("of", BOTH)
@pytest.mark.parametrize("kind", ["request", "callback"])
def test_what_was_cleared_cannot_be_read(kind: str, of: str) -> None:
    SERVER.fresh()
    listing = f"list_{kind}s{of}"
    key = {"id": API.ask(listing, {"sandbox": BOX}).body[f"{kind}s"][0]["id"], "sandbox": BOX}
    assert API.ask(f"show_{kind}{of}", key).status == 200
    assert API.ask(f"clear_{kind}s{of}", key).status == 200
    assert API.ask(f"show_{kind}{of}", key).status == 422
    assert API.ask(listing, key).body[f"{kind}s"] == []


# --- the admin token --------------------------------------------------------------------------------------

TOKEN = "correct horse"
WRONG: list[dict[str, str]] = [
    {},
    {"authorization": "Bearer wrong"},
    {"authorization": f"Basic {TOKEN}"},
    {"authorization": f"Bearer {TOKEN}x", "x-mock-token": TOKEN},
    {"x-mock-token": TOKEN[:-1]},
    {"x-mock-token": "\xff"},
]


def test_no_operation_works_without_the_admin_token() -> None:
    server = ControlServer(admin_token=TOKEN)
    for name in ("default", BOX):
        server.world(name)
    before = server.everything()
    for headers in WRONG:
        api = Api(DOCUMENT, server, "", headers, {})
        for name, operation in OPERATIONS.items():
            status = api.ask(name, {"sandbox": BOX, "name": BOX}).status
            assert status == (200 if name in OPEN else 401), (name, headers)
            assert (operation.get("security") == []) == (name in OPEN)
    assert server.everything() == before


def test_every_operation_works_with_the_admin_token() -> None:
    server = ControlServer(admin_token=TOKEN)
    ways = [{"authorization": f"bearer  {TOKEN}"}, {"x-mock-token": TOKEN}]
    apis = [Api(DOCUMENT, server, "", headers, {}) for headers in ways]
    for place, name in enumerate(OPERATIONS):
        status = apis[place % 2].ask(name, {"sandbox": "default", "name": "default"}).status
        assert status not in (401, 403), name
