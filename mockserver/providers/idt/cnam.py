"""Caller names of single numbers: Set CNAM, Delete CNAM and their processing (reference: behaviour.md §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.idt import errors
from mockserver.providers.idt.assumptions import CNAM_UPDATE_FEE
from mockserver.providers.idt.errors import Problem
from mockserver.providers.idt.numbers import active_number
from mockserver.providers.idt.reading import Call, in_body_order
from mockserver.providers.idt.rows import Cnam, CnamRequest, Number

_FIELDS = ("name", "type", "display")
_CHOICES = {"type": ("business", "residential"), "display": ("allow", "block")}  # the first is the default
_LONGEST_NAME = 15
_FEE = Decimal(CNAM_UPDATE_FEE)
REJECT = "rejected"  # outcome of a transition policy: the change is refused later, notice goes by e-mail
WORDS = {"idt.cnam": (REJECT,)}


@dataclass(frozen=True, slots=True)
class CnamDone(Job):
    """A change of CNAM is through, or rejected: then all stays as it was and nothing is charged any more."""

    kind: ClassVar[str] = "idt.cnam_done"
    number: str
    request_id: int

    @property
    def subject(self) -> str:
        return f"idt.cnam/{self.number}"

    def run(self, world: World) -> None:
        row = world.table(Number).get(self.number)
        request = None if row is None else row.cnam_request
        if row is None or request is None or request.id != self.request_id:
            return
        rejected = world.policies.of(self.subject).outcome == REJECT
        if not request.paid and not rejected:
            _charge(world, row)
        cnam = row.cnam if rejected else request.cnam
        world.table(Number).put(replace(row, cnam=cnam, cnam_request=None))
        world.announce(self.subject, "pending -> rejected" if rejected else "pending -> current")


def set_cnam(call: Call) -> None:
    """Ask for a new name. Checks in order: the number (4001), the body, whether it may change now (4007; an
    option puts it before the body), funds (3001; an option leaves them out)."""
    row, options = active_number(call), call.world.options["idt"]
    if options["cnam_state_first"]:
        _require_settable(call, row)
    body = call.body(_FIELDS)
    problems = _problems(body)
    if problems:
        raise errors.refused(in_body_order(problems, body))
    _require_settable(call, row)
    balance = call.world.ledger("idt").balance
    if balance < _FEE and options["cnam_checks_funds"]:
        raise errors.insufficient_funds(_FEE, balance, assumed="cnam.funds")
    kind, display = (body.get(field) or choices[0] for field, choices in _CHOICES.items())
    _request(call.world, row, Cnam(body["name"], kind, display))


def delete_cnam(call: Call) -> None:
    """Ask for the name to be taken away. The fee is charged even from an empty account (assumed)."""
    row = active_number(call)
    if row.cnam is None or row.cnam_request is not None:
        raise errors.cannot_delete_cnam(pending=row.cnam_request is not None)
    _request(call.world, row, None)


def _require_settable(call: Call, row: Number) -> None:
    supported = call.catalogue.groups[row.group_id].supports_cnam
    if not supported or row.cnam_request is not None:
        raise errors.cannot_update_cnam(pending=supported)


def _request(world: World, row: Number, cnam: Cnam | None) -> None:
    paid = world.options["idt"]["cnam_fee_at"] == "request"
    request = CnamRequest(world.ids.next("idt.cnam"), cnam, paid)
    world.table(Number).put(replace(row, cnam_request=request))
    if paid:
        _charge(world, row)
    world.later(CnamDone(row.number, request.id))
    world.announce(f"idt.cnam/{row.number}", "pending")


def _charge(world: World, row: Number) -> None:
    world.ledger("idt").post(-_FEE, "cnam", f"idt.numbers/{row.number}", "update fee")


def _problems(body: dict[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    name = body.get("name")
    if name is None:
        problems.append(errors.required("name", "/name"))
    elif not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        problems.append(errors.invalid("name", f"must have 1 to {_LONGEST_NAME} characters", "/name"))
    for field, choices in _CHOICES.items():
        value = body.get(field)
        if value is not None and value not in choices:
            problems.append(errors.invalid(field, f"must be one of {', '.join(choices)}", f"/{field}"))
    return problems
