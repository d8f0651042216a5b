"""A public client as judge: every tool of didlogic-mcp, run as its users run it, against the running server.

The client is a program of its own. It gets the server's address and a token by its environment variables, is
spoken to over its standard input and output, and what it answers is what is compared.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import pytest
from anyio.from_thread import start_blocking_portal
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.didlogic.account import TOKEN, example
from tests.support import NOON, Server
from tests.support_http import running

NUMBER = "17806999999"
SEEDED = "18565999999"
TOOLS = [
    "get_balance",
    "list_sip_accounts",
    "get_sip_account",
    "create_sip_account",
    "update_sip_account",
    "delete_sip_account",
    "get_allowed_ips",
    "add_allowed_ip",
    "delete_allowed_ip",
    "list_purchases",
    "list_destinations",
    "add_destination",
    "delete_destination",
    "list_countries",
    "list_country_regions",
    "list_country_cities",
    "list_country_cities_in_region",
    "list_dids_in_country_city",
    "purchase_did",
    "remove_purchased_did",
    "get_call_history",
    "get_transactions",
]


class Judge:
    """The tools by name: `text` is what one answered, `json` the same decoded, `refusal` why it did not."""

    def __init__(self, call: Callable[[str, dict[str, Any]], Any], names: list[str]) -> None:
        self._call = call
        self.names = names

    def text(self, tool: str, **arguments: Any) -> str:
        result = self._call(tool, arguments)
        assert not result.isError, result.content
        (content,) = result.content
        return str(content.text)

    def json(self, tool: str, **arguments: Any) -> Any:
        return orjson.loads(self.text(tool, **arguments))

    def refusal(self, tool: str, **arguments: Any) -> str:
        result = self._call(tool, arguments)
        assert result.isError
        return str(result.content[0].text)


@pytest.fixture(scope="module")
def server() -> Server:
    made = Server(rate_limits=False)
    made.world()
    return made


@pytest.fixture(scope="module")
def judge(server: Server) -> Iterator[Judge]:
    """The client as a process that talks to the server as long as the module's tests last."""
    with running(server) as address, start_blocking_portal() as portal:
        environment = {
            **os.environ,
            "DIDLOGIC_API_URL": f"{address}/didlogic/api",
            "DIDLOGIC_API_KEY": TOKEN,
        }
        program = StdioServerParameters(
            command=sys.executable, args=["-m", "didlogic_mcp", "--log-level", "ERROR"], env=environment
        )
        with (
            open(os.devnull, "w", encoding="utf-8") as nothing,
            portal.wrap_async_context_manager(stdio_client(program, errlog=nothing)) as (reading, writing),
            portal.wrap_async_context_manager(ClientSession(reading, writing)) as session,
        ):
            portal.call(session.initialize)
            listed = portal.call(session.list_tools)
            yield Judge(
                lambda tool, arguments: portal.call(session.call_tool, tool, arguments),
                [tool.name for tool in listed.tools],
            )


@pytest.fixture
def restarted(server: Server) -> None:
    """The account as the seed says. Nothing is under way while this runs."""
    world = server.world()
    world.reset()
    world.clock.set(mode="frozen", now=NOON)


def shape(value: Any) -> Any:
    """A value's structure: keys in order, kinds of values."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def keys(value: dict[str, Any]) -> list[str]:
    return list(value)


pytestmark = pytest.mark.usefixtures("restarted")


def test_client_is_the_published_one() -> None:
    """The Makefile installs it; `mseep-didlogic-mcp`, its republication, holds no code at all."""
    assert version("didlogic-mcp") == "1.0.4"


def test_tools_are_those_that_are_driven_here(judge: Judge) -> None:
    assert judge.names == TOOLS


def test_balance(judge: Judge) -> None:
    assert judge.json("get_balance") == example("get_balance.response.200.json")


# --- the shop ------------------------------------------------------------------------------------


def test_shop_is_walked_down_to_a_number_which_is_bought_and_given_back(judge: Judge) -> None:
    countries = judge.json("list_countries")["countries"]
    assert example("list_countries.response.200.json")["countries"][0] in countries
    canada = next(row["id"] for row in countries if row["short_name"] == "CA")
    regions = judge.json("list_country_regions", country_id=canada)["regions"]
    assert regions[0] == example("list_regions.response.200.json")["regions"][0]
    in_region = judge.json("list_country_cities_in_region", country_id=canada, region_id=regions[0]["id"])
    edmonton = next(row for row in in_region["cities"] if row["name"] == "Edmonton, AB")
    cities = judge.json("list_country_cities", country_id=canada)["cities"]
    assert edmonton in cities
    assert example("list_cities.response.200.json")["cities"][0] in cities
    page = judge.json("list_dids_in_country_city", country_id=canada, city_id=edmonton["id"])
    recorded = example("list_city_dids.response.200.json")
    assert page["dids"]["pagination"] == recorded["dids"]["pagination"]
    assert page["dids"]["dids"][0] == recorded["dids"]["dids"][0]

    assert judge.json("purchase_did", number=NUMBER) == example("purchase_numbers.response.200.json")
    assert judge.json("get_balance") == {"balance": 33.22}
    owned = judge.json("list_purchases")
    assert owned["purchases"][0]["number"] == NUMBER
    page = judge.json("list_dids_in_country_city", country_id=canada, city_id=edmonton["id"])
    assert page["dids"]["pagination"]["total"] == 51
    again = judge.json("purchase_did", number=NUMBER)["purchase"]
    assert (list(again["errors"]), again["purchases"]) == ([NUMBER], [])

    removed = judge.json("remove_purchased_did", number=NUMBER)
    assert removed == example("remove_numbers.response.200.json")
    assert "404" in judge.refusal("remove_purchased_did", number=NUMBER)
    page = judge.json("list_dids_in_country_city", country_id=canada, city_id=edmonton["id"])
    assert page["dids"]["pagination"]["total"] == 52


def test_shop_is_narrowed_to_numbers_with_sms(judge: Judge) -> None:
    everywhere = judge.json("list_countries", sms_enabled=False)["countries"]
    with_sms = judge.json("list_countries", sms_enabled=True)["countries"]
    assert 0 < len(with_sms) < len(everywhere)
    canada = next(row["id"] for row in with_sms if row["short_name"] == "CA")
    regions = judge.json("list_country_regions", country_id=canada, sms_enabled=True)["regions"]
    assert "Alberta" not in [row["name"] for row in regions]
    cities = judge.json("list_country_cities", country_id=canada, sms_enabled=True)["cities"]
    assert "Edmonton, AB" not in [row["name"] for row in cities]
    page = judge.json(
        "list_dids_in_country_city",
        country_id=canada,
        city_id=cities[0]["id"],
        sms_enabled=True,
        page=2,
        per_page=5,
    )["dids"]
    assert page["pagination"]["current_page"] == 2
    assert len(page["dids"]) == 5
    assert {row["sms_enabled"] for row in page["dids"]} == {True}


def test_shop_that_is_switched_off_is_403(judge: Judge, server: Server) -> None:
    server.world().options["didlogic"]["purchase_api"] = False
    assert "403 Forbidden" in judge.refusal("list_countries")
    assert "403 Forbidden" in judge.refusal("purchase_did", number=NUMBER)


# --- numbers and where they go -------------------------------------------------------------------


def test_purchases_are_the_recorded_page(judge: Judge) -> None:
    recorded = example("list_purchases.response.200.json")
    page = judge.json("list_purchases", page=1, per_page=1)
    assert set(recorded["pagination"]) <= set(page["pagination"])
    assert page["pagination"]["per_page"] == 1
    bristol = next(
        row for row in judge.json("list_purchases")["purchases"] if row["number"] == "441172999999"
    )
    wanted = recorded["purchases"][0]
    assert keys(bristol)[: len(wanted)] == keys(wanted)
    assert {name: bristol[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("transport", "destination"), [(1, "100@sip.example.com"), (4, "15551231233"), (5, "12345")]
)
def test_destination_is_added_listed_and_removed(judge: Judge, transport: int, destination: str) -> None:
    before = judge.json("list_destinations", number=SEEDED)
    made = judge.json(
        "add_destination",
        number=SEEDED,
        callhunt=False,
        active=True,
        transport=transport,
        destination=destination,
    )
    recorded = example("create_destination.response.200.json")
    assert shape(made) == shape(recorded)
    row = made["did_destination"]
    assert {**row, "id": 0, "priority": 0} == {
        **recorded["did_destination"],
        "id": 0,
        "priority": 0,
        "transport": transport,
        "destination": destination,
    }
    listed = judge.json("list_destinations", number=SEEDED)
    assert listed == {"destination": [*before["destination"], row]}
    assert judge.text("delete_destination", number=SEEDED, id=row["id"]) == "Destination deleted"
    assert judge.json("list_destinations", number=SEEDED) == before


def test_destination_that_is_not_there_is_404(judge: Judge) -> None:
    assert "404" in judge.refusal("delete_destination", number=SEEDED, id=1)
    assert "404" in judge.refusal("list_destinations", number="15550000000")
    assert "422" in judge.refusal("add_destination", number=SEEDED, transport=9, destination="12345")


# --- SIP accounts --------------------------------------------------------------------------------


def test_sip_account_lives_from_creation_to_removal(judge: Judge) -> None:
    recorded = example("create_sipaccount.response.200.json")["sipaccount"]
    made = judge.json(
        "create_sip_account",
        password="long enough",
        callerid="17254999999",
        label="TEST DEVICE",
        didinfo_enabled=True,
        call_restrict=True,
        call_limit=2800,
        channels_restrict=False,
        max_channels=1,
        cost_limit=False,
        max_call_cost=5.0,
    )["sipaccount"]
    assert keys(made) == keys(recorded)
    assert re.fullmatch(r"\d{5}", made["name"])
    told = ("callerid", "label", "host", "charge", "talk_time", "call_limit", "max_channels", "max_call_cost")
    assert {name: made[name] for name in told} == {name: recorded[name] for name in told}
    assert (made["didinfo_enabled"], made["call_restrict"], made["cost_limit"]) == (True, True, False)
    assert made["created_at"] == "2026-03-01 12:00:00 UTC"

    name = made["name"]
    assert judge.json("get_sip_account", name=name) == {"sipaccount": made}
    assert made in judge.json("list_sip_accounts")["sipaccounts"]
    changed = judge.json(
        "update_sip_account",
        name=name,
        label="Desk",
        rewrite_enabled=True,
        rewrite_cond="8",
        rewrite_prefix="7",
        ip_restrict=True,
    )["sipaccount"]
    assert changed == {
        **made,
        "label": "Desk",
        "rewrite_enabled": True,
        "rewrite_cond": "8",
        "rewrite_prefix": "7",
        "ip_restrict": True,
    }
    assert judge.text("delete_sip_account", name=name) == "SIP Account deleted"
    assert "404" in judge.refusal("get_sip_account", name=name)
    assert "404" in judge.refusal("delete_sip_account", name=name)


def test_sip_account_of_the_recording_is_there(judge: Judge) -> None:
    recorded = example("get_sipaccount.response.200.json")["sipaccount"]
    shown = judge.json("get_sip_account", name="12345")["sipaccount"]
    assert keys(shown) == keys(recorded)
    assert {**shown, "charge": "", "talk_time": 0} == {**recorded, "charge": "", "talk_time": 0}
    assert shape(judge.json("list_sip_accounts")) == shape(example("list_sipaccounts.response.200.json"))


def test_addresses_are_added_listed_and_removed(judge: Judge) -> None:
    before = judge.json("get_allowed_ips", sipaccount_name="12345")["allowed_ips"]
    after = judge.json("add_allowed_ip", sipaccount_name="12345", ip="99.33.55.11")
    assert after == {"allowed_ips": [*before, "99.33.55.11"]}
    assert judge.json("get_sip_account", name="12345")["sipaccount"]["allowed_ips"] == after["allowed_ips"]
    assert judge.text("delete_allowed_ip", sipaccount_name="12345", ip="99.33.55.11") == (
        "IP removed successfully"
    )
    assert judge.json("get_allowed_ips", sipaccount_name="12345") == {"allowed_ips": before}
    assert "422" in judge.refusal("add_allowed_ip", sipaccount_name="12345", ip="not an address")
    assert "404" in judge.refusal("get_allowed_ips", sipaccount_name="00000")


# --- logs and money ------------------------------------------------------------------------------


def test_calls_are_listed_and_filtered(judge: Judge) -> None:
    recorded = example("list_calls.response.200.json")
    everything = judge.json("get_call_history")
    assert keys(everything) == keys(recorded)
    assert keys(everything["pagination"]) == keys(recorded["pagination"])
    assert everything["pagination"]["total_records"] == len(everything["calls"]) > 0
    out = judge.json("get_call_history", call_type="sip", sip_account="12345")["calls"]
    assert out
    assert recorded["calls"][0] in out
    assert {keys(row) == keys(recorded["calls"][0]) for row in out} == {True}
    assert {(row["type"], row["sip_account"]) for row in out} == {("sip", "12345")}
    came = judge.json("get_call_history", call_type="incoming", number=SEEDED)["calls"]
    assert {(row["type"], row["did_number"]) for row in came} <= {("incoming", SEEDED)}
    day = judge.json("get_call_history", from_date="2024-11-20", to_date="2024-11-20")["calls"]
    assert {row["timestamp"][:10] for row in day} == {"2024-11-20"}
    found = judge.json("get_call_history", from_search="1212123123", to_search="1555123123")["calls"]
    assert recorded["calls"][0] in found
    page = judge.json("get_call_history", page=2, per_page=1)
    assert page["calls"] == everything["calls"][1:2]
    assert "422" in judge.refusal("get_call_history", from_date="yesterday")


def test_transactions_are_the_recorded_csv(judge: Judge) -> None:
    recorded = example("list_transactions.response.200.csv.json")["lines"]
    text = judge.text("get_transactions", start_date="2025-01-05", end_date="2025-01-05")
    assert text == "\n".join([*recorded, ""])


@pytest.mark.parametrize(("kind", "label"), [("activation", "Activation fees"), ("month", "Monthly fees")])
def test_transactions_show_what_was_bought(judge: Judge, kind: str, label: str) -> None:
    judge.json("purchase_did", number=NUMBER)
    lines = judge.text(
        "get_transactions", transaction_type=kind, start_date="2026-03-01", end_date="2026-03-01"
    ).splitlines()
    assert len(lines) == 2
    cells = lines[1].split(",")
    assert (cells[0], cells[1], cells[2], cells[4], cells[6]) == (
        "03/01/26",
        "12:00 pm",
        label,
        "$-1.0000",
        "Committed",
    )


@pytest.mark.parametrize(
    "kind",
    "adjustment activation month paypal_in call call_fix_fee sms cc_in stripe_in porting inbound_sms".split(),
)
def test_every_kind_of_transaction_can_be_asked_for(judge: Judge, server: Server, kind: str) -> None:
    server.world().ledger("didlogic").post(Decimal("-0.1234"), kind, note="one of each")
    server.world().commit()
    text = judge.text(
        "get_transactions", transaction_type=kind, start_date="2026-03-01", end_date="2026-03-31"
    )
    assert [line.split(",")[3:5] for line in text.splitlines()[1:]] == [["one of each", "$-0.1234"]]


def test_every_tool_is_driven_here() -> None:
    """By what this file says, since its tests may run in different processes."""
    driven = re.findall(r'judge\.\w+\(\s*"(\w+)"', Path(__file__).read_text())
    assert sorted(set(driven)) == sorted(TOOLS)
