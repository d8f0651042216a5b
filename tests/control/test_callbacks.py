"""Callbacks over the control API: seen, waited for, sent again, made to go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from tests.control.caller import Caller
from tests.receivers import OK, Receiver, answer
from tests.support import Server, body_of, state_of
from tests.support_http import running

HEADERS = (("Content-Type", "text/plain"), ("X-Signature", "0af3"))
NO_CHAOS = {
    "drop": 0.0,
    "duplicate": 0.0,
    "reorder": 0.0,
    "delay": 0.0,
    "bad_signature": 0.0,
    "delay_by": "30s",
    "reorder_within": "60s",
    "times": None,
    "struck": 0,
}


def post(server: Server, subject: str = "didww.orders/1", event: str = "completed", **more: Any) -> None:
    """A callback, as a provider's rule posts it."""
    world = server.world()
    given = {"method": "POST", "url": "http://127.0.0.1:9/", "headers": HEADERS, "body": b"id=1", **more}
    world.outbox.post(subject.partition(".")[0], subject, event, signature="X-Signature", **given)
    world.commit()


@contextmanager
def client(server: Server) -> Iterator[httpx2.Client]:
    with running(server) as address, httpx2.Client(base_url=address + "/_mock", timeout=60) as made:
        yield made


@pytest.fixture
def own() -> Server:
    """A server for a test that runs it."""
    server = Server()
    server.world()
    return server


def test_callbacks_are_listed_and_shown(call: Caller) -> None:
    post(call.server)
    listed = {
        "id": "callback-1",
        "provider": "didww",
        "subject": "didww.orders/1",
        "event": "completed",
        "method": "POST",
        "url": "http://127.0.0.1:9/",
        "state": "pending",
        "reason": "",
        "created_at": "2026-03-01T12:00:00.000Z",
        "attempts": 1,  # begun by the call; nobody delivers here
        "status": None,
        "chaos": [],
        "duplicate_of": "",
    }
    assert call("GET", "/callbacks").json == {"callbacks": [listed], "total": 1}
    shown = call("GET", "/callbacks/callback-1").json
    assert shown == {
        **listed,
        "headers": [list(pair) for pair in HEADERS],
        "body": "id=1",
        "attempts": [{"at": "2026-03-01T12:00:00.000Z", "outcome": None, "status": None, "detail": ""}],
        "left": 0,
    }


def test_callbacks_are_filtered(call: Caller) -> None:
    for subject in ("didww.orders/1", "didww.orders/2", "didww.exports/1", "idt.orders/1"):
        post(call.server, subject)
    call("POST", "/reset", {"to": "empty"})
    assert call("GET", "/callbacks").json == {"callbacks": [], "total": 0}
    for subject in ("didww.orders/1", "didww.orders/2", "didww.exports/1", "idt.orders/1"):
        post(call.server, subject)

    def found(query: str) -> list[str]:
        return [one["id"] for one in call("GET", f"/callbacks?{query}").json["callbacks"]]

    assert found("provider=didww") == ["callback-1", "callback-2", "callback-3"]
    assert found("subject=didww.orders") == ["callback-1", "callback-2"]
    assert found("subject=didww.orders/2") == ["callback-2"]
    assert found("subject=1") == ["callback-1", "callback-3", "callback-4"]
    assert found("state=pending&provider=idt") == ["callback-4"]
    assert found("state=delivered") == []
    assert call("GET", "/callbacks?limit=1&provider=didww").json["total"] == 3
    assert found("limit=1") == ["callback-4"]


@pytest.mark.parametrize(
    ("method", "path", "body", "known"),
    [
        ("GET", "/callbacks?provider=twilio", None, ["didww", "idt", "didlogic"]),
        ("GET", "/callbacks?state=done", None, ["pending", "delivered", "failed", "held", "blocked"]),
        ("GET", "/callbacks?limit=0", None, None),
        ("GET", "/callbacks/callback-9", None, ["callback-1"]),
        ("POST", "/callbacks/callback-9/redeliver", {}, ["callback-1"]),
        ("POST", "/callbacks/callback-1/redeliver", {"wait": "2m"}, None),
        ("POST", "/callbacks/wait", {"provider": "twilio"}, ["didww", "idt", "didlogic"]),
        ("POST", "/callbacks/wait", {"state": "done"}, ["pending", "delivered", "failed", "held", "blocked"]),
        ("POST", "/callbacks/wait", {"count": 0}, None),
        ("POST", "/callbacks/wait", {"timeout": "2m"}, None),
        ("PUT", "/callbacks/policy", {"drop": 1.1}, None),
        ("PUT", "/callbacks/policy", {"drop": True}, None),
        ("PUT", "/callbacks/policy", {"drop": "1"}, None),
        ("PUT", "/callbacks/policy", {"times": 0}, None),
        ("PUT", "/callbacks/policy", {"delay_by": 3}, None),
        ("PUT", "/callbacks/policy", {"dorp": 1}, None),
        ("POST", "/clock/advance", {"seconds": 1, "wait": "2m"}, None),
    ],
)
def test_what_does_not_exist_is_refused_and_changes_nothing(
    call: Caller, method: str, path: str, body: Any, known: list[str] | None
) -> None:
    post(call.server)
    call("GET", "/callbacks")  # begins the attempt
    state = state_of(call.server.world())
    refused = call(method, path, body)
    assert refused.status == 422
    if known is not None:
        assert refused.json["known"] == known
    assert state_of(call.server.world()) == state


def test_policy_is_shown_and_replaced(call: Caller) -> None:
    assert call("GET", "/callbacks/policy").json == NO_CHAOS
    given = {"drop": 0.25, "bad_signature": 1, "delay_by": "2h", "times": 3}
    expected = {**NO_CHAOS, "drop": 0.25, "bad_signature": 1.0, "delay_by": "7200s", "times": 3}
    assert call("PUT", "/callbacks/policy", given).json == expected
    post(call.server)
    struck = call("GET", "/callbacks/policy").json
    assert struck == {**expected, "struck": 1}
    shown = call("GET", "/callbacks/callback-1").json
    assert "bad_signature" in shown["chaos"]
    assert ["X-Signature", "f50c"] in shown["headers"]
    assert call("PUT", "/callbacks/policy", {"reorder": 0.5}).json == {**NO_CHAOS, "reorder": 0.5}
    call("POST", "/reset")
    assert call("GET", "/callbacks/policy").json == NO_CHAOS


def test_policies_belong_to_one_sandbox(call: Caller) -> None:
    call("POST", "/sandboxes", {"name": "a"})
    call("PUT", "/sandboxes/a/callbacks/policy", {"drop": 1})
    assert call("GET", "/callbacks/policy").json == NO_CHAOS
    assert call("GET", "/sandboxes/a/callbacks/policy").json["drop"] == 1.0


def test_clear_forgets_all(call: Caller) -> None:
    call("PUT", "/callbacks/policy", {"drop": 1})
    for _ in range(3):
        post(call.server)
    assert call("DELETE", "/callbacks").json == {"cleared": 3}
    assert call("GET", "/callbacks").json["total"] == 0


def test_secret_is_in_no_answer() -> None:
    call = Caller(didww_callback_secret="hush-hush-hush")
    order(call.server)
    call("POST", "/clock/advance", {"seconds": 10})
    call("PUT", "/snapshots/s", {})
    assert call("GET", "/callbacks/callback-1").json["headers"][1][0] == "X-DIDWW-Signature"
    for path in ("/callbacks", "/callbacks/callback-1", "/options", "/snapshots/s", "/requests", "/state"):
        assert b"hush" not in call("GET", path).content


# --- with somebody who delivers --------------------------------------------------------------------

SKU = "acc46374-0b34-4912-9f67-8340339db1e5"
KEY = {"Api-Key": "demo-didww-key", "Content-Type": "application/vnd.api+json"}


def order(where: Server | httpx2.Client, url: str = "http://127.0.0.1:9/", **attributes: Any) -> str:
    """The id of an order that was placed at a server, over HTTP once it runs."""
    item = {"type": "did_order_items", "attributes": {"sku_id": SKU, "qty": 1}}
    body = {"data": {"type": "orders", "attributes": {"items": [item], "callback_url": url, **attributes}}}
    if isinstance(where, Server):
        placed = where.request("POST", "/didww/v3/orders", headers=KEY, json=body)
        assert placed.status == 201, placed.body
        return body_of(placed)["data"]["id"]  # type: ignore[no-any-return]
    answered = where.post(where.base_url.copy_with(path="/didww/v3/orders"), headers=KEY, json=body)
    assert answered.status_code == 201, answered.text
    return answered.json()["data"]["id"]  # type: ignore[no-any-return]


def test_advance_answers_when_the_callbacks_are_out(own: Server) -> None:
    with Receiver() as receiver:
        identifier = order(own, receiver.url())
        with client(own) as mock:
            moved = mock.post("/clock/advance", json={"seconds": 10}).json()
            assert len(receiver.got) == 1  # on the very next line
            (told,) = moved["callbacks"]
            assert (told["subject"], told["state"]) == (f"didww.orders/{identifier}", "delivered")
            assert [one["kind"] for one in moved["fired"]] == ["didww.complete_order", "callbacks.attempt"]
            assert mock.post("/clock/advance", json={"seconds": 10}).json()["callbacks"] == []


def test_advance_over_days_makes_every_attempt(own: Server) -> None:
    with Receiver([answer("500 Oh")]) as receiver:
        order(own, receiver.url())
        with client(own) as mock:
            moved = mock.post("/clock/advance", json={"days": 10}).json()
            (told,) = moved["callbacks"]
            assert (told["state"], told["attempts"], told["status"]) == ("failed", 10, 500)
            shown = mock.get("/callbacks/callback-1").json()
    assert len(receiver.got) == 10
    assert [one["at"] for one in shown["attempts"]][:4] == [
        "2026-03-01T12:00:10.000Z",
        "2026-03-01T12:01:10.000Z",
        "2026-03-01T12:11:10.000Z",
        "2026-03-01T12:41:10.000Z",
    ]
    assert {(one["outcome"], one["status"], one["detail"]) for one in shown["attempts"]} == {
        ("failed", 500, "answered with 500")
    }


def test_advance_does_not_wait_for_ever(own: Server) -> None:
    with Receiver(shut=True) as receiver:
        order(own, receiver.url())
        with client(own) as mock:
            moved = mock.post("/clock/advance", json={"seconds": 10, "wait": "50ms"}).json()
            assert [one["state"] for one in moved["callbacks"]] == ["pending"]
            receiver.gate.set()
            found = mock.post("/callbacks/wait", json={"timeout": "20s"}).json()
            assert found["callbacks"][0]["state"] == "delivered"


def test_advance_waits_for_nothing_in_process_when_asked_at_once(own: Server) -> None:
    """A caller without a loop of its own gets its answer as it stands; the wait call delivers."""
    from mockserver.testing.inprocess import AppConnection

    async def ask() -> None:
        connection = AppConnection(own.gateway, "http://127.0.0.1:8080")
        status, content = connection.send("POST", "/_mock/clock/advance", {}, b'{"seconds": 10}', 5)
        assert (status, b'"state": "pending"' in content) == (200, True)
        status, content = await asyncio.to_thread(
            connection.send, "POST", "/_mock/callbacks/wait", {}, b'{"timeout": "20s"}', 5
        )
        assert (status, b'"delivered"' in content) == (200, True)

    with Receiver() as receiver:
        order(own, receiver.url())
        asyncio.run(ask())
    assert len(receiver.got) == 1


def test_wait_ends_with_what_it_waits_for_or_in_time(own: Server) -> None:
    with Receiver([answer("503 Not Now"), OK]) as receiver:
        first, second = order(own, receiver.url()), order(own, receiver.url())
        with client(own) as mock:
            missed = mock.post("/callbacks/wait", json={"timeout": "50ms"})
            assert missed.status_code == 408
            assert missed.json() == {
                "error": "0 of 1 callbacks were there within 0.05s",
                "total": 0,
                "callbacks": [],
            }
            mock.post("/clock/advance", json={"seconds": 10})
            one = mock.post("/callbacks/wait", json={"subject": second, "event": "completed"}).json()
            assert [found["subject"] for found in one["callbacks"]] == [f"didww.orders/{second}"]
            body = {"subject": first, "timeout": "50ms", "provider": "didww"}
            missed = mock.post("/callbacks/wait", json=body)
            assert missed.json()["callbacks"][0]["status"] == 503
            body["timeout"] = "20s"
            mock.post("/clock/advance", json={"minutes": 1, "wait": "0s"})
            assert mock.post("/callbacks/wait", json=body).json()["total"] == 1
            both = mock.post("/callbacks/wait", json={"count": 2, "state": None}).json()
            assert [found["state"] for found in both["callbacks"]] == ["delivered", "delivered"]
            later = mock.post("/callbacks/wait", json={"after": 2, "timeout": "10ms", "state": None})
            assert later.status_code == 408


def test_redelivery_answers_with_what_became_of_it(own: Server) -> None:
    with Receiver([answer("500 Oh"), answer("200 OK")]) as receiver:
        order(own, receiver.url())
        with client(own) as mock:
            mock.post("/clock/advance", json={"seconds": 10})
            again = mock.post("/callbacks/callback-1/redeliver").json()
            assert (again["state"], [one["status"] for one in again["attempts"]]) == ("delivered", [500, 200])
            twice = mock.post("/callbacks/callback-1/redeliver", json={"wait": "20s"}).json()
            assert [one["status"] for one in twice["attempts"]] == [500, 200, 200]
            assert mock.get("/clock/agenda").json()["agenda"][0]["kind"] != "callbacks.attempt"


def test_what_is_on_its_way_is_not_sent_again(own: Server) -> None:
    with Receiver(shut=True) as receiver:
        order(own, receiver.url())
        with client(own) as mock:
            mock.post("/clock/advance", json={"seconds": 10, "wait": "0s"})
            receiver.wait(1)
            refused = mock.post("/callbacks/callback-1/redeliver")
            assert (refused.status_code, refused.json()) == (
                409,
                {"error": "callback-1 is on its way just now"},
            )
            receiver.gate.set()


def test_blocked_callback_says_so(own: Server) -> None:
    order(own, "http://93.184.215.14/hook")
    with client(own) as mock:
        (told,) = mock.post("/clock/advance", json={"seconds": 10}).json()["callbacks"]
        assert told["state"] == "blocked"
        assert told["reason"] == (
            "93.184.215.14 is neither on this machine nor in a private network; callback_hosts may allow it"
        )


def test_chaos_reaches_the_wire(own: Server) -> None:
    with Receiver() as receiver, client(own) as mock:
        mock.put("/callbacks/policy", json={"reorder": 1, "duplicate": 1, "times": 1})
        first, second = order(mock, receiver.url()), order(mock, receiver.url())
        moved = mock.post("/clock/advance", json={"seconds": 10}).json()
        assert {one["state"] for one in moved["callbacks"]} == {"delivered"}
        found = [one.body.partition(b"id=")[2].partition(b"&")[0].decode() for one in receiver.got]
        assert found == [second, first, first]
        mock.put("/callbacks/policy", json={"drop": 1})
        order(mock, receiver.url())
        (lost,) = mock.post("/clock/advance", json={"seconds": 10}).json()["callbacks"]
        assert (lost["state"], lost["reason"]) == ("held", "dropped by the chaos policy")
        assert mock.post(f"/callbacks/{lost['id']}/redeliver").json()["state"] == "delivered"


def test_held_callbacks_are_fired(own: Server) -> None:
    with Receiver() as receiver, client(own) as mock:
        mock.put("/transitions/didww.callbacks", json={"mode": "manual"})
        order(mock, receiver.url())
        (held,) = mock.post("/clock/advance", json={"days": 1}).json()["callbacks"]
        assert (held["state"], held["reason"]) == ("held", "held by the transition policy")
        assert receiver.got == []
        mock.post("/transitions/didww.callbacks/callback-1/fire")
        assert mock.post("/callbacks/wait", json={"timeout": "20s"}).json()["total"] == 1


def test_snapshot_brings_back_what_was_to_be_sent(own: Server) -> None:
    with Receiver() as receiver, client(own) as mock:
        mock.put("/transitions/didww.callbacks", json={"mode": "manual"})
        order(mock, receiver.url())
        mock.post("/clock/advance", json={"seconds": 10})
        mock.put("/snapshots/s", json={})
        document = mock.get("/snapshots/s").json()
        mock.post("/reset")
        assert mock.get("/callbacks").json()["total"] == 0
        mock.put("/snapshots/t", json=document)
        assert mock.get("/callbacks").json()["total"] == 0  # imported, and only tried on
        mock.post("/snapshots/t/restore")
        mock.post("/transitions/didww.callbacks/callback-1/fire")
        assert mock.post("/callbacks/wait", json={"timeout": "20s"}).json()["total"] == 1
    assert len(receiver.got) == 1


def test_callbacks_that_do_not_come_are_missed_with_the_newest_there_are(call: Caller) -> None:
    answer = call("POST", "/callbacks/wait", {"timeout": "0s"})
    assert (answer.status, answer.json) == (
        408,
        {"error": "0 of 1 callbacks were there within 0s", "total": 0, "callbacks": []},
    )
