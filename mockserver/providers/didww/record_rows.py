"""Rows of NANPA prefixes, of what happened to numbers, of calls and of exports.

Written as those in `rows.py`: canonical values, wire names of 2026-04-16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from mockserver.core.tables import Row


@dataclass(frozen=True, slots=True)
class NanpaPrefix(Row):
    """The first six digits of a number of the North American plan: area code and exchange."""

    table: ClassVar[str] = "didww.nanpa_prefixes"
    id: str
    npa: str
    nxx: str
    country_id: str
    region_id: str | None
    # kept by us
    did_group_ids: tuple[str, ...] = ()  # the groups that sell numbers of it


@dataclass(frozen=True, slots=True)
class DidHistory(Row):
    """One thing that became of a number.

    action   assigned, renewed, canceled, removed, restored, billing_cycles_count_changed
    method   who did it: system, api2, api3, staff, user_panel, mcp
    """

    table: ClassVar[str] = "didww.did_history"
    owned: ClassVar[bool] = True
    id: str
    did_number: str
    action: str
    method: str
    created_at: datetime
    # the resource meta of billing_cycles_count_changed; "empty" stands for null
    before: str | None = None
    after: str | None = None
    # kept by us
    monthly: int = 0  # of the seed: from `created_at` on it happens every month; its number among those


@dataclass(frozen=True, slots=True)
class Export(Row):
    """A file of call records, ordered by the customer. The file is made when somebody fetches it."""

    table: ClassVar[str] = "didww.exports"
    owned: ClassVar[bool] = True
    id: str
    export_type: str  # cdr_in, cdr_out
    status: str  # pending, processing, completed
    filters: Mapping[str, Any]
    created_at: datetime
    url: str | None = None  # the path below /v3
    callback_url: str | None = None
    callback_method: str | None = None  # get, post
    external_reference_id: str | None = None
    # kept by us
    version: str = ""  # the API version it was ordered in decides filters, columns and the file's name
    completed_at: datetime | None = None
    root: str = ""  # where the API started for the caller who ordered it, for the callback


@dataclass(frozen=True, slots=True)
class Call(Row):
    """A call to or from a number of the account, as an export tells it.

    started_at   when it began; `weekly`: and every seven days since
    ringing      seconds until it was answered, None for one that was not
    duration     seconds from answer to end
    number       the number of the account: called (cdr_in), or shown as the caller's (cdr_out)
    peer         the number at the other end
    trunk_id     the trunk it went through, None for none
    destination  where it was delivered (cdr_in)
    rate         per minute (cdr_out)
    """

    table: ClassVar[str] = "didww.calls"
    owned: ClassVar[bool] = True
    id: str
    kind: str  # cdr_in, cdr_out
    started_at: datetime
    ringing: int | None
    duration: int
    number: str
    peer: str
    code: int  # SIP response that ended it
    response: str
    initiator: str  # Source, Destination
    trunk_id: str | None = None
    trunk: str = ""
    trunk_group: str = ""
    capacity_group: str = ""
    destination: str = ""
    peer_name: str = ""
    toll_free: Decimal = Decimal(0)
    pstn: Decimal = Decimal(0)
    metered: Decimal = Decimal(0)
    cnam: Decimal = Decimal(0)
    country: str = ""
    network: str = ""
    call_type: str = ""
    rate: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)
    # kept by us
    noted_at: datetime | None = None  # when it became known, None for calls of the seed
    weekly: bool = False
