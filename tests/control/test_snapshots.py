"""Snapshots over the control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.caller import Caller
from tests.support import body_of, state_of

IDT = {"x-api-key": "demo-idt-key", "x-api-secret": "demo-idt-secret"}
DIDLOGIC = {"authorization": "Bearer demo-didlogic-token"}


@pytest.fixture(autouse=True)
def _no_snapshots(call: Caller) -> None:
    call.server.gateway.sandboxes.snapshots.clear()


def order(call: Caller) -> Any:
    body = {"order_items": [{"did_group_id": 16847, "quantity": 2}]}
    return body_of(call.server.request("POST", "/idt/v1/dids/orders", headers=IDT, json=body))


def test_snapshot_is_kept_listed_restored_and_deleted(call: Caller) -> None:
    order(call)
    state = state_of(call.server.world())
    kept = call("PUT", "/snapshots/bought")
    assert kept.status == 201
    assert kept.json["name"] == "bought"
    assert kept.json["rows"]["idt.orders"] == len(state["tables"]["idt.orders"])
    assert call("GET", "/snapshots").json == {"snapshots": [kept.json]}
    order(call)
    call("POST", "/clock/advance", {"days": 3})
    restored = call("POST", "/snapshots/bought/restore")
    assert restored.json == {"sandbox": "default", "restored": "bought", "hash": kept.json["hash"]}
    assert state_of(call.server.world()) == state
    assert call("GET", "/state").json["hash"] == kept.json["hash"]
    assert call("PUT", "/snapshots/bought").status == 200
    assert call("DELETE", "/snapshots/bought").json == {"removed": 1}
    assert call("GET", "/snapshots").json == {"snapshots": []}


def test_exported_snapshot_can_be_imported_elsewhere(call: Caller) -> None:
    order(call)
    call("POST", "/clock/advance", {"seconds": 2})
    call("PUT", "/snapshots/here")
    document = call("GET", "/snapshots/here").json
    other = Caller()
    imported = other("PUT", "/snapshots/there", document)
    assert (imported.status, imported.json["hash"]) == (201, document["hash"])
    other("POST", "/snapshots/there/restore")
    assert state_of(other.server.world()) == state_of(call.server.world())
    assert order(other) == order(call)


def test_sandbox_starts_from_a_snapshot(call: Caller) -> None:
    order(call)
    kept = call("PUT", "/snapshots/bought").json
    made = call("POST", "/sandboxes", {"name": "a", "snapshot": "bought"})
    assert made.status == 201
    assert call("GET", "/sandboxes/a/state").json["hash"] == kept["hash"]
    assert call("POST", "/sandboxes", {"name": "a", "snapshot": "bought"}).status == 409
    assert call("POST", "/sandboxes", {"name": "b", "snapshot": "bougt"}).json["did_you_mean"] == "bought"
    assert [one["name"] for one in call("GET", "/sandboxes").json["sandboxes"]] == ["default", "a"]


def test_reset_leads_to_a_snapshot(call: Caller) -> None:
    order(call)
    kept = call("PUT", "/snapshots/bought").json
    order(call)
    done = call("POST", "/reset", {"to": "snapshot:bought"})
    assert (done.status, done.json["to"]) == (200, "snapshot:bought")
    assert call("GET", "/state").json["hash"] == kept["hash"]
    assert call("GET", "/requests").json["total"] == 0
    assert call("POST", "/reset", {"to": "snapshot:bougt"}).json["did_you_mean"] == "bought"


def test_reset_leads_to_accounts_that_own_nothing(call: Caller) -> None:
    order(call)
    balances = [call.server.world().ledger(name).opening for name in ("didww", "idt", "didlogic")]
    assert call("POST", "/reset", {"to": "empty"}).status == 200
    world = call.server.world()
    assert world.scheduler.agenda() == []
    assert [world.ledger(name).balance for name in ("didww", "idt", "didlogic")] == balances
    reads = [
        ("/idt/v1/dids/orders", IDT, {"orders": [], "meta": {"page": 1, "page_size": 100, "total": 0}}),
        ("/idt/v1/dids/numbers", IDT, {"numbers": [], "meta": {"page": 1, "page_size": 100, "total": 0}}),
        ("/didlogic/v2/numbers", DIDLOGIC, {"dids": []}),
    ]
    for path, headers, empty in reads:
        assert body_of(call.server.request("GET", path, headers=headers)) == empty
    for kind in ("dids", "orders"):
        answer = call.server.request("GET", f"/didww/v3/{kind}", headers={"api-key": "demo-didww-key"})
        assert body_of(answer)["data"] == []
    assert order(call)["order"]["status"] == "Created"


def test_difference_says_what_became_of_each_thing(call: Caller) -> None:
    call("PUT", "/snapshots/before")
    identifier = order(call)["order"]["id"]
    call("PUT", "/snapshots/after")
    call("POST", "/clock/advance", {"seconds": 1})
    first = call("GET", "/snapshots/before/diff?with=after").json
    assert f"accounts.idt.tables.idt.orders.{identifier}" in [one["at"] for one in first["differences"]]
    later = call("GET", "/snapshots/after/diff").json["differences"]
    assert {
        "at": f"accounts.idt.tables.idt.orders.{identifier}.status",
        "before": "Created",
        "after": "Processing",
    } in later
    assert call("GET", "/snapshots/before/diff?with=seed").json["total"] == 0
    assert call("GET", "/snapshots/before/diff?with=before").json == {"differences": [], "total": 0}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/snapshots/a%2Fb", None),
        ("PUT", "/snapshots/x", {"format": 99}),
        ("PUT", "/snapshots/x", {"format": 1}),
        ("PUT", "/snapshots/x", {"fromat": 1}),
        ("GET", "/snapshots/none", None),
        ("DELETE", "/snapshots/none", None),
        ("POST", "/snapshots/none/restore", None),
        ("GET", "/snapshots/none/diff", None),
        ("GET", "/snapshots/there/diff?with=none", None),
    ],
)
def test_snapshot_call_is_refused(call: Caller, method: str, path: str, body: Any) -> None:
    call("PUT", "/snapshots/there")
    before, state = call("GET", "/snapshots").json, state_of(call.server.world())
    answer = call(method, path, body)
    assert answer.status == 422
    assert answer.json["error"]
    assert call("GET", "/snapshots").json == before
    assert state_of(call.server.world()) == state


def test_document_that_cannot_be_restored_is_not_kept(call: Caller) -> None:
    order(call)
    call("POST", "/clock/advance", {"seconds": 2})
    call("PUT", "/snapshots/good")
    document = call("GET", "/snapshots/good").json
    document["accounts"]["idt"]["lines"][0]["balance"] = "1"
    answer = call("PUT", "/snapshots/bad", document)
    assert (answer.status, answer.json["error"]) == (
        422,
        "this state cannot be: line 1 of the ledger does not add up",
    )
    assert [one["name"] for one in call("GET", "/snapshots").json["snapshots"]] == ["good"]


def test_snapshots_are_bounded(call: Caller) -> None:
    snapshots = call.server.gateway.sandboxes.snapshots
    snapshots.update(dict.fromkeys(map(str, range(200)), call.server.world().capture()))
    assert call("PUT", "/snapshots/more").status == 409
    assert call("PUT", "/snapshots/7").status == 200
