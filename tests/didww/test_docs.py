"""docs/didww.md does what it says: its commands are run, its tables held against code and contracts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from mockserver.core.transitions import Policy
from mockserver.providers.didww import assumptions
from mockserver.providers.didww.app import Didww
from mockserver.providers.didww.versions import SERVED
from tests.control.caller import drive
from tests.support import NOON, Server
from tests.support_http import running

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "didww.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
KEY = "demo-didww-key"
PROVIDER = Didww(key=KEY, version=SERVED[-1], pinned=False)
SEED = PROVIDER.seed()
TITLES = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
# What the page's shell functions are; `Shell` below does the same.
FUNCTIONS = rf"""
ww() {{ curl -s -g -H 'Api-Key: {KEY}' -H "X-DIDWW-API-Version: ${{VERSION:-{SERVED[-1]}}}" -H 'Content-Type: application/vnd.api+json' -X "$1" "{ADDRESS}/didww/v3$2" ${{3:+-d "$3"}}; echo; }}
new() {{ ww POST "/$1" "{{\"data\": {{\"type\": \"$1\", \"attributes\": {{$2}}, \"relationships\": {{$3}}}}}}"; }}
change() {{ ww PATCH "/$1/$2" "{{\"data\": {{\"type\": \"$1\", \"id\": \"$2\", \"attributes\": {{$3}}, \"relationships\": {{$4}}}}}}"; }}
link() {{ echo "\"$1\": {{\"data\": {{\"type\": \"$2\", \"id\": \"$3\"}}}}"; }}
links() {{ echo "\"$1\": {{\"data\": [{{\"type\": \"$2\", \"id\": \"$3\"}}]}}"; }}
first() {{ grep -o '"id":"[^"]*"' | sed -n 1p | cut -d'"' -f4; }}
sku() {{ ww GET "/did_groups/$1/stock_keeping_units" | first; }}
buy() {{ new orders "\"items\": [{{\"type\": \"did_order_items\", \"attributes\": {{\"sku_id\": \"$(sku "$1")\", $2}}}}]${{3:+, $3}}"; }}
mock() {{ curl -s -X "$1" "{ADDRESS}/_mock$2" ${{3:+-d "$3"}}; echo; }}
later() {{ mock POST /clock/advance "{{\"seconds\": $1}}" > /dev/null; }}
""".strip()  # noqa: E501


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def table(title: str, head: str = "") -> list[list[str]]:
    """The cells of the table of a section whose head begins with `head`, without the head."""
    tables = re.findall(r"(?:^\|.*\n)+", section(title) + "\n", re.MULTILINE)
    (lines,) = [found.splitlines() for found in tables if found.startswith(f"| {head}")]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines[2:]]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def commands(title: str) -> list[str]:
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", section(title), re.DOTALL)
        for line in block.splitlines()
        if line
    ]


class Shell:
    """As much of a shell as the page needs. `run` returns status and content of the last request."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.variables: dict[str, str] = {}

    def run(self, line: str) -> tuple[int, str]:
        answer = (0, "")
        for command in line.split("; "):
            assigned = re.fullmatch(r"(\w+)=\$\((.*)\)", command)
            if assigned is None:
                answer = self._command(command)
            else:
                self.variables[assigned[1]] = self._output(assigned[2])
        return answer

    def _output(self, command: str) -> str:
        """What stands for `$(command)`."""
        command, piped, _ = command.partition(" | first")
        status, content = self._command(command)
        if not piped:
            return content
        assert status in (200, 201), (command, content)
        return re.findall(r'"id":"([^"]*)"', content)[0]  # type: ignore[no-any-return]

    def _command(self, command: str) -> tuple[int, str]:
        values: list[str] = []

        def hold(value: str) -> str:
            values.append(value)
            return f"\x01{len(values) - 1}\x02"

        held = re.sub(r"\$\(([^()]*)\)", lambda found: hold(self._output(found[1])), command)
        held = re.sub(r"\$([A-Z]\w*)", lambda found: hold(self.variables[found[1]]), held)
        words = [
            re.sub("\x01(\\d+)\x02", lambda found: values[int(found[1])], word) for word in shlex.split(held)
        ]
        version = SERVED[-1]
        if words[0].startswith("VERSION="):
            version = words.pop(0).partition("=")[2]
        return self._call(words[0], words[1:], version)

    def _call(self, name: str, rest: list[str], version: str) -> tuple[int, str]:
        rest = [*rest, *[""] * (4 - len(rest))]
        if name == "link":
            return 0, f'"{rest[0]}": {{"data": {{"type": "{rest[1]}", "id": "{rest[2]}"}}}}'
        if name == "links":
            return 0, f'"{rest[0]}": {{"data": [{{"type": "{rest[1]}", "id": "{rest[2]}"}}]}}'
        if name == "later":
            return self._control("POST", "/clock/advance", f'{{"seconds": {rest[0]}}}')
        if name == "mock":
            return self._control(rest[0], rest[1], rest[2])
        if name == "buy":
            _, found = self._send("GET", f"/didww/v3/did_groups/{rest[0]}/stock_keeping_units")
            sku = re.findall(r'"id":"([^"]*)"', found)[0]
            item = f'{{"type": "did_order_items", "attributes": {{"sku_id": "{sku}", {rest[1]}}}}}'
            name, rest = "new", ["orders", f'"items": [{item}]' + (f", {rest[2]}" if rest[2] else ""), ""]
        if name == "new":
            data = f'"type": "{rest[0]}", "attributes": {{{rest[1]}}}, "relationships": {{{rest[2]}}}'
            return self._send("POST", f"/didww/v3/{rest[0]}", f'{{"data": {{{data}}}}}', version)
        if name == "change":
            data = f'"type": "{rest[0]}", "id": "{rest[1]}"'
            data += f', "attributes": {{{rest[2]}}}, "relationships": {{{rest[3]}}}'
            return self._send("PATCH", f"/didww/v3/{rest[0]}/{rest[1]}", f'{{"data": {{{data}}}}}', version)
        if name == "ww":
            return self._send(rest[0], f"/didww/v3{rest[1]}", rest[2], version)
        assert name == "curl", name
        return self._curl([word for word in rest if word])

    def _curl(self, words: list[str]) -> tuple[int, str]:
        headers, body, target, method = {}, "", "", "GET"
        while words:
            word = words.pop(0)
            if word == "-H":
                header, _, value = words.pop(0).partition(": ")
                headers[header] = value
            elif word == "-d":
                body, method = words.pop(0), "POST"
            elif word not in ("-s", "-g"):
                target = word.removeprefix(ADDRESS)
        response = self.server.request(method, target, headers=headers, body=body)
        return response.status, response.body.decode("utf-8", "replace")

    def _send(self, method: str, target: str, body: str = "", version: str = SERVED[-1]) -> tuple[int, str]:
        headers = {
            "api-key": KEY,
            "x-didww-api-version": version,
            "content-type": "application/vnd.api+json",
        }
        response = self.server.request(method, target, headers=headers, body=body)
        return response.status, response.body.decode()

    def _control(self, method: str, target: str, body: str) -> tuple[int, str]:
        sent = {"content-type": "application/x-www-form-urlencoded"}  # what curl -d says
        path, _, query = target.partition("?")
        reply = drive(self.server, method, f"/_mock{path}", query, body.encode(), sent)
        return reply.status, reply.content.decode()


@pytest.fixture(scope="module")
def page_server() -> Server:
    return Server(rate_limits=False)


@pytest.fixture
def shell(page_server: Server) -> Iterator[Shell]:
    world = page_server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)
    yield Shell(page_server)
    world.set_limit("didww", None)


# --- commands ------------------------------------------------------------------------------------


def test_shell_functions_are_those_the_tests_stand_for() -> None:
    (first, *_) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert first.strip() == FUNCTIONS


@pytest.mark.parametrize("title", [title for title in TITLES if commands(title)])
def test_commands_are_answered_as_the_page_says(shell: Shell, title: str) -> None:
    for line in commands(title):
        command, _, said = line.partition("  #")
        status, content = shell.run(command.strip())
        expected = re.match(r" (\d{3})", said)
        if not re.match(r"\w+=\$\(", command):
            assert status == (int(expected[1]) if expected else 200), (line, content)
        for word in re.findall(r'"[^"]+"', said):
            assert word in content, (line, content)


REFUSALS = table("Refusals")


@pytest.mark.parametrize("row", REFUSALS, ids=[f"{row[0]} {row[1]}" for row in REFUSALS])
def test_refusal_is_reached_as_the_page_says(shell: Shell, row: list[str]) -> None:
    status, title, how = row
    answered, content = shell.run(how.strip("`"))
    assert answered == int(status), content
    problem = orjson.loads(content)["errors"][0]
    assert (problem["status"], problem.get("title", problem["detail"])) == (status, title.strip("`"))
    assert shell.server.world().ledger("didww").balance >= 0


def test_the_upload_works_as_it_stands(page_server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    code = section("Registration").split("```python\n", 1)[1].split("```", 1)[0]
    scope: dict[str, Any] = {}
    with running(page_server) as address:
        exec(compile(code.replace(ADDRESS, address), "didww.md", "exec"), scope)
        scope["client"]._session.close()
    assert re.fullmatch(r"[0-9a-f-]{36}\n", capsys.readouterr().out)


# --- tables --------------------------------------------------------------------------------------


def served() -> list[list[str]]:
    """Type, operations and versions of every type that is served, as the page words them."""
    schemas = PROVIDER._registry.schemas
    views: dict[str, dict[str, Any]] = {}
    for version in SERVED:
        for view in schemas[version].by_type.values():
            views.setdefault(view.resource.type, {})[version] = view
    rows = []
    for name, by_version in views.items():
        order = ("list", "show", "create", "update", "delete")
        newest = [one for one in order if one in by_version[SERVED[-1]].operations]
        old = next(iter(by_version.values())).operations
        operations = " ".join(one if one in old else f"{one}*" for one in newest)
        versions = "all" if len(by_version) == len(SERVED) else f"since {min(by_version)}"
        former = [(view.type, version) for version, view in by_version.items() if view.type != name]
        if former:
            versions += f"; `{former[-1][0]}` in {'and before ' if len(former) > 1 else ''}{former[-1][1]}"
        rows.append([f"`{name}`", operations or "by include", versions])
    return rows


def test_every_served_type_has_its_row() -> None:
    shown = [[name, *row[1:3]] for row in table("What is served") for name in re.findall(r"`\w+`", row[0])]
    assert sorted(shown) == sorted(served())
    assert not any(PROVIDER._registry.schemas[version].unbuilt for version in SERVED)
    assert all(row[3] for row in table("What is served"))


def test_every_version_has_its_row() -> None:
    assert [row[0].strip("`") for row in table("Versions")] == list(reversed(SERVED))


def test_every_switch_has_its_row() -> None:
    def plainly(value: Any) -> str:
        return ("on" if value else "off") if isinstance(value, bool) else str(value)

    assert table("Steering", "switch") == [
        [f"`{name}`", plainly(rule.default), rule.about] for name, rule in SEED.options.items()
    ]


def test_every_happening_has_its_row() -> None:
    shown = {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in table("Steering", "happening")}
    assert shown == {one.name: list(one.fields) for one in PROVIDER.happenings()}


def test_every_policy_has_its_row() -> None:
    def by_itself(policy: Policy) -> str:
        return f"{policy.delay.seconds} s" if policy.mode == "after" else "at once"

    assert [row[:3] for row in table("Steering", "type")] == [
        [f"`{kind}`", by_itself(policy), ", ".join(f"`{word}`" for word in SEED.outcomes.get(kind, ()))]
        for kind, policy in SEED.policies.items()
    ]
    assert set(SEED.outcomes) <= set(SEED.policies)


def test_every_magic_value_has_its_row() -> None:
    assert table("Steering", "group") == [
        [f"`{one.value}`", one.where.rpartition(", ")[2], one.leads_to] for one in PROVIDER.magic()
    ]


def test_every_assumption_has_its_row() -> None:
    names = re.findall(
        r"^(?:def )?([A-Za-z_]+)(?:: [^=]+)? ?[=(]", Path(assumptions.__file__).read_text(), re.M
    )
    shown = [name for row in table("Assumptions") for name in re.findall(r"`([A-Za-z_]+)`", row[0])]
    assert sorted(shown) == sorted(names)


def test_every_assumed_refusal_is_named() -> None:
    errors = yaml.safe_load((ROOT / "contracts" / "didww" / "errors.yaml").read_text())["errors"]
    assumed = {name for name, facts in errors.items() if facts["evidence"] == "assumed"}
    listed = section("Assumptions").partition("\nOf the refusals ")[2].partition("status and code:")[2]
    assert set(re.findall(r"`([a-z_]+)`", listed)) == assumed


def test_page_stays_readable() -> None:
    lines = PAGE.splitlines()
    assert len(lines) < 300
    shell_lines = set(FUNCTIONS.splitlines())
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.S).splitlines()
    assert all(len(line) <= 130 for line in prose if not line.startswith("|"))
    assert shell_lines <= set(lines)
