"""What the reference of IDT Express leaves open, decided in one place (reference: behaviour.md §11).

Everything here is `assumed`. Where two readings are plausible the other one is a switch of the account, so
that a client can be tried against both. Once the provider's own sandbox has been seen, a correction is made
here. Section and C-numbers are those of the reference: behaviour.md, and the contradictions it lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mockserver.core.rules import Rule
from mockserver.core.transitions import Policy


def _switch(default: bool, about: str) -> Rule:
    return Rule("switch", about, default=default)


def _status(first: int, *others: int, about: str) -> Rule:
    """An HTTP status with its other readings; the first is the one taken."""
    return Rule("number", about, choices=(first, *others), default=first)


def _word(first: str, other: str, about: str) -> Rule:
    return Rule("text", about, choices=(first, other), default=first)


# The account itself.
_ACCOUNT: Mapping[str, Rule] = {
    "dids_enabled": _switch(
        True, "The account may buy DIDs; off answers 3000 on coverage and Create Order (errors.yaml 3000)."
    ),
    "access_withdrawn": _switch(
        False, "Access was withdrawn: right credentials get 2000 as well (errors.yaml 2000)."
    ),
    "quota": Rule(
        "number", "How many requests the account may make in all before code 2001 (§1).", empty=True
    ),
    "quota_used": Rule(
        "number", "How many requests were made under the quota; refused ones are not counted (§1).", default=0
    ),
}

# HTTP statuses (§11.3 and §11.4). Refusals name their switch; see `errors.IdtError`.
_STATUSES: Mapping[str, Rule] = {
    "create_status": _status(
        200, 201, about="Status of both POSTs with a body: as the endpoints say, or as 201 exists (§2, C04)."
    ),
    "status_1000": _status(
        422, 400, about="Status of 1000, a body that is no JSON object; 400 is not in the list (§1)."
    ),
    "status_3000": _status(
        403, 422, about="Status of 3000, DIDs not enabled: a matter of permission or of data (§11.4)."
    ),
    "status_not_offered": _status(
        422, 404, about="Status of 4000, 4002 and 4004, and of 4003 for a country in the query (§11.4, C20)."
    ),
    "missing_in_path": _status(
        404, 422, about="Status of 4001, 4003 and 4005 for what the path names (§10, §11.4, C20)."
    ),
    "missing_in_body": _status(
        422, 404, about="Status of 4001 and 4005 for what the body names (§8, §11.4, C20)."
    ),
    "status_4006": _status(422, 403, 409, about="Status of 4006, the default trunk group stays (§11.4)."),
    "status_cnam": _status(
        422, 403, 409, about="Status of 4007 and 4008, CNAM that cannot be changed now (§7, §11.4)."
    ),
}

# What is found wrong first, and how much of it is told.
_ORDER_OF_CHECKS: Mapping[str, Rule] = {
    "several_errors": _switch(
        True, "One answer names every field that is wrong; off names the first alone (errors.yaml several)."
    ),
    "feature_first": _switch(
        False, "Create Order looks at the DIDs feature (3000) before it reads the body (§5.1)."
    ),
    "cnam_state_first": _switch(
        False, "Set CNAM looks at the state of the number (4007) before it reads the body (§7)."
    ),
}

_COVERAGE: Mapping[str, Rule] = {
    "list_sold_out": _switch(
        False, "DID groups of the USA stay listed with quantity 0 when they are sold out (§4)."
    ),
    "browse_rows": Rule(
        "number",
        "How many numbers Browse Available Numbers returns; 100 are the most of one order (§4, §11.8).",
        least=1,
        most=1000,
        default=100,
    ),
}

_ORDERS: Mapping[str, Rule] = {
    "proration": _word(
        "none",
        "month",
        "Whether a number costs the whole month or, with `month`, what is left of it, today included, rounded"
        " to cents. Ordering three numbers at 3.00 on the 10th then costs the 6.39 of the example (§11.6).",
    ),
    "preview_status": _word("Preview", "Created", "Status of the order in a preview's answer (§5.2, §11.7)."),
    "preview_ids": _switch(
        False, "A preview's answer shows ids like a real one; off shows null (§5.2, §11.7)."
    ),
    "show_received": _switch(
        False,
        "Items are Received until their order is processed, as the text says; off shows Processing at once,"
        " as the example of Create Order does (§5.4, C13).",
    ),
    "backordered_status": _word(
        "Processing", "Backordered", "Status of an order that waits for its numbers (§5.3, §11.1)."
    ),
    "canceled_status": _word(
        "Complete", "Canceled", "Status of an order that ended without any number (§5.3, §11.1)."
    ),
}

_LISTS: Mapping[str, Rule] = {
    "page_size_limit": Rule(
        "number", "The largest page_size; above it 1002 (§9, §11.8).", least=1, empty=True
    ),
    "numbers_total": _word(
        "filtered", "account", "What meta.total of Get Numbers counts when there are filters (§6, C15)."
    ),
    "removed_days": Rule(
        "number",
        'How many days a removed number stays in Get Numbers, "recently removed" (§6, §11.8).',
        default=30,
    ),
}

_CNAM: Mapping[str, Rule] = {
    "cnam_checks_funds": _switch(
        True, "Set CNAM is refused with 3001 when the update fee exceeds the balance (errors.yaml 3001)."
    ),
    "cnam_fee_at": _word(
        "request",
        "completion",
        "When the update fee of a change is charged; at completion a rejected change costs nothing (§7).",
    ),
}

_TRUNK_GROUPS: Mapping[str, Rule] = {
    "trunk_group_update": _word(
        "keep",
        "reset",
        "What Update Trunk Group does to optional fields left out: keep them or reset them to the defaults of"
        " creating (§8, §11.5).",
    ),
}

# Switches of an account, with the values a new sandbox has. The control API and the settings may change them.
OPTIONS: Mapping[str, Rule] = {
    **_ACCOUNT,
    **_STATUSES,
    **_ORDER_OF_CHECKS,
    **_COVERAGE,
    **_ORDERS,
    **_LISTS,
    **_CNAM,
    **_TRUNK_GROUPS,
}

# The other switches choose another reading of the reference than its description in `contracts/idt` does.
_DOCUMENTED = {
    name: rule.default
    for name, rule in OPTIONS.items()
    if name not in _ACCOUNT and name != "create_status"  # both statuses are described
}


def as_documented(options: Mapping[str, Any]) -> bool:
    """Whether the answers of an account with these switches are those that the contract describes."""
    return all(options.get(name) == value for name, value in _DOCUMENTED.items())


# The steps of an order on the clock. The reference gives no times. An order makes two steps,
# Created -> Processing -> its end, so it is through two seconds after it was placed.
POLICIES: Mapping[str, Policy] = {
    "idt.orders": Policy("after", timedelta(seconds=1)),
    "idt.backorders": Policy("after", timedelta(seconds=60)),
    "idt.cnam": Policy("after", timedelta(seconds=30)),
}

# The most numbers one order can take (documented; for SKUs assumed).
MOST_PER_ORDER = 100

# Several errors are told in one answer (assumed), these many at most: ours, lest an answer grow without end.
MOST_ERRORS = 100

# Get Orders, Get Numbers, Get Trunk Groups. This many digits fit in every JSON reader's integer.
PAGE_SIZE = 100
MOST_PAGE_DIGITS = 15

# CNAM fees stand in one example row and nowhere else; every number that supports CNAM has them here.
CNAM_PER_DIP_FEE = "0.0018"
CNAM_UPDATE_FEE = "0.1"
