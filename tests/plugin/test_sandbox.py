"""What a test can do with its sandbox, all over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from mockserver.testing import ControlError, MockServer, NotInTime, Sandbox
from tests.plugin.asking import ORDER, ask, order

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.mockserver(clock=NOON)


def test_access_has_address_headers_and_bare_credentials(mockserver: MockServer, sandbox: Sandbox) -> None:
    key = f"sandbox-{sandbox.name}"
    assert sandbox.didww.base_url == f"{mockserver.url}/didww"
    assert (
        sandbox.didww.url("/v3/orders")
        == sandbox.didww.url("v3/orders")
        == f"{mockserver.url}/didww/v3/orders"
    )
    assert sandbox.didww.headers == {"Api-Key": key}
    assert sandbox.idt.headers == {"x-api-key": key, "x-api-secret": f"secret-{sandbox.name}"}
    assert sandbox.idt.credentials == {"api_key": key, "api_secret": f"secret-{sandbox.name}"}
    assert (sandbox.idt.key, sandbox.idt.secret) == (key, f"secret-{sandbox.name}")
    assert (sandbox.didlogic.credentials, sandbox.didlogic.secret) == ({"token": key}, "")
    assert sandbox.variables == {
        "MOCKSERVER_URL": mockserver.url,
        "DIDWW_URL": f"{mockserver.url}/didww",
        "DIDWW_API_KEY": key,
        "IDT_URL": f"{mockserver.url}/idt",
        "IDT_API_KEY": key,
        "IDT_API_SECRET": f"secret-{sandbox.name}",
        "DIDLOGIC_URL": f"{mockserver.url}/didlogic",
        "DIDLOGIC_TOKEN": key,
    }
    for provider, path in (
        (sandbox.didww, "/v3/balance"),
        (sandbox.idt, "/v1/dids/coverage/countries"),
        (sandbox.didlogic, "/v1/balance"),
    ):
        assert ask(provider, path)[0] == 200


def test_clock_freezes_advances_runs_and_goes_back(sandbox: Sandbox) -> None:
    clock = sandbox.clock
    assert (clock.now(), clock.mode()) == (NOON, "frozen")
    advanced = clock.advance("90s")
    assert (advanced.now, advanced.total, advanced.events) == (NOON + timedelta(seconds=90), 0, ())
    assert clock.advance(30).now == NOON + timedelta(minutes=2)
    assert clock.advance(timedelta(minutes=3)).now == NOON + timedelta(minutes=5)
    assert clock.advance(days=1, hours=2).now == NOON + timedelta(days=1, hours=2, minutes=5)
    assert clock.advance(to=NOON + timedelta(days=2)).now == NOON + timedelta(days=2)
    assert clock.advance().now == NOON + timedelta(days=2)
    clock.set("2026-03-01T12:00:00Z")
    assert clock.now() == NOON
    clock.scale(1000)
    assert clock.mode() == "scaled"
    clock.run()
    assert clock.mode() == "real"
    assert clock.freeze(NOON) == NOON
    assert clock.next_due() is not None
    with pytest.raises(ControlError, match="backwards"):
        clock.advance(to="2025-01-01T00:00:00Z")
    with pytest.raises(ValueError, match="has no time zone"):
        clock.freeze(datetime(2026, 3, 1))  # noqa: DTZ001
    with pytest.raises(ControlError, match="give either seconds"):
        clock.advance("1s", days=1)


def test_agenda_and_events_show_what_becomes_of_an_order(sandbox: Sandbox) -> None:
    number = order(sandbox.idt)
    due = next(one for one in sandbox.clock.agenda() if one.subject == f"idt.orders/{number}")
    assert due.due == NOON + timedelta(seconds=1)
    advanced = sandbox.clock.advance("1m")
    assert {event.subject for event in advanced.events} >= {f"idt.orders/{number}"}
    assert str(advanced.events[0]).startswith("2026-03-01 12:00:01 idt.orders/")
    assert f"idt.orders/{number}" in repr(advanced)


def test_transitions_are_chosen_fired_cancelled_and_restored(sandbox: Sandbox) -> None:
    transitions = sandbox.transitions
    assert transitions.set("idt.orders", "manual").mode == "manual"
    first, second = order(sandbox.idt), order(sandbox.idt)
    assert [one.subject for one in transitions.pending() if one.subject.startswith("idt.orders/")] == [
        f"idt.orders/{first}",
        f"idt.orders/{second}",
    ]
    assert transitions.fire(f"idt.orders/{first}", "insufficient_funds").total == 1
    assert transitions.cancel(f"idt.orders/{second}") == 1
    changed = transitions.set("idt.orders", after=timedelta(hours=2), outcome="backordered")
    assert (changed.mode, changed.after, changed.outcome, changed.chosen) == (
        "after",
        "7200s",
        "backordered",
        True,
    )
    assert "backordered" in transitions.get("idt.orders").outcomes
    assert not transitions.restore("idt.orders").chosen
    assert "idt.orders" in [one.subject for one in transitions.policies()]
    with pytest.raises(ControlError, match=r"did you mean idt\.orders\?"):
        transitions.set("idt.order", "manual")


def test_faults_strike_count_and_go(sandbox: Sandbox) -> None:
    with sandbox.faults.add("idt", "create_order", status=503, times=1, id="once") as fault:
        assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 503
        assert (fault.hits, fault.spent) == (1, True)
        assert repr(fault) == "<fault once: idt create_order: status=503; 1 hits when last seen>"
        assert [one.id for one in sandbox.faults.list()] == ["once"]
        assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 200
    assert sandbox.faults.list() == []
    fault.remove()  # gone already
    with sandbox.faults.outage("didlogic"):
        assert ask(sandbox.didlogic, "/v1/balance")[0] == 503
    assert ask(sandbox.didlogic, "/v1/balance")[0] == 200
    sandbox.faults.outage("didlogic", timedelta(minutes=1), status=None)
    assert ask(sandbox.didlogic, "/v1/balance")[0] == 0
    sandbox.clock.advance("61s")
    assert ask(sandbox.didlogic, "/v1/balance")[0] == 200
    sandbox.faults.clear()
    slow = sandbox.faults.add(method="GET", path="/v1/*", every=2, probability=0.5, ttl=60, latency=0.001)
    state = sandbox.faults.get(slow.id).state()
    assert (state["path"], state["every"], state["probability"], state["effect"]["latency"]) == (
        "/v1/*",
        2,
        0.5,
        "0.001s",
    )
    with pytest.raises(ControlError, match="did you mean create_order") as refused:
        sandbox.faults.add("idt", "creat_order", cut=True)
    assert refused.value.status == 422
    assert "get_order" in refused.value.answer["known"]


@pytest.mark.parametrize(
    "effect",
    [
        {"cut": True},
        {"body": "malformed"},
        {"body": "truncated"},
        {"error": "3001"},
        {"commit_then_drop": True},
        {"commit_then_status": 502},
        {"rival": "16847"},
    ],
)
def test_every_effect_reaches_the_client(sandbox: Sandbox, effect: dict[str, object]) -> None:
    sandbox.faults.add("idt", "create_order", **effect)  # type: ignore[arg-type]
    status, _ = ask(sandbox.idt, "/v1/dids/orders", ORDER)
    assert status != 200 or effect == {"rival": "16847"}
    committed = sandbox.state.types()["idt.orders"] - 4
    assert committed == (1 if next(iter(effect)).startswith(("commit", "body", "rival")) else 0)


def test_a_retry_after_a_lost_answer_is_found_out(sandbox: Sandbox) -> None:
    sandbox.faults.add("idt", "create_order", commit_then_drop=True, times=1)
    assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 0
    sandbox.assert_no_double_purchase()
    assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 200
    with pytest.raises(AssertionError, match="carried out 2 times: POST /idt/v1/dids/orders") as failed:
        sandbox.assert_no_double_purchase("idt")
    assert str(failed.value).startswith(f"no_double_purchase does not hold in sandbox {sandbox.name}:")
    with pytest.raises(AssertionError, match=r"idt\.orders/\S+ waits for"):
        sandbox.assert_no_unfinished()
    sandbox.clock.advance("1h")
    sandbox.assert_no_unfinished()
    sandbox.assert_balance_equals_ledger()
    sandbox.assert_max_spend("100.00")
    with pytest.raises(AssertionError, match=r"was spent, 0\.01 is allowed"):
        sandbox.assert_max_spend(Decimal("0.01"), "idt")
    with pytest.raises(ControlError, match="did you mean idt"):
        sandbox.assert_max_spend(1, "itd")


def test_journal_finds_counts_waits_and_explains(sandbox: Sandbox) -> None:
    journal = sandbox.journal
    ask(sandbox.idt, "/v1/dids/coverage/countries?page=1")
    ask(sandbox.idt, "/v1/dids/orders", {"order_items": []})
    assert len(journal) == journal.count() == 2
    first, second = journal.requests()
    assert (first.provider, first.operation, first.method, first.target, first.status, first.refused) == (
        "idt",
        "get_countries",
        "GET",
        "/idt/v1/dids/coverage/countries?page=1",
        200,
        False,
    )
    assert (first.at, first.fault, second.refused) == (NOON, "", True)
    assert second.request.json() == {"order_items": []}
    assert second.request.header("X-Api-Key") == "***"
    assert second.answer.json()["errors"]
    assert repr(second) == f"<{second.id}: POST /idt/v1/dids/orders {second.status}>"
    assert journal.find(status="4xx") == [second] == journal.find(body="order_items", provider="idt")
    assert journal.get(second.id) == second
    assert journal.one(operation="create_order") == second
    assert journal.wait(2, provider="idt") == [first, second]
    assert set(journal.explain(second.id)) == {"rule", "evidence", "reference", "field", "change"}
    assert journal.explain(first.id) == {}
    assert len(journal.har()["log"]["entries"]) == 2
    with pytest.raises(
        AssertionError, match=r"0 requests match .* not one\n  near: POST .*, differs in status"
    ):
        journal.one(operation="create_order", status=200)
    with pytest.raises(NotInTime, match=r"0 of 1 requests came within 0\.05s"):
        journal.wait(timeout=0.05, operation="delete_trunk_group")
    with pytest.raises(ControlError, match="did you mean create_order"):
        journal.count(operation="create_ordre")
    with pytest.raises(ControlError, match="pathh: there is no such field"):
        journal.find(pathh="/x")
    journal.clear()
    assert journal.count() == 0


def test_journal_waits_for_what_another_thread_sends(sandbox: Sandbox) -> None:
    thread = Thread(target=ask, args=(sandbox.didlogic, "/v1/balance"))
    thread.start()
    (found,) = sandbox.journal.wait(provider="didlogic", timeout=timedelta(seconds=10))
    thread.join()
    assert found.path == "/didlogic/v1/balance"


def test_ledger_limits_and_options(sandbox: Sandbox) -> None:
    opening = sandbox.ledger.balance("idt")
    order(sandbox.idt)
    sandbox.clock.advance("1m")
    lines = sandbox.ledger.lines("idt")
    assert sandbox.ledger.balance("idt") == opening + sum(line.amount for line in lines) < opening
    assert sandbox.ledger.spent("idt") == opening - sandbox.ledger.balance("idt")
    assert lines[0].at >= NOON
    assert sandbox.ledger.set_balance("idt", Decimal("1.50")).balance == Decimal("1.50")
    sandbox.limits.set("idt", 1, seconds=60)
    assert sandbox.limits.all()["idt"] == {"requests": 1, "seconds": 60.0}
    assert [ask(sandbox.idt, "/v1/dids/coverage/countries")[0] for _ in range(2)] == [200, 429]
    sandbox.limits.lift("idt")
    assert ask(sandbox.idt, "/v1/dids/coverage/countries")[0] == 200
    sandbox.limits.lift()
    assert set(sandbox.limits.all().values()) == {None}
    sandbox.options.set("idt.create_status", 201)
    sandbox.options.update({"idt.quota": 5, "didlogic": {"documents": False}})
    assert (sandbox.options.get("idt.quota"), sandbox.options.get("didlogic.documents")) == (5, False)
    with pytest.raises(KeyError, match=r"there is no switch 'idt\.quotta'; there are "):
        sandbox.options.get("idt.quotta")
    with pytest.raises(ValueError, match=r"write it like 'idt\.quota'"):
        sandbox.options.set("quota", 1)


def test_world_happens_and_rivals_buy(sandbox: Sandbox) -> None:
    assert "amount" in sandbox.world.known()["didlogic"]["top_up"]
    before = sandbox.ledger.balance("didlogic")
    sandbox.world.happen("didlogic", "top_up", amount="5.00")
    assert sandbox.ledger.balance("didlogic") == before + 5
    taken = sandbox.world.rival("idt", 16847, leave=2)
    assert taken == sorted(taken)
    assert sandbox.world.rival("idt", taken[0]) == []


def test_state_is_read_and_forced(sandbox: Sandbox) -> None:
    number = order(sandbox.idt)
    before = sandbox.state.hash()
    row = sandbox.state.row("idt", "orders", number)
    assert row in sandbox.state.rows("idt", "orders", limit=1000)
    assert len(sandbox.state.rows("idt", "orders", limit=2, offset=1)) == 2
    name = next(name for name, value in row.items() if isinstance(value, str))
    sandbox.state.change("idt", "orders", number, **{name: row[name]})
    assert sandbox.state.hash() == before
    with pytest.raises(ControlError, match="did you mean orders"):
        sandbox.state.rows("idt", "ordes")


def test_snapshots_are_kept_compared_exported_and_restored(mockserver: MockServer, sandbox: Sandbox) -> None:
    name = "state-of-a-test"
    kept = sandbox.snapshots.save(name)
    order(sandbox.idt)
    assert any("idt" in one.at for one in sandbox.snapshots.diff(name))
    document = sandbox.snapshots.export(name)
    assert sandbox.snapshots.restore(name) == kept == sandbox.state.hash()
    assert sandbox.snapshots.diff(name) == []
    sandbox.snapshots.save(f"{name}-2", document)
    assert sandbox.snapshots.diff(name, f"{name}-2") == []
    with mockserver.sandbox(snapshot=f"{name}-2") as other:
        assert other.state.hash() == kept
    sandbox.reset(f"snapshot:{name}")
    assert {name, f"{name}-2"} <= set(sandbox.snapshots.names())
    for each in (name, f"{name}-2"):
        sandbox.snapshots.remove(each)


def test_reset_leads_to_the_seed_or_to_nothing(sandbox: Sandbox) -> None:
    order(sandbox.idt)
    sandbox.reset("empty")
    assert sandbox.state.types()["idt.orders"] == 0
    sandbox.reset()
    assert sandbox.state.types()["idt.orders"] == 4
    with pytest.raises(ControlError, match="to: "):
        sandbox.reset("yesterday")


class Receiver(BaseHTTPRequestHandler):
    """Somebody's server that takes callbacks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


def test_callbacks_are_waited_for_and_sent_again(sandbox: Sandbox) -> None:
    sku = "acc46374-0b34-4912-9f67-8340339db1e5"
    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{receiver.server_port}/hook"
            attributes = {
                "callback_url": url,
                "callback_method": "post",
                "items": [{"type": "did_order_items", "attributes": {"sku_id": sku, "qty": 1}}],
            }
            content = {"data": {"type": "orders", "attributes": attributes}}
            media = {"Content-Type": "application/vnd.api+json"}
            status, answer = ask(sandbox.didww, "/v3/orders", content, media)
            assert status == 201, answer
            sandbox.clock.advance("1m")
            (callback,) = sandbox.callbacks.wait(provider="didww", subject="didww.orders")
            assert (callback.url, callback.method, callback.state, callback.status) == (
                url,
                "POST",
                "delivered",
                200,
            )
            assert answer["data"]["id"] in callback.text
            assert callback.subject == f"didww.orders/{answer['data']['id']}"
            again = sandbox.callbacks.redeliver(callback.id)
            assert len(again.attempts) == 2
            assert sandbox.callbacks.list(state="delivered") == [again]
        finally:
            receiver.shutdown()
            thread.join()
    assert len(sandbox.callbacks) == 1
    with pytest.raises(NotInTime, match=r"there is: didww\.orders/\S+ completed delivered"):
        sandbox.callbacks.wait(2, timeout=0.05)
    assert sandbox.callbacks.policy(drop=1, delay_by=5, times=1)["drop"] == 1
    sandbox.callbacks.clear()
    assert len(sandbox.callbacks) == 0


def test_reprs_tell_what_is_there(mockserver: MockServer, sandbox: Sandbox) -> None:
    order(sandbox.idt)
    shown = {
        repr(mockserver): f"<mockserver at {mockserver.url}>",
        repr(sandbox): f"<sandbox {sandbox.name} at {mockserver.url}>",
        repr(sandbox.idt): f"<idt at {mockserver.url}/idt with ",
        repr(
            sandbox.clock
        ): "<clock 2026-03-01T12:00:00.000Z (frozen), next change 2026-03-01T12:00:01.000Z>",
        repr(sandbox.transitions): "<transitions of ",
        repr(sandbox.faults): "<faults []>",
        repr(sandbox.world): "<world with ",
        repr(sandbox.journal): "<journal of 1 requests>",
        repr(sandbox.callbacks): "<callbacks []>",
        repr(sandbox.ledger): "<ledger didww ",
        repr(sandbox.limits): "<limits {",
        repr(sandbox.options): "<options {",
        repr(sandbox.state): "<state ",
        repr(sandbox.snapshots): "<snapshots ",
    }
    for text, start in shown.items():
        assert text.startswith(start), text
        assert text.endswith(">")


def test_dropped_sandbox_is_gone_and_its_name_free(mockserver: MockServer) -> None:
    with mockserver.sandbox("for a while".replace(" ", "-")) as made:
        first = order(made.idt)
    made.drop()  # no harm
    with pytest.raises(ControlError, match="there is no sandbox 'for-a-while'"):
        made.clock.now()
    with mockserver.sandbox("for-a-while") as again:
        assert order(again.idt) == first
        left = mockserver.sandbox("for-a-while")  # somebody left it behind
        assert left.journal.count() == 0


def test_sandbox_that_cannot_be_prepared_is_not_left_behind(mockserver: MockServer) -> None:
    with pytest.raises(ControlError, match="there is no snapshot 'nowhere'"):
        mockserver.sandbox("unprepared", snapshot="nowhere")
    with pytest.raises(ControlError, match="name: "):
        mockserver.sandbox("no name at all")
    names = [one["name"] for one in mockserver.control.get("/sandboxes")["sandboxes"]]
    assert "unprepared" not in names


def test_coverage_is_of_the_whole_server(mockserver: MockServer, sandbox: Sandbox) -> None:
    order(sandbox.idt)
    assert mockserver.coverage()["providers"]["idt"]["operations"]["exercised"]["create_order"] >= 1
