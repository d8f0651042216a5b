"""Calls and messages of an account, and the tables that price and steer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from mockserver.core.tables import Key, Row
from mockserver.providers.didlogic import assumptions as said

SIP, INCOMING = "sip", "incoming"
OUTBOUND, INBOUND = "outbound", "inbound"


@dataclass(frozen=True, slots=True)
class CallRecord(Row):
    """One call that was made, answered or not (CDR). The wire shows no id.

    at           when it began
    kind         sip: out through a SIP account or click2call; incoming: to a number of the account
    amount       USD; what forwarding an incoming call costs is not in it
    duration     seconds, 0 for a call that nobody answered
    caller       digits; of outgoing calls the caller id text `"label" <number>`
    called       the number dialled; of incoming calls the target they went to
    sip_account  the account's name, "" for incoming calls and click2call
    did_number   the number of the account that was called, "" for outgoing calls
    """

    table: ClassVar[str] = "didlogic.calls"
    owned: ClassVar[bool] = True

    id: int
    at: datetime
    kind: str
    amount: Decimal
    duration: int
    caller: str
    called: str
    destination_name: str
    sip_account: str = ""
    did_number: str = ""
    per_minute: Decimal = Decimal(0)

    @property
    def subject(self) -> str:
        return f"{self.table}/{self.id}"

    @property
    def pending(self) -> bool:
        """Whether anything is still to become of it."""
        return False


@dataclass(frozen=True, slots=True)
class Message(Row):
    """One SMS, sent or received. `charge` is USD for all of its segments."""

    table: ClassVar[str] = "didlogic.sms"
    owned: ClassVar[bool] = True

    id: str
    direction: str
    status: str
    source: str
    destination: str
    text: str
    segments: int
    charge: Decimal
    submitted_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    error: str | None = None

    @property
    def subject(self) -> str:
        return f"{self.table}/{self.id}"

    @property
    def pending(self) -> bool:
        return self.status in (said.ACCEPTED, said.SENT)


@dataclass(frozen=True, slots=True)
class Click2Call(Row):
    """A call that the API asked for: first `a` is called, then `b`. `duration` is in seconds."""

    table: ClassVar[str] = "didlogic.click2call"
    owned: ClassVar[bool] = True

    id: str
    status: str
    a_type: str
    a: str
    b: str
    callerid: str
    created_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration: int = 0

    @property
    def subject(self) -> str:
        return f"{self.table}/{self.id}"

    @property
    def pending(self) -> bool:
        return self.status in (said.QUEUED, said.RINGING, said.ANSWERED)


@dataclass(frozen=True, slots=True)
class Rate(Row):
    """What calling and texting numbers with a prefix costs, in USD; the longest prefix counts."""

    table: ClassVar[str] = "didlogic.rates"

    prefix: str
    name: str
    per_minute: Decimal
    per_segment: Decimal

    @property
    def key(self) -> Key:
        return self.prefix


@dataclass(frozen=True, slots=True)
class MagicNumber(Row):
    """A number kept for fiction. `sms` is how a message to it ends, `call` what becomes of a call to it."""

    table: ClassVar[str] = "didlogic.magic"

    number: str
    sms: str
    call: str

    @property
    def key(self) -> Key:
        return self.number
