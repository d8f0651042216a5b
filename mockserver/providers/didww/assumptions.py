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
FORBIDDEN = "Forbidden"  # 8.3: the body of a 403

# --- time --------------------------------------------------------------------------------------------
BACK_ORDER_DELAY = timedelta(seconds=60)  # 2.3: when numbers on back order arrive
BACK_ORDER_RETRY = timedelta(days=1)  # ... and when we look again if they did not
RESTORABLE = timedelta(days=35)  # 4.4: 34 or 35 days

# --- limits ------------------------------------------------------------------------------------------
SAMPLE_SIZE = 10  # 4.2: rows of /available_dids; ten were recorded
MOST_QTY = 2**31 - 1  # 2.2: no upper limit is published
MOST_PRORATED_DAYS = 31  # 2.2: of a first charge that is for less than a month
LEAST_CAPACITY_LIMIT = 0  # 4.4: the upper one, 32767, is recorded
MOST_NUMBER = 2**31 - 1  # 5.1: timers and counts without a published bound
MOST_NAME = 255  # 5.1: names, hosts, addresses
MOST_TEXT = 65_535  # ... and texts of any other kind
MOST_DIGITS = 32  # 5.1: a destination; recorded numbers have up to 17 digits
MOST_ACTIVE_CHANNELS = (
    32767  # 5.1: capacity_limit of inbound trunks and groups, as documented for outbound ones
)

# --- texts -------------------------------------------------------------------------------------------
BLANK = "can't be blank"  # documented in general, assumed where we use it
INVALID = "is invalid"
ARE_INVALID = "are invalid"  # 5.2, documented
NOT_A_NUMBER = "is not a number"
NOT_AN_INTEGER = "must be an integer"
NOT_IN_LIST = "is not included in the list"
TAKEN = "has already been taken"  # 2.2: the same number twice in one order
MUST_BE_BLANK = "must be blank"  # 2.2: qty beside a named number
AT_LEAST_ONE = "should be at least 1"  # 2.2: as recorded for channels below the pool's minimum
MUST_BE_DISABLED = "must be disabled"  # 5.1: use_did_in_ruri without SIP registration
NOT_ALLOWED_WITH_ALL = "must be blank"  # 5.3: dids beside allow_any_did_as_cli
TRUNK_IN_USE = "The trunk cannot be removed while numbers are routed to it"  # 5.1
GROUP_IN_USE = "The trunk group cannot be removed while numbers are routed to it"  # 5.2
RESERVATION_LIMIT_REACHED = "Reservation limit reached"  # 4.3


FILTER_NOT_VALID = "{name} not valid"  # 7: documented for `from`
FILTER_OUT_OF_WINDOW = "{name} must be within the current and 2 previous months"  # ... likewise
FILTER_IN_FUTURE = "{name} must not be in the future"  # 7: the rule is documented, the text is not
FILTER_ORDER = "from must be before to"
FILTER_UNKNOWN = "{name} is not allowed"
MOST_CALLS = 10_000  # that an account keeps, besides those of the seed


# --- callbacks -----------------------------------------------------------------------------------------
REASONS_JOINED_BY = "; "  # 3.1: recorded of the attribute in older versions
DONE_AT_ONCE_IS_TOLD = True  # 2.3, 3.1: orders that are completed when they are placed, as those for channels
SIGNED_OF_A_TRUNK: dict[str, str] = {}  # 3.3: fields signed beside the address; how is not stated


def at_least(least: int | Decimal) -> str:
    return f"must be greater than or equal to {least}"


def at_most(most: int | Decimal) -> str:
    return f"must be less than or equal to {most}"


def too_long(most: int) -> str:
    """Documented for external_reference_id."""
    return f"is too long (maximum is {most} characters)"


def too_many(most: int) -> str:
    return f"is too long (maximum is {most} items)"


def should_be_at_least(least: int) -> str:
    """Documented for channels of a pool."""
    return f"should be at least {least}"


# --- regulation ----------------------------------------------------------------------------------------
EXPORT_DELAY = timedelta(seconds=1)  # 11: to processing, and again to completed
REVIEW_DELAY = timedelta(seconds=1)  # 11: one was approved within a second; emergency ones take twice that
EMERGENCY_RETRY = timedelta(days=1)  # 6.9: when we look again if there was too little money to activate
# 6.8: what an outcome of ours says when nobody names reasons; the texts themselves are recorded.
REJECT_REASONS = (
    "Address cannot be validated",
    "Proof of address should be not older than of 6 months",
)
REJECT_COMMENT = None
IDENTITY_IN_USE = "Identity is in use"  # 6.2: the detail of a 409
ADDRESS_IN_USE = "Address is in use"  # 6.3
SAME_COUNTRY = "should have the same Country"  # 6.9: after the sentence for number types
SERVICE_NOT_CANCELABLE = "Emergency Calling Service can't be canceled"  # 6.9
FILE_TOO_LARGE = "is too large (maximum is 20 MB)"  # 6.5: the limit is documented
