"""docs/idt.md does what it says: its commands are run, its tables are held against the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver.providers.idt.assumptions import OPTIONS, POLICIES
from mockserver.providers.idt.cnam import WORDS as CNAM_WORDS
from mockserver.providers.idt.errors import TITLES
from mockserver.providers.idt.fulfilment import WORDS as ORDER_WORDS
from mockserver.providers.idt.happenings import HAPPENINGS
from mockserver.providers.idt.routes import OPERATIONS
from tests.control.caller import drive
from tests.idt.support import ALL_LATER, HEADERS, PLENTY, Idt, contract

PAGE = (Path(__file__).parents[2] / "docs" / "idt.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
WORDS = {**ORDER_WORDS, **CNAM_WORDS}
# What the page's shell functions do; a test compares them with the page.
FUNCTIONS = {
    "idt": (
        'curl -s -H "x-api-key: $KEY" -H "x-api-secret: $SECRET" -X "$1" "$ADDRESS/idt/v1/dids$2"'
        ' ${3:+-H "Content-Type: application/json" -d "$3"}; echo'
    ),
    "mock": 'curl -s -X "$1" "$ADDRESS/_mock$2" ${3:+-d "$3"}',
    "order": (
        r'idt POST /orders "{\"order_items\": [{\"did_group_id\": $1, \"quantity\": $2}]}"'
        r""" | sed 's/.*"id":"\([^"]*\)".*/\1/'"""
    ),
    "later": r'mock POST /clock/advance "{\"seconds\": $1}" > /dev/null',
}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def table(title: str) -> list[list[str]]:
    """The cells of every row of the table in a section, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def blocks(title: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", section(title), re.DOTALL)


class Shell:
    """As much of a shell as the page needs. `run` returns status and content of the last request."""

    def __init__(self, idt: Idt) -> None:
        self.idt = idt
        self.variables: dict[str, str] = {}

    def run(self, line: str) -> tuple[int, Any]:
        answer: tuple[int, Any] = (0, None)
        for command in self._commands(line):
            answer = self._one(command)
        return answer

    def _commands(self, line: str) -> list[list[str]]:
        assigned = re.fullmatch(r"(\w+)=\$\((.*)\)", line)
        if assigned:
            self.variables[assigned[1]] = self.run(assigned[2])[1]["order"]["id"]
            return []
        for name, value in self.variables.items():
            line = line.replace(f"${name}", value)
        words = shlex.shlex(line, posix=True, punctuation_chars=";")
        words.whitespace_split = True
        commands: list[list[str]] = [[]]
        for word in words:
            if word == ";":
                commands.append([])
            else:
                commands[-1].append(word)
        return commands

    def _one(self, words: list[str]) -> tuple[int, Any]:
        name, *rest = words
        if name == "order":
            group, quantity = map(int, rest)
            item = {"did_group_id": group, "quantity": quantity}
            return self._request("POST", "/idt/v1/dids/orders", orjson.dumps({"order_items": [item]}))
        if name == "later":
            (seconds,) = map(int, rest)
            return self._control("POST", "/clock/advance", orjson.dumps({"seconds": seconds}))
        if name == "mock":
            return self._control(rest[0], rest[1], rest[2].encode() if rest[2:] else b"")
        if name == "idt":
            body = rest[2].encode() if rest[2:] else b""
            return self._request(rest[0], f"/idt/v1/dids{rest[1]}", body)
        assert name == "curl", words
        headers = dict(rest[place + 1].split(": ") for place, word in enumerate(rest) if word == "-H")
        return self._request("GET", rest[-1].removeprefix(ADDRESS), b"", headers)

    def _request(
        self, method: str, target: str, body: bytes, headers: dict[str, str] = HEADERS
    ) -> tuple[int, Any]:
        sent = {**headers, "content-type": "application/x-www-form-urlencoded"}  # what curl -d says
        response = self.idt.server.request(method, target, headers=sent, body=body)
        return response.status, orjson.loads(response.body) if response.body else None

    def _control(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = drive(self.idt.server, method, f"/_mock{target}", "", body, headers)
        return reply.status, reply.json


@pytest.fixture
def shell(idt: Idt) -> Shell:
    return Shell(idt)


def commands(cell: str) -> str:
    """The command in a cell; "" for an empty one."""
    return cell.strip("`") if cell else ""


# --- commands ------------------------------------------------------------------------------------------


def test_shell_functions_are_those_the_tests_stand_for() -> None:
    (first, *_) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    credentials = {"$KEY": HEADERS["x-api-key"], "$SECRET": HEADERS["x-api-secret"], "$ADDRESS": ADDRESS}
    awaited = dict(FUNCTIONS)
    for line in first.splitlines():
        name, body = re.fullmatch(r"(\w+)\(\) \{ (.*); \}", line).groups()
        expected = awaited.pop(name)
        for variable, value in credentials.items():
            expected = expected.replace(variable, value)
        expected = re.sub(r'-H "(.*?)"', r"-H '\1'", expected)
        assert body == expected
    assert awaited == {}


@pytest.mark.parametrize(
    "title", ["The account", "Order item statuses", "Policies and outcomes", "Caller names"]
)
def test_commands_are_answered_as_the_page_says(shell: Shell, title: str) -> None:
    for block in blocks(title):
        shell.idt.world.reset()
        shell.idt.world.clock.set(mode="frozen")
        ran = 0
        for line in block.splitlines():
            command, _, comment = line.partition("  #") if "  #" in line else line.partition(" # ")
            status, content = shell.run(command.strip())
            expected = re.match(r"\s*(\d{3})(?:, (\d{4}))?", comment)
            if expected is not None:
                ran += 1
                assert status == int(expected[1]), (line, content)
                if expected[2]:
                    assert content["errors"][0]["code"] == int(expected[2])
            said = re.search(r"(?:Partially|Backorder|Fulfilled).*", comment)
            if said is not None:
                order = newest(shell, content)
                assert order["order_items"][0]["status"] == said[0]
        assert ran


def newest(shell: Shell, content: Any) -> Any:
    """The order that was asked for, or the newest one."""
    order_id = content["orders"][0]["id"] if "orders" in content else content["order"]
    return shell.idt.get(f"/orders/{order_id}")["order"]


STATUSES = table("Order item statuses")


@pytest.mark.parametrize("row", STATUSES, ids=[" ".join((row[0], row[3], row[4])) for row in STATUSES])
def test_order_item_status_is_reached_as_the_page_says(shell: Shell, row: list[str]) -> None:
    item_status, status, cancelable, how, then = row
    _, content = shell.run(commands(how))
    order = content["order"]
    if then:
        shell.run(commands(then))
        order = shell.idt.get(f"/orders/{order['id']}")["order"]
    (item,) = order["order_items"]
    assert (item["status"], order["status"], item["cancelable"]) == (
        item_status.strip("`"),
        status,
        cancelable == "true",
    )


def test_every_item_status_has_its_row() -> None:
    shown = [row[0].strip("`") for row in STATUSES]
    assert list(dict.fromkeys(shown)) == contract("schemas.json")["order_item_status"]["enum"]


ERRORS = table("Errors")


@pytest.mark.parametrize("row", ERRORS, ids=[f"{row[0]} {row[3]}" for row in ERRORS])
def test_error_code_is_reached_as_the_page_says(shell: Shell, row: list[str]) -> None:
    code, title, status, how = row
    answered, content = shell.run(commands(how))
    assert (answered, content["status"]) == (int(status), int(status))
    (problem,) = content["errors"]
    assert (problem["code"], problem["title"]) == (int(code), title)


def test_every_error_code_has_its_row() -> None:
    assert list(dict.fromkeys(int(row[0]) for row in ERRORS)) == list(TITLES)
    assert sorted(TITLES) == sorted(row["code"] for row in contract("errors.json")["codes"])


OUTCOMES = table("Policies and outcomes")
OUTCOMES_OF_TYPES = [row for row in OUTCOMES if row[0].startswith("`idt.")]


@pytest.mark.parametrize("row", OUTCOMES_OF_TYPES, ids=[f"{row[0]} {row[2]}" for row in OUTCOMES_OF_TYPES])
def test_outcome_leads_where_the_page_says(shell: Shell, row: list[str]) -> None:
    kind, _, outcome, leads_to = row
    kind = kind.strip("`")
    shell.run(f"""mock PUT /transitions/{kind} '{{"outcome": "{outcome.strip("`")}"}}'""")
    if kind == "idt.cnam":
        shell.run("""idt POST /numbers/17078675309/cnam '{"name": "Jenny"}'""")
        shell.run("later 30")
        row_shown = shell.idt.get("/numbers?filter_by_number=17078675309")["numbers"][0]
        assert (row_shown["cnam"]["pending"], row_shown["cnam"]["current"]) == (None, None)
        return
    group = PLENTY if kind == "idt.orders" else ALL_LATER
    _, content = shell.run(f"order {group} 4")
    shell.run("later 2" if kind == "idt.orders" else "later 62")
    (item,) = shell.idt.get(f"/orders/{content['order']['id']}")["order"]["order_items"]
    assert f"`{item['status']}`" == re.match(r"`.*?`", leads_to)[0]
    assert len(item["numbers"]) == (2 if "half" in leads_to else 0)


# --- tables held against the code -------------------------------------------------------------------


def test_every_operation_has_its_row() -> None:
    shown = [row[:2] for row in table("Operations")]
    prefix = "/v1/dids"
    assert shown == [
        [operation.summary, f"`{operation.method} {operation.path.removeprefix(prefix)}`"]
        for operation in OPERATIONS
    ]


def test_every_switch_has_its_row() -> None:
    def plainly(value: Any) -> str:
        return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    expected = []
    for name, rule in OPTIONS.items():
        if rule.kind == "switch":
            others = plainly(not rule.default)
        elif rule.choices:
            others = ", ".join(plainly(choice) for choice in rule.choices if choice != rule.default)
        else:
            others = rule.allowed
        expected.append([f"`{name}`", plainly(rule.default), others, rule.about])
    assert table("Switches") == expected


def test_every_type_outcome_and_happening_has_its_row() -> None:
    shown: dict[str, list[str]] = {}
    for kind, _, outcome, _ in OUTCOMES_OF_TYPES:
        shown.setdefault(kind.strip("`"), []).append(outcome.strip("`"))
    assert shown == {kind: list(words) for kind, words in WORDS.items()}
    delays = {row[0].strip("`"): row[1] for row in OUTCOMES_OF_TYPES if row[1]}
    assert set(delays) == set(POLICIES)
    for kind, policy in POLICIES.items():
        assert f"{policy.delay.seconds} s" in delays[kind]
    rows = [
        row for row in OUTCOMES if len(row) == 3 and row[0].startswith("`")
    ]  # of the section's other table
    happenings = {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in rows}
    assert happenings == {one.name: list(one.fields) for one in HAPPENINGS}


def test_page_stays_readable() -> None:
    assert len(PAGE.splitlines()) < 250
