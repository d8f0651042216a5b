"""Happenings over the control API, with a provider that declares some for the purpose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockserver.control.api import ControlAPI
from mockserver.core.happenings import CannotHappen, Happening
from mockserver.core.messages import Response
from mockserver.core.rules import Rule
from mockserver.core.world import World
from mockserver.providers.idt import Idt
from tests.control.caller import Caller
from tests.support import Server, body_of, state_of


def _gift(world: World, given: dict[str, Any]) -> dict[str, Any]:
    world.ledger("idt").post(given["amount"], "gift", "", given["note"])
    if given["note"] == "late":  # after the write: it has to be taken back
        raise CannotHappen("the fair is over", conflict=True)
    if given["note"] == "lost":
        raise CannotHappen("nobody knows this note", field="note", known=["from grandma"])
    return {"balance": str(world.ledger("idt").balance)}


class Generous(Idt):
    """IDT Express where gifts happen."""

    def happenings(self) -> tuple[Happening, ...]:
        fields = {
            "amount": Rule("money", "How much.", required=True),
            "note": Rule("text", "Why.", most=20, default="from grandma"),
        }
        return (Happening("gift", "Somebody gives the account money", _gift, fields),)


class Fair:
    """A control API over that provider, and its world."""

    def __init__(self) -> None:
        self.server = Server()
        self.world = self.server.world()
        provider = Generous(key="k", secret="s", chance="c")
        sandboxes = self.server.gateway.sandboxes
        self.control = ControlAPI(sandboxes, [provider], version="1", public_url=None)

    def call(self, method: str, path: str, body: str = "") -> Response:
        return self.control.handle(method, f"/_mock{path}", "", {}, body.encode())


@pytest.fixture(scope="module")
def shared_fair() -> Fair:
    return Fair()


@pytest.fixture
def fair(shared_fair: Fair) -> Fair:
    shared_fair.world.reset()
    return shared_fair


def test_happening_happens_with_exact_money_and_defaults(fair: Fair) -> None:
    opening = fair.world.ledger("idt").balance
    answer = fair.call("POST", "/world/idt/gift", '{"amount": 0.1}')
    assert (answer.status, body_of(answer)) == (200, {"balance": str(opening + Decimal("0.1"))})
    line = fair.world.ledger("idt").lines[-1]
    assert (line.amount, line.kind, line.note) == (Decimal("0.1"), "gift", "from grandma")


def test_happenings_are_listed_with_their_fields(fair: Fair) -> None:
    assert body_of(fair.call("GET", "/world")) == {
        "idt": [
            {
                "happening": "gift",
                "summary": "Somebody gives the account money",
                "path": "/_mock/world/idt/gift",
                "fields": {
                    "amount": {"type": "string", "description": "How much."},
                    "note": {
                        "type": "string",
                        "description": "Why.",
                        "minLength": 0,
                        "maxLength": 20,
                        "default": "from grandma",
                    },
                },
                "required": ["amount"],
            }
        ]
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "expected"),
    [
        (
            "/world/idt/gift",
            '{"note": "late"}',
            422,
            {"error": "amount must be given", "fields": {"amount": "must be given: How much."}},
        ),
        (
            "/world/idt/gift",
            '{"amount": "much", "ammount": 1}',
            422,
            {
                "error": "amount: must be an amount from 0 up",
                "fields": {"amount": "must be an amount from 0 up", "ammount": "there is no such field"},
                "known": ["amount", "note"],
                "did_you_mean": "amount",
            },
        ),
        ("/world/idt/gift", '{"amount": 1, "note": "late"}', 409, {"error": "the fair is over"}),
        (
            "/world/idt/gift",
            '{"amount": 1, "note": "lost"}',
            422,
            {
                "error": "nobody knows this note",
                "fields": {"note": "nobody knows this note"},
                "known": ["from grandma"],
            },
        ),
        (
            "/world/idt/gifts",
            "{}",
            422,
            {
                "error": "there is no happening at idt 'gifts'",
                "did_you_mean": "gift",
                "known": ["gift"],
            },
        ),
    ],
)
def test_happening_that_cannot_be_changes_nothing(
    fair: Fair, path: str, body: str, status: int, expected: dict[str, Any]
) -> None:
    before = state_of(fair.world)
    answer = fair.call("POST", path, body)
    assert (answer.status, body_of(answer)) == (status, expected)
    assert state_of(fair.world) == before


def test_every_happening_of_the_providers_is_listed(call: Caller) -> None:
    listed = call("GET", "/world").json
    for provider in call.server.gateway.providers.values():
        assert [one["happening"] for one in listed[provider.name]] == [
            one.name for one in provider.happenings()
        ]
