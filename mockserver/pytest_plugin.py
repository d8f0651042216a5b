"""The pytest plugin: a mock server for the session, a fresh sandbox for each test. See docs/testing.md.

Nothing of the server is imported and nothing is patched before a test asks for one of the fixtures.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.http.gateway import Gateway
    from mockserver.testing import MockServer, Sandbox
    from mockserver.testing.guard import Guard

FIXTURES = frozenset(("mockserver", "sandbox", "mockserver_app", "app_sandbox"))
MARKER = (
    "mockserver(seed=None, clock=None, options=None, limits=None, snapshot=None, empty=False, guard=True): "
    "what the test's sandbox starts from; see docs/testing.md"
)
_ARGUMENTS = ("seed", "clock", "options", "limits", "snapshot", "empty", "guard")
_sandboxes: pytest.StashKey[list[Sandbox]] = pytest.StashKey()
_guard: pytest.StashKey[Guard] = pytest.StashKey()
_server: pytest.StashKey[MockServer] = pytest.StashKey()
_run: pytest.StashKey[str] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockserver", "mock server of telecom providers")
    group.addoption(
        "--mockserver-url",
        metavar="URL",
        help="Use the server that runs there instead of starting one (also the ini option mockserver_url, "
        "and the variable MOCKSERVER_URL).",
    )
    parser.addini("mockserver_url", "A server that runs already; empty starts one per session.", default="")
    parser.addini(
        "mockserver_guard",
        "Whether a test with a mock server fails when it tries to reach the providers themselves.",
        type="bool",
        default=True,
    )
    parser.addini(
        "mockserver_guard_hosts", "More domains that no test may reach.", type="linelist", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


# --- fixtures --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def mockserver_settings() -> dict[str, Any]:
    """Settings of the session's server, by name. Override it in a conftest.py to change any."""
    return {}


@pytest.fixture(scope="session")
def mockserver(request: pytest.FixtureRequest, mockserver_settings: dict[str, Any]) -> Iterator[MockServer]:
    """The session's mock server; under pytest-xdist one for each worker, so that nothing is shared."""
    from mockserver.settings import variable
    from mockserver.testing import MockServer

    config = request.config
    url = config.getoption("mockserver_url") or config.getini("mockserver_url") or variable("URL")
    if url:
        token = variable("ADMIN_TOKEN")
        server = MockServer.connect(url, admin_token=token)
    else:
        server = MockServer.start(**mockserver_settings)
    config.stash[_server] = server
    with server:
        yield server


@pytest.fixture
def sandbox(mockserver: MockServer, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A fresh sandbox: accounts, stock, clock, faults and journal that no other test sees."""
    with _made(mockserver, request) as made:
        yield made


@pytest.fixture(scope="session")
def mockserver_app(mockserver_settings: dict[str, Any]) -> Gateway:
    """A server in this process as an ASGI application, to be reached without a socket."""
    from mockserver.app import create_app
    from mockserver.settings import load_settings

    return create_app(load_settings(**{"log_format": "off", **mockserver_settings}))


@pytest.fixture(scope="session")
def _app_server(mockserver_app: Gateway) -> MockServer:
    from mockserver.testing import MockServer
    from mockserver.testing.inprocess import AppConnection

    return MockServer(AppConnection(mockserver_app))


@pytest.fixture
def app_sandbox(_app_server: MockServer, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A fresh sandbox of `mockserver_app`; base URLs begin with http://mockserver."""
    with _made(_app_server, request) as made:
        yield made


def _made(server: MockServer, request: pytest.FixtureRequest) -> Sandbox:
    """The sandbox that a test asks for, also known to its report."""
    item = request.node
    given = marked(item)
    given.pop("guard", None)
    made = server.sandbox(_name(item, given.pop("seed", None)), **given)
    item.stash.setdefault(_sandboxes, []).append(made)
    return made


def _name(item: pytest.Item, seed: object) -> str:
    """The same each time, as ids are drawn from it. On a server that others use too, one of our own."""
    from secrets import token_hex

    from mockserver.testing.server import sandbox_name

    start = ""
    if _is_shared(item.config):
        worker: dict[str, Any] = getattr(item.config, "workerinput", {})
        run = str(worker.get("testrunuid") or item.config.stash.setdefault(_run, token_hex(4)))
        start = f"{worker.get('workerid', 'main')}-{run[:8]}-"
    return sandbox_name(item.nodeid if seed is None else f"seed {seed}", start)


def _is_shared(config: pytest.Config) -> bool:
    from mockserver.settings import variable

    return bool(config.getoption("mockserver_url") or config.getini("mockserver_url") or variable("URL"))


def marked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say together; the nearest wins. Fails the test for what does not exist."""
    given: dict[str, Any] = {}
    for marker in item.iter_markers("mockserver"):
        if marker.args:
            pytest.fail(f"the marker mockserver takes named arguments only: {MARKER}", pytrace=False)
        for name, value in marker.kwargs.items():
            if name not in _ARGUMENTS:
                near = get_close_matches(name, _ARGUMENTS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_ARGUMENTS)}"
                pytest.fail(f"the marker mockserver has no argument {name!r}; {hint}", pytrace=False)
            given.setdefault(name, value)
    return given


# --- the providers' own hosts ----------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """While a test of ours runs, its fixtures included, the providers themselves are out of reach."""
    if not _is_guarded(item):
        return (yield)
    from mockserver.testing.guard import Guard

    guard = item.stash[_guard] = Guard(item.config.getini("mockserver_guard_hosts"))
    guard.install()
    try:
        return (yield)
    finally:
        guard.remove()


def _is_guarded(item: pytest.Item) -> bool:
    if FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) or not item.config.getini("mockserver_guard"):
        return False
    chosen = next(
        (one.kwargs["guard"] for one in item.iter_markers("mockserver") if "guard" in one.kwargs), True
    )
    return bool(chosen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test whose client swallowed the guard's error fails all the same."""
    result = yield
    guard = item.stash.get(_guard, None)
    if guard is not None and guard.attempts:
        pytest.fail(guard.advice(), pytrace=False)
    return result


# --- reports ---------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The journal of its sandboxes beside a failed test."""
    report = yield
    if report.failed and report.when != "teardown":
        for sandbox in item.stash.get(_sandboxes, ()):
            if not sandbox.dropped:
                from mockserver.testing.report import journal_section

                report.sections.append(journal_section(sandbox))
        server = item.config.stash.get(_server, None)
        if server is not None and _sandboxes in item.stash and server.errors():
            report.sections.append(("mockserver errors", server.errors()))
        guard = item.stash.get(_guard, None)
        if guard is not None and guard.attempts:
            report.sections.append(("mockserver guard", guard.advice()))
    return report
