"""docs/didlogic.md does what it says: its commands are run, its tables held against code and contracts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from mockserver.core.transitions import Policy
from mockserver.providers.didlogic import Didlogic
from mockserver.providers.didlogic.assumptions import OPTIONS, REJECTED_NAME, RISK_ENDINGS
from mockserver.providers.didlogic.traffic_rows import MagicNumber
from tests.control.caller import drive
from tests.didlogic.account import BEARER, FORM, Account, contract, operations

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "didlogic.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
GAPS = contract("gaps.json")
PROVIDER = Didlogic(key="key")
SEED = PROVIDER.seed()
TITLES = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def table(title: str) -> list[list[str]]:
    """The cells of every row of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def commands(title: str) -> list[str]:
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", section(title), re.DOTALL)
        for line in block.splitlines()
    ]


# --- commands ------------------------------------------------------------------------------------


def run(account: Account, words: list[str]) -> tuple[int, str]:
    """What one of the page's shell functions does; status and content of the answer."""
    name, *rest = words
    if name == "later":
        rest, name = ["POST", "/clock/advance", f'{{"seconds": {rest[0]}}}'], "mock"
    method, target, body = rest[0], rest[1], (rest[2:] or [""])[0].encode()
    if name == "mock":
        sent = {"content-type": "application/x-www-form-urlencoded"}  # what curl -d says
        reply = drive(account.server, method, f"/_mock{target}", "", body, sent)
        return reply.status, reply.content.decode()
    assert name == "did", words
    response = account.send(method, target, body, FORM if body else None)
    return response.status, response.body.decode()


def test_shell_functions_are_those_the_tests_stand_for() -> None:
    (first, *_) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    authorization = f"Authorization: {BEARER['authorization']}"
    assert first.splitlines() == [
        f'did() {{ curl -s -H \'{authorization}\' -X "$1" "{ADDRESS}/didlogic$2" ${{3:+-d "$3"}}; echo; }}',
        f'mock() {{ curl -s -X "$1" "{ADDRESS}/_mock$2" ${{3:+-d "$3"}}; echo; }}',
        r'later() { mock POST /clock/advance "{\"seconds\": $1}" > /dev/null; }',
    ]


@pytest.mark.parametrize("title", [title for title in TITLES if commands(title)])
def test_commands_are_answered_as_the_page_says(account: Account, title: str) -> None:
    try:
        for line in commands(title):
            command, _, said = line.partition("  #")
            status, content = run(account, shlex.split(command))
            expected = re.match(r" (\d{3})", said)
            assert status == (int(expected[1]) if expected else 200), (line, content)
            for word in re.findall(r'"\w+"', said):
                assert word in content
    finally:
        account.world.set_limit("didlogic", None)
    account.check_books()


def test_renewals_of_the_page_are_charged(account: Account) -> None:
    for line in commands("Money and time"):
        run(account, shlex.split(line.partition("  #")[0]))
    charged = account.csv("start_date=2026-01-01&type=month")
    assert len(charged) == 3  # bought, fired, and one whose day came


# --- tables --------------------------------------------------------------------------------------


def test_every_operation_has_its_row() -> None:
    def known(row: Any) -> str:
        return "assumed" if row["confidence"] == "guess" else str(row["evidence"])

    shown = [[row[0], row[2]] for row in table("Operations")]
    assert shown == [[f"`{row['method']} {row['path']}`", known(row)] for row in operations()]


def test_every_switch_has_its_row() -> None:
    assert table("Switches") == [
        [f"`{name}`", "on" if rule.default else "off", rule.about] for name, rule in OPTIONS.items()
    ]


def test_every_happening_has_its_row() -> None:
    shown = {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in table("What happens from outside")}
    assert shown == {one.name: list(one.fields) for one in PROVIDER.happenings()}


def test_every_policy_has_its_row() -> None:
    def by_itself(policy: Policy) -> str:
        if policy.mode == "manual":
            return "waits until it is fired"
        return f"{policy.delay.seconds} s a step" if policy.delay else "on its day"

    assert set(SEED.outcomes) == set(SEED.policies)
    assert table("Policies and outcomes") == [
        [f"`{kind}`", by_itself(policy), ", ".join(f"`{word}`" for word in SEED.outcomes[kind])]
        for kind, policy in SEED.policies.items()
    ]


def test_every_magic_value_has_its_row() -> None:
    rows = table("Magic values")
    of_seed = {
        str(row.number): row.sms or row.call
        for row in SEED.tables[MagicNumber.table].values()
        if isinstance(row, MagicNumber)
    }
    assert {row[0].strip("`"): row[2] for row in rows if row[0].startswith("`12025")}.keys() == of_seed.keys()
    for row in rows:
        if row[0].strip("`") in of_seed:
            assert f"`{of_seed[row[0].strip('`')]}`" in row[2]
    checks = [row for row in rows if row[1] == "reputation check"]
    assert [re.findall(r"`(\d{7})`", row[0]) for row in checks] == [[ending] for ending in RISK_ENDINGS]
    assert [re.findall(r"`(\w+)`", row[2]) for row in checks] == [[word] for word in RISK_ENDINGS.values()]
    assert f"`{REJECTED_NAME}` in its name" in [row[0] for row in rows]


def test_every_open_point_has_its_row() -> None:
    assert table("Assumptions") == [
        [number, gap["open"], gap["taken"], gap["risk"]] for number, gap in GAPS.items()
    ]
    assert list(GAPS) == [f"G{number:02d}" for number in range(1, 44)]


def test_open_points_that_anything_names_are_known() -> None:
    """Code, contracts and page speak of the same list; and every point that is built is named where it is."""
    sources = sorted((ROOT / "mockserver" / "providers" / "didlogic").glob("*.py"))
    tables = sorted((ROOT / "contracts" / "didlogic").rglob("*.json"))
    named: dict[str, set[str]] = {}
    for path in (*sources, *(path for path in tables if path.name != "gaps.json")):
        for number in re.findall(r"\bG\d\d\b", path.read_text()):
            named.setdefault(number, set()).add(path.suffix)
    assert set(named) <= set(GAPS)
    elsewhere = {"G39"}  # not served at all
    assert set(GAPS) - set(named) == elsewhere


def test_page_stays_readable() -> None:
    lines = PAGE.splitlines()
    assert len(lines) < 300
    assert all(len(line) <= 130 for line in lines if not line.startswith(("|", "did()")))
