"""What nothing published or recorded settles about DIDWW, and what this server does about it.

Every value here is a guess that fits what is known; change it here when the truth is seen. Comments name
the section of the reference that leaves the question open. Texts that are known stand where they are used.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

# --- the account -----------------------------------------------------------------------------------
OPENING_BALANCE = Decimal("1000.00")  # 11: a sandbox account starts with 1,000 dollars
CREDIT = Decimal("0.00")
BACK_ORDERING_BY_DEFAULT = {"2022-05-10": False}  # 1.4; from 2026-04-16 on it is true (documented)
FORBIDDEN = "Forbidden"  # 8.3: the body of a 403

# --- time --------------------------------------------------------------------------------------------
BACK_ORDER_DELAY = timedelta(seconds=60)  # 2.3: when numbers on back order arrive
BACK_ORDER_RETRY = timedelta(days=1)  # ... and when we look again if they did not
RESTORABLE = timedelta(days=35)  # 4.4: 34 or 35 days

# --- limits ------------------------------------------------------------------------------------------
SAMPLE_SIZE = 10  # 4.2: rows of /available_dids; ten were recorded
MOST_QTY = 2**31 - 1  # 2.2: no upper limit is published
LEAST_CAPACITY_LIMIT = 0  # 4.4: the upper one, 32767, is recorded

# --- texts -------------------------------------------------------------------------------------------
BLANK = "can't be blank"  # documented in general, assumed where we use it
INVALID = "is invalid"
NOT_A_NUMBER = "is not a number"
NOT_AN_INTEGER = "must be an integer"
NOT_IN_LIST = "is not included in the list"
TAKEN = "has already been taken"  # 2.2: the same number twice in one order
MUST_BE_BLANK = "must be blank"  # 2.2: qty beside a named number
AT_LEAST_ONE = "should be at least 1"  # 2.2: as recorded for channels below the pool's minimum
RESERVATION_LIMIT_REACHED = "Reservation limit reached"  # 4.3


def at_least(least: int) -> str:
    return f"must be greater than or equal to {least}"


def at_most(most: int) -> str:
    return f"must be less than or equal to {most}"
