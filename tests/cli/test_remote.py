"""The commands that speak to a running server, each against a sandbox of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from mockserver.cli.commands import cli
from mockserver.cli.reports import as_junit, as_markdown, as_text
from mockserver.testing import MockServer, ProviderAccess, Sandbox
from tests.cli.running import environment

Run = Callable[..., Result]
AT = "2026-03-01T12:00:00Z"
pytestmark = pytest.mark.mockserver(clock=AT)


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """`run("faults", "list")` about the test's own sandbox."""

    def run(*arguments: str, code: int = 0, text: str | None = None) -> Result:
        variables = {"MOCKSERVER_URL": sandbox.control.connection.url, "MOCKSERVER_SANDBOX": sandbox.name}
        result = CliRunner().invoke(cli, arguments, input=text, env=variables)
        assert result.exit_code == code, (result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return run


def ask(provider: ProviderAccess, path: str, content: Any = None) -> tuple[int, Any]:
    """One request to a provider; 0 when the connection was cut."""
    body = None if content is None else json.dumps(content).encode()
    headers = {**provider.headers, "Content-Type": "application/json"}
    try:
        with urlopen(Request(provider.url(path), body, headers)) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())
    except OSError:
        return 0, None


def order(idt: ProviderAccess, quantity: int = 1) -> str:
    """Order numbers at IDT; the order's id."""
    status, answer = ask(
        idt, "/v1/dids/orders", {"order_items": [{"did_group_id": 16847, "quantity": quantity}]}
    )
    assert status == 200
    number: str = answer["order"]["id"]
    return number


# --- faults ----------------------------------------------------------------------------------------


def test_fault_is_added_listed_hit_and_removed(run: Run, sandbox: Sandbox) -> None:
    assert run("faults").stdout == "no faults\n"
    added = run("faults", "add", "--id", "f", "--provider", "idt", "--error", "3001", "--times", "1")
    assert added.stdout == "f  idt  times 1  error 3001  0 hits\n"
    status, answer = ask(sandbox.idt, "/v1/dids/coverage/countries")
    assert (status, answer["errors"][0]["code"]) == (422, 3001)
    assert run("faults", "list").stdout == "f  idt  times 1  error 3001  1 hits, spent\n"
    assert run("faults", "remove", "f").stdout == "removed f\n"
    assert run("faults", "clear").stdout == "removed 0\n"


@pytest.mark.parametrize(
    ("arguments", "effect"),
    [
        (["--status", "503", "--latency", "10ms"], {"status": 503, "latency": "0.01s"}),
        (["--cut"], {"cut": True}),
        (["--body", "malformed"], {"body": "malformed"}),
        (["--commit-then-drop"], {"commit_then_drop": True}),
        (["--commit-then-status", "502"], {"commit_then_status": 502}),
    ],
)
def test_every_effect_can_be_given(run: Run, arguments: list[str], effect: dict[str, Any]) -> None:
    match = ["--method", "post", "--path", "/v1/*", "--every", "2", "--probability", "0.5", "--ttl", "10m"]
    added = json.loads(run("faults", "add", "--json", *match, *arguments).stdout)
    assert {name: value for name, value in added["effect"].items() if value} == effect
    assert (added["method"], added["path"], added["every"], added["probability"], added["until"]) == (
        "POST",
        "/v1/*",
        2,
        0.5,
        "2026-03-01T12:10:00.000Z",
    )


def test_outage_is_for_a_while(run: Run, sandbox: Sandbox) -> None:
    started = run("faults", "outage", "didlogic", "--for", "30s", "--status", "500")
    assert started.stdout == "outage-didlogic  didlogic  until 2026-03-01T12:00:30.000Z  status 500  0 hits\n"
    assert ask(sandbox.didlogic, "/v2/balance")[0] == 500
    run("clock", "advance", "31s")
    assert ask(sandbox.didlogic, "/v1/balance")[0] == 200
    assert "cut" in run("faults", "outage", "didlogic", "--cut").stdout


def test_refusals_say_what_was_meant_or_what_there_is(run: Run) -> None:
    for arguments, message in (
        (["faults", "add", "--provider", "ditww", "--cut"], "no provider 'ditww' (did you mean didww?)"),
        (["faults", "add", "--operation", "create_ordre", "--cut"], "(did you mean create_order?)"),
        (["faults", "add"], "effect: give latency, one of status"),
        (["faults", "remove", "x"], "there is no fault 'x'"),
        (["options", "set", "idt.quotta=1"], "(did you mean quota?)"),
        (["options", "set", "quota"], "'quota' is not like idt.quota=5"),
        (["options", "list", "twilio"], "there are didww, idt, didlogic"),
        (["transitions", "set", "idt.ordrs", "--after", "1s"], "(did you mean idt.orders?)"),
        (["transitions", "fire", "idt.orders/1"], "there is no pending change of 'idt.orders/1'"),
        (["world", "happen", "didlogic", "topup", "amount=1"], "(did you mean top_up?)"),
        (["world", "happen", "didlogic", "top_up"], "amount must be given"),
        (["world", "happen", "didlogic", "top_up", "amount"], "'amount' is not like amount=50.00"),
        (["world", "rival", "didww", "x"], "there is no number, DID group or city on sale 'x'; there are "),
        (["snapshots", "restore", "no"], "there is no snapshot 'no'"),
        (["snapshots", "load", "a", "-"], "holds no JSON"),
        (["clock", "advance", "2 fortnights"], "not a duration; write it like"),
        (["journal", "show", "7"], "there is no request '7' in the journal; none is kept"),
        (["reset", "--to", "snapshot:no"], "there is no snapshot 'no'"),
        (["check", "--provider", "x"], "there is no provider 'x'"),
        (["callbacks", "show", "x"], "there is no callback 'x'"),
        (["magic", "x"], "there are didww, idt, didlogic"),
        (["report", "--provider", "x"], "there are didww, idt, didlogic"),
    ):
        assert message in run(*arguments, code=1, text="{").stderr, arguments


def test_sandbox_and_address_may_stand_anywhere(mockserver: MockServer, sandbox: Sandbox) -> None:
    sandbox.faults.add("idt", cut=True, id="mine")
    here = ["--url", mockserver.url, "--sandbox", sandbox.name]
    for arguments in (["faults", *here], ["faults", *here, "list"], ["faults", "list", *here]):
        assert CliRunner().invoke(cli, arguments).stdout.startswith("mine  idt"), arguments
    variables = {"MOCKSERVER_URL": mockserver.url, "MOCKSERVER_SANDBOX": "nobody"}
    mixed = ["faults", "--sandbox", sandbox.name, "list"]  # the variable does not hide what was typed
    assert CliRunner().invoke(cli, mixed, env=variables).stdout.startswith("mine  idt")


def test_option_is_read_from_its_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_JSON", "1")
    monkeypatch.setenv("MOCKSERVER_FAULTS_TIMES", "3")
    assert json.loads(run("faults", "add", "--cut").stdout)["times"] == 3


# --- journal ---------------------------------------------------------------------------------------


def test_journal_lists_shows_explains_and_exports(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    ask(sandbox.idt, "/v1/dids/coverage/countries")
    ask(sandbox.idt, "/v1/dids/orders", {"order_items": []})
    ask(sandbox.didlogic, "/v1/balance")
    lines = run("journal").stdout.splitlines()
    assert [line.split()[2:6] for line in lines] == [
        ["idt", "GET", "/idt/v1/dids/coverage/countries", "200"],
        ["idt", "POST", "/idt/v1/dids/orders", "422"],
        ["didlogic", "GET", "/didlogic/v1/balance", "200"],
    ]
    assert run("journal", "list", "--status", "4xx", "--provider", "idt").stdout.splitlines() == lines[1:2]
    assert run("journal", "--limit", "1").stdout.splitlines() == lines[2:]
    shown = run("journal", "show", "2").stdout
    assert "  x-api-key: ***" in shown
    assert '"order_items": []' in shown
    assert re.search(r"^rule: ", shown, re.MULTILINE)
    assert sandbox.idt.secret not in shown
    file = tmp_path / "journal.har"
    assert run("journal", "har", "--out", str(file)).stdout == ""
    assert len(json.loads(file.read_text())["log"]["entries"]) == 3
    assert run("journal", "clear").stdout == "cleared 3\n"
    assert run("journal").stdout == "no requests\n"


def test_journal_follows_what_comes_in(mockserver: MockServer, sandbox: Sandbox) -> None:
    ask(sandbox.didlogic, "/v1/balance")
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "journal", "--follow", "--status", "2xx"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(MOCKSERVER_URL=mockserver.url, MOCKSERVER_SANDBOX=sandbox.name, PYTHONUNBUFFERED="1"),
    )
    assert process.stdout is not None
    try:
        assert "/didlogic/v1/balance  200" in process.stdout.readline()
        ask(sandbox.idt, "/v1/nowhere")
        ask(sandbox.idt, "/v1/dids/coverage/countries")
        assert "/idt/v1/dids/coverage/countries  200" in process.stdout.readline()
    finally:
        process.terminate()
        process.communicate()


# --- state -----------------------------------------------------------------------------------------


def test_snapshots_are_kept_compared_moved_and_restored(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    name = sandbox.name  # snapshots belong to the whole server
    kept = run("snapshots", "save", name).stdout
    assert kept.startswith(f"kept {name}, ")
    assert run("snapshots", "diff", name).stdout == "no difference\n"
    run("world", "balance", "idt", "1.00")
    changed = run("snapshots", "diff", name, code=2).stdout
    assert "idt" in changed
    assert json.loads(run("snapshots", "diff", name, "--json", code=2).stdout)["total"] > 0
    file = tmp_path / "state.json"
    run("snapshots", "show", name, "--out", str(file))
    assert run("snapshots", "load", f"{name}-2", str(file)).stdout == kept.replace(name, f"{name}-2")
    assert run("snapshots", "diff", name, "--with", f"{name}-2").stdout == "no difference\n"
    assert {name, f"{name}-2"} <= {line.split()[0] for line in run("snapshots").stdout.splitlines()}
    assert run("snapshots", "restore", name).stdout.startswith(f"sandbox {sandbox.name} is as {name}, ")
    assert run("snapshots", "diff", name).stdout == "no difference\n"
    assert run("reset", "--to", f"snapshot:{name}").stdout.startswith(
        f"sandbox {sandbox.name} is back at snapshot"
    )
    for each in (name, f"{name}-2"):
        assert run("snapshots", "remove", each).stdout == f"removed {each}\n"


def test_options_are_listed_and_set(run: Run, sandbox: Sandbox) -> None:
    changed = run("options", "set", "idt.create_status=201", "idt.quota=none", "didlogic.documents=off")
    assert changed.stdout == "idt.create_status = 201\nidt.quota = none\ndidlogic.documents = false\n"
    listed = run("options", "list", "idt").stdout
    assert re.search(r"^idt\.create_status +201, changed +one of 200, 201\. ", listed, re.MULTILINE)
    assert "didlogic." not in listed
    assert sandbox.options.get("idt.create_status") == 201


def test_transitions_are_listed_chosen_fired_and_cancelled(run: Run, sandbox: Sandbox) -> None:
    assert run("transitions", "set", "idt.orders", "--mode", "manual").stdout.startswith(
        "idt.orders  manual  chosen  could end "
    )
    first, second = order(sandbox.idt), order(sandbox.idt)
    assert re.search(rf"when fired +\S+ +idt\.orders/{first}$", run("transitions").stdout, re.MULTILINE)
    assert f"idt.orders/{first}" in run("clock", "agenda").stdout
    fired = run("transitions", "fire", f"idt.orders/{first}").stdout
    assert fired.startswith("1 changes\n")
    assert f"idt.orders/{first}" in fired
    assert run("transitions", "cancel", f"idt.orders/{second}").stdout == "cancelled 1\n"
    chosen = run("transitions", "set", "idt.orders", "--after", "2h", "--outcome", "backordered").stdout
    assert "after 7200s  chosen  ends backordered" in chosen
    assert "chosen" not in run("transitions", "restore", "idt.orders").stdout


def test_world_lists_and_makes_happen(run: Run, sandbox: Sandbox) -> None:
    listed = run("world", "list", "didlogic").stdout
    assert re.search(r"^didlogic top_up: ", listed, re.MULTILINE)
    assert re.search(r"^    amount  .*required", listed, re.MULTILINE)
    before = sandbox.ledger.balance("didlogic")
    run("world", "happen", "didlogic", "top_up", "amount=50.00")
    assert sandbox.ledger.balance("didlogic") == before + 50
    assert run("world", "balance", "idt", "1").stdout == "idt: 1.00 USD\n"
    taken = run("world", "rival", "idt", "16847", "--leave", "1").stdout.splitlines()
    assert taken and all(number.isdecimal() for number in taken)
    assert run("world", "rival", "idt", taken[0]).stdout == "nothing was left to take\n"


def test_sandboxes_are_created_listed_and_dropped(run: Run, sandbox: Sandbox) -> None:
    name = f"{sandbox.name}-x"
    created = run("sandboxes", "create", name).stdout
    assert created.startswith(f"sandbox {name}\n")
    assert f"x-api-key: sandbox-{name}, x-api-secret: secret-{name}" in created
    assert re.search(rf"^{name} +kept +", run("sandboxes").stdout, re.MULTILINE)
    assert run("sandboxes", "drop", name).stdout == f"dropped {name}\n"
    assert run("reset", "--to", "empty").stdout.startswith(f"sandbox {sandbox.name} is empty; its clock")


def test_clock_shows_scales_and_goes_a_long_way_in_steps(run: Run) -> None:
    assert run("clock", "show").stdout.startswith("2026-03-01T12:00:00.000Z (frozen), next change: ")
    leap = run("clock", "advance", "2026-03-05T00:00:00Z")
    assert leap.stdout == "2026-03-01T12:00:00.000Z -> 2026-03-05T00:00:00.000Z, 0 changes\n"
    far = json.loads(run("clock", "advance", "--json", "3650d").stdout)
    assert (far["before"], far["now"]) == ("2026-03-05T00:00:00.000Z", "2036-03-02T00:00:00.000Z")
    assert far["total"] == len(far["fired"]) > 0
    assert [one["due"] for one in far["fired"]] == sorted(one["due"] for one in far["fired"])
    assert "(scaled x60)" in run("clock", "scale", "60").stdout


def test_steps_lead_where_one_leap_leads(run: Run, mockserver: MockServer, sandbox: Sandbox) -> None:
    run("clock", "advance", "2555d")
    with mockserver.sandbox(f"{sandbox.name}-leap", clock=AT) as other:
        advanced = other.clock.advance(days=2555)
        assert other.clock.now() == sandbox.clock.now() == advanced.now
        assert other.ledger.lines("didlogic") == sandbox.ledger.lines("didlogic")


def test_check_ends_with_two_when_something_does_not_hold(run: Run, sandbox: Sandbox) -> None:
    assert run("check").stdout == "all holds\n"
    order(sandbox.idt)
    order(sandbox.idt)
    failed = run("check", "--no-double-purchase", "--max-spend", "1000", code=2).stdout
    assert failed.startswith("idt: no_double_purchase: carried out 2 times: POST /idt/v1/dids/orders ")
    assert "idt: no_unfinished: idt.orders/" in run("check", "--provider", "idt", code=2).stdout


def test_magic_inputs_are_listed(run: Run) -> None:
    assert re.search(r"^didlogic +\S+ ", run("magic", "didlogic").stdout, re.MULTILINE)


def test_callbacks_are_listed_shown_and_sent_again(run: Run, sandbox: Sandbox) -> None:
    assert run("callbacks").stdout == "no callbacks\n"
    assert run("callbacks", "clear").stdout == "cleared 0\n"


BROKEN = {
    "operation": "create_order",
    "place": "body /reference",
    "problem": "must be a text, is null",
    "fate": "rejected",
    "times": 2,
    "sandbox": "ci",
    "request": 7,
}


# --- report ----------------------------------------------------------------------------------------


def exercised(sandbox: Sandbox) -> None:
    ask(sandbox.idt, "/v1/dids/coverage/countries?colour=red")
    order(sandbox.idt)
    sandbox.clock.advance("1h")
    ask(sandbox.idt, "/v1/dids/orders/99999999")


def test_report_says_what_was_exercised_and_what_not(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    exercised(sandbox)
    text = run("report", "--provider", "idt").stdout
    assert re.search(r"^  operations: 3 of 17$", text, re.MULTILINE)
    assert re.search(r"^    1x  create_order$", text, re.MULTILINE)
    assert re.search(r"^    never  set_cnam$", text, re.MULTILINE)
    assert re.search(r"^    1x  1003$", text, re.MULTILINE)
    assert re.search(r"^    \dx  idt\.orders ", text, re.MULTILINE)
    markdown = run("report", "--format", "md").stdout
    assert re.search(r"^\| idt \| 3 of 17 \| 1 of \d+ \| \d \|$", markdown, re.MULTILINE)
    file = tmp_path / "report.json"
    run("report", "--format", "json", "--out", str(file))
    content = json.loads(file.read_text())
    assert content["providers"]["idt"]["operations"]["exercised"]["create_order"] == 1
    assert run("report", "--provider", "idt", "--fail-under", "15").exit_code == 0
    failed = run("report", "--provider", "idt", "--fail-under", "50", "--fail-on-ignored", code=2).stderr
    assert "idt: 17.6 % of its operations were exercised, less than 50" in failed


def test_junit_report_is_xml_that_counts_right(run: Run, sandbox: Sandbox) -> None:
    exercised(sandbox)
    suites = ElementTree.fromstring(run("report", "--format", "junit").stdout)
    assert [suite.get("name") for suite in suites] == [
        "mockserver.didww",
        "mockserver.idt",
        "mockserver.didlogic",
    ]
    for suite in suites:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("skipped") == str(len([case for case in cases if case.find("skipped") is not None]))
    done = suites[1].find("testcase[@name='create_order']")
    assert done is not None and done.findtext("system-out") == "1 times"


def test_reports_bear_whatever_a_client_sent() -> None:
    part = {"exercised": {"a": 1}, "untouched": [], "covered": 1, "known": 1}
    ignored = {"create|order": {'<&"\x00\ud800|`\n': 2}}
    provider = {
        "operations": part,
        "errors": part,
        "transitions": {"exercised": {"x a -> b": 1}, "untouched": []},
        "ignored": ignored,
        "requests": [{**BROKEN, "place": "body /<&\x00"}],
        "violations": [{"operation": "", "place": "status", "problem": "202 is not described", "times": 1}],
    }
    report = {"providers": {"idt": provider}, "uncounted": 3, "unchecked": 4}
    suite = ElementTree.fromstring(as_junit(report).encode())[0]
    assert suite.findtext("system-err") == (
        'sent, and read by nothing:\ncreate|order: <&"??|`\n (2x)\n'
        "requests that are not as their contract says:\n"
        "2x  rejected  create_order  body /<&? must be a text, is null  ci/7\n"
        "answers that are not as their contract says:\n"
        "1x    -  status 202 is not described  "
    )
    for text in (as_text(report), as_markdown(report)):
        assert "equests that are not as their contract says" in text
        assert "nswers that are not as their contract says" in text
        assert "4 requests had left the journal" in text
    assert "| 2x | rejected | create_order | body /<&\x00 must be a text, is null | ci/7 |" in as_markdown(
        report
    )
    assert "sent, and read by nothing" in as_text(report)
    assert "\\|" in as_markdown(report)
    assert "3 more were too many to be told apart" in as_text(report)


def test_report_fails_when_a_request_would_be_rejected(run: Run, sandbox: Sandbox) -> None:
    exercised(sandbox)
    assert run("report", "--fail-on-rejected").exit_code == 0
    ask(sandbox.idt, "/v1/dids/orders?page=first")
    run("report", "--provider", "didww", "--fail-on-rejected")
    failed = run("report", "--fail-on-rejected", code=2)
    told = "idt: get_orders was sent so that the provider would reject it: query page must be a whole number"
    assert told in failed.stderr
    assert "query page must be a whole number, is a text" in failed.stdout


def test_admin_token_is_read_from_the_environment() -> None:
    with MockServer.start(admin_token="only-for-tests") as server:
        variables = {"MOCKSERVER_URL": server.url}
        refused = CliRunner().invoke(cli, ["faults"], env={**variables, "MOCKSERVER_ADMIN_TOKEN": "other"})
        assert refused.exit_code == 1
        assert "the control API needs the server's admin token" in refused.stderr
        assert "set MOCKSERVER_ADMIN_TOKEN to that of the server" in refused.stderr
        variables["MOCKSERVER_ADMIN_TOKEN"] = "only-for-tests"
        assert CliRunner().invoke(cli, ["faults"], env=variables).stdout == "no faults\n"
