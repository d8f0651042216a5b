"""Every refusal of IDT Express: one exception, one table of titles, constructors that take facts.

Source: reference errors.yaml. Titles are documented; the wording of `detail` is, but for 3001 and a quantity
that is not positive, ours. Where the reference leaves the HTTP status open, a refusal names the switch of the
account that holds it (`assumptions.OPTIONS`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from mockserver.core.messages import Evidence

TITLES: Mapping[int, str] = {
    1000: "Invalid Request",
    1001: "Required Field Missing",
    1002: "Invalid Field",
    1003: "Resource Not Found",
    2000: "Access Denied",
    2001: "Quota Exceeded",
    2002: "Throttled",
    3000: "DIDs Feature Not Enabled",
    3001: "Insufficient Funds",
    4000: "Toll-Free Number Not Offered",
    4001: "Number Not Found",
    4002: "Region Not Offered",
    4003: "Country Not Offered",
    4004: "Invalid DID Group",
    4005: "Trunk Group Not Found",
    4006: "Cannot Delete Trunk Group",
    4007: "Cannot Update CNAM setting",
    4008: "Cannot Delete CNAM setting",
}

# Codes whose HTTP status is documented too; the status of the others is assumed.
_STATUS_DOCUMENTED = frozenset({1001, 1002, 1003, 2000, 2001, 2002, 3001})


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of `errors`. `source` is a JSON pointer into the request body, for JSON bodies only.

    `assumed` is the claim of a refusal whose situation no source has, `reading.types`; with "" it is known as
    well as its code.
    """

    code: int
    detail: str
    field: str | None = None
    source: str | None = None
    assumed: str = ""

    def document(self) -> dict[str, Any]:
        """The entry with its keys in the documented order; absent ones are left out."""
        entry: dict[str, Any] = {"code": self.code, "title": TITLES[self.code], "detail": self.detail}
        if self.field is not None:
            entry["field"] = self.field
        if self.source is not None:
            entry["source"] = self.source
        return entry


class IdtError(Exception):
    """A refusal: the HTTP status and one or more problems, in the order in which they are answered.

    `status` is a number, or the name of the option of the account that says it.
    """

    def __init__(self, status: int | str, *problems: Problem) -> None:
        super().__init__(status, *problems)
        self.status = status
        self.problems = problems

    @property
    def evidence(self) -> Evidence:
        """How well the first problem is known: its situation, its code and its status."""
        first = self.problems[0]
        if first.assumed:
            return Evidence("assumed", f"idt.{first.assumed}")
        code = first.code
        return Evidence("documented" if code in _STATUS_DOCUMENTED else "assumed", f"idt.error.{code}")

    def answer(self, options: Mapping[str, Any], api_request_id: str) -> tuple[int, bytes]:
        """Status and body for an account with these options."""
        status: int = options[self.status] if isinstance(self.status, str) else self.status
        problems = self.problems
        if len(problems) > 1 and not options["several_errors"]:
            problems = problems[:1]
        shown = [problem.document() for problem in problems]
        return status, orjson.dumps({"status": status, "api_request_id": api_request_id, "errors": shown})


def label(field: str) -> str:
    """A field's name as it begins a detail: `region_code` -> "Region code"."""
    return field.replace("_", " ").capitalize()


# --- single problems, gathered where several may be answered together ------------------------------


def required(field: str, source: str | None = None) -> Problem:
    return Problem(1001, f"{label(field)} is required", field, source)


def invalid(
    field: str, complaint: str = "is invalid", source: str | None = None, *, assumed: str | None = None
) -> Problem:
    """A value that will not do, of the body or, without `source`, of the query. That the code of all of them
    is 1002 is `assumed`; of one situation it is printed, and that one passes ""."""
    if assumed is None:
        assumed = "reading.query" if source is None else "reading.types"
    return Problem(1002, f"{label(field)} {complaint}", field, source, assumed)


# --- refusals --------------------------------------------------------------------------------------


def refused(problems: Sequence[Problem]) -> IdtError:
    """Everything that is wrong with the fields of a request, in one answer."""
    return IdtError(422, *problems)


def missing_in_body(problems: Sequence[Problem]) -> IdtError:
    """Every number and trunk group of a body that is not there, in one answer (C20)."""
    return IdtError("missing_in_body", *problems)


def invalid_request(detail: str, status: int | str = "status_1000") -> IdtError:
    return IdtError(status, Problem(1000, detail))


def not_found(what: str = "Resource", field: str | None = None, *, assumed: str = "") -> IdtError:
    return IdtError(404, Problem(1003, f"{what} not found", field, assumed=assumed))


def access_denied() -> IdtError:
    return IdtError(403, Problem(2000, "Access denied"))


def quota_exceeded() -> IdtError:
    return IdtError(429, Problem(2001, "Quota exceeded"))


def throttled() -> IdtError:
    return IdtError(429, Problem(2002, "Request limit exceeded"))


def dids_not_enabled() -> IdtError:
    return IdtError("status_3000", Problem(3000, "DIDs feature is not enabled for this account"))


def insufficient_funds(cost: Decimal, balance: Decimal, *, assumed: str = "") -> IdtError:
    """Cost and balance in the account's currency; both are shown with two digits after the point."""
    detail = f"Insufficient Funds (cost: {cost:.2f}, account balance: {balance:.2f})"
    return IdtError(422, Problem(3001, detail, source="/", assumed=assumed))


def toll_free_not_offered() -> IdtError:
    return IdtError(
        "status_not_offered", Problem(4000, "Toll-free numbers are not offered in this country", "toll_free")
    )


def region_not_offered() -> IdtError:
    return IdtError("status_not_offered", Problem(4002, "Region is not offered", "region_code"))


def country_not_offered(*, in_path: bool) -> IdtError:
    """404 for a country in the path, 422 for one in the query (C20)."""
    status = "missing_in_path" if in_path else "status_not_offered"
    return IdtError(status, Problem(4003, "Country is not offered", "country_iso"))


def invalid_did_group() -> IdtError:
    source = "/order_items/0/did_group_id"
    return IdtError("status_not_offered", Problem(4004, "DID Group is not offered", "did_group_id", source))


def number_not_found() -> IdtError:
    """For a number in the path; those in a body are single problems of `missing_in_body`."""
    return IdtError("missing_in_path", Problem(4001, "Number not found", "number"))


def number_in_body_not_found(index: int) -> Problem:
    return Problem(4001, "Number not found", "numbers", f"/numbers/{index}")


def trunk_group_not_found() -> IdtError:
    """For a trunk group in the path; one in a body is a single problem of `missing_in_body`."""
    return IdtError("missing_in_path", Problem(4005, "Trunk Group not found", "trunk_group_id"))


def trunk_group_in_body_not_found() -> Problem:
    return Problem(4005, "Trunk Group not found", "trunk_group_id", "/trunk_group_id")


def cannot_delete_trunk_group() -> IdtError:
    return IdtError("status_4006", Problem(4006, "The default Trunk Group cannot be deleted"))


def cannot_update_cnam(pending: bool) -> IdtError:
    detail = "A CNAM update is already in progress" if pending else "The number does not support CNAM"
    return IdtError("status_cnam", Problem(4007, detail))


def cannot_delete_cnam(pending: bool) -> IdtError:
    detail = "A CNAM update is already in progress" if pending else "The number has no CNAM"
    return IdtError("status_cnam", Problem(4008, detail))
