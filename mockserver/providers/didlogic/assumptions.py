"""What nothing proves. Each value names its entry of the reference's list of open points (G01 to G43).

Documented and recorded facts stand where they are used; here is what to change once the truth is seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.core.messages import Evidence
from mockserver.core.rules import Rule

# G02, G03, G05, G06, G41: the sentence of each refusal. Only the statuses are known.
WRONG_TOKEN_V1 = "API token is incorrect"
WRONG_TOKEN_V2 = "Unauthorized"
FORBIDDEN = "Forbidden"
NOT_FOUND = "Not found"
TOO_LARGE = "Request body is too large"
THROTTLED = "Too many requests"
CRASHED = "Internal server error"
UNAVAILABLE = "Service is temporarily unavailable"
UNIMPLEMENTED = "This operation is not emulated"

# G03: the texts inside `errors`, in the manner of Rails.
BLANK = "can't be blank"
INVALID = "is invalid"
NOT_INCLUDED = "is not included in the list"
UNKNOWN_IDENTITY = "has an identity that does not exist"
ARCHIVED_IDENTITY = "has an identity that is archived"
TOO_MANY = "is too long (maximum is {most})"

# G05: which features an account has. Turned off, a feature answers 403.
OPTIONS: Mapping[str, Rule] = {
    "purchase_api": Rule("switch", "The account may use the number shop and buy.", default=True),
    "sms_outbound": Rule("switch", "The account may send messages.", default=True),
    "documents": Rule("switch", "The account may use documents and identities.", default=True),
    "voice_stream": Rule("switch", "Voice streaming is on for the account.", default=False),
    "strict_documents": Rule(
        "switch",
        "A number whose documents are missing is refused in `errors` and not sold at all (G29).",
        default=False,
    ),
}

# G16, G26, G43: paging. Anything unreadable or below 1 counts as not given, above the cap it is cut.
PER_PAGE = 100
MOST_PER_PAGE = 1000

# G17: what a transaction is called in the CSV. Only the label of `month` is recorded.
LABELS = {
    "adjustment": "Adjustments",
    "activation": "Activation fees",
    "month": "Monthly fees",
    "paypal_in": "PayPal",
    "call": "Calls",
    "call_fix_fee": "Call forwarding",
    "sms": "SMS",
    "cc_in": "Credit card",
    "stripe_in": "Stripe",
    "porting": "Porting fees",
    "inbound_sms": "Inbound SMS",
}
COMMENT_ACTIVATION = "Activation fee for {number}"
COMMENT_MONTH = "Monthly fee for {number}"  # recorded, kept beside its sibling
SETTLED = "Committed"  # what we post is settled at once; the word itself is recorded

# G26: parameters of a search that narrow it. A search with none of them finds nothing (seen live).
SEARCH_FILTERS = (
    "number_contains",
    "begins_with",
    "ends_width",
    "ends_with",
    "city_name_contains",
    "country_name_contains",
    "sms_enabled",
    "number_type",
    "pattern",
)

# G27: the names of the kinds of documents.
DOCUMENT_KINDS = {1: "Any form of ID", 2: "Proof of address", 3: "Proof of local address"}
# G29: which kind of uploaded document satisfies each kind a number asks for.
DOCUMENT_TYPES = {1: "personal_id", 2: "address_proof", 3: "address_proof"}

# G28: why a single number was not bought; the texts of `purchase.errors`.
NOT_ON_SALE = "Number is not available"
ALREADY_OWNED = "Number is already purchased"
LOW_BALANCE = "Insufficient funds"
DOCUMENTS_MISSING = "Documents are required"
MOST_NUMBERS = 1000  # in one request; ours, so that one request cannot stall the server

# G09, G31: words of the inventory.
CHECKED, UNCHECKED = "checked", "unchecked"
ACTIVE, PENDING = "active", "pending"

# G36: a renewal may leave the balance below zero; the number is then inactive until funds come, and lapses
# when its next month begins without them. RENEWED and LAPSED are outcomes that a policy may force.
INACTIVE = "inactive"
RENEWED, LAPSED = "renewed", "lapsed"

# G42: words that mean yes and no.
TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "on"})
FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "off"})


def assumed(gap: str) -> Evidence:
    """The evidence of an answer that rests on one of the open points, `G17`."""
    return Evidence("assumed", f"didlogic.{gap}")
