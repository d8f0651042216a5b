"""Reputation of numbers: checks that are asked for, reports that come later (gap G35, all assumed)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, ClassVar

from mockserver.core.messages import Response
from mockserver.core.scheduler import Job
from mockserver.core.world import World
from mockserver.providers.didlogic import assumptions as said
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.errors import full, invalid_as, not_found
from mockserver.providers.didlogic.fields import digits, pages, paging, text, texts, whole
from mockserver.providers.didlogic.rows import RiskCheck
from mockserver.providers.didlogic.wire import joined, json_bytes, timestamp

FIRST_CHECK_ID = 601
_SHORTEST, _LONGEST = 7, 15  # digits of an E.164 number
# Where the score of a verdict begins, of 100; which of the twenty points above it, the number decides.
_SCORES = {said.CLEAN: 0, said.SPAM: 50, said.SCAM: 80}


@dataclass(frozen=True, slots=True)
class CompleteCheck(Job):
    """pending -> completed or failed, with what the policy or else the number itself says."""

    kind: ClassVar[str] = "didlogic.complete_risk_check"
    check_id: int

    @property
    def subject(self) -> str:
        return f"{RiskCheck.table}/{self.check_id}"

    def run(self, world: World) -> None:
        check = world.table(RiskCheck).get(self.check_id)
        if check is None or check.verdict:
            return
        verdict = world.policies.of(self.subject).outcome or verdict_of(check.number)
        check = world.table(RiskCheck).put(replace(check, verdict=verdict, ended_at=world.clock.now()))
        world.announce(self.subject, f"{said.PENDING} -> {_status(check)}")


def request_risk_check(call: Call) -> Response:
    """POST /v2/risk_checks: one check for each of `numbers`, whosever they are. Free of charge."""
    world, checks = call.world, call.world.table(RiskCheck)
    numbers = list(dict.fromkeys(map(digits, texts(call.params, "numbers"))))
    if not numbers:
        raise invalid_as("G35", {"numbers": [said.BLANK]})
    if not all(map(_is_number, numbers)):
        raise invalid_as("G35", {"numbers": [said.INVALID]})
    if len(checks) + len(numbers) > said.MOST_RISK_CHECKS:
        raise full(said.MOST_RISK_CHECKS, "risk checks")
    made = []
    for number in numbers:
        check_id = world.ids.next("didlogic.risk_checks", FIRST_CHECK_ID)
        made.append(checks.put(RiskCheck(check_id, number, world.clock.now())))
        world.later(CompleteCheck(check_id))
        world.announce(made[-1].subject, said.PENDING)
    return _assumed(joined(b'{"risk_checks":[', map(_encoded, made), b"]}"))


def list_risk_checks(call: Call) -> Response:
    """GET /v2/risk_checks: newest first, of one number or in one status when asked."""
    number, status = digits(text(call.params, "number")), text(call.params, "status")
    if status and status not in said.RISK_STATUSES:
        raise invalid_as("G35", {"status": [said.NOT_INCLUDED]})
    rows = [
        row
        for row in list(call.world.table(RiskCheck))[::-1]
        if (not number or row.number == number) and (not status or _status(row) == status)
    ]
    page, size = paging(call.params, said.V2_PER_PAGE)
    pagination = {"total": len(rows), "total_pages": pages(len(rows), size), "current_page": page}
    shown = rows[(page - 1) * size : page * size]
    return _assumed(
        joined(b'{"risk_checks":[', map(_encoded, shown), b'],"pagination":' + json_bytes(pagination) + b"}")
    )


def get_risk_check(call: Call) -> Response:
    """GET /v2/risk_checks/{id}."""
    check = call.world.table(RiskCheck).get(whole(call.path[0]) or 0)
    if check is None:
        raise not_found()
    return _assumed(joined(b'{"risk_check":', (_encoded(check),), b"}"))


def verdict_of(number: str) -> str:
    """What a check of a number finds when nobody says otherwise: always the same."""
    fictitious = len(number) == 11 and number.startswith("1")
    return said.RISK_ENDINGS.get(number[-7:], said.CLEAN) if fictitious else said.CLEAN


def _is_number(number: str) -> bool:
    return (
        number.isascii()
        and number.isdecimal()
        and _SHORTEST <= len(number) <= _LONGEST
        and not number.startswith("0")
    )


def _status(row: RiskCheck) -> str:
    if not row.verdict:
        return said.PENDING
    return said.FAILED if row.verdict == said.FAILED else said.COMPLETED


def _encoded(row: RiskCheck) -> bytes:
    known = row.wire.get("v2")
    return known if known is not None else row.remember("v2", json_bytes(_json(row)))


def _json(row: RiskCheck) -> dict[str, Any]:
    status = _status(row)
    through = status == said.COMPLETED
    return {
        "id": row.id,
        "number": row.number,
        "status": status,
        "spam": row.verdict == said.SPAM if through else None,
        "scam": row.verdict == said.SCAM if through else None,
        "risk_level": said.RISK_LEVELS.get(row.verdict) if through else None,
        "report": _report(row) if through else None,
        "created_at": timestamp(row.created_at),
        "completed_at": timestamp(row.ended_at) if through and row.ended_at is not None else None,
    }


def _report(row: RiskCheck) -> dict[str, Any]:
    """Score and complaints. Drawn from the number, so that every check of it says the same."""
    drawn = blake2b(row.number.encode(), digest_size=2).digest()
    flagged = row.verdict != said.CLEAN
    return {
        "verdict": row.verdict,
        "score": _SCORES.get(row.verdict, 0) + drawn[0] % 20,
        "complaints": 1 + drawn[1] % 40 if flagged else 0,
    }


def _assumed(response: Response) -> Response:
    response.evidence = said.assumed("G35")
    return response
