"""The plugin in suites of their own: fixtures, markers, reports, the guard, xdist."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from mockserver.app import build_providers
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.testing.guard import DOMAINS
from tests.plugin.running import PLUGIN, Ran, pytest_run

ASK = """
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

def ask(provider, path, content=None, headers=None):
    body = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", **(headers or provider.headers)}
    request = Request(provider.url(path), body, headers)
    try:
        with urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())
"""

USING = """
import pytest
from ask import ask

IDS = []
ORDER = {"order_items": [{"did_group_id": 16847, "quantity": 1}]}

def test_a_sandbox_is_fresh(sandbox):
    assert ask(sandbox.idt, "/v1/dids/orders", ORDER)[0] == 200
    assert sandbox.journal.count() == 1

def test_and_so_is_the_next(sandbox, mockserver):
    assert sandbox.journal.count() == 0
    names = [one["name"] for one in mockserver.control.get("/sandboxes")["sandboxes"]]
    assert [name for name in names if name.startswith("test_")] == [sandbox.name]

@pytest.mark.parametrize("time", ["1", "2"])
@pytest.mark.mockserver(seed="the same", clock="2026-03-01T12:00:00Z")
def test_same_seed_same_ids(sandbox, time):
    IDS.append(ask(sandbox.idt, "/v1/dids/orders", ORDER))
    assert len({str(one) for one in IDS}) == 1

@pytest.mark.mockserver(
    clock="2026-03-01T12:00:00Z", options={"idt.create_status": 201}, limits={"didww": None}
)
class TestMarked:
    def test_of_the_class(self, sandbox):
        assert sandbox.clock.mode() == "frozen"
        assert sandbox.clock.now().isoformat() == "2026-03-01T12:00:00+00:00"
        assert sandbox.options.get("idt.create_status") == 201
        assert sandbox.limits.all()["didww"] is None

    @pytest.mark.mockserver(clock="2027-03-01T12:00:00Z")
    def test_the_nearest_wins(self, sandbox):
        assert sandbox.clock.now().year == 2027
        assert sandbox.options.get("idt.create_status") == 201

@pytest.fixture(scope="session")
def bought(mockserver):
    with mockserver.sandbox("prepared") as prepared:
        ask(prepared.didlogic, "/v2/numbers/purchase", {"did_numbers": ["17806999999"]})
        return prepared.snapshots.save("bought")

@pytest.mark.usefixtures("bought")
@pytest.mark.mockserver(snapshot="bought")
def test_from_a_snapshot(sandbox):
    assert [line.kind for line in sandbox.ledger.lines("didlogic")]

@pytest.mark.mockserver(empty=True)
def test_empty(sandbox):
    assert sandbox.state.types()["didww.dids"] == 0

def test_settings_of_the_session(mockserver):
    assert mockserver.default.idt.key == "own-key"

class TestWithinAClass:
    def test_method(self, sandbox):
        assert "test_method" in sandbox.name
"""

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def mockserver_settings():
    return {"idt_key": "own-key"}
"""


def test_every_test_gets_what_it_asks_for(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {"ask.py": ASK, "conftest.py": CONFTEST, "test_using.py": USING})
    assert (ran.code, ran.outcomes()) == (0, {"passed": 10}), ran.output


def test_workers_have_servers_of_their_own(tmp_path: Path) -> None:
    urls = """
import pytest

@pytest.mark.parametrize("number", range(8))
def test_url(sandbox, mockserver, number, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp().parent
    (folder / f"{number}.url").write_text(mockserver.url)
"""
    files = {
        "ask.py": ASK,
        "conftest.py": CONFTEST,
        "test_using.py": USING.replace('parametrize("time", ["1", "2"]', 'parametrize("time", ["1"]'),
        "test_url.py": urls,
    }
    ran = pytest_run(tmp_path, files, "-p", "xdist", "-n", "2", "--basetemp", str(tmp_path / "temp"))
    assert (ran.code, ran.outcomes()) == (0, {"passed": 17}), ran.output
    assert len({file.read_text() for file in (tmp_path / "temp").glob("*.url")}) == 2


FAILING = """
import pytest
from ask import ask

def test_refused(sandbox):
    ask(sandbox.idt, "/v1/dids/coverage/countries")
    ask(sandbox.idt, "/v1/dids/orders", {"order_items": []})
    sandbox.faults.add("didlogic", id="broken", status=503)
    ask(sandbox.didlogic, "/v1/balance")
    assert False

def test_wrong_key(sandbox):
    ask(sandbox.didww, "/v3/balance", headers={"Api-Key": "nobody"})
    assert False

@pytest.fixture
def prepared(sandbox):
    ask(sandbox.didlogic, "/v1/balance")
    raise RuntimeError("cannot be prepared")

def test_in_setup(prepared):
    pass

def test_many(sandbox):
    sandbox.limits.lift()
    for _ in range(60):
        ask(sandbox.didlogic, "/v1/balance")
    assert False

def test_more_than_one_sandbox(sandbox, mockserver):
    with mockserver.sandbox("other") as other:
        ask(other.didlogic, "/v1/balance")
    assert sandbox.journal.count() == 0

@pytest.mark.mockserver(sede="x")
def test_misspelt(sandbox):
    pass

@pytest.mark.mockserver("x")
def test_positional(sandbox):
    pass

@pytest.mark.mockserver(snapshot="nowhere")
def test_no_snapshot(sandbox):
    pass

@pytest.mark.mockserver(options={"idt.quotta": 1})
def test_no_option(sandbox):
    pass

def test_assertion(sandbox):
    for _ in range(2):
        ask(sandbox.idt, "/v1/dids/orders", {"order_items": [{"did_group_id": 16847, "quantity": 1}]})
    sandbox.assert_no_double_purchase()

def test_wait(sandbox):
    ask(sandbox.didlogic, "/v1/balance")
    sandbox.journal.wait(2, timeout=0.1, provider="didlogic", operation="get_balance")
"""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return pytest_run(tmp_path_factory.mktemp("failing"), {"ask.py": ASK, "test_failing.py": FAILING})


def part_of(ran: Ran, test: str) -> str:
    """What was printed about one failed test."""
    found = re.search(
        rf"^_+ (?:ERROR at setup of )?{test} _+$(.*?)(?=^_{{3,}} |^=+ )", ran.output, re.M | re.S
    )
    assert found is not None, ran.output
    return found[1]


def test_failures_are_counted(failing: Ran) -> None:
    assert failing.outcomes() == {"failed": 5, "passed": 1, "errors": 5}, failing.output


def test_a_failed_test_shows_the_journal_with_what_was_refused_and_why(failing: Ran) -> None:
    shown = part_of(failing, "test_refused")
    journal = shown.partition("- mockserver journal of sandbox test_refused-")[2]
    assert re.search(
        r"^\d\d:\d\d:\d\d  idt       GET    /idt/v1/dids/coverage/countries  200  get_countries$",
        journal,
        re.M,
    )
    assert re.search(
        r"^\d\d:\d\d:\d\d  idt       POST   /idt/v1/dids/orders  422  create_order$", journal, re.M
    )
    assert re.search(r'^    sent      \{"order_items": \[\]\}$', journal, re.M)
    assert re.search(r'^    answer    \{.*"code":1000', journal, re.M) or '"errors"' in journal
    assert re.search(r"^    rule      \S", journal, re.M)
    assert re.search(r"didlogic  GET    /didlogic/v1/balance  503  \S+  fault broken$", journal, re.M)
    assert re.search(r"^clock: \S+ \(real\), next change ", journal, re.M)


def test_requests_with_a_wrong_key_are_found_elsewhere(failing: Ran) -> None:
    shown = part_of(failing, "test_wrong_key")
    assert "no request reached this sandbox\nthe latest requests whose credentials were refused:" in shown
    assert re.search(r"didww  GET /didww/v3/balance 401$", shown, re.M)


def test_a_failure_in_a_fixture_shows_the_journal_too(failing: Ran) -> None:
    assert "/didlogic/v1/balance  200" in part_of(failing, "test_in_setup")


def test_a_long_journal_is_cut_from_the_front(failing: Ran) -> None:
    shown = part_of(failing, "test_many")
    assert "... 10 earlier requests" in shown
    assert shown.count("/didlogic/v1/balance  200") == 50


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("test_misspelt", "the marker mockserver has no argument 'sede'; did you mean seed?"),
        ("test_positional", "the marker mockserver takes named arguments only: "),
        ("test_no_snapshot", "there is no snapshot 'nowhere'"),
        ("test_no_option", "quotta: there is no such switch of idt"),
        ("test_no_option", "did you mean quota?"),
        ("test_assertion", "no_double_purchase does not hold in sandbox test_assertion-"),
        ("test_wait", "answered 408: 1 of 2 requests came within 0.1s"),
    ],
)
def test_errors_are_in_the_words_of_the_control_api(failing: Ran, test: str, message: str) -> None:
    assert message in part_of(failing, test)


# --- the providers' own hosts ----------------------------------------------------------------------

GUARDED = """
import asyncio
import socket
import pytest
from urllib.request import urlopen

def test_raised(sandbox):
    urlopen("https://api.didww.com/v3/countries")

def test_swallowed(sandbox):
    try:
        urlopen("https://api.idtexpress.com/v1/dids")
    except Exception:
        pass

def test_asyncio(sandbox):
    async def connect():
        await asyncio.open_connection("app.didlogic.com", 443)
    with pytest.raises(RuntimeError):
        asyncio.run(connect())

@pytest.mark.parametrize("lookup", [
    lambda: socket.getaddrinfo("API.DIDWW.COM.", 443),
    lambda: socket.getaddrinfo(host=b"api.didww.com", port=443),
    lambda: socket.gethostbyname("didlogic.com"),
    lambda: socket.gethostbyname_ex("sandbox-api.didww.com"),
    lambda: socket.create_connection(("api.didww.com", 443)),
    lambda: socket.create_connection(address=("api.didww.com", 443)),
])
def test_ways(sandbox, lookup):
    lookup()

@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_methods(sandbox, method):
    with socket.socket() as client:
        getattr(client, method)(("api.didww.com", 443))

def test_others_are_let_through(sandbox):
    socket.getaddrinfo("localhost", 80)
    socket.gethostbyname("127.0.0.1")
    with pytest.raises(TypeError):
        socket.getaddrinfo()

def test_forbidden(sandbox):
    socket.getaddrinfo("live.example", 80)

def test_app(app_sandbox):
    socket.getaddrinfo("api.didww.com", 443)
"""

UNGUARDED = """
import socket
import pytest

original = socket.getaddrinfo

def test_without_a_sandbox():
    assert socket.getaddrinfo is original

@pytest.mark.mockserver(guard=False)
def test_switched_off(sandbox):
    assert socket.getaddrinfo is original

def test_with_a_sandbox(sandbox):
    assert socket.getaddrinfo is not original

def test_afterwards():
    assert socket.getaddrinfo is original
    assert socket.socket.connect.__qualname__ == "socket.connect"
"""


def test_guard_is_on_while_a_test_has_a_sandbox_and_off_otherwise(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {"test_unguarded.py": UNGUARDED})
    assert (ran.code, ran.outcomes()) == (0, {"passed": 4}), ran.output


def test_guard_fails_a_test_that_reaches_for_the_providers(tmp_path: Path) -> None:
    ran = pytest_run(
        tmp_path, {"test_guarded.py": GUARDED}, "-o", "mockserver_guard_hosts=example", "--tb=short"
    )
    assert ran.outcomes() == {"failed": 13, "passed": 1}, ran.output
    raised = part_of(ran, "test_raised")
    assert "a test tried to reach api.didww.com, the provider's own host. Give the client" in raised
    assert "sandbox.didww.base_url" in raised
    assert "sandbox.idt.base_url" in part_of(ran, "test_swallowed")
    assert "app.didlogic.com" in part_of(ran, "test_asyncio")
    assert "which the setting mockserver_guard_hosts forbids" in part_of(ran, "test_forbidden")


def test_guard_can_be_switched_off(tmp_path: Path) -> None:
    content = """
import socket
original = socket.getaddrinfo

def test(sandbox):
    assert socket.getaddrinfo is original
"""
    ran = pytest_run(tmp_path, {"test_off.py": content}, "-o", "mockserver_guard=false")
    assert ran.code == 0, ran.output


def test_guard_knows_every_host_of_the_providers() -> None:
    for provider in build_providers(Settings()):
        for host in provider.hosts:
            domain = ".".join(host.split(".")[-2:])
            assert DOMAINS[domain] == provider.name


# --- what it costs who does not use it; servers that run already -----------------------------------


OTHER = """
import sys

def test_in_a_suite_of_others():
    ours = {name for name in sys.modules if name.partition(".")[0] == "mockserver"}
    assert ours == {"mockserver", "mockserver.pytest_plugin"}
    assert not {"uvicorn", "starlette", "orjson", "pydantic", "click"} & set(sys.modules)
"""


def test_a_suite_that_does_not_use_it_imports_nothing_of_it(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {"test_other.py": OTHER})
    assert ran.code == 0, ran.output


def test_pytest_finds_the_plugin_by_itself(pytestconfig: pytest.Config) -> None:
    (found,) = [one for one in entry_points(group="pytest11") if one.name == "mockserver"]
    assert found.value == PLUGIN
    assert pytestconfig.pluginmanager.get_plugin("mockserver") is not None


def test_markers_and_options_are_documented(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {}, "--markers", "--strict-markers")
    assert "@pytest.mark.mockserver(seed=None, clock=None" in ran.output
    helped = pytest_run(tmp_path, {}, "--help").output
    assert "--mockserver-url" in helped
    assert "mockserver_guard (bool)" in helped


SHARED = """
def test_uses_the_server_there_is(mockserver, sandbox):
    assert mockserver.url == "URL"
    assert sandbox.name.startswith("main-")
    assert sandbox.journal.count() == 0
"""


@pytest.mark.parametrize("way", ["option", "ini", "variable"])
def test_a_server_that_runs_already_is_used(mockserver: MockServer, tmp_path: Path, way: str) -> None:
    arguments = {
        "option": ("--mockserver-url", mockserver.url),
        "ini": ("-o", f"mockserver_url={mockserver.url}"),
    }
    variables = {"MOCKSERVER_URL": mockserver.url} if way == "variable" else {}
    files = {"test_shared.py": SHARED.replace("URL", mockserver.url)}
    ran = pytest_run(tmp_path, files, *arguments.get(way, ()), **variables)
    assert ran.code == 0, ran.output
    assert mockserver.control.get("/ready") == {"ready": True}  # it is not ours to stop


def test_a_server_that_does_not_run_is_named(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {"test_shared.py": SHARED}, MOCKSERVER_URL="http://127.0.0.1:1")
    assert ran.outcomes() == {"error": 1}
    assert "no answer from http://127.0.0.1:1" in ran.output


def test_settings_that_will_not_do_are_named(tmp_path: Path) -> None:
    conftest = CONFTEST.replace('{"idt_key": "own-key"}', '{"max_sandboxes": 0, "prot": 1}')
    ran = pytest_run(tmp_path, {"conftest.py": conftest, "test_shared.py": SHARED})
    assert ran.outcomes() == {"error": 1}
    assert "the mock server did not start" in ran.output
    assert (
        "max_sandboxes (from --max-sandboxes, which is '0'): must be a whole number from 1 up" in ran.output
    )
    assert "there is no such setting; did you mean port?" in ran.output


def test_variables_of_the_server_reach_it_and_its_token_the_client(tmp_path: Path) -> None:
    content = """
def test(mockserver, sandbox):
    assert mockserver.default.idt.key == "other"
    sandbox.clock.advance("1d")
    sandbox.reset()
"""
    variables = {"MOCKSERVER_IDT_KEY": "other", "MOCKSERVER_ADMIN_TOKEN": "a-token-for-tests"}
    ran = pytest_run(
        tmp_path, {"test_it.py": content}, MOCKSERVER_PUBLIC_URL="https://mock.example.com", **variables
    )
    assert ran.code == 0, ran.output


DEFECT = """
import mockserver.testing.server as server

def test_fails(sandbox, mockserver):
    mockserver._process._errors.write(b"a warning of the server")
    assert False
"""


def test_what_the_server_wrote_is_beside_a_failed_test(tmp_path: Path) -> None:
    ran = pytest_run(tmp_path, {"test_defect.py": DEFECT})
    assert ran.outcomes() == {"failed": 1}
    assert "- mockserver errors -" in ran.output
    assert "\na warning of the server\n" in ran.output
