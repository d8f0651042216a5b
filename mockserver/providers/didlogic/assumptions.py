"""What nothing proves. Each value names its entry of the reference's list of open points (G01 to G43).

Documented and recorded facts stand where they are used; here is what to change once the truth is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from mockserver.core.messages import Evidence
from mockserver.core.rules import Rule
from mockserver.core.transitions import Policy

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
COMMENTS_TOP_UP = {
    "cc_in": "Top-up by credit card",
    "stripe_in": "Top-up by Stripe",
    "paypal_in": "Top-up by PayPal",
}
COMMENT_ADJUSTMENT = "Adjustment"
COMMENT_PORTING = "Porting fee for {number}"
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

# G11, G12, G24: destinations of numbers. The three transports are recorded; the words stand for the first.
SIP_URI, PHONE_NUMBER, SIP_ACCOUNT = 1, 4, 5
TRANSPORTS = (SIP_URI, PHONE_NUMBER, SIP_ACCOUNT)
TRANSPORT_WORDS = frozenset({"udp", "tcp", "tls"})
WEBSOCKET = 6  # only with the option `voice_stream`; that there is such a value is known, not which
SHORTEST_PHONE, LONGEST_PHONE = 3, 15  # digits
LONGEST_DESTINATION = 255
UNKNOWN_SIP_ACCOUNT = "has a SIP account that does not exist"
MOST_DESTINATIONS = 50  # of one number; ours, so that memory is bounded

# G20: SIP accounts. Names of 5 digits are documented; the least password and all limits are ours, and so is
# that a talk time is in seconds.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
LONGEST_LABEL, LONGEST_PREFIX = 255, 32
MOST_COUNT = 2**31 - 1  # seconds and channels
MOST_COST = 1_000_000
MOST_SIP_ACCOUNTS = 1000
HOST = "dynamic"  # recorded, the only one

# G21: addresses of one SIP account; ours.
MOST_ADDRESSES = 100

# G03: more texts inside `errors`, as Rails words them.
TOO_LONG = "is too long (maximum is {most} characters)"
TOO_SHORT = "is too short (minimum is {least} characters)"
NOT_A_NUMBER = "is not a number"
NEGATIVE = "must be greater than or equal to 0"
TOO_MUCH = "must be less than or equal to {most}"
FULL = "has reached the limit of {most}"

# G42: words that mean yes and no.
TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "on"})
FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "off"})


# G32: documents. The words of a review (`verified` was seen live), the texts, what may be uploaded.
VERIFIED, REJECTED = "verified", "rejected"
APPROVEMENT_STATUSES = (PENDING, VERIFIED, REJECTED)
DOCUMENT_CREATED = "Document was successfully created"
DOCUMENT_DELETED = "Document was successfully deleted"
# A document, or a file of it, whose name contains this word (in any case) is rejected when it is reviewed.
REJECTED_NAME = "rejected"
LONGEST_NAME = 255
LONGEST_COUNTRY = 100
LARGEST_FILE = 20 << 20  # bytes; what a client says of it, the text is ours
# Ours, so that a sandbox's memory is bounded: how much of files, and how many of each thing it keeps.
MOST_STORED = 64 << 20
MOST_DOCUMENTS = 1000
MOST_IDENTITIES = 1000
MOST_RISK_CHECKS = 10_000
MUST_EXIST = "must exist"
IS_ARCHIVED = "is archived"
TAKEN = "has already been taken"
FILE_TOO_LARGE = "is too large (maximum is 20 MB)"
FILE_TYPE = "must be a JPG, PNG or PDF file"
BACKSIDE_UNWANTED = "is only accepted for personal_id"
STORAGE_FULL = "do not fit: this account keeps 64 MB of files in all, delete some documents first"
TOO_MANY_KEPT = "This account cannot hold more than {most} {things}"

# G34: words of an identity. An archived one takes no new documents and no new numbers; what it has stays.
IDENTITY_ACTIVE, IDENTITY_ARCHIVED = "active", "archived"
DEFAULT_IDENTITY = "Default identity cannot be archived"

# G35: reputation of numbers, in any country. A completed check says clean, spam or scam; the last of the
# fictitious numbers in North America (area code, 555 01XX) have a bad name, all others a good one.
CLEAN, SPAM, SCAM, FAILED = "clean", "spam", "scam", "failed"
COMPLETED = "completed"
RISK_STATUSES = (PENDING, COMPLETED, FAILED)
RISK_ENDINGS = {"5550197": SPAM, "5550198": SCAM, "5550199": FAILED}
RISK_LEVELS = {CLEAN: "low", SPAM: "medium", SCAM: "high"}

# G43: page size of the lists of documents, identities and risk checks.
V2_PER_PAGE = 25

# G29, G32, G35: how long things take by themselves. A number waits for its documents, however long.
REVIEW_POLICIES: Mapping[str, Policy] = {
    "didlogic.documents": Policy("after", timedelta(seconds=30)),
    "didlogic.verifications": Policy("manual"),
    "didlogic.risk_checks": Policy("after", timedelta(seconds=10)),
}
REVIEW_OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "didlogic.documents": (VERIFIED, REJECTED),
    "didlogic.verifications": (VERIFIED, REJECTED),
    "didlogic.risk_checks": (CLEAN, SPAM, SCAM, FAILED),
}

# G16, G18, G22: calls and messages. Recorded: a list never says that there are more than 5000 records. How
# many a sandbox keeps is ours (the oldest go), and so is how long a text may be.
MOST_LISTED = 5000
MOST_KEPT = 10_000
SEGMENT = 160  # documented
WIDE_SEGMENT = 70  # a text with a character that is not GSM-7
LONGEST_TEXT = 1600

# G18: the statuses of a message; what is no ending is on its way. `pending` is listed and never used here.
# It is charged when it is accepted, and what is not delivered is not paid back.
ACCEPTED, SENT, DELIVERED = "accepted", "sent", "delivered"
UNDELIVERED, EXPIRED = "undelivered", "expired"
SMS_ENDINGS = (REJECTED, UNDELIVERED, EXPIRED)
SMS_ERRORS = {
    REJECTED: "Message was rejected by the carrier",
    UNDELIVERED: "Message could not be delivered",
    EXPIRED: "Message expired before it could be delivered",
}
NOT_OWNED = "is not one of your numbers"
NOT_SMS_ENABLED = "is not enabled for SMS"
NOT_WORKING = "is not active"
COMMENT_SMS = "SMS to {number}"
# G19: an incoming message costs this for each segment, whatever number it comes to.
INBOUND_SMS_PRICE = Decimal("0.0040")
COMMENT_INBOUND_SMS = "Inbound SMS to {number}"

# G23: states of click2call, and the kinds of the first leg: a phone number unless told, a SIP account or
# address, a WebSocket endpoint. Only the second leg is charged and leaves a call record.
QUEUED, RINGING, ANSWERED = "queued", "ringing", "answered"
A_PHONE, A_SIP, A_STREAM = "phone", "sip", "stream"
A_TYPE_UNSUPPORTED = "a_type_unsupported"  # the code is known from a client
LONGEST_TARGET = 500

# G37: a call is put through while the balance is above zero, and may then end below it. Outgoing calls have
# the same kind of transaction as incoming ones.
COMMENT_CALL = "Call to {number}"
COMMENT_FORWARD = "Forwarding of {number} to {target}"

# G18, G23: how long the steps take, and the other endings. The seed also has numbers kept for fiction that
# lead to each ending: fixtures/didlogic_traffic.py, MAGIC.
TRAFFIC_POLICIES: Mapping[str, Policy] = {
    "didlogic.sms": Policy("after", timedelta(seconds=2)),
    "didlogic.click2call": Policy("after", timedelta(seconds=5)),
}
TRAFFIC_OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "didlogic.sms": SMS_ENDINGS,
    "didlogic.click2call": (FAILED,),
}


def assumed(gap: str) -> Evidence:
    """The evidence of an answer that rests on one of the open points, `G17`."""
    return Evidence("assumed", f"didlogic.{gap}")
