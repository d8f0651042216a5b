"""What the reference of IDT Express leaves open, decided in one place (reference: behaviour.md §11).

Everything here is `assumed`. Once the provider's own sandbox has been seen, a correction is made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from mockserver.core.rules import Rule
from mockserver.core.transitions import Policy

# Switches of an account, with the values a new sandbox has. The control API and the settings may change them.
OPTIONS: Mapping[str, Rule] = {
    "dids_enabled": Rule(
        "switch", "The account may buy DIDs; off answers 3000 on coverage and Create Order.", default=True
    ),
    "quota": Rule("number", "How many requests the account may make in all before code 2001.", empty=True),
    "quota_used": Rule(
        "number", "How many requests were made under the quota; refused ones are not counted.", default=0
    ),
    "create_status": Rule(
        "number",
        "200 as the endpoint sections say, or 201 as the general status table would allow (C04).",
        choices=(200, 201),
        default=200,
    ),
    "removed_days": Rule(
        "number", 'How many days a removed number stays in Get Numbers ("recently removed").', default=30
    ),
}

# The steps of an order on the clock. The reference gives no times. An order makes two steps,
# Created -> Processing -> its end, so it is through two seconds after it was placed.
POLICIES: Mapping[str, Policy] = {
    "idt.orders": Policy("after", timedelta(seconds=1)),
    "idt.backorders": Policy("after", timedelta(seconds=60)),
    "idt.cnam": Policy("after", timedelta(seconds=30)),
}

# The most numbers one order can take (documented), and so the most that Browse lists (assumed).
MOST_PER_ORDER = 100
BROWSE_ROWS = 100

# Get Orders, Get Numbers, Get Trunk Groups. No upper limit of page_size is stated; this many digits fit in
# every JSON reader's integer.
PAGE_SIZE = 100
MOST_PAGE_DIGITS = 15

# CNAM fees stand in one example row and nowhere else; every number that supports CNAM has them here.
CNAM_PER_DIP_FEE = "0.0018"
CNAM_UPDATE_FEE = "0.1"
